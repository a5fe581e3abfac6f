"""Notes, tasks, calls, events, cases and opportunities of a contact (contract, section 7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

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
from customer360.core.effects import GET
from customer360.core.errors import Forbidden, Truncated, Unsupported, ValidationFailed
from customer360.core.interactions import Direction
from customer360.core.linking import LinkFacts
from customer360.core.paging import offset_of
from customer360.core.records import UNSET, Page, RecordRef, RelatedKind, RelatedRecord
from customer360.core.wire import identified
from customer360_salesforce import notes, ties
from customer360_salesforce import query as q
from customer360_salesforce.asking import Row, asked, collected_from
from customer360_salesforce.auth import KEY
from customer360_salesforce.contacts import create_row, key_in_path
from customer360_salesforce.metadata import keyed, notes_object, record_url
from customer360_salesforce.records import identifier_of, text_of, wire_fields
from customer360_salesforce.related import OBJECT_OF, READINGS, object_of, related_of

_LARGEST: Final = 99_999_999

# Listing ------------------------------------------------------------------------------------------------------------


async def related(
    facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int, cursor: str | None
) -> Page[RelatedRecord]:
    """A contact's records of one kind, newest first: one request; enhanced notes take one more for their text."""
    resource = {RelatedKind.NOTE: notes_object(facts), RelatedKind.CALL: "Call"}.get(kind) or OBJECT_OF[kind]
    limit = max(1, min(limit, 200))
    return await activities(facts, ActivityFilter(resource=resource, contact=contact, limit=limit, cursor=cursor))


async def activities(facts: LinkFacts, wanted: ActivityFilter) -> Page[RelatedRecord]:
    """A filtered listing (F055 to F058)."""
    name, offset = object_of(wanted.resource), _offset(wanted.cursor)
    if name == "ContentNote":
        if wanted.contact is None or wanted.conditions or wanted.sort:
            raise Unsupported("Salesforce lists notes of one record at a time, unfiltered, newest first")
        found = await notes.listed(wanted.contact, limit=wanted.limit + 1, offset=offset)
        return _page(facts, name, found, wanted.limit, offset)
    clauses = [ties.belongs(name, wanted.contact)] if wanted.contact else []
    if name == "Task":
        clauses.append(_CALLS if wanted.resource == "Call" else _TO_DOS)
    clauses += [q.condition(each) for each in wanted.conditions]
    order = wanted.sort or (READINGS[name].at, True)
    keys = (order,) if order[0] == "Id" else (order, ("Id", order[1]))
    rows = await _rows(name, READINGS[name].columns, clauses, keys, limit=wanted.limit + 1, offset=offset)
    return _page(facts, name, rows, wanted.limit, offset)


_ARCHIVED: Final = ("Task", "Event")
"""What is over for more than a year is still there, and left out of usual queries (contract, section 7)."""


async def _rows(
    name: str,
    columns: Sequence[str],
    clauses: Sequence[q.Clause],
    order: Sequence[tuple[str, bool]],
    wanted: Callable[[Row], bool] = lambda row: True,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> list[Row]:
    """The first so many rows, or the first one, that are ``wanted`` of those of which all clauses hold, the archive's
    included."""
    archived = name in _ARCHIVED
    held = (*clauses, q.equals("IsDeleted", False)) if archived else clauses
    where = q.all_of(*held) if held else None
    statement = q.select(columns, name, where, order=order, limit=limit, offset=offset)
    return await collected_from(await asked(statement, deleted=archived), wanted, enough=limit or 1)


_CALLS: Final = q.equals("TaskSubtype", "Call")
_TO_DOS: Final = q.any_of(q.compared("TaskSubtype", "!=", "Call"), q.is_null("TaskSubtype"))


def _page(facts: LinkFacts, name: str, rows: Sequence[Row], limit: int, offset: int) -> Page[RelatedRecord]:
    items = tuple(
        related_of(name, row, url=record_url(facts, RecordRef(KEY, name, text_of(row, "Id")))) for row in rows[:limit]
    )
    return Page(items, str(offset + limit) if len(rows) > limit else None)


def _offset(cursor: str | None) -> int:
    offset = offset_of(cursor, most=_LARGEST, of="Salesforce")
    if offset > q.REACHABLE_BY_OFFSET:
        raise Truncated(f"Salesforce lists {q.REACHABLE_BY_OFFSET} records in this way, and no more")
    return offset


# Writing ------------------------------------------------------------------------------------------------------------

_PRIORITIES: Final = {Priority.LOW: "Low", Priority.NORMAL: "Normal", Priority.HIGH: "High"}
_LONGEST_TITLE: Final = 80
"""Of a classic note; what is longer stands in its text whole."""
_NO_ANSWER: Final = "No answer"
_STATUSES: Final = {TaskStatus.OPEN: "Not Started", TaskStatus.DONE: "Completed"}


async def create_activity(facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
    """One request that creates.

    The key goes to the external id field where there is one, else to the last line of the text. A person account needs
    one read before: people are named by their hidden contact.
    """
    if isinstance(draft, NoteDraft) and notes_object(facts) == "ContentNote":
        return await notes.create(facts, draft, _subject(draft), with_key(draft.text, draft.key))
    name = "Note" if isinstance(draft, NoteDraft) else OBJECT_OF[draft.kind]
    fields = {**_own_fields(draft), **await ties.association(facts, name, draft), **wire_fields(draft.extra)}
    if draft.owner is not None:
        fields["OwnerId"] = identifier_of(draft.owner)
    text_field = READINGS[name].text
    if keyed(facts, name) is None:
        fields[text_field] = with_key(str(fields.get(text_field) or ""), draft.key)
    try:
        return await create_row(facts, name, fields, draft.key)
    except (Forbidden, ValidationFailed):
        # An upsert changes what is there already, and not all of it may be changed: ``TaskSubtype`` of a call never.
        # What stands under this key was made by an earlier attempt.
        field = keyed(facts, name)
        found = await find_by_key(name, field, draft.key) if field else None
        if found is None:
            raise
        return found


def _subject(draft: ActivityDraft) -> str:
    first = (draft.text.strip().splitlines() or [""])[0][:200]
    return draft.subject.strip() or first or draft.kind.value.capitalize()


def _own_fields(draft: ActivityDraft) -> dict[str, Any]:
    match draft:
        case NoteDraft():
            title = _subject(draft)
            told = (title, draft.text) if len(draft.subject.strip()) > _LONGEST_TITLE else (draft.text,)
            return {"Title": title[:_LONGEST_TITLE], "Body": "\n\n".join(each for each in told if each)}
        case TaskDraft():
            due = {"ActivityDate": draft.due_on.isoformat()} if draft.due_on else {}
            state = {"Status": _STATUSES[draft.status], "Priority": _PRIORITIES[draft.priority]}
            return {"Subject": _subject(draft), "Description": draft.text, **state, **due}
        case CallDraft():
            return _call(draft)
        case EventDraft():
            place = {"Location": draft.location} if draft.location else {}
            times = {"StartDateTime": q.when(draft.starts_at), "EndDateTime": q.when(draft.ends_at)}
            return {"Subject": _subject(draft), "Description": draft.text, **times, **place}
        case CaseDraft():
            # Salesforce's own words for cases are Low, Medium and High, the second by default.
            priority = {} if draft.priority is Priority.NORMAL else {"Priority": _PRIORITIES[draft.priority]}
            return {"Subject": _subject(draft), "Description": draft.text, "Origin": "Phone", **priority}


def _call(draft: CallDraft) -> dict[str, Any]:
    """A call is a completed task; it has a day but no time of day, no numbers and no recording: the text has them."""
    outbound, missed = draft.direction is Direction.OUTBOUND, draft.outcome is CallOutcome.MISSED
    ways = [f"{word} {address}" for word, address in (("from", draft.customer), ("to", draft.dialled)) if address]
    if outbound:
        ways = [f"{word} {address}" for word, address in (("from", draft.dialled), ("to", draft.customer)) if address]
    kept = [" ".join((f"Call of {draft.started_at.isoformat(timespec='seconds')}", *ways))]
    kept += [f"Recording: {draft.recording_url}"] if draft.recording_url else []
    kept += [_NO_ANSWER] if missed and draft.disposition else []
    result = draft.disposition or (_NO_ANSWER if missed else None)
    return {
        "Subject": _subject(draft),
        "TaskSubtype": "Call",
        "Status": "Completed",
        "Priority": "Normal",
        "ActivityDate": draft.started_at.date().isoformat(),
        "CallType": draft.direction.value.capitalize(),
        "CallDurationInSeconds": round(draft.duration.total_seconds()),
        **({"CallDisposition": result} if result else {}),
        "Description": "\n\n".join(part for part in (draft.text.rstrip(), "\n".join(kept)) if part),
    }


async def update_activity(change: ActivityChange) -> None:
    """Change what is set; the text given replaces the whole text, a key in its last line included."""
    name, fields = object_of(change.ref.resource), wire_fields(change.extra)
    reading = READINGS[name]
    if change.subject is not UNSET:
        fields[reading.title] = change.subject
    if change.text is not UNSET:
        if name == "ContentNote":
            fields["Content"] = notes.content(change.text or "")
        else:
            fields[reading.text] = change.text
    for what, value, field in (("status", change.status, "Status"), ("due day", change.due_on, "ActivityDate")):
        if value is UNSET:
            continue
        if name != "Task":
            raise Unsupported(f"only tasks have a {what} that can be set", ref=change.ref, next_step="use extra")
        fields[field] = _STATUSES[value] if isinstance(value, TaskStatus) else value.isoformat() if value else None
    if fields:
        await ties.patch(change.ref, fields)


# Finding again ------------------------------------------------------------------------------------------------------

_CLOCKS_APART: Final = timedelta(minutes=15)
"""Salesforce stamps ``CreatedDate`` by its own clock; ours may be wrong by this much."""


async def find_created(facts: LinkFacts, draft: ActivityDraft, since: datetime) -> RecordRef | None:
    """The record that carries the draft's key, or None: by the external id field, or among those made since then."""
    name = notes_object(facts) if isinstance(draft, NoteDraft) else OBJECT_OF[draft.kind]
    field, earliest = keyed(facts, name), since - _CLOCKS_APART
    if field:
        return await find_by_key(name, field, draft.key)
    if name == "ContentNote":
        return await notes.carrying(draft.contact, draft.key, earliest)

    def carries(row: Row) -> bool:
        return carries_key(text_of(row, READINGS[name].text), draft.key)

    clauses = (ties.belongs(name, draft.contact), q.compared("CreatedDate", ">=", earliest))
    columns = ("Id", READINGS[name].text, "CreatedDate")
    oldest_first = (("CreatedDate", False), ("Id", False))
    rows = await _rows(name, columns, clauses, oldest_first, carries)
    return RecordRef(KEY, name, text_of(rows[0], "Id")) if rows else None


async def find_by_key(name: str, field: str, key: str) -> RecordRef | None:
    """The record with this external id, or None."""
    answer = await GET(f"/sobjects/{name}/{field}/{key_in_path(key)}", {"fields": "Id"}, accept=(404,))
    if answer.status == 404:
        return None
    (row,) = identified([answer.json()], "Id")
    return RecordRef(KEY, name, row["Id"])
