"""Activities written once, listed, filtered and tied to others, under each reading."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import attrs
import pytest
from tests.customer360_microsoft365.against_fake.link import FAKE, GRAPH, Link, make, read, sign_in

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
from customer360.core.effects import Request
from customer360.core.interactions import Direction
from customer360.core.records import RecordRef, RelatedKind


def drafts(contact: RecordRef, now: datetime, key: str) -> list[ActivityDraft]:
    return [
        NoteDraft(contact=contact, key=key + "n", subject="Wrap-up", text="Wants a quote\nsoon"),
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
            recording_url="https://recordings.example/1",
        ),
        EventDraft(contact=contact, key=key + "e", subject="Visit", starts_at=now, ends_at=now + timedelta(hours=1)),
    ]


@pytest.mark.feature("F050")
@pytest.mark.promise("R2")
@pytest.mark.perf("P15")
def test_every_kind_is_written_once_listed_and_found_again(link: Link) -> None:
    """A repeat of what is native makes no second; each kind is listed in one request, calls in one a calendar."""
    contact = make(link, displayName="Acts")
    now = link.fake.clock.now()
    for draft in drafts(contact, now, "k-"):
        assert link.run(GRAPH.find_created(link.facts, draft, since=now)) is None
        ref = link.run(GRAPH.create_activity(link.facts, draft))
        if draft.kind is not RelatedKind.TASK:
            assert link.run(GRAPH.create_activity(link.facts, draft)) == ref
        link.filters_caught_up()
        assert link.run(GRAPH.find_created(link.facts, draft, since=now)) == ref
        before = link.requests
        listed = link.run(GRAPH.related(link.facts, contact, draft.kind))
        two_calendars = draft.kind is RelatedKind.CALL and link.fake.switches["calls_calendar"] == "own"
        assert link.requests - before == (2 if two_calendars else 1)
        assert [record.ref for record in listed.items] == [ref]
        assert (listed.items[0].title or draft.subject) == draft.subject
        assert draft.text.splitlines()[-1:] == [] or draft.text.splitlines()[-1] in listed.items[0].text
        assert listed.items[0].at is not None


def test_notes_are_appended_to_what_is_there(link: Link) -> None:
    """Nothing of the old text is lost; newest last; a new text replaces all."""
    contact = make(link, displayName="Noted", personalNotes="Likes tea")
    for number in range(3):
        link.run(GRAPH.create_activity(link.facts, NoteDraft(contact=contact, key=f"n{number}", text=f"Call {number}")))
    (note,) = link.run(GRAPH.related(link.facts, contact, RelatedKind.NOTE)).items
    assert note.text.startswith("Likes tea")
    assert note.text.index("Call 0") < note.text.index("Call 1") < note.text.index("Call 2")
    link.run(GRAPH.update_activity(link.facts, ActivityChange(ref=note.ref, kind=RelatedKind.NOTE, text="New")))
    assert read(link, contact).fields["personalNotes"] == "New"


@pytest.mark.parametrize("direction", [Direction.INBOUND, Direction.OUTBOUND])
@pytest.mark.parametrize("outcome", list(CallOutcome))
def test_every_call_is_accepted(link: Link, direction: Direction, outcome: CallOutcome) -> None:
    """Free, without reminder or attendee; its outcome is its status."""
    contact = make(link, displayName="Calls")
    draft = CallDraft(
        contact=contact,
        key=f"call-{direction}-{outcome}-{contact.id[-12:]}",
        direction=direction,
        outcome=outcome,
        started_at=link.fake.clock.now() - timedelta(hours=4),
        disposition="Demo",
    )
    ref = link.run(GRAPH.create_activity(link.facts, draft))
    link.filters_caught_up()
    (listed,) = link.run(GRAPH.related(link.facts, contact, RelatedKind.CALL)).items
    assert (listed.ref, listed.status, listed.at) == (ref, outcome.value, draft.started_at)
    assert (listed.fields["showAs"], listed.fields["isReminderOn"]) == ("free", False)
    assert listed.fields["attendees"] == ()
    assert link.run(GRAPH.related(link.facts, contact, RelatedKind.EVENT)).items == ()


@pytest.mark.feature("F040")
def test_newest_first_page_by_page(link: Link) -> None:
    """Each record once, in order, whatever the page size."""
    contact = make(link, displayName="Pages")
    made: dict[RelatedKind, list[RecordRef]] = {}
    for number in range(5):
        link.wait(60)
        for draft in drafts(contact, link.fake.clock.now(), f"page-{number}-"):
            made.setdefault(draft.kind, []).insert(0, link.run(GRAPH.create_activity(link.facts, draft)))
    link.filters_caught_up()
    del made[RelatedKind.NOTE]
    for kind, refs in made.items():
        listed = link.all_of(partial(GRAPH.related, link.facts, contact, kind, limit=2))
        assert [record.ref for record in listed] == refs, kind


@pytest.mark.feature("F055")
@pytest.mark.feature("F057")
def test_filtered_listing(link: Link) -> None:
    """By contact, by status, by date; a change shows at once."""
    contact = make(link, displayName="Filters")
    refs = [
        link.run(
            GRAPH.create_activity(link.facts, TaskDraft(contact=contact, key=f"f{n}", due_on=date(2030, 1, n + 1)))
        )
        for n in range(3)
    ]
    link.run(
        GRAPH.update_activity(
            link.facts,
            ActivityChange(ref=refs[0], kind=RelatedKind.TASK, subject="Done it", status=TaskStatus.DONE, text="done"),
        )
    )

    def listed(*conditions: Condition) -> list[RecordRef]:
        asked = ActivityFilter(resource="todoTask", contact=contact, conditions=conditions, sort=("dueDateTime", False))
        return [record.ref for record in link.run(GRAPH.activities(link.facts, asked)).items]

    assert listed() == refs
    assert listed(Condition("status", Operator.EQUALS, ("completed",))) == refs[:1]
    assert listed(Condition("title", Operator.EQUALS, ("Done it",))) == refs[:1]
    assert listed(Condition("status", Operator.NOT_EQUALS, ("completed",))) == refs[1:]
    assert listed(Condition("dueDateTime", Operator.BETWEEN, (date(2030, 1, 2), date(2030, 1, 3)))) == refs[1:]
    assert listed(Condition("dueDateTime", Operator.GREATER, (date(2030, 1, 2),))) == refs[2:]
    assert listed(Condition("dueDateTime", Operator.IS_EMPTY)) == []
    assert listed(Condition("importance", Operator.IN, ("high", "normal"))) == refs
    everything = link.run(GRAPH.activities(link.facts, ActivityFilter(resource="todoTask", limit=200)))
    assert set(refs) <= {record.ref for record in everything.items}


@pytest.mark.feature("F044")
@pytest.mark.feature("F045")
def test_linking_and_unlinking(link: Link) -> None:
    """A record gains a contact, or moves to it, and goes away from it; one of somebody else is left alone."""
    first, second = make(link, displayName="First"), make(link, displayName="Second")
    _, task, call, event = drafts(first, link.fake.clock.now(), f"link-{first.id[-8:]}-")
    for draft in (task, call, event):
        ref = link.run(GRAPH.create_activity(link.facts, draft))
        link.run(GRAPH.link(link.facts, second, ref))
        link.run(GRAPH.link(link.facts, second, ref))
        link.filters_caught_up()

        def of(contact: RecordRef, kind: RelatedKind = draft.kind) -> list[RecordRef]:
            return [each.ref for each in link.run(GRAPH.related(link.facts, contact, kind)).items]

        assert of(second) == [ref]
        assert of(first) == ([ref] if draft is task else [])
        link.run(GRAPH.unlink(link.facts, first, ref))
        link.filters_caught_up()
        assert (of(first), of(second)) == ([], [ref])
        link.run(GRAPH.unlink(link.facts, second, ref))
        link.filters_caught_up()
        assert of(second) == []


@pytest.fixture(scope="module", params=["absent", "present"])
def with_calendar(request: pytest.FixtureRequest) -> Link:
    """A user who has a calendar for calls, under both readings of what a repeat is answered."""
    link = sign_in(FAKE(switches={"existing_event_id": request.param}))
    link.send(Request(method="POST", path="/me/calendars", json={"name": "Customer calls", "color": "lightBlue"}))
    identity = link.run(GRAPH.identify(link.facts))
    assert "call_calendar" in identity.extra
    link.facts = attrs.evolve(link.facts, extra=identity.extra)
    return link


def test_calls_have_a_calendar_of_their_own(with_calendar: Link) -> None:
    """Written there once, and listed; the default calendar stays free of them."""
    link, contact = with_calendar, make(with_calendar, displayName="Own calendar")
    _, _, call, event = drafts(contact, link.fake.clock.now(), "own-")
    refs = [link.run(GRAPH.create_activity(link.facts, each)) for each in (call, event, call, event)]
    assert refs[:2] == refs[2:]
    link.filters_caught_up()
    for kind, ref in ((RelatedKind.CALL, refs[0]), (RelatedKind.EVENT, refs[1])):
        assert [each.ref for each in link.run(GRAPH.related(link.facts, contact, kind)).items] == [ref]
    change = ActivityChange(ref=refs[0], kind=RelatedKind.CALL, subject="Changed", text="New")
    link.run(GRAPH.update_activity(link.facts, change))
    (listed,) = link.run(GRAPH.related(link.facts, contact, RelatedKind.CALL)).items
    assert (listed.title, listed.text) == ("Changed", "New")
    assert listed.url is not None
    plain = attrs.evolve(link.facts, extra={**link.facts.extra, "call_calendar": ""})
    assert link.run(GRAPH.related(plain, contact, RelatedKind.CALL)).items == ()


def test_a_calendar_for_calls_that_was_deleted(with_calendar: Link) -> None:
    """Calls go to the default calendar, and are listed from there; none is lost."""
    contact = make(with_calendar, displayName="Lost calendar")
    own = with_calendar.facts.extra["call_calendar"]
    gone = attrs.evolve(
        with_calendar.facts, extra={**with_calendar.facts.extra, "call_calendar": own[:-9] + "AAAAAAAA="}
    )
    call = drafts(contact, with_calendar.fake.clock.now(), "gone-")[2]
    ref = with_calendar.run(GRAPH.create_activity(gone, call))
    with_calendar.filters_caught_up()
    assert [each.ref for each in with_calendar.run(GRAPH.related(gone, contact, RelatedKind.CALL)).items] == [ref]


@pytest.mark.parametrize(("reading", "round_trips"), [("refused", 3), ("accepted", 1)])
def test_many_tasks(reading: str, round_trips: int) -> None:
    """However long the list, the contact's tasks are found; in one round trip where the vendor filters."""
    link = sign_in(FAKE(switches={"task_link_filter": reading}))
    contact, other = make(link, displayName="Busy"), make(link, displayName="Other")
    owners = [contact if number in (0, 130, 249) else other for number in range(250)]
    refs = [
        link.run(GRAPH.create_activity(link.facts, TaskDraft(contact=owner, key=f"m{number}", subject="x")))
        for number, owner in enumerate(owners)
    ]
    before = link.requests
    listed = link.run(GRAPH.related(link.facts, contact, RelatedKind.TASK)).items
    assert link.requests - before == round_trips
    assert {each.ref for each in listed} == {refs[0], refs[130], refs[249]}
    draft = TaskDraft(contact=contact, key="m249", subject="x")
    assert link.run(GRAPH.find_created(link.facts, draft, since=link.fake.clock.now())) == refs[249]
