"""Lists, records, searches and COQL (contract sections 5, 6 and 8)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.zoho import coql, times
from customer360_testkit.fakes.zoho.criteria import compile_criteria
from customer360_testkit.fakes.zoho.errors import ZohoError, bad_id, invalid_param, missing_param, not_supported
from customer360_testkit.fakes.zoho.guard import COQL, SEARCH
from customer360_testkit.fakes.zoho.paging import refuse_together, sorted_rows
from customer360_testkit.fakes.zoho.schema import TEXTUAL, Module
from customer360_testkit.fakes.zoho.store import Row

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake

NOTHING = WireAnswer(204)
MOST_FIELDS = 50
_SORTS = ("id", "Created_Time", "Modified_Time")
_PHONES = {"loose": re.compile(r"[+0-9 \-().]{3,50}", re.ASCII), "digits": re.compile(r"\+?[0-9]{3,50}", re.ASCII)}


class Reading:
    """The endpoints that change nothing."""

    def __init__(self, fake: ZohoFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        yield Route("GET", "/crm/v8/{module}", self.listing)
        yield Route("GET", "/crm/v8/{module}/search", self.search)
        yield Route("GET", "/crm/v8/{module}/deleted", self.deleted)
        yield Route("GET", "/crm/v8/{module}/actions/count", self.count)
        yield Route("GET", "/crm/v8/{module}/{id}", self.get)
        yield Route("POST", "/crm/v8/coql", self.coql)

    # --- lists and records -------------------------------------------------------------------------------------

    def listing(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._module(call)
        fake.guard.may(call, module.name, "READ")
        if module.name == "Notes":
            raise not_supported(403, "only administrators may list all notes")
        fields = wanted_fields(call)
        refuse_together(call, "cvid", "sort_by")
        view = self._view(call, module)
        rows = [row for row in fake.store.rows(module.name) if view(row) and _converted(call, module, row)]
        if "ids" in call.query:
            ids = set(call.query["ids"].split(","))
            rows = [row for row in rows if row["id"] in ids]
        since = call.header("if-modified-since")
        if since is not None:
            moment = _instant(since)
            if fake.store.table(module.name).changed_at <= moment:
                return WireAnswer(304)
            rows = [row for row in rows if row["Modified_Time"] > moment]
        return self._listed(call, module, sorted_rows(call, rows, allowed=_SORTS), fields)

    def get(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._module(call)
        fake.guard.may(call, module.name, "READ")
        row = self._row(call, module)
        if row is None:
            return NOTHING
        fields = call.query["fields"].split(",") if "fields" in call.query else None
        shown = fake.shown.record(module, row, fake.guard.zone(call), fields)
        return json_answer(200, {"data": [shown]})

    def deleted(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._module(call)
        fake.guard.may(call, module.name, "READ")
        kind = call.query.get("type", "all")
        if kind not in ("all", "recycle", "permanent"):
            raise invalid_param("type")
        since = call.header("if-modified-since")
        moment = _instant(since) if since is not None else 0
        gone = [one for one in fake.store.table(module.name).deleted if one.at > moment and kind in ("all", one.kind)]
        if not gone:
            return NOTHING if since is None else WireAnswer(304)
        page, info = fake.paginator.page(call, gone[::-1], fake.clock.time(), tokens=False)
        zone = fake.guard.zone(call)
        people = {user.id: user.name for user in fake.users.values()}
        data = [
            {
                "id": one.id,
                "display_name": one.name,
                "type": one.kind,
                "deleted_time": times.show(one.at, zone),
                "deleted_by": {"name": people.get(one.by), "id": one.by},
                "created_by": {"name": people.get(one.created_by), "id": one.created_by},
            }
            for one in page
        ]
        return json_answer(200, {"data": data, "info": info}) if data else NOTHING

    def count(self, call: Call) -> WireAnswer:
        module = self._module(call)
        self._fake.guard.may(call, module.name, "READ")
        self._fake.guard.need(call, SEARCH)
        rows = [row for row in self._fake.store.rows(module.name) if _converted(call, module, row)]
        return json_answer(200, {"count": len(rows)})

    # --- search ------------------------------------------------------------------------------------------------

    def search(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._module(call)
        fake.guard.may(call, module.name, "READ")
        fake.guard.need(call, SEARCH)
        if not module.searchable:
            raise not_supported(400, "the module is not supported for search")
        asked = next((name for name in ("criteria", "email", "phone", "word") if name in call.query), None)
        if asked is None:
            text = "One of the expected parameter is missing"
            raise ZohoError(400, "EXPECTED_PARAM_MISSING", text, expected_params=["criteria", "email", "phone", "word"])
        test = getattr(self, f"_by_{asked}")(call, module, call.query[asked])
        now = fake.clock.time()
        found = [row for row in fake.store.indexed(module.name, now) if test(row) and _converted(call, module, row)]
        rows = [row for row in map(lambda row: self._as_found(module, row), found) if row is not None]
        fields = call.query["fields"].split(",") if "fields" in call.query else None
        ordered = sorted_rows(call, rows, allowed=tuple(module.fields))
        return self._listed(call, module, ordered, fields, tokens=False)

    def _as_found(self, module: Module, row: Row) -> Row | None:
        """A row of the index, or the record as it is now; deleted ones linger where the index does."""
        live = self._fake.store.get(module.name, row["id"])
        if live is None:
            return row if self._fake.switches["deleted_in_search"] == "lags" else None
        return row if self._fake.switches["search_rows"] == "stale" else live

    def _by_criteria(self, call: Call, module: Module, text: str) -> Callable[[Row], bool]:
        fake = self._fake
        if not text:
            raise invalid_param("criteria")
        return compile_criteria(text, module, fake.switches, fake.guard.zone(call), fake.name_of)

    def _by_email(self, call: Call, module: Module, text: str) -> Callable[[Row], bool]:
        wanted, names = text.strip().casefold(), module.of_type("email")
        if not wanted or not names:
            raise invalid_param("email")
        if self._fake.switches["email_match"] == "exact":
            return lambda row: any((row.get(name) or "").casefold() == wanted for name in names)
        return lambda row: any(wanted in (row.get(name) or "").casefold() for name in names)

    def _by_phone(self, call: Call, module: Module, text: str) -> Callable[[Row], bool]:
        names, switches = module.of_type("phone"), self._fake.switches
        if not _PHONES[switches["phone_values"]].fullmatch(text) or not names:
            raise invalid_param("phone")
        wanted, how = _digits(text), switches["phone_match"]

        def test(row: Row) -> bool:
            stored = [row[name] for name in names if row.get(name)]
            if how == "text_contained":
                return any(text in one for one in stored)
            if not wanted:
                return False
            digits = [_digits(one) for one in stored]
            if how == "digits_contained":
                return any(wanted in one for one in digits)
            return any(one.endswith(wanted) if how == "digits_suffix" else one == wanted for one in digits)

        return test

    def _by_word(self, call: Call, module: Module, text: str) -> Callable[[Row], bool]:
        words = text.casefold().split()
        if len(text.strip()) < 2:
            raise invalid_param("word")
        names = [
            field.name
            for field in module.fields.values()
            if field.searchable and (field.data_type in TEXTUAL or field.data_type in ("textarea", "picklist"))
        ]

        def test(row: Row) -> bool:
            stored = " ".join(row[name] for name in names if isinstance(row.get(name), str)).casefold()
            held = re.split(r"[^\w]+", stored)
            return all(
                any(one.startswith(part) for one in held) for word in words for part in re.split(r"[^\w]+", word)
            )

        return test

    # --- COQL --------------------------------------------------------------------------------------------------

    def coql(self, call: Call) -> WireAnswer:
        fake = self._fake
        fake.guard.need(call, COQL)
        text = _body(call).get("select_query")
        if not isinstance(text, str) or not text.strip():
            details = {"api_name": "select_query", "json_path": "$.select_query"}
            raise ZohoError(400, "MANDATORY_NOT_FOUND", "required field not found", **details)
        query = coql.parse(text)
        evaluator = coql.Evaluator(
            fake.schema.modules,
            fake.store.get,
            int(fake.switches["coql_rows"]),
            lambda module: fake.guard.may(call, module, "READ"),
        )
        columns, where, order = evaluator.check(query)
        rows = sorted((row for row in fake.store.rows(query.module) if where(row)), key=lambda row: int(row["id"]))
        for get, down in reversed(order):
            rows.sort(key=lambda row, get=get: _sortable(get(row)), reverse=down)  # type: ignore[misc]  # bound now
        found = rows[query.offset : query.offset + query.count]
        more = query.offset + query.count < len(rows)
        loop = call.fault.page_loop if call.fault is not None else None
        if loop is not None:
            more = True
            found = [] if loop == "empty" else found[1:] if loop == "shrinks" else rows[: query.count]
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

    # --- shared ------------------------------------------------------------------------------------------------

    def _listed(
        self, call: Call, module: Module, rows: list[Row], fields: list[str] | None, *, tokens: bool = True
    ) -> WireAnswer:
        fake = self._fake
        page, info = fake.paginator.page(call, rows, fake.clock.time(), tokens=tokens)
        if not page and not info["more_records"]:
            return NOTHING
        zone = fake.guard.zone(call)
        info |= {"sort_by": call.query.get("sort_by", "id"), "sort_order": call.query.get("sort_order", "desc")}
        return json_answer(200, {"data": [fake.shown.record(module, row, zone, fields) for row in page], "info": info})

    def _module(self, call: Call) -> Module:
        return self._fake.module(call)

    def _row(self, call: Call, module: Module) -> Row | None:
        record_id = call.params["id"]
        if not (record_id.isascii() and record_id.isdigit()):
            raise bad_id(self._fake.switches["bad_id_status"])
        row = self._fake.store.get(module.name, record_id)
        if row is None and self._fake.switches["missing_record"] == "404":
            raise bad_id("404", id=record_id)
        return row

    def _view(self, call: Call, module: Module) -> Callable[[Row], bool]:
        view = call.query.get("cvid")
        if view is None:
            return lambda row: True
        found = next((one for one in self._fake.views(module) if one["id"] == view), None)
        if found is None:
            raise invalid_param("cvid", "the id given seems to be invalid")
        me = call.state["grant"].user.id
        return (lambda row: row["Owner"] == me) if found["system_name"] == "MYVIEWS" else (lambda row: True)


def wanted_fields(call: Call) -> list[str]:
    """``fields``, which lists and related lists demand."""
    text = call.query.get("fields")
    if not text:
        raise missing_param("fields")
    names = [name.strip() for name in text.split(",") if name.strip()]
    if len(names) > MOST_FIELDS:
        raise ZohoError(400, "LIMIT_EXCEEDED", "the fields limit is exceeded", param_name="fields", limit=MOST_FIELDS)
    return names


def _converted(call: Call, module: Module, row: Row) -> bool:
    if module.name != "Leads":
        return True
    wanted = call.query.get("converted", "false")
    if wanted not in ("true", "false", "both"):
        raise invalid_param("converted")
    return wanted == "both" or bool(row.get("Converted__s")) is (wanted == "true")


def _instant(text: str) -> int:
    moment = times.read(text)
    if moment is None:
        try:
            moment = int(parsedate_to_datetime(text).timestamp())
        except (ValueError, TypeError):
            raise ZohoError(400, "INVALID_DATA", "invalid data", header="If-Modified-Since") from None
    return moment


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isascii() and one.isdigit())


def _sortable(value: Any) -> tuple[bool, Any]:
    return value is not None, value if value is not None else 0


def _body(call: Call) -> dict[str, Any]:
    try:
        body = call.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ZohoError(400, "INVALID_DATA", "body", expected_data_type="jsonobject")
    return body
