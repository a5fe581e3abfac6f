"""Creating, changing and deleting records (contract sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.zoho import times
from customer360_testkit.fakes.zoho.activities import STATUS_ALIASES, Rules
from customer360_testkit.fakes.zoho.errors import RowError, ZohoError, invalid_param, missing_param, not_supported
from customer360_testkit.fakes.zoho.schema import Field, Module
from customer360_testkit.fakes.zoho.store import Deleted, Row
from customer360_testkit.fakes.zoho.values import Checker, invalid, mandatory

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake

MOST = 100
_CONTROLS = frozenset({"Layout", "$se_module", "$send_notification", "$attachments", "$voice_note"})


class Writing:
    """The endpoints that change records. Each record of a call stands or falls by itself."""

    def __init__(self, fake: ZohoFake) -> None:
        self._fake = fake
        self.rules = Rules(fake.store, fake.schema, fake.switches)

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
        return self.insert_rows(call, module, self._data(call))

    def insert_rows(self, call: Call, module: Module, data: list[Any]) -> WireAnswer:
        """Create what ``data`` holds; also for notes that are posted below their parent."""
        return self._each(call, data, 201, lambda given, path: self._insert(call, module, given, path))

    def update(self, call: Call) -> WireAnswer:
        module = self._fake.module(call)
        self._fake.guard.may(call, module.name, "UPDATE")
        data = self._data(call)
        alone = call.params.get("id")
        if alone is not None and len(data) != 1:
            raise ZohoError(400, "INVALID_DATA", "one record is expected", api_name="data", json_path="$.data")

        def one(given: Any, path: str) -> dict[str, Any]:
            record_id = alone if alone is not None else given.get("id") if isinstance(given, dict) else None
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
        data, body = self._data(call), self._body(call)
        unique = [field.name for field in module.fields.values() if field.unique]
        names = body.get("duplicate_check_fields") or [*module.check_fields, *unique]
        if not isinstance(names, list) or any(name not in (*module.check_fields, *unique) for name in names):
            raise ZohoError(400, "INVALID_DATA", "invalid data", api_name="duplicate_check_fields")

        def one(given: Any, path: str) -> dict[str, Any]:
            values = given if isinstance(given, dict) else {}
            for name in names:
                held = self._holder(module, module.fields[name], values.get(name))
                if held is not None:
                    answer = self._update(call, module, held["id"], given, path)
                    return {**answer, "action": "update", "duplicate_field": name}
            return {**self._insert(call, module, given, path), "action": "insert", "duplicate_field": None}

        return self._each(call, data, 200, one)

    def delete(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._fake.module(call)
        fake.guard.may(call, module.name, "DELETE")
        ids = [call.params["id"]] if "id" in call.params else call.query.get("ids", "").split(",")
        if not ids or not all(ids):
            raise missing_param("ids")
        if len(ids) > MOST:
            raise invalid_param("ids", maximum_length=MOST)

        def one(record_id: str, path: str) -> dict[str, Any]:
            row = fake.store.get(module.name, record_id)
            if row is None:
                raise RowError("INVALID_DATA", "the id given seems to be invalid", {"id": record_id})
            me, now = call.state["grant"].user.id, fake.now
            gone = Deleted(row["id"], str(row.get(module.name_field) or ""), "recycle", now, me, row["Created_By"])
            fake.store.delete(module.name, gone, now + fake.index_lag)
            return {"code": "SUCCESS", "details": {"id": record_id}, "message": "record deleted", "status": "success"}

        return self._each(call, ids, 200, one)

    # --- one record --------------------------------------------------------------------------------------------

    def _insert(self, call: Call, module: Module, given: Any, path: str) -> dict[str, Any]:
        fake = self._fake
        raw = self._checked(module, given, path)
        layout = "Layout" in given
        for field in module.fields.values():
            needed = field.mandatory or (layout and field.layout_mandatory)
            if needed and raw.get(field.name) is None:
                raise mandatory(field.name, f"{path}.{field.name}")
        self._unique(module, raw, None, path)
        now, me = fake.now, call.state["grant"].user.id
        raw |= self.rules.apply(module.name, raw, None, now, path)
        if module.name == "Notes":
            raw |= self._parent(call, raw, given, path)
        row: Row = dict.fromkeys(module.fields)
        row |= {"Owner": me, **{name: value for name, value in raw.items() if value is not None}}
        row |= {"id": fake.store.new_id(), "Created_By": me, "Modified_By": me}
        row |= {"Created_Time": now, "Modified_Time": now, **_derived(module, row)}
        fake.store.put(module.name, row, now, now + fake.index_lag)
        self._touch(row, now)
        return self._success(call, module, row, "record added")

    def _update(self, call: Call, module: Module, record_id: str, given: Any, path: str) -> dict[str, Any]:
        fake = self._fake
        old = fake.store.get(module.name, record_id)
        if old is None:
            details = {"id": record_id, "api_name": "id", "json_path": f"{path}.id"}
            raise RowError("INVALID_DATA", "the id given seems to be invalid", details)
        if (module.name, record_id) in fake.locked:
            raise RowError(fake.switches["locked_code"], "the record is locked", {"id": record_id})
        unmodified = call.header("if-unmodified-since")
        if unmodified is not None:
            moment = times.read(unmodified)
            if moment is None:
                raise ZohoError(400, "INVALID_DATA", "invalid data", header="If-Unmodified-Since")
            if old["Modified_Time"] > moment:
                raise RowError("ALREADY_MODIFIED", "the record has been modified", {"id": record_id}, 412)
        raw = self._checked(module, given, path)
        for field in module.fields.values():
            if field.mandatory and field.name in raw and raw[field.name] is None:
                raise mandatory(field.name, f"{path}.{field.name}")
        if module.name == "Notes" and "Parent_Id" in raw and fake.switches["move_note"] == "refused":
            if raw["Parent_Id"] != old["Parent_Id"]:
                raise invalid("Parent_Id", f"{path}.Parent_Id")
            del raw["Parent_Id"]
        self._unique(module, raw, record_id, path)
        now = fake.now
        raw |= self.rules.apply(module.name, raw, old, now, path)
        row = {**old, **raw, "Modified_By": call.state["grant"].user.id, "Modified_Time": now}
        row |= _derived(module, row)
        fake.store.put(module.name, row, now, now + fake.index_lag)
        return self._success(call, module, row, "record updated")

    def _checked(self, module: Module, given: Any, path: str) -> Row:
        """The raw values that may be written; read-only fields are passed over, as the vendor does."""
        fake = self._fake
        if not isinstance(given, dict):
            raise RowError("INVALID_DATA", "invalid data", {"expected_data_type": "jsonobject", "json_path": path})
        checker = Checker(
            fake.switches["phone_rule"],
            lambda target, record_id: fake.store.get(target, record_id) is not None,
            lambda user_id: any(user.id == user_id for user in fake.users.values()),
        )
        raw: Row = {}
        for name, value in given.items():
            field = module.fields.get(name)
            if module.name == "Calls" and name in STATUS_ALIASES:
                accepted = fake.switches["call_status_field"]
                field = module.fields["Outgoing_Call_Status"] if accepted in (name, "both") else None
            if name == "id" or name.startswith("$") or name in _CONTROLS:
                if name == "$se_module":
                    raw[name] = value
                continue
            if field is None:
                if name in ("se_module",) or fake.switches["unknown_field"] == "ignored":
                    continue
                raise invalid(name, f"{path}.{name}", expected_data_type="known field")
            if field.read_only:
                continue
            if name == "Parent_Id" and module.name == "Notes":
                raw[name] = value.get("id") if isinstance(value, dict) else value
                continue
            raw[name] = value if field.data_type == "jsonarray" else checker.raw(field, value, f"{path}.{name}")
        return raw

    def _unique(self, module: Module, raw: Row, record_id: str | None, path: str) -> None:
        clashes = []
        for field in module.fields.values():
            if field.unique and field.name in raw:
                held = self._holder(module, field, raw[field.name])
                if held is not None and held["id"] != record_id:
                    clashes.append(self._clash(module, field, held, f"{path}.{field.name}"))
        if clashes:
            raise attrs.evolve(clashes[0], others=tuple(clashes[1:]))

    def _holder(self, module: Module, field: Field, value: Any) -> Row | None:
        if value is None:
            return None
        rows = self._fake.store.rows(module.name)
        return next((row for row in rows if str(row.get(field.name) or "").casefold() == str(value).casefold()), None)

    def _clash(self, module: Module, field: Field, held: Row, path: str) -> RowError:
        details: dict[str, Any] = {"api_name": field.name, "json_path": path}
        if self._fake.switches["duplicate_details"] == "id":
            details["id"] = held["id"]
        else:
            place = {"api_name": module.name, "id": module.id}
            details["duplicate_record"] = {"id": held["id"], "Owner": {"id": held["Owner"]}, "module": place}
        return RowError("DUPLICATE_DATA", "duplicate data", details)

    def _parent(self, call: Call, raw: Row, given: Any, path: str) -> Row:
        """What a note belongs to: v8 names the module inside Parent_Id, older versions beside it."""
        parent = given.get("Parent_Id")
        place = parent.get("module") if isinstance(parent, dict) else None
        module = place.get("api_name") if isinstance(place, dict) else given.get("se_module") or given.get("$se_module")
        known = isinstance(module, str) and module in self._fake.schema.modules and module != "Notes"
        if not known or self._fake.store.get(str(module), str(raw["Parent_Id"])) is None:
            details = {"api_name": "Parent_Id", "json_path": f"{path}.Parent_Id.id"}
            raise RowError("INVALID_DATA", "the id given seems to be invalid", details)
        return {"$se_module": module, "Parent_Id": str(raw["Parent_Id"])}

    def _touch(self, row: Row, now: int) -> None:
        """A record's last activity is when something was last written to it."""
        links = (("Contacts", row.get("Who_Id")), (row.get("$se_module"), row.get("What_Id") or row.get("Parent_Id")))
        for module, record_id in links:
            parent = self._fake.store.get(module, record_id) if module and record_id else None
            if parent is not None:
                self._fake.store.put(
                    str(module), {**parent, "Last_Activity_Time": now}, now, now + self._fake.index_lag
                )

    # --- answers -----------------------------------------------------------------------------------------------

    def _each(self, call: Call, data: list[Any], good: int, one: Any) -> WireAnswer:
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

    def _data(self, call: Call) -> list[Any]:
        data = self._body(call).get("data")
        if data is None:
            details = {"api_name": "data", "json_path": "$.data"}
            raise ZohoError(400, "MANDATORY_NOT_FOUND", "required field not found", **details)
        if not isinstance(data, list) or not data or len(data) > MOST:
            details = {"api_name": "data", "json_path": "$.data", "expected_data_type": "jsonarray"}
            raise ZohoError(400, "INVALID_DATA", "invalid data", **details, maximum_length=MOST)
        return data

    @staticmethod
    def _body(call: Call) -> dict[str, Any]:
        try:
            body = call.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise ZohoError(400, "INVALID_DATA", "body", expected_data_type="jsonobject")
        return body


def _derived(module: Module, row: Row) -> Row:
    if "Full_Name" not in module.fields:
        return {}
    parts = [row.get("First_Name"), row.get("Last_Name")]
    return {"Full_Name": " ".join(part for part in parts if part) or None}
