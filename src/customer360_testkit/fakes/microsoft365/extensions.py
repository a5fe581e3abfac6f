"""Open extensions of a contact: structured data that no filter reaches (contract section 7)."""

from __future__ import annotations

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.microsoft365.contacts import Contacts
from customer360_testkit.fakes.microsoft365.errors import GraphError, bad_body, not_found
from customer360_testkit.fakes.microsoft365.store import Data, Item


class Extensions(Contacts):
    """Each lives under its contact, by name."""

    def create(self, call: Call) -> WireAnswer:
        item, body = self.item(call), self.body(call)
        name = body.get("extensionName")
        if not isinstance(name, str) or not name:
            raise bad_body("'extensionName' is required.")
        if name in item.extensions:
            raise GraphError(409, "nameAlreadyExists", "An extension of this name already exists.")
        kept = {key: value for key, value in body.items() if "@" not in key}
        item.extensions[name] = {"@odata.type": "#microsoft.graph.openTypeExtension", "id": name, **kept}
        return json_answer(201, item.extensions[name])

    def read(self, call: Call) -> WireAnswer:
        return json_answer(200, self._held(call)[1])

    def update(self, call: Call) -> WireAnswer:
        item, held = self._held(call)
        changed = {key: value for key, value in self.body(call).items() if "@" not in key}
        item.extensions[held["id"]] = {**held, **changed, "id": held["id"], "extensionName": held["extensionName"]}
        return json_answer(200, item.extensions[held["id"]])

    def delete(self, call: Call) -> WireAnswer:
        item, held = self._held(call)
        del item.extensions[held["id"]]
        return WireAnswer(204)

    def _held(self, call: Call) -> tuple[Item, Data]:
        item = self.item(call)
        held = item.extensions.get(call.params["name"])
        if held is None:
            raise not_found()
        return item, held
