"""Contacts: search, read, create, update (contract, sections 5 and 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import attrs

from customer360.core.effects import GET, POST, PUT, Operation, gather
from customer360.core.errors import (
    Gone,
    InvalidValue,
    NotFound,
    Truncated,
    UnexpectedAnswer,
    Unsupported,
    ValidationFailed,
)
from customer360.core.linking import LinkFacts
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import Contact, ContactChange, ContactDraft, Email, Page, Phone, RecordRef
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query, TextHas
from customer360.core.wire import Response
from customer360_zoho import query as q
from customer360_zoho.asking import Row, coql_where, listed_in, rows_of, search_rows
from customer360_zoho.auth import COQL, SEARCH, granted
from customer360_zoho.fieldnames import must_be_there
from customer360_zoho.metadata import columns, known, narrowed, record_urls
from customer360_zoho.records import (
    KEY,
    ContactReader,
    contact_of,
    converted,
    identifier_of,
    lookup_of,
    text_of,
    time_of,
    wire_fields,
)

_MORE = "more"
"""A search does not continue: this only says that more records match than were asked for."""


async def search(facts: LinkFacts, name: str, asked: Query, *, limit: int) -> Page[Contact]:
    """Contacts of one module; what Zoho cannot express is refused before any request."""
    resource = known(facts, name)
    try:
        return await _search(facts, resource, columns(facts, resource), asked, limit)
    except ValidationFailed:
        seen = await narrowed(facts, resource)
        if seen is None:
            raise
        return await _search(facts, *seen, asked, limit)


async def _search(
    facts: LinkFacts, resource: Resource, asked_for: Sequence[str], asked: Query, limit: int
) -> Page[Contact]:
    by_its_fields = True
    match asked:
        case PhoneIs():
            rows, by_its_fields = await _by_phone(facts, resource, asked_for, asked, limit + 1)
        case EmailIs(address):
            rows = await _by_email(facts, resource, address.strip(), limit + 1)
        case FieldIs(field, value):
            rows = await _by_field(resource, asked_for, field, value, limit + 1)
        case NameHas():
            standard = resource.standard
            family = standard.get(StandardField.FAMILY_NAME) or standard[StandardField.NAME]
            found: dict[str, Row] = {}
            for criteria in q.name_criteria(asked, standard.get(StandardField.GIVEN_NAME), family):
                if len(found) <= limit:
                    some = await search_rows(resource.name, "criteria", criteria, _current, enough=limit + 1)
                    found = {str(row.get("id")): row for row in (*found.values(), *some)}
            rows = list(found.values())
        case TextHas(text):
            rows = await search_rows(resource.name, "word", q.word(text), _current, enough=limit + 1)
    read, url_of = ContactReader(resource), record_urls(facts, resource.name)
    hits = [read.contact(row, url=url_of(str(row.get("id", ""))), partial=True) for row in rows[:limit]]
    if isinstance(asked, EmailIs) or not by_its_fields:
        hits = [_with_what_was_hit(contact, row, asked) for contact, row in zip(hits, rows, strict=False)]
    return Page(tuple(hits), _MORE if len(rows) > limit else None)


def _current(row: Row) -> bool:
    return not converted(row)


def _with_what_was_hit(contact: Contact, row: Row, asked: Query) -> Contact:
    """The contact, with the custom field that was hit among its phones or addresses: the caller verifies by them."""
    match asked:
        case PhoneIs():
            listed = {phone.field for phone in contact.phones}
            more = [Phone(name, text) for name, text in _texts(row) if name not in listed and asked.may_stand_in(text)]
            return attrs.evolve(contact, phones=(*contact.phones, *more)) if more else contact
        case EmailIs(address):
            listed = {email.field for email in contact.emails}
            own = [Email(name, text) for name, text in _texts(row) if name not in listed and _same(text, address)]
            return attrs.evolve(contact, emails=(*contact.emails, *own)) if own else contact
    return contact


def _texts(row: Row) -> Iterable[tuple[str, str]]:
    return ((name, text) for name, text in row.items() if isinstance(text, str) and name != "id")


# Phone --------------------------------------------------------------------------------------------------------------


async def _by_phone(
    facts: LinkFacts, resource: Resource, asked_for: Sequence[str], asked: PhoneIs, enough: int
) -> tuple[list[Row], bool]:
    """The records, and whether it is their phone fields that were asked, so that nothing else can have been hit.

    One request where COQL is granted, two side by side where a module has more than three phone fields: the records
    themselves are asked, whatever their spelling.

    How ``phone=`` reads spellings is not documented (section 5), and it lags behind writes. So it serves only where
    COQL is not granted, in the three spellings that the contract names, side by side; and where thousands of records
    share the last four digits.
    """
    digits = asked.national or "".join(filter(str.isdecimal, asked.e164))

    def wanted(row: Row) -> bool:
        return _current(row) and any(asked.may_stand_in(text) for _, text in _texts(row))

    def rings(row: Row) -> bool:
        return _current(row) and any([asked.may_stand_in(text_of(row, field)) for field in resource.phones])

    if granted(facts, COQL) and resource.phones:
        asking = q.phone_spellings(resource.phones, digits)
        try:
            answers = await gather(
                *[coql_where(asked_for, resource.name, where, rings, enough=enough) for where in asking]
            )
        except Truncated:
            found = _once(await _spelt(resource, asked, digits, wanted, enough)) if granted(facts, SEARCH) else []
            if not found:
                raise
            return found, False
        return _once(answers), True
    return _once(await _spelt(resource, asked, digits, wanted, enough)), False


def _spelt(
    resource: Resource, asked: PhoneIs, digits: str, wanted: Callable[[Row], bool], enough: int
) -> Operation[tuple[list[Row], ...]]:
    async def all_spellings() -> tuple[list[Row], ...]:
        spellings = dict.fromkeys(text for text in (digits, asked.e164, asked.e164.lstrip("+")) if 3 <= len(text) <= 50)
        return await gather(
            *[search_rows(resource.name, "phone", q.sayable(text), wanted, enough=enough) for text in spellings]
        )

    return all_spellings()


def _once(found: Iterable[Sequence[Row]]) -> list[Row]:
    """Rows of several answers, each record once."""
    return list({str(row.get("id")): row for rows in found for row in rows}.values())


# E-mail and fields --------------------------------------------------------------------------------------------------


def _same(text: str, address: str) -> bool:
    return text.casefold() == address.casefold()


async def _by_email(facts: LinkFacts, resource: Resource, address: str, enough: int) -> list[Row]:
    if not resource.emails:
        raise Unsupported(f"{resource.name} has no e-mail field")

    def wanted(row: Row) -> bool:
        return _current(row) and any(_same(text.strip(), address) for _, text in _texts(row))

    return await search_rows(resource.name, "email", q.sayable(address), wanted, enough=enough)


async def _by_field(resource: Resource, known: Sequence[str], field: str, value: str, enough: int) -> list[Row]:
    """Exactly the records whose field is ``value``: COQL compares, and every row is compared again here.

    E-mail fields are compared whatever their case. COQL does not, the search by e-mail does but lags: both are asked.
    """
    q.named(field)
    asked_for = (*known[:49], field)
    if field not in resource.emails:
        where = q.holding(field, value)
        return await coql_where(asked_for, resource.name, where, lambda row: _holds(row, field, value), enough=enough)

    def same(row: Row) -> bool:
        text = row.get(field)
        return _current(row) and isinstance(text, str) and _same(text, value)

    spellings = list(dict.fromkeys((value, value.lower())))
    where = q.one_of(field, spellings) if "\\" not in q.sayable(value) else q.holding(field, value)
    return _once(
        await gather(
            coql_where(asked_for, resource.name, where, same, enough=enough),
            search_rows(resource.name, "email", value, same, enough=enough),
        )
    )


def _holds(row: Row, field: str, value: str) -> bool:
    wire = row.get(field)
    if isinstance(wire, dict):
        return lookup_of(row, field) == value
    return _current(row) and isinstance(wire, str) and wire == value


# One record ---------------------------------------------------------------------------------------------------------


async def get(facts: LinkFacts, ref: RecordRef) -> Contact:
    """One contact with all its fields.

    A converted lead is :class:`Gone`, into the contact that it became (D6).
    """
    resource = known(facts, ref.resource)
    answer = await GET(f"/{resource.name}/{identifier_of(ref)}")
    rows = listed_in(answer)
    if not rows:
        raise NotFound("Zoho has no such record", ref=ref)
    became = lookup_of(rows[0], "Converted_Contact")
    if converted(rows[0]) and became:
        raise Gone(
            "the lead was converted",
            ref=ref,
            merged_into=RecordRef(KEY, "Contacts", became),
            next_step="use the contact",
        )
    return contact_of(resource, rows[0], url=record_urls(facts, resource.name)(str(rows[0].get("id", ""))))


async def create(draft: ContactDraft) -> RecordRef:
    """Create a contact; Zoho's workflows run as for a person's own entry."""
    module = q.named(draft.resource)
    fields = wire_fields(draft.fields)
    await must_be_there(module, fields)
    return created(module, await POST(f"/{module}", {"data": [fields]}))


async def update(change: ContactChange) -> None:
    """Change the given fields only; refused with :class:`Conflict` if the record is newer than ``version``."""
    if change.version and time_of(change.version) is None:
        raise InvalidValue("this is no version of a Zoho record", ref=change.ref)
    headers = {"If-Unmodified-Since": change.version} if change.version else {}
    path = f"/{q.named(change.ref.resource)}/{identifier_of(change.ref)}"
    fields = wire_fields(change.fields)
    await must_be_there(change.ref.resource, fields)
    created(change.ref.resource, await PUT(path, {"data": [fields]}, headers=headers))


def created(module: str, answer: Response) -> RecordRef:
    """The record that a write names.

    A good status is not enough (section 6); :mod:`customer360_zoho.errors` has read the row's own status before.
    """
    rows = rows_of(answer.json(wrote=True))
    details = rows[0].get("details") if rows else None
    identifier = details.get("id") if isinstance(details, dict) else None
    if not isinstance(identifier, str) or not identifier:
        raise UnexpectedAnswer("Zoho does not name the record it wrote", status=answer.status, maybe_applied=True)
    return RecordRef(KEY, module, identifier)
