"""Matching and popping against the fake Zoho: recall over the whole cast, requests and round trips."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import attrs
import pytest
from tests.customer360.flows.stand_in import Player, StandIn
from tests.customer360_zoho.test_against_fake import FAKE, ZOHO, Link, sign_in

from customer360.connections import Connection
from customer360.core.effects import Request
from customer360.core.interactions import Interaction
from customer360.core.matching import Found, MatchPolicy
from customer360.core.panel import Part, PartName, PartState
from customer360.core.wire import Response
from customer360.flows.match import find
from customer360.flows.pop import pop
from customer360.index.phone_index import PhoneIndex
from customer360.store.engine import open_store

INDEX = PhoneIndex()
POLICY = MatchPolicy(regions=("ES",))
MODULES = {"person": "Contacts", "lead": "Leads", "company": "Accounts"}


@attrs.define
class Desk:
    player: Player
    link: Link
    connection: Connection


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    link = sign_in(FAKE())
    link.index_caught_up()

    async def exchange(request: Request) -> Response:
        return link.send(request)

    resources = tuple(each for each in ZOHO.resources(link.facts) if each.name in MODULES.values())
    connection = Connection(
        tenant_id="acme", agent_id="kim", connector=ZOHO, facts=link.facts, exchange=exchange, resources=resources
    )
    with open_store() as store:
        player = Player(StandIn(), store)
        report = player.run(INDEX.sync(connection, POLICY.regions))
        assert report.complete, report
        yield Desk(player, link, connection)


def ringing(number: str) -> Interaction:
    return Interaction(id="1", customer=number, started_at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.feature("D1")
@pytest.mark.feature("F020")
@pytest.mark.parametrize("index", [None, INDEX], ids=["search", "index"])
def test_the_whole_cast_is_found(desk: Desk, index: PhoneIndex | None) -> None:
    """Everybody who has the number and nobody else; one request a module (two for contacts and their many numbers), or
    one a candidate from the index."""
    cast = desk.link.fake.cast
    for e164 in sorted({e164 for member in cast for e164 in member.e164}):
        truth = sorted((MODULES[m.kind], m.name) for m in cast if e164 in m.e164)
        desk.link.requests = 0
        result = desk.player.run(find(desk.connection, ringing(e164), POLICY, index=index))
        found = sorted((match.contact.ref.resource, match.contact.name) for match in result.matches)
        assert found == truth, e164
        assert desk.link.requests <= (len(MODULES) + 1 if index is None else len(truth))


@pytest.mark.perf("P15")
@pytest.mark.parametrize(("index", "most"), [(None, 2), (INDEX, 1)], ids=["cold", "warm"])
def test_round_trips_of_a_pop(desk: Desk, index: PhoneIndex | None, most: int) -> None:
    """At most two one after the other without an index, one with it."""
    cast = desk.link.fake.cast
    shared = [e164 for member in cast for e164 in member.e164]
    alone = next(m for m in cast if m.kind == "person" and m.e164 and all(shared.count(e) == 1 for e in m.e164))
    shown: dict[PartName, Part] = {}

    async def show(part: Part) -> None:
        shown[part.name] = part

    desk.player.trips = 0
    result = desk.player.run(pop(desk.connection, ringing(alone.e164[0]), POLICY, show, index=index))
    assert result is not None
    assert result.found is Found.ONE
    assert shown[PartName.CONTACT].state is PartState.READY
    assert desk.player.trips <= most
