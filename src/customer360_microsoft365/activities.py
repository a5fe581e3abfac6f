"""Activities of a contact: which room they live in, their order, and filtered listings (contract, section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, TypeAlias

from customer360.core.activities import (
    ActivityChange,
    ActivityDraft,
    ActivityFilter,
    CallDraft,
    CaseDraft,
    Condition,
    EventDraft,
    NoteDraft,
    Operator,
    TaskDraft,
)
from customer360.core.errors import NotFound, Unsupported
from customer360.core.linking import LinkFacts
from customer360.core.paging import offset_of
from customer360.core.records import Page, RecordRef, RelatedKind, RelatedRecord
from customer360_microsoft365 import events, notes, tasks
from customer360_microsoft365.metadata import describe
from customer360_microsoft365.places import CALL, EVENT, NOTE, TASK
from customer360_microsoft365.records import moment_of
from customer360_microsoft365.writing import refuse_owner

NONE_SUCH: Final = "Outlook has neither cases nor deals"

_KINDS: Final = {NOTE: RelatedKind.NOTE, TASK: RelatedKind.TASK, CALL: RelatedKind.CALL, EVENT: RelatedKind.EVENT}
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST: Final = 200
_LARGEST: Final = 1_000_000

Comparable: TypeAlias = str | int | float | bool | datetime | date

# Listing ------------------------------------------------------------------------------------------------------------


async def related(
    facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int, cursor: str | None
) -> Page[RelatedRecord]:
    """A contact's records of one kind, newest first.

    Outlook's own order may not be asked for together with a filter, so the whole list is read and sorted here.
    """
    offset = _offset(cursor)
    return _cut(_newest(await _all_of(facts, contact, kind)), offset, max(1, min(limit, _MOST)))


async def activities(facts: LinkFacts, asked: ActivityFilter) -> Page[RelatedRecord]:
    """A filtered listing (F055 to F058): what the contact's records, or all tasks, are is read and compared here."""
    kind = kind_of(asked.resource)
    schema, offset = describe(asked.resource), _offset(asked.cursor)
    for name in [each.field for each in asked.conditions] + ([asked.sort[0]] if asked.sort else []):
        if schema.field(name) is None:
            raise Unsupported(f"{asked.resource!r} has no field {name!r}", next_step="use a name from describe()")
    if asked.contact is not None:
        found: Sequence[RelatedRecord] = await _all_of(facts, asked.contact, kind)
    elif kind is RelatedKind.TASK:
        found = await tasks.everything(facts)
    else:
        raise Unsupported(f"Microsoft 365 lists {kind.value}s of one contact at a time", next_step="name the contact")
    kept = _newest([each for each in found if all(_holds(each, condition) for condition in asked.conditions)])
    if asked.sort:
        name, descending = asked.sort
        valued = [(value, each) for each in kept if (value := _value(each, name)) is not None]
        without = [each for each in kept if _value(each, name) is None]
        valued.sort(key=lambda pair: _rank(pair[0]), reverse=descending)
        kept = [each for _, each in valued] + without
    return _cut(kept, offset, asked.limit)


def kind_of(resource: str) -> RelatedKind:
    """The kind of record that an activity resource holds; :class:`Unsupported` if it is none."""
    kind = _KINDS.get(resource)
    if kind is None:
        raise Unsupported(f"{resource!r} is no activity of Microsoft 365", next_step="use one from list_resources()")
    return kind


async def _all_of(facts: LinkFacts, contact: RecordRef, kind: RelatedKind) -> Sequence[RelatedRecord]:
    match kind:
        case RelatedKind.NOTE:
            return (await notes.related(contact)).items
        case RelatedKind.TASK:
            return await tasks.related(facts, contact)
        case RelatedKind.CALL | RelatedKind.EVENT:
            return await events.related(facts, contact, kind)
    raise Unsupported(f"Microsoft 365: {NONE_SUCH}", ref=contact)


def _newest(records: Sequence[RelatedRecord]) -> list[RelatedRecord]:
    return sorted(records, key=lambda each: (each.at or _LONG_AGO, each.ref.id), reverse=True)


def _cut(records: Sequence[RelatedRecord], offset: int, limit: int) -> Page[RelatedRecord]:
    following = offset + limit
    return Page(tuple(records[offset:following]), str(following) if following < len(records) else None)


def _offset(cursor: str | None) -> int:
    return offset_of(cursor, most=_LARGEST, of="Microsoft 365")


# Comparing ----------------------------------------------------------------------------------------------------------


def _value(record: RelatedRecord, name: str) -> Comparable | None:
    """A field's value to compare: of a structure, the part that people mean. None where it is empty."""
    value: Any = record.fields.get(name)
    if name == "personalNotes" or name == "body":
        value = record.text
    elif isinstance(value, dict):
        value = moment_of(value) if "dateTime" in value else value.get("displayName")
    elif isinstance(value, tuple):
        value = ", ".join(value)
    return value if isinstance(value, Comparable) and value != "" else None


def _rank(value: Comparable) -> tuple[str, Any]:
    """Values of one type in their order; those of another apart from them."""
    if isinstance(value, datetime):
        return ("time", value.timestamp())
    if isinstance(value, date):
        return ("time", datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp())
    return ("text", value) if isinstance(value, str) else ("number", value)


def _compared(value: Comparable, other: Comparable) -> int | None:
    """-1, 0 or 1; None for what does not compare. A day and a time are compared as days, in UTC."""
    if isinstance(other, date) and not isinstance(other, datetime) and isinstance(value, datetime):
        value = value.astimezone(UTC).date()
    (one, left), (two, right) = _rank(value), _rank(other)
    return (left > right) - (left < right) if one == two else None


def _holds(record: RelatedRecord, condition: Condition) -> bool:
    value, wanted = _value(record, condition.field), condition.values
    if condition.operator is Operator.IS_EMPTY:
        return value is None
    if value is None:
        return condition.operator is Operator.NOT_EQUALS
    order = [_compared(value, each) for each in wanted]
    match condition.operator:
        case Operator.EQUALS:
            return order[0] == 0
        case Operator.NOT_EQUALS:
            return order[0] != 0
        case Operator.IN:
            return 0 in order
        case Operator.LESS:
            return order[0] == -1
        case Operator.GREATER:
            return order[0] == 1
        case Operator.BETWEEN:
            return order[0] in (0, 1) and order[1] in (-1, 0)


# Writing ------------------------------------------------------------------------------------------------------------


async def create_activity(facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
    refuse_owner(facts, draft)
    match draft:
        case NoteDraft():
            return await notes.create(draft)
        case TaskDraft():
            return await tasks.create(facts, draft)
        case CallDraft() | EventDraft():
            return await events.create(facts, draft)
        case CaseDraft():
            raise Unsupported(f"Microsoft 365: {NONE_SUCH}", ref=draft.contact)


async def update_activity(facts: LinkFacts, change: ActivityChange) -> None:
    match change.kind:
        case RelatedKind.NOTE:
            await notes.update(change)
        case RelatedKind.TASK:
            await tasks.update(facts, change)
        case RelatedKind.CALL | RelatedKind.EVENT:
            await events.update(change)
        case RelatedKind.CASE | RelatedKind.DEAL:
            raise Unsupported(f"Microsoft 365: {NONE_SUCH}", ref=change.ref)


async def find_created(facts: LinkFacts, draft: ActivityDraft) -> RecordRef | None:
    match draft:
        case NoteDraft():
            return await notes.find_created(draft)
        case TaskDraft():
            return await tasks.find_created(facts, draft)
        case CallDraft() | EventDraft():
            return await events.find_created(facts, draft)
        case CaseDraft():
            raise Unsupported(f"Microsoft 365: {NONE_SUCH}", ref=draft.contact)


# Linking ------------------------------------------------------------------------------------------------------------


async def link(facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
    match linkable(record):
        case RelatedKind.TASK:
            await tasks.link(facts, contact, record)
        case _:
            await events.link(facts, contact, record)


async def unlink(facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
    match linkable(record):
        case RelatedKind.TASK:
            await tasks.unlink(facts, contact, record)
        case _:
            await events.unlink(contact, record)


def linkable(record: RecordRef) -> RelatedKind:
    """The kind of a record that can be tied to a contact."""
    kind = _KINDS.get(record.resource.partition("/")[0])
    if kind is None:
        raise NotFound("Microsoft 365 has no such record", ref=record)
    if kind is RelatedKind.NOTE:
        raise Unsupported("a note of Outlook is part of its contact, and stays with it", ref=record)
    return kind
