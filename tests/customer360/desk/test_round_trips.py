"""How often an agent waits for the CRM (P15).

Without a clock: the fake keeps its answers back until every request of a step is there. A pop that sends one of them
only after the answer to another never gets any.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from customer360_testkit.fakes.faults import Gate, together
from customer360_testkit.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Every CRM."""
    with Sandbox("zoho", "microsoft365", "salesforce", "bullhorn") as box:
        yield box


def requests_of(world: Any, does: Any) -> int:
    """How many requests the fake gets of it."""
    before = world.crm.fake.journal.count
    does()
    return int(world.crm.fake.journal.count - before)


def pop(world: Any, nth: int) -> None:
    """The whole panel of a customer who calls, and the end of the call."""
    conversation = world.session().begin(world.call(world.person(nth).e164[0]))
    assert conversation.panel.contact is not None
    conversation.end()


def pop_in_steps(world: Any, nth: int, *steps: int) -> None:
    """The same, where each step's answers wait for its last request."""
    gates = [Gate(requests) for requests in steps]
    for gate in gates:
        world.crm.fake.faults.add(together(gate), times=gate.needed)
    assert requests_of(world, lambda: pop(world, nth)) == sum(steps)
    assert all(gate.open for gate in gates)


@pytest.mark.perf("P15")
@pytest.mark.parametrize("crm", ["zoho", "salesforce", "bullhorn"])
def test_a_pop_takes_two_round_trips(named_world: Any) -> None:
    """Who is it, then everything about them at once."""
    everything = requests_of(named_world, lambda: pop(named_world, 20))
    who = requests_of(named_world, lambda: named_world.session().find_contacts(phone=named_world.person(21).e164[0]))
    pop_in_steps(named_world, 22, who, everything - who)


@pytest.mark.perf("P15")
@pytest.mark.parametrize("crm", ["zoho", "microsoft365", "salesforce", "bullhorn"])
def test_a_pop_takes_one_round_trip_with_the_index(named_world: Any, crm: str) -> None:
    """The candidate's record and its related records side by side."""
    assert named_world.client.sync_index(crm, "kim").complete
    everything = requests_of(named_world, lambda: pop(named_world, 5))
    pop_in_steps(named_world, 6, everything)
