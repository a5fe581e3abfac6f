"""What Salesforce's own pages tell of tasks, calls, events, cases and both kinds of notes (contract, section 7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from customer360_testkit.fakes.salesforce.store import Row
from customer360_testkit.fakes.screen import ActivityKind, Screen, plain

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

_OBJECTS: dict[ActivityKind, tuple[str, ...]] = {
    "note": ("ContentNote", "Note"), "task": ("Task",), "call": ("Task",), "event": ("Event",), "case": ("Case",),
}  # fmt: skip
_WAITING = frozenset({"Waiting on someone else", "Deferred"})
_DIRECTIONS: dict[str, Literal["inbound", "outbound", "internal"]] = {
    "Inbound": "inbound", "Outbound": "outbound", "Internal": "internal",
}  # fmt: skip
_LINKS = ("WhoId", "WhatId", "AccountId", "ContactId", "ParentId")


def screen(fake: SalesforceFake, kind: ActivityKind, record_id: str) -> Screen | None:
    found = ((name, row) for name in _OBJECTS[kind] if (row := fake.store.get(name, record_id)) is not None)
    name, row = next(found, ("", None))
    if row is None or (name == "Task" and (row["TaskSubtype"] == "Call") is not (kind == "call")):
        return None
    common: dict[str, Any] = {"owner": row["OwnerId"], "ties": _ties(fake, name, row)}
    if name == "ContentNote":
        return Screen(**common, subject=row["Title"], text=plain(row["Content"]))
    if name == "Note":
        return Screen(**common, subject=row["Title"], text=row["Body"], private=bool(row["IsPrivate"]))
    common |= {"subject": row["Subject"], "text": row["Description"], "people": _people(fake, name, row)}
    if name == "Event":
        return Screen(**common, **_event(row))
    if name == "Case":
        channel: Any = row["Origin"] and ("phone" if row["Origin"] == "Phone" else "other")
        told = {"number": row["CaseNumber"], "channel": channel, "priority": _priority(row["Priority"])}
        return Screen(**common, state=_state(row), **told)
    day = date.fromisoformat(row["ActivityDate"]) if row["ActivityDate"] else None
    common |= {"state": _state(row), "due": day, "reminds": bool(row["IsReminderSet"])}
    if kind == "call":
        seconds = row["CallDurationInSeconds"]
        common |= {"length": None if seconds is None else timedelta(seconds=seconds)}
        return Screen(**common, direction=_DIRECTIONS.get(row["CallType"] or ""), result=row["CallDisposition"])
    return Screen(**common, priority=_priority(row["Priority"]))


def _event(row: Row) -> dict[str, Any]:
    times = {"starts": _moment(row["StartDateTime"]), "ends": _moment(row["EndDateTime"])}
    flags = {"all_day": bool(row["IsAllDayEvent"]), "busy": row["ShowAs"] != "Free", "private": bool(row["IsPrivate"])}
    return {**times, **flags, "place": row["Location"], "reminds": bool(row["IsReminderSet"])}


def _state(row: Row) -> Literal["open", "waiting", "done"]:
    return "done" if row["IsClosed"] else "waiting" if row["Status"] in _WAITING else "open"


def _priority(told: Any) -> Literal["low", "normal", "high"]:
    return "high" if told == "High" else "low" if told == "Low" else "normal"


def _moment(seconds: Any) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _people(fake: SalesforceFake, name: str, row: Row) -> frozenset[str]:
    """Whom the page names beside what it is related to; of a contact behind a person account that account, too."""
    person = row.get("ContactId" if name == "Case" else "WhoId")
    hidden = fake.follow(person, None) if person else None
    account = hidden.get("AccountId") if hidden and hidden.get("IsPersonAccount") else None
    return frozenset(each for each in (person, account) if each)


def _ties(fake: SalesforceFake, name: str, row: Row) -> frozenset[str]:
    """Lookups, and of an enhanced note its links."""
    ties = {str(row[link]) for link in _LINKS if row.get(link)}
    if name == "ContentNote":
        links = fake.store.rows("ContentDocumentLink")
        ties |= {str(link["LinkedEntityId"]) for link in links if link["ContentDocumentId"] == row["Id"]}
    return frozenset(ties - {row["OwnerId"]})
