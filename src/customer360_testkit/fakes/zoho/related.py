"""A record's related lists, and notes posted below their parent (contract section 7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.zoho.activities import ACTIVITIES, GROUPED, is_open
from customer360_testkit.fakes.zoho.asking import NOTHING, UNCHANGED, instant, needed_fields
from customer360_testkit.fakes.zoho.errors import ZohoError, bad_id, invalid_url, not_supported
from customer360_testkit.fakes.zoho.fields import Module
from customer360_testkit.fakes.zoho.paging import sorted_rows
from customer360_testkit.fakes.zoho.reading import SORTS
from customer360_testkit.fakes.zoho.store import Row

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake


class Related:
    """``/{module}/{id}/{list}``."""

    def __init__(self, fake: ZohoFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        yield Route("GET", "/crm/v8/{module}/{id}/{list}", self.listing)
        yield Route("POST", "/crm/v8/{module}/{id}/Notes", self.add_note)
        yield Route("PUT", "/crm/v8/{module}/{id}/{list}/{related}", self.relate)
        yield Route("DELETE", "/crm/v8/{module}/{id}/{list}/{related}", self.relate)

    def listing(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._fake.module(call)
        fake.guard.may(call, module.name, "READ")
        parent = self._parent(call, module)
        fields = needed_fields(call)
        rows = self._rows(call, module, parent, call.params["list"])
        since = instant(call, "If-Modified-Since")
        if since is not None:
            rows = [(place, row) for place, row in rows if row["Modified_Time"] > since]
            if not rows:
                return UNCHANGED
        if rows and "sort_by" not in call.query and call.params["list"] == "Notes":
            oldest_first = fake.switches["notes_order"] == "oldest_first"
            ordered = sorted(rows, key=lambda each: int(each[1]["id"]), reverse=not oldest_first)
        else:
            by_id = {row["id"]: (place, row) for place, row in rows}
            ordered = [by_id[row["id"]] for row in sorted_rows(call, [row for _, row in rows], allowed=SORTS)]
        page, info = fake.paginator.page(call, ordered, fake.clock.time())
        if not page and not info["more_records"]:
            return NOTHING
        zone, grouped = fake.guard.zone(call), call.params["list"] in GROUPED
        data: list[dict[str, Any]] = []
        for place, row in page:
            shown = fake.shown.record(place, row, zone, fields)
            data.append({**shown, "$module": place.name} if grouped else shown)
        return json_answer(200, {"data": data, "info": info})

    def add_note(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._fake.module(call)
        fake.guard.may(call, "Notes", "CREATE")
        parent = self._parent(call, module)
        belongs = {"module": {"api_name": module.name}, "id": parent["id"]}
        data = fake.writing.data(call)
        notes = [{**one, "Parent_Id": belongs} if isinstance(one, dict) else one for one in data]
        return fake.writing.insert_rows(call, fake.schema.modules["Notes"], notes)

    def relate(self, call: Call) -> WireAnswer:
        """Only many-to-many lists (campaigns, products) can be related so, and this organisation has none."""
        fake, module = self._fake, self._fake.module(call)
        fake.guard.may(call, module.name, "UPDATE")
        self._parent(call, module)
        raise not_supported(400, "the relation is not supported")

    def _parent(self, call: Call, module: Module) -> Row:
        row = self._fake.store.get(module.name, call.params["id"])
        if row is None:
            raise bad_id(self._fake.switches["bad_id_status"], id=call.params["id"])
        return row

    def _rows(self, call: Call, module: Module, parent: Row, name: str) -> list[tuple[Module, Row]]:
        fake = self._fake
        history = fake.switches["closed_related_lists"] == "history"
        if name in GROUPED and module.name not in (*ACTIVITIES, "Notes"):
            return [each for kind in ACTIVITIES for each in self._activities(call, module, parent, kind, GROUPED[name])]
        base = name.removesuffix("_History")
        if base != name and base in ACTIVITIES and history:
            return self._activities(call, module, parent, base, still_open=False)
        for listed, target, lookup in module.related:
            if listed != name:
                continue
            if target in ACTIVITIES:
                return self._activities(call, module, parent, target, still_open=True)
            fake.guard.may(call, target, "READ")
            place = fake.schema.modules[target]
            held = [row for row in fake.store.rows(target) if row.get(lookup) == parent["id"]]
            if target == "Notes":
                held = [row for row in held if row["$se_module"] == module.name]
            return [(place, row) for row in held]
        raise (
            invalid_url()
            if name not in fake.schema.modules
            else ZohoError(400, "INVALID_DATA", "the relation name given seems to be invalid", resource_path_index=2)
        )

    def _activities(
        self, call: Call, module: Module, parent: Row, kind: str, still_open: bool
    ) -> list[tuple[Module, Row]]:
        fake, place = self._fake, self._fake.schema.modules[kind]
        fake.guard.may(call, kind, "READ")
        now = fake.clock.time()
        return [
            (place, row)
            for row in fake.store.rows(kind)
            if self._belongs(module, parent, row) and is_open(kind, row, now) is still_open
        ]

    @staticmethod
    def _belongs(module: Module, parent: Row, row: Row) -> bool:
        if module.name == "Contacts":
            return bool(row.get("Who_Id") == parent["id"])
        return row.get("What_Id") == parent["id"] and row.get("$se_module") == module.name
