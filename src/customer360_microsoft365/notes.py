"""A contact's note: one text that every entry is appended to (contract, sections 7 and 12).

Outlook has no notes that hang off a contact. An entry ends with a line that bears its key, and the text is written only
if it is still as it was read: so an entry is there once, however often it is sent, and nobody else's words are lost.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from customer360.core.activities import ActivityChange, NoteDraft, carries_key, key_line
from customer360.core.effects import GET, PATCH, Now
from customer360.core.errors import Conflict, UnexpectedAnswer, Unsupported
from customer360.core.records import UNSET, Contact, Page, RecordRef, RelatedKind, RelatedRecord
from customer360_microsoft365.contacts import row_of, standing
from customer360_microsoft365.graph import PLAIN, Row
from customer360_microsoft365.graph import change as patch
from customer360_microsoft365.places import contact_at, contact_of_note, note_of
from customer360_microsoft365.records import note_related, text_of
from customer360_microsoft365.writing import in_one_line

_SELECT: Final = (("$select", "id,personalNotes,createdDateTime,lastModifiedDateTime"),)
_ATTEMPTS: Final = 5


def entry(draft: NoteDraft, at: datetime) -> str:
    """What is appended: when and what about, the text, the key."""
    head = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    subject = in_one_line(draft.subject)
    parts = (f"{head}: {subject}" if subject else head, draft.text.strip(), key_line(draft.key))
    return "\n".join(part for part in parts if part)


def appended(notes: str, new: str) -> str:
    """The notes with one more entry behind a blank line; what was there stays as it is."""
    if not notes:
        return new
    return f"{notes}\n{new}" if notes.endswith("\n") else f"{notes}\n\n{new}"


async def related(contact: RecordRef) -> Page[RelatedRecord]:
    """The contact's note, if it has one."""
    note = note_related(note_of(contact), await _read(contact))
    return Page((note,) if note else ())


def within(contact: Contact) -> tuple[RelatedRecord, ...]:
    """The same, of a contact that was read whole."""
    text = contact.fields.get("personalNotes")
    if not isinstance(text, str) or not text.strip():
        return ()
    ref, changed, created = note_of(contact.ref), contact.modified_at, contact.created_at
    return (RelatedRecord(ref=ref, kind=RelatedKind.NOTE, text=text, at=changed, created_at=created),)


async def create(draft: NoteDraft) -> RecordRef:
    """Append, unless the entry is there already; a conflict is read again and tried anew."""
    if draft.extra:
        raise Unsupported("a note of Outlook has no further fields", ref=draft.contact)
    key_line(draft.key)
    for attempt in range(_ATTEMPTS):
        row = await standing(draft.contact, _SELECT)
        notes, version = text_of(row, "personalNotes"), text_of(row, "@odata.etag")
        if carries_key(notes, draft.key):
            break
        if not version:
            raise UnexpectedAnswer("Microsoft 365 sent a contact without its version", ref=draft.contact)
        body = {"personalNotes": appended(notes, entry(draft, datetime.fromtimestamp(await Now(), UTC)))}
        try:
            await PATCH(contact_at(draft.contact), body, headers=(*PLAIN, ("If-Match", version)))
        except Conflict:
            if attempt + 1 == _ATTEMPTS:
                raise
        else:
            break
    return note_of(draft.contact)


async def find_created(draft: NoteDraft) -> RecordRef | None:
    notes = text_of(await _read(draft.contact), "personalNotes")
    return note_of(draft.contact) if carries_key(notes, draft.key) else None


async def update(change: ActivityChange) -> None:
    """The text given replaces the contact's whole note."""
    if change.subject is not UNSET or change.status is not UNSET or change.due_on is not UNSET or change.extra:
        raise Unsupported("a note of Outlook is text only", ref=change.ref)
    if change.text is not UNSET:
        await patch(contact_at(contact_of_note(change.ref)), {"personalNotes": change.text or ""})


async def _read(contact: RecordRef) -> Row:
    return row_of(await GET(contact_at(contact), _SELECT, PLAIN))
