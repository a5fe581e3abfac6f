"""Calendars and events (contract section 7)."""

from __future__ import annotations

import html
import re
from typing import Any

from customer360_testkit.fakes.exchange import Call, WireAnswer
from customer360_testkit.fakes.microsoft365.errors import GraphError, bad_body
from customer360_testkit.fakes.microsoft365.resource import Resource
from customer360_testkit.fakes.microsoft365.schema import EVENT, EVENT_DEFAULTS, checked, text
from customer360_testkit.fakes.microsoft365.store import Item, Mailbox
from customer360_testkit.fakes.microsoft365.times import parse_instant, shown_moment

_PREFER = re.compile(r'outlook\.(timezone|body-content-type)\s*=\s*"([^"]*)"', re.IGNORECASE)


class Calendars(Resource):
    kind = "calendar"

    def whole(self, call: Call, item: Item) -> dict[str, Any]:
        return {**item.data, "changeKey": item.version}

    def all(self, call: Call) -> WireAnswer:
        return self.listed(call, call.state["box"].inside(self.kind, ""))

    def read(self, call: Call) -> WireAnswer:
        return self.one(call, self.find(call, call.params["calendar"]))

    def create(self, call: Call) -> WireAnswer:
        box: Mailbox = call.state["box"]
        data = checked(self.writable(self.body(call)), {"name": text, "color": text}, self.kind)
        if not data.get("name"):
            raise bad_body("'name' is required.")
        if any(one.data["name"] == data["name"] for one in box.inside(self.kind, "")):
            raise GraphError(409, "ErrorFolderExists", "A folder with the specified name already exists.")
        return self.one(call, box.add(self.kind, "", self.fake.calendar_data(box, **data), self.fake.clock.time()), 201)


class Events(Resource):
    kind = "event"

    def calendar(self, call: Call) -> str:
        box: Mailbox = call.state["box"]
        wanted = call.params.get("calendar")
        return box.defaults["calendar"] if wanted is None else self.find(call, wanted, "calendar").fixed

    def whole(self, call: Call, item: Item) -> dict[str, Any]:
        prefers = {name.lower(): value for name, value in _PREFER.findall(call.header("prefer") or "")}
        shown = {**super().whole(call, item), "webLink": f"https://outlook.office365.com/owa/?itemid={item.id}"}
        zone_name = prefers.get("timezone", "UTC")
        shown["start"] = shown_moment(item.data["start"], zone_name)
        shown["end"] = shown_moment(item.data["end"], zone_name)
        body = item.data["body"]
        content = body.get("content") or ""
        kind = body.get("contentType", "text")
        plain = content if kind == "text" else html.unescape(re.sub(r"<[^>]*>", "", content))
        shown["bodyPreview"] = plain[:255]
        if prefers.get("body-content-type") == "text":
            shown["body"] = {"contentType": "text", "content": plain}
        elif kind == "text":
            shown["body"] = {"contentType": "html", "content": f"<html><body>{html.escape(content)}</body></html>"}
        return shown

    def all(self, call: Call) -> WireAnswer:
        return self.listed(call, call.state["box"].inside(self.kind, self.calendar(call)))

    def view(self, call: Call) -> WireAnswer:
        bounds = [call.query.get(name) for name in ("startDateTime", "endDateTime")]
        if bounds[0] is None or bounds[1] is None:
            raise GraphError(400, "ErrorInvalidRequest", "startDateTime and endDateTime are required.")
        begin, end = parse_instant(bounds[0], "startDateTime"), parse_instant(bounds[1], "endDateTime")
        rows = [
            row
            for row in call.state["box"].inside(self.kind, self.calendar(call))
            if parse_instant(row.data["start"]["dateTime"][:19], "start") < end
            and parse_instant(row.data["end"]["dateTime"][:19], "end") > begin
        ]
        return self.listed(call, sorted(rows, key=lambda row: row.data["start"]["dateTime"]))

    def read(self, call: Call) -> WireAnswer:
        return self.one(call, self.find(call, call.params["id"]))

    def create(self, call: Call) -> WireAnswer:
        box: Mailbox = call.state["box"]
        body = self.writable(self.body(call))
        extended = self.write_extended({}, body)
        data = self._checked(body, EVENT_DEFAULTS)
        calendar = self.calendar(call)
        if not box.items[calendar].data["canEdit"]:
            raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        transaction = data["transactionId"]
        if transaction is not None and transaction in box.transactions:
            held = box.transactions[transaction]
            more = {"@event.existingEventId": self.id_of(call, held)}
            raise GraphError(
                int(self.fake.switches["duplicate_event"]),
                "ErrorDuplicateTransactionId",
                "Your request can't be completed. The TransactionId specified in the request has already been used to "
                "create a different event.",
                more=more if self.fake.switches["existing_event_id"] == "present" else None,
            )
        user = self.fake.users[box.login]
        data["organizer"] = {"emailAddress": {"name": user.name, "address": user.email}}
        item = box.add(self.kind, calendar, data, self.fake.clock.time())
        item.data = {**item.data, "iCalUId": "0400" + item.fixed[-60:]}
        item.extended = extended
        if transaction is not None:
            box.transactions[transaction] = item
        self.fake.invite(item, [])
        location = f"{self.fake.root(call)}/v1.0/users('{user.email}')/events('{self.id_of(call, item)}')"
        return self.one(call, item, 201, (("location", location),))

    def update(self, call: Call) -> WireAnswer:
        item = self.find(call, call.params["id"])
        body = self.writable(self.body(call))
        extended = self.write_extended(item.extended, body)
        before = item.data["attendees"]
        data = self._checked(body, item.data)
        self.check_version(call, item)
        item.data, item.extended = data, extended
        call.state["box"].touch(item, self.fake.clock.time())
        self.fake.invite(item, before)
        return self.one(call, item)

    def delete(self, call: Call) -> WireAnswer:
        item = self.find(call, call.params["id"])
        self.check_version(call, item)
        call.state["box"].remove(item)
        return WireAnswer(204)

    def _checked(self, body: dict[str, Any], under: dict[str, Any]) -> dict[str, Any]:
        data = {**under, **checked(body, EVENT, self.kind)}
        if "start" not in data or "end" not in data:
            raise GraphError(400, "ErrorInvalidRequest", "'start' and 'end' are required.")
        if data["start"]["dateTime"] > data["end"]["dateTime"]:
            raise GraphError(400, "ErrorInvalidRequest", "The end comes before the start.")
        return data
