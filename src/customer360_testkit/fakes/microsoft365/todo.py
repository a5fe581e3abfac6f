"""To Do: lists, tasks and what they link to (contract section 7)."""

from __future__ import annotations

import uuid
from typing import Any

from customer360_testkit.fakes.besides import Quiet, caused
from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.microsoft365.delta import Tracked
from customer360_testkit.fakes.microsoft365.errors import access_denied, bad_body, bad_request, not_found
from customer360_testkit.fakes.microsoft365.resource import Resource, values
from customer360_testkit.fakes.microsoft365.schema import LINKED, TASK, TASK_DEFAULTS, checked, text
from customer360_testkit.fakes.microsoft365.store import Item, Mailbox
from customer360_testkit.fakes.microsoft365.times import fine_stamp

_CAUSED: Quiet = {"isReminderOn": (False, "set a reminder")}


class TaskLists(Resource):
    kind = "todoTaskList"

    def whole(self, call: Call, item: Item) -> dict[str, Any]:
        return item.data

    def all(self, call: Call) -> WireAnswer:
        return self.listed(call, call.state["box"].inside(self.kind, ""))

    def read(self, call: Call) -> WireAnswer:
        return self.one(call, self.find(call, call.params["list"]))

    def create(self, call: Call) -> WireAnswer:
        data = self._named(call)
        whole = {**data, "isOwner": True, "isShared": False, "wellknownListName": "none"}
        return self.one(call, call.state["box"].add(self.kind, "", whole, self.fake.clock.time()), 201)

    def _named(self, call: Call) -> dict[str, Any]:
        """The body of a list. Two lists may have one name."""
        data = checked(self.body(call), {"displayName": text}, self.kind)
        if not data.get("displayName"):
            raise bad_body("'displayName' is required.")
        return data

    def update(self, call: Call) -> WireAnswer:
        item = self._own(call)
        item.data = {**item.data, **self._named(call)}
        call.state["box"].touch(item, self.fake.clock.time())
        return self.one(call, item)

    def delete(self, call: Call) -> WireAnswer:
        return self.removed(call, self._own(call))

    def _own(self, call: Call) -> Item:
        """A list that the user made: those of the system can be neither renamed nor deleted."""
        item = self.find(call, call.params["list"])
        if item.data["wellknownListName"] != "none":
            raise access_denied()
        return item


class Tasks(Tracked):
    kind = "todoTask"

    def _list(self, call: Call) -> str:
        return self.find(call, call.params["list"], "todoTaskList").fixed

    def _item(self, call: Call) -> Item:
        return self.find(call, call.params["id"], container=self._list(call))

    def whole(self, call: Call, item: Item) -> dict[str, Any]:
        shown = super().whole(call, item)
        del shown["changeKey"]
        times = {"createdDateTime": item.created, "lastModifiedDateTime": item.changed}
        return {**shown, **{name: fine_stamp(moment) for name, moment in times.items()}}

    def expandable(self, call: Call) -> frozenset[str]:
        return frozenset() if self.fake.cloud_of(call).key == "china" else super().expandable(call)

    def all(self, call: Call) -> WireAnswer:
        if "$orderby" in call.query and self.fake.switches["task_orderby"] == "refused":
            raise bad_request("The query parameter '$orderby' is not supported.")
        return self.listed(call, call.state["box"].inside(self.kind, self._list(call)))

    def read(self, call: Call) -> WireAnswer:
        return self.one(call, self._item(call))

    def create(self, call: Call) -> WireAnswer:
        body = self.writable(self.body(call))
        links = body.pop("linkedResources", [])
        if links:
            self.fake.refuse_in_china(call)
        if not isinstance(links, list):
            raise bad_body("'linkedResources' must be a collection.")
        data = checked(body, TASK, self.kind)
        if not data.get("title"):
            raise bad_body("'title' is required.")
        linked = [self._link(one) for one in links]
        box: Mailbox = call.state["box"]
        item = box.add(self.kind, self._list(call), {**TASK_DEFAULTS, **data}, self.fake.clock.time())
        item.linked = {one["id"]: one for one in linked}
        self.fake.besides += caused(_CAUSED, item.data)
        answer = self.one(call, item, 201)
        if not linked:
            return answer
        return json_answer(201, {**answer.json(), "linkedResources": linked})

    def update(self, call: Call) -> WireAnswer:
        item = self._item(call)
        data = checked(self.writable(self.body(call)), TASK, self.kind)
        self.check_version(call, item)
        self.fake.besides += caused(_CAUSED, data, item.data)
        item.data = {**item.data, **data}
        call.state["box"].touch(item, self.fake.clock.time())
        return self.one(call, item)

    def delete(self, call: Call) -> WireAnswer:
        return self.removed(call, self._item(call))

    def changes(self, call: Call) -> WireAnswer:
        return self.delta(call, self.kind, self._list(call))

    # --- linked resources ----------------------------------------------------------------------------------------

    def _link(self, body: Any) -> dict[str, Any]:
        if not isinstance(body, dict):
            raise bad_body("A linkedResource must be an object.")
        data = checked(body, LINKED, "linkedResource")
        return {"id": str(uuid.UUID(int=self.fake.random.getrandbits(128), version=4)), **data}

    def links(self, call: Call) -> WireAnswer:
        self.fake.refuse_in_china(call)
        return values(list(self._item(call).linked.values()), self.fake.context(call))

    def add_link(self, call: Call) -> WireAnswer:
        self.fake.refuse_in_china(call)
        item, link = self._item(call), self._link(self.body(call))
        item.linked[link["id"]] = link
        call.state["box"].touch(item, self.fake.clock.time())
        return json_answer(201, link)

    def read_link(self, call: Call) -> WireAnswer:
        return json_answer(200, {"@odata.context": self.fake.context(call, entity=True), **self._linked(call)[1]})

    def update_link(self, call: Call) -> WireAnswer:
        item, held = self._linked(call)
        link = {**held, **checked(self.body(call), LINKED, "linkedResource")}
        item.linked = {**item.linked, held["id"]: link}
        call.state["box"].touch(item, self.fake.clock.time())
        return json_answer(200, {"@odata.context": self.fake.context(call, entity=True), **link})

    def _linked(self, call: Call) -> tuple[Item, dict[str, Any]]:
        self.fake.refuse_in_china(call)
        item = self._item(call)
        held = item.linked.get(call.params["link"])
        if held is None:
            raise not_found()
        return item, held

    def delete_link(self, call: Call) -> WireAnswer:
        item, held = self._linked(call)
        del item.linked[held["id"]]
        call.state["box"].touch(item, self.fake.clock.time())
        return WireAnswer(204)
