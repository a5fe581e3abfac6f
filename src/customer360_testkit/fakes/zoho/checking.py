"""What one record of a write must satisfy (contract section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from customer360_testkit.fakes.zoho.activities import STATUS_ALIASES
from customer360_testkit.fakes.zoho.errors import RowError
from customer360_testkit.fakes.zoho.fields import Field, Module
from customer360_testkit.fakes.zoho.store import Row
from customer360_testkit.fakes.zoho.values import Checker, invalid, mandatory, not_an_object

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake

_CONTROLS = frozenset({"id", "Layout"})
"""Keys of a record that are no fields of it; so are those that begin with ``$``."""


class Checking:
    """Turns the JSON of one record into raw values. Everything raises RowError."""

    def __init__(self, fake: ZohoFake) -> None:
        self._fake = fake

    def create(self, module: Module, given: Any, path: str) -> Row:
        """The raw values of a new record."""
        raw = self._values(module, given, path)
        asked = given.get("Layout")
        layout = module.layouts.get(str(asked.get("id"))) if isinstance(asked, dict) else None
        if asked is not None and layout is None:
            raise invalid("Layout", f"{path}.Layout", expected_data_type="jsonobject")
        for field in module.fields.values():
            needed = field.mandatory if layout is None else layout.requires(field)
            if needed and raw.get(field.name) is None:
                raise mandatory(field.name, f"{path}.{field.name}")
        self._unique(module, raw, None, path)
        return raw

    def change(self, module: Module, old: Row, given: Any, path: str) -> Row:
        """The raw values that a partial update sets."""
        raw = self._values(module, given, path)
        for field in module.fields.values():
            if field.mandatory and field.name in raw and raw[field.name] is None:
                raise mandatory(field.name, f"{path}.{field.name}")
        self._unique(module, raw, old["id"], path)
        return raw

    def note_parent(self, raw: Row, given: Row, path: str) -> Row:
        """What a note belongs to: v8 names the module inside Parent_Id, older versions named it beside."""
        parent, older = given.get("Parent_Id"), self._fake.switches["old_note_parent"] == "accepted"
        if not isinstance(parent, dict) and not older:
            raise invalid("Parent_Id", f"{path}.Parent_Id", expected_data_type="jsonobject")
        place = parent.get("module") if isinstance(parent, dict) else None
        module = place.get("api_name") if isinstance(place, dict) else None
        if module is None and older:
            module = given.get("se_module") or given.get("$se_module")
        if module is None:
            raise mandatory("module", f"{path}.Parent_Id.module")
        known = isinstance(module, str) and module in self._fake.schema.modules and module != "Notes"
        if not known or self._fake.store.get(str(module), str(raw["Parent_Id"])) is None:
            details = {"api_name": "Parent_Id", "json_path": f"{path}.Parent_Id.id"}
            raise RowError("INVALID_DATA", "the id given seems to be invalid", details)
        return {"$se_module": module, "Parent_Id": str(raw["Parent_Id"])}

    def holder(self, module: Module, field: Field, value: Any) -> Row | None:
        """The record that has this value in the field, whatever its case."""
        if value is None:
            return None
        wanted, name = str(value).casefold(), field.name
        return next(
            (row for row in self._fake.store.rows(module.name) if str(row.get(name) or "").casefold() == wanted), None
        )

    def _values(self, module: Module, given: Any, path: str) -> Row:
        """The raw values that may be written; read-only fields are passed over, as the vendor does."""
        fake = self._fake
        if not isinstance(given, dict):
            raise not_an_object(path)
        checker = Checker(
            fake.switches["phone_rule"],
            lambda target, record_id: fake.store.get(target, record_id) is not None,
            lambda user_id: user_id in self._fake.shown.users,
        )
        raw: Row = {}
        for name, value in given.items():
            field = module.fields.get(name)
            if module.name == "Calls" and name in STATUS_ALIASES:
                accepted = fake.switches["call_status_field"]
                field = module.fields["Outgoing_Call_Status"] if accepted in (name, "both") else None
            if name == "$se_module":
                raw[name] = value
            elif name in _CONTROLS or name.startswith("$"):
                continue
            elif field is None:
                if name != "se_module" and fake.switches["unknown_field"] == "rejected":
                    raise invalid(name, f"{path}.{name}", expected_data_type="known field")
            elif field.read_only:
                continue
            elif name == "Parent_Id" and module.name == "Notes":
                raw[name] = value.get("id") if isinstance(value, dict) else value
            elif field.data_type == "jsonarray":
                raw[name] = value
            else:
                raw[name] = checker.raw(field, value, f"{path}.{name}")
        return raw

    def _unique(self, module: Module, raw: Row, record_id: str | None, path: str) -> None:
        clashes = []
        for field in module.fields.values():
            if field.unique and field.name in raw:
                held = self.holder(module, field, raw[field.name])
                if held is not None and held["id"] != record_id:
                    clashes.append(self._clash(module, field, held, f"{path}.{field.name}"))
        if clashes:
            raise attrs.evolve(clashes[0], others=tuple(clashes[1:]))

    def _clash(self, module: Module, field: Field, held: Row, path: str) -> RowError:
        details: dict[str, Any] = {"api_name": field.name, "json_path": path}
        if self._fake.switches["duplicate_details"] == "id":
            details["id"] = held["id"]
        else:
            place = {"api_name": module.name, "id": module.id}
            details["duplicate_record"] = {"id": held["id"], "Owner": {"id": held["Owner"]}, "module": place}
        return RowError("DUPLICATE_DATA", "duplicate data", details)
