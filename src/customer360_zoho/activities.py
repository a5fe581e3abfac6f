"""Notes, tasks, calls, events, cases and deals of a contact (contract, sections 7 and 12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import attrs

from customer360.core.activities import (
    ActivityChange,
    ActivityDraft,
    ActivityFilter,
    CallDraft,
    CallOutcome,
    CaseDraft,
    EventDraft,
    NoteDraft,
    Priority,
    TaskDraft,
    TaskStatus,
    carries_key,
    with_key,
)
from customer360.core.effects import POST
from customer360.core.errors import Unsupported, ValidationFailed
from customer360.core.interactions import Direction
from customer360.core.linking import LinkFacts
from customer360.core.paging import offset_of
from customer360.core.records import UNSET, Page, RecordRef, RelatedKind, RelatedRecord
from customer360_zoho import query as q
from customer360_zoho import ties
from customer360_zoho.asking import PAGE, Row, coql, coql_where, list_rows
from customer360_zoho.auth import COQL, granted
from customer360_zoho.contacts import created
from customer360_zoho.fieldnames import must_be_there
from customer360_zoho.metadata import record_urls
from customer360_zoho.query import Clause
from customer360_zoho.records import KEY, identifier_of, text_of, time_of, wire_fields
from customer360_zoho.related import MODULE_OF, READINGS, related_of

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

# Listing ------------------------------------------------------------------------------------------------------------


async def related(
    facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int, cursor: str | None
) -> Page[RelatedRecord]:
    """A contact's records of one kind, newest first.

    Notes come from the related list, all others by COQL: related lists hold open activities only.
    """
    module = MODULE_OF[kind]
    offset, limit = _offset(cursor), max(1, min(limit, PAGE))
    if module == "Notes" or (module in ties.LINKS and not granted(facts, COQL)):
        ties.belongs(module, contact)
        rows = await _listed(contact, module)
        page = rows[offset : offset + limit]
        return _page(facts, module, page, offset + limit if len(rows) > offset + limit else None)
    return await _by_coql(facts, module, ties.belongs(module, contact), (READINGS[module].at, True), offset, limit)


async def activities(facts: LinkFacts, asked: ActivityFilter) -> Page[RelatedRecord]:
    """A filtered listing (F055 to F058)."""
    module = asked.resource
    if module not in READINGS:
        raise Unsupported(f"{module!r} is no activity module of Zoho", next_step="use one from list_resources()")
    if module == "Notes":
        if asked.contact is None or asked.conditions or asked.sort:
            raise Unsupported("Zoho lists notes of one record at a time, unfiltered, newest first")
        return await related(facts, asked.contact, RelatedKind.NOTE, limit=asked.limit, cursor=asked.cursor)
    clauses = [ties.belongs(module, asked.contact)] if asked.contact else []
    clauses += [q.condition(each) for each in asked.conditions]
    where = q.all_of(clauses or [q.is_not_null("id")])  # COQL insists on a condition
    order = asked.sort or (READINGS[module].at, True)
    return await _by_coql(facts, module, where, order, _offset(asked.cursor), asked.limit)


async def _by_coql(
    facts: LinkFacts, module: str, where: Clause, order: tuple[str, bool], offset: int, limit: int
) -> Page[RelatedRecord]:
    keys = (order,) if order[0] == "id" else (order, ("id", order[1]))
    statement = q.select(READINGS[module].columns, module, where, order=keys, offset=offset, count=limit)
    rows, more = await coql(statement)
    following = offset + len(rows)
    return _page(facts, module, rows, following if more and rows and following + limit <= q.REACHABLE_BY_COQL else None)


def _page(facts: LinkFacts, module: str, rows: Sequence[Row], following: int | None) -> Page[RelatedRecord]:
    url_of = record_urls(facts, module)
    items = tuple(related_of(module, row, url=url_of(str(row.get("id", "")))) for row in rows)
    return Page(items, None if following is None else str(following))


def _offset(cursor: str | None) -> int:
    return offset_of(cursor, most=q.REACHABLE_BY_COQL - 1, of="Zoho")


async def _listed(contact: RecordRef, module: str) -> list[Row]:
    """A whole related list, newest first: its own order may be a setting of the user (section 7), so we sort."""
    reading = READINGS[module]
    params = {"fields": ",".join(reading.columns), "sort_by": "Created_Time", "sort_order": "desc"}
    rows = await list_rows(f"/{q.named(contact.resource)}/{identifier_of(contact)}/{module}", params)

    def newest(row: Row) -> tuple[datetime, int]:
        identifier = str(row.get("id"))
        return (time_of(row.get(reading.at)) or _LONG_AGO, int(identifier) if identifier.isdecimal() else 0)

    return sorted(rows, key=newest, reverse=True)


# Writing ------------------------------------------------------------------------------------------------------------

_PRIORITIES = {Priority.LOW: "Low", Priority.NORMAL: "Normal", Priority.HIGH: "High"}
_STATUSES = {TaskStatus.OPEN: "Not Started", TaskStatus.DONE: "Completed"}
_TEXT = {"Notes": "Note_Content"}
_AN_HOUR = timedelta(minutes=59, seconds=59)


async def create_activity(draft: ActivityDraft) -> RecordRef:
    """One request that creates; the key stands in the last line of the text.

    Whether a call may last more than 59 minutes is not documented (section 7): refused, and so not created, it is sent
    with the longest duration that is, and its true length in the text.
    """
    module, fields = fields_of(draft)
    await must_be_there(module, draft.extra)
    try:
        return created(module, await POST(f"/{module}", {"data": [fields]}))
    except ValidationFailed as refused:
        over_duration = any(problem.field == "Call_Duration" for problem in refused.problems)
        if not isinstance(draft, CallDraft) or draft.duration <= _AN_HOUR or not over_duration:
            raise
        text = f"{draft.text}\n\nLength: {_hours(draft.duration)}"
        _, shortened = fields_of(attrs.evolve(draft, duration=_AN_HOUR, text=text))
        return created(module, await POST(f"/{module}", {"data": [shortened]}))


def _hours(length: timedelta) -> str:
    """As people write it, and in hours however long it was: ``25:00:00``."""
    minutes, seconds = divmod(ceil(length.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


def fields_of(draft: ActivityDraft) -> tuple[str, dict[str, Any]]:
    """The module and the record to send.

    What ``draft.extra`` says wins over what follows from the draft; the key is kept whatever it says.
    """
    module = MODULE_OF[draft.kind]
    extra = wire_fields(draft.extra)
    text_field = READINGS[module].text
    text = extra.pop(text_field, None)
    fields = {**_own_fields(draft), **ties.association(module, draft), **extra}
    if draft.owner is not None:
        fields["Owner"] = {"id": identifier_of(draft.owner)}
    fields[text_field] = with_key(_told(draft, text if isinstance(text, str) else draft.text), draft.key)
    return module, fields


def _told(draft: ActivityDraft, text: str) -> str:
    """The text, and below it what no field of a call takes: a SIP address, that it was internal, that nobody answered
    where the result says something else."""
    if not isinstance(draft, CallDraft):
        return text
    ours, theirs = ("From", "To") if draft.direction is Direction.OUTBOUND else ("To", "From")
    both = ((theirs, draft.customer), (ours, draft.dialled))
    unfit = [f"{word}: {address}" for word, address in both if address and not _fits(address)]
    if draft.direction is Direction.INTERNAL:
        unfit.append("Internal call")
    if draft.outcome is CallOutcome.MISSED and draft.direction is Direction.OUTBOUND and draft.disposition:
        unfit.append("No answer")
    return "\n".join((text.rstrip(), "", *unfit)).strip("\n") if unfit else text


def _fits(address: str) -> bool:
    """Whether the fields for numbers take it (section 7)."""
    return 0 < len(address) <= 30 and any(c.isdecimal() for c in address)


def _own_fields(draft: ActivityDraft) -> dict[str, Any]:
    subject = (
        draft.subject.strip() or (draft.text.strip().splitlines() or [""])[0][:200] or draft.kind.value.capitalize()
    )
    match draft:
        case NoteDraft():
            return {"Note_Title": draft.subject} if draft.subject.strip() else {}
        case TaskDraft():
            due = {"Due_Date": draft.due_on.isoformat()} if draft.due_on else {}
            return {
                "Subject": subject,
                "Status": _STATUSES[draft.status],
                "Priority": _PRIORITIES[draft.priority],
                **due,
            }
        case CallDraft():
            return {"Subject": subject, **_call(draft)}
        case EventDraft():
            venue = {"Venue": draft.location} if draft.location else {}
            times = {"Start_DateTime": q.when(draft.starts_at), "End_DateTime": q.when(draft.ends_at)}
            return {"Event_Title": subject, **times, **venue}
        case CaseDraft():
            priority = {} if draft.priority is Priority.NORMAL else {"Priority": _PRIORITIES[draft.priority]}
            return {"Subject": subject, "Status": "New", "Case_Origin": "Phone", **priority}


def _call(draft: CallDraft) -> dict[str, Any]:
    """The rules of calls (section 7): a duration is ``mm:ss`` and never zero, except that a missed call has none.

    Zoho knows missed calls only inbound; an outbound call that nobody took is recorded with the shortest duration and
    the stock result for it.
    """
    outbound = draft.direction is Direction.OUTBOUND
    missed = draft.outcome is CallOutcome.MISSED
    ours, theirs = draft.dialled, draft.customer
    fields: dict[str, Any] = {
        "Call_Type": "Outbound" if outbound else "Missed" if missed else "Inbound",
        "Call_Start_Time": q.when(draft.started_at),
    }
    if outbound or not missed:
        fields["Call_Duration"] = duration(timedelta(0) if missed else draft.duration)
    for name, address in (
        ("Caller_ID", ours if outbound else theirs),
        ("Dialled_Number", theirs if outbound else ours),
    ):
        if _fits(address):
            fields[name] = address
    result = draft.disposition or ("No response/Busy" if outbound and missed else None)
    if result:
        fields["Call_Result"] = result
    if draft.recording_url:
        fields["Voice_Recording__s"] = draft.recording_url
    return fields


def duration(length: timedelta) -> str:
    """``mm:ss``, at least one second; minutes go beyond 59 for long calls."""
    minutes, seconds = divmod(max(1, ceil(length.total_seconds())), 60)
    return f"{minutes:02d}:{seconds:02d}"


async def update_activity(change: ActivityChange) -> None:
    """Change what is set.

    The text given replaces the whole text, its last line with the key included: by then the record is known by its id.
    """
    module, fields = MODULE_OF[change.kind], wire_fields(change.extra)
    await must_be_there(module, fields)
    reading = READINGS[module]
    if change.subject is not UNSET:
        fields[reading.title] = change.subject
    if change.text is not UNSET:
        if change.text is None and module == "Notes":
            raise Unsupported("a note of Zoho cannot be without text", ref=change.ref)
        fields[reading.text] = change.text
    if change.status is not UNSET:
        _only_tasks(change, module, "status")
        fields["Status"] = _STATUSES[change.status]
    if change.due_on is not UNSET:
        _only_tasks(change, module, "due day")
        fields["Due_Date"] = change.due_on.isoformat() if change.due_on else None
    if fields:
        await ties.put(change.ref, fields)


def _only_tasks(change: ActivityChange, module: str, what: str) -> None:
    if module != "Tasks":
        raise Unsupported(f"only tasks have a {what} that can be set", ref=change.ref, next_step="use extra")


# Finding again ------------------------------------------------------------------------------------------------------

_CLOCKS_APART = timedelta(minutes=15)
"""Zoho stamps ``Created_Time`` by its own clock; ours may be wrong by this much."""


async def find_created(draft: ActivityDraft, since: datetime) -> RecordRef | None:
    """The record that carries the draft's key, or None: among the contact's records made since then."""
    module = MODULE_OF[draft.kind]
    earliest = since - _CLOCKS_APART

    def carries(row: Row) -> bool:
        return carries_key(text_of(row, READINGS[module].text), draft.key)

    if module == "Notes":
        rows = [row for row in await _listed(draft.contact, module) if carries(row)]
    else:
        where = q.all_of([ties.belongs(module, draft.contact), q.at_least("Created_Time", earliest)])
        columns = ("id", READINGS[module].text, "Created_Time")
        oldest_first = (("Created_Time", False), ("id", False))
        rows = await coql_where(
            columns, module, where, carries, order=oldest_first, enough=1, reach=q.REACHABLE_BY_COQL
        )
    return RecordRef(KEY, module, rows[0]["id"]) if rows else None
