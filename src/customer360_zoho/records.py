"""Zoho's records as our models, and back (sections 4 to 7): pure functions. Its field names live here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

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
from customer360_zoho.asking import Row
from customer360_zoho.query import when

KEY: Final = "zoho"
USERS: Final = "users"
"""The resource that owners are of."""

_PERSON = {
    StandardField.NAME: "Full_Name",
    StandardField.GIVEN_NAME: "First_Name",
    StandardField.FAMILY_NAME: "Last_Name",
    StandardField.PHONE: "Phone",
    StandardField.MOBILE: "Mobile",
    StandardField.EMAIL: "Email",
    StandardField.OWNER: "Owner",
}

CONTACTS: Final = (
    Resource(
        name="Contacts",
        label="Contacts",
        contact_kind=ContactKind.CONTACT,
        standard={**_PERSON, StandardField.COMPANY: "Account_Name", StandardField.TITLE: "Title"},
        phones=("Phone", "Mobile", "Home_Phone", "Other_Phone", "Asst_Phone", "Fax"),
        emails=("Email", "Secondary_Email"),
    ),
    Resource(
        name="Leads",
        label="Leads",
        contact_kind=ContactKind.LEAD,
        standard={**_PERSON, StandardField.COMPANY: "Company", StandardField.TITLE: "Designation"},
        phones=("Phone", "Mobile", "Fax"),
        emails=("Email", "Secondary_Email"),
    ),
    Resource(
        name="Accounts",
        label="Accounts",
        contact_kind=ContactKind.COMPANY,
        standard={
            StandardField.NAME: "Account_Name",
            StandardField.PHONE: "Phone",
            StandardField.OWNER: "Owner",
        },
        phones=("Phone", "Fax"),
    ),
    Resource(
        name="Vendors",
        label="Vendors",
        contact_kind=ContactKind.COMPANY,
        standard={
            StandardField.NAME: "Vendor_Name",
            StandardField.PHONE: "Phone",
            StandardField.EMAIL: "Email",
            StandardField.OWNER: "Owner",
        },
        phones=("Phone",),
        emails=("Email",),
    ),
)

COUNTRIES: Final = ("Mailing_Country", "Billing_Country", "Country")
"""The fields that tell a record's country, whichever its module has."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:[+-]\d\d:\d\d|Z)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_EMAIL_NAME = re.compile(r"(?i)e_?mail")
_PHONE_NAME = re.compile(r"(?i)phone|mobile|(?<![a-z])(?:cell|tel)(?![a-z])")


# Values -------------------------------------------------------------------------------------------------------------


def value_of(field: str, wire: Any) -> FieldValue:
    """A field's value as our models hold it: times become aware datetimes, lookups references.

    A lookup does not say of which resource it is; the field does, where we know it.
    """
    match wire:
        case str():
            return (time_of(wire) if len(wire) > 10 else _date_of(wire)) or wire
        case None | bool() | int() | float():
            return wire
        case dict():
            target, identifier = _LOOKUPS.get(field), wire.get("id")
            if target and isinstance(identifier, str) and identifier:
                return RecordRef(KEY, target, identifier)
            return wire
        case list() if all(isinstance(item, str) for item in wire):
            return tuple(wire)
        case list():
            return {"items": wire}
    return str(wire)


def fields_of(row: Row) -> dict[str, FieldValue]:
    """All fields of a row. Most are texts that can be no time, or empty: those are told by one sign."""
    return {
        name: wire if wire is None or (isinstance(wire, str) and wire[4:5] != "-") else value_of(name, wire)
        for name, wire in row.items()
    }


_LOOKUPS = {
    "Owner": USERS,
    "Created_By": USERS,
    "Modified_By": USERS,
    "Account_Name": "Accounts",
    "Contact_Name": "Contacts",
    "Related_To": "Contacts",
    "Who_Id": "Contacts",
    "Deal_Name": "Deals",
    "Vendor_Name": "Vendors",
    "Converted_Contact": "Contacts",
    "Converted_Account": "Accounts",
    "Converted_Deal": "Deals",
}


def wire_of(value: FieldValue) -> Any:
    """A value as Zoho takes it; None clears."""
    match value:
        case datetime():
            return when(value)
        case date():
            return value.isoformat()
        case RecordRef():
            return {"id": identifier_of(value)}
        case tuple():
            return list(value)
        case Mapping():
            return dict(value)
    return value


def wire_fields(fields: Fields) -> dict[str, Any]:
    """Fields as Zoho takes them.

    System keys (``$...``), the id and names that cannot be API names raise :class:`InvalidValue`.
    """
    for name in fields:
        if name == "id":  # another record's id in a body would be an edit of that record
            raise InvalidValue("a record's id cannot be written", next_step="leave it out")
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*|\$se_module|\$send_notification", name, re.ASCII):
            raise InvalidValue(f"{name!r} is no field of Zoho", next_step="use a name from describe()")
    return {name: wire_of(value) for name, value in fields.items()}


def time_of(wire: Any) -> datetime | None:
    """A time that Zoho wrote, or None for anything else (a missing one, or one without its offset)."""
    if not isinstance(wire, str) or not _TIME.fullmatch(wire):
        return None
    try:
        return datetime.fromisoformat(wire)
    except ValueError:
        return None


def _date_of(text: str) -> date | None:
    """A day, or None for any other text."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def identifier_of(ref: RecordRef) -> str:
    """The id for a path or a field; what is another CRM's, or no id that Zoho can have made, is not there."""
    if ref.crm != KEY or not re.fullmatch(r"[0-9]{1,25}", ref.id, re.ASCII):
        raise NotFound("Zoho has no such record: its ids are digits", ref=ref)
    return ref.id


def text_of(row: Row, field: str) -> str:
    wire = row.get(field)
    return wire if isinstance(wire, str) else ""


def lookup_of(row: Row, field: str) -> str | None:
    """The id that a lookup names, or None."""
    wire = row.get(field)
    identifier = wire.get("id") if isinstance(wire, dict) else wire
    return identifier if isinstance(identifier, str) and identifier else None


# Contacts -----------------------------------------------------------------------------------------------------------


def resource_named(name: str) -> Resource:
    """The contact resource of that name; a custom module has one name field and is known by its field names."""
    known = next((resource for resource in CONTACTS if resource.name == name), None)
    return known or custom_resource(name, name)


def custom_resource(name: str, label: str, phones: Sequence[str] = (), emails: Sequence[str] = ()) -> Resource:
    """A custom module that holds contacts."""
    return Resource(
        name=name,
        label=label,
        contact_kind=ContactKind.CONTACT,
        standard={StandardField.NAME: "Name", StandardField.OWNER: "Owner"},
        phones=tuple(phones),
        emails=tuple(emails),
    )


def columns_of(resource: Resource) -> tuple[str, ...]:
    """The fields to ask COQL for, so that a row makes a :class:`Contact`; at most 50 (the vendor's limit).

    The country's may be missing in an organisation: see :func:`customer360_zoho.metadata.columns`.
    """
    more = {
        "Contacts": ("Account_Name.Account_Name", "Mailing_Country"),
        "Leads": ("Converted__s", "Country"),
        "Accounts": ("Billing_Country",),
    }
    times = ("Created_Time", "Modified_Time")
    names = ("id", *resource.standard.values(), *times, *resource.phones, *resource.emails)
    return tuple(dict.fromkeys((*names, *more.get(resource.name, ("Country",)))))[:50]


class ContactReader:
    """Rows of one resource as contacts; what the rows of an answer have in common is worked out once."""

    def __init__(self, resource: Resource) -> None:
        standard = resource.standard
        self._resource = resource
        self._name, self._given, self._family, self._company = (
            standard.get(field, "")
            for field in (
                StandardField.NAME,
                StandardField.GIVEN_NAME,
                StandardField.FAMILY_NAME,
                StandardField.COMPANY,
            )
        )
        self._columns: tuple[str, ...] = ()
        self._ways = resource.phones, resource.emails

    def contact(self, row: Row, *, url: str | None = None, partial: bool = False) -> Contact:
        """A row as a contact."""
        resource = self._resource
        fields = fields_of(row)
        given, family = text_of(row, self._given), text_of(row, self._family)
        company = row.get(self._company) if self._company else None
        company_id = lookup_of(row, self._company) if isinstance(company, dict) else None
        company_name = company.get("name") if isinstance(company, dict) else company
        if not isinstance(company_name, str) and self._company:
            company_name = row.get(f"{self._company}.{self._company}")
        owner, version = lookup_of(row, "Owner"), row.get("Modified_Time")
        phones, emails = self._ways_of(row)
        return Contact(
            ref=RecordRef(KEY, resource.name, str(row.get("id", ""))),
            kind=resource.contact_kind or ContactKind.CONTACT,
            name=text_of(row, self._name) or " ".join([part for part in (given, family) if part]),
            given_name=given or None,
            family_name=family or None,
            phones=tuple([Phone(name, text) for name in phones if (text := text_of(row, name).strip())]),
            emails=tuple([Email(name, text) for name in emails if (text := text_of(row, name).strip())]),
            company=company_name if isinstance(company_name, str) else None,
            company_ref=RecordRef(KEY, "Accounts", company_id) if company_id else None,
            owner=RecordRef(KEY, USERS, owner) if owner else None,
            region=_region(row),
            url=url,
            version=version if isinstance(version, str) else None,
            created_at=time_in(fields.get("Created_Time")),
            modified_at=time_in(fields.get("Modified_Time")),
            last_activity_at=time_in(fields.get("Last_Activity_Time")),
            partial=partial,
            fields=fields,
        )

    def _ways_of(self, row: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The phone and the e-mail fields of a row: the resource's, and what is called one. Rows of one answer are
        alike."""
        columns = tuple(row)
        if columns != self._columns:
            self._columns = columns
            self._ways = (
                _called(_PHONE_NAME, self._resource.phones, columns),
                _called(_EMAIL_NAME, self._resource.emails, columns),
            )
        return self._ways


def _called(pattern: re.Pattern[str], known: tuple[str, ...], columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *(name for name in columns if pattern.search(name)))))


def contact_of(resource: Resource, row: Row, *, url: str | None = None, partial: bool = False) -> Contact:
    """A single row as a contact; of many, one :class:`ContactReader` is quicker."""
    return ContactReader(resource).contact(row, url=url, partial=partial)


def _region(row: Row) -> str | None:
    """The record's country, from a free text that people typed; None unless it is plain which."""
    for name in COUNTRIES:
        if text := text_of(row, name).strip():
            return country_of(text)
    return None


def converted(row: Row) -> bool:
    """Whether a lead was converted: then it is no lead any more, and its person another record."""
    return row.get("Converted__s") is True or row.get("$converted") is True
