"""Records as Zoho answers them: lookups with names, times in the user's zone (contract sections 1, 4 and 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from customer360_testkit.fakes.oauth import FakeUser
from customer360_testkit.fakes.zoho import times
from customer360_testkit.fakes.zoho.fields import Field, Module
from customer360_testkit.fakes.zoho.schema import Schema
from customer360_testkit.fakes.zoho.store import Row, Store

SYSTEM_KEYS: Mapping[str, Any] = {"$approved": True, "$editable": True, "$locked_for_me": False}


class Shown:
    """Turns rows into answers for one organisation."""

    def __init__(self, store: Store, schema: Schema, users: Mapping[str, FakeUser]) -> None:
        self._store = store
        self._schema = schema
        self.users = {user.id: user for user in users.values()}

    def record(self, module: Module, row: Row, zone: str, fields: Iterable[str] | None = None) -> dict[str, Any]:
        """All fields, or the named ones; unknown names are left out. ``id`` is always there."""
        names = module.fields if fields is None else [name for name in fields if name in module.fields]
        shown = {name: self.value(module.fields[name], row, zone) for name in names}
        shown["id"] = row["id"]
        if fields is None:
            shown |= SYSTEM_KEYS
        return shown

    def value(self, field: Field, row: Row, zone: str) -> Any:
        """One field's value as JSON."""
        raw = row.get(field.name)
        if field.name == "Tag":
            return raw or []
        if raw is None:
            return None
        match field.data_type:
            case "datetime":
                return times.show(raw, zone)
            case "ownerlookup" | "userlookup":
                user = self.users.get(raw)
                return {"name": user.name, "id": raw, "email": user.email} if user else {"name": None, "id": raw}
            case "lookup":
                return self._lookup(field, row, raw)
            case _:
                return raw

    def name_of(self, module: str, record_id: str) -> str | None:
        """What a lookup shows of a record, or None if there is no such record."""
        row = self._store.get(module, record_id)
        return None if row is None else row.get(self._schema.modules[module].name_field)

    def _lookup(self, field: Field, row: Row, raw: str) -> dict[str, Any]:
        if field.name == "Parent_Id":
            module = row["$se_module"]
            place = {"api_name": module, "id": self._schema.modules[module].id}
            return {"module": place, "name": self.name_of(module, raw), "id": raw}
        target = row.get("$se_module") if field.target == "*" else field.target
        known = target in self._schema.modules
        return {"name": self.name_of(str(target), raw) if known else None, "id": raw}
