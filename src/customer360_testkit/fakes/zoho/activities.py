"""Rules of calls, events, tasks, cases and notes (contract section 7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from customer360_testkit.fakes.oauth import FakeUser
from customer360_testkit.fakes.zoho.errors import RowError
from customer360_testkit.fakes.zoho.schema import Schema
from customer360_testkit.fakes.zoho.store import Row, Store
from customer360_testkit.fakes.zoho.values import invalid, mandatory

ACTIVITIES = ("Tasks", "Events", "Calls")
GROUPED = {"Activities_Chronological_View": True, "Activities_Chronological_View_History": False}
"""Lists over all activities, and whether they show the open ones."""
_DURATION = re.compile(r"(\d{1,4}):([0-5]\d)", re.ASCII)
STATUS_ALIASES = ("Outgoing_Call_Status", "Outbound_Call_Status")


class Rules:
    """What Zoho checks beyond single fields. Works on raw values: ``given`` is what this write sets, ``old`` the row
    before (None for a create); returns what else is to be set. Raises RowError."""

    def __init__(
        self, store: Store, schema: Schema, users: Mapping[str, FakeUser], readings: Mapping[str, str]
    ) -> None:
        self.store = store
        self.schema = schema
        self.users = {user.id: user for user in users.values()}
        self.readings = readings

    def apply(self, module: str, given: Row, old: Row | None, now: float, path: str) -> Row:
        if module in ACTIVITIES:
            self._links(given, old, path)
        if module == "Calls":
            return self._call(given, old, now, path)
        if module == "Events":
            return self._event(given, old, path)
        if module == "Tasks":
            return self._task(given, old, now)
        if module == "Cases" and old is None:
            self.store.case_number += 1
            return {"Case_Number": f"CASE-{self.store.case_number:05d}"}
        return {}

    def _links(self, given: Row, old: Row | None, path: str) -> None:
        """Who_Id takes contacts only; What_Id needs $se_module."""
        if not given.keys() & {"Who_Id", "What_Id", "$se_module"}:
            return
        if old is not None and self.readings["clear_link"] == "ignored":
            for name in ("Who_Id", "What_Id"):
                if name in given and given[name] is None:
                    given[name] = old.get(name)
        before = old or {}
        who = given.get("Who_Id", before.get("Who_Id"))
        what = given.get("What_Id", before.get("What_Id"))
        if given.get("What_Id") is not None and not given.get("$se_module"):
            raise mandatory("$se_module", f"{path}.$se_module")
        se_module = given.get("$se_module", before.get("$se_module"))
        if what is not None:
            known = isinstance(se_module, str) and se_module in self.schema.modules and se_module != "Contacts"
            if not known or se_module in ACTIVITIES or se_module == "Notes":
                raise invalid("$se_module", f"{path}.$se_module", expected_data_type="text")
            if given.get("What_Id") is not None and self.store.get(str(se_module), what) is None:
                details = {"api_name": "What_Id", "json_path": f"{path}.What_Id.id"}
                raise RowError("INVALID_DATA", "the id given seems to be invalid", details)
            if se_module == "Leads" and who is not None:
                raise invalid("Who_Id", f"{path}.Who_Id")
        elif given.get("$se_module") not in (None, "Contacts"):
            raise mandatory("What_Id", f"{path}.What_Id")
        given["Who_Id"], given["What_Id"] = who, what
        given["$se_module"] = se_module if what is not None else "Contacts" if who is not None else None

    def _call(self, given: Row, old: Row | None, now: float, path: str) -> Row:
        before = old or {}
        if old is not None:
            if given.get("Call_Type", old["Call_Type"]) != old["Call_Type"]:
                raise invalid("Call_Type", f"{path}.Call_Type")
            if old["Call_Status"] != "Scheduled" and given.get("Owner", old["Owner"]) != old["Owner"]:
                raise invalid("Owner", f"{path}.Owner")
        kind = given.get("Call_Type", before.get("Call_Type"))
        if kind not in self.schema.modules["Calls"].fields["Call_Type"].values:
            raise invalid("Call_Type", f"{path}.Call_Type", expected_data_type="picklist")
        start = given.get("Call_Start_Time", before.get("Call_Start_Time"))
        status = next((given[name] for name in STATUS_ALIASES if given.get(name)), before.get("$outbound"))
        if kind == "Outbound" and status is None and start is not None and start > now:
            status = "Scheduled"
        scheduled = kind == "Outbound" and status == "Scheduled"
        if scheduled and not (given.get("Who_Id", before.get("Who_Id")) or given.get("What_Id", before.get("What_Id"))):
            raise mandatory("Who_Id", f"{path}.Who_Id")
        seconds = before.get("Call_Duration_in_seconds")
        if "Call_Duration" in given:
            seconds = self._seconds(given["Call_Duration"], path)
        if kind == "Missed":
            seconds = None if self.readings["missed_duration"] == "null" else 0
        elif scheduled:
            seconds = None
        elif seconds is None:
            raise mandatory("Call_Duration", f"{path}.Call_Duration")
        elif seconds == 0:
            details = {"api_name": "Call_Duration", "json_path": f"{path}.Call_Duration"}
            raise RowError("DEPENDENT_MISMATCH", "the call duration does not fit the call type", details)
        shown = {"Inbound": "Received", "Missed": "Missed"}.get(kind) or status or "Completed"
        return {
            "Call_Duration": None if seconds is None else f"{seconds // 60:02d}:{seconds % 60:02d}",
            "Call_Duration_in_seconds": seconds,
            "Call_Status": shown,
            "$outbound": status if kind == "Outbound" else None,
            **{name: (status or "Completed") if kind == "Outbound" else None for name in STATUS_ALIASES},
        }

    def _seconds(self, text: Any, path: str) -> int | None:
        if text is None:
            return None
        match = _DURATION.fullmatch(text) if isinstance(text, str) else None
        if match is None or (int(match[1]) > 59 and self.readings["long_calls"] == "refused"):
            raise invalid("Call_Duration", f"{path}.Call_Duration", expected_data_type="string")
        return int(match[1]) * 60 + int(match[2])

    def _event(self, given: Row, old: Row | None, path: str) -> Row:
        before = old or {}
        start = given.get("Start_DateTime", before.get("Start_DateTime"))
        end = given.get("End_DateTime", before.get("End_DateTime"))
        if start is not None and end is not None and end < start:
            raise invalid("End_DateTime", f"{path}.End_DateTime")
        if given.get("Participants") is None:
            return {}
        rows = given["Participants"]
        if not isinstance(rows, list):
            raise invalid("Participants", f"{path}.Participants", expected_data_type="jsonarray")
        if self.readings["participants_limit"] == "50" and len(rows) > 50:
            raise invalid("Participants", f"{path}.Participants", maximum_length=50)
        return {"Participants": [self._participant(row, f"{path}.Participants[{at}]") for at, row in enumerate(rows)]}

    def _participant(self, row: Any, path: str) -> Row:
        kind = row.get("type") if isinstance(row, dict) else None
        if kind == "email":
            email = row.get("Email")
            if not isinstance(email, str) or "@" not in email:
                raise invalid("Email", f"{path}.Email", expected_data_type="email")
            return self._invited(kind, email, None, email)
        if kind not in ("contact", "lead", "user"):
            raise invalid("type", f"{path}.type")
        person = row.get("participant")
        if kind == "user":
            known = self.users.get(str(person))
            found = None if known is None else {"Full_Name": known.name, "Email": known.email}
        else:
            found = self.store.get("Contacts" if kind == "contact" else "Leads", str(person))
        if found is None:
            details = {"api_name": "participant", "json_path": f"{path}.participant"}
            raise RowError("INVALID_DATA", "the id given seems to be invalid", details)
        return self._invited(kind, found["Email"], found["Full_Name"], str(person))

    def _invited(self, kind: str, email: str | None, name: str | None, participant: str) -> Row:
        about = {"type": kind, "Email": email, "name": name, "participant": participant}
        return {**about, "invited": False, "status": "not_known", "id": self.store.new_id()}

    @staticmethod
    def _task(given: Row, old: Row | None, now: float) -> Row:
        status = given.get("Status", (old or {}).get("Status")) or "Not Started"
        closed = (old or {}).get("Closed_Time")
        if status != "Completed":
            closed = None
        elif closed is None:
            closed = int(now)
        return {"Status": status, "Closed_Time": closed}


def is_open(module: str, row: Row, now: float) -> bool:
    """Whether an activity is still to be done: Tasks, Events and Calls related lists show only these."""
    if module == "Tasks":
        return bool(row.get("Status") != "Completed")
    if module == "Events":
        end = row.get("End_DateTime")
        return end is not None and end > now
    return row.get("Call_Status") == "Scheduled"
