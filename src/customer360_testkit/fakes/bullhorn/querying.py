"""/query (contract section 5.3): the database itself, without lag."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.bullhorn.comparing import in_order, orders
from customer360_testkit.fakes.bullhorn.errors import bad
from customer360_testkit.fakes.bullhorn.jpql import parse
from customer360_testkit.fakes.bullhorn.paging import page
from customer360_testkit.fakes.bullhorn.selecting import Pick
from customer360_testkit.fakes.bullhorn.writing import body
from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake


class Querying:
    """``GET`` and ``POST query/{Entity}``."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        root = self._fake.root
        yield Route("GET", f"{root}/query/{{entity}}", self.query)
        yield Route("POST", f"{root}/query/{{entity}}", self.query)

    def query(self, call: Call) -> WireAnswer:
        fake, entity = self._fake, self._fake.entity(call)
        fake.guard.may(call, entity.name, "READ")
        if not entity.query:
            text = f"Query operation not supported for {entity.name}, please use /search call instead."
            raise bad(text)
        where = body(call).get("where") if call.method == "POST" else call.query.get("where")
        if not isinstance(where, str) or not where.strip():
            raise bad("where must be specified", "errors.whereRequired")
        fits = fake.comparing.test(entity, parse(where))
        picks = fake.shown.picks(call, entity)
        keys = [
            (fake.comparing.value(entity, key.path)[1], key.descending) for key in orders(call.query.get("orderBy", ""))
        ]
        rows = [row for row in fake.store.rows(entity.name) if fits(row)]
        if call.query.get("totalOnly") == "true":
            return json_answer(200, {"total": len(rows)})
        found, envelope = page(call, in_order(rows, keys))
        told: dict[str, Any] = {}
        if call.query.get("showTotalMatched") == "true" and fake.switches["query_total"] == "told":
            told["total"] = len(rows)
        shown = [fake.shown.row(call, entity, row, picks or (Pick("id", 0),)) for row in found]
        return json_answer(200, {**told, **envelope, "data": shown})
