"""What people see of pending activities and what they decide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from customer360.core.activities import NoteDraft
from customer360.core.effects import Tx
from customer360.core.errors import Conflict, InvalidValue, NotFound
from customer360.core.records import RecordRef
from customer360.outbox import inbox, rows
from customer360.outbox.inbox import Drop, SendAgain, StandsInCrm
from customer360.outbox.promises import promise
from customer360.outbox.rows import DeliveryState, Row
from customer360.store.engine import Store, open_store

MARIA = RecordRef("zoho", "Contacts", "42")
NOTE = NoteDraft(contact=MARIA, key="k1", text="wants a call back")


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store() as store:
        yield store


def call(store: Store, function: Any, *args: Any, **kwargs: Any) -> Any:
    return store.run(Tx(lambda connection: function(connection, *args, **kwargs)))


def promised(
    store: Store, state: DeliveryState = DeliveryState.DUE, draft: NoteDraft = NOTE, agent: str = "kim", **values: Any
) -> None:
    call(store, promise, [draft], tenant_id="acme", interaction_id="call-1", agent_id=agent, now=100.0)
    if state is not DeliveryState.DUE or values:
        call(store, rows.change, row(store, draft.key), state=state.value, **values)


def row(store: Store, key: str = "k1") -> Row:
    found: Row = call(store, rows.read, "acme", key)
    return found


@pytest.mark.feature("D3")
def test_pending_lists_everything_that_is_not_settled(store: Store) -> None:
    """Due, in doubt, refused, unknown and held are listed with their draft; done and dropped are not."""
    for state in DeliveryState:
        promised(store, state, attrs.evolve(NOTE, key=state.value))
    listed = {each.state: each for each in call(store, inbox.pending, "acme")}
    assert set(listed) == {
        DeliveryState.DUE,
        DeliveryState.DOUBT,
        DeliveryState.REFUSED,
        DeliveryState.UNKNOWN,
        DeliveryState.HELD,
    }
    assert listed[DeliveryState.HELD].draft == attrs.evolve(NOTE, key="held")
    assert call(store, inbox.pending, "acme", agent_id="somebody else") == ()
    assert call(store, inbox.pending, "another tenant") == ()


@pytest.mark.feature("D3")
@pytest.mark.parametrize("state", [DeliveryState.REFUSED, DeliveryState.UNKNOWN, DeliveryState.HELD])
def test_a_person_says_that_it_stands_in_the_crm(store: Store, state: DeliveryState) -> None:
    """One call settles it, with the record where the person knows it."""
    promised(store, state, sent_until=5.0)
    call(store, inbox.resolve, "acme", "k1", StandsInCrm(RecordRef("zoho", "Notes", "7")), now=200.0)
    assert (row(store).state, row(store).record) == (DeliveryState.DONE, RecordRef("zoho", "Notes", "7"))


def test_what_stands_in_the_crm_is_a_record_of_that_crm(store: Store) -> None:
    """Another's id would lead to somebody else's there."""
    promised(store, DeliveryState.UNKNOWN)
    with pytest.raises(InvalidValue, match="no record of zoho"):
        call(store, inbox.resolve, "acme", "k1", StandsInCrm(RecordRef("salesforce", "Note", "7")), now=200.0)
    assert row(store).state is DeliveryState.UNKNOWN


@pytest.mark.feature("D3")
def test_a_refused_activity_is_corrected_and_sent_again(store: Store) -> None:
    """The corrected draft keeps its key, so that it can still be recognised."""
    promised(store, DeliveryState.REFUSED)
    corrected = attrs.evolve(NOTE, text="shorter")
    call(store, inbox.resolve, "acme", "k1", SendAgain(corrected), now=200.0)
    (listed,) = call(store, inbox.pending, "acme")
    assert (listed.state, listed.draft, listed.due_at) == (DeliveryState.DUE, corrected, 200.0)
    with pytest.raises(Conflict):
        call(store, inbox.resolve, "acme", "k1", Drop(), now=200.0)


@pytest.mark.parametrize("other", [attrs.evolve(NOTE, key="k2"), attrs.evolve(NOTE, contact=RecordRef("m", "c", "1"))])
def test_a_correction_cannot_turn_into_another_activity(store: Store, other: NoteDraft) -> None:
    """Key and CRM stay: anything else is a new activity."""
    promised(store, DeliveryState.REFUSED)
    with pytest.raises(InvalidValue):
        call(store, inbox.resolve, "acme", "k1", SendAgain(other), now=200.0)


@pytest.mark.promise("R1")
def test_sending_again_takes_only_that_doubt_away_which_a_person_looked_into(store: Store) -> None:
    """After "unknown" the person has looked; a held row that was in doubt is still looked for by us."""
    promised(store, DeliveryState.UNKNOWN, sent_until=150.0)
    promised(store, DeliveryState.HELD, attrs.evolve(NOTE, key="k2"), sent_until=150.0)
    for key in ("k1", "k2"):
        call(store, inbox.resolve, "acme", key, SendAgain(), now=200.0)
    assert (row(store, "k1").state, row(store, "k1").sent_until) == (DeliveryState.DUE, None)
    assert (row(store, "k2").state, row(store, "k2").sent_until) == (DeliveryState.DOUBT, 150.0)


def test_an_unknown_key_is_not_found(store: Store) -> None:
    """A typing error is told from success."""
    with pytest.raises(NotFound):
        call(store, inbox.resolve, "acme", "nothing", Drop(), now=200.0)


@pytest.mark.feature("F109")
def test_held_activities_resume_as_what_they_were(store: Store) -> None:
    """Doubt survives holding: what may stand in the CRM is looked for, not sent blindly."""
    promised(store)
    promised(store, DeliveryState.DOUBT, attrs.evolve(NOTE, key="k2"), sent_until=150.0)
    assert call(store, inbox.hold, "acme", "zoho") == 2
    assert {row(store, key).state for key in ("k1", "k2")} == {DeliveryState.HELD}
    assert call(store, inbox.resume, "acme", "zoho", now=300.0) == 2
    assert (row(store, "k1").state, row(store, "k2").state) == (DeliveryState.DUE, DeliveryState.DOUBT)
    assert row(store, "k2").due_at == 300.0


@pytest.mark.feature("F109")
def test_dropping_is_a_decision_that_stays_visible(store: Store) -> None:
    """Nothing is deleted: a dropped activity keeps its row."""
    promised(store)
    assert call(store, inbox.drop, "acme", "zoho", agent_id="kim") == 1
    assert row(store).state is DeliveryState.DROPPED
    assert call(store, inbox.drop, "acme", "zoho") == 0


def test_a_decision_overrules_a_worker_in_the_middle(store: Store) -> None:
    """The worker's fence is old: what it writes afterwards changes nothing, and its lease is not given away."""
    promised(store)
    (claimed,) = call(store, rows.claim, 200.0, lease=60.0)
    call(store, inbox.hold, "acme", "zoho")
    assert call(store, rows.change, claimed, state=DeliveryState.DONE.value) is False
    call(store, inbox.resume, "acme", "zoho", now=210.0)
    assert call(store, rows.claim, 259.0, lease=60.0) == ()
    assert len(call(store, rows.claim, 260.0, lease=60.0)) == 1


@pytest.mark.promise("R1")
def test_a_row_is_claimed_by_one_worker_at_a_time(store: Store) -> None:
    """Until its lease ends nobody else gets it, and then the first has lost it."""
    promised(store)
    (first,) = call(store, rows.claim, 200.0, lease=60.0)
    assert call(store, rows.claim, 259.9, lease=60.0) == ()
    (second,) = call(store, rows.claim, 260.0, lease=60.0)
    assert call(store, rows.change, first, state=DeliveryState.DONE.value) is False
    assert call(store, rows.change, second, state=DeliveryState.DONE.value) is True


def test_next_due_is_the_later_of_due_and_lease(store: Store) -> None:
    """A worker sleeps until there is something to do, and for ever when there is not."""
    assert call(store, rows.next_due) is None
    promised(store)
    assert call(store, rows.next_due) == 100.0
    call(store, rows.claim, 200.0, lease=60.0)
    assert call(store, rows.next_due) == 260.0


def test_rows_are_shown_without_the_customers_words(store: Store) -> None:
    """A repr that reaches a log names the activity, not its text."""
    promised(store)
    assert "call back" not in repr(row(store)) + repr(call(store, inbox.pending, "acme"))
