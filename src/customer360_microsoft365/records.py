"""Graph's records as our models, and back (contract, sections 4 to 7): pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from customer360.core.countries import country_of
from customer360.core.errors import InvalidValue
from customer360.core.records import (
    Contact,
    ContactKind,
    Email,
    Fields,
    FieldValue,
    Phone,
    RecordRef,
    RelatedKind,
    RelatedRecord,
    time_in,
)
from customer360_microsoft365.graph import Row
from customer360_microsoft365.places import KEY, PERSON

PHONES: Final = ("businessPhones", "mobilePhone", "homePhones")
EMAILS: Final = "emailAddresses"
COLLECTIONS: Final = frozenset({"businessPhones", "homePhones", "imAddresses", "children", "categories", EMAILS})
ADDRESSES: Final = ("businessAddress", "homeAddress", "otherAddress")
ADDRESS_PARTS: Final = ("street", "city", "state", "countryOrRegion", "postalCode")
_PARTS: Final = ("givenName", "middleName", "surname")
TIMES: Final = frozenset({"createdDateTime", "lastModifiedDateTime", "birthday", "bodyLastModifiedDateTime"})

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[+-]\d\d:\d\d|Z)?")


# Values -------------------------------------------------------------------------------------------------------------


def time_of(wire: Any) -> datetime | None:
    """A time with its offset, or None for anything else."""
    if not isinstance(wire, str) or not _TIME.fullmatch(wire):
        return None
    try:
        moment = datetime.fromisoformat(wire)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def moment_of(wire: Any) -> datetime | None:
    """A ``dateTimeTimeZone``: its time has no offset, the zone stands beside it. None where it cannot be placed."""
    text, zone = (wire.get("dateTime"), wire.get("timeZone")) if isinstance(wire, dict) else (None, None)
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC if zone in ("UTC", "Etc/GMT", None) else ZoneInfo(str(zone)))
    except (ValueError, KeyError, OSError):  # ZoneInfo looks the zone's name up as a file
        return None
    return moment


def when(moment: datetime) -> dict[str, str]:
    """A time as Graph takes it, in UTC."""
    return {"dateTime": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "UTC"}


def day(due: date) -> dict[str, str]:
    """A day as To Do takes it."""
    return {"dateTime": f"{due.isoformat()}T00:00:00", "timeZone": "UTC"}


def value_of(name: str, wire: Any) -> FieldValue:
    """A field's value as our models hold it: e-mail addresses and other collections become tuples of text."""
    match wire:
        case str():
            return (time_of(wire) or wire) if name in TIMES else wire
        case None | bool() | int() | float():
            return wire
        case list() if name == EMAILS:
            return tuple(address for _, address in addresses_of(wire))
        case list() if all(isinstance(item, str) for item in wire):
            return tuple(wire)
        case list():
            return {"items": wire}
        case dict():
            return wire
    return str(wire)


def addresses_of(wire: Any) -> list[tuple[str | None, str]]:
    """Name and address of each entry of ``emailAddresses`` that has an address."""
    entries = [entry for entry in wire if isinstance(entry, dict)] if isinstance(wire, list) else []
    return [
        (name if isinstance(name := entry.get("name"), str) else None, address)
        for entry in entries
        if isinstance(address := entry.get("address"), str) and address
    ]


def fields_of(row: Row) -> dict[str, FieldValue]:
    """All fields that were read, by Graph's names; control information and our own properties left out."""
    return {
        name: wire if wire is None else value_of(name, wire)
        for name, wire in row.items()
        if name[:1] != "@" and name != "singleValueExtendedProperties"
    }


def text_of(row: Row, field: str) -> str:
    wire = row.get(field)
    return wire if isinstance(wire, str) else ""


def body_of(row: Row) -> str:
    """The text of an event or a task."""
    body = row.get("body")
    return text_of(body, "content").strip() if isinstance(body, dict) else ""


def texts_of(row: Row, field: str) -> list[str]:
    """The texts of a field that holds one or several."""
    wire = row.get(field)
    return [each for each in (wire if isinstance(wire, list) else [wire]) if isinstance(each, str) and each.strip()]


# Contacts -----------------------------------------------------------------------------------------------------------


def contact_of(resource: str, row: Row, *, partial: bool = False) -> Contact:
    """A row of a contact folder as a contact."""
    given, family, company = text_of(row, "givenName"), text_of(row, "surname"), text_of(row, "companyName")
    fields, version = fields_of(row), row.get("@odata.etag")
    addresses = fields.get(EMAILS)
    return Contact(
        ref=RecordRef(KEY, resource, text_of(row, "id")),
        kind=ContactKind.CONTACT,
        name=text_of(row, "displayName") or " ".join([part for part in (given, family) if part]) or company,
        given_name=given or None,
        family_name=family or None,
        phones=tuple([Phone(field, text) for field in PHONES for text in texts_of(row, field)]),
        emails=tuple([Email(EMAILS, each) for each in addresses]) if isinstance(addresses, tuple) else (),
        company=company or None,
        region=_region(row),
        version=version if isinstance(version, str) else None,
        created_at=time_in(fields.get("createdDateTime")),
        modified_at=time_in(fields.get("lastModifiedDateTime")),
        partial=partial,
        fields=fields,
    )


def person_of(row: Row) -> Contact:
    """Somebody whom Outlook ranks as relevant: read only, and no record that can be read again by its id."""
    phones, emails = row.get("phones"), row.get("scoredEmailAddresses")
    numbers = [text_of(each, "number") for each in phones if isinstance(each, dict)] if isinstance(phones, list) else []
    return Contact(
        ref=RecordRef(KEY, PERSON, text_of(row, "id")),
        name=text_of(row, "displayName"),
        given_name=text_of(row, "givenName") or None,
        family_name=text_of(row, "surname") or None,
        phones=tuple(Phone("phones", number) for number in numbers if number.strip()),
        emails=tuple(Email("scoredEmailAddresses", address) for _, address in addresses_of(emails)),
        company=text_of(row, "companyName") or None,
        fields=fields_of(row),
    )


def _region(row: Row) -> str | None:
    """The contact's country, from a free text that people typed; None unless it is plain which."""
    places = [place for name in ADDRESSES if isinstance(place := row.get(name), dict)]
    return country_of(next((found for place in places if (found := text_of(place, "countryOrRegion").strip())), ""))


def wire_fields(fields: Fields) -> dict[str, Any]:
    """Fields as Graph takes them in a create.

    Raises :class:`InvalidValue` for names that cannot be properties and for values that no contact holds.
    """
    return {name: wire_of(name, value) for name, value in fields.items()}


def wire_of(name: str, value: FieldValue, now: Any = None) -> Any:
    """One value as Graph takes it, given what the field holds ``now``; None clears.

    The vendor replaces collections and structures whole, so what is not being changed is put in again: the names that
    stand beside e-mail addresses, the other entries where one text is given, the other parts of an address.
    """
    if not _NAME.fullmatch(name):
        raise InvalidValue(f"{name!r} is no field of Microsoft 365", next_step="use a name from describe()")
    if name in COLLECTIONS:
        return _collection(name, value, now)
    if name in ADDRESSES and (value is None or isinstance(value, Mapping)):
        held = now if isinstance(now, dict) else {}
        return {part: None for part in ADDRESS_PARTS} if value is None else {**held, **value}
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return f"{value.isoformat()}T00:00:00Z"
        case RecordRef() | tuple():
            raise InvalidValue(f"the field {name!r} holds neither references nor several texts")
        case Mapping():
            return dict(value)
    return value


def _collection(name: str, value: FieldValue, now: Any) -> list[Any]:
    match value:
        case None:
            return []
        case str():
            held = [address for _, address in addresses_of(now)] if name == EMAILS else texts_of({name: now}, name)
            texts = [value, *held[1:]] if value else held[1:]
        case tuple() if all(isinstance(each, str) for each in value):
            texts = list(value)
        case _:
            raise InvalidValue(f"the field {name!r} holds texts", next_step="give a tuple of texts")
    if name != EMAILS:
        return texts
    names = {address.casefold(): label for label, address in addresses_of(now) if label}
    return [
        {"address": text, **({"name": names[text.casefold()]} if text.casefold() in names else {})} for text in texts
    ]


def merges(fields: Fields) -> tuple[str, ...]:
    """The fields whose present value must be known to write a change."""
    return (
        *(
            name
            for name, value in fields.items()
            if (name in COLLECTIONS and isinstance(value, str))
            or (name == EMAILS and isinstance(value, tuple) and value)
            or (name in ADDRESSES and isinstance(value, Mapping))
        ),
        *(("displayName", *_PARTS) if _renames(fields) else ()),
    )


def _renames(fields: Fields) -> bool:
    return "displayName" not in fields and any(name in fields for name in _PARTS)


def renamed(fields: Fields, now: Row) -> dict[str, Any]:
    """The whole name that goes with a change of its parts; nothing where people called the contact otherwise.

    Outlook makes it of the parts where it is absent, and leaves it as it is from then on.
    """
    if not _renames(fields) or now.get("displayName") != _whole_name(now):
        return {}
    return {"displayName": _whole_name({**now, **fields})}


def _whole_name(row: Mapping[str, Any]) -> str:
    return " ".join(part for name in _PARTS if isinstance(part := row.get(name), str) and part)


# Related records ----------------------------------------------------------------------------------------------------


def note_related(note: RecordRef, row: Row) -> RelatedRecord | None:
    """A contact's one note; None where it is empty."""
    text = text_of(row, "personalNotes")
    if not text.strip():
        return None
    return RelatedRecord(
        ref=note,
        kind=RelatedKind.NOTE,
        text=text,
        at=time_of(row.get("lastModifiedDateTime")),
        created_at=time_of(row.get("createdDateTime")),
    )


def task_related(resource: str, row: Row) -> RelatedRecord:
    created = time_of(row.get("createdDateTime"))
    return RelatedRecord(
        ref=RecordRef(KEY, resource, text_of(row, "id")),
        kind=RelatedKind.TASK,
        title=text_of(row, "title"),
        text=body_of(row),
        at=created,
        created_at=created,
        status=text_of(row, "status") or None,
        fields=fields_of(row),
    )


def event_related(
    resource: str, kind: RelatedKind, row: Row, status: str | None = None, direction: str | None = None
) -> RelatedRecord:
    """An event, or a call that is written down as one; ``status`` is a call's outcome."""
    created, start, end = time_of(row.get("createdDateTime")), moment_of(row.get("start")), moment_of(row.get("end"))
    length = {"seconds": (end - start) // timedelta(seconds=1)} if start and end else {}
    return RelatedRecord(
        ref=RecordRef(KEY, resource, text_of(row, "id")),
        kind=kind,
        title=text_of(row, "subject"),
        text=body_of(row),
        at=start or created,
        created_at=created,
        status=status,
        url=text_of(row, "webLink") or None,
        fields={**fields_of(row), **length, **({"direction": direction} if direction else {})},
    )
