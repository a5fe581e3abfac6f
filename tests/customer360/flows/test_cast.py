"""The shared cast rings, in every spelling: who is found is exactly who has the number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.customer360.flows.stand_in import LEADS, PEOPLE, Card, Player, StandIn

from customer360.core.interactions import Interaction
from customer360.core.matching import MatchPolicy, MatchResult
from customer360.core.phones import read, spellings
from customer360.core.records import Contact
from customer360.flows.match import find
from customer360.index.phone_index import PhoneIndex
from customer360.store.engine import open_store
from customer360_testkit.fakes.cast import CastMember, shared_cast

INDEX = PhoneIndex()
CAST = shared_cast()
NUMBERS = sorted({e164 for member in CAST for e164 in member.e164})


def card(member: CastMember, *, region: bool) -> Card:
    phones = [phone.spelled for phone in member.phones] + ["", ""]
    return Card(
        str(member.number),
        "leads" if member.kind == "lead" else "people",
        name=member.name,
        phone=phones[0],
        mobile=phones[1],
        email=member.emails[0] if member.emails else "",
        region=member.country if region else None,
    )


@pytest.fixture(scope="module", params=[True, False], ids=["country known", "country unknown"])
def player(request: pytest.FixtureRequest) -> Iterator[Player]:
    with open_store() as store:
        crm = StandIn(page_size=50)
        crm.put(*(card(member, region=request.param) for member in CAST))
        player = Player(crm, store)
        assert player.run(INDEX.sync(player.connection(), ("ES",))).complete
        yield player


def ring(player: Player, text: str, region: str | None, index: PhoneIndex | None) -> MatchResult:
    interaction = Interaction(id="1", customer=text, started_at=datetime(2026, 1, 1, tzinfo=UTC))
    player.crm.asked.clear()
    policy = MatchPolicy(regions=(region, "ES") if region else ("ES",))
    return player.run(find(player.connection(PEOPLE, LEADS), interaction, policy, index=index))


def numbers(matches: list[Contact]) -> set[int]:
    return {int(contact.ref.id) for contact in matches}


@pytest.mark.feature("D1")
@pytest.mark.feature("F025")
@pytest.mark.parametrize("index", [None, INDEX], ids=["search", "index"])
def test_whoever_calls_is_found_and_nobody_else(player: Player, index: PhoneIndex | None) -> None:
    """Everybody who has the number, nobody who has not; one request for each resource, or for each candidate."""
    for e164 in NUMBERS:
        truth = {member.number for member in CAST if e164 in member.e164}
        result = ring(player, e164, None, index)
        assert numbers([match.contact for match in result.matches]) == truth, e164
        assert len(player.crm.asked) == (2 if index is None else len(truth))


@pytest.mark.feature("D1")
def test_the_callers_spelling_changes_nothing(player: Player) -> None:
    """However the switch writes the number, the same contacts come, with the account's country set."""
    for e164 in NUMBERS[::10]:
        number = read(e164)
        assert number is not None
        truth = {member.number for member in CAST if e164 in member.e164}
        for text in spellings(number):
            result = ring(player, text, number.region, INDEX)
            assert numbers([match.contact for match in result.matches]) == truth, text
