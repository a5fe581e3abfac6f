"""What ties an activity to people and things: one reference of each kind, and links of notes (contract, section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from customer360.core.activities import ActivityDraft, CallDraft, NoteDraft
from customer360.core.effects import DELETE, POST, PUT
from customer360.core.errors import Duplicate, Unsupported, ValidationFailed
from customer360.core.records import RecordRef
from customer360_bullhorn import query as q
from customer360_bullhorn.asking import Rows, collected, queried, read
from customer360_bullhorn.auth import KEY
from customer360_bullhorn.contacts import must_stand
from customer360_bullhorn.query import Jpql
from customer360_bullhorn.records import id_of, identifier_of

PEOPLE: Final = ("Candidate", "ClientContact", "Lead")
_POINTING: Final = {
    "Task": {"Candidate": "candidate", "ClientContact": "clientContact", "Lead": "lead"},
    "Appointment": {"Candidate": "candidateReference", "ClientContact": "clientContactReference", "Lead": "lead"},
    "JobSubmission": {"Candidate": "candidate"},
    "Placement": {"Candidate": "candidate"},
    "JobOrder": {"ClientContact": "clientContact", "ClientCorporation": "clientCorporation"},
    "Opportunity": {"ClientContact": "clientContact", "ClientCorporation": "clientCorporation"},
}
_THINGS: Final = {"JobOrder": "jobOrder", "Opportunity": "opportunity", "Placement": "placement"}
_MOVABLE: Final = ("Task", "Appointment")
_SUBTYPES: Final = {"Candidate": "Candidate", "ClientContact": "Contact", "Lead": "Lead"}
"""What a note calls the kind of person that it is about."""
_TARGETS: Final = {**dict.fromkeys(PEOPLE, "User"), "JobOrder": "JobOrder", "Placement": "Placement"}
"""What a note's link calls whom it leads to: people are users to it (gotcha 3)."""


def belongs(name: str, contact: RecordRef) -> Jpql:
    """The condition that a record of an entity hangs off ``contact``; a company has what its people have."""
    identifier, pointing = int(identifier_of(contact)), _POINTING[name]
    field = pointing.get(contact.resource)
    if field is not None:
        return q.equals(f"{field}.id", identifier)
    if contact.resource == "ClientCorporation" and "ClientContact" in pointing:
        return q.equals(f"{pointing['ClientContact']}.clientCorporation.id", identifier)
    raise Unsupported(f"Bullhorn's {name} does not hang off {contact.resource}", ref=contact)


def association(name: str, draft: ActivityDraft) -> dict[str, Any]:
    """The person, and one thing of each kind beside them: what a create can say (section 6)."""
    field = _POINTING[name].get(draft.contact.resource)
    if field is None:
        raise Unsupported(
            f"Bullhorn's {name} is about a person, and {draft.contact.resource} is none",
            ref=draft.contact,
            next_step="write it down with one of the company's people",
        )
    return {**things(draft), field: {"id": int(identifier_of(draft.contact))}}


def things(draft: ActivityDraft) -> dict[str, Any]:
    """The references to what :func:`tied` says."""
    return {_THINGS[ref.resource]: {"id": int(identifier_of(ref))} for ref in tied(draft)}


def tied(draft: ActivityDraft) -> tuple[RecordRef, ...]:
    """The first record of each kind that a create has a reference for: a note for a job only."""
    known = ("JobOrder",) if isinstance(draft, NoteDraft | CallDraft) else tuple(_THINGS)
    found: dict[str, RecordRef] = {}
    for ref in draft.related:
        if ref.crm == KEY and ref.resource in known:
            found.setdefault(ref.resource, ref)
    return tuple(found.values())


def about(draft: ActivityDraft) -> dict[str, Any]:
    """Whom a note is about, with the kind of person, and the job it concerns."""
    subtype = _SUBTYPES.get(draft.contact.resource)
    if subtype is None:
        raise Unsupported(
            f"a note of Bullhorn is about a person, and {draft.contact.resource} is none",
            ref=draft.contact,
            next_step="write it down with one of the company's people",
        )
    person = {"id": int(identifier_of(draft.contact)), "personSubtype": subtype}
    return {**things(draft), "personReference": person}


async def patch(ref: RecordRef, fields: Mapping[str, Any]) -> None:
    """Change these fields of a record."""
    await POST(f"/entity/{q.named(ref.resource)}/{identifier_of(ref)}", dict(fields))


async def link(contact: RecordRef, record: RecordRef) -> None:
    """Point the record's reference at the contact, replacing what it pointed at; a note takes any number of links."""
    if record.resource == "Note":
        identifier, target = int(identifier_of(contact)), _target(contact)
        await _must_stand(contact)
        note = {"id": int(identifier_of(record))}
        tie = {"note": note, "targetEntityID": identifier, "targetEntityName": target}
        try:
            await PUT("/entity/NoteEntity", tie)
        except (Duplicate, ValidationFailed):
            # What is there already is refused like anything else, often without a word of why (section 6).
            if not await _links(contact, record):
                raise
        return
    field, named = _pointing(contact, record), {"id": int(identifier_of(contact))}
    await _must_stand(contact)
    if record.resource != "Task":
        return await patch(record, {field: named})
    others = tuple(sorted(set(_POINTING["Task"].values()) - {field}))  # a task has one link of the three
    try:
        await patch(record, {**dict.fromkeys(others), field: named})
    except ValidationFailed:
        row = await read("Task", identifier_of(record), ("id", *(f"{each}(id)" for each in others)))
        if not any(id_of(row.get(each)) for each in others):
            raise
        reason = "Bullhorn keeps a task with a person of the kind that it has"
        raise Unsupported(reason, ref=record, next_step="write another task") from None


async def _must_stand(contact: RecordRef) -> None:
    """Of a note's job or placement it is not asked."""
    if contact.resource in PEOPLE:
        await must_stand(contact)


async def unlink(contact: RecordRef, record: RecordRef) -> None:
    """Take the link away, or clear the record's reference if it is this contact's."""
    if record.resource == "Note":
        for tie in await _links(contact, record):
            await DELETE(f"/entity/NoteEntity/{tie}")
        return
    field = _pointing(contact, record)
    row = await read(record.resource, identifier_of(record), ("id", f"{field}(id)"))
    if id_of(row.get(field)) != contact.id:
        return
    await patch(record, {field: None})
    # Whether the one link of a task can be taken away at all is not documented: some tenants may ignore it.
    if id_of((await read(record.resource, identifier_of(record), ("id", f"{field}(id)"))).get(field)) == contact.id:
        raise Unsupported(f"Bullhorn keeps a {record.resource} with its person", ref=record, next_step="link another")


async def _links(contact: RecordRef, note: RecordRef) -> list[str]:
    where = q.all_of(
        q.equals("note.id", int(identifier_of(note))),
        q.equals("targetEntityID", int(identifier_of(contact))),
        q.equals("targetEntityName", _target(contact)),
    )

    async def page(start: int) -> Rows:
        return await queried("NoteEntity", where, ("id",), order="id", start=start)

    return [identifier for row in await collected(page) if (identifier := id_of(row))]


def _target(contact: RecordRef) -> str:
    target = _TARGETS.get(contact.resource)
    if target is None:
        raise Unsupported(f"a note of Bullhorn cannot be tied to {contact.resource}", ref=contact)
    return target


def _pointing(contact: RecordRef, record: RecordRef) -> str:
    field = _POINTING.get(record.resource, {}).get(contact.resource)
    if record.resource not in _MOVABLE or field is None:
        raise Unsupported(
            f"Bullhorn cannot tie a {record.resource} to another {contact.resource} than its own", ref=record
        )
    return field
