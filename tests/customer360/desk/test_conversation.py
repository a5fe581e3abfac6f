"""One call, from the ring to the wrap-up, on both faces, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from customer360.core.activities import CallDraft, NoteDraft, TaskDraft
from customer360.core.errors import Conflict, InvalidValue, NotFound, Unsupported, ValidationFailed
from customer360.core.interactions import Channel, Disposition, WrapUp
from customer360.core.matching import Found
from customer360.core.panel import Part, PartName, PartState
from customer360.core.records import RecordRef, RelatedKind
from customer360.outbox.inbox import Drop
from customer360.outbox.rows import DeliveryState
from customer360_testkit.fakes.faults import drop, status


def ended() -> WrapUp:
    return WrapUp(ended_at=datetime.now(UTC), notes="Wants an offer", disposition=Disposition("offer", "Offer"))


@pytest.mark.feature("F001")
@pytest.mark.feature("F003")
@pytest.mark.feature("F004")
@pytest.mark.feature("F026")
def test_a_call_opens_the_customer_and_shows_what_is_known(world: Any) -> None:
    """Nobody asks for a search: the panel has the contact, its related records and why it is them."""
    caller = world.person(history=True)
    parts: list[Part] = []
    conversation = world.session().begin(world.call(caller.e164[0]), on_change=parts.append)
    panel = conversation.panel
    assert panel.settled
    assert panel.match.found is Found.ONE
    assert panel.contact.name == caller.name
    assert panel.contact.url.startswith("https://crm.zoho.eu/")
    assert [len(panel.related(kind)) for kind in (RelatedKind.NOTE, RelatedKind.TASK, RelatedKind.CALL)] == [4, 4, 4]
    calls = panel.related(RelatedKind.CALL)
    assert [call.at for call in calls] == sorted((call.at for call in calls), reverse=True)
    assert {part.name for part in parts} == set(panel.parts)
    assert [part.state for part in parts if part.name is PartName.CONTACT] == [PartState.LOADING, PartState.READY]
    conversation.end()


@pytest.mark.feature("F005")
@pytest.mark.feature("F011")
@pytest.mark.feature("D9")
def test_the_contact_has_the_crms_own_fields_custom_ones_too(world: Any) -> None:
    """Records are the CRM's, not a lowest common denominator."""
    caller = world.person(1)
    conversation = world.session().begin(world.call(caller.e164[0]))
    assert conversation.panel.contact.fields["Customer_Number"] == f"C-{caller.number:04d}"
    conversation.end()


@pytest.mark.feature("F002")
def test_a_call_that_the_agent_makes_is_handled_alike(world: Any) -> None:
    """Outbound: the customer is whom the agent dials."""
    from customer360.core.interactions import Direction

    caller = world.person(2)
    conversation = world.session().begin(world.call(caller.e164[0], direction=Direction.OUTBOUND))
    assert conversation.panel.contact.name == caller.name
    conversation.end()


@pytest.mark.feature("F024")
def test_a_withheld_number_searches_nothing_and_fails_nothing(world: Any) -> None:
    """No request leaves; the answer is "none" with the reason."""
    session = world.session()
    before = world.crm.fake.journal.count
    conversation = session.begin(world.call("anonymous"))
    assert world.crm.fake.journal.count == before
    assert conversation.panel.match.found is Found.NONE
    assert "withheld" in conversation.panel.match.sentence()
    conversation.end()


@pytest.mark.feature("D2")
def test_a_shared_number_opens_nobody_by_itself(world: Any) -> None:
    """The candidates are shown, and the agent picks."""
    cast = world.crm.fake.cast
    shared = next(
        number
        for member in cast
        for number in member.e164
        if sum(number in other.e164 for other in cast if other.kind != "company") > 1
    )
    conversation = world.session().begin(world.call(shared))
    assert conversation.panel.match.found is Found.SEVERAL
    assert conversation.panel.contact is None
    picked = conversation.panel.match.matches[1].contact
    assert conversation.open(picked.ref).contact.ref == picked.ref
    conversation.end()


@pytest.mark.feature("F022")
def test_a_mail_is_matched_by_its_address(world: Any) -> None:
    """Each channel by its own criteria."""
    caller = world.person(3)
    conversation = world.session().begin(world.call(caller.emails[0].upper(), channel=Channel.EMAIL))
    assert conversation.panel.contact.name == caller.name
    conversation.end()


@pytest.mark.feature("F030")
@pytest.mark.feature("F033")
def test_a_record_named_by_routing_wins_over_matching(world: Any) -> None:
    """It opens though the number belongs to somebody else."""
    session = world.session()
    named = session.find_contacts(phone=world.person(4).e164[0]).best.contact
    conversation = session.begin(world.call(world.person(5).e164[0], pop=named.ref))
    assert conversation.panel.contact.ref == named.ref
    conversation.end()


@pytest.mark.feature("F030")
def test_a_stale_record_named_by_routing_falls_back_to_matching(world: Any) -> None:
    """It may have been deleted since."""
    caller = world.person(6)
    gone = RecordRef("zoho", "Contacts", "6100000000000999999")
    conversation = world.session().begin(world.call(caller.e164[0], pop=gone))
    assert conversation.panel.contact.name == caller.name
    assert "routing in the interaction left out" in conversation.panel.match.sentence()
    conversation.end()


@pytest.mark.feature("F033")
def test_a_routed_record_that_cannot_be_read_is_not_replaced_by_itself(world: Any) -> None:
    """Whoever matching finds is shown, and opened by the agent."""
    caller = world.person(6)
    world.crm.fake.faults.add(status(503), method="GET", path=r".*/Contacts/[0-9]+$", times=None)
    routed = RecordRef("zoho", "Contacts", "6100000000000999999")
    conversation = world.session().begin(world.call(caller.e164[0], pop=routed))
    world.crm.fake.faults.clear()
    assert conversation.panel.contact is None
    assert "routing in zoho failed" in conversation.panel.match.sentence()
    conversation.end()


# Opening and editing ------------------------------------------------------------------------------------------------


@pytest.mark.feature("F035")
@pytest.mark.feature("F036")
def test_the_interaction_is_linked_to_the_contact_open_at_the_end(world: Any) -> None:
    """Open A, open B, end: the log stands with B only."""
    session = world.session()
    first, second = world.person(7), world.person(8)
    conversation = session.begin(world.call(first.e164[0]))
    first_ref = conversation.panel.contact.ref
    second_ref = session.find_contacts(phone=second.e164[0]).best.contact.ref
    conversation.open(second_ref)
    wrapped = conversation.wrap_up(ended())
    assert [each.state for each in wrapped.activities] == [DeliveryState.DONE]
    logged = {row["Who_Id"]["id"] for row in world.crm.fake.records("Calls") if row["Description"]}
    assert second_ref.id in logged
    assert first_ref.id not in logged
    with pytest.raises(InvalidValue, match="wrapped up"):
        conversation.open(first_ref)
    conversation.end()


def test_a_contact_that_cannot_be_opened_leaves_the_open_one_open(world: Any) -> None:
    """The error is raised, the panel is as it was."""
    conversation = world.session().begin(world.call(world.person(9).e164[0]))
    before = conversation.panel
    with pytest.raises(NotFound):
        conversation.open(RecordRef("zoho", "Contacts", "6100000000000999999"))
    assert conversation.panel.contact == before.contact
    assert conversation.panel.settled
    conversation.end()


@pytest.mark.feature("F006")
@pytest.mark.feature("F013")
def test_an_edit_changes_only_its_fields_and_shows_what_the_crm_holds(world: Any) -> None:
    """None clears, absent stays."""
    caller = world.person(10)
    conversation = world.session().begin(world.call(caller.e164[0]))
    before = conversation.panel.contact
    after = conversation.edit({"Title": "CFO", "Department": None})
    assert (after.fields["Title"], after.fields["Department"]) == ("CFO", None)
    assert after.fields["Customer_Number"] == before.fields["Customer_Number"]
    assert conversation.panel.contact == after
    (row,) = [row for row in world.crm.fake.records("Contacts") if row["id"] == before.ref.id]
    assert row["Title"] == "CFO"
    conversation.end()


@pytest.mark.feature("F012")
def test_a_refused_value_names_the_field(world: Any) -> None:
    """The agent is told which field to correct; the panel keeps the contact."""
    conversation = world.session().begin(world.call(world.person(11).e164[0]))
    with pytest.raises(ValidationFailed) as refused:
        conversation.edit({"Email": "no address"})
    assert [problem.field for problem in refused.value.problems] == ["Email"]
    assert "no address" not in str(refused.value)
    assert conversation.panel.contact is not None
    conversation.end()


def test_somebody_elses_change_of_another_field_is_no_conflict(world: Any) -> None:
    """A note of ours or a colleague's edit may have renewed the record's version."""
    session = world.session()
    conversation = session.begin(world.call(world.person(12).e164[0]))
    contact = conversation.panel.contact
    _changed_by_somebody_else(world, contact.ref, "Department", "Logistics")
    assert conversation.edit({"Title": "CTO"}).fields["Department"] == "Logistics"
    conversation.end()


def test_somebody_elses_change_of_the_same_field_is_a_conflict(world: Any) -> None:
    """Nothing is written; the agent reads again."""
    conversation = world.session().begin(world.call(world.person(13).e164[0]))
    contact = conversation.panel.contact
    _changed_by_somebody_else(world, contact.ref, "Title", "Founder")
    with pytest.raises(Conflict):
        conversation.edit({"Title": "Intern"})
    conversation.end()


def _changed_by_somebody_else(world: Any, ref: RecordRef, field: str, value: str) -> None:
    fake = world.crm.fake
    row = fake.store.get(ref.resource, ref.id)
    later = row["Modified_Time"] + 5
    fake.store.put(ref.resource, {**row, field: value, "Modified_Time": later}, later, later)


@pytest.mark.feature("F012")
def test_a_caller_nobody_knows_can_be_created_and_is_open_then(world: Any) -> None:
    """Found by nobody, created, wrapped up with."""
    conversation = world.session().begin(world.call("+44 20 7946 0877"))
    assert conversation.panel.match.found is Found.NONE
    made = conversation.create_contact("Contacts", {"Last_Name": "Newcomer", "Phone": "+44 20 7946 0877"})
    assert conversation.panel.contact.ref == made.ref
    assert conversation.wrap_up(ended()).pending == 0
    conversation.end()


# Activities ---------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F050")
@pytest.mark.feature("F051")
def test_activities_by_hand_during_and_after_the_conversation(world: Any) -> None:
    """Each stands in the CRM and in the panel."""
    conversation = world.session().begin(world.call(world.person(14).e164[0]))
    ref = conversation.panel.contact.ref
    note = conversation.create_activity(NoteDraft(contact=ref, subject="Hand", text="during"))
    assert note.state is DeliveryState.DONE
    assert conversation.panel.related(RelatedKind.NOTE)[0].ref == note.record
    conversation.end()
    task = conversation.create_activity(TaskDraft(contact=ref, subject="after"))
    assert task.state is DeliveryState.DONE


@pytest.mark.feature("M4")
@pytest.mark.fault("X3")
def test_a_note_typed_while_the_crm_is_down_is_kept_and_delivered_later(world: Any) -> None:
    """It is in the inbox until then, and in the CRM once."""
    conversation = world.session().begin(world.call(world.person(15).e164[0]))
    world.crm.fake.faults.add(status(503), method="POST", path=r".*/Notes$", times=1)
    kept = conversation.create_activity(NoteDraft(contact=conversation.panel.contact.ref, text="kept-note"))
    assert kept.state in (DeliveryState.DUE, DeliveryState.DOUBT)
    assert kept.key in [each.key for each in world.client.pending()]
    conversation.end()
    assert world.crm.fake.count_holding("kept-note") == 0


def test_an_activity_that_the_crm_refuses_is_raised_and_not_kept(world: Any) -> None:
    """The agent is there to correct it."""
    conversation = world.session().begin(world.call(world.person(16).e164[0]))
    ref = conversation.panel.contact.ref
    with pytest.raises(ValidationFailed):
        conversation.create_activity(TaskDraft(contact=ref, subject="x", extra={"Due_Date": "someday"}))
    assert all(each.state is not DeliveryState.REFUSED for each in world.client.pending())
    conversation.end()


@pytest.mark.feature("F081")
@pytest.mark.promise("R1")
@pytest.mark.fault("X20")
@pytest.mark.feature("D11")
def test_wrapping_up_twice_writes_the_log_once(world: Any) -> None:
    """An agent clicks twice."""
    conversation = world.session().begin(world.call(world.person(17).e164[0]))
    ref = conversation.panel.contact.ref
    ending = WrapUp(ended_at=datetime.now(UTC), notes="clicked-twice")
    first, second = conversation.wrap_up(ending), conversation.wrap_up(ending)
    assert (first.repeated, second.repeated) == (False, True)
    assert world.crm.fake.count_holding("clicked-twice") == 1
    assert conversation.panel.contact.ref == ref
    conversation.end()


@pytest.mark.promise("R2")
@pytest.mark.fault("X1")
def test_a_wrap_up_whose_answer_is_lost_is_in_doubt_and_found_again(world: Any) -> None:
    """The CRM has it; nothing is sent twice; the next round finds the record by its key."""
    conversation = world.session().begin(world.call(world.person(18).e164[0]))
    world.crm.fake.faults.add(drop(applied=True), method="POST", path=r".*/Calls$")
    wrapped = conversation.wrap_up(WrapUp(ended_at=datetime.now(UTC), notes="lost-answer"))
    assert wrapped.pending == 1
    assert [each.state for each in wrapped.activities] == [DeliveryState.DOUBT]
    again = conversation.wrap_up(WrapUp(ended_at=datetime.now(UTC), notes="lost-answer"))
    assert (again.repeated, again.pending) == (True, 1)
    conversation.end()
    assert world.crm.fake.count_holding("lost-answer") == 1
    (waiting,) = [each for each in world.client.pending() if each.key == wrapped.activities[0].key]
    assert waiting.in_doubt


def test_the_activities_of_a_wrap_up_can_be_chosen(world: Any) -> None:
    """None of them, or others than the usual log."""
    conversation = world.session().begin(world.call(world.person(19).e164[0]))
    ref = conversation.panel.contact.ref
    chosen = (NoteDraft(contact=ref, text="chosen-note"), TaskDraft(contact=ref, subject="chosen-task"))
    wrapped = conversation.wrap_up(ended(), activities=chosen)
    assert [each.state for each in wrapped.activities] == [DeliveryState.DONE, DeliveryState.DONE]
    assert world.crm.fake.count_holding("chosen-note") == 1
    assert wrapped.unwritten  # the notes of the wrap-up are in neither
    conversation.end()


def test_a_wrap_up_without_a_contact_says_that_its_notes_are_not_in_the_crm(world: Any) -> None:
    """Nobody was open to write them to; without notes there is nothing to say."""
    for number, (ending, unwritten) in enumerate(((ended(), True), (WrapUp(ended_at=datetime.now(UTC)), False))):
        call = attrs.evolve(world.call("anonymous"), id=f"nobody-{number}")
        conversation = world.session().begin(call)
        wrapped = conversation.wrap_up(ending)
        assert (wrapped.activities, wrapped.unwritten) == ((), unwritten)
        conversation.end()


def test_what_the_crm_cannot_do_is_refused_before_anything_is_promised(world: Any) -> None:
    """A draft for a record that is no contact of ours has nothing to hang off."""
    session = world.session()
    before = len(world.client.pending())
    stranger = RecordRef("microsoft365", "contacts", "1")
    with pytest.raises((InvalidValue, Unsupported)):
        session.create_activity(CallDraft(contact=stranger, started_at=datetime.now(UTC)))
    assert len(world.client.pending()) == before


def test_a_person_decides_about_what_is_pending(world: Any) -> None:
    """What waits for somebody can be dropped; what moves by itself cannot."""
    for waiting in world.client.pending():
        if waiting.state in (DeliveryState.DUE, DeliveryState.DOUBT):
            with pytest.raises(Conflict):
                world.client.resolve(waiting.key, Drop())


@pytest.mark.feature("D8")
@pytest.mark.fault("X5")
def test_a_session_that_expires_in_mid_conversation_is_renewed_unseen(world: Any) -> None:
    """The agent notices nothing; one refresh, whatever waits for it."""
    conversation = world.session().begin(world.call(world.person(20).e164[0]))
    world.crm.fake.oauth.expire_access_tokens()
    before = world.crm.fake.journal.count
    assert conversation.edit({"Title": "Renewed"}).fields["Title"] == "Renewed"
    asked = [entry for entry in world.crm.fake.journal if entry.number > before and "/oauth/" in entry.path]
    assert len(asked) == 1
    conversation.end()
