"""What ties an activity to people and things: lookups, hidden contacts, junctions (contract, section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from customer360.core.activities import ActivityDraft, NoteDraft
from customer360.core.effects import DELETE, GET, PATCH, POST
from customer360.core.errors import Duplicate, Unsupported, ValidationFailed
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef, RelatedKind
from customer360_salesforce import notes
from customer360_salesforce import query as q
from customer360_salesforce.asking import collected
from customer360_salesforce.auth import KEY
from customer360_salesforce.contacts import created
from customer360_salesforce.errors import NO_SUCH_REFERENCE
from customer360_salesforce.metadata import known_shape, notes_object
from customer360_salesforce.query import Clause
from customer360_salesforce.records import identifier_of, text_of

_LEAD: Final = "00Q"
_PEOPLE: Final = ("Contact", "Lead")
_NOT_THINGS: Final = (*_PEOPLE, "ContentNote", "Note", "Task", "Event", "User")


def blames(refused: ValidationFailed) -> bool:
    """Whether a write was refused for whom it is about: Salesforce names the field of who is there no more."""
    return refused.vendor_code == NO_SUCH_REFERENCE


def belongs(name: str, contact: RecordRef) -> Clause:
    """The condition that a record of an object hangs off ``contact``."""
    identifier, whose = identifier_of(contact), contact.resource
    if name in ("Task", "Event"):
        if whose in _PEOPLE:
            return q.equals("WhoId", identifier)
        if whose == "Account":  # a person account's activities name its hidden contact, and derive the account
            return q.any_of(q.equals("AccountId", identifier), q.equals("WhatId", identifier))
        return q.equals("WhatId", identifier)
    if name == "Note":
        return q.equals("ParentId", identifier)
    if name == "Opportunity" and whose == "Contact":
        return q.within("Id", "OpportunityId", "OpportunityContactRole", q.equals("ContactId", identifier))
    return q.equals(_lookup(name, contact), identifier)


def _lookup(name: str, contact: RecordRef) -> str:
    field = {
        ("Case", "Contact"): "ContactId",
        ("Case", "Account"): "AccountId",
        ("Opportunity", "Account"): "AccountId",
    }
    found = field.get((name, contact.resource))
    if found is None:
        raise Unsupported(f"Salesforce's {name} does not hang off {contact.resource}", ref=contact)
    return found


async def association(facts: LinkFacts, name: str, draft: ActivityDraft) -> dict[str, Any]:
    """People go to WhoId, things to WhatId; a lead in WhoId allows no thing beside it (section 7)."""
    contact, identifier = draft.contact, identifier_of(draft.contact)
    person = await _hidden_contact(facts, contact) if name in ("Task", "Event", "Case") else None
    if name == "Note":
        return {"ParentId": identifier}
    if name == "Case":
        return {_lookup(name, contact): identifier, **({"ContactId": person} if person else {})}
    if contact.resource == "Lead":
        return {"WhoId": identifier}
    beside = [identifier_of(ref) for ref in _beside(draft, person)]
    if contact.resource == "Contact" or person:
        return {"WhoId": person or identifier, **({"WhatId": beside[0]} if beside else {})}
    return {"WhatId": identifier, **({"WhoId": beside[0]} if beside else {})}


async def tied(facts: LinkFacts, draft: ActivityDraft) -> tuple[RecordRef, ...]:
    """One thing beside a person, one person beside a thing; an enhanced note has a link for each record."""
    if isinstance(draft, NoteDraft) and notes_object(facts) == "ContentNote":
        return notes.tied(draft)
    if draft.kind in (RelatedKind.NOTE, RelatedKind.CASE) or draft.contact.resource == "Lead":
        return ()
    return _beside(draft, await _hidden_contact(facts, draft.contact))


def _beside(draft: ActivityDraft, person: str | None) -> tuple[RecordRef, ...]:
    ours = [ref for ref in draft.related if ref.crm == KEY]
    if draft.contact.resource == "Contact" or person:
        return tuple(ref for ref in ours if ref.resource not in _NOT_THINGS)[:1]
    return tuple(ref for ref in ours if ref.resource == "Contact")[:1]


async def _hidden_contact(facts: LinkFacts, contact: RecordRef) -> str | None:
    """The contact behind a person account; None for companies, and where there are no person accounts."""
    shape = known_shape(facts, "Account")
    if contact.resource != "Account" or shape is None or not shape.persons:
        return None
    fields = {"fields": "IsPersonAccount,PersonContactId"}
    row = (await GET(f"/sobjects/Account/{identifier_of(contact)}", fields)).json()
    return text_of(row, "PersonContactId") or None if isinstance(row, dict) else None


async def patch(ref: RecordRef, fields: Mapping[str, Any]) -> None:
    """Change these fields of a record."""
    await PATCH(f"/sobjects/{q.named(ref.resource)}/{identifier_of(ref)}", dict(fields))


async def link(facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
    """Point the record's lookup at the contact, replacing what it pointed at; notes and deals take further links.

    Of a note Salesforce refuses a second link to the same record, of a deal it takes any number: those are looked for.
    """
    identifier = identifier_of(contact)
    if junction := _junction(contact, record):
        name, mine, its, more = junction
        if record.resource == "Opportunity" and await _linked(contact, record):
            return
        with suppress(Duplicate):
            created(name, await POST(f"/sobjects/{name}", {mine: identifier, its: identifier_of(record), **more}))
        return
    fields = await _pointing(facts, contact, record)
    try:
        await patch(record, fields)
    except ValidationFailed:
        if record.resource not in ("Task", "Event") or not await _stands_alone(record, fields):
            raise
        reason = "a lead of Salesforce stands beside nothing else that an activity is about"
        raise Unsupported(reason, ref=record, next_step="unlink the other one first") from None


async def _stands_alone(record: RecordRef, fields: Mapping[str, str]) -> bool:
    """Whether an activity would be about a lead and about something else (section 7)."""
    row = (await GET(f"/sobjects/{record.resource}/{identifier_of(record)}", {"fields": "WhoId,WhatId"})).json()
    about = {**row, **fields} if isinstance(row, dict) else {}
    return text_of(about, "WhoId").startswith(_LEAD) and bool(text_of(about, "WhatId"))


async def unlink(facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
    """Take the link away, or clear the record's lookup if it is this contact's."""
    if junction := _junction(contact, record):
        for link in await _linked(contact, record):
            await DELETE(f"/sobjects/{junction[0]}/{identifier_of(link)}")
        return
    fields = await _pointing(facts, contact, record)
    row = (await GET(f"/sobjects/{record.resource}/{identifier_of(record)}", {"fields": ",".join(fields)})).json()
    told = row if isinstance(row, dict) else {}
    if mine := [field for field, target in fields.items() if text_of(told, field)[:15] == target[:15]]:
        await patch(record, dict.fromkeys(mine))


async def _linked(contact: RecordRef, record: RecordRef) -> list[RecordRef]:
    """The records of the junction that tie the two together."""
    if (junction := _junction(contact, record)) is None:
        return []
    name, mine, its, _ = junction
    where = q.all_of(q.equals(mine, identifier_of(contact)), q.equals(its, identifier_of(record)))
    return [RecordRef(KEY, name, text_of(row, "Id")) for row in await collected(q.select(("Id",), name, where))]


def _junction(contact: RecordRef, record: RecordRef) -> tuple[str, str, str, dict[str, str]] | None:
    """The object that ties the two together where no lookup does, its two lookups, and what else it needs."""
    if record.resource == "ContentNote":
        more = {"ShareType": "V", "Visibility": "AllUsers"}
        return "ContentDocumentLink", "LinkedEntityId", "ContentDocumentId", more
    if record.resource == "Opportunity" and contact.resource == "Contact":
        return "OpportunityContactRole", "ContactId", "OpportunityId", {}
    return None


async def _pointing(facts: LinkFacts, contact: RecordRef, record: RecordRef) -> dict[str, str]:
    """The record's lookups for this contact, and the id that goes there: of a case a person account takes two."""
    if record.resource in ("Case", "Opportunity"):
        person = await _hidden_contact(facts, contact) if record.resource == "Case" else None
        account = {_lookup(record.resource, contact): identifier_of(contact)}
        return {**account, **({"ContactId": person} if person else {})}
    if record.resource not in ("Task", "Event"):
        raise Unsupported(f"a {record.resource} of Salesforce cannot be moved from one record to another", ref=record)
    person = await _hidden_contact(facts, contact)
    who = contact.resource in _PEOPLE or person is not None
    return {"WhoId" if who else "WhatId": person or identifier_of(contact)}
