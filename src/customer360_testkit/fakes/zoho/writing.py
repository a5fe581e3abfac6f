"""Creating, changing and deleting records (contract sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.besides import Quiet, caused
from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.zoho import asking
from customer360_testkit.fakes.zoho.activities import Rules
from customer360_testkit.fakes.zoho.checking import Checking
from customer360_testkit.fakes.zoho.errors import RowError, ZohoError, invalid_param, missing_param, not_supported
from customer360_testkit.fakes.zoho.fields import Module
from customer360_testkit.fakes.zoho.store import Deleted, Row
from customer360_testkit.fakes.zoho.values import invalid, mandatory, not_an_object

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake

MOST = 100
HEAVY = 10
"""More records than this in one call make it a heavy one."""
_TRIGGERS = frozenset({"workflow", "approval", "blueprint", "pathfinder", "orchestration"})
_REQUESTED = {"lar_id": "ran an assignment rule", "skip_feature_execution": "left out features"}
_CAUSED: Quiet = {
    "Send_Notification_Email": (False, "mailed the owner of a task"),
    "$send_notification": (False, "mailed the participants of a meeting"),
    "Remind_At": (None, "set a reminder"),
    "Recurring_Activity": (None, "made a record recur"),
}

One = Callable[[Any, str], dict[str, Any]]
"""What is done with one record; gets its JSON and its path, gives its row of the answer or raises RowError."""


class Writing:
    """The endpoints that change records. Each record of a call stands or falls by itself."""

    def __init__(self, fake: ZohoFake) -> None:
        self._fake = fake
        self._checking = Checking(fake)
        self._rules = Rules(fake.store, fake.schema, fake.users, fake.switches)

    def routes(self) -> Iterable[Route]:
        yield Route("POST", "/crm/v8/{module}", self.insert)
        yield Route("PUT", "/crm/v8/{module}", self.update)
        yield Route("PUT", "/crm/v8/{module}/{id}", self.update)
        yield Route("POST", "/crm/v8/{module}/upsert", self.upsert)
        yield Route("DELETE", "/crm/v8/{module}", self.delete)
        yield Route("DELETE", "/crm/v8/{module}/{id}", self.delete)

    # --- endpoints ---------------------------------------------------------------------------------------------

    def insert(self, call: Call) -> WireAnswer:
        module = self._fake.module(call)
        self._fake.guard.may(call, module.name, "CREATE")
        return self.insert_rows(call, module, self.data(call))

    def insert_rows(self, call: Call, module: Module, data: list[Any]) -> WireAnswer:
        """Create what ``data`` holds; also for notes that are posted below their parent."""
        return self._each(call, data, 201, lambda given, path: self._insert(call, module, given, path))

    def update(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._fake.module(call)
        fake.guard.may(call, module.name, "UPDATE")
        data = self.data(call)
        alone = asking.record_id(fake, call, module) if "id" in call.params else None
        if alone is not None and len(data) != 1:
            raise ZohoError(400, "INVALID_DATA", "one record is expected", api_name="data", json_path="$.data")

        def one(given: Any, path: str) -> dict[str, Any]:
            if not isinstance(given, dict):
                raise not_an_object(path)
            record_id = given.get("id") if alone is None else alone
            if record_id is None:
                raise mandatory("id", f"{path}.id")
            return self._update(call, module, str(record_id), given, path)

        return self._each(call, data, 200, one)

    def upsert(self, call: Call) -> WireAnswer:
        module = self._fake.module(call)
        self._fake.guard.may(call, module.name, "CREATE")
        self._fake.guard.may(call, module.name, "UPDATE")
        if not module.upsertable:
            raise not_supported(400, "the module is not supported for upsert")
        data, body = self.data(call), asking.body(call)
        unique = [field.name for field in module.fields.values() if field.unique]
        names = body.get("duplicate_check_fields") or [*module.check_fields, *unique]
        if not isinstance(names, list) or any(name not in (*module.check_fields, *unique) for name in names):
            raise ZohoError(400, "INVALID_DATA", "invalid data", api_name="duplicate_check_fields")

        def one(given: Any, path: str) -> dict[str, Any]:
            values = given if isinstance(given, dict) else {}
            for name in names:
                held = self._checking.holder(module, module.fields[name], values.get(name))
                if held is not None:
                    answer = self._update(call, module, held["id"], given, path)
                    return {**answer, "action": "update", "duplicate_field": name}
            return {**self._insert(call, module, given, path), "action": "insert", "duplicate_field": None}

        return self._each(call, data, 200, one)

    def delete(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._fake.module(call)
        fake.guard.may(call, module.name, "DELETE")
        if "id" in call.params:
            ids = [asking.record_id(fake, call, module)]
        else:
            if "composite" in call.state:
                raise not_supported(400, "only one record can be deleted in a composite request")
            ids = call.query.get("ids", "").split(",")
        if not all(ids):
            raise missing_param("ids")
        if len(ids) > MOST:
            raise invalid_param("ids", maximum_length=MOST)

        def one(record_id: str, path: str) -> dict[str, Any]:
            row = self._held(module, record_id, {"id": record_id})
            me, now = call.state["grant"].user.id, fake.now
            gone = Deleted(row["id"], str(row.get(module.name_field) or ""), "recycle", now, me, row["Created_By"])
            fake.store.delete(module.name, gone, now + fake.index_lag)
            return {"code": "SUCCESS", "details": {"id": record_id}, "message": "record deleted", "status": "success"}

        return self._each(call, ids, 200, one)

    # --- one record --------------------------------------------------------------------------------------------

    def _insert(self, call: Call, module: Module, given: Any, path: str) -> dict[str, Any]:
        fake = self._fake
        raw = self._checking.create(module, given, path)
        now, me = fake.now, call.state["grant"].user.id
        raw |= self._rules.apply(module.name, raw, None, now, path)
        if module.name == "Notes":
            raw |= self._checking.note_parent(raw, given, path)
        row: Row = dict.fromkeys(module.fields)
        row |= {"Owner": me, **{name: value for name, value in raw.items() if value is not None}}
        row |= {"id": fake.store.new_id(), "Created_By": me, "Modified_By": me}
        row |= {"Created_Time": now, "Modified_Time": now, **_derived(module, row)}
        self._put(module, row, now)
        fake.besides += caused(_CAUSED, {**given, **row})
        self._touch(row, now)
        return self._success(call, module, row, "record added")

    def _update(self, call: Call, module: Module, record_id: str, given: Any, path: str) -> dict[str, Any]:
        fake = self._fake
        old = self._held(module, record_id, {"id": record_id, "api_name": "id", "json_path": f"{path}.id"})
        moment = asking.instant(call, "If-Unmodified-Since")
        if moment is not None and old["Modified_Time"] > moment:
            raise RowError("ALREADY_MODIFIED", "the record has been modified", {"id": record_id}, 412)
        raw = self._checking.change(module, old, given, path)
        if module.name == "Notes" and "Parent_Id" in raw:
            if fake.switches["move_note"] == "moves":
                raw |= self._checking.note_parent(raw, given, path)
            elif str(raw.pop("Parent_Id")) != old["Parent_Id"]:
                raise invalid("Parent_Id", f"{path}.Parent_Id")
        now = fake.now
        raw |= self._rules.apply(module.name, raw, old, now, path)
        row = {**old, **raw, "Modified_By": call.state["grant"].user.id, "Modified_Time": now}
        row |= _derived(module, row)
        self._put(module, row, now)
        fake.besides += caused(_CAUSED, {**given, **row}, old)
        return self._success(call, module, row, "record updated")

    def _held(self, module: Module, record_id: str, details: dict[str, Any]) -> Row:
        """The record, unless there is none or it is locked."""
        row = self._fake.store.get(module.name, record_id)
        if row is None:
            raise RowError("INVALID_DATA", "the id given seems to be invalid", details)
        if (module.name, record_id) in self._fake.locked:
            raise RowError(self._fake.switches["locked_code"], "the record is locked", {"id": record_id})
        return row

    def _put(self, module: Module, row: Row, now: int) -> None:
        fake = self._fake
        fake.store.put(module.name, row, now, now + fake.index_lag)
        if fake.switches["unknown_picklist"] == "added":
            for field in module.fields.values():
                value = row.get(field.name)
                if field.data_type == "picklist" and value is not None and value not in field.values:
                    fake.schema.change_field(module.name, field.name, values=(*field.values, value))

    def _touch(self, row: Row, now: int) -> None:
        """A record's last activity is when something was last written to it."""
        links = (("Contacts", row.get("Who_Id")), (row.get("$se_module"), row.get("What_Id") or row.get("Parent_Id")))
        for module, record_id in links:
            parent = self._fake.store.get(module, record_id) if module and record_id else None
            if parent is not None:
                touched = {**parent, "Last_Activity_Time": now}
                self._fake.store.put(str(module), touched, now, now + self._fake.index_lag)

    # --- requests and answers ----------------------------------------------------------------------------------

    def data(self, call: Call) -> list[Any]:
        """The records that were sent. Raises ZohoError for what makes the whole call void."""
        body = asking.body(call)
        data = body.get("data")
        if data is None:
            details = {"api_name": "data", "json_path": "$.data"}
            raise ZohoError(400, "MANDATORY_NOT_FOUND", "required field not found", **details)
        if not isinstance(data, list) or not data or len(data) > MOST:
            details = {"api_name": "data", "json_path": "$.data", "expected_data_type": "jsonarray"}
            raise ZohoError(400, "INVALID_DATA", "invalid data", **details, maximum_length=MOST)
        if "composite" in call.state and len(data) > 1:
            raise ZohoError(400, "LIMIT_EXCEEDED", "too many records for a composite request", limit=1)
        triggers = body.get("trigger", [])
        if not isinstance(triggers, list) or not all(isinstance(one, str) and one in _TRIGGERS for one in triggers):
            raise ZohoError(400, "INVALID_DATA", "invalid data", api_name="trigger", json_path="$.trigger")
        if "trigger" in body and (quiet := _TRIGGERS - {*triggers}):
            self._fake.besides.append(f"did not run: {', '.join(sorted(quiet))}")
        self._fake.besides += [words for name, words in _REQUESTED.items() if body.get(name)]
        return data

    def _each(self, call: Call, data: list[Any], good: int, one: One) -> WireAnswer:
        if len(data) > HEAVY:
            self._fake.guard.heavy(call)
        rows: list[dict[str, Any]] = []
        failed: list[RowError] = []
        planned = call.fault.partial if call.fault is not None else frozenset()
        for place, given in enumerate(data):
            path = f"$.data[{place}]"
            try:
                if place in planned:
                    raise RowError("INVALID_DATA", "invalid data", {"json_path": path})
                rows.append(one(given, path))
            except RowError as error:
                failed.append(error)
                rows.append(error.body())
        if not failed:
            status = good
        elif len(data) == 1:
            status = failed[0].status
        else:
            status = int(self._fake.switches["partial_status"])
        return json_answer(status, {"data": rows})

    def _success(self, call: Call, module: Module, row: Row, message: str) -> dict[str, Any]:
        fake = self._fake
        names = ["Created_Time", "Modified_Time", "Created_By", "Modified_By"]
        details = fake.shown.record(module, row, fake.guard.zone(call), names)
        for person in ("Created_By", "Modified_By"):
            details[person].pop("email", None)
        if message == "record added":
            details["$approval_state"] = "approved"
        return {"code": "SUCCESS", "details": details, "message": message, "status": "success"}


def _derived(module: Module, row: Row) -> Row:
    if "Full_Name" not in module.fields:
        return {}
    parts = [row.get("First_Name"), row.get("Last_Name")]
    return {"Full_Name": " ".join(part for part in parts if part) or None}
