"""Zoho's activities as our models: which module holds which kind, which field means what (contract, section 7)."""

from __future__ import annotations

from typing import Final

import attrs

from customer360.core.metadata import Resource
from customer360.core.records import RecordRef, RelatedKind, RelatedRecord
from customer360_zoho.asking import Row
from customer360_zoho.records import KEY, USERS, fields_of, lookup_of, text_of, time_of

ACTIVITIES: Final = tuple(
    Resource(name=name, label=name, related_kind=kind)
    for name, kind in (
        ("Notes", RelatedKind.NOTE),
        ("Tasks", RelatedKind.TASK),
        ("Calls", RelatedKind.CALL),
        ("Events", RelatedKind.EVENT),
        ("Cases", RelatedKind.CASE),
        ("Deals", RelatedKind.DEAL),
    )
)

MODULE_OF: Final = {resource.related_kind: resource.name for resource in ACTIVITIES if resource.related_kind}
KIND_OF: Final = {name: kind for kind, name in MODULE_OF.items()}


@attrs.frozen
class Reading:
    """Which fields of an activity module mean what; ``at`` is what its users sort by."""

    title: str
    text: str
    at: str
    status: str | None
    more: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        named = (self.title, self.text, self.at, self.status, "Owner", "Created_Time", *self.more)
        return ("id", *(name for name in dict.fromkeys(named) if name))


READINGS: Final = {
    "Notes": Reading("Note_Title", "Note_Content", "Created_Time", None, ("Parent_Id",)),
    "Tasks": Reading("Subject", "Description", "Created_Time", "Status", ("Due_Date", "Priority")),
    "Calls": Reading(
        "Subject", "Description", "Call_Start_Time", "Call_Type", ("Call_Duration_in_seconds", "Call_Result")
    ),
    "Events": Reading("Event_Title", "Description", "Start_DateTime", None, ("End_DateTime", "Venue")),
    "Cases": Reading("Subject", "Description", "Created_Time", "Status", ("Case_Number", "Priority", "Case_Origin")),
    "Deals": Reading("Deal_Name", "Description", "Created_Time", "Stage", ("Amount", "Closing_Date")),
}


def related_of(module: str, row: Row, *, url: str | None = None) -> RelatedRecord:
    """A row of an activity module as a related record."""
    reading = READINGS[module]
    owner = lookup_of(row, "Owner")
    created = time_of(row.get("Created_Time"))
    return RelatedRecord(
        ref=RecordRef(KEY, module, str(row.get("id", ""))),
        kind=KIND_OF[module],
        title=text_of(row, reading.title),
        text=text_of(row, reading.text),
        at=time_of(row.get(reading.at)) or created,
        created_at=created,
        status=(text_of(row, reading.status) or None) if reading.status else None,
        owner=RecordRef(KEY, USERS, owner) if owner else None,
        url=url,
        fields=fields_of(row),
    )
