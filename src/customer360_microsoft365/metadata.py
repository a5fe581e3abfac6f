"""Who is signed in, the resources of a mailbox, and their fields (contract, sections 2 and 3).

Graph describes nothing per mailbox: the fields and their labels are ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from customer360.core.connector import Identity
from customer360.core.effects import GET, Err, Ok, Outcome, gather, settle
from customer360.core.errors import CrmError, Customer360Error, UnexpectedAnswer, Unsupported
from customer360.core.linking import LinkFacts
from customer360.core.metadata import Choice, FieldInfo, FieldType, Resource, Schema, StandardField
from customer360.core.records import ContactKind, RecordRef, RelatedKind
from customer360.core.wire import Response
from customer360_microsoft365 import auth, zones
from customer360_microsoft365.graph import PLAIN, Row, listed, page_of
from customer360_microsoft365.places import (
    CALL,
    CALL_CALENDAR,
    CONTACT,
    DEFAULT_FOLDER,
    EVENT,
    FOLDER,
    KEY,
    NOTE,
    PERSON,
    TASK,
    TASK_FILTER,
    TODO_LIST,
    USER,
    segment,
)
from customer360_microsoft365.query import linked_to
from customer360_microsoft365.records import ADDRESSES, COLLECTIONS, EMAILS, PHONES, text_of

CALLS_NAME: Final = "Customer calls"
"""A calendar of this name, if the user has one of their own, holds the call logs."""

_STANDARD: Final = {
    StandardField.NAME: "displayName",
    StandardField.GIVEN_NAME: "givenName",
    StandardField.FAMILY_NAME: "surname",
    StandardField.PHONE: "businessPhones",
    StandardField.MOBILE: "mobilePhone",
    StandardField.EMAIL: EMAILS,
    StandardField.COMPANY: "companyName",
    StandardField.TITLE: "jobTitle",
}
_PERSON: Final = Resource(
    name=PERSON,
    label="People",
    contact_kind=ContactKind.CONTACT,
    standard={
        **{field: _STANDARD[field] for field in (StandardField.NAME, StandardField.GIVEN_NAME)},
        StandardField.FAMILY_NAME: "surname",
        StandardField.EMAIL: "scoredEmailAddresses",
        StandardField.COMPANY: "companyName",
        StandardField.TITLE: "jobTitle",
    },
    emails=("scoredEmailAddresses",),
    private=True,
)
_DEPTH: Final = 5


def _contacts(name: str, label: str) -> Resource:
    return Resource(
        name=name,
        label=label,
        contact_kind=ContactKind.CONTACT,
        standard=_STANDARD,
        phones=PHONES,
        emails=(EMAILS,),
        private=True,
    )


def declared(facts: LinkFacts) -> tuple[Resource, ...]:
    """What every mailbox has; people where they may be read."""
    return (
        _contacts(CONTACT, "Contacts"),
        *((_PERSON,) if auth.granted(facts, auth.PEOPLE) else ()),
        Resource(name=NOTE, label="Notes", related_kind=RelatedKind.NOTE, private=True),
        Resource(name=TASK, label="Tasks", related_kind=RelatedKind.TASK, private=True),
        Resource(name=CALL, label="Calls", related_kind=RelatedKind.CALL, private=True),
        Resource(name=EVENT, label="Events", related_kind=RelatedKind.EVENT, private=True),
    )


async def list_resources(facts: LinkFacts) -> tuple[Resource, ...]:
    """The declared ones, and every contact folder beside the default one (F115)."""
    first, *others = declared(facts)
    if not auth.granted(facts, auth.CONTACTS):
        return (first, *others)
    found = {
        text_of(row, "id"): text_of(row, "displayName")
        for row in await _folders(facts, ("/me/contactFolders",), _DEPTH)
        if text_of(row, "id")
    }
    found.pop(facts.extra.get(DEFAULT_FOLDER, ""), None)
    folders = [_contacts(FOLDER + identifier, label or "Contacts") for identifier, label in found.items()]
    return (first, *folders, *others)


async def _folders(facts: LinkFacts, paths: Sequence[str], depth: int) -> list[Row]:
    """The folders under these paths and, a level at a time, those within them."""
    params = (("$select", "id,displayName,parentFolderId"), ("$top", "100"))
    rows = [row for found in await gather(*[listed(facts, path, params) for path in paths]) for row in found]
    within = [f"/me/contactFolders/{segment(text_of(row, 'id'))}/childFolders" for row in rows if text_of(row, "id")]
    return rows + (await _folders(facts, within, depth - 1) if within and depth > 1 else [])


# Who is signed in ---------------------------------------------------------------------------------------------------


async def identify(facts: LinkFacts) -> Identity:
    """The signed-in user, and the ids that later requests are built from without asking again.

    All but one in one round trip. What was not granted, or is not there, is left out: only the user is essential.
    Nothing is created: without a calendar for calls they go to the default one.
    """
    who, lists, calendars, contacts, *zone = await settle(
        GET("/me", {"$select": "id,displayName,mail,userPrincipalName"}, PLAIN),
        GET("/me/todo/lists", {"$top": "100"}, PLAIN),
        GET("/me/calendars", {"$top": "100"}, PLAIN),
        GET("/me/contacts", {"$top": "1", "$select": "id,parentFolderId"}, PLAIN),
        *((GET("/me/mailboxSettings", (), PLAIN),) if auth.granted(facts, auth.SETTINGS) else ()),
    )
    if isinstance(who, Err):
        raise who.error
    user = who.value.json()
    if not isinstance(user, dict) or not text_of(user, "id"):
        raise UnexpectedAnswer("Microsoft 365 does not say who is signed in", status=who.value.status)
    extra = {
        TODO_LIST: _first(_rows(facts, lists), "id", lambda row: row.get("wellknownListName") == "defaultList"),
        CALL_CALENDAR: _first(_rows(facts, calendars), "id", _for_calls),
        DEFAULT_FOLDER: _first(_rows(facts, contacts), "parentFolderId", lambda row: True),
    }
    if extra[TODO_LIST] and not auth.in_china(facts) and await _filters_tasks(extra[TODO_LIST]):
        extra[TASK_FILTER] = "yes"
    return Identity(
        user=RecordRef(KEY, USER, text_of(user, "id")),
        name=text_of(user, "displayName"),
        email=text_of(user, "mail") or text_of(user, "userPrincipalName") or None,
        zone=_zone(zone[0]) if zone else None,
        extra={name: found for name, found in extra.items() if found},
    )


async def _filters_tasks(todo_list: str) -> bool:
    """Whether To Do answers the one filter that would spare us reading its whole list; it is not documented."""
    params = {"$filter": linked_to("nobody").text, "$top": "1"}
    try:
        await GET(f"/me/todo/lists/{segment(todo_list)}/tasks", params, PLAIN)
    except (CrmError, Unsupported):
        return False
    return True


def _rows(facts: LinkFacts, outcome: Outcome[Response]) -> list[Row]:
    """What was read, or nothing where the reading failed for a reason that the CRM gave."""
    if isinstance(outcome, Ok):
        return page_of(facts, outcome.value)[0]
    if isinstance(outcome.error, Customer360Error):
        return []
    raise outcome.error


def _first(rows: Sequence[Row], name: str, wanted: Any) -> str:
    return next((text_of(row, name) for row in rows if wanted(row)), "")


def _for_calls(row: Row) -> bool:
    """Whether it is a calendar for calls, and the user's: of a colleague's nobody else can share it with others."""
    return row.get("name") == CALLS_NAME and all(row.get(right) is not False for right in ("canEdit", "canShare"))


def _zone(outcome: Outcome[Response]) -> str | None:
    """The IANA name of the user's zone; mailboxes hold it under that or under Windows' own name."""
    if isinstance(outcome, Err):
        if isinstance(outcome.error, Customer360Error):
            return None
        raise outcome.error
    body = outcome.value.json()
    told = text_of(body, "timeZone") if isinstance(body, dict) else ""
    return told if re.fullmatch(r"UTC|[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+", told) else zones.IANA.get(told)


# Fields -------------------------------------------------------------------------------------------------------------

_LABELS: Final = {
    "displayName": "Full name", "givenName": "First name", "middleName": "Middle name", "surname": "Last name",
    "title": "Title", "generation": "Suffix", "initials": "Initials", "nickName": "Nickname", "fileAs": "File as",
    "yomiGivenName": "First name (phonetic)", "yomiSurname": "Last name (phonetic)",
    "yomiCompanyName": "Company (phonetic)", "emailAddresses": "E-mail", "businessPhones": "Business phone",
    "mobilePhone": "Mobile phone", "homePhones": "Home phone", "companyName": "Company", "department": "Department",
    "jobTitle": "Job title", "profession": "Profession", "officeLocation": "Office", "manager": "Manager",
    "assistantName": "Assistant", "businessAddress": "Business address", "homeAddress": "Home address",
    "otherAddress": "Other address", "personalNotes": "Notes", "birthday": "Birthday",
    "businessHomePage": "Web page", "imAddresses": "Chat addresses", "spouseName": "Spouse", "children": "Children",
    "categories": "Categories",
}  # fmt: skip
_TYPES: Final = {
    **dict.fromkeys(COLLECTIONS, FieldType.CHOICES),
    **dict.fromkeys(PHONES, FieldType.PHONE),
    **dict.fromkeys(ADDRESSES, FieldType.STRUCTURE),
    EMAILS: FieldType.EMAIL,
    "personalNotes": FieldType.LONG_TEXT,
    "birthday": FieldType.DATETIME,
    "businessHomePage": FieldType.URL,
}
_RANKS: Final = ("Primary", "Secondary", "Tertiary")
"""Not every mailbox tells them: the same addresses as in ``emailAddresses``, each by itself."""
_SEARCHED: Final = frozenset({"displayName", "givenName", "surname", "companyName", EMAILS})


def _field(name: str, label: str, type: FieldType = FieldType.TEXT, **more: Any) -> FieldInfo:
    return FieldInfo(name=name, label=label, type=type, **more)


def _closed(name: str, label: str, type: FieldType = FieldType.TEXT) -> FieldInfo:
    return _field(name, label, type, creatable=False, editable=False)


def _choices(*values: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, re.sub(r"(?<=[a-z])([A-Z])", r" \1", value).capitalize()) for value in values)


_STAMPS: Final = (
    _closed("id", "Id"),
    _closed("createdDateTime", "Created", FieldType.DATETIME),
    _closed("lastModifiedDateTime", "Modified", FieldType.DATETIME),
)
_IMPORTANCE: Final = _field("importance", "Importance", FieldType.CHOICE, choices=_choices("low", "normal", "high"))
_BODY: Final = _field("body", "Text", FieldType.STRUCTURE)

_CONTACT_FIELDS: Final = (
    *(
        _field(name, label, _TYPES.get(name, FieldType.TEXT), searchable=name in _SEARCHED)
        for name, label in _LABELS.items()
    ),
    *(_closed(f"{rank.lower()}EmailAddress", f"{rank} e-mail", FieldType.STRUCTURE) for rank in _RANKS),
    _closed("parentFolderId", "Folder"),
    _closed("changeKey", "Version"),
    *_STAMPS,
)
_EVENT_FIELDS: Final = (
    _field("subject", "Subject"),
    _BODY,
    _field("start", "Start", FieldType.STRUCTURE, required=True),
    _field("end", "End", FieldType.STRUCTURE, required=True),
    _field("location", "Place", FieldType.STRUCTURE),
    _field("isAllDay", "All day", FieldType.BOOLEAN),
    _field(
        "showAs",
        "Show as",
        FieldType.CHOICE,
        choices=_choices("free", "tentative", "busy", "oof", "workingElsewhere", "unknown"),
    ),
    _IMPORTANCE,
    _field(
        "sensitivity", "Privacy", FieldType.CHOICE, choices=_choices("normal", "personal", "private", "confidential")
    ),
    _field("isReminderOn", "Reminder", FieldType.BOOLEAN),
    _field("categories", "Categories", FieldType.CHOICES),
    _closed("webLink", "Web address", FieldType.URL),
    *_STAMPS,
)
_FIELDS: Final = {
    CONTACT: _CONTACT_FIELDS,
    PERSON: (
        *(
            _closed(name, label)
            for name, label in (
                ("displayName", "Full name"),
                ("givenName", "First name"),
                ("surname", "Last name"),
                ("companyName", "Company"),
                ("jobTitle", "Job title"),
                ("userPrincipalName", "Sign-in name"),
            )
        ),
        _closed("scoredEmailAddresses", "E-mail", FieldType.STRUCTURE),
        _closed("phones", "Phones", FieldType.STRUCTURE),
        _closed("personType", "Kind", FieldType.STRUCTURE),
        _closed("id", "Id"),
    ),
    NOTE: (_field("personalNotes", "Notes", FieldType.LONG_TEXT),),
    TASK: (
        _field("title", "Title", required=True),
        _BODY,
        _field(
            "status",
            "Status",
            FieldType.CHOICE,
            choices=_choices("notStarted", "inProgress", "completed", "waitingOnOthers", "deferred"),
        ),
        _IMPORTANCE,
        _field("dueDateTime", "Due", FieldType.STRUCTURE),
        _field("isReminderOn", "Reminder", FieldType.BOOLEAN),
        _field("categories", "Categories", FieldType.CHOICES),
        *_STAMPS,
    ),
    CALL: _EVENT_FIELDS,
    EVENT: _EVENT_FIELDS,
}


def describe(resource: str) -> Schema:
    """The fields of a resource, by our own table: nothing is asked."""
    fields = _FIELDS.get(CONTACT if resource.startswith(FOLDER) else resource)
    if fields is None:
        raise Unsupported(f"Microsoft 365 has no {resource!r}", next_step="use one from list_resources()")
    return Schema(resource=resource, fields=fields)
