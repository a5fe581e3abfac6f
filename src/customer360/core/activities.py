"""Activities: what is written down in the CRM (notes, tasks, calls, events, cases)."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

import attrs

from customer360.core.errors import InvalidValue
from customer360.core.interactions import Direction
from customer360.core.paging import check_limit
from customer360.core.records import (
    UNSET,
    Fields,
    RecordRef,
    RelatedKind,
    RelatedRecord,
    Unset,
    a_record,
    a_text,
    is_plain,
    maybe_a_record,
    maybe_a_text,
    names_a_record,
    of_kind,
    plain_fields,
    whole,
    written_time,
)


class Priority(StrEnum):
    """How urgent."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class TaskStatus(StrEnum):
    """How far a task is."""

    OPEN = "open"
    DONE = "done"


class CallOutcome(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"
    MISSED = "missed"


_Check: TypeAlias = Callable[[object, "attrs.Attribute[Any]", Any], None]

_LONGEST_KEY = 64
"""Characters; a session's own have 26."""


def _a_key(draft: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if not whole(value) or len(value) > _LONGEST_KEY or value != value.strip() or len(value.splitlines()) > 1:
        raise InvalidValue(
            f"{type(draft).__name__}.key is no line of at most {_LONGEST_KEY} characters without space at its ends",
            next_step="leave it out, and the session makes one",
        )


def _records(draft: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, tuple) or not all(map(names_a_record, value)):
        raise InvalidValue(
            f"{type(draft).__name__}.{attribute.name} is no tuple of RecordRefs made of three texts",
            next_step="give it as in (deal.ref,)",
        )


LONGEST_CALL = timedelta(days=9_999)
"""What CRMs and the store can hold; who finds a longer one has a clock that was never set."""


def _a_duration(draft: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    of_kind(timedelta)(draft, attribute, value)
    if abs(value) > LONGEST_CALL:
        raise InvalidValue(
            f"{type(draft).__name__}.{attribute.name} is longer than {LONGEST_CALL.days} days",
            next_step="look at both clocks",
        )


def _a_day(draft: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    of_kind(date, type(None))(draft, attribute, value)
    if isinstance(value, datetime):
        raise InvalidValue(
            f"{type(draft).__name__}.{attribute.name} is a time, and CRMs keep a day", next_step="give its .date()"
        )


@attrs.frozen(kw_only=True)
class _Draft:
    """What all drafts share.

    ``contact`` is the record it belongs to; ``related`` further records (a deal, a case): those that the CRM cannot
    tie it to are left out, as ``Session.untied`` tells beforehand and ``Delivered.untied`` afterwards; ``owner`` the
    CRM user (default: the signed-in one); ``key`` makes a repeated create recognisable (a session fills in an empty
    one); ``extra`` further fields by the CRM's own names (a rule's or layout's).
    """

    kind: ClassVar[RelatedKind]

    contact: RecordRef = attrs.field(validator=a_record)
    key: str = attrs.field(default="", validator=_a_key)
    subject: str = attrs.field(default="", repr=False, validator=a_text)
    text: str = attrs.field(default="", repr=False, validator=a_text)
    related: tuple[RecordRef, ...] = attrs.field(default=(), validator=_records)
    owner: RecordRef | None = attrs.field(default=None, validator=maybe_a_record)
    extra: Fields = attrs.field(factory=dict, repr=False, hash=False, validator=plain_fields)


@attrs.frozen(kw_only=True)
class NoteDraft(_Draft):
    """A note: ``subject`` becomes its title where the CRM has one."""

    kind: ClassVar[RelatedKind] = RelatedKind.NOTE


@attrs.frozen(kw_only=True)
class TaskDraft(_Draft):
    """A task, due on a day (CRMs keep no time of day for it)."""

    kind: ClassVar[RelatedKind] = RelatedKind.TASK
    due_on: date | None = attrs.field(default=None, validator=_a_day)
    priority: Priority = attrs.field(default=Priority.NORMAL, validator=of_kind(Priority))
    status: TaskStatus = attrs.field(default=TaskStatus.OPEN, validator=of_kind(TaskStatus))


@attrs.frozen(kw_only=True)
class CallDraft(_Draft):
    """A call log.

    ``customer`` and ``dialled`` are the addresses as received; ``recording_url`` is stored where a field is.
    """

    kind: ClassVar[RelatedKind] = RelatedKind.CALL
    started_at: datetime = attrs.field(validator=written_time)
    duration: timedelta = attrs.field(default=timedelta(0), validator=_a_duration)
    direction: Direction = attrs.field(default=Direction.INBOUND, validator=of_kind(Direction))
    outcome: CallOutcome = attrs.field(default=CallOutcome.ANSWERED, validator=of_kind(CallOutcome))
    customer: str = attrs.field(default="", repr=False, validator=a_text)
    dialled: str = attrs.field(default="", repr=False, validator=a_text)
    disposition: str | None = attrs.field(default=None, validator=maybe_a_text)
    recording_url: str | None = attrs.field(default=None, repr=False, validator=maybe_a_text)


def _not_before_start(draft: EventDraft, attribute: attrs.Attribute[Any], value: datetime) -> None:
    if value.timestamp() < draft.starts_at.timestamp():  # an hour may come twice
        raise InvalidValue("EventDraft.ends_at lies before starts_at", next_step="swap them")


@attrs.frozen(kw_only=True)
class EventDraft(_Draft):
    """An appointment.

    Never invites the customer: no attendee is added unless a vendor field in ``extra`` says so.
    """

    kind: ClassVar[RelatedKind] = RelatedKind.EVENT
    starts_at: datetime = attrs.field(validator=written_time)
    ends_at: datetime = attrs.field(validator=[written_time, _not_before_start])
    location: str | None = attrs.field(default=None, repr=False, validator=maybe_a_text)


@attrs.frozen(kw_only=True)
class CaseDraft(_Draft):
    """A case (ticket), where the CRM has them."""

    kind: ClassVar[RelatedKind] = RelatedKind.CASE
    priority: Priority = attrs.field(default=Priority.NORMAL, validator=of_kind(Priority))


ActivityDraft: TypeAlias = NoteDraft | TaskDraft | CallDraft | EventDraft | CaseDraft


def _where_set(check: _Check) -> _Check:
    """The check, of what is not :data:`UNSET`."""

    def checked(change: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value is not UNSET:
            check(change, attribute, value)

    return checked


@attrs.frozen(kw_only=True)
class ActivityChange:
    """A partial update of an activity: :data:`UNSET` stays, ``None`` clears."""

    ref: RecordRef = attrs.field(validator=a_record)
    kind: RelatedKind = attrs.field(validator=of_kind(RelatedKind))
    subject: str | Unset = attrs.field(default=UNSET, repr=False, validator=_where_set(a_text))
    text: str | Unset | None = attrs.field(default=UNSET, repr=False, validator=_where_set(maybe_a_text))
    status: TaskStatus | Unset = attrs.field(default=UNSET, validator=of_kind(TaskStatus, Unset))
    due_on: date | Unset | None = attrs.field(default=UNSET, validator=_where_set(_a_day))
    extra: Fields = attrs.field(factory=dict, repr=False, hash=False, validator=plain_fields)


class Operator(StrEnum):
    """How a filter compares (F057); what a CRM cannot express raises ``Unsupported``."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IN = "in"
    LESS = "less"
    GREATER = "greater"
    BETWEEN = "between"
    IS_EMPTY = "is_empty"


def _as_many_as_compared(condition: Condition, attribute: attrs.Attribute[Any], values: object) -> None:
    """An operator takes so many values, each of a kind that a field may hold, times with their zone."""
    if not isinstance(values, tuple) or not all(isinstance(each, str | int | float | date) for each in values):
        raise InvalidValue(
            f"the values for {condition.field} are no tuple of texts, numbers and times",
            next_step='give them as in ("Open",)',
        )
    for each in values:
        if isinstance(each, datetime):
            written_time(condition, attribute, each)
        elif not isinstance(each, date) and not is_plain(each):
            half = " with half a character" if isinstance(each, str) else ""
            raise InvalidValue(
                f"a {type(each).__name__}{half} that no field can hold is given for {condition.field}",
                next_step="give a text, a finite number, a bool, a time with its zone, or a date",
            )
    least, most = _VALUES.get(condition.operator, (1, 1))
    if not least <= len(values) <= most:
        wanted = "values" if most > 2 else ("no value", "one value", "two values")[most]
        raise InvalidValue(
            f"{condition.operator} compares {condition.field} with {wanted}, and {len(values)} are given",
            next_step="give as many as it compares with",
        )


_VALUES: Mapping[Operator, tuple[int, int]] = {
    Operator.IS_EMPTY: (0, 0),
    Operator.BETWEEN: (2, 2),
    Operator.IN: (1, sys.maxsize),
}
"""The fewest and the most values of an operator; of all others, one."""


@attrs.frozen
class Condition:
    """One field compared with values: none for ``is_empty``, two for ``between`` (both ends count), any number for
    ``in``, else one.

    The field is the CRM's name, checked against metadata, never text from a user. Raises :class:`InvalidValue`.
    """

    field: str = attrs.field(validator=a_text)
    operator: Operator = attrs.field(validator=of_kind(Operator))
    values: tuple[str | int | float | bool | datetime | date, ...] = attrs.field(
        default=(), repr=False, validator=_as_many_as_compared
    )


def _conditions(wanted: object, attribute: attrs.Attribute[Any], values: object) -> None:
    if not isinstance(values, tuple) or not all(isinstance(each, Condition) for each in values):
        raise InvalidValue(
            f"{type(wanted).__name__}.{attribute.name} is no tuple of Conditions",
            next_step='give it as in (Condition("Status", Operator.EQUALS, ("Open",)),)',
        )


def _an_order(wanted: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value is None:
        return
    if not (isinstance(value, tuple) and len(value) == 2 and whole(value[0]) and isinstance(value[1], bool)):
        raise InvalidValue(
            f"{type(wanted).__name__}.{attribute.name} is no field with a direction",
            next_step='give it as in ("Due_Date", True), where True puts the greatest first',
        )


def _a_limit(wanted: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    of_kind(int)(wanted, attribute, value)
    check_limit(value)


@attrs.frozen(kw_only=True)
class ActivityFilter:
    """A filtered listing of one activity resource (F055-F058): all conditions hold; newest first unless
    ``sort`` says else.

    ``contact`` limits it to one contact's; ``sort`` is (field, descending); ``limit`` 1 to 200; ``cursor``
    continues a page. Raises :class:`InvalidValue`.
    """

    resource: str = attrs.field(validator=a_text)
    contact: RecordRef | None = attrs.field(default=None, validator=maybe_a_record)
    conditions: tuple[Condition, ...] = attrs.field(default=(), validator=_conditions)
    sort: tuple[str, bool] | None = attrs.field(default=None, validator=_an_order)
    limit: int = attrs.field(default=50, validator=_a_limit)
    cursor: str | None = attrs.field(default=None, repr=False, validator=maybe_a_text)


DRAFTS: Mapping[RelatedKind, type[ActivityDraft]] = {
    draft.kind: draft for draft in (NoteDraft, TaskDraft, CallDraft, EventDraft, CaseDraft)
}
"""The draft class of each kind that can be created."""


# The key in a text ----------------------------------------------------------------------------------------------------


def key_line(key: str) -> str:
    """The line that marks what was written under a key, where the CRM has no field to put the key in.

    Raises :class:`InvalidValue` unless the key is one line, not blank, without white space at its ends: another could
    not be found again for certain (R1).
    """
    if not key or key != key.strip() or len(key.splitlines()) != 1:
        raise InvalidValue("the key of an activity is one line of text")
    return f"ref: {key}"


def with_key(text: str, key: str) -> str:
    """The text, a blank line, and below it the key's own. Raises as :func:`key_line` does."""
    line = key_line(key)
    return f"{text.rstrip()}\n\n{line}" if text.strip() else line


def carries_key(text: str, key: str) -> bool:
    """Whether a line of the text is that key's, whatever white space and ends of lines the CRM made of it.

    No text carries a key that could not have been written.
    """
    try:
        line = key_line(key.strip())
    except InvalidValue:
        return False
    return any(each.strip() == line for each in text.splitlines())


_OWN_LINES = re.compile(r"^[ \t]*ref: [a-z2-7]{26}[ \t\r]*(?:\n|\Z)|\s+ref: [a-z2-7]{26}\s*\Z", re.MULTILINE)
"""Lines of keys that a session made, the last one also where a list shows all in one line.

A key that a host chose may be anybody's line, and stays.
"""


def as_read(records: Iterable[RelatedRecord]) -> tuple[RelatedRecord, ...]:
    """The records as an agent reads them: without the lines that are there for a machine."""
    return tuple([_without_key(each) if "ref: " in each.text else each for each in records])


def _without_key(record: RelatedRecord) -> RelatedRecord:
    text, lines = _OWN_LINES.subn("", record.text)
    return attrs.evolve(record, text=text.rstrip()) if lines else record
