"""Who and what an activity of Zoho is tied to: on creating, and when that is changed (contract, sections 7 and 12)."""

from __future__ import annotations

from typing import Any, Final

from customer360.core.activities import ActivityDraft
from customer360.core.effects import GET, PUT
from customer360.core.errors import UnexpectedAnswer, Unsupported, ValidationFailed
from customer360.core.records import RecordRef
from customer360_zoho import query as q
from customer360_zoho.asking import listed_in
from customer360_zoho.contacts import created
from customer360_zoho.query import Clause
from customer360_zoho.records import KEY, identifier_of, lookup_of
from customer360_zoho.related import MODULE_OF

_WHO_WHAT: Final = ("Tasks", "Calls", "Events")
_NO_THINGS: Final = ("Contacts", "Leads", "Notes", *_WHO_WHAT)
LINKS: Final = {
    "Cases": {"Contacts": "Related_To", "Accounts": "Account_Name"},
    "Deals": {"Contacts": "Contact_Name", "Accounts": "Account_Name"},
}
"""The field by which a module's record hangs off a contact of a resource."""
_FIELDS: Final = frozenset(
    {"Parent_Id", "Who_Id", "What_Id", *(name for each in LINKS.values() for name in each.values())}
)
"""All that name who or what something is about."""


def blames(refused: ValidationFailed) -> bool:
    """Whether a write was refused for whom it is about: Zoho names the field of who is there no more."""
    return any(problem.field in _FIELDS for problem in refused.problems)


def belongs(module: str, contact: RecordRef) -> Clause:
    """The condition that a module's record hangs off ``contact``."""
    identifier = identifier_of(contact)
    if module == "Notes":
        return q.equals("Parent_Id", identifier)
    if module in _WHO_WHAT:
        return q.equals("Who_Id" if contact.resource == "Contacts" else "What_Id", identifier)
    return q.equals(_link_field(module, contact), identifier)


def _link_field(module: str, contact: RecordRef) -> str:
    field = LINKS.get(module, {}).get(contact.resource)
    if field is None:
        raise Unsupported(f"Zoho's {module} do not hang off {contact.resource}", ref=contact)
    return field


def association(module: str, draft: ActivityDraft) -> dict[str, Any]:
    """People go to Who_Id, and only Contacts are people; anything else goes to What_Id with its module (section 7)."""
    contact, target = draft.contact, {"id": identifier_of(draft.contact)}
    if module == "Notes":
        return {"Parent_Id": {"module": {"api_name": q.named(contact.resource)}, **target}}
    if module not in _WHO_WHAT:
        return {_link_field(module, contact): target}
    if contact.resource != "Contacts":
        return {"What_Id": target, "$se_module": q.named(contact.resource)}
    if not (beside := tied(draft)):
        return {"Who_Id": target}
    (what,) = beside
    return {"Who_Id": target, "What_Id": {"id": identifier_of(what)}, "$se_module": q.named(what.resource)}


def tied(draft: ActivityDraft) -> tuple[RecordRef, ...]:
    """One thing beside a contact, in What_Id: a note and a case hang off one record, and a lead takes that place."""
    if MODULE_OF[draft.kind] not in _WHO_WHAT or draft.contact.resource != "Contacts":
        return ()
    return tuple(ref for ref in draft.related if ref.crm == KEY and ref.resource not in _NO_THINGS)[:1]


async def put(ref: RecordRef, fields: dict[str, Any]) -> None:
    """Change these fields of a record."""
    created(ref.resource, await PUT(f"/{q.named(ref.resource)}/{identifier_of(ref)}", {"data": [fields]}))


async def link(contact: RecordRef, record: RecordRef) -> None:
    """Point the record's lookup at the contact; what it pointed at before is replaced.

    Zoho refuses an activity of a lead that has a contact, too (section 7): one of them makes room for the other.
    """
    fields = _pointing(contact, record, {"id": identifier_of(contact)})
    if contact.resource == "Leads" and record.resource in _WHO_WHAT:
        fields["Who_Id"] = None
    try:
        await put(record, fields)
    except ValidationFailed as refused:
        if "What_Id" in fields or "Who_Id" not in {problem.field for problem in refused.problems}:
            raise
        await put(record, {**fields, "What_Id": None, "$se_module": None})


async def unlink(contact: RecordRef, record: RecordRef) -> None:
    """Clear the record's lookup, if it is this contact's, and see that it is cleared.

    That ``null`` clears it is not documented, so the record is read again.
    """
    fields = _pointing(contact, record, None)
    lookup = next(iter(fields))
    if await _linked(record, lookup) == contact.id:
        await put(record, fields)
        if await _linked(record, lookup) == contact.id:
            raise UnexpectedAnswer(
                "Zoho took the change and kept the association", ref=record, next_step="unlink it there"
            )


async def _linked(record: RecordRef, lookup: str) -> str | None:
    answer = await GET(f"/{q.named(record.resource)}/{identifier_of(record)}", {"fields": lookup})
    rows = listed_in(answer)
    return lookup_of(rows[0], lookup) if rows else None


def _pointing(contact: RecordRef, record: RecordRef, target: dict[str, str] | None) -> dict[str, Any]:
    if record.resource in _WHO_WHAT:
        if contact.resource == "Contacts":
            return {"Who_Id": target}
        return {"What_Id": target, "$se_module": q.named(contact.resource) if target else None}
    if record.resource in LINKS:
        return {_link_field(record.resource, contact): target}
    raise Unsupported(f"Zoho's {record.resource} cannot be moved from one record to another", ref=record)
