"""Bullhorn's activities as our models: which entity holds which kind, which field means what (section 7)."""

from __future__ import annotations

import html
import re
from typing import Final

import attrs

from customer360.core.errors import Unsupported
from customer360.core.metadata import Resource
from customer360.core.records import RecordRef, RelatedKind, RelatedRecord
from customer360_bullhorn.asking import Row
from customer360_bullhorn.auth import KEY
from customer360_bullhorn.records import fields_of, id_of, owner_of, text_of, time_of

ACTIVITIES: Final = (
    Resource(name="Note", label="Notes", related_kind=RelatedKind.NOTE),
    # Calls are notes with an action that says so; the name is ours, the records' refs say Note.
    Resource(name="Call", label="Calls", related_kind=RelatedKind.CALL),
    Resource(name="Task", label="Tasks", related_kind=RelatedKind.TASK),
    Resource(name="Appointment", label="Appointments", related_kind=RelatedKind.EVENT),
    Resource(name="JobSubmission", label="Job submissions", related_kind=RelatedKind.DEAL),
    Resource(name="Placement", label="Placements", related_kind=RelatedKind.DEAL),
    Resource(name="JobOrder", label="Jobs", related_kind=RelatedKind.DEAL),
    Resource(name="Opportunity", label="Opportunities", related_kind=RelatedKind.DEAL),
)
KIND_OF: Final = {each.name: each.related_kind for each in ACTIVITIES if each.related_kind and each.name != "Call"}
DEALS: Final = {
    "Candidate": ("JobSubmission", "Placement"),
    "ClientContact": ("JobOrder", "Opportunity"),
    "ClientCorporation": ("JobOrder", "Opportunity"),
}
"""What recruiters expect beside a person, for each kind of person; leads have nothing of the sort."""


@attrs.frozen
class Reading:
    """Which fields of an activity's entity mean what; ``at`` is what its users sort by.

    ``deletable`` says that the entity has ``isDeleted``.
    """

    title: str
    text: str
    at: str
    status: str | None = None
    more: tuple[str, ...] = ()
    deletable: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        named = (self.title, self.text, self.at, self.status, *self.more)
        return ("id", *(name for name in dict.fromkeys(named) if name))


_JOB: Final = "jobOrder(id,title)"
READINGS: Final = {
    "Note": Reading("action", "comments", "dateAdded", None, ("minutesSpent", "isDeleted", "commentingPerson(id)")),
    "Task": Reading(
        "subject",
        "description",
        "dateBegin",
        None,
        ("dateEnd", "dateAdded", "type", "priority", "isCompleted", "owner(id)"),
    ),
    "Appointment": Reading(
        "subject",
        "description",
        "dateBegin",
        "type",
        ("dateEnd", "dateAdded", "location", "communicationMethod", "owner(id)"),
    ),
    "JobSubmission": Reading("", "", "dateAdded", "status", (_JOB,)),
    "Placement": Reading("", "", "dateAdded", "status", (_JOB,), deletable=False),
    "JobOrder": Reading("title", "", "dateAdded", "status", ("owner(id)", "clientCorporation(id,name)")),
    "Opportunity": Reading(
        "title", "", "dateAdded", "status", ("dealValue", "owner(id)", "clientCorporation(id,name)")
    ),
}


_LONGEST_TITLE: Final = 80


def entity_of(resource: str) -> str:
    """The entity behind an activity resource; :class:`Unsupported` for what is none."""
    name = "Note" if resource == "Call" else resource
    if name not in READINGS:
        raise Unsupported(f"{resource!r} is no activity of Bullhorn", next_step="use one from list_resources()")
    return name


def related_of(name: str, row: Row, *, call: bool = False, url: str | None = None) -> RelatedRecord:
    """A row of an activity's entity as a related record; ``call`` says that a note's action is that of a call."""
    reading, job = READINGS[name], row.get("jobOrder")
    title = text_of(row, reading.title) or (text_of(job, "title") if isinstance(job, dict) else "")
    text = text_of(row, reading.text)
    if name == "Note":
        text = plain(text)
        if not call:  # what it is called says nothing of it: most are of one kind
            title = next((line for line in text.splitlines() if line.strip()), title)[:_LONGEST_TITLE]
    status = text_of(row, reading.status) if reading.status else ""
    fields = fields_of(row, {})
    if name == "Task":
        status = "Completed" if row.get("isCompleted") is True else "Open"
        fields["priority"] = str(row.get("priority") or "") or None  # one of its choices, which are text
    return RelatedRecord(
        ref=RecordRef(KEY, name, id_of(row) or ""),
        kind=RelatedKind.CALL if call else KIND_OF[name],
        title=title,
        text=text,
        at=time_of(row.get(reading.at)),
        created_at=None if call else time_of(row.get("dateAdded")),  # of a call it is when the call began
        status=status or None,
        owner=owner_of(row, "commentingPerson" if name == "Note" else "owner"),
        url=url,
        fields=fields,
    )


# HTML ---------------------------------------------------------------------------------------------------------------

_LINES: Final = "p|div|li|h[1-6]|tr"
_BLOCK: Final = rf"</?(?:br|ul|ol|table|{_LINES})\b[^>]*>"
_BESIDE = re.compile(rf"({_BLOCK})\s*[\r\n]\s*|\s*[\r\n]\s*(?={_BLOCK})", re.IGNORECASE)
"""Editors wrap and indent their HTML where one block follows another, which is not to be seen."""
_BREAK = re.compile(rf"<br\b[^>]*>(?:</(?:{_LINES})>)?|</(?:{_LINES})>", re.IGNORECASE)
_BLOCKS = re.compile(rf"(?:{_BLOCK})+", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def marked_up(text: str) -> str:
    """Text as a note's comments, which are HTML: raw line ends vanish there."""
    return "<br>".join(html.escape(line, quote=False) for line in text.splitlines())


def plain(comments: str) -> str:
    """What a note's comments say, line by line: paragraphs and items of lists are lines of their own."""
    lined = _BREAK.sub("\n", _BESIDE.sub(r"\1", comments))
    parted = _BLOCKS.sub(lambda found: "" if lined[found.start() - 1 : found.start()] == "\n" else "\n", lined)
    return html.unescape(_TAG.sub("", parted)).strip("\n")
