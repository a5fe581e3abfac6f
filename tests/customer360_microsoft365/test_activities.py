"""Tasks, calls, events: what is sent, what is read."""

from __future__ import annotations

import json
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
from customer360_microsoft365.events import body_of
from customer360_microsoft365.records import event_related, task_related

ANN = RecordRef("microsoft365", "contact", "AaMk")
EP = "String {5d1c7c1e-2f0b-4a57-9a66-0c3600c36001} Name c360"
START = datetime(2026, 11, 21, 15, 4, tzinfo=UTC)
CALL = CallDraft(contact=ANN, key="k1", subject="Inbound", text="Hi", started_at=START, duration=timedelta(seconds=184))
EVENT = EventDraft(contact=ANN, key="k2", subject="Visit", starts_at=START, ends_at=START + timedelta(hours=1))
TASK = TaskDraft(contact=ANN, key="k3", subject="Call back", due_on=date(2026, 11, 25), priority=Priority.HIGH)
STANDS = Response(200, b'{"id": "AaMk"}')
"""Whom it is about is there: asked before anything is written."""


def event(identifier: str, day: int = 1, **properties: str) -> dict[str, Any]:
    moment = {"dateTime": f"2026-11-{day:02}T10:00:00.0000000", "timeZone": "UTC"}
    held = [
        {"id": EP.lower().replace("name c360", "Name c360") + name, "value": text} for name, text in properties.items()
    ]
    return {"id": identifier, "subject": "S", "start": moment, "end": moment, "singleValueExtendedProperties": held}


def task(identifier: str, created: int, *externals: str) -> dict[str, Any]:
    links = [{"id": f"L{number}", "externalId": each} for number, each in enumerate(externals)]
    return {
        "id": identifier,
        "title": "T",
        "status": "notStarted",
        "createdDateTime": f"2026-11-{created:02}T10:00:00Z",
        "linkedResources": links,
    }


@pytest.mark.feature("D6")
@pytest.mark.parametrize("draft", [CALL, EVENT, TASK, NoteDraft(contact=ANN, key="k4", text="Hi")])
def test_nothing_is_written_about_who_is_gone(graph: Any, refusal: Callable[..., Response], draft: CallDraft) -> None:
    """Outlook would take it, and nobody would look for it there; an id that never was one is told as such.

    Of an id that may have been one, a 400 says no more than a 404.
    """
    with pytest.raises(e.Gone, match="deleted, or merged") as refused:
        graph.run(graph.connector.create_activity(graph.facts, draft), refusal(404, "ErrorItemNotFound"))
    assert (refused.value.ref, graph.last.method) == (ANN, "GET")
    with pytest.raises(e.NotFound):
        graph.run(graph.connector.create_activity(graph.facts, draft), refusal(400, "ErrorInvalidIdMalformed"))
    draft = attrs.evolve(draft, contact=RecordRef("microsoft365", "contact", "AAkALgAAA-" + "x_9" * 20 + "="))
    with pytest.raises(e.Gone) as refused:
        graph.run(graph.connector.create_activity(graph.facts, draft), refusal(400, "ErrorInvalidIdMalformed"))
    assert refused.value.ref == draft.contact


def test_who_may_not_read_contacts_writes_all_the_same(graph: Any, reply: Callable[..., Response]) -> None:
    """A permission for the calendar is enough for a call."""
    graph.facts = attrs.evolve(graph.facts, scopes=frozenset({"Calendars.ReadWrite"}))
    assert graph.run(graph.connector.create_activity(graph.facts, CALL), reply({"id": "E1"}, 201)).id == "E1"


# Calls and events ---------------------------------------------------------------------------------------------------


@pytest.mark.feature("F050")
def test_a_call(graph: Any, reply: Callable[..., Response]) -> None:
    """An event that is free, reminds nobody, invites nobody; what is known of it in properties."""
    draft = attrs.evolve(CALL, customer="+1", disposition="Demo", recording_url="https://r.example/1")
    ref = graph.run(graph.connector.create_activity(graph.facts, draft), STANDS, reply({"id": "E1"}, 201))
    assert ref == RecordRef("microsoft365", "call", "E1")
    assert (graph.last.path, graph.last.repeatable) == ("/me/events", False)
    sent = dict(graph.last.json)
    properties = {each["id"]: each["value"] for each in sent.pop("singleValueExtendedProperties")}
    assert properties == {
        f"{EP}Contact": "AaMk",
        f"{EP}Key": "k1",
        f"{EP}Direction": "inbound",
        f"{EP}Duration": "184",
        f"{EP}Outcome": "answered",
    }
    assert sent == {
        "subject": "Inbound",
        "body": {
            "contentType": "text",
            "content": "Hi\n\nCustomer: +1\nDisposition: Demo\nRecording: https://r.example/1",
        },
        "start": {"dateTime": "2026-11-21T15:04:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-21T15:07:04", "timeZone": "UTC"},
        "showAs": "free",
        "isReminderOn": False,
        "categories": ["Call"],
        "transactionId": "c360-call-k1",
    }


@given(
    st.builds(
        CallDraft,
        contact=st.just(ANN),
        key=st.just("k"),
        text=st.text(max_size=20),
        started_at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
        duration=st.timedeltas(timedelta(0), timedelta(days=3)),
        direction=st.sampled_from(Direction),
        outcome=st.sampled_from(CallOutcome),
    )
)
def test_any_call(draft: CallDraft) -> None:
    """It never ends before it begins, and has a subject."""
    body = body_of(draft)
    assert body["end"]["dateTime"] >= body["start"]["dateTime"]
    assert body["subject"].strip()
    assert "attendees" not in body
    json.dumps(body)


def test_further_fields_of_an_event(graph: Any, reply: Callable[..., Response]) -> None:
    """They win over what follows from the draft; those that mark the record are not for others to set."""
    draft = attrs.evolve(EVENT, location="Room 1", extra={"showAs": "oof", "start": START, "categories": ("A",)})
    graph.run(graph.connector.create_activity(graph.facts, draft), STANDS, reply({"id": "E2"}, 201))
    sent = graph.last.json
    assert (sent["showAs"], sent["categories"], sent["location"]) == ("oof", ["A"], {"displayName": "Room 1"})
    assert sent["start"] == {"dateTime": "2026-11-21T15:04:00", "timeZone": "UTC"}
    for name in ("transactionId", "singleValueExtendedProperties", "attendees", "a.b"):
        with pytest.raises(e.InvalidValue):
            graph.run(graph.connector.create_activity(graph.facts, attrs.evolve(EVENT, extra={name: "x"})))


@pytest.mark.promise("R2")
@pytest.mark.parametrize("status", [400, 409])
def test_a_repeat_returns_the_first(graph: Any, refusal: Callable[..., Response], status: int) -> None:
    """The vendor names it."""
    repeated = refusal(status, "ErrorDuplicateTransactionId", **{"@event.existingEventId": "E1"})
    ref = graph.run(graph.connector.create_activity(graph.facts, CALL), STANDS, repeated)
    assert ref == RecordRef("microsoft365", "call", "E1")


def test_a_repeat_whose_first_is_not_named(
    graph: Any, refusal: Callable[..., Response], rows: Callable[..., Response]
) -> None:
    """It is found by its key; by its hours while the filter lags; else the doubt is said."""
    repeated = refusal(400, "ErrorDuplicateTransactionId")
    keyed = event("E1", Key="k1", Direction="inbound")
    create = graph.connector.create_activity
    assert graph.run(create(graph.facts, CALL), STANDS, repeated, rows(keyed)).id == "E1"
    seen = {"id": "E9", "transactionId": "c360-call-k1"}
    other = {"id": "E8", "transactionId": "c360-call-k0"}
    assert graph.run(create(graph.facts, CALL), STANDS, repeated, rows(), rows(other, seen)).id == "E9"
    assert (graph.last.path, graph.params["startDateTime"]) == ("/me/calendarView", "2026-11-20T15:04:00Z")
    with pytest.raises(e.UnexpectedAnswer) as doubt:
        graph.run(create(graph.facts, CALL), STANDS, repeated, rows(), rows())
    assert doubt.value.maybe_applied


@pytest.mark.feature("F040")
@pytest.mark.perf("P15")
def test_calls_and_events_of_a_contact(graph: Any, rows: Callable[..., Response]) -> None:
    """One request; ids that differ in case are told apart, calls from events; newest first."""
    found = rows(
        event("E1", 1, Contact="AaMk", Direction="inbound", Outcome="missed"),
        event("E2", 3, Contact="AaMk", Direction="outbound", Outcome="answered"),
        event("E3", 2, Contact="AAMK", Direction="inbound"),
        event("E4", 4, Contact="AaMk"),
    )
    calls = graph.run(graph.connector.related(graph.facts, ANN, RelatedKind.CALL), found)
    assert [(each.ref.id, each.status) for each in calls.items] == [("E2", "answered"), ("E1", "missed")]
    assert graph.params["$filter"] == (
        f"singleValueExtendedProperties/Any(ep: ep/id eq '{EP}Contact' and ep/value eq 'AaMk')"
    )
    assert "$orderby" not in graph.params
    assert 'outlook.timezone="UTC"' in graph.headers["Prefer"]
    events = graph.run(graph.connector.related(graph.facts, ANN, RelatedKind.EVENT), found)
    assert [each.ref.id for each in events.items] == ["E4"]


def test_a_calendar_for_calls(graph: Any, reply: Callable[..., Response], refusal: Callable[..., Response]) -> None:
    """Calls go there, events do not; when it was deleted, calls go to the default one."""
    graph.facts = attrs.evolve(graph.facts, extra={"call_calendar": "C="})
    graph.run(graph.connector.create_activity(graph.facts, CALL), STANDS, reply({"id": "E1"}, 201))
    assert graph.last.path == "/me/calendars/C%3D/events"
    graph.run(graph.connector.create_activity(graph.facts, EVENT), STANDS, reply({"id": "E1"}, 201))
    assert graph.last.path == "/me/events"
    gone, repeated = refusal(404, "ErrorItemNotFound"), refusal(400, "ErrorDuplicateTransactionId")
    graph.run(graph.connector.create_activity(graph.facts, CALL), STANDS, gone, reply({"id": "E1"}, 201))
    assert graph.last.path == "/me/events"
    seen = reply({"value": [{"id": "E1", "transactionId": "c360-call-k1"}]})
    nothing = reply({"value": []})
    op = graph.connector.create_activity(graph.facts, CALL)
    assert graph.run(op, STANDS, gone, repeated, gone, nothing, gone, seen).id == "E1"
    assert graph.last.path == "/me/calendarView"
    refused = refusal(404, "ErrorItemNotFound")
    with pytest.raises(e.NotFound):
        graph.run(graph.connector.create_activity(graph.facts, EVENT), STANDS, refused)


@pytest.mark.feature("F040")
def test_calls_of_two_calendars(graph: Any, rows: Callable[..., Response], refusal: Callable[..., Response]) -> None:
    """Those from before there was one for calls are listed, too, also once it is deleted; what else fails is raised."""
    graph.facts = attrs.evolve(graph.facts, extra={"call_calendar": "C="})
    late, early = (event(f"E{day}", day, Contact="AaMk", Direction="inbound") for day in (3, 2))
    related, gone = graph.connector.related, refusal(404, "ErrorItemNotFound")
    calls = graph.run(related(graph.facts, ANN, RelatedKind.CALL), rows(late), rows(early))
    assert [each.ref.id for each in calls.items] == ["E3", "E2"]
    assert [request.path for request in graph.asked] == ["/me/calendars/C%3D/events", "/me/events"]
    calls = graph.run(related(graph.facts, ANN, RelatedKind.CALL), gone, rows(early))
    assert [each.ref.id for each in calls.items] == ["E2"]
    with pytest.raises(e.NotFound):
        graph.run(related(graph.facts, ANN, RelatedKind.CALL), rows(late), gone)
    with pytest.raises(e.CrmUnavailable):
        graph.run(related(graph.facts, ANN, RelatedKind.CALL), Response(503), rows(early))


def test_unlinking_heeds_whose_event_it_is(graph: Any, reply: Callable[..., Response]) -> None:
    """Another's stays; ours gets another value, for a single property cannot be deleted."""
    record = RecordRef("microsoft365", "event", "E1")
    graph.run(graph.connector.unlink(graph.facts, ANN, record), reply(event("E1", Contact="other")))
    graph.run(graph.connector.unlink(graph.facts, ANN, record), reply(event("E1", Contact="AaMk")), reply(event("E1")))
    assert graph.last.json == {"singleValueExtendedProperties": [{"id": f"{EP}Contact", "value": "none"}]}


def test_a_busy_event_is_changed_at_the_second_try(
    graph: Any, reply: Callable[..., Response], refusal: Callable[..., Response]
) -> None:
    """After a fresh read; a second conflict is said."""
    change = ActivityChange(ref=RecordRef("microsoft365", "call", "E1"), kind=RelatedKind.CALL, text=None)
    busy, fine = refusal(412, "ErrorIrresolvableConflict"), reply(event("E1"))
    graph.run(graph.connector.update_activity(graph.facts, change), busy, fine, fine)
    assert graph.last.json == {"body": {"contentType": "text", "content": ""}}
    with pytest.raises(e.Conflict):
        graph.run(graph.connector.update_activity(graph.facts, change), busy, fine, busy)


@given(
    st.dictionaries(
        st.sampled_from(["id", "subject", "body", "start", "end", "createdDateTime", "webLink", "linkedResources"]),
        st.none()
        | st.integers()
        | st.text(max_size=5)
        | st.lists(st.integers(), max_size=2)
        | st.dictionaries(st.sampled_from(["dateTime", "timeZone", "content"]), st.none() | st.text(max_size=5)),
    )
)
def test_any_row_is_a_record(row: dict[str, Any]) -> None:
    """Wrong types never raise: at worst something is empty."""
    assert event_related("event", RelatedKind.EVENT, row, None).kind is RelatedKind.EVENT
    assert task_related("todoTask", row).kind is RelatedKind.TASK


# Tasks --------------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F050")
def test_a_task(graph: Any, reply: Callable[..., Response]) -> None:
    """In the default list; contact and key are linked resources."""
    ref = graph.run(graph.connector.create_activity(graph.facts, TASK), STANDS, reply({"id": "T1"}, 201))
    assert ref == RecordRef("microsoft365", "todoTask", "T1")
    assert graph.last.path == "/me/todo/lists/LIST/tasks"
    sent = dict(graph.last.json)
    assert [each["externalId"] for each in sent.pop("linkedResources")] == ["AaMk", "k3"]
    assert sent == {
        "title": "Call back",
        "body": {"contentType": "text", "content": ""},
        "importance": "high",
        "status": "notStarted",
        "dueDateTime": {"dateTime": "2026-11-25T00:00:00", "timeZone": "UTC"},
    }


def test_the_default_list_is_asked_for_where_it_is_not_known(
    graph: Any, reply: Callable[..., Response], rows: Callable[..., Response]
) -> None:
    """By its well-known name."""
    graph.facts = attrs.evolve(graph.facts, extra={})
    lists = rows({"id": "L1", "wellknownListName": "none"}, {"id": "L2", "wellknownListName": "defaultList"})
    graph.run(graph.connector.create_activity(graph.facts, TASK), lists, STANDS, reply({"id": "T1"}, 201))
    assert graph.last.path == "/me/todo/lists/L2/tasks"


@pytest.mark.feature("F040")
@pytest.mark.perf("P15")
def test_tasks_of_a_contact(graph: Any, rows: Callable[..., Response], refusal: Callable[..., Response]) -> None:
    """One request; matched here, newest first; by a filter where the mailbox answers it."""
    found = rows(task("T1", 1, "AaMk"), task("T2", 3, "k", "AaMk"), task("T3", 2, "AAMK"))
    related = graph.connector.related
    page = graph.run(related(graph.facts, ANN, RelatedKind.TASK), found)
    assert [each.ref.id for each in page.items] == ["T2", "T1"]
    assert "$filter" not in graph.params
    graph.facts = attrs.evolve(graph.facts, extra={**graph.facts.extra, "task_filter": "yes"})
    page = graph.run(related(graph.facts, ANN, RelatedKind.TASK, limit=1), found)
    assert ([each.ref.id for each in page.items], page.next) == (["T2"], "1")
    assert graph.params["$filter"] == "linkedResources/any(l:l/externalId eq 'AaMk')"
    refused = refusal(400, "ErrorInvalidUrlQueryFilter")
    assert len(graph.run(related(graph.facts, ANN, RelatedKind.TASK), refused, found).items) == 2


def test_a_task_is_found_again_by_its_key_alone(graph: Any, rows: Callable[..., Response]) -> None:
    """Without the filter that is not documented: a repeat must not hang on it."""
    graph.facts = attrs.evolve(graph.facts, extra={**graph.facts.extra, "task_filter": "yes"})
    find = graph.connector.find_created
    assert graph.run(find(graph.facts, TASK, since=START), rows(task("T1", 1, "AaMk", "K3"))) is None
    assert "$filter" not in graph.params
    assert graph.run(find(graph.facts, TASK, since=START), rows(task("T1", 1, "AaMk", "k3"))).id == "T1"


def test_a_task_is_changed_in_part(graph: Any, reply: Callable[..., Response]) -> None:
    """Only what is set."""
    ref = RecordRef("microsoft365", "todoTask", "T=")
    change = ActivityChange(ref=ref, kind=RelatedKind.TASK, status=TaskStatus.DONE, due_on=None)
    graph.run(graph.connector.update_activity(graph.facts, change), reply({"id": "T="}))
    assert (graph.last.method, graph.last.path) == ("PATCH", "/me/todo/lists/LIST/tasks/T%3D")
    assert graph.last.json == {"status": "completed", "dueDateTime": None}


@pytest.mark.feature("F044")
@pytest.mark.feature("F045")
def test_links_of_a_task(graph: Any, rows: Callable[..., Response], reply: Callable[..., Response]) -> None:
    """Added once; taken away without touching others."""
    record, there = RecordRef("microsoft365", "todoTask", "T1"), reply({"id": "AaMk"})
    links = rows({"id": "L0", "externalId": "AaMk"}, {"id": "L1", "externalId": "AAMK"})
    graph.run(graph.connector.link(graph.facts, ANN, record), there, links)
    assert [request.method for request in graph.asked] == ["GET", "GET"]
    graph.run(graph.connector.link(graph.facts, ANN, record), there, rows(), reply({"id": "L2"}, 201))
    assert graph.last.json["externalId"] == "AaMk"
    graph.run(graph.connector.unlink(graph.facts, ANN, record), links, Response(204))
    assert (graph.last.method, graph.last.path) == ("DELETE", "/me/todo/lists/LIST/tasks/T1/linkedResources/L0")


# What cannot be -----------------------------------------------------------------------------------------------------


def test_what_outlook_does_not_have(graph: Any) -> None:
    """Cases, deals, other people's records, people's activities: refused before any request, with the reason."""
    connector, facts = graph.connector, graph.facts
    other = RecordRef("microsoft365", "user", "U2")
    person = RecordRef("microsoft365", "person", "P1")
    note = RecordRef("microsoft365", "personalNotes", "AaMk")
    call = RecordRef("microsoft365", "call", "E1")
    for op in (
        connector.related(facts, ANN, RelatedKind.CASE),
        connector.related(facts, ANN, RelatedKind.DEAL),
        connector.related(facts, person, RelatedKind.CALL),
        connector.create_activity(facts, CaseDraft(contact=ANN, key="k")),
        connector.create_activity(facts, attrs.evolve(TASK, owner=other)),
        connector.create_activity(facts, NoteDraft(contact=ANN, key="k", text="x", owner=other)),
        connector.create_activity(facts, attrs.evolve(TASK, contact=person)),
        connector.link(facts, ANN, note),
        connector.update_activity(facts, ActivityChange(ref=call, kind=RelatedKind.CALL, status=TaskStatus.DONE)),
        connector.activities(facts, ActivityFilter(resource="event")),
        connector.activities(facts, ActivityFilter(resource="nonsense")),
        connector.activities(facts, ActivityFilter(resource="todoTask", sort=("nonsense", True))),
    ):
        with pytest.raises(e.Unsupported):
            graph.run(op)


@pytest.mark.parametrize("cursor", ["x", "-1", "٣", "99999999999", ""])
def test_a_cursor_of_somebody_else(graph: Any, cursor: str) -> None:
    """Start over."""
    with pytest.raises(e.Gone):
        graph.run(graph.connector.related(graph.facts, ANN, RelatedKind.CALL, cursor=cursor))


@pytest.mark.feature("F057")
def test_filtered_events(graph: Any, rows: Callable[..., Response]) -> None:
    """By time, by text; what is of another type is never equal."""
    found = rows(event("E1", 1, Contact="AaMk"), event("E2", 3, Contact="AaMk"))

    def listed(*conditions: Condition, **more: Any) -> list[str]:
        asked = ActivityFilter(resource="event", contact=ANN, conditions=conditions, **more)
        return [each.ref.id for each in graph.run(graph.connector.activities(graph.facts, asked), found).items]

    assert listed() == ["E2", "E1"]
    assert listed(sort=("start", False)) == ["E1", "E2"]
    assert listed(Condition("start", Operator.LESS, (date(2026, 11, 2),))) == ["E1"]
    assert listed(Condition("start", Operator.EQUALS, (date(2026, 11, 3),))) == ["E2"]
    assert listed(Condition("start", Operator.GREATER, (datetime(2026, 11, 3, 10, tzinfo=UTC),))) == []
    assert listed(Condition("subject", Operator.IN, ("S", 1))) == ["E2", "E1"]
    assert listed(Condition("subject", Operator.EQUALS, (1,))) == []
    assert listed(Condition("location", Operator.IS_EMPTY)) == ["E2", "E1"]
