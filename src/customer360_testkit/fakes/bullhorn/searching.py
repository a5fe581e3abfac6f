"""/search and /find (contract section 5): the index finds, the database tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.bullhorn import lucene
from customer360_testkit.fakes.bullhorn.comparing import in_order, orders
from customer360_testkit.fakes.bullhorn.errors import bad
from customer360_testkit.fakes.bullhorn.fields import Entity
from customer360_testkit.fakes.bullhorn.matching import digits, tokens
from customer360_testkit.fakes.bullhorn.paging import page
from customer360_testkit.fakes.bullhorn.store import Row
from customer360_testkit.fakes.bullhorn.writing import body
from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake

_FOUND = ("Candidate", "ClientContact", "ClientCorporation", "JobOrder", "Lead", "Opportunity")
_PHONES = frozenset({"phone", "phone2", "phone3", "mobile", "billingPhone"})
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_US_PHONE = re.compile(r"\(?\d{3}\)?[-.* ]+\d{3}[-.* ]+\d{4}")
_INTERNATIONAL = re.compile(r"\+[\d\s().*-]+|(?:\d[\s().*-]*){10}")
_ENOUGH = 8
"""So many last digits decide about two phone numbers that are spelled differently."""


class Searching:
    """The endpoints of the index."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        root = self._fake.root
        yield Route("GET", f"{root}/search/{{entity}}", self.search)
        yield Route("POST", f"{root}/search/{{entity}}", self.search)
        yield Route("GET", f"{root}/find", self.find)

    def search(self, call: Call) -> WireAnswer:
        fake, entity = self._fake, self._place(call)
        query = body(call).get("query") if call.method == "POST" else call.query.get("query")
        if query is None and call.method == "GET" and not call.query.keys() - {"BhRestToken"}:
            return json_answer(200, fake.matching.indexed_fields(entity))
        if not isinstance(query, str):
            raise bad("query must be specified", "errors.queryRequired")
        node = lucene.parse(query, fake.switches["leading_wildcard"] == "accepted")
        fits = fake.matching.test(entity, node)
        picks = fake.shown.picks(call, entity)
        keys = [
            (fake.matching.sort_value(entity, str(key.path)), key.descending)
            for key in orders(call.query.get("sort", ""))
        ]
        rows = [row for row in self._indexed(entity) if fits(row)]
        found, envelope = page(call, in_order(rows, keys))
        data = [row["id"] if picks is None else self._told(call, entity, row, picks) for row in found]
        return json_answer(200, {"total": len(rows), **envelope, "data": data})

    def _told(self, call: Call, entity: Entity, row: Row, picks: Any) -> dict[str, Any]:
        current = self._fake.store.get(entity.name, row["id"])
        if current is None:
            return {"id": row["id"], "_score": 1.0, "_error": "entity not found"}
        return {**self._fake.shown.row(call, entity, current, picks), "_score": 1.0}

    def _place(self, call: Call) -> Entity:
        entity = self._fake.entity(call)
        self._fake.guard.may(call, entity.name, "READ")
        closed = entity.name == "JobSubmission" and self._fake.switches["search_job_submission"] == "refused"
        if not entity.search or closed:
            raise bad(f"Unknown search entity: {entity.name}", "errors.searchUnknownEntity")
        return entity

    def _indexed(self, entity: Entity) -> list[Row]:
        if entity.name == "Note" and self._fake.switches["note_index"] == "empty":
            return []
        return self._fake.store.indexed(entity.name, self._fake.clock.time())

    # --- FastFind --------------------------------------------------------------------------------------------------

    def find(self, call: Call) -> WireAnswer:
        """What the text is, is tried in this order: e-mail, phone, id, name."""
        fake = self._fake
        text = call.query.get("query", "").strip()
        told = call.query.get("countPerEntity") or "5"
        if not text or not (told.isascii() and told.isdigit()):
            raise bad("query must be specified", "errors.queryRequired")
        fits = _finder(text)
        data: list[dict[str, Any]] = []
        for name in _FOUND:
            entity = fake.schema.entities.get(name)
            if entity is None:
                continue
            rows = [row for row in self._indexed(entity) if not row.get("isDeleted") and fits(entity, row)]
            for row in rows[: int(told[:6])]:
                shown = {"id": row["id"], fake.switches["find_type"]: name}
                data.append({**shown, **{key: row[key] for key in ("name", "title", "status") if key in row}})
        return json_answer(200, {"data": data})


def _finder(text: str) -> Callable[[Entity, Row], bool]:
    if _EMAIL.fullmatch(text):
        wanted = text.casefold()
        return lambda entity, row: any((row.get(name) or "").casefold() == wanted for name in _emails(entity))
    if _US_PHONE.fullmatch(text) or _INTERNATIONAL.fullmatch(text):
        tail = digits(text)[-_ENOUGH:]

        def rings(entity: Entity, row: Row) -> bool:
            held = (digits(row[name]) for name in _PHONES & entity.fields.keys() if row[name])
            return any(one.endswith(tail) for one in held)

        return rings
    if text.isascii() and text.isdigit():
        number = int(text[:18])
        return lambda entity, row: bool(row["id"] == number)
    words = tokens(text)
    return lambda entity, row: (
        bool(words)
        and all(
            any(held.startswith(word) for held in tokens(row.get("name") or row.get("title") or "")) for word in words
        )
    )


def _emails(entity: Entity) -> list[str]:
    return [name for name in ("email", "email2", "email3") if name in entity.fields]
