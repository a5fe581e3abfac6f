"""What an agent sees while the CRM is ill, and what is kept until it is well."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from customer360.core.errors import CircuitOpen, CrmUnavailable
from customer360.core.interactions import WrapUp
from customer360.core.matching import Found, MatchSource
from customer360.core.panel import PartName, PartState
from customer360.outbox.rows import DeliveryState
from customer360_testkit.fakes.faults import slow, status


@pytest.mark.fault("X3")
def test_a_crm_that_is_down_gives_failed_parts_not_an_exception(own_world: Any) -> None:
    """The match says that it failed, which is not the same as nobody."""
    session = own_world.session()
    own_world.crm.fake.faults.add(status(500), times=None)
    conversation = session.begin(own_world.call(own_world.person(20).e164[0]))
    part = conversation.panel.parts[PartName.MATCH]
    assert part.state is PartState.FAILED
    assert part.value.found is Found.FAILED
    with pytest.raises((CrmUnavailable, CircuitOpen)):
        session.search_contacts("Lovelace")
    conversation.end()
    own_world.crm.fake.faults.clear()


@pytest.mark.feature("D13")
def test_the_index_answers_when_the_crm_is_down_and_says_so(own_world: Any) -> None:
    """The candidate is shown as not verified."""
    report = own_world.client.sync_index("zoho", "kim")
    assert report.complete
    caller = own_world.person(21)
    session = own_world.session()
    own_world.crm.fake.faults.add(status(503), times=None)
    conversation = session.begin(own_world.call(caller.e164[0]))
    assert [match.source for match in conversation.panel.match.matches] == [MatchSource.INDEX]
    conversation.end()
    own_world.crm.fake.faults.clear()


@pytest.mark.promise("R4")
@pytest.mark.fault("X9")
def test_a_slow_crm_costs_the_agent_the_deadline_and_no_more(hurried_world: Any) -> None:
    """Parts that are not there in time say so; what was there stays."""
    hurried_world.crm.fake.faults.add(slow(6.0), path=r".*/coql$", times=None)
    conversation = hurried_world.session().begin(hurried_world.call(hurried_world.person().e164[0]))
    assert conversation.panel.settled
    assert conversation.panel.parts[PartName.MATCH].state in (PartState.FAILED, PartState.READY)
    failed = [part for part in conversation.panel.parts.values() if part.state is PartState.FAILED]
    assert failed
    conversation.end()


@pytest.mark.promise("R2")
@pytest.mark.feature("M4")
def test_a_wrap_up_while_the_crm_is_down_is_committed_and_delivered_by_the_worker(own_world: Any) -> None:
    """Nothing is lost, nothing doubled: the log is promised at once, and written once the CRM answers."""
    conversation = own_world.session().begin(own_world.call(own_world.person().e164[0]))
    own_world.crm.fake.faults.add(
        status(429, headers=(("retry-after", "1"),)), method="POST", path=r".*/Calls$", times=3
    )
    wrapped = conversation.wrap_up(WrapUp(ended_at=datetime.now(UTC), notes="while-down"))
    assert wrapped.pending in (0, 1)
    conversation.end()
    states = {each.key: each.state for each in own_world.client.pending()}
    assert all(state is DeliveryState.DUE for state in states.values())
    assert own_world.crm.fake.count_holding("while-down") == 1 - len(states)
