"""Notes, calls, tasks, appointments, and what recruiting hangs off a contact (contract, section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from customer360.core.activities import (
    ActivityChange,
    ActivityDraft,
    ActivityFilter,
    CallDraft,
    CaseDraft,
    EventDraft,
    NoteDraft,
    Priority,
    TaskDraft,
    TaskStatus,
    carries_key,
    with_key,
)
from customer360.core.effects import PUT, Now, gather
from customer360.core.errors import Gone, Unsupported
from customer360.core.linking import LinkFacts
from customer360.core.paging import offset_of
from customer360.core.records import UNSET, Page, RecordRef, RelatedKind, RelatedRecord
from customer360_bullhorn import notes, ties
from customer360_bullhorn import query as q
from customer360_bullhorn.asking import Row, Rows, collected, queried
from customer360_bullhorn.auth import KEY
from customer360_bullhorn.contacts import created
from customer360_bullhorn.metadata import record_url
from customer360_bullhorn.query import Jpql
from customer360_bullhorn.records import id_of, identifier_of, text_of, wire_fields, wire_of
from customer360_bullhorn.related import DEALS, READINGS, entity_of, marked_up, related_of

_ENTITY_OF: Final = {RelatedKind.TASK: "Task", RelatedKind.EVENT: "Appointment"}

_LARGEST: Final = 999_999

# Listing ------------------------------------------------------------------------------------------------------------


async def related(
    facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int, cursor: str | None
) -> Page[RelatedRecord]:
    """A contact's records of one kind, newest first."""
    limit = max(1, min(limit, 200))
    if kind in (RelatedKind.NOTE, RelatedKind.CALL):
        calls, offset = kind is RelatedKind.CALL, _offsets(cursor, 1)[0]
        return await notes.related(contact, calls=calls, limit=limit, offset=offset)
    names = DEALS.get(contact.resource, ()) if kind is RelatedKind.DEAL else (_ENTITY_OF[kind],)
    if not names:
        raise Unsupported(f"nothing of the sort hangs off Bullhorn's {contact.resource}", ref=contact)
    return await _merged(facts, contact, names, limit, _offsets(cursor, len(names)))


async def _merged(
    facts: LinkFacts, contact: RecordRef, names: Sequence[str], limit: int, offsets: Sequence[int]
) -> Page[RelatedRecord]:
    """Lists of several entities as one, newest first; the cursor has a place in each."""
    pages = await gather(
        *(
            _listed(name, ties.belongs(name, contact), ((READINGS[name].at, True),), start, limit + 1)
            for name, start in zip(names, offsets, strict=True)
        )
    )
    heads = [(row, number) for number, page in enumerate(pages) for row in _records(facts, names[number], page.rows)]
    heads.sort(key=lambda head: head[0].at or q.EPOCH, reverse=True)
    taken = heads[:limit]
    places = [start + sum(each == number for _, each in taken) for number, start in enumerate(offsets)]
    return Page(tuple(record for record, _ in taken), ".".join(map(str, places)) if len(heads) > limit else None)


async def activities(facts: LinkFacts, wanted: ActivityFilter) -> Page[RelatedRecord]:
    """A filtered listing of one entity (F055 to F058)."""
    name, (offset,) = entity_of(wanted.resource), _offsets(wanted.cursor, 1)
    if name == "Note":
        if wanted.contact is None or wanted.conditions or wanted.sort:
            raise Unsupported("Bullhorn lists notes of one record at a time, unfiltered, newest first")
        calls = wanted.resource == "Call"
        return await notes.related(wanted.contact, calls=calls, limit=wanted.limit, offset=offset)
    clauses = [ties.belongs(name, wanted.contact)] if wanted.contact else []
    clauses += [q.condition(each) for each in wanted.conditions]
    order = wanted.sort or (READINGS[name].at, True)
    # Bullhorn insists on a condition.
    where = q.all_of(*clauses) if clauses else q.compared("id", ">", 0)
    page = await _listed(name, where, (order,), offset, wanted.limit + 1)
    following = offset + wanted.limit
    more = len(page.rows) > wanted.limit
    return Page(_records(facts, name, page.rows[: wanted.limit]), str(following) if more else None)


async def _listed(name: str, where: Jpql, order: Sequence[tuple[str, bool]], start: int, count: int) -> Rows:
    reading = READINGS[name]
    clauses = [where]
    if reading.deletable:
        clauses.append(q.equals("isDeleted", False))
    if name == "Appointment":  # a copy for each invited user hangs under the one that counts
        clauses.append(q.is_null("parentAppointment"))
    keys = order if order[0][0] == "id" else (*order, ("id", order[0][1]))
    return await queried(name, q.all_of(*clauses), reading.columns, order=q.ordered(*keys), start=start, count=count)


def _records(facts: LinkFacts, name: str, rows: Sequence[Row]) -> tuple[RelatedRecord, ...]:
    return tuple(related_of(name, row, url=record_url(facts, RecordRef(KEY, name, id_of(row) or ""))) for row in rows)


def _offsets(cursor: str | None, count: int) -> tuple[int, ...]:
    if cursor is None:
        return (0,) * count
    parts = cursor.split(".")
    if len(parts) != count:
        raise Gone("this cursor does not continue a listing of Bullhorn", next_step="start over")
    return tuple(offset_of(each, most=_LARGEST, of="Bullhorn") for each in parts)


# Writing ------------------------------------------------------------------------------------------------------------

_PRIORITIES: Final = {Priority.LOW: 1, Priority.NORMAL: 2, Priority.HIGH: 3}
_LONGEST_LINE: Final = 100
"""So many characters of a subject or a place have a field, and no more."""
_TEN, _LASTS = timedelta(hours=10), timedelta(minutes=30)
"""A task is due on a day, in Bullhorn at a time: ten in UTC is that day from Hawaii to Tonga."""


async def create_activity(facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
    """One request that creates; the key is a note's external id, or the last line of the text."""
    match draft:
        case NoteDraft() | CallDraft():
            return await notes.create(facts, draft)
        case TaskDraft():
            name, fields = "Task", await _task(draft)
        case EventDraft():
            name, fields = "Appointment", _appointment(facts, draft)
        case CaseDraft():
            raise Unsupported("Bullhorn has no cases")
    extra = wire_fields(draft.extra)
    text = extra.pop("description", None)  # a rule's own text holds the key, too
    fields |= {"subject": wire_of("subject", _subject(draft))}
    fields |= {"description": with_key(_told(draft, text if isinstance(text, str) else draft.text), draft.key)}
    fields |= {**ties.association(name, draft), **extra}
    return created(name, await PUT(f"/entity/{name}", fields))


def _subject(draft: ActivityDraft) -> str:
    first = (draft.text.strip().splitlines() or [""])[0]
    return (draft.subject.strip() or first or draft.kind.value.capitalize())[:_LONGEST_LINE]


def _told(draft: TaskDraft | EventDraft, text: str) -> str:
    """The text; before it the whole of a subject, and below it of a place, that its field does not take."""
    subject, place = draft.subject.strip(), draft.location if isinstance(draft, EventDraft) else None
    before = [subject] if len(subject) > _LONGEST_LINE else []
    below = [f"Location: {place}"] if place and len(place) > _LONGEST_LINE else []
    return "\n\n".join((*before, *([text.rstrip()] if text.strip() else []), *below))


async def _task(draft: TaskDraft) -> dict[str, Any]:
    """Bullhorn wants a beginning and an end: the day it is due, else today."""
    day = draft.due_on or datetime.fromtimestamp(await Now(), UTC).date()
    owner = {"owner": {"id": int(identifier_of(draft.owner))}} if draft.owner else {}
    done = draft.status is TaskStatus.DONE
    finished = {"dateCompleted": q.milliseconds(datetime.fromtimestamp(await Now(), UTC))} if done else {}
    return {
        **_on(day),
        **owner,
        **finished,
        "type": "Other",
        "priority": _PRIORITIES[draft.priority],
        "isCompleted": done,
    }


def _on(day: date) -> dict[str, int]:
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) + _TEN
    return {"dateBegin": q.milliseconds(begin), "dateEnd": q.milliseconds(begin + _LASTS)}


def _appointment(facts: LinkFacts, draft: EventDraft) -> dict[str, Any]:
    """Whoever creates an appointment owns it."""
    if draft.owner is not None and (draft.owner.crm, draft.owner.id) != (KEY, facts.user):
        raise Unsupported("an appointment of Bullhorn belongs to whoever writes it", next_step="leave owner out")
    place = {"location": wire_of("location", draft.location[:_LONGEST_LINE])} if draft.location else {}
    times = {"dateBegin": q.milliseconds(draft.starts_at), "dateEnd": q.milliseconds(draft.ends_at)}
    return {**times, **place, "type": "Meeting"}


async def update_activity(change: ActivityChange) -> None:
    """Change what is set; the text given replaces the whole text, a key in its last line included.

    A subject that its field does not take is refused by Bullhorn.
    """
    name, fields = entity_of(change.ref.resource), wire_fields(change.extra)
    reading = READINGS[name]
    if change.subject is not UNSET:
        if name == "Note":
            raise Unsupported("a note of Bullhorn has no title", ref=change.ref, next_step="change its text")
        fields[reading.title] = wire_of(reading.title, change.subject)
    if change.text is not UNSET:
        if not reading.text:
            raise Unsupported(f"a {name} of Bullhorn has no text", ref=change.ref, next_step="use extra")
        if name == "Note" and not (change.text or "").strip():
            raise Unsupported("a note of Bullhorn cannot be without text", ref=change.ref)
        fields[reading.text] = marked_up(change.text or "") if name == "Note" else wire_of(reading.text, change.text)
    for what, value in (("status", change.status), ("due day", change.due_on)):
        if value is not UNSET and name != "Task":
            raise Unsupported(f"only tasks have a {what} that can be set", ref=change.ref, next_step="use extra")
    if change.status is not UNSET:
        done = change.status is TaskStatus.DONE
        now = q.milliseconds(datetime.fromtimestamp(await Now(), UTC))
        fields |= {"isCompleted": done, "dateCompleted": now if done else None}
    if change.due_on is not UNSET:
        if change.due_on is None:
            raise Unsupported("a task of Bullhorn always has a day", ref=change.ref, next_step="give another one")
        fields |= _on(change.due_on)
    if fields:
        await ties.patch(RecordRef(KEY, name, change.ref.id), fields)


# Finding again ------------------------------------------------------------------------------------------------------

_COUNT: Final = 200


async def find_created(draft: ActivityDraft, since: datetime) -> RecordRef | None:
    """The record that carries the draft's key, or None: notes in the contact's list, others among its newest."""
    if isinstance(draft, NoteDraft | CallDraft):
        return await notes.find_created(draft, since)
    name = _ENTITY_OF[draft.kind]
    where = q.all_of(ties.belongs(name, draft.contact), q.equals("isDeleted", False))

    async def page(start: int) -> Rows:
        return await queried(name, where, ("id", "description"), order="-id", start=start, count=_COUNT)

    def carries(row: Row) -> bool:
        return carries_key(text_of(row, "description"), draft.key)

    rows = await collected(page, carries, enough=1)
    return RecordRef(KEY, name, id_of(rows[0]) or "") if rows else None
