"""Calendars and events (contract section 7)."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import quote

from customer360_testkit.fakes.besides import Quiet, caused
from customer360_testkit.fakes.exchange import Call, WireAnswer
from customer360_testkit.fakes.microsoft365.delta import Tracked
from customer360_testkit.fakes.microsoft365.errors import GraphError, access_denied, bad_body
from customer360_testkit.fakes.microsoft365.mailboxes import calendar_data, principal_name
from customer360_testkit.fakes.microsoft365.resource import Resource
from customer360_testkit.fakes.microsoft365.schema import EVENT, EVENT_DEFAULTS, checked, one_of, text
from customer360_testkit.fakes.microsoft365.store import Item, Mailbox
from customer360_testkit.fakes.microsoft365.times import parse_instant, shown_moment

_PREFER = re.compile(r'outlook\.(timezone|body-content-type)\s*=\s*"([^"]*)"', re.IGNORECASE)
_CAUSED: Quiet = {
    "sensitivity": ("normal", "hid an event from others"),
    "reminderMinutesBeforeStart": (15, "moved a reminder"),
}
_COLOR = one_of(
    "auto", "lightBlue", "lightGreen", "lightOrange", "lightGray", "lightYellow", "lightTeal", "lightPink",
    "lightBrown", "lightRed", "maxColor",
)  # fmt: skip


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
        data = self._checked(call)
        if not data.get("name"):
            raise bad_body("'name' is required.")
        whole = calendar_data(self.fake.users[box.login], **data)
        return self.one(call, box.add(self.kind, "", whole, self.fake.clock.time()), 201)

    def update(self, call: Call) -> WireAnswer:
        item = self._editable(call)
        data = self._checked(call, item)
        self.check_version(call, item)
        item.data = {**item.data, **data}
        call.state["box"].touch(item, self.fake.clock.time())
        return self.one(call, item)

    def delete(self, call: Call) -> WireAnswer:
        item = self._editable(call)
        if item.data["isDefaultCalendar"]:
            raise access_denied()
        return self.removed(call, item)

    def _editable(self, call: Call) -> Item:
        item = self.find(call, call.params["calendar"])
        if not item.data["canEdit"]:
            raise access_denied()
        return item

    def _checked(self, call: Call, own: Item | None = None) -> dict[str, Any]:
        """The body of a calendar: a name that no other of the user's has."""
        data = checked(self.writable(self.body(call)), {"name": text, "color": _COLOR}, self.kind)
        if "name" in data and not data["name"]:
            raise bad_body("'name' cannot be empty.")
        box: Mailbox = call.state["box"]
        owner = self.fake.users[box.login].email
        others = [one for one in box.inside(self.kind, "") if one is not own and one.data["owner"]["address"] == owner]
        if any(one.data["name"] == data.get("name") for one in others):
            raise GraphError(409, "ErrorFolderExists", "A folder with the specified name already exists.")
        return data


class Events(Tracked):
    kind = "event"

    def calendar(self, call: Call) -> str:
        box: Mailbox = call.state["box"]
        wanted = call.params.get("calendar")
        return box.defaults["calendar"] if wanted is None else self.find(call, wanted, "calendar").fixed

    def whole(self, call: Call, item: Item) -> dict[str, Any]:
        prefers = {name.lower(): value for name, value in _PREFER.findall(call.header("prefer") or "")}
        shown = {**super().whole(call, item), "webLink": self._web_link(item)}
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

    def _web_link(self, item: Item) -> str:
        known = quote(item.id, safe="")
        if self.fake.switches["account"] == "personal":
            return f"https://outlook.live.com/owa/?itemid={known}&exvsurl=1&path=/calendar/item"
        return f"https://outlook.office365.com/owa/?itemid={known}&exvsurl=1&path=/calendar/item"

    def all(self, call: Call) -> WireAnswer:
        return self.listed(call, call.state["box"].inside(self.kind, self.calendar(call)))

    def view(self, call: Call) -> WireAnswer:
        bounds = _bounds(call)
        rows = [one for one in call.state["box"].inside(self.kind, self.calendar(call)) if self.within(one, bounds)]
        return self.listed(call, sorted(rows, key=lambda row: row.data["start"]["dateTime"]))

    def changes(self, call: Call) -> WireAnswer:
        bounds = None if {"$deltatoken", "$skiptoken"} & set(call.query) else _bounds(call)
        return self.delta(call, self.kind, self.calendar(call), bounds)

    def within(self, item: Item, bounds: list[str] | None) -> bool:
        if bounds is None:
            return True
        begin, end = parse_instant(bounds[0], "startDateTime"), parse_instant(bounds[1], "endDateTime")
        return (
            parse_instant(item.data["start"]["dateTime"][:19], "start") < end
            and parse_instant(item.data["end"]["dateTime"][:19], "end") > begin
        )

    def _item(self, call: Call) -> Item:
        return self.find(call, call.params["id"], container=self.calendar(call) if "calendar" in call.params else None)

    def read(self, call: Call) -> WireAnswer:
        return self.one(call, self._item(call))

    def create(self, call: Call) -> WireAnswer:
        box: Mailbox = call.state["box"]
        body = self.writable(self.body(call))
        extended = self.write_extended({}, body)
        data = self._checked(body, EVENT_DEFAULTS)
        calendar = self.calendar(call)
        if not box.items[calendar].data["canEdit"]:
            raise access_denied()
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
        item.extend(extended, self.fake.clock.time())
        if transaction is not None:
            box.transactions[transaction] = item
        self.fake.invite(box.login, item, [])
        self._tell(item, None)
        location = f"{self.fake.root(call)}/v1.0/users('{principal_name(user)}')/events('{self.id_of(call, item)}')"
        return self.one(call, item, 201, (("location", location),))

    def update(self, call: Call) -> WireAnswer:
        item = self._item(call)
        body = self.writable(self.body(call))
        extended = self.write_extended(item.extended, body)
        before = item.data
        data = self._checked(body, item.data)
        self.check_version(call, item)
        item.data = data
        item.extend(extended, self.fake.clock.time())
        call.state["box"].touch(item, self.fake.clock.time())
        self.fake.invite(call.state["box"].login, item, before["attendees"])
        self._tell(item, before)
        return self.one(call, item)

    def delete(self, call: Call) -> WireAnswer:
        return self.removed(call, self._item(call))

    def _tell(self, item: Item, before: dict[str, Any] | None) -> None:
        """What it causes besides; an event that takes nobody's time may well be shown as free."""
        self.fake.besides += caused(_CAUSED, item.data, before)
        if item.data["showAs"] not in ("busy", "free", before and before["showAs"]):
            self.fake.besides.append("said more of its owner than that they are busy")

    def _checked(self, body: dict[str, Any], under: dict[str, Any]) -> dict[str, Any]:
        data = {**under, **checked(body, EVENT, self.kind)}
        if "start" not in data or "end" not in data:
            raise GraphError(400, "ErrorInvalidRequest", "'start' and 'end' are required.")
        if data["start"]["dateTime"] > data["end"]["dateTime"]:
            raise GraphError(400, "ErrorInvalidRequest", "The end comes before the start.")
        return data


def _bounds(call: Call) -> list[str]:
    """The bounds of a view, as sent; GraphError when one is missing or no instant."""
    bounds = []
    for name in ("startDateTime", "endDateTime"):
        told = call.query.get(name)
        if told is None:
            raise GraphError(400, "ErrorInvalidRequest", "startDateTime and endDateTime are required.")
        parse_instant(told, name)
        bounds.append(told)
    return bounds
