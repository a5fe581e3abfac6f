"""Notes, tasks, calls, events, cases and opportunities of a contact (contract, section 7)."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
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
)
from customer360.core.effects import DELETE, GET, PATCH, POST, gather
from customer360.core.errors import Duplicate, Gone, InvalidValue, Truncated, UnexpectedAnswer, Unsupported
from customer360.core.interactions import Direction
from customer360.core.linking import LinkFacts
from customer360.core.records import UNSET, Page, RecordRef, RelatedKind, RelatedRecord
from customer360_salesforce import query as q
from customer360_salesforce.auth import API_PATH
from customer360_salesforce.contacts import create_row, created, key_in_path
from customer360_salesforce.metadata import keyed, known_shape, notes_object, record_url
from customer360_salesforce.query import Clause, Row
from customer360_salesforce.records import (
    KEY,
    OBJECT_OF,
    READINGS,
    identifier_of,
    object_of,
    related_of,
    text_of,
    wire_fields,
)

_PEOPLE: Final = ("Contact", "Lead")
_NOT_THINGS: Final = (*_PEOPLE, "ContentNote", "Note", "Task", "Event", "User")

# Listing ------------------------------------------------------------------------------------------------------------


async def related(
    facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int, cursor: str | None
) -> Page[RelatedRecord]:
    """A contact's records of one kind, newest first: one request; enhanced notes take one more for their text."""
    resource = {RelatedKind.NOTE: notes_object(facts), RelatedKind.CALL: "Call"}.get(kind) or OBJECT_OF[kind]
    limit = max(1, min(limit, 200))
    return await activities(facts, ActivityFilter(resource=resource, contact=contact, limit=limit, cursor=cursor))


async def activities(facts: LinkFacts, asked: ActivityFilter) -> Page[RelatedRecord]:
    """A filtered listing (F055 to F058)."""
    name, offset = object_of(asked.resource), _offset(asked.cursor)
    if name == "ContentNote":
        if asked.contact is None or asked.conditions or asked.sort:
            raise Unsupported("Salesforce lists notes of one record at a time, unfiltered, newest first")
        return await _notes(facts, asked.contact, asked.limit, offset)
    clauses = [_belongs(name, asked.contact)] if asked.contact else []
    if name == "Task":
        clauses.append(_CALLS if asked.resource == "Call" else _TO_DOS)
    clauses += [q.condition(each) for each in asked.conditions]
    order = asked.sort or (READINGS[name].at, True)
    keys = (order,) if order[0] == "Id" else (order, ("Id", order[1]))
    where = q.all_of(*clauses) if clauses else None
    statement = q.select(READINGS[name].columns, name, where, order=keys, limit=asked.limit + 1, offset=offset)
    rows = (await q.asked(statement)).rows
    return _page(facts, name, rows, asked.limit, offset)


_CALLS: Final = q.equals("TaskSubtype", "Call")
_TO_DOS: Final = q.any_of(q.compared("TaskSubtype", "!=", "Call"), q.is_null("TaskSubtype"))


async def _notes(facts: LinkFacts, contact: RecordRef, limit: int, offset: int) -> Page[RelatedRecord]:
    """Notes hang off a record by links, which know titles and times; their texts' beginnings are asked for by id."""
    links = await q.asked(_links(contact, limit=limit + 1, offset=offset))
    ids = [text_of(link, "ContentDocumentId") for link in links.rows]
    previews: dict[str, str] = {}
    if ids:
        statement = q.select(("Id", "TextPreview"), "ContentNote", q.one_of("Id", ids))
        previews = {text_of(row, "Id"): text_of(row, "TextPreview") for row in (await q.asked(statement)).rows}
    rows = [
        {
            **{name: wire for name, wire in document.items() if name != "attributes"},
            "Id": identifier,
            "TextPreview": previews.get(identifier, ""),
        }
        for identifier, link in zip(ids, links.rows, strict=True)
        if isinstance(document := link.get("ContentDocument"), dict)
    ]
    return _page(facts, "ContentNote", rows, limit, offset)


def _links(contact: RecordRef, *more: Clause, limit: int | None = None, offset: int = 0) -> str:
    where = q.all_of(
        q.equals("LinkedEntityId", identifier_of(contact)), q.equals("ContentDocument.FileType", "SNOTE"), *more
    )
    columns = ("ContentDocumentId", *(f"ContentDocument.{name}" for name in ("Title", "CreatedDate", "OwnerId")))
    order = (("ContentDocument.CreatedDate", True), ("ContentDocumentId", True))
    return q.select(columns, "ContentDocumentLink", where, order=order, limit=limit, offset=offset)


def _page(facts: LinkFacts, name: str, rows: Sequence[Row], limit: int, offset: int) -> Page[RelatedRecord]:
    items = tuple(
        related_of(name, row, url=record_url(facts, RecordRef(KEY, name, text_of(row, "Id")))) for row in rows[:limit]
    )
    return Page(items, str(offset + limit) if len(rows) > limit else None)


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 9):
        raise Gone("this cursor does not continue a listing of Salesforce", next_step="start over")
    if int(cursor) > q.REACHABLE_BY_OFFSET:
        raise Truncated(f"Salesforce lists {q.REACHABLE_BY_OFFSET} records in this way, and no more")
    return int(cursor)


def _belongs(name: str, contact: RecordRef) -> Clause:
    """The condition that a record of an object hangs off ``contact``."""
    identifier, whose = identifier_of(contact), contact.resource
    if name in ("Task", "Event"):
        if whose in _PEOPLE:
            return q.equals("WhoId", identifier)
        if whose == "Account":  # a person account's activities name its hidden contact, and derive the account
            return q.any_of(q.equals("AccountId", identifier), q.equals("WhatId", identifier))
        return q.equals("WhatId", identifier)
    if name == "Note":
        return q.equals("ParentId", identifier)
    if name == "Opportunity" and whose == "Contact":
        return q.within("Id", "OpportunityId", "OpportunityContactRole", q.equals("ContactId", identifier))
    return q.equals(_lookup(name, contact), identifier)


def _lookup(name: str, contact: RecordRef) -> str:
    field = {
        ("Case", "Contact"): "ContactId",
        ("Case", "Account"): "AccountId",
        ("Opportunity", "Account"): "AccountId",
    }
    found = field.get((name, contact.resource))
    if found is None:
        raise Unsupported(f"Salesforce's {name} does not hang off {contact.resource}", ref=contact)
    return found


# Writing ------------------------------------------------------------------------------------------------------------

_PRIORITIES: Final = {Priority.LOW: "Low", Priority.NORMAL: "Normal", Priority.HIGH: "High"}
_STATUSES: Final = {TaskStatus.OPEN: "Not Started", TaskStatus.DONE: "Completed"}


async def create_activity(facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
    """One request that creates.

    The key goes to the external id field where there is one, else to the last line of the text. A person account needs
    one read before: people are named by their hidden contact.
    """
    if isinstance(draft, NoteDraft) and notes_object(facts) == "ContentNote":
        return await _create_note(draft)
    name = "Note" if isinstance(draft, NoteDraft) else OBJECT_OF[draft.kind]
    fields = {**_own_fields(draft), **await _association(facts, name, draft), **wire_fields(draft.extra)}
    if draft.owner is not None:
        fields["OwnerId"] = identifier_of(draft.owner)
    text_field = READINGS[name].text
    if keyed(facts, name) is None:
        fields[text_field] = _keyed(str(fields.get(text_field) or ""), draft.key)
    return await create_row(facts, name, fields, draft.key)


def _keyed(text: str, key: str) -> str:
    if not key or len(key.splitlines()) != 1:
        raise InvalidValue("the key of an activity is one line of text")
    return f"{text.rstrip()}\n\nref: {key}" if text.strip() else f"ref: {key}"


def _subject(draft: ActivityDraft) -> str:
    first = (draft.text.strip().splitlines() or [""])[0][:200]
    return draft.subject.strip() or first or draft.kind.value.capitalize()


async def _create_note(draft: NoteDraft) -> RecordRef:
    """The note and its link to the record, both or none, in one request."""
    extra = wire_fields(draft.extra)
    note = {"Title": _subject(draft), **extra, "Content": _content(_keyed(draft.text, draft.key))}
    linked = {
        "ContentDocumentId": "@{note.id}",
        "LinkedEntityId": identifier_of(draft.contact),
        "ShareType": "V",
        "Visibility": "AllUsers",
    }
    parts = [("note", "ContentNote", note), ("link", "ContentDocumentLink", linked)]
    requests = [
        {"method": "POST", "url": f"{API_PATH}/sobjects/{name}", "referenceId": reference, "body": body}
        for reference, name, body in parts
    ]
    answer = await POST("/composite", {"allOrNone": True, "compositeRequest": requests})
    told = answer.json()
    parts_told = told.get("compositeResponse") if isinstance(told, dict) else None
    body = parts_told[0].get("body") if isinstance(parts_told, list) and len(parts_told) == 2 else None
    if not isinstance(body, dict) or not q.is_identifier(str(body.get("id"))):
        raise UnexpectedAnswer("Salesforce does not name the note it wrote", maybe_applied=True)
    return RecordRef(KEY, "ContentNote", str(body["id"]))


def _content(text: str) -> str:
    """A note's text as it is sent: HTML, for raw line ends vanish, in base64."""
    lines = "<br>".join(html.escape(line) for line in text.splitlines())
    return b64encode(f"<p>{lines}</p>".encode("utf-8", "replace")).decode()


async def _association(facts: LinkFacts, name: str, draft: ActivityDraft) -> dict[str, Any]:
    """People go to WhoId, things to WhatId; a lead in WhoId allows no thing beside it (section 7)."""
    contact, identifier = draft.contact, identifier_of(draft.contact)
    person = await _hidden_contact(facts, contact) if name in ("Task", "Event", "Case") else None
    if name == "Note":
        return {"ParentId": identifier}
    if name == "Case":
        return {_lookup(name, contact): identifier, **({"ContactId": person} if person else {})}
    if contact.resource == "Lead":
        return {"WhoId": identifier}
    ours = [ref for ref in draft.related if ref.crm == KEY]
    thing = next((identifier_of(ref) for ref in ours if ref.resource not in _NOT_THINGS), None)
    if contact.resource == "Contact" or person:
        return {"WhoId": person or identifier, **({"WhatId": thing} if thing else {})}
    who = next((identifier_of(ref) for ref in ours if ref.resource == "Contact"), None)
    return {"WhatId": identifier, **({"WhoId": who} if who else {})}


async def _hidden_contact(facts: LinkFacts, contact: RecordRef) -> str | None:
    """The contact behind a person account; None for companies, and where there are no person accounts."""
    shape = known_shape(facts, "Account")
    if contact.resource != "Account" or shape is None or not shape.persons:
        return None
    fields = {"fields": "IsPersonAccount,PersonContactId"}
    row = (await GET(f"/sobjects/Account/{identifier_of(contact)}", fields)).json()
    return text_of(row, "PersonContactId") or None if isinstance(row, dict) else None


def _own_fields(draft: ActivityDraft) -> dict[str, Any]:
    match draft:
        case NoteDraft():
            return {"Title": _subject(draft)[:80], "Body": draft.text}
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
    result = draft.disposition or ("No answer" if missed else None)
    return {
        "Subject": _subject(draft),
        "TaskSubtype": "Call",
        "Status": "Completed",
        "Priority": "Normal",
        "ActivityDate": draft.started_at.date().isoformat(),
        "CallType": "Outbound" if outbound else "Inbound",
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
            fields["Content"] = _content(change.text or "")
        else:
            fields[reading.text] = change.text
    for what, value, field in (("status", change.status, "Status"), ("due day", change.due_on, "ActivityDate")):
        if value is UNSET:
            continue
        if name != "Task":
            raise Unsupported(f"only tasks have a {what} that can be set", ref=change.ref, next_step="use extra")
        fields[field] = _STATUSES[value] if isinstance(value, TaskStatus) else value.isoformat() if value else None
    if fields:
        await _patch(change.ref, fields)


async def _patch(ref: RecordRef, fields: Mapping[str, Any]) -> None:
    await PATCH(f"/sobjects/{q.named(ref.resource)}/{identifier_of(ref)}", dict(fields))


# Finding again ------------------------------------------------------------------------------------------------------

_CLOCKS_APART: Final = timedelta(minutes=15)
"""Salesforce stamps ``CreatedDate`` by its own clock; ours may be wrong by this much."""
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^>]*>", re.IGNORECASE)


async def find_created(facts: LinkFacts, draft: ActivityDraft, since: datetime) -> RecordRef | None:
    """The record that carries the draft's key, or None: by the external id field, or among those made since then."""
    name = notes_object(facts) if isinstance(draft, NoteDraft) else OBJECT_OF[draft.kind]
    field, line, earliest = keyed(facts, name), f"ref: {draft.key}", since - _CLOCKS_APART
    if field:
        return await find_by_key(name, field, draft.key)
    if name == "ContentNote":
        return await _note_with(draft.contact, line, earliest)

    def carries(row: Row) -> bool:
        return line in (each.strip() for each in text_of(row, READINGS[name].text).splitlines())

    where = q.all_of(_belongs(name, draft.contact), q.compared("CreatedDate", ">=", earliest))
    columns = ("Id", READINGS[name].text, "CreatedDate")
    rows = await q.collected(q.select(columns, name, where, order=(("CreatedDate", False), ("Id", False))), carries)
    return RecordRef(KEY, name, text_of(rows[0], "Id")) if rows else None


async def find_by_key(name: str, field: str, key: str) -> RecordRef | None:
    """The record with this external id, or None."""
    answer = await GET(f"/sobjects/{name}/{field}/{key_in_path(key)}", {"fields": "Id"}, accept=(404,))
    row = answer.json() if answer.status != 404 else None
    return RecordRef(KEY, name, text_of(row, "Id")) if isinstance(row, dict) else None


async def _note_with(contact: RecordRef, line: str, earliest: datetime) -> RecordRef | None:
    """Each of the record's notes made since is read whole: a query shows only the beginning of its text."""
    statement = _links(contact, q.compared("ContentDocument.CreatedDate", ">=", earliest))
    ids = [text_of(link, "ContentDocumentId") for link in await q.collected(statement, lambda row: True)]
    paths = [f"/sobjects/ContentNote/{each}/Content" for each in ids if q.is_identifier(each)]
    for path, answer in zip(paths, await gather(*(GET(path, (), {"Accept": "*/*"}) for path in paths)), strict=True):
        text = _BREAK.sub("\n", answer.content.decode("utf-8", "replace"))
        if line in (html.unescape(_TAG.sub("", each)).strip() for each in text.splitlines()):
            return RecordRef(KEY, "ContentNote", path.split("/")[3])
    return None


# Linking ------------------------------------------------------------------------------------------------------------


async def link(facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
    """Point the record's lookup at the contact, replacing what it pointed at; notes and deals take further links."""
    identifier = identifier_of(contact)
    if junction := _junction(contact, record):
        name, mine, its, more = junction
        try:
            created(name, await POST(f"/sobjects/{name}", {mine: identifier, its: identifier_of(record), **more}))
        except Duplicate:
            return  # linked already
        return
    field, target = await _pointing(facts, contact, record)
    await _patch(record, {field: target})


async def unlink(facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
    """Take the link away, or clear the record's lookup if it is this contact's."""
    if junction := _junction(contact, record):
        name, mine, its, _ = junction
        where = q.all_of(q.equals(mine, identifier_of(contact)), q.equals(its, identifier_of(record)))
        for row in (await q.asked(q.select(("Id",), name, where))).rows:
            await DELETE(f"/sobjects/{name}/{identifier_of(RecordRef(KEY, name, text_of(row, 'Id')))}")
        return
    field, target = await _pointing(facts, contact, record)
    row = (await GET(f"/sobjects/{record.resource}/{identifier_of(record)}", {"fields": field})).json()
    if isinstance(row, dict) and text_of(row, field)[:15] == target[:15]:
        await _patch(record, {field: None})


def _junction(contact: RecordRef, record: RecordRef) -> tuple[str, str, str, dict[str, str]] | None:
    """The object that ties the two together where no lookup does, its two lookups, and what else it needs."""
    if record.resource == "ContentNote":
        more = {"ShareType": "V", "Visibility": "AllUsers"}
        return "ContentDocumentLink", "LinkedEntityId", "ContentDocumentId", more
    if record.resource == "Opportunity" and contact.resource == "Contact":
        return "OpportunityContactRole", "ContactId", "OpportunityId", {}
    return None


async def _pointing(facts: LinkFacts, contact: RecordRef, record: RecordRef) -> tuple[str, str]:
    """The record's lookup for this contact, and the id that goes there."""
    if record.resource in ("Case", "Opportunity"):
        return _lookup(record.resource, contact), identifier_of(contact)
    if record.resource not in ("Task", "Event"):
        raise Unsupported(f"a {record.resource} of Salesforce cannot be moved from one record to another", ref=record)
    person = await _hidden_contact(facts, contact)
    who = contact.resource in _PEOPLE or person is not None
    return "WhoId" if who else "WhatId", person or identifier_of(contact)
