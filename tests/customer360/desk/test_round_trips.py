"""How often an agent waits for the CRM: counted in the fakes' journals (P15)."""

from __future__ import annotations

from typing import Any

import pytest

from customer360_testkit.fakes.faults import slow
from customer360_testkit.fakes.journal import Entry


def chain(entries: list[Entry]) -> int:
    """The longest row of requests of which each began after the one before had ended."""
    longest: dict[int, int] = {}
    for entry in sorted(entries, key=lambda entry: entry.started):
        before = [longest[other.number] for other in entries if other.finished and other.finished < entry.started]
        longest[entry.number] = 1 + max(before, default=0)
    return max(longest.values(), default=0)


def of_a_pop(world: Any, number: str) -> list[Entry]:
    """Its requests, each slowed down so that those sent together overlap."""
    session = world.session()
    before = world.crm.fake.journal.count
    world.crm.fake.faults.add(slow(0.2), times=None)
    conversation = session.begin(world.call(number))
    world.crm.fake.faults.clear()
    assert conversation.panel.contact is not None
    conversation.end()
    return [entry for entry in world.crm.fake.journal if entry.number > before]


@pytest.mark.perf("P15")
def test_a_pop_on_zoho_takes_two_round_trips_cold_and_one_warm(world: Any) -> None:
    """Who is it, then everything about them at once; with the index all of it at once."""
    assert chain(of_a_pop(world, world.person(22).e164[0])) <= 2
    assert world.client.sync_index("zoho", "kim").complete
    assert chain(of_a_pop(world, world.person(23).e164[0])) <= 1


@pytest.mark.perf("P15")
def test_a_pop_on_microsoft_365_takes_one_round_trip_with_its_index(outlook: Any) -> None:
    """The candidate's record and its related records side by side."""
    assert outlook.client.sync_index("microsoft365", "kim").complete
    assert chain(of_a_pop(outlook, outlook.person(6).e164[0])) <= 1
