"""What is written down, and what of it is found again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from tests.customer360_bullhorn.conftest import FACTS, Bullhorn

from customer360.core import errors as e
from customer360.core.activities import (
    ActivityChange,
    CallDraft,
    CallOutcome,
    CaseDraft,
    EventDraft,
    NoteDraft,
    Priority,
    TaskDraft,
    TaskStatus,
)
from customer360.core.interactions import Direction
from customer360.core.records import RecordRef, RelatedKind
from customer360.core.wire import Response
from customer360_bullhorn import BullhornConnector
from customer360_bullhorn.notes import call_action, note_action

BH = BullhornConnector()
WHEN = datetime(2026, 7, 22, 10, 0, tzinfo=UTC)
JO = RecordRef("bullhorn", "Candidate", "42")
USER = RecordRef("bullhorn", "CorporateUser", "9")
Rows = Callable[..., Response]
STANDS = Response(200, b'{"data": {"id": 42, "isDeleted": false}}')
"""Whom it is about is there: asked before anything is written."""


def ref(resource: str, identifier: str = "7") -> RecordRef:
    return RecordRef("bullhorn", resource, identifier)


@pytest.mark.feature("D6")
@pytest.mark.parametrize("draft", [NoteDraft(contact=JO, key="k"), TaskDraft(contact=JO, key="k", subject="Quill")])
def test_nothing_is_written_about_who_is_gone(bh: Bullhorn, record: Rows, draft: NoteDraft | TaskDraft) -> None:
    """Bullhorn would take it, and nobody would look for it there (section 6)."""
    with pytest.raises(e.Gone, match="deleted, or merged") as refused:
        bh.run(BH.create_activity(FACTS, draft), record(id=42, isDeleted=True))
    assert refused.value.ref == JO
    assert bh.last.method == "GET"


@pytest.mark.feature("F050")
def test_a_call(bh: Bullhorn, written: Response) -> None:
    """A note: direction by its action, whole minutes in a field, the rest in its text; the key as its external id."""
    draft = CallDraft(
        contact=JO,
        key="c360-81",
        subject="Boston job",
        text="Asks <when>\nand where",
        started_at=WHEN,
        duration=timedelta(seconds=3725),
        customer="+16175550134",
        dialled="+442079460999",
        disposition="Interested",
        recording_url="https://rec.example/1",
        owner=USER,
        related=(ref("JobOrder", "5"),),
    )
    assert bh.run(BH.create_activity(FACTS, draft), STANDS, written) == ref("Note", "1489")
    assert (bh.last.method, bh.last.path) == ("PUT", "/entity/Note")
    text = bh.last.json.pop("comments")
    assert bh.last.json == {
        "action": "Inbound Call",
        "dateAdded": 1784714400000,
        "minutesSpent": 62,
        "personReference": {"id": 42, "personSubtype": "Candidate"},
        "jobOrder": {"id": 5},
        "commentingPerson": {"id": 9},
        "externalID": "c360-81",
    }
    assert text.split("<br>") == [
        "Asks &lt;when&gt;",
        "and where",
        "",
        "Boston job",
        "",
        "Inbound call of 2026-07-22T10:00:00+00:00 from +16175550134 to +442079460999",
        "Length: 1:02:05",
        "Result: Interested",
        "Recording: https://rec.example/1",
    ]


@pytest.mark.feature("F050")
def test_what_an_activity_is_tied_to(bh: Bullhorn) -> None:
    """A note to one job, a task to one record of each kind; with more it is refused, before any request."""
    jobs, placement = (ref("JobOrder", "5"), ref("JobOrder", "6")), ref("Placement", "8")
    note = NoteDraft(contact=JO, key="k", text="x", related=(*jobs, placement))
    task = TaskDraft(contact=JO, key="k", related=(*jobs, placement))
    assert bh.run(BH.tied(FACTS, note)) == jobs[:1]
    assert bh.run(BH.tied(FACTS, task)) == (jobs[0], placement)
    for draft in (note, task):
        with pytest.raises(e.Unsupported):
            bh.run(BH.create_activity(FACTS, draft))


@pytest.mark.parametrize(
    ("listed", "inbound", "outbound", "note"),
    [
        (["Email", "Outbound Call", "Inbound Call", "Other"], "Inbound Call", "Outbound Call", "Other"),
        (["Phone Call", "General Note"], "Phone Call", "Phone Call", "General Note"),
        (["Call - Outbound", "Email"], "Call - Outbound", "Call - Outbound", None),
        (["x" * 31 + " call"], "Inbound Call", "Outbound Call", None),
        ([], "Inbound Call", "Outbound Call", None),
    ],
)
def test_the_tenants_own_words(listed: list[str], inbound: str, outbound: str, note: str | None) -> None:
    """Actions differ from tenant to tenant: the one that fits, else any of a call, else the vendor's usual one (D3)."""
    facts = attrs.evolve(FACTS, extra={**FACTS.extra, "actions": json.dumps(listed)})
    assert call_action(facts, Direction.INBOUND) == inbound
    assert call_action(facts, Direction.OUTBOUND) == outbound
    assert note_action(facts) == note


@pytest.mark.feature("F050")
@pytest.mark.parametrize(("person", "subtype"), [("ClientContact", "Contact"), ("Lead", "Lead")])
def test_a_note_says_what_kind_of_person(bh: Bullhorn, written: Response, person: str, subtype: str) -> None:
    """Ids may be of one table or of several."""
    bh.run(BH.create_activity(FACTS, NoteDraft(contact=ref(person), key="k", subject="S", text="T")), STANDS, written)
    assert bh.last.json["personReference"] == {"id": 7, "personSubtype": subtype}
    assert bh.last.json["comments"] == "S<br><br>T"
    assert bh.last.json["action"] == "Other"


@pytest.mark.feature("F050")
def test_a_task(bh: Bullhorn, written: Response) -> None:
    """With the times that Bullhorn wants, of its day."""
    draft = TaskDraft(
        contact=ref("Lead"),
        key="k1",
        subject="x" * 120,
        text="soon",
        due_on=date(2026, 7, 22),
        priority=Priority.HIGH,
        status=TaskStatus.DONE,
        owner=USER,
        related=(ref("Opportunity", "3"), ref("JobOrder", "4")),
        extra={"type": "Call"},
    )
    bh.run(BH.create_activity(FACTS, draft), STANDS, written)
    assert bh.last.json.pop("dateCompleted")
    assert bh.last.json == {
        "subject": "x" * 100,
        "description": f"{'x' * 120}\n\nsoon\n\nref: k1",
        "type": "Call",
        "dateBegin": 1784714400000,
        "dateEnd": 1784716200000,
        "priority": 3,
        "isCompleted": True,
        "owner": {"id": 9},
        "lead": {"id": 7},
        "opportunity": {"id": 3},
        "jobOrder": {"id": 4},
    }


@pytest.mark.feature("F050")
def test_an_appointment(bh: Bullhorn, written: Response) -> None:
    """It belongs to whoever writes it; nobody is invited."""
    draft = EventDraft(
        contact=ref("ClientContact"), key="k1", starts_at=WHEN, ends_at=WHEN + timedelta(hours=1), location="Boston"
    )
    bh.run(BH.create_activity(FACTS, attrs.evolve(draft, owner=ref("CorporateUser", "1314"))), STANDS, written)
    assert bh.last.json == {
        "subject": "Event",
        "description": "ref: k1",
        "type": "Meeting",
        "dateBegin": 1784714400000,
        "dateEnd": 1784718000000,
        "location": "Boston",
        "clientContactReference": {"id": 7},
    }
    with pytest.raises(e.Unsupported):
        bh.run(BH.create_activity(FACTS, attrs.evolve(draft, owner=USER)), STANDS)


@pytest.mark.feature("F050")
@pytest.mark.parametrize("text", ["", "soon"])
def test_what_a_field_does_not_take_whole_stands_in_the_text(bh: Bullhorn, written: Response, text: str) -> None:
    """A subject before it, and a place below it; the key is in the last line all the same."""
    subject, place = f"Subject {'x' * 120}", f"Place\n{'y' * 120}"
    draft = EventDraft(
        contact=ref("Lead"), key="k1", subject=subject, text=text, location=place, starts_at=WHEN, ends_at=WHEN
    )
    bh.run(BH.create_activity(FACTS, draft), STANDS, written)
    assert (bh.last.json["subject"], bh.last.json["location"]) == (subject[:100], place[:100])
    parts = (subject, *([text] if text else []), f"Location: {place}", "ref: k1")
    assert bh.last.json["description"] == "\n\n".join(parts)


@pytest.mark.feature("F051")
def test_a_subject_is_corrected_whole_or_refused(bh: Bullhorn, written: Response) -> None:
    """By Bullhorn, as what the text says by then is not known."""
    change = ActivityChange(ref=ref("Task"), kind=RelatedKind.TASK, subject="x" * 120)
    bh.run(BH.update_activity(FACTS, change), written)
    assert bh.last.json["subject"] == "x" * 120


def test_what_stands_for_a_hidden_value_is_not_written(bh: Bullhorn) -> None:
    """Whoever reads it could not tell it from one: it is refused, and nothing is sent."""
    hidden, event = "**CONFIDENTIAL**", EventDraft(contact=JO, key="k", starts_at=WHEN, ends_at=WHEN)
    for draft in (TaskDraft(contact=JO, key="k", subject=hidden), attrs.evolve(event, location=hidden)):
        with pytest.raises(e.InvalidValue):
            bh.run(BH.create_activity(FACTS, draft), STANDS)
    bare = ActivityChange(ref=ref("Task"), kind=RelatedKind.TASK)
    for change in (attrs.evolve(bare, subject=hidden), attrs.evolve(bare, text=hidden)):
        with pytest.raises(e.InvalidValue):
            bh.run(BH.update_activity(FACTS, change))


@pytest.mark.parametrize("key", ["", "a\nb", "x" * 101])
def test_a_key_is_one_line(bh: Bullhorn, key: str) -> None:
    """Else it would not be found again; nothing is sent."""
    with pytest.raises(e.InvalidValue):
        bh.run(BH.create_activity(FACTS, NoteDraft(contact=JO, key=key)), STANDS)


def test_there_are_no_cases(bh: Bullhorn) -> None:
    """Refused before any request."""
    with pytest.raises(e.Unsupported):
        bh.run(BH.create_activity(FACTS, CaseDraft(contact=JO, key="k")))
    with pytest.raises(e.Unsupported):
        bh.run(BH.find_created(FACTS, CaseDraft(contact=JO, key="k"), since=WHEN))


@pytest.mark.feature("F050")
def test_a_code_does_not_hide_that_nobody_answered(bh: Bullhorn, written: Response) -> None:
    """Both stand below the text."""
    draft = CallDraft(contact=JO, key="k1", started_at=WHEN, outcome=CallOutcome.MISSED, disposition="Try again")
    bh.run(BH.create_activity(FACTS, draft), STANDS, written)
    assert "Result: Try again<br>Result: No answer" in bh.last.json["comments"]


@pytest.mark.promise("R2")
def test_a_note_is_looked_for_down_to_its_time(bh: Bullhorn, rows: Rows) -> None:
    """Page by page; what is older cannot be it."""
    draft = CallDraft(contact=JO, key="k1", started_at=WHEN, outcome=CallOutcome.MISSED)
    at = 1784714400000
    page = [{"id": number, "externalID": f"k1{number}", "dateAdded": at + 1} for number in range(1, 101)]
    find = BH.find_created(FACTS, draft, since=WHEN + timedelta(days=3))
    assert bh.run(find, rows(*page), rows({"id": 7, "externalID": "k1", "dateAdded": at})) == ref("Note")
    assert bh.params["start"] == "100"
    old = rows({"id": 8, "externalID": "k9", "dateAdded": at - 900_001}, {"id": 7, "externalID": "k1", "dateAdded": 1})
    assert bh.run(BH.find_created(FACTS, draft, since=WHEN), old) is None


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Europe/London", "Pacific/Auckland", "Pacific/Tongatapu"])
def test_a_task_is_due_on_the_same_day_from_hawaii_to_tonga(bh: Bullhorn, written: Response, zone: str) -> None:
    """Bullhorn shows its time in each user's zone, in summer and in winter."""
    for day in (date(2026, 1, 15), date(2026, 7, 15)):
        bh.run(BH.create_activity(FACTS, TaskDraft(contact=JO, key="k", due_on=day)), STANDS, written)
        begins = datetime.fromtimestamp(bh.last.json["dateBegin"] / 1000, UTC)
        assert begins.astimezone(ZoneInfo(zone)).date() == day


@pytest.mark.promise("R2")
def test_a_task_is_looked_for_by_the_last_line(bh: Bullhorn, rows: Rows) -> None:
    """Of the newest first; a key that only begins so is another's."""
    draft = TaskDraft(contact=JO, key="k1")
    found = rows({"id": 9, "description": "x\n\nref: k12"}, {"id": 7, "description": "x\n\nref: k1"})
    assert bh.run(BH.find_created(FACTS, draft, since=WHEN), found) == ref("Task")
    assert bh.asked_for == "candidate.id = 42 AND isDeleted = false"
    assert bh.params["orderBy"] == "-id"


@pytest.mark.feature("F040")
def test_appointments_are_listed_once(bh: Bullhorn, rows: Rows) -> None:
    """A copy for each invited user hangs under the one that counts."""
    bh.run(BH.related(FACTS, JO, RelatedKind.EVENT), rows())
    assert bh.asked_for == "candidateReference.id = 42 AND isDeleted = false AND parentAppointment IS NULL"
    assert bh.params["orderBy"] == "-dateBegin,-id"


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.2", "9999999", "1;2"])
def test_a_cursor_of_another_list(bh: Bullhorn, cursor: str) -> None:
    """It begins anew."""
    with pytest.raises(e.Gone):
        bh.run(BH.related(FACTS, JO, RelatedKind.NOTE, cursor=cursor))


def test_a_list_that_has_no_end(bh: Bullhorn, rows: Rows) -> None:
    """Pages of notes that hold nothing and promise more (X11)."""
    empty = Response(200, b'{"start": 0, "count": 100, "data": []}')
    with pytest.raises(e.PageLoop):
        bh.run(BH.related(FACTS, JO, RelatedKind.NOTE), empty)


@pytest.mark.feature("F051")
@pytest.mark.parametrize(
    ("kind", "resource", "change", "sent"),
    [
        (RelatedKind.NOTE, "Note", {"text": "a\n<b>"}, {"comments": "a<br>&lt;b&gt;"}),
        (RelatedKind.TASK, "Task", {"subject": "S", "text": None}, {"subject": "S", "description": None}),
        (RelatedKind.TASK, "Task", {"status": TaskStatus.OPEN}, {"isCompleted": False, "dateCompleted": None}),
        (
            RelatedKind.TASK,
            "Task",
            {"due_on": date(2026, 7, 22)},
            {"dateBegin": 1784714400000, "dateEnd": 1784716200000},
        ),
        (RelatedKind.EVENT, "Appointment", {"extra": {"location": "x"}}, {"location": "x"}),
        (RelatedKind.DEAL, "JobOrder", {"subject": "Nurse"}, {"title": "Nurse"}),
    ],
)
def test_changes(
    bh: Bullhorn, written: Response, kind: RelatedKind, resource: str, change: dict[str, Any], sent: dict[str, Any]
) -> None:
    """Only what is set."""
    bh.run(BH.update_activity(FACTS, ActivityChange(ref=ref(resource), kind=kind, **change)), written)
    assert (bh.last.method, bh.last.path, bh.last.json) == ("POST", f"/entity/{resource}/7", sent)


@pytest.mark.parametrize(
    ("resource", "change"),
    [
        ("Note", {"subject": "S"}),
        ("Note", {"status": TaskStatus.DONE}),
        ("Note", {"text": None}),
        ("Task", {"due_on": None}),
        ("JobOrder", {"text": "x"}),
        ("Candidate", {"text": "x"}),
    ],
)
def test_what_cannot_be_changed(bh: Bullhorn, resource: str, change: dict[str, Any]) -> None:
    """Refused before any request, with the reason."""
    with pytest.raises(e.Unsupported):
        bh.run(BH.update_activity(FACTS, ActivityChange(ref=ref(resource), kind=RelatedKind.NOTE, **change)))


@pytest.mark.feature("F045")
def test_untying_what_is_anothers(bh: Bullhorn, record: Rows) -> None:
    """It is left alone."""
    bh.run(BH.unlink(FACTS, JO, ref("Task")), record(id=7, candidate={"id": 43}))
    assert [request.method for request in bh.asked] == ["GET"]


@pytest.mark.parametrize(("contact", "what"), [("ClientCorporation", "Note"), ("Candidate", "JobOrder"), ("X", "Task")])
def test_what_cannot_be_tied(bh: Bullhorn, contact: str, what: str) -> None:
    """Refused before any request."""
    for verb in (BH.link, BH.unlink):
        with pytest.raises(e.Unsupported):
            bh.run(verb(FACTS, ref(contact), ref(what)))
