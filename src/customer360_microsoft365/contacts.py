"""Contacts: search, read, create, update (contract, sections 5 and 6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from customer360.core.effects import GET, PATCH, POST
from customer360.core.errors import Conflict, Gone, NotFound, Truncated, UnexpectedAnswer, Unsupported
from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, ContactChange, ContactDraft, Page, RecordRef
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query, TextHas
from customer360.core.wire import Response
from customer360_microsoft365 import query as q
from customer360_microsoft365.auth import CONTACTS, granted, may_be_personal
from customer360_microsoft365.graph import PLAIN, Pairs, Row, batch, every, listed, page_of, rest, value
from customer360_microsoft365.places import KEY, PERSON, contact_at, contacts_in
from customer360_microsoft365.records import (
    EMAILS,
    addresses_of,
    contact_of,
    merges,
    person_of,
    renamed,
    text_of,
    wire_fields,
    wire_of,
)

KEY_PROPERTY: Final = "String {5d1c7c1e-2f0b-4a57-9a66-0c3600c36001} Name c360Key"
"""Where a create leaves its key: an extended property of the item."""

NO_PHONES: Final = "Outlook does not compare phone numbers; the local index answers"
NO_TEXT: Final = "the vendor documents no free-text search of contacts, and what there is finds unrelated people"

_MORE: Final = "more"
"""A search does not continue: this only says that more records match than were asked for."""
_LONGEST_PAGE: Final = 999
_MOST_PEOPLE: Final = 250
_ID: Final = re.compile(r"[A-Za-z0-9_+/=-]{20,}")
"""What ids of Outlook's look like: long, and of the letters of base64."""


async def search(facts: LinkFacts, resource: str, asked: Query, *, limit: int) -> Page[Contact]:
    """Contacts of one folder, or people; what Outlook cannot compare is refused before any request."""
    limit = max(1, limit)
    if resource == PERSON:
        return await _people(facts, asked, limit)
    path = contacts_in(resource)
    match asked:
        case PhoneIs():
            raise Unsupported(f"Microsoft 365: {NO_PHONES}")
        case TextHas():
            raise Unsupported(f"Microsoft 365: {NO_TEXT}")
        case NameHas():
            rows = await _named(facts, path, asked, limit + 1)
        case EmailIs(address):
            rows = await _holding(facts, path, EMAILS, address.strip(), limit + 1)
        case FieldIs(field, text):
            rows = await _holding(facts, path, field, text, limit + 1)
    return Page(tuple(contact_of(resource, row) for row in rows[:limit]), _MORE if len(rows) > limit else None)


async def _named(facts: LinkFacts, path: str, asked: NameHas, enough: int) -> list[Row]:
    """Each name is asked for its beginning, all in one round trip: that each filter answers alone is known, joined
    by ``or`` it is not. Outlook shows the given name first; whoever typed the other first is asked for so, too."""
    starts = [(name, asked.text.strip()) for name in q.NAMES]
    starts += [("displayName", f"{given} {family}") for given, family in asked.turned]
    params = [
        (("$filter", q.starts_with(name, start).text), ("$top", str(min(enough, _LONGEST_PAGE))))
        for name, start in starts
    ]
    outcomes = await batch(facts, *[GET(path, each, PLAIN) for each in params])
    found: dict[str, Row] = {}
    for outcome in outcomes:
        rows, link = page_of(facts, value(outcome))
        for row in await rest(facts, rows, link, enough=enough):
            found.setdefault(text_of(row, "id"), row)
    return list(found.values())


async def _holding(facts: LinkFacts, path: str, field: str, text: str, enough: int) -> list[Row]:
    """Exactly the contacts whose field is ``text``: the vendor finds them, and every hit is compared again here.

    How the vendor compares is not said, only that its filters find no fewer. Two cases are not trusted to that, and all
    contacts are read: in personal accounts the filter on e-mail addresses misses some, and which letters beyond ASCII
    differ in case only is a matter of opinion.
    """
    built, holds = _comparison(field, text)
    if field == EMAILS and (may_be_personal(facts) or not text.isascii()):
        return await listed(facts, path, (("$top", str(_LONGEST_PAGE)),), wanted=holds, enough=enough)
    params = (("$filter", built.text), ("$top", str(min(max(enough, 100), _LONGEST_PAGE))))
    return await listed(facts, path, params, wanted=holds, enough=enough)


def _comparison(field: str, text: str) -> tuple[q.Filter, Callable[[Row], bool]]:
    if field == EMAILS:
        wanted = text.casefold()
        return q.email_is(text), lambda row: any(
            address.casefold() == wanted for _, address in addresses_of(row.get(EMAILS))
        )
    built = q.equals(field, text) if field in q.EXACT else q.starts_with(field, text)
    return built, lambda row: row.get(field) == text


async def _people(facts: LinkFacts, asked: Query, limit: int) -> Page[Contact]:
    """People by the vendor's fuzzy search: of names and addresses only, so only those can be asked for."""
    match asked:
        case NameHas(text) | TextHas(text):
            wanted: Callable[[Row], bool] = every
        case EmailIs(text):
            same = text.strip().casefold()

            def wanted(row: Row) -> bool:
                return any(each.casefold() == same for _, each in addresses_of(row.get("scoredEmailAddresses")))

        case PhoneIs() | FieldIs():
            raise Unsupported("Microsoft 365 searches people by name and e-mail address only")
    params = (("$search", q.quoted(text)), ("$top", str(_MOST_PEOPLE)))
    read: list[Row] = []

    def kept(row: Row) -> bool:
        read.append(row)
        return wanted(row)

    rows = await listed(facts, "/me/people", params, wanted=kept, enough=limit + 1)
    if len(rows) <= limit and len(read) >= _MOST_PEOPLE:
        raise Truncated(f"Microsoft 365 hands out no more than {_MOST_PEOPLE} people")
    return Page(tuple(person_of(row) for row in rows[:limit]), _MORE if len(rows) > limit else None)


# One contact --------------------------------------------------------------------------------------------------------


async def get(ref: RecordRef) -> Contact:
    """One contact with all its fields."""
    return contact_of(ref.resource, row_of(await GET(contact_at(ref), (), PLAIN)))


async def standing(ref: RecordRef, params: Pairs) -> Row:
    """What is read of a contact that something is to be written about; :class:`Gone` for who is not there any more.

    The vendor may call the id of who is gone malformed, like one that never was an id of Outlook's.
    """
    path = contact_at(ref)
    try:
        return row_of(await GET(path, params, PLAIN))
    except NotFound as missing:
        if missing.status != 404 and not _ID.fullmatch(ref.id):
            raise
        raise Gone(ref=ref) from missing


async def must_stand(facts: LinkFacts, ref: RecordRef) -> None:
    """The same of whom nothing needs to be known: Outlook keeps whatever is said to be about anybody (section 7).

    Who may not read contacts is not asked about them.
    """
    contacts_in(ref.resource)
    if granted(facts, CONTACTS):
        await standing(ref, (("$select", "id"),))


def row_of(answer: Response) -> Row:
    """The one record of an answer."""
    body = answer.json()
    if not isinstance(body, dict) or not text_of(body, "id"):
        raise UnexpectedAnswer("Microsoft 365 answered without the record", status=answer.status)
    return body


def created(resource: str, answer: Response) -> RecordRef:
    """The record that a create names."""
    body = answer.json(wrote=True)
    identifier = text_of(body, "id") if isinstance(body, dict) else ""
    if not identifier:
        raise UnexpectedAnswer(
            "Microsoft 365 does not name the record it made", status=answer.status, maybe_applied=True
        )
    return RecordRef(KEY, resource, identifier)


async def create(draft: ContactDraft) -> RecordRef:
    """Create a contact; its key, if it has one, goes into an extended property."""
    body = wire_fields(draft.fields)
    if draft.key:
        q.literal(draft.key)  # a key that cannot be searched for again is refused now
        body["singleValueExtendedProperties"] = [{"id": KEY_PROPERTY, "value": draft.key}]
    return created(draft.resource, await POST(contacts_in(draft.resource), body, headers=PLAIN))


async def find_created(facts: LinkFacts, draft: ContactDraft) -> RecordRef | None:
    """The contact that carries the draft's key."""
    if not draft.key:
        return None
    key = draft.key
    params = (("$filter", q.property_is(KEY_PROPERTY, key).text), ("$expand", q.with_properties(KEY_PROPERTY)))
    rows = await listed(
        facts, contacts_in(draft.resource), params, wanted=lambda row: property_of(row, KEY_PROPERTY) == key, enough=1
    )
    return RecordRef(KEY, draft.resource, text_of(rows[0], "id")) if rows else None


def property_of(row: Row, property_id: str) -> str | None:
    """The value of an extended property that was expanded; the vendor may write the id's GUID in another case."""
    held = row.get("singleValueExtendedProperties")
    for each in held if isinstance(held, list) else []:
        if isinstance(each, dict) and text_of(each, "id").casefold() == property_id.casefold():
            found = each.get("value")
            return found if isinstance(found, str) else None
    return None


async def update(change: ContactChange) -> None:
    """Change the given fields only.

    Refused with :class:`Conflict` if the contact is not as it was at ``version``. What must be merged is merged with
    what stands there now, and a whole name that was made of its parts goes with them. The vendor reports a conflict for
    a record that it is busy with, too: so after one the contact is read, and if that shows no other's change, or none
    was to be heeded, the change is tried once more.
    """
    if not change.fields:
        return
    path = contact_at(change.ref)
    merged = merges(change.fields)
    wire_fields(change.fields)  # what cannot be written is refused before anything is read
    select = {"$select": ",".join(("id", *merged))}
    held = row_of(await GET(path, select, PLAIN)) if merged else {}
    try:
        await _write(path, change, held)
    except Conflict:
        held = row_of(await GET(path, select, PLAIN))
        if change.version and text_of(held, "@odata.etag") != change.version:
            raise
        await _write(path, change, held)


async def _write(path: str, change: ContactChange, held: Row) -> None:
    """``held`` is what was read to merge with; what is merged must still stand there."""
    body = {name: wire_of(name, each, held.get(name)) for name, each in change.fields.items()}
    body |= renamed(change.fields, held)
    version = change.version or (text_of(held, "@odata.etag") if merges(change.fields) else "")
    await PATCH(path, body, headers=(*PLAIN, ("If-Match", version)) if version else PLAIN)
