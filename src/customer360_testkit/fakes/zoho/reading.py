"""Lists and records (contract sections 6 and 8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.zoho import asking, times
from customer360_testkit.fakes.zoho.asking import NOTHING, UNCHANGED
from customer360_testkit.fakes.zoho.errors import bad_id, invalid_param, not_supported
from customer360_testkit.fakes.zoho.fields import Module
from customer360_testkit.fakes.zoho.paging import refuse_together, sorted_rows
from customer360_testkit.fakes.zoho.store import Row

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake

SORTS = ("id", "Created_Time", "Modified_Time")


class Reading:
    """``GET`` of a module and of one record."""

    def __init__(self, fake: ZohoFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        yield Route("GET", "/crm/v8/{module}", self.listing)
        yield Route("GET", "/crm/v8/{module}/deleted", self.deleted)
        yield Route("GET", "/crm/v8/{module}/{id}", self.get)

    def listing(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._fake.module(call)
        fake.guard.may(call, module.name, "READ")
        user = call.state["grant"].user
        if module.name == "Notes" and not user.administrator:
            raise not_supported(403, "only administrators may list all notes")
        fields = asking.needed_fields(call)
        refuse_together(call, "cvid", "sort_by")
        asking.check_states(call)
        rows = [row for row in fake.store.rows(module.name) if asking.converted(call, module, row)]
        if "cvid" in call.query:
            view = next((one for one in fake.views(module) if one.id == call.query["cvid"]), None)
            if view is None:
                raise invalid_param("cvid", "the id given seems to be invalid")
            rows = [row for row in rows if view.shows(row, user.id)]
        if "ids" in call.query:
            ids = set(call.query["ids"].split(","))
            rows = [row for row in rows if row["id"] in ids]
        since = asking.instant(call, "If-Modified-Since")
        if since is not None:
            rows = [row for row in rows if row["Modified_Time"] > since]
            if not rows:
                return UNCHANGED
        return listed(fake, call, module, sorted_rows(call, rows, allowed=SORTS), fields)

    def get(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._fake.module(call)
        fake.guard.may(call, module.name, "READ")
        row = fake.store.get(module.name, asking.record_id(fake, call, module))
        if row is None:
            if fake.switches["missing_record"] == "404":
                raise bad_id("404", id=call.params["id"])
            return NOTHING
        return json_answer(200, {"data": [fake.shown.record(module, row, fake.guard.zone(call), asking.fields(call))]})

    def deleted(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._fake.module(call)
        fake.guard.may(call, module.name, "READ")
        kind = call.query.get("type", "all")
        if kind not in ("all", "recycle", "permanent"):
            raise invalid_param("type")
        since = asking.instant(call, "If-Modified-Since")
        gone = [
            one
            for one in fake.store.table(module.name).deleted
            if (since is None or one.at > since) and kind in ("all", one.kind)
        ]
        if not gone:
            return NOTHING if since is None else UNCHANGED
        tokens = fake.switches["deleted_pages"] == "token"
        page, info = fake.paginator.page(call, gone[::-1], fake.clock.time(), tokens=tokens)
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
        return json_answer(200, {"data": data, "info": info}) if data or info["more_records"] else NOTHING


def listed(
    fake: ZohoFake, call: Call, module: Module, rows: list[Row], fields: list[str] | None, *, tokens: bool = True
) -> WireAnswer:
    """One page of rows, or nothing."""
    page, info = fake.paginator.page(call, rows, fake.clock.time(), tokens=tokens)
    if not page and not info["more_records"]:
        return NOTHING
    zone = fake.guard.zone(call)
    info |= {"sort_by": call.query.get("sort_by", "id"), "sort_order": call.query.get("sort_order", "desc")}
    return json_answer(200, {"data": [fake.shown.record(module, row, zone, fields) for row in page], "info": info})
