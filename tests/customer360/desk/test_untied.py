"""What an activity is about besides its customer: tied where the CRM has a place for it, else said, and no failure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from customer360.core.activities import NoteDraft, TaskDraft
from customer360.core.interactions import WrapUp
from customer360.core.records import RecordRef
from customer360.outbox.rows import DeliveryState


def _deals(world: Any) -> tuple[RecordRef, ...]:
    return tuple(RecordRef("zoho", "Deals", str(row["id"])) for row in world.crm.fake.records("Deals")[:3])


@pytest.mark.feature("F050")
def test_what_is_not_tied_is_told_beforehand(world: Any) -> None:
    """A task has a place for one deal, a note for none, and nothing of another CRM is tied."""
    contact = world.session().find_contacts(phone=world.person(11).e164[0]).matches[0].contact.ref
    first, second, third = _deals(world)
    foreign = RecordRef("salesforce", "Opportunity", "1")
    task = TaskDraft(contact=contact, related=(first, second, foreign, contact, third))
    assert world.session().untied(task) == (second, foreign, third)
    assert world.session().untied(NoteDraft(contact=contact, related=(first,))) == (first,)
    assert world.session().untied(TaskDraft(contact=contact)) == ()


@pytest.mark.feature("F050")
def test_a_wrap_up_does_not_fail_over_what_is_not_tied(world: Any) -> None:
    """It is written, with what there is a place for, and says what it was written without."""
    conversation = world.session().begin(world.call(world.person(12).e164[0]))
    first, second, _ = _deals(world)
    draft = TaskDraft(contact=conversation.panel.contact.ref, subject="Quilluntied", related=(first, second))
    wrapped = conversation.wrap_up(WrapUp(ended_at=datetime.now(UTC)), (draft,))
    (delivered,) = wrapped.activities
    assert (delivered.state, delivered.untied) == (DeliveryState.DONE, (second,))
    (row,) = [row for row in world.crm.fake.records("Tasks") if row["Subject"] == "Quilluntied"]
    assert row["What_Id"]["id"] == first.id
    conversation.end()
