"""Notes, tasks, calls, events, cases: what is sent, what is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.activities import (
    ActivityChange,
    ActivityFilter,
    CallDraft,
    CallOutcome,
    CaseDraft,
    Condition,
    EventDraft,
    NoteDraft,
    Operator,
    Priority,
    TaskDraft,
    TaskStatus,
)
from customer360.core.interactions import Direction
from customer360.core.records import RecordRef, RelatedKind
from customer360.core.wire import Response
from customer360_zoho.activities import duration, fields_of
from customer360_zoho.ties import tied

ADA, LEAD = RecordRef("zoho", "Contacts", "41"), RecordRef("zoho", "Leads", "7")
START = datetime(2026, 5, 14, 8, 0, tzinfo=UTC)


def call(**more: Any) -> CallDraft:
    return CallDraft(contact=ADA, key="k1", started_at=START, **more)


@pytest.mark.feature("F050")
def test_a_note(zoho: Any, written: Response) -> None:
    """A note names its parent and the parent's module; the key is its last line."""
    draft = NoteDraft(contact=LEAD, key="k1", subject="Wrap-up", text="All well.\n")
    assert zoho.run(zoho.connector.create_activity(zoho.facts, draft), written) == RecordRef("zoho", "Notes", "4150")
    assert zoho.sent == {
        "Parent_Id": {"module": {"api_name": "Leads"}, "id": "7"},
        "Note_Title": "Wrap-up",
        "Note_Content": "All well.\n\nref: k1",
    }


@pytest.mark.feature("F050")
def test_a_task() -> None:
    """People go to Who_Id."""
    draft = TaskDraft(
        contact=ADA,
        key="k1",
        subject="Call back",
        due_on=date(2026, 5, 20),
        priority=Priority.HIGH,
        status=TaskStatus.DONE,
    )
    assert fields_of(draft) == (
        "Tasks",
        {
            "Subject": "Call back",
            "Status": "Completed",
            "Priority": "High",
            "Due_Date": "2026-05-20",
            "Who_Id": {"id": "41"},
            "Description": "ref: k1",
        },
    )


def test_what_an_activity_is_tied_to() -> None:
    """Anything but a contact goes to What_Id, with its module; a lead stands beside no contact."""
    deal = RecordRef("zoho", "Deals", "9")
    assert tied(TaskDraft(contact=ADA, related=(LEAD,))) == ()
    _, for_lead = fields_of(TaskDraft(contact=LEAD, key="k"))
    _, with_deal = fields_of(TaskDraft(contact=ADA, key="k", related=(ADA, deal)))
    assert "Who_Id" not in for_lead
    assert (for_lead["What_Id"], for_lead["$se_module"]) == ({"id": "7"}, "Leads")
    assert (with_deal["Who_Id"], with_deal["What_Id"], with_deal["$se_module"]) == ({"id": "41"}, {"id": "9"}, "Deals")


@pytest.mark.parametrize(
    ("draft", "kind", "length"),
    [
        (call(duration=timedelta(seconds=205)), "Inbound", "03:25"),
        (call(duration=timedelta(hours=2)), "Inbound", "120:00"),
        (call(), "Inbound", "00:01"),
        (call(outcome=CallOutcome.MISSED), "Missed", None),
        (call(direction=Direction.OUTBOUND, duration=timedelta(seconds=15)), "Outbound", "00:15"),
        (call(direction=Direction.OUTBOUND, outcome=CallOutcome.MISSED), "Outbound", "00:01"),
    ],
)
@pytest.mark.feature("F050")
def test_a_call(draft: CallDraft, kind: str, length: str | None) -> None:
    """A duration is mm:ss and never zero; a missed call has none."""
    _, fields = fields_of(draft)
    assert (fields["Call_Type"], fields.get("Call_Duration")) == (kind, length)
    assert fields["Call_Start_Time"] == "2026-05-14T08:00:00+00:00"


def test_the_ends_of_a_call() -> None:
    """Who called whom, the outcome and the recording, each in its own field."""
    more: dict[str, Any] = {
        "customer": "+442079460958",
        "dialled": "+493012345",
        "recording_url": "https://r.example/1",
    }
    _, inbound = fields_of(call(disposition="Interested", **more))
    _, outbound = fields_of(call(direction=Direction.OUTBOUND, outcome=CallOutcome.MISSED, **more))
    assert (inbound["Caller_ID"], inbound["Dialled_Number"]) == ("+442079460958", "+493012345")
    assert (outbound["Caller_ID"], outbound["Dialled_Number"]) == ("+493012345", "+442079460958")
    assert (inbound["Call_Result"], outbound["Call_Result"]) == ("Interested", "No response/Busy")
    assert inbound["Voice_Recording__s"] == "https://r.example/1"


@pytest.mark.feature("F050")
def test_what_no_field_of_a_call_says_is_in_the_text() -> None:
    """That it was internal, and that nobody answered where the agent's code takes the place of it."""
    missed = call(direction=Direction.OUTBOUND, outcome=CallOutcome.MISSED, disposition="Try again", text="Rang.")
    assert fields_of(missed)[1]["Description"] == "Rang.\n\nNo answer\n\nref: k1"
    assert fields_of(missed)[1]["Call_Result"] == "Try again"
    assert fields_of(call(direction=Direction.INTERNAL))[1]["Description"] == "Internal call\n\nref: k1"


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2)))
def test_durations_read_back(length: timedelta) -> None:
    """Minutes and seconds, rounded up to whole seconds, at least one."""
    minutes, seconds = duration(length).split(":")
    total = int(minutes) * 60 + int(seconds)
    assert len(seconds) == 2
    assert int(seconds) < 60
    assert max(1, length.total_seconds()) <= total < length.total_seconds() + 1 + (length == timedelta(0)) or total == 1


@pytest.mark.feature("F050")
def test_an_event() -> None:
    """The customer is not invited."""
    draft = EventDraft(contact=ADA, key="k", subject="Visit", starts_at=START, ends_at=START, location="Berlin")
    _, fields = fields_of(draft)
    assert (fields["Event_Title"], fields["Venue"]) == ("Visit", "Berlin")
    assert "Participants" not in fields


def test_a_case() -> None:
    """A case hangs off a contact or an account, never off a lead."""
    module, fields = fields_of(CaseDraft(contact=ADA, key="k", subject="Broken"))
    assert module == "Cases"
    assert (fields["Related_To"], fields["Status"], fields["Case_Origin"]) == ({"id": "41"}, "New", "Phone")
    with pytest.raises(e.Unsupported):
        fields_of(CaseDraft(contact=LEAD, key="k"))


def test_a_rule_may_set_fields_but_not_lose_the_key() -> None:
    """What the rule says wins; the key stays the last line."""
    draft = TaskDraft(contact=ADA, key="k1", text="mine", extra={"Description": "theirs", "Priority": "Lowest"})
    _, fields = fields_of(draft)
    assert (fields["Description"], fields["Priority"]) == ("theirs\n\nref: k1", "Lowest")


@pytest.mark.parametrize("key", ["", "a\nb", "a\u2028b"])
def test_a_key_is_one_line(key: str) -> None:
    """Else it could not be found again."""
    with pytest.raises(e.InvalidValue):
        fields_of(TaskDraft(contact=ADA, key=key))


@pytest.mark.promise("R2")
def test_a_created_activity_is_found_by_its_key(zoho: Any, rows: Callable[..., Response]) -> None:
    """By COQL, among the contact's records since then, clocks apart; longer keys are not mistaken for it."""
    draft = TaskDraft(contact=ADA, key="k1")
    records = rows({"id": "1", "Description": "ref: k12"}, {"id": "2", "Description": "x\n\nref: k1"})
    found = zoho.run(zoho.connector.find_created(zoho.facts, draft, since=START), records)
    assert found == RecordRef("zoho", "Tasks", "2")
    assert "(Who_Id = '41' and Created_Time >= '2026-05-14T07:45:00+00:00')" in zoho.statement


@pytest.mark.promise("R2")
def test_a_created_activity_is_found_behind_thousands(zoho: Any, rows: Callable[..., Response]) -> None:
    """A busy contact's record is looked for as far as COQL reaches, not as far as a person would wait."""
    others = [rows({"id": f"1{n}", "Description": f"ref: other{n}"}, more=True) for n in range(12)]
    found = zoho.run(
        zoho.connector.find_created(zoho.facts, TaskDraft(contact=ADA, key="k1"), since=START),
        *others,
        rows({"id": "2", "Description": "ref: k1"}),
    )
    assert found == RecordRef("zoho", "Tasks", "2")


def test_a_note_is_found_by_its_key(zoho: Any, rows: Callable[..., Response]) -> None:
    """In the record's own list; None where it is not."""
    draft = NoteDraft(contact=ADA, key="k1")
    note = rows({"id": "2", "Note_Content": "x\n\nref: k1"})
    assert zoho.run(zoho.connector.find_created(zoho.facts, draft, since=START), note) == RecordRef(
        "zoho", "Notes", "2"
    )
    assert zoho.run(zoho.connector.find_created(zoho.facts, draft, since=START), Response(204)) is None


def test_without_coql_nothing_is_looked_for(zoho: Any) -> None:
    """A create is then blind, and says so before any request."""
    zoho.facts = attrs.evolve(zoho.facts, scopes=frozenset({"ZohoCRM.modules.ALL"}))
    with pytest.raises(e.Unsupported):
        zoho.run(zoho.connector.find_created(zoho.facts, TaskDraft(contact=ADA, key="k"), since=START))
    with pytest.raises(e.Unsupported, match="open activities only"):
        zoho.run(zoho.connector.related(zoho.facts, ADA, RelatedKind.CALL))


@pytest.mark.feature("F040")
def test_related_calls_newest_first(zoho: Any, rows: Callable[..., Response]) -> None:
    """One request; the cursor goes on where the page ended."""
    first = zoho.run(zoho.connector.related(zoho.facts, ADA, RelatedKind.CALL, limit=1), rows({"id": "1"}, more=True))
    assert "from Calls where Who_Id = '41' order by Call_Start_Time desc, id desc limit 0, 1" in zoho.statement
    second = zoho.run(
        zoho.connector.related(zoho.facts, ADA, RelatedKind.CALL, limit=1, cursor=first.next), rows({"id": "2"})
    )
    assert zoho.statement.endswith("limit 1, 1")
    assert second.next is None


@pytest.mark.feature("F040")
def test_notes_are_sorted_here(zoho: Any, rows: Callable[..., Response]) -> None:
    """Their order may be a setting of the user."""
    old = {"id": "1", "Note_Content": "old", "Created_Time": "2026-05-01T00:00:00+00:00"}
    new = {"id": "2", "Note_Content": "new", "Created_Time": "2026-05-02T00:00:00+00:00"}
    page = zoho.run(zoho.connector.related(zoho.facts, ADA, RelatedKind.NOTE, limit=1), rows(old, new))
    assert [note.text for note in page.items] == ["new"]
    assert "fields" in dict(zoho.last.params)
    rest = zoho.run(zoho.connector.related(zoho.facts, ADA, RelatedKind.NOTE, cursor=page.next), rows(old, new))
    assert [note.text for note in rest.items] == ["old"]


@pytest.mark.parametrize(("kind", "contact"), [(RelatedKind.CASE, LEAD), (RelatedKind.DEAL, LEAD)])
def test_what_a_lead_cannot_have(zoho: Any, kind: RelatedKind, contact: RecordRef) -> None:
    """Unsupported, not empty."""
    with pytest.raises(e.Unsupported):
        zoho.run(zoho.connector.related(zoho.facts, contact, kind))


@pytest.mark.parametrize("cursor", ["", "x", "-1", "99999", "\u0661"])
def test_a_cursor_of_somebody_else(zoho: Any, cursor: str) -> None:
    """It is refused before any request."""
    with pytest.raises(e.Gone):
        zoho.run(zoho.connector.related(zoho.facts, ADA, RelatedKind.CALL, cursor=cursor))


@pytest.mark.feature("F055")
def test_a_filtered_listing(zoho: Any, rows: Callable[..., Response]) -> None:
    """All conditions hold; sorted as asked."""
    asked = ActivityFilter(
        resource="Tasks",
        contact=ADA,
        conditions=(
            Condition("Status", Operator.NOT_EQUALS, ("Completed",)),
            Condition("Priority", Operator.IN, ("High",)),
        ),
        sort=("Due_Date", False),
        limit=5,
    )
    zoho.run(zoho.connector.activities(zoho.facts, asked), rows({"id": "1"}))
    where = "(Who_Id = '41' and (Status != 'Completed' and Priority in ('High')))"
    assert zoho.statement.endswith(f"from Tasks where {where} order by Due_Date asc, id asc limit 0, 5")


def test_a_listing_without_conditions(zoho: Any, rows: Callable[..., Response]) -> None:
    """COQL insists on one."""
    zoho.run(zoho.connector.activities(zoho.facts, ActivityFilter(resource="Deals")), rows())
    assert "where id is not null" in zoho.statement


@pytest.mark.parametrize("resource", ["Contacts", "Notes"])
def test_what_is_not_listed(zoho: Any, resource: str) -> None:
    """All notes are for administrators only; contacts are no activities."""
    with pytest.raises(e.Unsupported):
        zoho.run(zoho.connector.activities(zoho.facts, ActivityFilter(resource=resource)))


def test_changing_an_activity(zoho: Any, written: Response) -> None:
    """Only what is set is sent."""
    ref = RecordRef("zoho", "Tasks", "5")
    change = ActivityChange(ref=ref, kind=RelatedKind.TASK, status=TaskStatus.DONE, due_on=None)
    zoho.run(zoho.connector.update_activity(zoho.facts, change), written)
    assert zoho.sent == {"Status": "Completed", "Due_Date": None}
    zoho.run(zoho.connector.update_activity(zoho.facts, ActivityChange(ref=ref, kind=RelatedKind.TASK)))


@pytest.mark.parametrize(
    "change",
    [{"status": TaskStatus.DONE}, {"due_on": date(2026, 1, 1)}, {"text": None}],
)
def test_what_a_note_does_not_have(zoho: Any, change: dict[str, Any]) -> None:
    """Refused before any request."""
    ref = RecordRef("zoho", "Notes", "5")
    with pytest.raises(e.Unsupported):
        zoho.run(zoho.connector.update_activity(zoho.facts, ActivityChange(ref=ref, kind=RelatedKind.NOTE, **change)))


@pytest.mark.parametrize(
    ("contact", "resource", "sent"),
    [
        (ADA, "Calls", {"Who_Id": {"id": "41"}}),
        (LEAD, "Tasks", {"What_Id": {"id": "7"}, "$se_module": "Leads", "Who_Id": None}),
        (ADA, "Cases", {"Related_To": {"id": "41"}}),
        (ADA, "Deals", {"Contact_Name": {"id": "41"}}),
    ],
)
@pytest.mark.feature("F044")
def test_linking(zoho: Any, written: Response, contact: RecordRef, resource: str, sent: dict[str, Any]) -> None:
    """The lookup that points at the contact is set."""
    zoho.run(zoho.connector.link(zoho.facts, contact, RecordRef("zoho", resource, "5")), written)
    assert zoho.sent == sent


@pytest.mark.feature("F045")
def test_unlinking(zoho: Any, rows: Callable[..., Response], written: Response) -> None:
    """Cleared, and seen to be cleared; a record of somebody else is left alone."""
    op = zoho.connector.unlink
    record = RecordRef("zoho", "Calls", "5")
    mine, nobody = rows({"id": "5", "Who_Id": {"id": "41"}}), rows({"id": "5", "Who_Id": None})
    zoho.run(op(zoho.facts, ADA, record), mine, written, nobody)
    zoho.run(op(zoho.facts, ADA, record), rows({"id": "5", "Who_Id": {"id": "99"}}))
    with pytest.raises(e.UnexpectedAnswer):
        zoho.run(op(zoho.facts, ADA, record), mine, written, mine)


def test_notes_cannot_be_moved(zoho: Any) -> None:
    """They belong to one record for good."""
    with pytest.raises(e.Unsupported):
        zoho.run(zoho.connector.link(zoho.facts, ADA, RecordRef("zoho", "Notes", "5")))
