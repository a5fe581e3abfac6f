"""Contacts: search, read, create, update (contract, sections 4 to 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

from customer360.core.effects import GET, PATCH, POST, Now
from customer360.core.errors import (
    Conflict,
    Gone,
    InvalidValue,
    Truncated,
    UnexpectedAnswer,
    Unsupported,
    ValidationFailed,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, ContactChange, ContactDraft, Page, RecordRef
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query, TextHas
from customer360.core.wire import Response, identified
from customer360_salesforce import query as q
from customer360_salesforce.asking import (
    Part,
    Row,
    batch,
    collected,
    collected_from,
    found_in,
    page_of,
    searched,
    soql,
    sosl,
)
from customer360_salesforce.auth import KEY
from customer360_salesforce.metadata import keyed, narrowed, record_urls, shape
from customer360_salesforce.query import Clause
from customer360_salesforce.records import Shape, contact_of, identifier_of, text_of, time_of, wire_fields

_MORE = "more"
"""A search does not continue: this only says that more records match than were asked for."""
_BEHIND = timedelta(hours=1)
"""Longer than the search index may lag behind the records (seconds to 15 minutes), and than clocks differ."""
_CANDIDATES = 200
_DISTINCT = 12
"""Letters that tell two keys apart which differ in a capital only."""


async def search(facts: LinkFacts, name: str, asked: Query, *, limit: int) -> Page[Contact]:
    """Contacts of one object; what Salesforce cannot express is refused before any request."""
    refuse_unsayable(asked)
    form = await shape(facts, name)
    try:
        rows = await _found(form, asked, limit + 1)
    except ValidationFailed:
        seen = await narrowed(form)
        if seen is None:
            raise
        form, rows = seen, await _found(seen, asked, limit + 1)
    return Page(contacts(facts, form, rows[:limit], partial=True), _MORE if len(rows) > limit else None)


async def _found(form: Shape, asked: Query, enough: int) -> list[Row]:
    match asked:
        case PhoneIs():
            return await _by_phone(form, asked, enough)
        case EmailIs(address):
            return await _by_email(form, address.strip(), enough)
        case FieldIs(field, value):
            return await _by_field(form, field, value, enough)
        case NameHas():
            return await _by_name(form, asked, enough)
        case TextHas(text):
            return await _by_text(form, text, enough)


def refuse_unsayable(asked: Query) -> None:
    """Raise for what no statement can express, before even a custom object's description is asked for."""
    match asked:
        case PhoneIs(e164, national):
            q.phone_terms(e164, national)
        case EmailIs(address):
            q.quoted(address.strip())
        case FieldIs(field, value):
            q.equals(field, value)
        case NameHas(text):
            q.begins("Name", text.strip())
        case TextHas(text):
            q.words(text)


def current(form: Shape) -> Clause | None:
    """What keeps records out that are others by now.

    A converted lead is a contact. A person account is an Account row and a Contact row: it counts as the former.
    """
    if form.name == "Lead" and "IsConverted" in form.columns:
        return q.equals("IsConverted", False)
    if form.name == "Contact" and form.persons:
        return q.equals("IsPersonAccount", False)
    return None


def contacts(facts: LinkFacts, form: Shape, rows: Iterable[Row], *, partial: bool) -> tuple[Contact, ...]:
    """Rows as contacts, with where a person opens them."""
    url_of = record_urls(facts, form.name)
    return tuple([contact_of(form, row, url=url_of(str(row.get("Id", ""))), partial=partial) for row in rows])


async def _where(
    form: Shape, where: Clause, wanted: Callable[[Row], bool], enough: int, *, more: tuple[str, ...] = ()
) -> list[Row]:
    statement = q.select((*form.columns, *more), form.name, _and(where, current(form)))
    return await collected(statement, wanted, enough=enough)


def _and(*clauses: Clause | None) -> Clause:
    return q.all_of(*(each for each in clauses if each is not None))


# Phone --------------------------------------------------------------------------------------------------------------


async def _by_phone(form: Shape, asked: PhoneIs, enough: int) -> list[Row]:
    """One request: the index for any spelling, and with it the records that it may not know yet.

    Stored text differs (``(512) 757-6000``, ``+15127576000``), and only the index can be asked for digits without
    reading the whole table. It lags behind writes, so what was changed within the last hour is read itself.
    """
    fields = form.resource.phones
    if not fields:
        raise Unsupported(f"{form.name} has no phone field")

    def wanted(row: Row) -> bool:
        return any([asked.may_stand_in(text_of(row, field)) for field in fields])

    spelt = q.any_of(*(q.digits_within(field, asked.end) for field in fields))
    if not form.searchable:
        return await _where(form, spelt, wanted, enough)
    most = min(max(enough, _CANDIDATES), q.REACHABLE_BY_SEARCH)
    terms = q.phone_terms(asked.e164, asked.national)
    indexed = q.find(terms, "PHONE", form.columns, form.name, current(form), limit=most)
    since = q.compared(
        "SystemModstamp", ">=", datetime.fromtimestamp(await Now(), UTC).replace(microsecond=0) - _BEHIND
    )
    recent = q.select(form.columns, form.name, _and(since, spelt, current(form)), limit=most)
    by_index, by_record = await batch(sosl(indexed), soql(recent))
    candidates = (found_in(by_index), await collected_from(page_of(by_record), enough=most))
    found = {str(row.get("Id")): row for rows in candidates for row in rows if wanted(row)}
    if len(found) < enough and any(len(rows) >= most for rows in candidates):
        raise Truncated(f"more than {most} records of Salesforce may hold this number")
    return list(found.values())


# E-mail, fields, names ----------------------------------------------------------------------------------------------


def _same(text: str, address: str) -> bool:
    return text.casefold() == address.casefold()


def _spelt(field: str, address: str) -> Clause:
    """SOQL compares whatever the case; beyond ASCII its idea of that may differ from ours."""
    spellings = (address,) if address.isascii() else (address, address.lower(), address.upper(), address.casefold())
    return q.any_of(*(q.equals(field, each) for each in dict.fromkeys(spellings)))


async def _by_email(form: Shape, address: str, enough: int) -> list[Row]:
    """The records themselves, not the index: exact, and at once."""
    fields = form.resource.emails
    if not fields:
        raise Unsupported(f"{form.name} has no e-mail field")
    where = q.any_of(*(_spelt(field, address) for field in fields))
    return await _where(form, where, lambda row: any(_same(text_of(row, f).strip(), address) for f in fields), enough)


async def _by_field(form: Shape, field: str, value: str, enough: int) -> list[Row]:
    """Exactly the records whose field is ``value``: SOQL compares whatever the case, so every row is compared again."""
    if field in form.resource.emails:
        where = _spelt(field, value)
        return await _where(form, where, lambda row: _same(text_of(row, field), value), enough, more=(field,))
    return await _where(form, q.equals(field, value), lambda row: text_of(row, field) == value, enough, more=(field,))


async def _by_name(form: Shape, asked: NameHas, enough: int) -> list[Row]:
    """Records whose whole name, or one part of it, begins with the text, in whichever order it was typed."""
    text = asked.text.strip()
    starts = [(each, text) for each in ("Name", "FirstName", "LastName") if each in form.columns]
    if "LastName" in form.columns:
        starts += [("Name", f"{given} {family}") for given, family in asked.turned]
    where = q.any_of(*(q.begins(each, start) for each, start in starts))
    if "\\" in text:  # the pattern takes any sign for it
        return await _where(
            form,
            where,
            lambda row: any(_begins(text_of(row, each), start.casefold()) for each, start in starts),
            enough,
        )
    statement = q.select(form.columns, form.name, _and(where, current(form)), order=(("Name", False),), limit=enough)
    return await collected(statement, enough=enough)


def _begins(name: str, start: str) -> bool:
    return name.casefold().startswith(start)


async def _by_text(form: Shape, text: str, enough: int) -> list[Row]:
    """What the index finds; there is no other way to look into every field."""
    if not form.searchable:
        raise Unsupported(f"Salesforce does not index {form.name}")
    most = min(enough, q.REACHABLE_BY_SEARCH)
    rows = await searched(q.find(q.words(text), "ALL", form.columns, form.name, current(form), limit=most))
    if len(rows) == most < enough:
        raise Truncated(f"Salesforce's search hands out {most} records, and more may match")
    return list(rows)


# One record ---------------------------------------------------------------------------------------------------------


async def get(facts: LinkFacts, ref: RecordRef) -> Contact:
    """One contact with all its fields, in one request; a contact's company is read along with it.

    A converted lead is :class:`Gone`, into the contact that it became (D6).
    """
    identifier, form = identifier_of(ref), await shape(facts, ref.resource)
    path = f"/sobjects/{form.name}/{identifier}"
    if "Account.Name" in form.columns:
        company = q.select(("Id", "Account.Name"), form.name, q.equals("Id", identifier))
        row, companies = await batch(Part(path), soql(company))
        named = next(iter(page_of(companies).rows), {}).get("Account") if isinstance(row, dict) else None
        row = {**row, "Account": named} if isinstance(row, dict) and isinstance(named, dict) else row
    else:
        row = (await GET(path)).json()
    (row,) = identified([row], "Id")
    became = text_of(row, "ConvertedContactId")
    if row.get("IsConverted") is True:
        raise Gone(
            "the lead was converted",
            ref=ref,
            merged_into=RecordRef(KEY, "Contact", became) if became else None,
            next_step="use the contact",
        )
    (contact,) = contacts(facts, form, (row,), partial=False)
    return contact


async def create(facts: LinkFacts, draft: ContactDraft) -> RecordRef:
    """Create a contact; the organisation's rules and automations run as for a person's own entry."""
    name = q.named(draft.resource)
    return await create_row(facts, name, wire_fields(draft.fields), draft.key)


async def create_row(facts: LinkFacts, name: str, fields: dict[str, object], key: str | None) -> RecordRef:
    """One record, once for each key where the object has the external id field: an upsert then makes one of two."""
    field = keyed(facts, name)
    if key and field:
        row = {each: value for each, value in fields.items() if each != field}
        return created(name, await PATCH(f"/sobjects/{name}/{field}/{key_in_path(key)}", row))
    return created(name, await POST(f"/sobjects/{name}", fields))


def key_in_path(key: str) -> str:
    """A key as the external id field keeps it, which does not tell capital letters from small ones: with them come a
    few letters that do.
    """
    if len(key.splitlines()) != 1 or key.strip(". ") == "" or not key.isprintable():
        raise InvalidValue("a key is one line of printable text")
    told_apart = key if key == key.lower() else f"{key}-{sha256(key.encode()).hexdigest()[:_DISTINCT]}"
    return quote(told_apart, safe="")


async def update(change: ContactChange) -> None:
    """Change the given fields only; refused with :class:`Conflict` if the record is newer than ``version``.

    Salesforce compares whole seconds. Should a version have parts of one, the record is read and compared first.
    """
    path = f"/sobjects/{q.named(change.ref.resource)}/{identifier_of(change.ref)}"
    fields, headers = wire_fields(change.fields), {}
    if change.version is not None:
        moment = time_of(change.version)
        if moment is None:
            raise InvalidValue("this is no version of a Salesforce record", ref=change.ref)
        if moment.microsecond:
            row = (await GET(path, {"fields": "SystemModstamp"})).json()
            if time_of(row.get("SystemModstamp") if isinstance(row, dict) else None) != moment:
                raise Conflict("somebody else changed the record since it was read", ref=change.ref)
            moment = moment.replace(microsecond=0) + timedelta(seconds=1)
        headers["If-Unmodified-Since"] = _http_date(moment.astimezone(UTC))
    if fields:
        await PATCH(path, fields, headers=headers)


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _http_date(moment: datetime) -> str:
    """A time in UTC as HTTP headers write it, in any locale (the library's own function would load sockets)."""
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day}, {moment:%d} {month} {moment.year:04} {moment:%H:%M:%S} GMT"


def created(name: str, answer: Response) -> RecordRef:
    """The record that a write names; that it says ``success`` was seen to before."""
    body = answer.json(wrote=True)
    identifier = body.get("id") if isinstance(body, dict) else None
    if not isinstance(identifier, str) or not q.is_identifier(identifier):
        raise UnexpectedAnswer("Salesforce does not name the record it wrote", status=answer.status, maybe_applied=True)
    return RecordRef(KEY, name, identifier)
