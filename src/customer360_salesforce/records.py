"""Salesforce's records as our models, and back (sections 3, 4 and 7): pure functions. Its field names live here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

import attrs

from customer360.core.countries import country_of
from customer360.core.errors import InvalidValue, NotFound
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import (
    Contact,
    ContactKind,
    Email,
    Fields,
    FieldValue,
    Phone,
    RecordRef,
    time_in,
)
from customer360_salesforce.asking import Row
from customer360_salesforce.auth import KEY
from customer360_salesforce.query import is_identifier, when

USERS: Final = "User"

_PERSON = {
    StandardField.NAME: "Name",
    StandardField.GIVEN_NAME: "FirstName",
    StandardField.FAMILY_NAME: "LastName",
    StandardField.PHONE: "Phone",
    StandardField.MOBILE: "MobilePhone",
    StandardField.EMAIL: "Email",
    StandardField.TITLE: "Title",
    StandardField.OWNER: "OwnerId",
}

CONTACT: Final = Resource(
    name="Contact",
    label="Contacts",
    contact_kind=ContactKind.CONTACT,
    standard={**_PERSON, StandardField.COMPANY: "AccountId"},
    phones=("Phone", "MobilePhone", "HomePhone", "OtherPhone", "AssistantPhone", "Fax"),
    emails=("Email",),
)
LEAD: Final = Resource(
    name="Lead",
    label="Leads",
    contact_kind=ContactKind.LEAD,
    standard={**_PERSON, StandardField.COMPANY: "Company"},
    phones=("Phone", "MobilePhone", "Fax"),
    emails=("Email",),
)
ACCOUNT: Final = Resource(
    name="Account",
    label="Accounts",
    contact_kind=ContactKind.COMPANY,
    standard={StandardField.NAME: "Name", StandardField.PHONE: "Phone", StandardField.OWNER: "OwnerId"},
    phones=("Phone", "Fax"),
)
CONTACTS: Final = (CONTACT, LEAD, ACCOUNT)

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[+-]\d\d:?\d\d|Z)", re.ASCII)
_LENGTHS = frozenset({10, 15, 18, *range(20, 33)})
"""Of what a text may be that is more than a text: a date, an id, a time."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_OWN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_REFERENCES = {
    "AccountId": "Account",
    "ContactId": "Contact",
    "ConvertedAccountId": "Account",
    "ConvertedContactId": "Contact",
    "CreatedById": USERS,
    "LastModifiedById": USERS,
    "ParentId": "Account",
    "PersonContactId": "Contact",
    "ReportsToId": "Contact",
}
_PREFIXES = {
    "001": "Account", "003": "Contact", "00Q": "Lead", "00T": "Task", "00U": "Event", "500": "Case",
    "006": "Opportunity", "005": USERS, "00G": "Group", "069": "ContentNote", "002": "Note",
}  # fmt: skip
"""The first three characters of an id say which object it is of (section 1)."""
_BY_PREFIX = frozenset({"WhoId", "WhatId", "OwnerId"})


# Values -------------------------------------------------------------------------------------------------------------


def value_of(field: str, wire: Any) -> FieldValue:
    """A field's value as our models hold it: times become aware datetimes, known lookups references."""
    if isinstance(wire, str):
        if len(wire) in _LENGTHS:
            if wire[10:11] == "T":
                return time_of(wire) or wire
            if len(wire) == 10 and wire[4] == "-" and _DATE.fullmatch(wire):
                try:
                    return date.fromisoformat(wire)
                except ValueError:
                    return wire
            if (target := _target(field, wire)) and is_identifier(wire):
                return RecordRef(KEY, target, wire)
        return wire
    if wire is None or isinstance(wire, bool | int | float):
        return wire
    if isinstance(wire, dict):
        return {name: each for name, each in wire.items() if name != "attributes"}
    return str(wire)


def _target(field: str, wire: str) -> str | None:
    return _PREFIXES.get(wire[:3]) if field in _BY_PREFIX else _REFERENCES.get(field)


def wire_of(value: FieldValue) -> Any:
    """A value as Salesforce takes it; None clears."""
    match value:
        case datetime():
            return when(value)
        case date():
            return value.isoformat()
        case RecordRef():
            return identifier_of(value)
        case tuple():
            return ";".join(value)
        case Mapping():
            return dict(value)
    return value


def wire_fields(fields: Fields) -> dict[str, Any]:
    """Fields as Salesforce takes them; what cannot be a field's name raises :class:`InvalidValue`."""
    for name in fields:
        if not _OWN_NAME.fullmatch(name):
            raise InvalidValue(f"{name!r} is no field of Salesforce", next_step="use a name from describe()")
    return {name: wire_of(value) for name, value in fields.items()}


def time_of(wire: Any) -> datetime | None:
    """A time that Salesforce wrote (its offsets have no colon), or None for anything else."""
    if not isinstance(wire, str) or not _TIME.fullmatch(wire):
        return None
    try:
        return datetime.fromisoformat(wire)
    except ValueError:
        return None


def identifier_of(ref: RecordRef) -> str:
    """The id for a path, a query or a field; another CRM's, or none that Salesforce can have made, is not there."""
    if ref.crm != KEY or not is_identifier(ref.id):
        raise NotFound("Salesforce has no such record: its ids are 15 or 18 letters and digits", ref=ref)
    return ref.id


def text_of(row: Row, field: str) -> str:
    """A text field, of the record itself or (``Account.Name``) of one that it refers to."""
    wire: Any = row.get(field)
    if wire is None and "." in field:
        parent, _, name = field.partition(".")
        wire = row.get(parent)
        return text_of(wire, name) if isinstance(wire, dict) else ""
    return wire if isinstance(wire, str) else ""


def owner_of(row: Row) -> RecordRef | None:
    """Whom the record belongs to: a user, or a queue."""
    owner = text_of(row, "OwnerId")
    return RecordRef(KEY, _PREFIXES.get(owner[:3], USERS), owner) if owner else None


# Contacts -----------------------------------------------------------------------------------------------------------

_TIMES = ("CreatedDate", "LastModifiedDate", "SystemModstamp")
_MORE = {
    "Contact": ("Account.Name", "MailingCountry"),
    "Lead": ("IsConverted", "ConvertedContactId", "Country"),
    "Account": ("BillingCountry",),
}
_PERSONS: Final = ("IsPersonAccount", "PersonContactId", "FirstName", "LastName")
_PERSON_PHONES = ("PersonMobilePhone", "PersonHomePhone", "PersonOtherPhone", "PersonAssistantPhone")


MANY: Final = "multipicklist"
"""The type of a field that holds several choices."""


@attrs.frozen
class Shape:
    """A contact resource as this organisation has it: which columns there are, and whether persons are accounts.

    ``columns`` are those that a :class:`Contact` is made from, without the ones that the user may not see; ``choices``
    the fields that hold several, which a record sends as one text.
    """

    resource: Resource
    columns: tuple[str, ...]
    persons: bool = False
    searchable: bool = True
    choices: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.resource.name


def usual_shape(name: str) -> Shape | None:
    """What every organisation has; None for a custom object."""
    resource = next((each for each in CONTACTS if each.name == name), None)
    return None if resource is None else Shape(resource, columns_of(resource))


def shape_of(name: str, label: str, fields: Mapping[str, str], *, searchable: bool = True) -> Shape:
    """A resource from its description: ``fields`` maps each field that the user sees to its type."""
    usual = usual_shape(name)
    persons = "IsPersonAccount" in fields
    resource = usual.resource if usual else Resource(name=name, label=label, contact_kind=ContactKind.CONTACT)
    standard = resource.standard or {StandardField.NAME: "Name", StandardField.OWNER: "OwnerId"}
    typed = {kind: [field for field, each in fields.items() if each == kind] for kind in ("phone", "email", MANY)}
    first = (*resource.phones, *_PERSON_PHONES)
    resource = attrs.evolve(
        resource,
        standard={meaning: field for meaning, field in standard.items() if field in fields},
        phones=(*(each for each in first if each in typed["phone"]), *(p for p in typed["phone"] if p not in first)),
        emails=tuple(typed["email"]),
    )
    wanted = (*columns_of(resource), *_COUNTRY_FIELDS.get(name, ()), "LastActivityDate", *(_PERSONS if persons else ()))
    columns = tuple(each for each in dict.fromkeys(wanted) if _root(each) in fields or each == "Id")
    return Shape(resource, columns, persons, searchable, frozenset(typed[MANY]))


def _root(column: str) -> str:
    head, dot, _ = column.partition(".")
    return f"{head}Id" if dot else head


def columns_of(resource: Resource) -> tuple[str, ...]:
    """The fields to ask for, so that a row makes a :class:`Contact`."""
    names = ("Id", *resource.standard.values(), *_TIMES, *resource.phones, *resource.emails)
    return tuple(dict.fromkeys((*names, *_MORE.get(resource.name, ()))))


_PLACES: Final = {"Contact": ("Mailing",), "Lead": ("",), "Account": ("PersonMailing", "Billing")}
"""Which of an object's addresses tell its country, the surest first."""
_COUNTRY_FIELDS: Final = {
    name: tuple(f"{place}Country{code}" for code in ("Code", "") for place in places)
    for name, places in _PLACES.items()
}
"""With codes where the organisation lets people choose a country, else the names that they type."""


def contact_of(shape: Shape, row: Row, *, url: str | None = None, partial: bool = False) -> Contact:
    """A row as a contact; a person account is a person, though its resource is of companies."""
    resource, person = shape.resource, row.get("IsPersonAccount") is True and shape.name == "Account"
    fields = fields_of(row, shape.choices)
    given, family = text_of(row, "FirstName"), text_of(row, "LastName")
    account, version = text_of(row, "AccountId"), text_of(row, "SystemModstamp")
    company = text_of(row, "Company") if shape.name == "Lead" else text_of(row, "Account.Name")
    kind = ContactKind.CONTACT if person else resource.contact_kind or ContactKind.CONTACT
    return Contact(
        ref=RecordRef(KEY, resource.name, str(row.get("Id", ""))),
        kind=kind,
        name=text_of(row, "Name") or " ".join([part for part in (given, family) if part]),
        given_name=given or None,
        family_name=family or None,
        phones=tuple([Phone(name, text) for name in resource.phones if (text := text_of(row, name).strip())]),
        emails=tuple([Email(name, text) for name in resource.emails if (text := text_of(row, name).strip())]),
        company=company or None,
        company_ref=RecordRef(KEY, "Account", account) if account and shape.name == "Contact" else None,
        owner=owner_of(row),
        region=_region(shape.name, row),
        url=url,
        version=version or None,
        created_at=time_in(fields.get("CreatedDate")),
        modified_at=time_in(fields.get("LastModifiedDate")) or time_in(fields.get("SystemModstamp")),
        last_activity_at=_midnight(fields.get("LastActivityDate")),
        partial=partial,
        fields=fields,
    )


def _midnight(day: FieldValue) -> datetime | None:
    """The beginning of a day in UTC: of the last activity Salesforce tells no more than the day."""
    return datetime.combine(day, time.min, UTC) if isinstance(day, date) and not isinstance(day, datetime) else None


def fields_of(row: Row, choices: frozenset[str] = frozenset()) -> dict[str, FieldValue]:
    """All of a row's fields; ``choices`` names those whose text is several values.

    Most are empty, or texts that can be nothing else: those are told by their length.
    """
    fields = {
        name: wire if wire is None or (isinstance(wire, str) and len(wire) not in _LENGTHS) else value_of(name, wire)
        for name, wire in row.items()
        if name != "attributes"
    }
    fields.update((name, tuple(wire.split(";"))) for name in choices if isinstance(wire := row.get(name), str) and wire)
    return fields


def _region(of: str, row: Row) -> str | None:
    """The record's country, from a code or a free text that people typed; None unless it is plain which."""
    return country_of(next((told for name in _COUNTRY_FIELDS.get(of, ()) if (told := text_of(row, name).strip())), ""))
