"""Reading on where a part of the panel ends, and listing by what an agent asks for, on both faces, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from customer360 import (
    ActivityFilter,
    CallDraft,
    Condition,
    Gone,
    InvalidValue,
    NoteDraft,
    Operator,
    PartName,
    RecordRef,
    RelatedKind,
    TaskDraft,
    Unsupported,
)
from customer360_testkit.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """All four CRMs."""
    with Sandbox("zoho", "microsoft365", "salesforce", "bullhorn") as box:
        yield box


def open_tasks(world: Any, session: Any, count: int) -> RecordRef:
    """A customer with so many tasks, due day by day."""
    ref: RecordRef = session.find_contacts(email=world.person().emails[0]).best.contact.ref
    for day in range(count):
        due = date(2027, 1, 1) + timedelta(days=day)
        session.create_activity(TaskDraft(contact=ref, subject=f"Task {day}", due_on=due))
    return ref


@pytest.mark.feature("F040")
@pytest.mark.parametrize("crm", ["bullhorn", "microsoft365", "salesforce", "zoho"])
def test_a_part_says_that_there_are_more_and_the_session_reads_on(named_world: Any, crm: str) -> None:
    """A panel shows twenty; nobody takes them for all there are, and each of the others is read once."""
    session = named_world.session()
    ref = open_tasks(named_world, session, 25)
    now = named_world.call(None).started_at
    conversation = session.begin(named_world.call(None, pop=ref))
    part = conversation.panel.parts[PartName.TASKS]
    assert (len(part.value), conversation.panel.parts[PartName.EVENTS].next) == (20, None)
    assert part.next is not None
    read, cursor = list(part.value), part.next
    while cursor is not None:
        page = session.related(ref, RelatedKind.TASK, cursor=cursor)
        read += page.items
        cursor = page.next
    titles = [each.title for each in read]
    assert len(titles) == len(set(titles))
    assert {f"Task {day}" for day in range(25)} <= set(titles)
    whole = session.related(ref, RelatedKind.TASK, limit=200)
    assert (whole.items, whole.next) == (tuple(read), None)
    conversation.create_activity(TaskDraft(contact=ref, subject="One more"))
    assert conversation.panel.parts[PartName.TASKS].next is not None
    conversation.create_activity(CallDraft(contact=ref, subject="A call", started_at=now))
    assert conversation.panel.parts[PartName.CALLS].next is None
    conversation.end()


@pytest.mark.feature("F055")
@pytest.mark.feature("F058")
def test_activities_are_listed_by_what_the_agent_asks_for(own_world: Any) -> None:
    """Conditions, an order and pages; of one contact, or of all."""
    session = own_world.session()
    ref = open_tasks(own_world, session, 7)
    late = Condition("Due_Date", Operator.GREATER, (date(2027, 1, 2),))
    first = session.activities(
        ActivityFilter(resource="Tasks", contact=ref, conditions=(late,), sort=("Due_Date", False), limit=3)
    )
    rest = session.activities(
        ActivityFilter(
            resource="Tasks", contact=ref, conditions=(late,), sort=("Due_Date", False), limit=3, cursor=first.next
        )
    )
    assert [each.title for each in (*first.items, *rest.items)] == [f"Task {day}" for day in range(2, 7)]
    assert rest.next is None
    assert len(session.activities(ActivityFilter(resource="Tasks", limit=200)).items) > 7


@pytest.mark.parametrize("crm", ["bullhorn", "microsoft365", "salesforce", "zoho"])
def test_nobody_reads_the_keys_of_activities(named_world: Any, crm: str) -> None:
    """They stand in the text for a machine; a line of the agent's own that looks like one stays."""
    session, fake = named_world.session(), named_world.crm.fake
    ref = session.find_contacts(email=named_world.person().emails[0]).best.contact.ref
    written = {kind(contact=ref, subject="Offer", text="Quilltext\nref: 4711") for kind in (NoteDraft, TaskDraft)}
    for draft in written:
        session.create_activity(draft)
    conversation = session.begin(named_world.call(None, pop=ref))
    for kind in (RelatedKind.NOTE, RelatedKind.TASK):
        for records in (conversation.panel.related(kind), session.related(ref, kind).items):
            (text,) = [each.text for each in records if "Quilltext" in each.text]
            assert text.split()[-3:] == ["Quilltext", "ref:", "4711"]
            assert text.count("ref: ") == 1
    assert fake.count_holding("Quilltext") >= 2
    conversation.end()


@pytest.mark.feature("F056")
@pytest.mark.feature("F059")
def test_what_cannot_be_listed_is_refused_with_the_reason(outlook: Any) -> None:
    """A kind that the CRM lacks, a resource that agents do not have, a page too long, somebody else's cursor."""
    session = outlook.session()
    ref = session.find_contacts(email=outlook.person().emails[0]).best.contact.ref
    with pytest.raises(Unsupported, match="cases"):
        session.related(ref, RelatedKind.CASE)
    with pytest.raises(InvalidValue, match="no resource 'Cases' for agents; use one of: contact"):
        session.activities(ActivityFilter(resource="Cases"))
    with pytest.raises(InvalidValue, match="1 to 200 records, and 0 are"):
        session.related(ref, RelatedKind.TASK, limit=0)
    with pytest.raises(InvalidValue, match="a record of zoho"):
        session.activities(ActivityFilter(resource="event", contact=RecordRef("zoho", "Contacts", ref.id)))
    with pytest.raises(Gone):
        session.related(ref, RelatedKind.TASK, cursor="somebody else's")
