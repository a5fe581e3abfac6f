"""The same call where the CRM has no phone search and no objects but the agent's own mailbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from customer360.core.activities import CaseDraft, NoteDraft, TaskDraft
from customer360.core.capabilities import Capability
from customer360.core.errors import NeedsAuthorization, Unsupported
from customer360.core.interactions import Channel, WrapUp
from customer360.core.matching import Found, MatchSource, MatchStepKind
from customer360.core.panel import PartName, PartState
from customer360.core.records import RelatedKind
from customer360.outbox.rows import DeliveryState


@pytest.mark.feature("F096")
def test_a_number_is_not_searched_before_there_is_an_index_and_the_explanation_says_so(outlook: Any) -> None:
    """No request is wasted; "nobody" is not claimed."""
    session = outlook.session()
    before = outlook.crm.fake.journal.count
    conversation = session.begin(outlook.call(outlook.person().e164[0]))
    match = conversation.panel.match
    assert outlook.crm.fake.journal.count == before
    assert match.found is Found.FAILED
    assert {step.kind for step in match.steps} == {MatchStepKind.LEFT_OUT}
    conversation.end()


@pytest.mark.feature("F022")
def test_a_mail_is_matched_live_without_an_index(outlook: Any) -> None:
    """The one filter that the vendor documents."""
    caller = outlook.person(1)
    conversation = outlook.session().begin(outlook.call(caller.emails[0], channel=Channel.EMAIL))
    assert conversation.panel.contact.name == caller.name
    conversation.end()


@pytest.mark.feature("F010")
@pytest.mark.feature("F020")
def test_with_the_index_a_call_opens_the_customer(outlook: Any) -> None:
    """Filled by delta, with progress; verified live before it is shown."""
    told: list[int] = []
    report = outlook.client.sync_index(
        "microsoft365", "kim", on_progress=lambda progress: told.append(progress.records)
    )
    assert report.complete
    assert told == sorted(told)
    assert told[-1] > 100
    caller = outlook.person(2)
    conversation = outlook.session().begin(outlook.call(caller.e164[0]))
    assert conversation.panel.contact.name == caller.name
    assert conversation.panel.match.best.source is MatchSource.CRM
    conversation.end()


@pytest.mark.feature("F040")
def test_what_outlook_does_not_have_is_declared_not_empty(outlook: Any) -> None:
    """Cases and deals are unsupported, with the reason."""
    outlook.client.sync_index("microsoft365", "kim")
    conversation = outlook.session().begin(outlook.call(outlook.person(3).e164[0]))
    cases = conversation.panel.parts[PartName.CASES]
    assert cases.state is PartState.UNSUPPORTED
    assert cases.why
    with pytest.raises(Unsupported):
        conversation.create_activity(CaseDraft(contact=conversation.panel.contact.ref, subject="x"))
    conversation.end()


@pytest.mark.feature("F050")
@pytest.mark.feature("F081")
def test_note_task_and_call_log_reach_the_mailbox_once(outlook: Any) -> None:
    """Appended to the contact's notes, put into To Do, logged in the calendar; nobody is invited."""
    outlook.client.sync_index("microsoft365", "kim")
    conversation = outlook.session().begin(outlook.call(outlook.person(4).e164[0]))
    ref = conversation.panel.contact.ref
    note = conversation.create_activity(NoteDraft(contact=ref, text="outlook-note"))
    task = conversation.create_activity(TaskDraft(contact=ref, subject="outlook-task"))
    wrapped = conversation.wrap_up(WrapUp(ended_at=datetime.now(UTC), notes="outlook-call"))
    assert [note.state, task.state, *(each.state for each in wrapped.activities)] == [DeliveryState.DONE] * 3
    fake = outlook.crm.fake
    assert [fake.count_holding(text) for text in ("outlook-note", "outlook-task", "outlook-call")] == [1, 1, 1]
    assert fake.invitations == []
    assert any("outlook-note" in each.text for each in conversation.panel.related(RelatedKind.NOTE))
    conversation.end()


def test_an_edit_after_a_note_is_no_conflict(outlook: Any) -> None:
    """Our own note renewed the contact's version."""
    outlook.client.sync_index("microsoft365", "kim")
    conversation = outlook.session().begin(outlook.call(outlook.person(5).e164[0]))
    conversation.create_activity(NoteDraft(contact=conversation.panel.contact.ref, text="before the edit"))
    assert conversation.edit({"jobTitle": "COO"}).fields["jobTitle"] == "COO"
    conversation.end()


@pytest.mark.feature("F146")
def test_each_mailbox_is_its_owners_alone(outlook: Any) -> None:
    """Another agent must sign in, has an index of their own, and never meets the first one's contacts."""
    with pytest.raises(NeedsAuthorization):
        outlook.client.session("microsoft365", "lee")
    outlook.sign_in("lee", "lee")
    session = outlook.client.session("microsoft365", "lee")
    mine = {member.number for member in outlook.crm.fake.customers_of("lee")}
    only_kims = next(
        member
        for member in outlook.crm.fake.customers_of("kim")
        if member.number not in mine and member.e164
        if not any(member.e164[0] in other.e164 for other in outlook.crm.fake.customers_of("lee"))
    )
    assert session.find_contacts(phone=only_kims.e164[0]).found is Found.FAILED
    outlook.client.sync_index("microsoft365", "lee")
    assert session.find_contacts(phone=only_kims.e164[0]).found is Found.NONE


@pytest.mark.feature("F095")
def test_capabilities_say_why_not(outlook: Any) -> None:
    """Each thing that cannot be done has a reason that a person understands."""
    capabilities = outlook.session().capabilities()
    missing = {each: capabilities[each] for each in Capability if not capabilities[each].can}
    assert Capability.SEARCH_PHONE in missing
    assert all(support.reason for support in missing.values())
