"""Records with their children in one request (contract section 8): all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.salesforce.errors import SalesforceError, bad, parser_error, refused
from customer360_testkit.fakes.salesforce.fields import SObject
from customer360_testkit.fakes.salesforce.records import json_body
from customer360_testkit.fakes.salesforce.writing import Writer

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

MAX_RECORDS, MAX_DEPTH = 200, 5


class Tree:
    """``POST /composite/tree/{object}``."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        yield Route("POST", "/services/data/{v}/composite/tree/{object}", self.create)

    def create(self, call: Call) -> WireAnswer:
        place = self._fake.place(call)
        records = _records(json_body(call))
        if _count(records, 1) > MAX_RECORDS:
            raise refused("LIMIT_EXCEEDED", f"a tree has at most {MAX_RECORDS} records")
        before = self._fake.store.copy()
        made: list[dict[str, Any]] = []
        wrong: list[dict[str, Any]] = []
        self._plant(self._fake.writing.writer(call), place, records, {}, made, wrong)
        if wrong:
            self._fake.store.restore(before)
            return json_answer(400, {"hasErrors": True, "results": wrong})
        return json_answer(201, {"hasErrors": False, "results": made})

    def _plant(
        self,
        by: Writer,
        place: SObject,
        records: list[Mapping[str, Any]],
        above: Mapping[str, str],
        made: list[dict[str, Any]],
        wrong: list[dict[str, Any]],
    ) -> None:
        for record in records:
            attributes = record.get("attributes")
            name = attributes.get("referenceId") if isinstance(attributes, Mapping) else None
            if not isinstance(attributes, Mapping) or attributes.get("type") != place.name or not isinstance(name, str):
                raise parser_error(f"attributes with the type {place.name} and a referenceId are needed")
            below = {key: value for key, value in record.items() if isinstance(value, Mapping) and "records" in value}
            own = {key: value for key, value in record.items() if key not in below}
            try:
                record_id = self._fake.writing.create(by, place, {**own, **above})
                made.append({"referenceId": name, "id": record_id})
                for key, value in below.items():
                    child = place.child(key)
                    other = None if child is None else self._fake.schema.find(child.object)
                    if child is None or other is None:
                        raise bad("INVALID_FIELD", f"No such column '{key}' on sobject of type {place.name}")
                    self._plant(by, other, _records(value), {child.field: record_id}, made, wrong)
            except SalesforceError as refusal:
                wrong.append({"referenceId": name, "errors": [refusal.row()]})


def _records(body: Any) -> list[Mapping[str, Any]]:
    found = body.get("records") if isinstance(body, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise parser_error("records is a list of objects")
    return found


def _count(records: list[Mapping[str, Any]], depth: int) -> int:
    if depth > MAX_DEPTH:
        raise refused("LIMIT_EXCEEDED", f"a tree has at most {MAX_DEPTH} levels")
    total = len(records)
    for record in records:
        for value in record.values():
            if isinstance(value, Mapping) and "records" in value:
                total += _count(_records(value), depth + 1)
    return total
