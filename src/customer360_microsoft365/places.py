"""Where things are: the names of resources and their paths in Graph (contract, sections 3, 4 and 7).

The mailbox is the signed-in user's. A contact folder beside the default one is a resource of its own, named by its id.
A contact's note is not a record in Outlook but one text of the contact, so it bears the contact's id.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote

from customer360.core.errors import NotFound, Unsupported
from customer360.core.records import RecordRef

KEY: Final = "microsoft365"
CONTACT: Final = "contact"
FOLDER: Final = "contactFolder/"
PERSON: Final = "person"
NOTE: Final = "personalNotes"
TASK: Final = "todoTask"
EVENT: Final = "event"
CALL: Final = "call"
USER: Final = "user"

# Facts kept with the link since sign-in.
DEFAULT_FOLDER: Final = "contact_folder"
TODO_LIST: Final = "todo_list"
CALL_CALENDAR: Final = "call_calendar"
TASK_FILTER: Final = "task_filter"

_FOLDER_CONTACT = re.compile(r"/me/contactFolders/([^/?]+)/contacts/([^/?]+)$")
_CONTACT = re.compile(r"/me/contacts/([^/?]+)$")
_TASK = re.compile(r"/me/todo/lists/[^/?]+/tasks/([^/?]+)(?:/linkedResources|$)")
_EVENT = re.compile(r"/me/events/([^/?]+)$")


def segment(identifier: str, ref: RecordRef | None = None) -> str:
    """An id as one segment of a path; what cannot be one is the id of no record."""
    if not identifier or identifier in (".", "..") or not identifier.isprintable():
        raise NotFound("Microsoft 365 has no such record: that is not one of its ids", ref=ref)
    return quote(identifier, safe="")


def contacts_in(resource: str) -> str:
    """The collection that holds a resource's contacts."""
    if resource == CONTACT:
        return "/me/contacts"
    if resource.startswith(FOLDER):
        return f"/me/contactFolders/{segment(resource.removeprefix(FOLDER))}/contacts"
    raise Unsupported(
        f"{resource!r} holds no contacts that can be read one by one", next_step="use one from list_resources()"
    )


def contact_at(ref: RecordRef) -> str:
    return f"{contacts_in(ref.resource)}/{segment(ref.id, ref)}"


def event_at(ref: RecordRef) -> str:
    """One event of any calendar."""
    return f"/me/events/{segment(ref.id, ref)}"


def note_of(contact: RecordRef) -> RecordRef:
    """The note of a contact."""
    folder = contact.resource.removeprefix(FOLDER) if contact.resource.startswith(FOLDER) else ""
    return RecordRef(KEY, f"{NOTE}/{folder}" if folder else NOTE, contact.id)


def contact_of_note(note: RecordRef) -> RecordRef:
    """The contact whose note it is."""
    name, _, folder = note.resource.partition("/")
    if name != NOTE:
        raise NotFound("that is no note of a contact", ref=note)
    return RecordRef(KEY, FOLDER + folder if folder else CONTACT, note.id)


def ref_of(path: str) -> RecordRef | None:
    """The record that a request's path names, or None."""
    if found := _FOLDER_CONTACT.match(path):
        return RecordRef(KEY, FOLDER + unquote(found[1]), unquote(found[2]))
    for pattern, resource in ((_CONTACT, CONTACT), (_TASK, TASK), (_EVENT, EVENT)):
        if found := pattern.match(path):
            return RecordRef(KEY, resource, unquote(found[1]))
    return None
