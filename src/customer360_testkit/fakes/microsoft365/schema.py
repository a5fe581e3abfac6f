"""What a body may hold, checked and brought to how the vendor stores it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from customer360_testkit.fakes.microsoft365.errors import bad_body, invalid_value
from customer360_testkit.fakes.microsoft365.times import checked_moment

Check = Callable[[str, Any], Any]


def text(name: str, value: Any) -> Any:
    if value is not None and not isinstance(value, str):
        raise bad_body(f"Cannot convert the value of '{name}' to the expected type 'Edm.String'.")
    return value


def boolean(name: str, value: Any) -> Any:
    if not isinstance(value, bool):
        raise bad_body(f"Cannot convert the value of '{name}' to the expected type 'Edm.Boolean'.")
    return value


def whole(name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**31) <= value < 2**31:
        raise bad_body(f"Cannot convert the value of '{name}' to the expected type 'Edm.Int32'.")
    return value


def texts(name: str, value: Any) -> Any:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise bad_body(f"'{name}' must be a collection of 'Edm.String'.")
    return list(value)


def one_of(*allowed: str) -> Check:
    def check(name: str, value: Any) -> Any:
        if value not in allowed:
            raise bad_body(f"Requested value for '{name}' was not found.")
        return value

    return check


def complex_of(members: Mapping[str, Check]) -> Check:
    def check(name: str, value: Any) -> Any:
        if not isinstance(value, dict):
            raise bad_body(f"'{name}' must be an object.")
        return checked(value, members, name)

    return check


def nullable(inner: Check) -> Check:
    return lambda name, value: None if value is None else inner(name, value)


def collection(inner: Check) -> Check:
    def check(name: str, value: Any) -> Any:
        if not isinstance(value, list):
            raise bad_body(f"'{name}' must be a collection.")
        return [inner(name, one) for one in value]

    return check


def checked(body: Mapping[str, Any], members: Mapping[str, Check], kind: str) -> dict[str, Any]:
    """The body's members, each checked; annotations (``@odata.type``) are read over, unknown members refused."""
    found = {}
    for name, value in body.items():
        if "@" in name:
            continue
        check = members.get(name)
        if check is None:
            raise bad_body(
                f"The property '{name}' does not exist on type 'microsoft.graph.{kind}'. Make sure to only use "
                "property names that are defined by the type."
            )
        found[name] = check(name, value)
    return found


_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?\Z", re.ASCII)


def birthday(name: str, value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, str) or not _DATE.match(value):
        raise bad_body(f"Cannot convert the value of '{name}' to the expected type 'Edm.DateTimeOffset'.")
    return value if "T" in value else value + "T11:59:00Z"


_CONTACT_TEXTS = [
    "assistantName", "businessHomePage", "companyName", "department", "displayName", "fileAs",
    "generation", "givenName", "initials", "jobTitle", "manager", "middleName", "mobilePhone",
    "nickName", "officeLocation", "personalNotes", "profession", "spouseName", "surname", "title",
    "yomiCompanyName", "yomiGivenName", "yomiSurname",
]  # fmt: skip
_EMAIL = complex_of({"name": text, "address": text})
_ADDRESS = complex_of({name: text for name in ("street", "city", "state", "countryOrRegion", "postalCode")})
CONTACT: dict[str, Check] = {
    **{name: text for name in _CONTACT_TEXTS},
    **{name: texts for name in ("businessPhones", "homePhones", "imAddresses", "children", "categories")},
    **{name: _ADDRESS for name in ("businessAddress", "homeAddress", "otherAddress")},
    "emailAddresses": collection(_EMAIL),
    "birthday": birthday,
}
RANKED = ("primaryEmailAddress", "secondaryEmailAddress", "tertiaryEmailAddress")
CONTACT_DEFAULTS: dict[str, Any] = {
    **{name: None for name in _CONTACT_TEXTS},
    **{
        name: [] for name in ("categories", "businessPhones", "homePhones", "imAddresses", "children", "emailAddresses")
    },
    **{name: {} for name in ("businessAddress", "homeAddress", "otherAddress")},
    "personalNotes": "",
    "birthday": None,
}
READ_ONLY = frozenset({"id", "changeKey", "createdDateTime", "lastModifiedDateTime", "parentFolderId"})
BODY = complex_of({"contentType": one_of("text", "html"), "content": text})
_RECIPIENT = complex_of({"address": text, "name": text})
_ATTENDEE = complex_of({"emailAddress": _RECIPIENT, "type": one_of("required", "optional", "resource")})
CHOICES: dict[str, tuple[str, ...]] = {
    "showAs": ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown"),
    "importance": ("low", "normal", "high"),
    "sensitivity": ("normal", "personal", "private", "confidential"),
    "status": ("notStarted", "inProgress", "completed", "waitingOnOthers", "deferred"),
}
"""What members of events and tasks may hold (section 7)."""
EVENT: dict[str, Check] = {
    "subject": text,
    "body": BODY,
    "start": checked_moment,
    "end": checked_moment,
    "showAs": one_of(*CHOICES["showAs"]),
    "importance": one_of(*CHOICES["importance"]),
    "sensitivity": one_of(*CHOICES["sensitivity"]),
    "isAllDay": boolean,
    "isReminderOn": boolean,
    "reminderMinutesBeforeStart": whole,
    "categories": texts,
    "transactionId": text,
    "attendees": collection(_ATTENDEE),
    "location": complex_of({"displayName": text}),
    "responseRequested": boolean,
    "hideAttendees": boolean,
    "allowNewTimeProposals": boolean,
}
EVENT_DEFAULTS: dict[str, Any] = {
    "categories": [],
    "transactionId": None,
    "subject": "",
    "importance": "normal",
    "sensitivity": "normal",
    "isAllDay": False,
    "isCancelled": False,
    "isOrganizer": True,
    "isReminderOn": True,
    "reminderMinutesBeforeStart": 15,
    "responseRequested": True,
    "showAs": "busy",
    "type": "singleInstance",
    "body": {"contentType": "html", "content": ""},
    "location": {"displayName": ""},
    "attendees": [],
}
TASK: dict[str, Check] = {
    "title": text,
    "body": BODY,
    "status": one_of(*CHOICES["status"]),
    "importance": one_of(*CHOICES["importance"]),
    "isReminderOn": boolean,
    "categories": texts,
    "dueDateTime": nullable(checked_moment),
    "startDateTime": nullable(checked_moment),
    "reminderDateTime": nullable(checked_moment),
    "completedDateTime": nullable(checked_moment),
}
TASK_DEFAULTS: dict[str, Any] = {
    "title": "",
    "status": "notStarted",
    "importance": "normal",
    "isReminderOn": False,
    "categories": [],
    "body": {"content": "", "contentType": "text"},
}
LINKED: dict[str, Check] = {name: text for name in ("applicationName", "displayName", "externalId", "webUrl")}

SELECTABLE: dict[str, frozenset[str]] = {
    "outlookCategory": frozenset({"id", "displayName", "color"}),
    "contact": frozenset({*CONTACT, *RANKED, *READ_ONLY}),
    "contactFolder": frozenset({"id", "displayName", "parentFolderId"}),
    "event": frozenset({*EVENT, *EVENT_DEFAULTS, *READ_ONLY, "iCalUId", "bodyPreview", "webLink", "organizer"})
    - {"parentFolderId"},
    "calendar": frozenset(
        ["id", "name", "color", "hexColor", "isDefaultCalendar", "canEdit", "canShare", "changeKey", "owner"]
    ),
    "todoTask": frozenset({*TASK, "id", "createdDateTime", "lastModifiedDateTime"}),
    "todoTaskList": frozenset({"id", "displayName", "isOwner", "isShared", "wellknownListName"}),
    "person": frozenset(
        [
            "id",
            "displayName",
            "givenName",
            "surname",
            "scoredEmailAddresses",
            "phones",
            "companyName",
            "jobTitle",
            "userPrincipalName",
            "personType",
        ]
    ),
    "user": frozenset(
        [
            "id",
            "displayName",
            "givenName",
            "surname",
            "mail",
            "userPrincipalName",
            "businessPhones",
            "mobilePhone",
            "jobTitle",
        ]
    ),
}

_EXTENDED = re.compile(
    r"(String|Integer|Boolean|Double|SystemTime|CLSID) "
    r"(?:\{([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\} (Name \S.*|Id 0x[0-9a-f]+)"
    r"|(0x[0-9a-f]+))\Z",
    re.IGNORECASE,
)


def extended_key(spelled: Any) -> tuple[str, str, str] | None:
    """What makes an extended property's id: type and GUID without regard to case, the name with; None if it is none."""
    found = _EXTENDED.match(spelled) if isinstance(spelled, str) else None
    return None if found is None else (found[1].lower(), (found[2] or "").lower(), found[3] or found[4].lower())


def extended_properties(value: Any) -> dict[tuple[str, str, str], tuple[str, str | None]]:
    """``singleValueExtendedProperties`` of a body."""
    found: dict[tuple[str, str, str], tuple[str, str | None]] = {}
    if not isinstance(value, list):
        raise bad_body("'singleValueExtendedProperties' must be a collection.")
    for one in value:
        if not isinstance(one, dict) or {name for name in one if "@" not in name} != {"id", "value"}:
            raise bad_body("An extended property has an id and a value.")
        key = extended_key(one["id"])
        if key is None:
            raise invalid_value("singleValueExtendedProperties", "the id of a property is malformed")
        found[key] = one["id"], text("value", one["value"])
    return found
