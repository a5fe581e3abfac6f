"""Bullhorn's records as our models, and back (sections 3, 4 and 6): pure functions. Its field names live here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import attrs

from customer360.core.countries import country_of
from customer360.core.errors import InvalidValue, NotFound
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import Contact, ContactKind, Email, Fields, FieldValue, Phone, RecordRef, time_in
from customer360_bullhorn.asking import Row
from customer360_bullhorn.auth import KEY
from customer360_bullhorn.query import EPOCH, Lucene, but_not, every, holds, holds_flag, is_identifier, milliseconds

USERS: Final = "CorporateUser"
CONFIDENTIAL: Final = "**CONFIDENTIAL**"
"""How a value that the user may not see is read. It must never be written back."""

_PERSON = {
    StandardField.NAME: "name",
    StandardField.GIVEN_NAME: "firstName",
    StandardField.FAMILY_NAME: "lastName",
    StandardField.PHONE: "phone",
    StandardField.MOBILE: "mobile",
    StandardField.EMAIL: "email",
    StandardField.TITLE: "occupation",
    StandardField.OWNER: "owner",
}
_EMAILS: Final = ("email", "email2", "email3")
_FAXES: Final = ("fax", "fax2", "fax3")

CANDIDATE: Final = Resource(
    name="Candidate",
    label="Candidates",
    contact_kind=ContactKind.CANDIDATE,
    standard={**_PERSON, StandardField.COMPANY: "companyName"},
    phones=("phone", "mobile", "phone2", "phone3", "workPhone", "pager", *_FAXES),
    emails=_EMAILS,
)
CLIENT_CONTACT: Final = Resource(
    name="ClientContact",
    label="Client contacts",
    contact_kind=ContactKind.CONTACT,
    standard={**_PERSON, StandardField.COMPANY: "clientCorporation"},
    phones=("phone", "mobile", "phone2", "phone3", "pager", *_FAXES),
    emails=_EMAILS,
)
LEAD: Final = Resource(
    name="Lead",
    label="Leads",
    contact_kind=ContactKind.LEAD,
    standard={**_PERSON, StandardField.COMPANY: "companyName"},
    phones=("phone", "mobile", "phone2", "phone3", "pager"),
    emails=_EMAILS,
)
COMPANY: Final = Resource(
    name="ClientCorporation",
    label="Companies",
    contact_kind=ContactKind.COMPANY,
    standard={StandardField.NAME: "name", StandardField.PHONE: "phone"},
    phones=("phone", "billingPhone", "fax"),
)
CONTACTS: Final = (CANDIDATE, CLIENT_CONTACT, LEAD, COMPANY)

INDEXED: Final = frozenset({"phone", "mobile", "phone2", "phone3", "workPhone", "billingPhone"})
"""The phone fields that every index is known to hold (section 5.2); of others a probe tells."""
OVER: Final = {"Candidate": "Archived", "ClientContact": "Archive", "Lead": "Converted"}
"""The status with which a record counts as nobody any more (section 5.2)."""
KEY_FIELD: Final = {"Candidate": 50, "ClientContact": 30}
"""Where ``externalID`` is free for integrations, and how many characters it holds (section 4)."""

_REFERENCES = {
    "owner": USERS,
    "commentingPerson": USERS,
    "sendingUser": USERS,
    "clientCorporation": "ClientCorporation",
    "clientContact": "ClientContact",
    "clientContactReference": "ClientContact",
    "candidate": "Candidate",
    "candidateReference": "Candidate",
    "lead": "Lead",
    "jobOrder": "JobOrder",
    "opportunity": "Opportunity",
    "placement": "Placement",
}
_USUAL: Final = {
    "Candidate": ("companyName", "dateLastComment", "externalID", "address"),
    "ClientContact": ("clientCorporation", "dateLastVisit", "externalID", "address"),
    "Lead": ("companyName", "dateLastComment", "address"),
    "ClientCorporation": ("address",),
}
_OF_PEOPLE: Final = ("firstName", "lastName", "occupation", "isDeleted", "owner")
_SUB_FIELDS: Final = {"clientCorporation": "(id,name)", "owner": "(id,firstName,lastName)"}
_LONGEST_LIST: Final = 6000
"""Characters of field names that one request asks for: an URL holds no more (the vendor's limit is 7,500)."""


# Shapes -------------------------------------------------------------------------------------------------------------


@attrs.frozen
class Shape:
    """A contact resource as this tenant has it.

    ``kinds`` maps every field that the user sees to what it holds: ``phone``, ``email``, ``time``, ``several`` texts,
    ``one`` (a reference to what stands behind the colon), all else nothing. ``searched`` are the phone fields that the
    index holds.
    """

    resource: Resource
    kinds: Mapping[str, str] = attrs.field(hash=False)
    searched: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.resource.name

    @property
    def columns(self) -> tuple[str, ...]:
        """What a :class:`Contact` is made from, as a list asks for it."""
        wanted = ("name", "status", "dateAdded", "dateLastModified", *_USUAL.get(self.name, ()))
        people = () if self.name == COMPANY.name else _OF_PEOPLE
        fields = (*wanted, *people, *self.resource.phones, *self.resource.emails)
        return ("id", *(asked_as(each) for each in dict.fromkeys(fields) if each in self.kinds))

    @property
    def everything(self) -> tuple[str, ...]:
        """Every field by name, for nobody but administrators may say ``*`` (gotcha 10); the usual ones first."""
        names, length = list(self.columns), sum(len(each) + 1 for each in self.columns)
        for each in map(asked_as, self.kinds):
            if each not in names and (length := length + len(each) + 1) <= _LONGEST_LIST:
                names.append(each)
        return tuple(names)

    def current(self, wanted: Lucene) -> Lucene:
        """Only who still is somebody: not deleted, not archived, not another record by now."""
        alive = every(wanted, holds_flag("isDeleted", False)) if "isDeleted" in self.kinds else wanted
        over = OVER.get(self.name)
        return but_not(alive, holds("status", over)) if over and "status" in self.kinds else alive

    def is_over(self, row: Row) -> bool:
        """The same, of a row."""
        return row.get("isDeleted") is True or (self.name in OVER and text_of(row, "status") == OVER[self.name])


def asked_as(field: str) -> str:
    """A field as a list of fields names it: of a reference, who it is."""
    return field + _SUB_FIELDS.get(field, "")


def usual_shape(name: str) -> Shape | None:
    """What every tenant has; None for what holds no contacts."""
    resource = next((each for each in CONTACTS if each.name == name), None)
    if resource is None:
        return None
    people = () if name == COMPANY.name else _OF_PEOPLE
    kinds = dict.fromkeys(("name", "status", *people, *_USUAL[name]), "")
    kinds |= {**dict.fromkeys(("dateAdded", "dateLastModified"), "time"), **dict.fromkeys(resource.phones, "phone")}
    kinds |= dict.fromkeys(resource.emails, "email")
    return Shape(resource, kinds, tuple(each for each in resource.phones if each in INDEXED))


def shape_of(name: str, kinds: Mapping[str, str], indexed: frozenset[str]) -> Shape | None:
    """A resource from its description, custom phone and e-mail fields included (D4).

    ``indexed`` are the fields that the tenant's index says it holds; nothing if it does not say.
    """
    usual = usual_shape(name)
    if usual is None:
        return None

    def of_kind(kind: str, known: tuple[str, ...]) -> tuple[str, ...]:
        more = (field for field, each in kinds.items() if each == kind)
        return tuple(each for each in dict.fromkeys((*known, *more)) if each in kinds)

    phones, emails = of_kind("phone", usual.resource.phones), of_kind("email", usual.resource.emails)
    searched = tuple(each for each in phones if each in (indexed or INDEXED))
    return Shape(attrs.evolve(usual.resource, phones=phones, emails=emails), kinds, searched)


# Values -------------------------------------------------------------------------------------------------------------


def time_of(wire: Any) -> datetime | None:
    """A time that Bullhorn wrote, in milliseconds, or None for anything else."""
    if isinstance(wire, bool) or not isinstance(wire, int):
        return None
    try:
        return EPOCH + timedelta(milliseconds=wire)
    except OverflowError:
        return None


def value_of(field: str, wire: Any, kind: str = "") -> FieldValue:
    """A field's value as our models hold it: times become aware datetimes, references records."""
    if wire is None or isinstance(wire, str | bool | int | float):
        return (time_of(wire) if kind == "time" or field.startswith("date") else None) or wire
    if isinstance(wire, dict):
        target = wire.get("_subtype") or kind.partition(":")[2] or _REFERENCES.get(field)
        if isinstance(target, str) and target and (identifier := id_of(wire)):
            return RecordRef(KEY, target, identifier)
        return dict(wire)
    if isinstance(wire, list) and all(isinstance(each, str) for each in wire):
        return tuple(wire)
    return str(wire)


def id_of(row: Any) -> str | None:
    """The id in a row or a reference, as text."""
    found = row.get("id") if isinstance(row, dict) else None
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else None


def wire_of(field: str, value: FieldValue) -> Any:
    """A value as Bullhorn takes it; None clears."""
    match value:
        case datetime():
            return milliseconds(value)
        case date():
            return milliseconds(datetime(value.year, value.month, value.day, tzinfo=UTC))
        case RecordRef():
            return {"id": int(identifier_of(value))}
        case tuple():
            return list(value)
        case Mapping():
            return dict(value)
        case str() if value == CONFIDENTIAL:
            raise InvalidValue(
                f"{field} is hidden from this user; what stands for it is no value", next_step="leave it"
            )
        case str() if field in _REFERENCES and is_identifier(value):
            return {"id": int(value)}
    return value


_OWN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


def wire_fields(fields: Fields) -> dict[str, Any]:
    """Fields as Bullhorn takes them; what cannot be a field's name raises :class:`InvalidValue`."""
    for name in fields:
        if not _OWN_NAME.fullmatch(name):
            raise InvalidValue(f"{name!r} is no field of Bullhorn", next_step="use a name from describe()")
    return {name: wire_of(name, value) for name, value in fields.items()}


def identifier_of(ref: RecordRef) -> str:
    """The id for a path, a query or a field; another CRM's, or none that Bullhorn can have made, is not there."""
    if ref.crm != KEY or not is_identifier(ref.id):
        raise NotFound("Bullhorn has no such record: its ids are whole numbers", ref=ref)
    return ref.id


def text_of(row: Row, field: str) -> str:
    """A text field; nothing where it is hidden from the user."""
    wire: Any = row.get(field)
    return wire if isinstance(wire, str) and wire != CONFIDENTIAL else ""


def fields_of(row: Row, kinds: Mapping[str, str]) -> dict[str, FieldValue]:
    """All fields of a row; what begins with an underscore is the answer's own. Most are texts, or empty."""
    return {
        name: wire if wire is None or isinstance(wire, str) else value_of(name, wire, kinds.get(name, ""))
        for name, wire in row.items()
        if name[:1] != "_"
    }


def owner_of(row: Row, field: str = "owner") -> RecordRef | None:
    identifier = id_of(row.get(field))
    return RecordRef(KEY, USERS, identifier) if identifier else None


# Contacts -----------------------------------------------------------------------------------------------------------

_UNITED_STATES: Final = 1
"""The one id of a country that is documented (section 4)."""


def contact_of(
    shape: Shape, row: Row, *, url: str | None = None, partial: bool, countries: Mapping[str, str] | None = None
) -> Contact:
    """A row as a contact; ``countries`` are the tenant's ids of countries with their codes."""
    resource = shape.resource
    given, family = text_of(row, "firstName"), text_of(row, "lastName")
    corporation = row.get("clientCorporation")
    corporation_id = id_of(corporation)
    company = text_of(corporation, "name") if isinstance(corporation, dict) else text_of(row, "companyName")
    fields = fields_of(row, shape.kinds)
    modified = time_in(fields.get("dateLastModified"))
    return Contact(
        ref=RecordRef(KEY, resource.name, id_of(row) or ""),
        kind=resource.contact_kind or ContactKind.CONTACT,
        name=text_of(row, "name") or " ".join([part for part in (given, family) if part]),
        given_name=given or None,
        family_name=family or None,
        phones=tuple([Phone(name, text) for name in resource.phones if (text := text_of(row, name).strip())]),
        emails=tuple([Email(name, text) for name in resource.emails if (text := text_of(row, name).strip())]),
        company=company or None,
        company_ref=RecordRef(KEY, COMPANY.name, corporation_id) if corporation_id else None,
        owner=owner_of(row),
        region=_region(row.get("address"), countries or {}),
        url=url,
        version=str(row["dateLastModified"]) if modified else None,
        created_at=time_in(fields.get("dateAdded")),
        modified_at=modified,
        last_activity_at=time_in(fields.get("dateLastComment")) or time_in(fields.get("dateLastVisit")),
        partial=partial,
        fields=fields,
    )


def _region(address: Any, countries: Mapping[str, str]) -> str | None:
    """The record's own country, by its code, its name or its id in the tenant's list."""
    if not isinstance(address, dict):
        return None
    for told in (address.get("countryCode"), address.get("countryName")):
        if isinstance(told, str) and (found := country_of(told)):
            return found
    identifier = address.get("countryID")
    return countries.get(str(identifier)) or ("US" if identifier == _UNITED_STATES else None)


def whole_name(first: Any, last: Any) -> str:
    """What ``name`` must say: Bullhorn does not derive it from the two (gotcha 9)."""
    return " ".join(each.strip() for each in (first, last) if isinstance(each, str) and each.strip())
