"""A key of the host's own, given again: a repeat, a correction of what was refused, or a mistake that is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from customer360.core.activities import CallDraft, NoteDraft, TaskDraft
from customer360.core.errors import Forbidden, InvalidValue, ValidationFailed
from customer360.core.interactions import WrapUp
from customer360.core.records import RecordRef
from customer360.outbox.inbox import Drop
from customer360.outbox.rows import DeliveryState
from customer360_testkit.fakes.faults import status

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def contacts(world: Any) -> tuple[RecordRef, RecordRef]:
    found = [world.session().find_contacts(phone=world.person(nth).e164[0]).matches[0] for nth in (2, 3)]
    return found[0].contact.ref, found[1].contact.ref


@pytest.mark.feature("D11")
@pytest.mark.fault("X20")
def test_the_same_draft_under_its_key_is_a_repeat(world: Any) -> None:
    """Answered with what was written, in whatever zone its times are given the second time."""
    first, session = contacts(world)[0], world.session()
    draft = CallDraft(contact=first, key="K-repeat", subject="Quillrepeat", started_at=NOON)
    there = timezone(timedelta(hours=5))
    again = attrs.evolve(draft, started_at=NOON.astimezone(there))
    assert session.create_activity(draft) == session.create_activity(again)
    assert world.crm.fake.count_holding("Quillrepeat") == 1


@pytest.mark.feature("D11")
def test_another_activity_under_a_used_key_is_refused(world: Any) -> None:
    """Another kind, contact or content: nothing is written, and the error names the key and what was written."""
    (first, second), session = contacts(world), world.session()
    note = NoteDraft(contact=first, key="K-used", text="Quillused")
    record = session.create_activity(note).record
    others = (
        attrs.evolve(note, contact=second),
        attrs.evolve(note, text="other words"),
        attrs.evolve(note, extra={"Due": NOON}),
        TaskDraft(contact=first, key="K-used", subject="Quillused"),
    )
    for other in others:
        with pytest.raises(InvalidValue, match=r"'K-used' .*key of its own") as refused:
            session.create_activity(other)
        assert refused.value.ref == record
    assert world.crm.fake.count_holding("Quillused") == 1


@pytest.mark.feature("D11")
def test_a_wrap_up_tells_of_a_used_key_and_keeps_the_rest(world: Any) -> None:
    """What has a key of its own is written, what has another's is told, and so are the words that nobody has."""
    first, session = contacts(world)[0], world.session()
    session.create_activity(NoteDraft(contact=first, key="K-wrap", text="first words"))
    conversation = session.begin(world.call(world.person(2).e164[0]))
    clashing = NoteDraft(contact=first, key="K-wrap", text="second words")
    wrapped = conversation.wrap_up(
        WrapUp(ended_at=datetime.now(UTC), notes="second words"),
        (clashing, TaskDraft(contact=first, subject="Quillkept")),
    )
    assert ["K-wrap" in str(clash) for clash in wrapped.clashes] == [True]
    assert [each.state for each in wrapped.activities] == [DeliveryState.DONE]
    assert wrapped.unwritten
    assert world.crm.fake.count_holding("Quillkept") == 1


@pytest.mark.feature("F051")
@pytest.mark.parametrize("in_wrap_up", [False, True])
def test_a_corrected_draft_is_written_under_its_key(world: Any, in_wrap_up: bool) -> None:
    """A refusal is told again for what was refused; the agent's correction goes out."""
    first, session = contacts(world)[0], world.session()
    key = f"K-corrected-{in_wrap_up}"
    wrong = TaskDraft(contact=first, key=key, subject=key, extra={"Due_Date": "someday"})
    if in_wrap_up:
        conversation = session.begin(world.call(world.person(2).e164[0]))
        (refused,) = conversation.wrap_up(WrapUp(ended_at=datetime.now(UTC)), (wrong,)).activities
        assert refused.state is DeliveryState.REFUSED
    else:
        with pytest.raises(ValidationFailed):
            session.create_activity(wrong)
        with pytest.raises(ValidationFailed):
            session.create_activity(wrong)
    corrected = attrs.evolve(wrong, extra={})
    assert session.create_activity(corrected).state is DeliveryState.DONE
    assert session.create_activity(corrected).state is DeliveryState.DONE
    assert world.crm.fake.count_holding(key) == 1
    assert key not in [each.key for each in world.client.pending()]


@pytest.mark.feature("F051")
@pytest.mark.parametrize("in_wrap_up", [False, True])
def test_what_was_forbidden_is_written_once_the_right_is_given(world: Any, in_wrap_up: bool) -> None:
    """The same draft again, unchanged: it was the right that was missing."""
    first, session = contacts(world)[0], world.session()
    key = f"K-forbidden-{in_wrap_up}"
    note = NoteDraft(contact=first, key=key, text=key)
    world.crm.fake.faults.add(status(403, content=b'{"code":"NO_PERMISSION","status":"error"}'), times=None)
    if in_wrap_up:
        conversation = session.begin(world.call(world.person(2).e164[0]))
        (refused,) = conversation.wrap_up(WrapUp(ended_at=datetime.now(UTC)), (note,)).activities
        assert refused.state is DeliveryState.REFUSED
    else:
        with pytest.raises(Forbidden):
            session.create_activity(note)
    world.crm.fake.faults.clear()
    for _ in range(2):
        assert session.create_activity(note).state is DeliveryState.DONE
    assert world.crm.fake.count_holding(key) == 1


@pytest.mark.fault("X20")
def test_what_a_person_dropped_comes_back_only_if_it_is_asked_for(world: Any) -> None:
    """Not with the other activities of a wrap-up that is sent a second time."""
    first, session = contacts(world)[0], world.session()
    conversation = session.begin(world.call(world.person(2).e164[0]))
    wrong = TaskDraft(contact=first, key="K-dropped", subject="Quilldropped", extra={"Due_Date": "someday"})
    ending = WrapUp(ended_at=datetime.now(UTC))
    assert [each.state for each in conversation.wrap_up(ending, (wrong,)).activities] == [DeliveryState.REFUSED]
    world.client.resolve("K-dropped", Drop())
    again = conversation.wrap_up(ending, (wrong,))
    assert (again.activities, again.clashes) == ((), ())
    with pytest.raises(ValidationFailed):
        session.create_activity(wrong)


@pytest.mark.feature("D11")
@pytest.mark.fault("X20")
def test_the_same_wrap_up_in_another_order_is_the_same(world: Any) -> None:
    """A desktop that sends it again may list its activities as it likes; what is new has a place of its own."""
    first, session = contacts(world)[0], world.session()
    conversation = session.begin(world.call(world.person(2).e164[0]))
    ending = WrapUp(ended_at=datetime.now(UTC))
    one, two, three = (TaskDraft(contact=first, subject=f"Quillorder{number}") for number in range(3))
    assert len(conversation.wrap_up(ending, (one, two, two)).activities) == 3
    for order in ((two, one, two), (two,), (two, two, one), ()):
        again = conversation.wrap_up(ending, order)
        assert (again.repeated, again.activities, again.clashes) == (True, (), ())
    assert len(conversation.wrap_up(ending, (two, one, two, three)).activities) == 1
    assert [world.crm.fake.count_holding(f"Quillorder{number}") for number in range(3)] == [1, 2, 1]
    changed = attrs.evolve(one, subject="Quillchanged")
    assert len(conversation.wrap_up(ending, (two, changed, two)).clashes) == 1
