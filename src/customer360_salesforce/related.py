"""Salesforce's activities as our models: which object holds which kind, which field means what (section 7)."""

from __future__ import annotations

from typing import Final

import attrs

from customer360.core.errors import Unsupported
from customer360.core.metadata import Resource
from customer360.core.records import RecordRef, RelatedKind, RelatedRecord
from customer360_salesforce.asking import Row
from customer360_salesforce.auth import KEY
from customer360_salesforce.records import fields_of, owner_of, text_of, time_of

ACTIVITIES: Final = (
    Resource(name="ContentNote", label="Notes", related_kind=RelatedKind.NOTE),
    Resource(name="Task", label="Tasks", related_kind=RelatedKind.TASK),
    # Calls are Tasks of a subtype; the name is ours, the records' refs say Task.
    Resource(name="Call", label="Calls", related_kind=RelatedKind.CALL),
    Resource(name="Event", label="Events", related_kind=RelatedKind.EVENT),
    Resource(name="Case", label="Cases", related_kind=RelatedKind.CASE),
    Resource(name="Opportunity", label="Opportunities", related_kind=RelatedKind.DEAL),
)
OBJECT_OF: Final = {
    RelatedKind.NOTE: "ContentNote",
    RelatedKind.TASK: "Task",
    RelatedKind.CALL: "Task",
    RelatedKind.EVENT: "Event",
    RelatedKind.CASE: "Case",
    RelatedKind.DEAL: "Opportunity",
}


@attrs.frozen
class Reading:
    """Which fields of an activity's object mean what; ``at`` is what its users sort by."""

    title: str
    text: str
    at: str
    status: str | None = None
    more: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        named = (self.title, self.text, self.at, self.status, "OwnerId", "CreatedDate", *self.more)
        return ("Id", *(name for name in dict.fromkeys(named) if name))


_CALL = ("CallType", "CallDurationInSeconds", "CallDisposition")
_TIES = ("WhoId", "WhatId")
READINGS: Final = {
    "Task": Reading(
        *("Subject", "Description", "CreatedDate", "Status"),
        ("Priority", "ActivityDate", "TaskSubtype", *_CALL, *_TIES),
    ),
    "Event": Reading("Subject", "Description", "StartDateTime", None, ("EndDateTime", "Location", *_TIES)),
    "Case": Reading(
        *("Subject", "Description", "CreatedDate", "Status"),
        ("CaseNumber", "Priority", "Origin", "ContactId", "AccountId"),
    ),
    "Opportunity": Reading("Name", "Description", "CreatedDate", "StageName", ("Amount", "CloseDate", "AccountId")),
    "ContentNote": Reading("Title", "TextPreview", "CreatedDate"),
    "Note": Reading("Title", "Body", "CreatedDate", None, ("ParentId",)),
}


def related_of(name: str, row: Row, *, url: str | None = None) -> RelatedRecord:
    """A row of an activity's object as a related record."""
    reading, created = READINGS[name], time_of(row.get("CreatedDate"))
    call = name == "Task" and row.get("TaskSubtype") == "Call"
    return RelatedRecord(
        ref=RecordRef(KEY, name, str(row.get("Id", ""))),
        kind=RelatedKind.CALL if call else _KIND_OF[name],
        title=text_of(row, reading.title),
        text=text_of(row, reading.text),
        at=time_of(row.get(reading.at)) or created,
        created_at=created,
        status=(text_of(row, reading.status) or None) if reading.status else None,
        owner=owner_of(row),
        url=url,
        fields=fields_of(row),
    )


_KIND_OF: Final = {
    "Task": RelatedKind.TASK,
    "Event": RelatedKind.EVENT,
    "Case": RelatedKind.CASE,
    "Opportunity": RelatedKind.DEAL,
    "ContentNote": RelatedKind.NOTE,
    "Note": RelatedKind.NOTE,
}


def object_of(resource: str) -> str:
    """The Salesforce object behind an activity resource; :class:`Unsupported` for what is none."""
    name = "Task" if resource == "Call" else resource
    if name not in READINGS:
        raise Unsupported(f"{resource!r} is no activity of Salesforce", next_step="use one from list_resources()")
    return name
