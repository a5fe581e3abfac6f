"""Contacts: search, read, create, update (contract, sections 4 to 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from customer360.core.effects import POST, PUT
from customer360.core.errors import (
    Conflict,
    FieldProblem,
    Gone,
    InvalidValue,
    UnexpectedAnswer,
    Unsupported,
    ValidationFailed,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, ContactChange, ContactDraft, Page, RecordRef
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query, TextHas
from customer360.core.wire import Response
from customer360_bullhorn import query as q
from customer360_bullhorn.asking import Row, Rows, collected, queried, read, searched
from customer360_bullhorn.auth import KEY
from customer360_bullhorn.metadata import countries, narrowed, record_url, shape
from customer360_bullhorn.query import Lucene
from customer360_bullhorn.records import (
    COMPANY,
    KEY_FIELD,
    Shape,
    asked_as,
    contact_of,
    id_of,
    identifier_of,
    text_of,
    whole_name,
    wire_fields,
)

_MORE: Final = "more"
"""A search does not continue: this only says that more records match than were asked for."""
_CANDIDATES: Final = 200
_NAMES: Final = ("name", "firstName", "lastName")
_ADDRESS: Final = ("address1", "address2", "city", "state", "zip", "countryID")
_TEXTS: Final = ("name", "firstName", "lastName", "occupation", "companyName", "status", "email", "email2", "email3")


async def search(facts: LinkFacts, name: str, asked: Query, *, limit: int) -> Page[Contact]:
    """Contacts of one entity, by its index; every row is compared again, for a quoted text finds what contains it.

    What Bullhorn cannot be asked for is refused before any request.
    """
    form = shape(facts, name)
    try:
        rows = await _asked(form, asked, limit + 1)
    except ValidationFailed as refused:
        itself = isinstance(asked, FieldIs) and asked.field in {problem.field for problem in refused.problems}
        seen = None if itself else await narrowed(form)
        if seen is None:
            raise
        form, rows = seen, await _asked(seen, asked, limit + 1)
    return Page(contacts(facts, form, rows[:limit], partial=True), _MORE if len(rows) > limit else None)


async def _asked(form: Shape, asked: Query, enough: int) -> list[Row]:
    match asked:
        case PhoneIs():
            wanted, judge = _phone(form, asked)
        case EmailIs(address):
            wanted, judge = _email(form, address.strip())
        case FieldIs(field, value):
            wanted, judge = _field(form, field, value)
        case NameHas(text):
            wanted, judge = _name(form, text)
        case TextHas(text):
            wanted, judge = q.words((each for each in _TEXTS if each in form.kinds), text), _any
    more = (asked_as(asked.field),) if isinstance(asked, FieldIs) else ()
    return await _found(form, wanted, judge, enough, more)


def contacts(facts: LinkFacts, form: Shape, rows: Iterable[Row], *, partial: bool) -> tuple[Contact, ...]:
    """Rows as contacts, with where a person opens them."""
    known = countries(facts)

    def contact(row: Row) -> Contact:
        url = record_url(facts, RecordRef(KEY, form.name, id_of(row) or ""))
        return contact_of(form, row, url=url, partial=partial, countries=known)

    return tuple([contact(row) for row in rows])


async def _found(
    form: Shape, wanted: Lucene, judge: Callable[[Row], bool], enough: int, more: tuple[str, ...]
) -> list[Row]:
    count = min(max(enough, _CANDIDATES), q.PAGE)

    async def page(start: int) -> Rows:
        fields = (*form.columns, *more)
        return await searched(
            form.name, form.current(wanted), fields, sort="-dateLastModified", start=start, count=count
        )

    return await collected(page, lambda row: not form.is_over(row) and judge(row), enough=enough)


def _any(row: Row) -> bool:
    return True


def _phone(form: Shape, asked: PhoneIs) -> tuple[Lucene, Callable[[Row], bool]]:
    if not form.searched:
        raise Unsupported(f"Bullhorn's index holds no phone field of {form.name}")
    wanted = q.phone(form.searched, asked.e164, asked.national)
    return wanted, lambda row: any([asked.may_stand_in(text_of(row, field)) for field in form.resource.phones])


def _email(form: Shape, address: str) -> tuple[Lucene, Callable[[Row], bool]]:
    fields = form.resource.emails
    if not fields:
        raise Unsupported(f"{form.name} has no e-mail field")
    wanted = q.either(*(q.holds(field, address) for field in fields))
    return wanted, lambda row: any(_same(text_of(row, field).strip(), address) for field in fields)


def _same(text: str, address: str) -> bool:
    return text.casefold() == address.casefold()


def _field(form: Shape, field: str, value: str) -> tuple[Lucene, Callable[[Row], bool]]:
    """Exactly the records whose field is ``value``."""
    if field == "id":
        return q.holds_id(field, value), lambda row: id_of(row) == value
    kind = form.kinds.get(q.named(field), "")
    if "." in field or kind.startswith("one:") or kind in ("time", "several"):
        raise Unsupported(f"Bullhorn's {field} holds no text to compare")
    wanted = q.holds(field, value)
    if field in form.resource.emails:
        return wanted, lambda row: _same(text_of(row, field), value)
    return wanted, lambda row: _said(row, field) == value


def _said(row: Row, field: str) -> str:
    """A field as text: whole numbers are compared by their digits."""
    number = row.get(field)
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else text_of(row, field)


def _name(form: Shape, text: str) -> tuple[Lucene, Callable[[Row], bool]]:
    """Each word of the text begins a word of the name."""
    parts = [each for each in _NAMES if each in form.kinds]
    words = [each.casefold().rstrip(",") for each in text.split() if any(map(str.isalnum, each))]

    def judge(row: Row) -> bool:
        name = " ".join(text_of(row, part) for part in parts).casefold()
        return all(word in name for word in words)

    return q.words(parts, text), judge


# One record ---------------------------------------------------------------------------------------------------------


async def get(facts: LinkFacts, ref: RecordRef) -> Contact:
    """One contact with all the fields that the user sees, in one request; a deleted one is :class:`Gone`."""
    identifier, form = identifier_of(ref), shape(facts, ref.resource)
    row = _current(await read(form.name, identifier, form.everything), ref)
    (contact,) = contacts(facts, form, (row,), partial=False)
    return contact


async def must_stand(ref: RecordRef) -> None:
    """Raise :class:`Gone` for who was deleted, or merged away: Bullhorn takes what is written of them (section 6)."""
    if ref.resource != COMPANY.name:
        _current(await read(q.named(ref.resource), identifier_of(ref), ("id", "isDeleted")), ref)


def _current(row: Row, ref: RecordRef) -> Row:
    """The row, unless :class:`Gone`: Bullhorn keeps who was deleted."""
    if row.get("isDeleted") is True:
        raise Gone(ref=ref)
    return row


async def create(facts: LinkFacts, draft: ContactDraft) -> RecordRef:
    """Create a contact, with its whole name, and a company where one is needed.

    The key goes into ``externalID`` where the entity has one.
    """
    name = q.named(draft.resource)
    fields = {each: value for each, value in wire_fields(draft.fields).items() if value is not None}
    if "name" not in fields and name != COMPANY.name:
        fields["name"] = whole_name(fields.get("firstName"), fields.get("lastName"))
    if name == "ClientContact" and "clientCorporation" not in fields:
        fields["clientCorporation"] = {"id": int(_placeholder(facts))}
    if draft.key and name in KEY_FIELD:
        fields["externalID"] = _key(draft.key, fields.get("externalID"), KEY_FIELD[name])
    return created(name, await PUT(f"/entity/{name}", fields))


def _placeholder(facts: LinkFacts) -> str:
    """The company of those who have none: Bullhorn keeps no client contact without (gotcha 8, D14)."""
    found = facts.settings.get("placeholder_company")
    if not found:
        raise ValidationFailed(
            "Bullhorn keeps no client contact without a company",
            problems=(FieldProblem("clientCorporation", "is required"),),
            next_step="name a company, or set placeholder_company in the link's settings",
        )
    return found


def _key(key: str, given: object, longest: int) -> str:
    if given not in (None, key):
        raise InvalidValue("externalID holds the draft's key", next_step="leave it out")
    if len(key) > longest or len(key.splitlines()) != 1:
        raise InvalidValue(f"a key is one line of at most {longest} characters")
    return key


def created(name: str, answer: Response) -> RecordRef:
    """The record that a write names; which entity it is of need not be said (section 6)."""
    body = answer.json(wrote=True)
    identifier = body.get("changedEntityId") if isinstance(body, dict) else None
    if not isinstance(identifier, int) or not q.is_identifier(str(identifier)):
        raise UnexpectedAnswer("Bullhorn does not name the record it wrote", status=answer.status, maybe_applied=True)
    return RecordRef(KEY, name, str(identifier))


async def update(change: ContactChange) -> None:
    """Change the given fields only.

    Bullhorn refuses no lost update and takes changes of deleted records (section 6), so the record is read just before:
    what remains is the moment between the two requests. A changed first or last name changes ``name`` with it; of an
    address, which Bullhorn keeps whole, the other parts are put in again.
    """
    name, identifier = q.named(change.ref.resource), identifier_of(change.ref)
    fields: dict[str, Any] = wire_fields(change.fields)
    if change.version is not None and not change.version.isdecimal():
        raise InvalidValue("this is no version of a Bullhorn record", ref=change.ref)
    if not fields and change.version is None:
        return
    parts = ("firstName", "lastName", "isDeleted") if name != COMPANY.name else ()
    composite = [field for field, value in change.fields.items() if isinstance(value, Mapping)]
    row = _current(await read(name, identifier, ("id", "dateLastModified", *parts, *composite)), change.ref)
    if change.version is not None and str(row.get("dateLastModified")) != change.version:
        raise Conflict("somebody else changed the record since it was read", ref=change.ref)
    if parts and "name" not in fields and {"firstName", "lastName"} & fields.keys():
        both = {"firstName": text_of(row, "firstName"), "lastName": text_of(row, "lastName"), **fields}
        fields["name"] = whole_name(both["firstName"], both["lastName"])
    for field in composite:
        held = row.get(field)
        known = {part: held.get(part) for part in _ADDRESS} if isinstance(held, dict) else {}
        fields[field] = {**{part: value for part, value in known.items() if value is not None}, **fields[field]}
    if fields:
        await POST(f"/entity/{name}/{identifier}", fields)


async def find_by_key(name: str, key: str) -> RecordRef | None:
    """The record whose ``externalID`` is the key: candidates by the index, others by the database."""

    async def page(start: int) -> Rows:
        fields = ("id", "externalID")
        if name == "Candidate":
            return await searched(name, q.holds("externalID", key), fields, start=start, count=_CANDIDATES)
        return await queried(name, q.equals("externalID", key), fields, order="id", start=start, count=_CANDIDATES)

    rows = await collected(page, lambda row: text_of(row, "externalID") == key, enough=1)
    return RecordRef(KEY, name, id_of(rows[0]) or "") if rows else None
