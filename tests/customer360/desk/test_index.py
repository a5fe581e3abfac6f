"""The phone index from outside: built, watched, and erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from customer360.core.matching import Found, MatchSource


@pytest.mark.feature("D13")
def test_it_is_watched_while_it_is_built(own_world: Any) -> None:
    """Each page tells how far it is; whoever shares the store sees the same, before, meanwhile and afterwards."""
    before = own_world.client.index_state("zoho", "kim")
    assert {state.resource for state in before} >= {"Contacts", "Leads", "Accounts"}
    assert not any(state.ready or state.syncing or state.synced_at for state in before)
    told: list[tuple[str, int]] = []
    report = own_world.client.sync_index(
        "zoho", "kim", on_progress=lambda step: told.append((step.resource, step.records))
    )
    assert report.complete
    now = datetime.now(UTC)
    after = {state.resource: state for state in own_world.client.index_state("zoho", "kim")}
    assert {resource for resource, _ in told} == set(after)
    for state in after.values():
        assert state.ready
        assert not state.syncing
        assert not state.whole, "the next one reads what has changed"
        assert state.synced_at is not None
        assert 0 < state.records <= max(records for resource, records in told if resource == state.resource)
        assert now - state.synced_at < timedelta(minutes=1)


@pytest.mark.feature("M14")
def test_it_is_erased_on_demand(own_world: Any) -> None:
    """Afterwards it has never been."""
    assert own_world.client.sync_index("zoho", "kim").complete
    own_world.client.forget_index("zoho")
    assert not any(state.ready for state in own_world.client.index_state("zoho", "kim"))


@pytest.mark.perf("P15")
def test_with_it_no_search_is_sent(own_world: Any) -> None:
    """The one candidate is read, and what hangs off it; nobody is looked for."""
    assert own_world.client.sync_index("zoho", "kim").complete
    session, before = own_world.session(), own_world.crm.fake.journal.count
    caller = own_world.person()
    conversation = session.begin(own_world.call(caller.e164[0]))
    assert conversation.panel.match.found is Found.ONE
    assert conversation.panel.match.best.source is MatchSource.CRM
    asked = [entry for entry in own_world.crm.fake.journal if entry.number > before]
    assert not any(entry.path.endswith("/search") for entry in asked)
    conversation.end()
