"""Contacts, their folders and open extensions (contract sections 4 to 7)."""

from __future__ import annotations

from typing import Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.microsoft365.errors import GraphError, bad_body, bad_request, malformed_id, not_found
from customer360_testkit.fakes.microsoft365.resource import Resource
from customer360_testkit.fakes.microsoft365.schema import CONTACT, CONTACT_DEFAULTS, RANKED, checked, text
from customer360_testkit.fakes.microsoft365.store import Item, Mailbox

_LIMITS = {"emailAddresses": 3, "businessPhones": 2, "homePhones": 2}


def derived(data: dict[str, Any]) -> dict[str, Any]:
    """``displayName`` and ``fileAs`` where they are absent."""
    names = [data[name] for name in ("givenName", "middleName", "surname") if data[name]]
    emails = [one["address"] for one in data["emailAddresses"] if one.get("address")]
    if not data["displayName"]:
        data["displayName"] = " ".join(names) or data["companyName"] or (emails[0] if emails else "")
    if not data["fileAs"]:
        parts = [part for part in (data["surname"], data["givenName"]) if part]
        data["fileAs"] = ", ".join(parts) or data["companyName"] or data["displayName"]
    return data


class Folders(Resource):
    kind = "contactFolder"

    def whole(self, call: Call, item: Item) -> dict[str, Any]:
        return {"displayName": item.data["displayName"], "parentFolderId": item.container}

    def folders(self, call: Call) -> WireAnswer:
        box: Mailbox = call.state["box"]
        return self.listed(call, box.inside(self.kind, self._parent(call)))

    def _parent(self, call: Call) -> str:
        box: Mailbox = call.state["box"]
        return self.find(call, call.params["folder"]).fixed if "folder" in call.params else box.defaults["root"]

    def create(self, call: Call) -> WireAnswer:
        box: Mailbox = call.state["box"]
        data = checked(self.writable(self.body(call)), {"displayName": text}, self.kind)
        if not data.get("displayName"):
            raise bad_body("'displayName' is required.")
        parent = self._parent(call)
        if any(one.data["displayName"] == data["displayName"] for one in box.inside(self.kind, parent)):
            raise GraphError(409, "ErrorFolderExists", "A folder with the specified name already exists.")
        return self.one(call, box.add(self.kind, parent, data, self.fake.clock.time()), 201)

    def read(self, call: Call) -> WireAnswer:
        return self.one(call, self.find(call, call.params["folder"]))

    def changes(self, call: Call) -> WireAnswer:
        self.fake.refuse_in_china(call)
        return self.delta(call, self.kind, call.state["box"].defaults["root"])


class Contacts(Resource):
    kind = "contact"

    def folder(self, call: Call) -> str:
        box: Mailbox = call.state["box"]
        if "folder" not in call.params:
            return box.defaults["contacts"]
        if call.params["folder"] in ("contacts", box.defaults["contacts"]):
            return box.defaults["contacts"]
        return self.find(call, call.params["folder"], "contactFolder").fixed

    def whole(self, call: Call, item: Item) -> dict[str, Any]:
        shown = {**super().whole(call, item), "parentFolderId": item.container}
        if self.fake.switches["ranked_emails"] == "present":
            emails = item.data["emailAddresses"]
            shown |= {name: emails[at] if at < len(emails) else None for at, name in enumerate(RANKED)}
        return shown

    def all(self, call: Call) -> WireAnswer:
        return self.listed(call, call.state["box"].inside(self.kind, self.folder(call)))

    def read(self, call: Call) -> WireAnswer:
        return self.one(call, self._item(call))

    def _item(self, call: Call) -> Item:
        folder = self.folder(call) if "folder" in call.params else None
        return self.find(call, call.params["id"], container=folder)

    def create(self, call: Call) -> WireAnswer:
        body = self.writable(self.body(call))
        extended = self.write_extended({}, body)
        data = derived({**CONTACT_DEFAULTS, **self._checked(body)})
        item = call.state["box"].add(self.kind, self.folder(call), data, self.fake.clock.time())
        item.extended = extended
        item.conflict_due = self.fake.switches["spurious_conflict"] == "once_after_create"
        return self.one(call, item, 201)

    def update(self, call: Call) -> WireAnswer:
        item = self._item(call)
        body = self.writable(self.body(call))
        extended = self.write_extended(item.extended, body)
        data = self._checked(body)
        self.check_version(call, item)
        item.data = {**item.data, **data}
        item.extended = extended
        call.state["box"].touch(item, self.fake.clock.time())
        return self.one(call, item)

    def delete(self, call: Call) -> WireAnswer:
        item = self._item(call)
        self.check_version(call, item)
        call.state["box"].remove(item)
        return WireAnswer(204)

    def _checked(self, body: dict[str, Any]) -> dict[str, Any]:
        data = checked(body, CONTACT, self.kind)
        if self.fake.switches["outlook_limits"] == "refused":
            for name, most in _LIMITS.items():
                if len(data.get(name, ())) > most:
                    raise GraphError(400, "ErrorInvalidRequest", f"'{name}' holds at most {most} values.")
        return data

    def searched(self, words: list[str], rows: list[Item]) -> list[Item]:
        """Names, company and e-mails, some seconds late, and people who have nothing to do with it."""
        ripe = self.fake.ripe()
        hits = [row for row in rows if row.changed <= ripe and all(word in _haystack(row) for word in words)]
        if self.fake.switches["search_hits"] == "odd" and rows:
            odd = rows[sum(map(len, words)) % len(rows)]
            hits = [*hits, odd] if odd not in hits else hits
        return hits

    def changes(self, call: Call) -> WireAnswer:
        self.fake.refuse_in_china(call)
        return self.delta(call, self.kind, self.folder(call))

    # --- open extensions ---------------------------------------------------------------------------------------

    def add_extension(self, call: Call) -> WireAnswer:
        item, body = self._item(call), self.body(call)
        name = body.get("extensionName")
        if not isinstance(name, str) or not name:
            raise bad_body("'extensionName' is required.")
        if name in item.extensions:
            raise GraphError(409, "nameAlreadyExists", "An extension of this name already exists.")
        kept = {key: value for key, value in body.items() if "@" not in key}
        item.extensions[name] = {"@odata.type": "#microsoft.graph.openTypeExtension", "id": name, **kept}
        return json_answer(201, item.extensions[name])

    def extension(self, call: Call) -> WireAnswer:
        item = self._item(call)
        held = item.extensions.get(call.params["name"])
        if held is None:
            raise not_found()
        if call.method == "DELETE":
            del item.extensions[call.params["name"]]
            return WireAnswer(204)
        if call.method == "PATCH":
            changed = {key: value for key, value in self.body(call).items() if "@" not in key}
            held = item.extensions[call.params["name"]] = {**held, **changed, "id": held["id"]}
        return json_answer(200, held)

    def translate(self, call: Call) -> WireAnswer:
        """``translateExchangeIds`` between the two kinds of ids."""
        body = self.body(call)
        ids, source, target = body.get("inputIds"), body.get("sourceIdType"), body.get("targetIdType")
        kinds = ("restId", "restImmutableEntryId")
        if not isinstance(ids, list) or len(ids) > 1000 or source not in kinds or target not in kinds:
            raise bad_request("inputIds (at most 1000), sourceIdType and targetIdType are required.")
        box: Mailbox = call.state["box"]
        rows = []
        for one in ids:
            item = box.by_id.get(one) if isinstance(one, str) else None
            if item is None or one != (item.id if source == "restId" else item.fixed):
                raise malformed_id()
            rows.append({"sourceId": one, "targetId": item.id if target == "restId" else item.fixed})
        return json_answer(200, {"@odata.context": self.fake.context(call), "value": rows})


def _haystack(row: Item) -> str:
    data = row.data
    emails = " ".join(one.get("address") or "" for one in data["emailAddresses"])
    return f"{data['displayName']} {data['companyName'] or ''} {emails}".casefold()
