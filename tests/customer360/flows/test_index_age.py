"""An index that was not brought up to date for too long is no answer by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.customer360.flows.stand_in import LEADS, MAILBOX, PEOPLE, Card, Player, StandIn

from customer360.core.errors import InvalidSettings
from customer360.core.interactions import Interaction
from customer360.core.matching import Evidence, Found, Match, MatchPolicy, MatchResult, MatchSource, MatchStepKind
from customer360.core.matching.result import merged
from customer360.core.metadata import Resource
from customer360.core.phones import Grade
from customer360.flows.match import find
from customer360.index.phone_index import PhoneIndex
from customer360.store.engine import open_store

HOUR = 3_600.0
POLICY = MatchPolicy(regions=("GB",), index_age=HOUR)
INDEX = PhoneIndex()
NUMBER = "020 7946 0018"


@pytest.fixture
def player() -> Iterator[Player]:
    with open_store() as store:
        yield Player(StandIn(), store)


def synced(player: Player, *resources: Resource) -> None:
    assert player.run(INDEX.sync(player.connection(*resources), ("GB",))).complete


def who(player: Player, *resources: Resource, policy: MatchPolicy = POLICY) -> MatchResult:
    player.crm.asked.clear()
    player.trips = 0
    call = Interaction(id="1", customer="+44 20 7946 0018", started_at=datetime(2026, 1, 1, tzinfo=UTC))
    return player.run(find(player.connection(*resources), call, policy, index=INDEX))


@pytest.mark.feature("D2")
def test_a_second_customer_who_came_since_is_not_overlooked(player: Player) -> None:
    """The index knows one, the CRM by now two: within the limit one is shown, beyond it both, as a choice."""
    player.crm.put(Card("1", phone=NUMBER))
    synced(player, PEOPLE)
    player.crm.put(Card("2", phone=NUMBER))
    player.now += HOUR - 60
    assert [match.contact.ref.id for match in who(player, PEOPLE).matches] == ["1"]
    player.now += 120
    result = who(player, PEOPLE)
    assert (result.found, result.best) == (Found.SEVERAL, None)
    assert {match.contact.ref.id for match in result.matches} == {"1", "2"}
    assert result.steps[0].kind is MatchStepKind.LEFT_OUT
    assert result.steps[0].detail == "last brought up to date 1 hour ago"


@pytest.mark.perf("P15")
def test_an_outdated_index_costs_no_second_round_trip(player: Player) -> None:
    """Its candidates are read while the CRM is searched; who is found by both is one candidate, read whole."""
    player.crm.put(Card("1", phone="+44 20 7946 0018"))
    synced(player)
    player.now += 2 * HOUR
    result = who(player)
    assert sorted(player.crm.asked) == ["/records/people/1", "/search/leads", "/search/people"]
    assert player.trips == 1
    (only,) = result.matches
    assert (result.best, only.certain, only.contact.partial) == (only, True, False)


def test_nobody_is_no_answer_of_an_outdated_index(player: Player) -> None:
    """Where the CRM can be searched, it says so; where it cannot, nobody knows."""
    synced(player, LEADS)
    player.now += 2 * HOUR
    assert who(player, LEADS).found is Found.NONE
    player.crm.phones_in_search = False
    result = who(player, LEADS)
    assert (result.found, player.crm.asked) == (Found.FAILED, [])
    assert "last brought up to date 2 hours ago, who came since is not in it" in result.sentence()


def test_the_only_one_of_an_outdated_index_is_for_a_person_to_confirm(player: Player) -> None:
    """A mailbox cannot be searched: who was read live is shown, and not opened by itself."""
    player.crm.phones_in_search = False
    player.crm.put(Card("1", "mailbox", phone=NUMBER))
    synced(player, MAILBOX)
    assert who(player, MAILBOX).best is not None
    player.now += 3 * 24 * HOUR
    result = who(player, MAILBOX)
    assert (result.found, result.best) == (Found.PARTLY_FAILED, None)
    assert [match.source for match in result.matches] == [MatchSource.CRM]
    assert "3 days ago" in result.sentence()


def test_while_the_crm_is_down_an_outdated_answer_says_how_old_it_is(player: Player) -> None:
    """Within the limit the one candidate is opened, as of then; beyond it, it is only shown."""
    player.crm.put(Card("1", name="Ann", phone=NUMBER))
    synced(player)
    then = datetime.fromtimestamp(player.now, UTC)
    player.crm.failing[""] = 503
    (fresh,) = who(player).matches
    assert fresh.as_of is not None
    assert abs((fresh.as_of - then).total_seconds()) < 1
    assert not fresh.outdated
    assert who(player).best is not None
    player.now += 2 * HOUR
    result = who(player)
    (old,) = result.matches
    assert (old.source, old.outdated, old.as_of, old.contact.name) == (MatchSource.INDEX, True, fresh.as_of, "Ann")
    assert result.best is None


def test_each_sync_makes_it_young_again(player: Player) -> None:
    """Also one that finds nothing new; the oldest of the resources asked counts."""
    player.crm.put(Card("1", phone=NUMBER))
    synced(player)
    player.now += 2 * HOUR
    player.crm.failing["/changes/leads"] = 503
    player.run(INDEX.sync(player.connection(), ("GB",)))
    assert "last brought up to date" in who(player).sentence()
    player.crm.failing.clear()
    synced(player)
    assert "last brought up to date" not in who(player).sentence()


def test_without_a_limit_age_does_not_matter(player: Player) -> None:
    """None is for ever."""
    player.crm.put(Card("1", phone=NUMBER))
    synced(player)
    player.now += 1_000 * 24 * HOUR
    assert who(player, policy=MatchPolicy(regions=("GB",), index_age=None)).best is not None


@pytest.mark.parametrize("age", [0.0, -1.0, float("nan")])
def test_an_age_that_is_no_time_is_refused(age: float) -> None:
    """Zero would make every answer outdated: then keep no index."""
    with pytest.raises(InvalidSettings, match="index_age"):
        MatchPolicy(index_age=age)


def test_found_twice_the_live_one_counts() -> None:
    """What was read live is neither outdated nor of the past."""
    contact = Card("1", phone=NUMBER).contact()
    old = Match(
        contact, (Evidence("phone", "phone", Grade.EXACT),), MatchSource.INDEX, datetime(2026, 1, 1, tzinfo=UTC), True
    )
    live = Match(contact, (Evidence("phone", "phone", Grade.NATIONAL),))
    for both in ((old, live), (live, old)):
        (one,) = merged(both)
        assert (one.source, one.as_of, one.outdated, one.grade) == (MatchSource.CRM, None, False, Grade.EXACT)
