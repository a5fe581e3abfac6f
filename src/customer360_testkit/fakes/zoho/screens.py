"""What Zoho's own pages tell of notes, tasks, calls, events and cases (contract, section 7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from customer360_testkit.fakes.screen import ActivityKind, Screen
from customer360_testkit.fakes.zoho.store import Row

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake

_MODULES: dict[ActivityKind, str] = {
    "note": "Notes", "task": "Tasks", "call": "Calls", "event": "Events", "case": "Cases",
}  # fmt: skip
_DONE = frozenset({"Completed", "Closed", "Received", "Missed", "Cancelled"})
_WAITING = frozenset({"Deferred", "Waiting for input", "On Hold"})
_LINKS = ("Who_Id", "What_Id", "Parent_Id", "Related_To", "Account_Name", "Deal_Name")


def screen(fake: ZohoFake, kind: ActivityKind, record_id: str) -> Screen | None:
    row = fake.store.get(_MODULES[kind], record_id)
    if row is None:
        return None
    ties = frozenset(str(row[name]) for name in _LINKS if row.get(name))
    common: dict[str, Any] = {"text": row.get("Description"), "owner": row["Owner"], "ties": ties}
    match kind:
        case "note":
            return Screen(**{**common, "subject": row["Note_Title"], "text": row["Note_Content"]})
        case "task":
            return Screen(**common, **_state(row["Status"]), **_task(row))
        case "call":
            return Screen(**common, **_state(row["Call_Status"]), **_call(row))
        case "event":
            return Screen(**common, **_event(row))
    return Screen(**common, **_state(row["Status"]), **_case(row))


def _case(row: Row) -> dict[str, Any]:
    channel = row["Case_Origin"] and ("phone" if row["Case_Origin"] == "Phone" else "other")
    told = {"number": row["Case_Number"], "channel": channel}
    return {**told, "subject": row["Subject"], "priority": _priority(row["Priority"])}


def _task(row: Row) -> dict[str, Any]:
    due = date.fromisoformat(row["Due_Date"]) if row["Due_Date"] else None
    urgent = {"priority": _priority(row["Priority"]), "reminds": bool(row["Remind_At"])}
    return {"subject": row["Subject"], "due": due, **urgent}


def _call(row: Row) -> dict[str, Any]:
    """Missed calls are incoming; an outgoing one that nobody took says so by its result."""
    missed = row["Call_Type"] == "Missed" or row["Call_Result"] == "No response/Busy"
    seconds = row["Call_Duration_in_seconds"]
    return {
        "subject": row["Subject"],
        "direction": "outbound" if row["Call_Type"] == "Outbound" else "inbound",
        "outcome": "missed" if missed else "answered",
        "result": row["Call_Result"],
        "starts": _moment(row["Call_Start_Time"]),
        "length": None if seconds is None else timedelta(seconds=seconds),
        "caller": row["Caller_ID"],
        "called": row["Dialled_Number"],
        "reminds": bool(row["Remind_At"]),
    }


def _event(row: Row) -> dict[str, Any]:
    times = {"starts": _moment(row["Start_DateTime"]), "ends": _moment(row["End_DateTime"])}
    flags = {"all_day": bool(row["All_day"]), "reminds": bool(row["Remind_At"])}
    return {"subject": row["Event_Title"], "place": row["Venue"], **times, **flags}


def _state(status: str) -> dict[str, Any]:
    return {"state": "done" if status in _DONE else "waiting" if status in _WAITING else "open"}


def _priority(told: Any) -> Literal["low", "normal", "high"]:
    return "high" if told in ("High", "Highest") else "low" if told in ("Low", "Lowest") else "normal"


def _moment(seconds: Any) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
