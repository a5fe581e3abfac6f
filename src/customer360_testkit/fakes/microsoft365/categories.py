"""The mailbox' own list of categories."""

from __future__ import annotations

from typing import Any

from customer360_testkit.fakes.exchange import Call, WireAnswer
from customer360_testkit.fakes.microsoft365.errors import GraphError, bad_body
from customer360_testkit.fakes.microsoft365.resource import Resource
from customer360_testkit.fakes.microsoft365.schema import checked, one_of, text
from customer360_testkit.fakes.microsoft365.store import Item, Mailbox

_COLOR = one_of("none", *(f"preset{number}" for number in range(25)))


class Categories(Resource):
    kind = "outlookCategory"

    def whole(self, call: Call, item: Item) -> dict[str, Any]:
        return item.data

    def all(self, call: Call) -> WireAnswer:
        return self.listed(call, call.state["box"].inside(self.kind, ""))

    def create(self, call: Call) -> WireAnswer:
        box: Mailbox = call.state["box"]
        data = checked(self.body(call), {"displayName": text, "color": _COLOR}, self.kind)
        if not data.get("displayName"):
            raise bad_body("'displayName' is required.")
        if any(one.data["displayName"] == data["displayName"] for one in box.inside(self.kind, "")):
            raise GraphError(409, "nameAlreadyExists", "A category of this name already exists.")
        return self.one(call, box.add(self.kind, "", {"color": "none", **data}, self.fake.clock.time()), 201)
