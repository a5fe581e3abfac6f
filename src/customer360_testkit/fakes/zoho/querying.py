"""``POST /coql`` (contract section 5)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.zoho import asking, coql
from customer360_testkit.fakes.zoho.asking import NOTHING
from customer360_testkit.fakes.zoho.coql_meaning import Evaluator, Getter
from customer360_testkit.fakes.zoho.errors import ZohoError
from customer360_testkit.fakes.zoho.guard import COQL
from customer360_testkit.fakes.zoho.paging import COMPOSITE_ROWS
from customer360_testkit.fakes.zoho.store import Row

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake


class Querying:
    """Answers queries from the live records."""

    def __init__(self, fake: ZohoFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        yield Route("POST", "/crm/v8/coql", self.coql)

    def coql(self, call: Call) -> WireAnswer:
        fake = self._fake
        fake.guard.need(call, COQL)
        fake.guard.heavy(call)
        text = asking.body(call).get("select_query")
        if text is None:
            details = {"api_name": "select_query", "json_path": "$.select_query"}
            raise ZohoError(400, "MANDATORY_NOT_FOUND", "required field not found", **details)
        if not isinstance(text, str):
            details = {"api_name": "select_query", "json_path": "$.select_query", "expected_data_type": "string"}
            raise ZohoError(400, "INVALID_DATA", "invalid data", **details)
        query = coql.parse(text)
        most = COMPOSITE_ROWS if "composite" in call.state else int(fake.switches["coql_rows"])
        evaluator = Evaluator(
            fake.schema.modules, fake.store.get, most, lambda module: fake.guard.may(call, module, "READ")
        )
        columns, where, order = evaluator.check(query)
        count = min(most, coql.DEFAULT_ROWS) if query.count is None else query.count
        rows = _first((row for row in fake.store.rows(query.module) if where(row)), order, query.offset + count + 1)
        found = rows[query.offset : query.offset + count]
        more = query.offset + count < len(rows)
        loop = call.fault.page_loop if call.fault is not None else None
        if loop is not None:
            more = True
            found = [] if loop == "empty" else found[1:] if loop == "shrinks" else rows[:count]
        if not found and not more:
            return NOTHING
        zone = fake.guard.zone(call)
        data = []
        for row in found:
            shown: dict[str, Any] = {}
            for name, field, get in columns:
                value = fake.shown.value(field, {**row, field.name: get(row)}, zone)
                shown[name] = {"id": value["id"]} if isinstance(value, dict) and "id" in value else value
            data.append({**shown, "id": row["id"]})
        return json_answer(200, {"data": data, "info": {"count": len(data), "more_records": more}})


def _first(rows: Iterable[Row], order: list[tuple[Getter, bool]], many: int) -> list[Row]:
    """The first ``many`` in order, then by id: of hundreds of thousands, without sorting them all."""
    if any(down for _, down in order):
        found = sorted(rows, key=_id)
        for get, down in reversed(order):
            found.sort(key=lambda row, get=get: _sortable(get(row)), reverse=down)  # type: ignore[misc]  # bound now
        return found[:many]
    getters = [get for get, _ in order]
    return heapq.nsmallest(many, rows, key=lambda row: (*[_sortable(get(row)) for get in getters], _id(row)))


def _id(row: Row) -> int:
    return int(row["id"])


def _sortable(value: Any) -> tuple[bool, Any]:
    return value is not None, value if value is not None else 0
