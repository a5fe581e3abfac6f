"""What is the same for every kind of activity when it is written, and what tasks and events share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from customer360.core.activities import ActivityDraft
from customer360.core.errors import InvalidValue, Unsupported
from customer360.core.linking import LinkFacts
from customer360.core.records import Fields, RecordRef
from customer360_microsoft365.places import KEY
from customer360_microsoft365.records import day, when

_ZONED: Final = frozenset({"start", "end", "dueDateTime", "startDateTime", "completedDateTime", "reminderDateTime"})
_OURS: Final = frozenset({"singleValueExtendedProperties", "linkedResources", "transactionId", "id", "attendees"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def subject_of(draft: ActivityDraft) -> str:
    """The subject, else the first line of the text, else the kind: a list of nameless records helps nobody."""
    first = (draft.text.strip().splitlines() or [""])[0].strip()
    return in_one_line(draft.subject) or first[:200] or draft.kind.value.capitalize()


def in_one_line(text: str) -> str:
    """The text with a space for each end of a line; the spaces within a line are whoever typed them's."""
    return " ".join(line.strip() for line in text.splitlines() if line.strip())


def text_body(text: str) -> dict[str, str]:
    return {"contentType": "text", "content": text}


def refuse_owner(facts: LinkFacts, draft: ActivityDraft) -> None:
    """A mailbox is its user's: nothing in it can be another's."""
    if draft.owner is not None and (draft.owner.crm, draft.owner.id) != (KEY, facts.user):
        raise Unsupported("in Microsoft 365 everything belongs to the mailbox's own user", ref=draft.owner)


def extra_fields(extra: Fields) -> dict[str, Any]:
    """Further fields as Graph takes them.

    Those by which we find a record again are not for others to set, and attendees for nobody: they get mail at once.
    """
    body: dict[str, Any] = {}
    for name, value in extra.items():
        if not _NAME.fullmatch(name) or name in _OURS:
            raise InvalidValue(f"{name!r} is no field that can be set", next_step="use a name from describe()")
        match value:
            case datetime():
                body[name] = when(value) if name in _ZONED else value.astimezone(UTC).isoformat()
            case date():
                body[name] = day(value) if name in _ZONED else value.isoformat()
            case tuple():
                body[name] = list(value)
            case Mapping():
                body[name] = dict(value)
            case RecordRef():
                raise InvalidValue(f"the field {name!r} holds no reference")
            case _:
                body[name] = value
    return body
