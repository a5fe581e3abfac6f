"""Up to 200 records of any objects in one request (contract section 8): partial success, unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.salesforce.errors import SalesforceError, bad, parser_error, refused
from customer360_testkit.fakes.salesforce.fields import SObject
from customer360_testkit.fakes.salesforce.records import json_body
from customer360_testkit.fakes.salesforce.selecting import readable
from customer360_testkit.fakes.salesforce.writing import SeveralMatches

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

MAX_ROWS = 200
MAX_READ = 2_000


class Collections:
    """The endpoints below ``/composite/sobjects``."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        base = "/services/data/{v}/composite/sobjects"
        yield Route("POST", base, self.create)
        yield Route("PATCH", base, self.update)
        yield Route("DELETE", base, self.delete)
        yield Route("POST", f"{base}/{{object}}", self.read)
        yield Route("GET", f"{base}/{{object}}", self.read_get)
        yield Route("PATCH", f"{base}/{{object}}/{{key}}", self.upsert)

    def create(self, call: Call) -> WireAnswer:
        writing, by = self._fake.writing, self._fake.writing.writer(call)

        def one(record: Mapping[str, Any]) -> dict[str, Any]:
            return {"id": writing.create(by, self._place(call, record), record), "success": True, "errors": []}

        return self._each(call, one)

    def update(self, call: Call) -> WireAnswer:
        writing, by = self._fake.writing, self._fake.writing.writer(call)

        def one(record: Mapping[str, Any]) -> dict[str, Any]:
            place = self._place(call, record)
            told = next((name for name in record if name.lower() == "id"), None)
            if told is None:
                raise bad("MISSING_ARGUMENT", "Id not specified in an update call")
            place_id = writing.checked_id(place, str(record[told]))
            writing.update(by, place, place_id, {name: value for name, value in record.items() if name != told})
            return {"id": place_id, "success": True, "errors": []}

        return self._each(call, one)

    def upsert(self, call: Call) -> WireAnswer:
        writing, by = self._fake.writing, self._fake.writing.writer(call)
        place = self._fake.place(call)
        field = writing.external(place, call.params["key"])

        def one(record: Mapping[str, Any]) -> dict[str, Any]:
            if self._place(call, record) is not place:
                raise bad("INVALID_TYPE", f"the records of this call are of type {place.name}")
            told = next((name for name in record if name.lower() == field.name.lower()), None)
            if told is None or not isinstance(record[told], str):
                raise bad("MISSING_ARGUMENT", f"{field.name} not specified")
            rest = {name: value for name, value in record.items() if name != told}
            try:
                found, created = writing.upsert(by, place, field, record[told], rest)
            except SeveralMatches as matches:
                message = f"{field.name}: more than one record found for external id field"
                raise bad("DUPLICATE_EXTERNAL_ID", f"{message}: {len(matches.rows)}") from matches
            return {"id": found, "success": True, "errors": [], "created": created}

        return self._each(call, one)

    def delete(self, call: Call) -> WireAnswer:
        writing, by = self._fake.writing, self._fake.writing.writer(call)
        told = [one for one in call.query.get("ids", "").split(",") if one]
        if not told:
            raise refused("MISSING_ARGUMENT", "ids are needed")

        def one(record_id: str) -> dict[str, Any]:
            kind = self._fake.schema.owner_of(record_id)
            place = None if kind is None else self._fake.seen(call, kind)
            if place is None:
                raise bad("MALFORMED_ID", f"malformed id {record_id}")
            writing.delete(by, place, record_id)
            return {"id": writing.checked_id(place, record_id), "success": True, "errors": []}

        return self._run(call, told, one, all_or_none=call.query.get("allOrNone") == "true")

    def read(self, call: Call) -> WireAnswer:
        body = json_body(call)
        wanted = body.get("ids") if isinstance(body, Mapping) else None
        fields = body.get("fields") if isinstance(body, Mapping) else None
        if not _texts(wanted) or not _texts(fields):
            raise parser_error("ids and fields are lists of texts")
        return self._read(call, wanted, fields)

    def read_get(self, call: Call) -> WireAnswer:
        return self._read(call, call.query.get("ids", "").split(","), call.query.get("fields", "Id").split(","))

    def _read(self, call: Call, wanted: Any, names: Any) -> WireAnswer:
        """Rows in the order asked for, null where there is none."""
        place = self._fake.place(call)
        if len(wanted) > MAX_READ:
            raise refused("EXCEEDED_ID_LIMIT", f"record limit reached: at most {MAX_READ} ids")
        known = {field.name.lower(): field for field in readable(place)}
        for name in names:
            if name.strip().lower() not in known:
                raise refused("INVALID_FIELD", f"No such column '{name}' on sobject of type {place.name}")
        fields = [known[name.strip().lower()] for name in names]
        told = []
        for record_id in wanted:
            row = self._fake.store.get(place.name, self._fake.writing.checked_id(place, record_id))
            told.append(None if row is None else self._fake.shown.record(place, row, fields, call.params["v"]))
        return json_answer(200, told)

    # --- inside ------------------------------------------------------------------------------------------------

    def _place(self, call: Call, record: Mapping[str, Any]) -> SObject:
        attributes = record.get("attributes")
        kind = attributes.get("type") if isinstance(attributes, Mapping) else None
        found = self._fake.seen(call, kind) if isinstance(kind, str) else None
        if found is None:
            raise bad("INVALID_TYPE", f"sObject type '{kind}' is not supported.")
        return found

    def _each(self, call: Call, one: Callable[[Mapping[str, Any]], dict[str, Any]]) -> WireAnswer:
        body = json_body(call)
        records = body.get("records") if isinstance(body, Mapping) else None
        if not isinstance(records, list) or not all(isinstance(record, Mapping) for record in records):
            raise parser_error("records is a list of objects")
        for record in records:
            if next(iter(record), None) != "attributes":
                message = (
                    "Nested object for polymorphic foreign key must have an attributes field before any other fields."
                )
                raise parser_error(message)
        return self._run(call, records, one, all_or_none=body.get("allOrNone") is True)

    def _run(
        self, call: Call, items: list[Any], one: Callable[[Any], dict[str, Any]], *, all_or_none: bool
    ) -> WireAnswer:
        if len(items) > MAX_ROWS:
            message = f"record limit reached. cannot submit more than {MAX_ROWS} records into this call"
            raise refused("EXCEEDED_ID_LIMIT", message)
        before = self._fake.store.copy()
        results: list[dict[str, Any]] = []
        for place, item in enumerate(items):
            try:
                if call.fault is not None and place in call.fault.partial:
                    raise bad("UNKNOWN_EXCEPTION", "An unexpected error occurred.")
                results.append(one(item))
            except SalesforceError as wrong:
                results.append({"success": False, "errors": [wrong.row()]})
        if all_or_none and not all(result["success"] for result in results):
            self._fake.store.restore(before)
            message = "Record rolled back because not all records were valid and the request was using AllOrNone header"
            rolled = bad("ALL_OR_NONE_OPERATION_ROLLED_BACK", message).row()
            results = [
                result if not result["success"] else {"success": False, "errors": [rolled]} for result in results
            ]
        return json_answer(200, results)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
