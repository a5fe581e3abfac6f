"""Activities written once, listed, filtered and tied to others, under each reading."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from tests.customer360_bullhorn.against_fake.link import BH, PEOPLE, Link, make

from customer360.core import errors as e
from customer360.core.activities import (
    ActivityChange,
    ActivityDraft,
    ActivityFilter,
    CallDraft,
    CallOutcome,
    Condition,
    EventDraft,
    NoteDraft,
    Operator,
    TaskDraft,
    TaskStatus,
)
from customer360.core.effects import Operation
from customer360.core.interactions import Direction
from customer360.core.records import Page, RecordRef, RelatedKind, RelatedRecord


def drafts(contact: RecordRef, now: datetime, key: str) -> list[ActivityDraft]:
    return [
        NoteDraft(contact=contact, key=key + "n", subject="Wrap-up", text="Wants a <quote>\nsoon"),
        TaskDraft(contact=contact, key=key + "t", subject="Call back", text="x", due_on=date(2030, 1, 2)),
        CallDraft(
            contact=contact,
            key=key + "c",
            subject="Call",
            text="x",
            started_at=now - timedelta(minutes=5),
            duration=timedelta(seconds=75),
            customer="+442079460958",
            dialled="+49301234567",
        ),
        EventDraft(contact=contact, key=key + "e", subject="Visit", starts_at=now, ends_at=now + timedelta(hours=1)),
    ]


@pytest.mark.feature("F050")
@pytest.mark.promise("R2")
@pytest.mark.parametrize("resource", PEOPLE)
def test_every_kind_is_written_listed_and_found_again(link: Link, resource: str) -> None:
    """Of a candidate, a client contact and a lead; at once."""
    contact = make(link, resource, lastName="Acts")
    now = link.fake.clock.now()
    for draft in drafts(contact, now, f"key-{resource}-"):
        assert link.run(BH.find_created(link.facts, draft, since=now)) is None
        ref = link.run(BH.create_activity(link.facts, draft))
        assert link.run(BH.find_created(link.facts, draft, since=now)) == ref
        (record,) = link.run(BH.related(link.facts, contact, draft.kind)).items
        assert (record.ref, record.kind) == (ref, draft.kind)
        assert draft.subject in f"{record.title} {record.text}"
        assert draft.text in record.text
    (call,) = link.run(BH.related(link.facts, contact, RelatedKind.CALL)).items
    assert (call.title, call.fields["minutesSpent"], call.at) == (
        "Phone Call Inbound" if link.fake.switches["note_actions"] == "own" else "Inbound Call",
        1,
        (now - timedelta(minutes=5)).replace(microsecond=call.at.microsecond),
    )


@pytest.mark.feature("F050")
def test_a_call_delivered_late_is_found(plain: Link) -> None:
    """It bears the time of the call, which lies before its first delivery, and younger notes stand before it."""
    contact = make(plain, lastName="Late")
    now = plain.fake.clock.now()
    draft = CallDraft(contact=contact, key="late", started_at=now - timedelta(days=3))
    ref = plain.run(BH.create_activity(plain.facts, draft))
    for number in range(3):
        plain.run(BH.create_activity(plain.facts, NoteDraft(contact=contact, key=f"n{number}", text="x")))
    assert plain.run(BH.find_created(plain.facts, draft, since=now)) == ref


@pytest.mark.parametrize(
    ("direction", "outcome", "length"),
    [
        (direction, outcome, length)
        for direction in Direction
        for outcome in CallOutcome
        for length in (timedelta(0), timedelta(milliseconds=10), timedelta(hours=3))
    ],
)
def test_every_call_is_accepted(plain: Link, direction: Direction, outcome: CallOutcome, length: timedelta) -> None:
    """Whatever the call."""
    contact = make(plain, lastName="Calls")
    draft = CallDraft(
        contact=contact,
        key="k",
        direction=direction,
        outcome=outcome,
        duration=length,
        started_at=plain.fake.clock.now() - timedelta(hours=4),
        disposition="Demo",
    )
    assert plain.run(BH.create_activity(plain.facts, draft)).resource == "Note"


@pytest.mark.feature("F040")
def test_newest_first_page_by_page(link: Link) -> None:
    """Each record once, in order, whatever the page size; calls and notes in lists of their own."""
    contact = make(link, "ClientContact", lastName="Pages")  # whose number no candidate has, in any reading
    made: dict[RelatedKind, list[RecordRef]] = {}
    for number in range(5):
        link.wait(60)
        for draft in drafts(contact, link.fake.clock.now(), f"page-{number}-"):
            if not isinstance(draft, TaskDraft):
                made.setdefault(draft.kind, []).insert(0, link.run(BH.create_activity(link.facts, draft)))
    for kind, refs in made.items():
        listed = link.all_of(partial(BH.related, link.facts, contact, kind, limit=2))
        assert [record.ref for record in listed] == refs, kind
    assert link.run(BH.related(link.facts, contact, RelatedKind.DEAL)).items == ()


@pytest.mark.feature("F040")
def test_a_deleted_submission_is_not_listed(link: Link) -> None:
    """Bullhorn keeps the row, and marks it."""
    (owner, row), *_ = ((row["candidate"]["id"], row) for row in link.fake.records("JobSubmission"))
    contact = RecordRef("bullhorn", "Candidate", str(owner))
    before = {record.ref for record in link.all_of(partial(BH.related, link.facts, contact, RelatedKind.DEAL))}
    lost = RecordRef("bullhorn", "JobSubmission", str(row["id"]))
    link.fake.remove(lost.resource, lost.id)
    after = {record.ref for record in link.all_of(partial(BH.related, link.facts, contact, RelatedKind.DEAL))}
    assert before - after == {lost}


@pytest.mark.feature("F040")
def test_submissions_and_placements_are_one_list(link: Link) -> None:
    """Of a candidate; jobs of a client contact and of its company; each record once, page by page."""
    fake = link.fake
    owner = next(row["candidate"]["id"] for row in fake.records("JobSubmission") if not row.get("isDeleted"))
    contact = RecordRef("bullhorn", "Candidate", str(owner))
    expected = {
        f"{name}/{row['id']}"
        for name in ("JobSubmission", "Placement")
        for row in fake.records(name)
        if row["candidate"]["id"] == owner
    }
    deals = link.all_of(partial(BH.related, link.facts, contact, RelatedKind.DEAL, limit=3))
    seen = [f"{record.ref.resource}/{record.ref.id}" for record in deals]
    assert (len(seen), set(seen)) == (len(expected), expected)
    job = next(row for row in fake.records("JobOrder") if not row.get("isDeleted"))
    for ref in (
        RecordRef("bullhorn", "ClientContact", str(job["clientContact"]["id"])),
        RecordRef("bullhorn", "ClientCorporation", str(job["clientCorporation"]["id"])),
    ):
        listed = link.run(BH.related(link.facts, ref, RelatedKind.DEAL, limit=200)).items
        assert str(job["id"]) in {record.ref.id for record in listed if record.ref.resource == "JobOrder"}
        assert all(record.url for record in listed)
    with pytest.raises(e.Unsupported):
        link.run(BH.related(link.facts, RecordRef("bullhorn", "Lead", "1"), RelatedKind.DEAL))


@pytest.mark.feature("F040")
def test_a_company_lists_what_its_people_have(link: Link) -> None:
    """Notes, calls, tasks and appointments; none can be written for the company itself."""
    company = make(link, "ClientCorporation", name="Quill & Partners")
    person = make(link, "ClientContact", lastName="Partner", clientCorporation=company)
    made = {d.kind: link.run(BH.create_activity(link.facts, d)) for d in drafts(person, link.fake.clock.now(), "co-")}
    for kind, ref in made.items():
        assert [each.ref for each in link.run(BH.related(link.facts, company, kind)).items] == [ref], kind
    for draft in drafts(company, link.fake.clock.now(), "refused-"):
        before = link.requests
        with pytest.raises(e.Unsupported):
            link.run(BH.create_activity(link.facts, draft))
        assert link.requests == before


@pytest.mark.feature("F055")
@pytest.mark.feature("F057")
def test_filtered_listing(link: Link) -> None:
    """By contact, by state, by date; a change shows at once."""
    contact = make(link, lastName="Filters")
    refs = [
        link.run(BH.create_activity(link.facts, TaskDraft(contact=contact, key=f"f{n}", due_on=date(2030, 1, n + 1))))
        for n in range(3)
    ]
    change = ActivityChange(ref=refs[0], kind=RelatedKind.TASK, status=TaskStatus.DONE, text="done")
    link.run(BH.update_activity(link.facts, change))

    def listed(*conditions: Condition) -> list[RecordRef]:
        asked = ActivityFilter(resource="Task", contact=contact, conditions=conditions, sort=("dateBegin", False))
        return [record.ref for record in link.run(BH.activities(link.facts, asked)).items]

    assert listed() == refs
    assert listed(Condition("isCompleted", Operator.EQUALS, (True,))) == refs[:1]
    assert listed(Condition("isCompleted", Operator.NOT_EQUALS, (True,))) == refs[1:]
    assert listed(Condition("dateBegin", Operator.BETWEEN, (date(2030, 1, 2), date(2030, 1, 4)))) == refs[1:]
    assert listed(Condition("dateBegin", Operator.GREATER, (datetime(2030, 1, 2, 23, tzinfo=UTC),))) == refs[2:]
    assert listed(Condition("jobOrder.id", Operator.IS_EMPTY)) == refs
    assert listed(Condition("type", Operator.IN, ("Other", "Call"))) == refs


@pytest.mark.feature("F055")
@pytest.mark.parametrize("resource", ["Task", "Appointment", "JobSubmission", "Placement", "JobOrder", "Opportunity"])
def test_a_listing_of_everybodys(link: Link, resource: str) -> None:
    """Page by page, each record once."""
    expected = [
        str(row["id"])
        for row in link.fake.records(resource)
        if not row.get("isDeleted") and not row.get("parentAppointment")
    ]

    def listed(cursor: str | None) -> Operation[Page[RelatedRecord]]:
        return BH.activities(link.facts, ActivityFilter(resource=resource, limit=100, cursor=cursor))

    assert sorted(record.ref.id for record in link.all_of(listed)) == sorted(expected)


@pytest.mark.feature("F044")
@pytest.mark.feature("F045")
def test_linking_and_unlinking_notes(link: Link) -> None:
    """A note is tied to further people and to jobs, and untied; tying twice changes nothing."""
    first, second = make(link, lastName="Firstly"), make(link, "ClientContact", lastName="Secondly")
    draft = drafts(first, link.fake.clock.now(), "link-")[2]
    ref = link.run(BH.create_activity(link.facts, draft))
    for _ in range(2):
        link.run(BH.link(link.facts, second, ref))
    for each in (first, second):
        assert [one.ref for one in link.run(BH.related(link.facts, each, RelatedKind.CALL)).items] == [ref]
    for _ in range(2):
        link.run(BH.unlink(link.facts, second, ref))
    assert link.run(BH.related(link.facts, second, RelatedKind.CALL)).items == ()
    assert [one.ref for one in link.run(BH.related(link.facts, first, RelatedKind.CALL)).items] == [ref]


@pytest.mark.feature("F044")
def test_linking_a_task(link: Link) -> None:
    """It moves to the other person; taking it away works, or it is said that it does not."""
    first, second = make(link, lastName="Firstly"), make(link, lastName="Secondly")
    ref = link.run(BH.create_activity(link.facts, TaskDraft(contact=first, key="mv", subject="Move")))
    link.run(BH.link(link.facts, second, ref))
    assert [each.ref for each in link.run(BH.related(link.facts, second, RelatedKind.TASK)).items] == [ref]
    assert link.run(BH.related(link.facts, first, RelatedKind.TASK)).items == ()
    link.run(BH.unlink(link.facts, first, ref))
    if link.fake.switches["task_unlink"] == "clears":
        link.run(BH.unlink(link.facts, second, ref))
        assert link.run(BH.related(link.facts, second, RelatedKind.TASK)).items == ()
    else:
        with pytest.raises(e.Unsupported):
            link.run(BH.unlink(link.facts, second, ref))


@pytest.mark.feature("F050")
def test_the_job_beside_the_person(link: Link) -> None:
    """A note, a task and an appointment name the job that they concern."""
    job = str(next(row["id"] for row in link.fake.records("JobOrder") if not row.get("isDeleted")))
    related = (RecordRef("bullhorn", "JobOrder", job), RecordRef("zoho", "Deals", "1"))
    contact = make(link, lastName="Jobseeker")
    now = link.fake.clock.now()
    for draft in (
        NoteDraft(contact=contact, key="jn", text="x", related=related),
        TaskDraft(contact=contact, key="jt", text="x", related=related),
        EventDraft(contact=contact, key="je", starts_at=now, ends_at=now, related=related),
    ):
        ref = link.run(BH.create_activity(link.facts, draft))
        row = next(row for row in link.fake.records(ref.resource) if str(row["id"]) == ref.id)
        assert row["jobOrder"]["id"] == int(job)


def test_the_action_of_a_note_may_be_fixed(link: Link) -> None:
    """A setting of the tenant forbids to change it; its text can be changed all the same."""
    contact = make(link, lastName="Fixed")
    ref = link.run(BH.create_activity(link.facts, NoteDraft(contact=contact, key="fix", text="before")))

    def listed() -> RelatedRecord:
        records: tuple[RelatedRecord, ...] = link.run(BH.related(link.facts, contact, RelatedKind.NOTE)).items
        return next(record for record in records if record.ref == ref)

    change = ActivityChange(ref=ref, kind=RelatedKind.NOTE, text="after")
    link.run(BH.update_activity(link.facts, change))
    assert (listed().title, listed().text) == ("after", "after")
    action = ActivityChange(ref=ref, kind=RelatedKind.NOTE, extra={"action": "Email"})
    try:
        link.run(BH.update_activity(link.facts, action))
    except e.Forbidden:
        return
    assert listed().fields["action"] == "Email"
