"""Reading by id, and to-many lists in full (contract sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.bullhorn.comparing import in_order, orders
from customer360_testkit.fakes.bullhorn.errors import bad, missing
from customer360_testkit.fakes.bullhorn.fields import Entity
from customer360_testkit.fakes.bullhorn.jpql import parse
from customer360_testkit.fakes.bullhorn.paging import page
from customer360_testkit.fakes.bullhorn.store import Row
from customer360_testkit.fakes.bullhorn.writing import body, numbers
from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake

MOST_PAIRS = 10_000


class Records:
    """The endpoints below ``entity`` that read, and lists of associations."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        root = self._fake.root
        yield Route("GET", f"{root}/entity/{{entity}}/{{id}}", self.get)
        yield Route("GET", f"{root}/entity/{{entity}}/{{id}}/{{field}}", self.many)
        yield Route("GET", f"{root}/allCorpNotes", self.of_company)
        yield Route("POST", f"{root}/association/{{entity}}/{{field}}", self.pairs)

    def get(self, call: Call) -> WireAnswer:
        """One record, or those of several ids that exist."""
        fake, entity = self._fake, self._readable(call)
        picks = fake.shown.needed(call, entity)
        ids = numbers(call.params["id"])
        rows = [row for row in (fake.store.get(entity.name, number) for number in ids) if row is not None]
        if not rows:
            raise missing(entity.name)
        shown = [fake.shown.row(call, entity, row, picks) for row in rows]
        return json_answer(200, {"data": shown if len(ids) > 1 else shown[0]})

    def many(self, call: Call) -> WireAnswer:
        """A to-many list in full."""
        fake, entity = self._fake, self._readable(call)
        field = fake.field(entity, call.params["field"])
        if field is None or field.kind != "TO_MANY":
            raise bad(f"Invalid association '{call.params['field']}' for entity {entity.name}.")
        rows = [
            one
            for number in numbers(call.params["id"])
            for one in fake.associations.rows(entity, field, fake.live(entity, str(number)))
        ]
        return self.listed(call, fake.schema.entities[str(field.target)], rows)

    def of_company(self, call: Call) -> WireAnswer:
        """Notes of everybody who works there."""
        fake = self._fake
        company = fake.live(fake.schema.entities["ClientCorporation"], call.query.get("clientCorpId", ""))
        people = [one for one in fake.store.rows("ClientContact") if one["clientCorporation"] == company["id"]]
        notes = {note["id"]: note for one in people for note in fake.notes.of("ClientContact", one["id"])}
        return self.listed(call, fake.schema.entities["Note"], list(notes.values()))

    def pairs(self, call: Call) -> WireAnswer:
        """Ids of many records with those of what hangs off them."""
        fake, entity, sent = self._fake, self._readable(call), body(call)
        field = fake.field(entity, call.params["field"])
        ids, count = sent.get("ids"), sent.get("count", MOST_PAIRS)
        if field is None or field.kind != "TO_MANY":
            raise bad(f"Invalid association '{call.params['field']}' for entity {entity.name}.")
        if not isinstance(ids, list) or not isinstance(count, int) or not 0 < count <= MOST_PAIRS:
            raise bad("ids and a count of at most 10000 are expected.")
        found = [
            [row["id"], other]
            for row in (fake.store.get(entity.name, number) for number in ids if isinstance(number, int))
            if row is not None
            for other in fake.associations.ids(entity, field, row)
        ]
        total = {"total": len(found)} if sent.get("showTotalMatched") else {}
        return json_answer(200, {**total, "data": found[:count]})

    def listed(self, call: Call, target: Entity, rows: list[Row]) -> WireAnswer:
        """A page of rows as ``where``, ``orderBy`` and ``fields`` want them."""
        fake = self._fake
        picks = fake.shown.needed(call, target)
        where = call.query.get("where")
        if where:
            fits = fake.comparing.test(target, parse(where))
            rows = [row for row in rows if fits(row)]
        keys = [
            (fake.comparing.value(target, key.path)[1], key.descending) for key in orders(call.query.get("orderBy", ""))
        ]
        found, envelope = page(call, in_order(rows, keys))
        told: dict[str, Any] = {}
        if call.query.get("showTotalMatched") == "true":
            told["total"] = len(rows)
        return json_answer(
            200, {**told, **envelope, "data": [fake.shown.row(call, target, row, picks) for row in found]}
        )

    def _readable(self, call: Call) -> Entity:
        entity = self._fake.entity(call)
        self._fake.guard.may(call, entity.name, "READ")
        return entity
