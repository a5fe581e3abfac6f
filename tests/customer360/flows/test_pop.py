"""The screen pop: the panel's parts, and how many round trips they take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import attrs
import pytest
from tests.customer360.flows.stand_in import PEOPLE, Card, Player, StandIn

from customer360.core.interactions import Interaction
from customer360.core.matching import MatchPolicy, MatchResult
from customer360.core.panel import Panel, Part, PartName, PartState
from customer360.core.records import Contact, RecordRef
from customer360.flows.pop import pop
from customer360.index.phone_index import PhoneIndex
from customer360.store.engine import open_store

INDEX = PhoneIndex(("GB",))
RINGING = Interaction(id="1", customer="+442079460018", started_at=datetime(2026, 1, 1, tzinfo=UTC))
ANN = RecordRef("stand-in", "people", "1")


@pytest.fixture
def player() -> Iterator[Player]:
    with open_store() as store:
        crm = StandIn()
        crm.put(Card("1", name="Ann", phone="020 7946 0018"), Card("2", phone="020 7946 0019"))
        yield Player(crm, store)


def popped(
    player: Player, interaction: Interaction = RINGING, index: PhoneIndex | None = None
) -> tuple[Panel, list[Part], MatchResult | None]:
    """The panel at the end, all parts as they were shown, and the match."""
    shown: list[Part] = []

    async def show(part: Part) -> None:
        shown.append(part)

    player.crm.asked.clear()
    player.trips = 0
    result = player.run(pop(player.connection(), interaction, MatchPolicy(regions=("GB",)), show, index=index))
    panel = Panel(interaction=interaction)
    for part in shown:
        panel = panel.showing(part)
    return panel, shown, result


@pytest.mark.perf("P15")
@pytest.mark.feature("F026")
def test_two_round_trips_without_an_index(player: Player) -> None:
    """The search, then the contact and all its lists side by side; the only candidate opens by itself."""
    panel, _, _ = popped(player)
    assert player.trips == 2
    assert panel.settled
    assert panel.contact is not None
    assert panel.contact.ref == ANN
    assert all(part.state is PartState.READY for part in panel.parts.values())


@pytest.mark.perf("P15")
def test_one_round_trip_with_a_warm_index(player: Player) -> None:
    """The expected contact and its lists are read together, each once, and no search is made."""
    player.run(INDEX.sync(player.connection()))
    panel, _, _ = popped(player, index=INDEX)
    assert player.trips == 1
    assert panel.contact is not None
    assert not panel.contact.partial
    assert len(player.crm.asked) == len(set(player.crm.asked)) == 7
    assert all(part.state is PartState.READY for part in panel.parts.values())


def test_every_part_is_loading_before_it_is_ready(player: Player) -> None:
    """A listener sees each part once in each state, with the index and without."""
    player.run(INDEX.sync(player.connection()))
    for index in (None, INDEX):
        _, shown, _ = popped(player, index=index)
        for name in {part.name for part in shown}:
            states = [part.state for part in shown if part.name is name]
            assert states == [PartState.LOADING, PartState.READY]


@pytest.mark.feature("D2")
def test_nothing_opens_when_several_match(player: Player) -> None:
    """A list to choose from; no contact, no lists, no further request; neither from a warm index."""
    player.crm.put(Card("3", "leads", phone="+44 20 7946 0018"))
    player.run(INDEX.sync(player.connection()))
    for index in (None, INDEX):
        panel, _, result = popped(player, index=index)
        assert result is not None
        assert len(result.matches) == 2
        assert set(panel.parts) == {PartName.MATCH}
        assert player.trips == 1
        assert len(player.crm.asked) == 2


def test_what_was_read_ahead_for_the_wrong_contact_is_never_shown(player: Player) -> None:
    """The expected contact has another number now: its lists, though read, are not the caller's."""
    player.run(INDEX.sync(player.connection()))
    player.crm.cards["people", "1"].phone = "020 7946 0077"
    panel, _, _ = popped(player, index=INDEX)
    assert set(panel.parts) == {PartName.MATCH}


def test_a_part_that_fails_fails_alone(player: Player) -> None:
    """The others are ready; the one says why."""
    player.crm.failing["/related/case"] = 503
    panel, _, _ = popped(player)
    assert panel.parts[PartName.CASES].state is PartState.FAILED
    assert "CrmUnavailable" in repr(panel.parts[PartName.CASES].error) or panel.parts[PartName.CASES].why
    others = [part for name, part in panel.parts.items() if name is not PartName.CASES]
    assert all(part.state is PartState.READY for part in others)


def test_while_the_crm_is_down_the_last_snapshot_is_shown_as_such(player: Player) -> None:
    """The contact part has failed and holds what was known; nothing pretends to be live."""
    player.run(INDEX.sync(player.connection()))
    player.crm.failing[""] = 503
    panel, _, result = popped(player, index=INDEX)
    assert result is not None
    part = panel.parts[PartName.CONTACT]
    assert part.state is PartState.FAILED
    assert isinstance(part.value, Contact)
    assert (part.value.name, part.value.partial) == ("Ann", True)


@pytest.mark.feature("F030")
def test_the_record_that_routing_names_wins(player: Player) -> None:
    """It opens in one round trip and nothing is searched; if it is not there, matching takes over."""
    routed = Interaction(id="1", customer="+442079460018", started_at=RINGING.started_at, pop=ANN)
    panel, _, result = popped(player, routed)
    assert (result, player.trips) == (None, 1)
    assert panel.contact is not None
    missing = RecordRef("stand-in", PEOPLE.name, "404")
    panel, _, result = popped(
        player, Interaction(id="1", customer="+442079460018", started_at=RINGING.started_at, pop=missing)
    )
    assert result is not None
    assert panel.contact is not None
    assert panel.contact.ref == ANN


@pytest.mark.feature("D6")
def test_what_hangs_off_a_merged_record_is_read_of_its_survivor(player: Player) -> None:
    """Routing names a record that went into another: its own lists are empty by now, the survivor's are shown."""
    player.crm.put(Card("3", name="Ann"))
    player.crm.merged["people", "1"] = "3"
    panel, _, _ = popped(player, attrs.evolve(RINGING, pop=ANN))
    assert panel.contact is not None
    assert panel.contact.ref.id == "3"
    assert "/related/note/3" in player.crm.asked
    assert player.trips == 3
    assert panel.settled
