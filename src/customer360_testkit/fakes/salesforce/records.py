"""One record at a time: read, create, update, upsert, delete (contract section 6)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.salesforce import times
from customer360_testkit.fakes.salesforce.errors import SalesforceError, not_found, parser_error, refused
from customer360_testkit.fakes.salesforce.fields import SObject
from customer360_testkit.fakes.salesforce.selecting import readable
from customer360_testkit.fakes.salesforce.store import Row
from customer360_testkit.fakes.salesforce.writing import SeveralMatches

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake


class Records:
    """The endpoints below ``/sobjects``."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        base = "/services/data/{v}/sobjects/{object}"
        yield Route("POST", base, self.create)
        for method, endpoint in (("GET", self.read), ("PATCH", self.update), ("DELETE", self.delete)):
            yield Route(method, f"{base}/{{id}}", endpoint)
        yield Route("GET", f"{base}/{{key}}/{{value}}", self.read_by_key)
        yield Route("PATCH", f"{base}/{{key}}/{{value}}", self.upsert)
        yield Route("DELETE", f"{base}/{{key}}/{{value}}", self.delete_by_key)

    def create(self, call: Call) -> WireAnswer:
        fake, place = self._fake, self._fake.place(call)
        new = fake.writing.create(fake.writing.writer(call), place, json_body(call))
        where = f"/services/data/{call.params['v']}/sobjects/{place.name}/{new}"
        return json_answer(201, {"id": new, "success": True, "errors": []}, (("location", where),))

    def read(self, call: Call) -> WireAnswer:
        place = self._fake.place(call)
        return self._shown(call, place, self._fake.writing.existing(place, call.params["id"], "NOT_FOUND"))

    def update(self, call: Call) -> WireAnswer:
        fake, place = self._fake, self._fake.place(call)
        row = fake.writing.existing(place, call.params["id"])
        _check_unchanged(call, place, row)
        fake.writing.update(fake.writing.writer(call), place, row["Id"], json_body(call))
        return WireAnswer(204)

    def delete(self, call: Call) -> WireAnswer:
        fake, place = self._fake, self._fake.place(call)
        fake.writing.delete(fake.writing.writer(call), place, call.params["id"])
        return WireAnswer(204)

    # --- by external id ----------------------------------------------------------------------------------------

    def read_by_key(self, call: Call) -> WireAnswer:
        fake, place, key = self._fake, self._fake.place(call), call.params["key"]
        blob = place.field(call.params["value"])
        if blob is not None and blob.type == "base64" and place.field(key) is None:
            return self._blob(place, key, blob.name)
        field = fake.writing.external(place, key)
        found = fake.writing.matching(place, field, call.params["value"])
        if not found:
            raise not_found()
        if len(found) > 1:
            return several(call, place, found)
        return self._shown(call, place, found[0])

    def upsert(self, call: Call) -> WireAnswer:
        fake, place = self._fake, self._fake.place(call)
        field = fake.writing.external(place, call.params["key"])
        only = call.query.get("updateOnly") == "true"
        try:
            record_id, created = fake.writing.upsert(
                fake.writing.writer(call), place, field, call.params["value"], json_body(call), update_only=only
            )
        except SeveralMatches as matches:
            return several(call, place, matches.rows)
        if not created and int(call.params["v"][1:3]) < 46:
            return WireAnswer(204)
        told = {"id": record_id, "success": True, "errors": [], "created": created}
        where = f"/services/data/{call.params['v']}/sobjects/{place.name}/{record_id}"
        return json_answer(201 if created else 200, told, (("location", where),) if created else ())

    def delete_by_key(self, call: Call) -> WireAnswer:
        fake, place = self._fake, self._fake.place(call)
        field = fake.writing.external(place, call.params["key"])
        found = fake.writing.matching(place, field, call.params["value"])
        if not found:
            raise not_found()
        if len(found) > 1:
            return several(call, place, found)
        fake.writing.delete(fake.writing.writer(call), place, found[0]["Id"])
        return WireAnswer(204)

    # --- inside ------------------------------------------------------------------------------------------------

    def _shown(self, call: Call, place: SObject, row: Row) -> WireAnswer:
        fields = readable(place)
        if "fields" in call.query:
            names = [name.strip() for name in call.query["fields"].split(",")]
            found = [place.field(name) for name in names]
            for name, field in zip(names, found, strict=True):
                if field is None or field.write_only:
                    raise refused("INVALID_FIELD", f"No such column '{name}' on sobject of type {place.name}")
            fields = [field for field in found if field is not None]
        told: tuple[tuple[str, str], ...] = (("last-modified", times.http_date(_changed(row))),)
        if place.name == "Account":
            told = (*told, ("etag", _tag(row)))
        since = times.from_http_date(call.header("if-modified-since") or "")
        matched = place.name == "Account" and call.header("if-none-match") == _tag(row)
        if matched or (since is not None and _changed(row) <= since):
            return WireAnswer(304, told)
        _check_unchanged(call, place, row)
        return json_answer(200, self._fake.shown.record(place, row, fields, call.params["v"]), told)

    def _blob(self, place: SObject, record_id: str, field: str) -> WireAnswer:
        """The text itself: not JSON, not base64."""
        row = self._fake.writing.existing(place, record_id, "NOT_FOUND")
        text = row[field] or ""
        return WireAnswer(200, (("content-type", "application/octet-stream"),), text.encode())


def json_body(call: Call) -> Any:
    """Raises SalesforceError."""
    kind = (call.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise SalesforceError(415, "UNSUPPORTED_MEDIA_TYPE", f"Unsupported content type: {kind or 'none'}")
    try:
        return call.json()
    except (ValueError, RecursionError) as wrong:
        raise parser_error("Unexpected character or end of the JSON document") from wrong


def several(call: Call, place: SObject, rows: list[Row]) -> WireAnswer:
    """300: the external id is that of several records."""
    base = f"/services/data/{call.params['v']}/sobjects/{quote(place.name)}"
    return json_answer(300, [f"{base}/{row['Id']}" for row in rows])


def _changed(row: Row) -> int:
    return int(row.get("LastModifiedDate") or row.get("SystemModstamp") or 0)


def _tag(row: Row) -> str:
    return f'"{zlib.crc32(repr(sorted(row.items(), key=lambda pair: pair[0])).encode()):08x}"'


def _check_unchanged(call: Call, place: SObject, row: Row) -> None:
    """412 when the record changed since, or (accounts only) is no longer the one that was read."""
    since = times.from_http_date(call.header("if-unmodified-since") or "")
    wanted = call.header("if-match") if place.name == "Account" else None
    if (since is not None and _changed(row) > since) or (wanted is not None and wanted not in ("*", _tag(row))):
        raise SalesforceError(412, "PRECONDITION_FAILED", "The record was changed in the meantime")
