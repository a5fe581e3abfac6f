"""Contacts and related records: what we know of the person on the line.

Two ideas run through every model. **Unset is not null**: in a change, a field that is absent stays as it is, a
field that is ``None`` is cleared. **Records keep the CRM's own fields**: ``fields`` maps the CRM's field names
to values, custom ones too; the few attributes beside it are the standard reading of them, the same for every
CRM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from enum import Enum, StrEnum
from math import isfinite
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

import attrs

from customer360.core.errors import InvalidValue

T = TypeVar("T")


class Unset(Enum):
    """The type of :data:`UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET
"""Left alone in a change; differs from ``None``, which clears."""


def aware(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Attrs validator: a datetime must know its zone (D12).

    Raises :class:`InvalidValue`.
    """
    if value is None:
        return
    if not isinstance(value, datetime):
        raise InvalidValue(
            f"{type(instance).__name__}.{attribute.name} is no datetime", next_step="parse it; it needs its zone, too"
        )
    if _naive(value):
        raise InvalidValue(
            f"{type(instance).__name__}.{attribute.name} is a datetime without a time zone",
            next_step="give it one, for example datetime.now(timezone.utc)",
        )


def timed(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Attrs validator: a datetime that knows its zone, and not None."""
    of_kind(datetime)(instance, attribute, value)
    aware(instance, attribute, value)


def written_time(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Attrs validator: as :func:`timed`, of a time that is to be written: one that is in the calendar of every zone."""
    timed(instance, attribute, value)
    if not in_every_calendar(value):
        raise InvalidValue(f"{type(instance).__name__}.{attribute.name} {_BEYOND}", next_step=_NO_TIME)


def in_every_calendar(value: datetime) -> bool:
    """Whether a time can be told in any zone, and so can the end of the longest call that begins then."""
    return _FIRST <= value.replace(tzinfo=None) <= _LAST


_FIRST: Final = datetime.min + timedelta(days=2)
_LAST: Final = datetime.max - timedelta(days=10_000)
_BEYOND: Final = "is a time at the end of the calendar"
_NO_TIME: Final = "leave it out where no time is meant"


def _naive(value: datetime) -> bool:
    zone = value.tzinfo
    return zone is None or (type(zone) is not timezone and value.utcoffset() is None)


def of_kind(*kinds: type) -> Callable[[object, attrs.Attribute[Any], Any], None]:
    """Attrs validator: an instance of one of ``kinds``, or :class:`InvalidValue`, which does not quote the value."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        if not isinstance(value, kinds):
            wanted = " or ".join("None" if kind is type(None) else kind.__name__ for kind in kinds)
            raise InvalidValue(
                f"{type(instance).__name__}.{attribute.name} is a {type(value).__name__}", next_step=f"give a {wanted}"
            )

    return check


def _no_lost_times(where: str, value: Fields) -> None:
    for name, item in value.items():
        if isinstance(item, datetime) and not in_every_calendar(item):
            raise InvalidValue(f"{where}: {name!r} {_BEYOND}", next_step=_NO_TIME)


def _no_naive_values(instance: object, attribute: attrs.Attribute[Any], value: Fields) -> None:
    for item in value.values():
        if isinstance(item, datetime) and _naive(item):
            name = next(name for name, each in value.items() if each is item)
            raise InvalidValue(
                f"field {name!r} is a datetime without a time zone",
                next_step="give it one, for example datetime.now(timezone.utc)",
            )


@attrs.frozen
class RecordRef:
    """Where a record lives: the CRM's key, the resource's name in that CRM, and the vendor's id (never
    parsed)."""

    crm: str
    resource: str
    id: str

    def __str__(self) -> str:
        return f"{self.crm}:{self.resource}/{self.id}"


def whole(text: object) -> bool:
    """Whether this is a text that can be stored and sent: one with half a character (a lone surrogate) cannot."""
    if not isinstance(text, str):
        return False
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def a_text(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Attrs validator: a text that every CRM can keep as it is, or :class:`InvalidValue`, which does not quote it."""
    of_kind(str)(instance, attribute, value)
    if not whole(value):
        raise InvalidValue(
            f"{type(instance).__name__}.{attribute.name} holds half a character (a lone surrogate)",
            next_step='decode it anew, or replace what is broken: text.encode("utf-8", "replace").decode()',
        )


def maybe_a_text(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Attrs validator: as :func:`a_text`, or None."""
    if value is not None:
        a_text(instance, attribute, value)


def names_a_record(ref: object) -> bool:
    """Whether this is a reference made of three texts. A vendor's number is no id until it is written as a text."""
    return isinstance(ref, RecordRef) and whole(ref.crm) and whole(ref.resource) and whole(ref.id)


def a_record(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Attrs validator: what a host refers to. Not of :class:`RecordRef` itself, of which each answer makes hundreds."""
    if not names_a_record(value):
        raise InvalidValue(
            f"{type(instance).__name__}.{attribute.name} is no RecordRef made of three texts",
            next_step="give one as it was read, or RecordRef(crm, resource, str(id))",
        )


def maybe_a_record(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Attrs validator: as :func:`a_record`, or None."""
    if value is not None:
        a_record(instance, attribute, value)


def plain_fields(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Attrs validator: fields as a host gives them, each of which can be stored and sent (:data:`FieldValue`).

    Raises :class:`InvalidValue` naming the field, never its value.
    """
    where = f"{type(instance).__name__}.{attribute.name}"
    if not isinstance(value, Mapping) or not all(map(whole, value)):
        raise InvalidValue(f"{where} is no mapping of fields by their names", next_step='give it as in {"Title": "x"}')
    _no_naive_values(instance, attribute, value)
    _no_lost_times(where, value)
    for name, item in value.items():
        if not _is_field_value(item):
            half = " with half a character" if isinstance(item, str) else ""
            raise InvalidValue(
                f"{where}: a {type(item).__name__}{half} that no field can hold is given for {name!r}",
                next_step="give a text, a finite number, a bool, a time with its zone, a date, a RecordRef, a tuple of "
                "texts, or a dict of plain JSON",
            )


def is_plain(value: object) -> bool:
    """Whether a text, a number or a bool can be stored and sent."""
    return not isinstance(value, list | dict) and _is_json(value)


def _is_field_value(value: object) -> bool:
    if isinstance(value, datetime | date):
        return True
    if isinstance(value, RecordRef):
        return names_a_record(value)
    if isinstance(value, tuple):
        return all(map(whole, value))
    if isinstance(value, Mapping):
        return _is_json(dict(value))
    return not isinstance(value, list) and _is_json(value)


def _is_json(value: object, depth: int = 0) -> bool:
    if value is None or isinstance(value, str):
        return value is None or whole(value)
    if isinstance(value, int):
        return value.bit_length() <= _LONGEST_INT
    if isinstance(value, float):
        return isfinite(value)
    if depth == _DEEPEST:
        return False
    if isinstance(value, list):
        return all(_is_json(each, depth + 1) for each in value)
    return isinstance(value, dict) and all(whole(name) and _is_json(each, depth + 1) for name, each in value.items())


_LONGEST_INT = 4_096
"""Bits: Python itself writes numbers of more than 4,300 digits no more."""
_DEEPEST = 50

FieldValue: TypeAlias = (
    str | int | float | bool | datetime | date | RecordRef | tuple[str, ...] | Mapping[str, object] | None
)
"""A field's value: scalars, an aware datetime, a date, a reference to another record, several texts, or a
vendor structure (an address) as plain JSON."""

Fields: TypeAlias = Mapping[str, FieldValue]


def time_in(value: FieldValue) -> datetime | None:
    """The time that a field holds; None for anything else. So a record's own times are read from the wire once."""
    return value if isinstance(value, datetime) else None


class ContactKind(StrEnum):
    """What a contact resource holds.

    Vendors' words for it differ; see the plugin's ``resources``.
    """

    CONTACT = "contact"
    LEAD = "lead"
    CANDIDATE = "candidate"
    COMPANY = "company"


@attrs.frozen
class Phone:
    """One phone text of a record exactly as the CRM stores it, and the field it stands in."""

    field: str
    text: str = attrs.field(repr=False)


@attrs.frozen
class Email:
    """One e-mail address of a record as stored, and the field it stands in."""

    field: str
    address: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Contact:
    """A person or company of a CRM.

    ``name`` is what to show; ``region`` the record's own country (ISO 3166 alpha-2) if it has one, used to read
    national phone numbers; ``version`` what the CRM needs to refuse a lost update (an ETag, a modification
    time); ``fields`` all fields that were read, by the CRM's names. ``partial`` says that only some were read
    (a list or search answer).
    """

    ref: RecordRef
    kind: ContactKind = ContactKind.CONTACT
    name: str = attrs.field(default="", repr=False)
    given_name: str | None = attrs.field(default=None, repr=False)
    family_name: str | None = attrs.field(default=None, repr=False)
    phones: tuple[Phone, ...] = attrs.field(default=(), repr=False)
    emails: tuple[Email, ...] = attrs.field(default=(), repr=False)
    company: str | None = attrs.field(default=None, repr=False)
    company_ref: RecordRef | None = None
    owner: RecordRef | None = None
    region: str | None = None
    url: str | None = attrs.field(default=None, repr=False)
    version: str | None = None
    created_at: datetime | None = attrs.field(default=None, validator=aware)
    modified_at: datetime | None = attrs.field(default=None, validator=aware)
    last_activity_at: datetime | None = attrs.field(default=None, validator=aware)
    partial: bool = False
    fields: Fields = attrs.field(factory=dict, repr=False, hash=False, validator=_no_naive_values)


@attrs.frozen(kw_only=True)
class ContactDraft:
    """A contact to be created.

    ``key`` makes the create recognisable when it must be repeated (see ``CreateClass``).
    """

    resource: str = attrs.field(validator=a_text)
    fields: Fields = attrs.field(repr=False, hash=False, validator=plain_fields)
    key: str | None = attrs.field(default=None, validator=maybe_a_text)


@attrs.frozen(kw_only=True)
class ContactChange:
    """A partial update: absent fields stay, ``None`` clears.

    With ``version`` it is refused with ``Conflict`` if somebody else changed the record since.
    """

    ref: RecordRef = attrs.field(validator=a_record)
    fields: Fields = attrs.field(repr=False, hash=False, validator=plain_fields)
    version: str | None = attrs.field(default=None, validator=maybe_a_text)


class RelatedKind(StrEnum):
    """Kinds of records that hang off a contact (F040)."""

    NOTE = "note"
    TASK = "task"
    CALL = "call"
    EVENT = "event"
    CASE = "case"
    DEAL = "deal"


@attrs.frozen(kw_only=True)
class RelatedRecord:
    """One record of a contact, as listed: newest first.

    ``at`` is the time that the CRM's users sort it by (a call's start, a note's creation); ``text`` the body or
    its beginning. ``linked`` says that the CRM associates it with the contact.
    """

    ref: RecordRef
    kind: RelatedKind
    title: str = attrs.field(default="", repr=False)
    text: str = attrs.field(default="", repr=False)
    at: datetime | None = attrs.field(default=None, validator=aware)
    created_at: datetime | None = attrs.field(default=None, validator=aware)
    status: str | None = None
    owner: RecordRef | None = None
    url: str | None = attrs.field(default=None, repr=False)
    fields: Fields = attrs.field(factory=dict, repr=False, hash=False, validator=_no_naive_values)


@attrs.frozen
class Page(Generic[T]):
    """Some items and, where there are more, the cursor that continues (opaque; only for the same call)."""

    items: tuple[T, ...]
    next: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class Changes:
    """One page of a delta: records that are new or changed, ids that are gone, and the cursor to go on from.

    ``more`` says that further pages are due now; when it is False, ``cursor`` is where the next sync begins. A
    first call passes no cursor and receives everything. ``total`` is the number of records expected, where the
    CRM tells.
    """

    changed: tuple[Contact, ...] = ()
    gone: tuple[RecordRef, ...] = ()
    cursor: str | None = attrs.field(default=None, repr=False)
    more: bool = False
    total: int | None = None
