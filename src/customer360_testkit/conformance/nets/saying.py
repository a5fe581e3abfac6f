"""What is said of somebody in several ways: by the fields that were read, by the attributes beside them, by the CRM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from customer360.core.countries import country_of
from customer360.core.metadata import FieldType, Resource, Schema, StandardField
from customer360.core.records import Contact, ContactKind, Fields, RecordRef
from customer360_testkit.conformance.traces import Rows, texts, values

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = 2e11
"""Seconds since 1970: later there is no calendar."""


def empty(value: Any) -> bool:
    """Whether it says nothing: no and zero are something."""
    if isinstance(value, Mapping):
        return all(map(empty, value.values()))
    return value in (None, "", (), []) and value is not False


def lines(text: str) -> str:
    """Vendors end lines in one way or the other."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def same(given: Any, read: Any, *, hourless: bool = False) -> bool:
    """Whether what is read is what was given; ``hourless``: the CRM keeps the days of its moments only."""
    match given:
        case datetime():
            days = isinstance(read, datetime) and read.astimezone(UTC).date() == given.astimezone(UTC).date()
            return days if hourless else isinstance(read, datetime) and read == given
        case RecordRef():
            return read == given if isinstance(read, RecordRef) else given.id in repr(read)
        case Mapping():
            held = [each for each in read.values() if not empty(each)] if isinstance(read, Mapping) else []
            return all(empty(each) or each in held for each in given.values())
        case tuple():
            return given == read or (empty(given) and empty(read)) or (len(given) == 1 and given[0] == read)
        case str() if isinstance(read, str):
            return lines(given) == lines(read)
        case bool():
            return read is given
    return (empty(given) and empty(read)) or bool(given == read)


def as_held(held: Any, read: Any) -> bool:
    """Whether what is read is what the CRM's own row says, in whatever form it is kept there."""
    match read:
        case datetime():
            return read in (_moments(held) or {read})
        case date():
            return str(held).startswith(read.isoformat()) or not isinstance(held, str)
        case RecordRef():
            return read.id == str(held) or read.id in texts({"": held})
        case Mapping():
            parts = {str(each) for each in values(read)}
            known = parts <= texts({"": held}) if isinstance(held, Mapping | list) else str(held) in parts
            return empty(held) or known
        case tuple():
            told = list(values(held)) if isinstance(held, list | tuple | Mapping) else str(held).split(";")
            places = [told.index(each) if each in told else -1 for each in read]
            return -1 not in places and (len(set(read)) < len(read) or places == sorted(places))
        case str() if isinstance(held, str):
            return lines(read) == lines(held)
    return (empty(held) and empty(read)) or str(held) == str(read) or isinstance(held, Mapping | list)


def _moments(held: Any) -> set[datetime]:
    """The moments that a row may mean: a text, or seconds or milliseconds since 1970; none where it cannot be told."""
    if isinstance(held, str):
        try:
            found = datetime.fromisoformat(held)
        except ValueError:
            return set()
        return {found} if found.tzinfo else set()
    if isinstance(held, bool) or not isinstance(held, int | float):
        return set()
    return {_EPOCH + timedelta(seconds=held / each) for each in (1, 1000) if abs(held / each) < _LATEST}


def row_of(rows: Rows, contact: Contact) -> Mapping[str, Any]:
    """The CRM's own row of somebody: the one of that id that has most of the fields; nothing where there is none."""
    own = (row for (_, key), row in rows.items() if key == contact.ref.id)
    return max(own, key=lambda row: len(row.keys() & contact.fields.keys()), default={})


def contradictions(contact: Contact, resource: Resource, schema: Schema, rows: Rows) -> Iterator[str]:
    """What does not go together in what was read of somebody, attribute by attribute."""
    row, fields, standard = row_of(rows, contact), contact.fields, resource.standard
    yield from (name for name in sorted(fields.keys() & row.keys()) if not as_held(row[name], fields[name]))
    unread = {each.name for each in schema.fields if not empty(row.get(each.name))}
    yield from (f"{name}, which is not read" for name in sorted(unread) if empty(fields.get(name)))
    if contact.ref.resource != resource.name or contact.partial:
        yield "ref, partial"
    given, family = (_text(fields, standard, each) for each in (StandardField.GIVEN_NAME, StandardField.FAMILY_NAME))
    person = bool(given and family)
    if contact.kind is not (ContactKind.CONTACT if person and _companies(resource) else resource.contact_kind):
        yield "kind"
    if (contact.given_name or "", contact.family_name or "") != (given, family):
        yield "given_name, family_name"
    whole = _text(fields, standard, StandardField.NAME)
    if contact.name != whole if whole else not all(part in contact.name for part in (given, family)):
        yield "name"
    yield from _work(contact, fields.get(standard.get(StandardField.COMPANY, "")), rows)
    owner = fields.get(standard.get(StandardField.OWNER, ""))
    if isinstance(owner, RecordRef) and contact.owner != owner:
        yield "owner"
    phones = [(field, text) for field in resource.phones for text in _told(fields.get(field))]
    if [(each.field, each.text) for each in contact.phones if each.field in resource.phones] != phones:
        yield "phones"
    emails = [(field, text) for field in resource.emails for text in _told(fields.get(field))]
    if [(each.field, each.address) for each in contact.emails if each.field in resource.emails] != emails:
        yield "emails"
    listed = {*(each.field for each in contact.phones), *(each.field for each in contact.emails)}
    ways = [each.name for each in schema.fields if each.type in (FieldType.PHONE, FieldType.EMAIL)]
    yield from (
        f"{name}, by which nobody is reached" for name in ways if _told(fields.get(name)) and name not in listed
    )
    if contact.region not in {None, *map(country_of, countries(fields))} and not _by_number(fields):
        yield "region"
    met = contact.last_activity_at
    if met is not None and not any(_is_of(met, each) for each in fields.values()):
        yield "last_activity_at"


def _companies(resource: Resource) -> bool:
    return resource.contact_kind is ContactKind.COMPANY


def _text(fields: Fields, standard: Mapping[StandardField, str], meaning: StandardField) -> str:
    found = fields.get(standard.get(meaning, ""))
    return found if isinstance(found, str) else ""


def _work(contact: Contact, company: Any, rows: Rows) -> Iterator[str]:
    """The company is the one that a text tells, or the one that a reference leads to."""
    known = contact.company_ref and rows.get((contact.company_ref.resource, contact.company_ref.id))
    names = texts(known or {})
    if isinstance(company, str) and company and contact.company not in {company, *names}:
        yield "company"
    if isinstance(company, RecordRef | Mapping):
        identifier = company.id if isinstance(company, RecordRef) else str(company.get("id"))
        if contact.company_ref is None or contact.company_ref.id != identifier:
            yield "company_ref"
        elif known and contact.company not in names:
            yield "company"
    if empty(company) and (contact.company or contact.company_ref) and contact.company not in names:
        yield "company, though there is none"


def _told(value: Any) -> list[str]:
    """The texts of a field that holds one or several."""
    found = value if isinstance(value, tuple) else (value,)
    return [each.strip() for each in found if isinstance(each, str) and each.strip()]


def countries(value: Any, named: bool = False) -> Iterator[str]:
    """What is told of countries, in parts of an address, too."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from countries(each, "country" in str(name).lower())
    elif named and isinstance(value, str) and value.strip():
        yield value


def _by_number(value: Any, named: bool = False) -> bool:
    """Whether a country is told as a number of the CRM's own, which says nothing to others."""
    if isinstance(value, Mapping):
        return any(_by_number(each, "country" in str(name).lower()) for name, each in value.items())
    return named and isinstance(value, int)


def _is_of(moment: datetime, value: Any) -> bool:
    if isinstance(value, date) and not isinstance(value, datetime):
        return moment.astimezone(UTC).date() == value
    return isinstance(value, datetime) and moment == value
