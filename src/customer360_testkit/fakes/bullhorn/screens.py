"""What Bullhorn's own pages tell of notes (calls are notes, too), tasks and appointments (contract, section 7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from customer360_testkit.fakes.bullhorn.fields import PERSON
from customer360_testkit.fakes.bullhorn.store import Row
from customer360_testkit.fakes.screen import ActivityKind, Screen, Tie, plain

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake

_ENTITIES: dict[ActivityKind, str] = {"note": "Note", "call": "Note", "task": "Task", "event": "Appointment"}
_PRIORITIES: dict[int, Literal["low", "normal", "high"]] = {1: "low", 2: "normal", 3: "high"}
_LINKS = {
    **{"candidate": "Candidate", "clientContact": "ClientContact", "lead": "Lead"},
    **{"candidateReference": "Candidate", "clientContactReference": "ClientContact", "personReference": PERSON},
    **{"jobOrder": "JobOrder", "opportunity": "Opportunity", "placement": "Placement"},
}
"""The references of all of them, and what each leads to."""


def screen(fake: BullhornFake, kind: ActivityKind, record_id: str, user: str) -> Screen | None:
    """Times are moments: on which day a task is due depends on where its reader is.

    A colleague's copy of an appointment is no other than the one that it hangs under.
    """
    row = fake.store.get(_ENTITIES[kind], int(record_id)) if kind in _ENTITIES else None
    if row is None or row["isDeleted"] or row.get("parentAppointment") is not None:
        return None
    match kind:
        case "task":
            return _task(row, ZoneInfo(fake.users[user].time_zone))
        case "event":
            return _appointment(row)
    return _note(fake, row)


def _note(fake: BullhornFake, row: Row) -> Screen:
    """Its category says that it tells of a call, and which way that went."""
    action = (row["action"] or "").casefold()
    called = "call" in action
    links = (link for link in fake.store.rows("NoteEntity") if link["note"] == row["id"])
    about = row["personReference"][1]
    others = (str(link["targetEntityID"]) for link in links if link["targetEntityID"] != about)
    ties = _ties(row).union(others)  # of further people it is not said of which kind they are
    common: dict[str, Any] = {"text": plain(row["comments"]), "owner": _id(row["commentingPerson"]), "ties": ties}
    if not called:
        return Screen(**common)
    way: Any = next((each for each in ("inbound", "outbound") if each in action), None)
    length = None if row["minutesSpent"] is None else timedelta(minutes=row["minutesSpent"])
    return Screen(**common, direction=way, starts=_moment(row["dateAdded"]), length=length)


def _task(row: Row, zone: ZoneInfo) -> Screen:
    done, finished = bool(row["isCompleted"]), row["dateCompleted"] is not None
    begins = _moment(row["dateBegin"])
    return Screen(
        subject=row["subject"],
        text=row["description"],
        state="unclear" if done is not finished else "done" if done else "open",
        priority=_PRIORITIES[row["priority"]],
        due=begins.astimezone(zone).date() if begins else None,
        reminds=bool(row["notificationMinutes"]),
        private=bool(row["isPrivate"]),
        owner=_id(row["owner"]),
        ties=_ties(row),
    )


def _appointment(row: Row) -> Screen:
    return Screen(
        subject=row["subject"],
        text=row["description"],
        starts=_moment(row["dateBegin"]),
        ends=_moment(row["dateEnd"]),
        all_day=bool(row["isAllDay"]),
        place=row["location"],
        reminds=bool(row["notificationMinutes"]),
        private=bool(row["isPrivate"]),
        owner=_id(row["owner"]),
        ties=_ties(row),
    )


def _moment(milliseconds: Any) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def _id(raw: Any) -> str | None:
    """Of a reference: a number, or what it is of and a number."""
    return None if raw is None else str(raw[1] if isinstance(raw, tuple | list) else raw)


def _ties(row: Row) -> frozenset[Tie]:
    """Ids of people may be theirs by type, so each is told with it."""
    return frozenset(_tie(name, row[name]) for name in _LINKS if row.get(name) is not None)


def _tie(name: str, raw: Any) -> Tie:
    """A reference to anybody holds what it is of and a number."""
    return (str(raw[0]), str(raw[1])) if isinstance(raw, tuple | list) else (_LINKS[name], str(raw))
