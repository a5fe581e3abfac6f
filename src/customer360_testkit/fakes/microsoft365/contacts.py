"""Contacts, their folders and open extensions (contract sections 4 to 7)."""

from __future__ import annotations

from typing import Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.microsoft365.delta import Tracked
from customer360_testkit.fakes.microsoft365.errors import GraphError, access_denied, bad_body, bad_request, malformed_id
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


class Folders(Tracked):
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
        parent = self._parent(call)
        data = self._named(call, parent)
        return self.one(call, box.add(self.kind, parent, data, self.fake.clock.time()), 201)

    def _named(self, call: Call, parent: str, own: Item | None = None) -> dict[str, Any]:
        """The body of a folder: a name that no other folder beside it has."""
        data = checked(self.writable(self.body(call)), {"displayName": text}, self.kind)
        if not data.get("displayName"):
            raise bad_body("'displayName' is required.")
        beside = call.state["box"].inside(self.kind, parent)
        if any(one is not own and one.data["displayName"] == data["displayName"] for one in beside):
            raise GraphError(409, "ErrorFolderExists", "A folder with the specified name already exists.")
        return data

    def update(self, call: Call) -> WireAnswer:
        item = self._own(call)
        item.data = self._named(call, item.container, item)
        call.state["box"].touch(item, self.fake.clock.time())
        return self.one(call, item)

    def delete(self, call: Call) -> WireAnswer:
        return self.removed(call, self._own(call))

    def _own(self, call: Call) -> Item:
        item = self.find(call, call.params["folder"])
        if item.fixed == call.state["box"].defaults["contacts"]:
            raise access_denied()
        return item

    def read(self, call: Call) -> WireAnswer:
        return self.one(call, self.find(call, call.params["folder"]))

    def changes(self, call: Call) -> WireAnswer:
        self.fake.refuse_in_china(call)
        return self.delta(call, self.kind, call.state["box"].defaults["root"])


class Contacts(Tracked):
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
        return self.one(call, self.item(call))

    def item(self, call: Call) -> Item:
        folder = self.folder(call) if "folder" in call.params else None
        return self.find(call, call.params["id"], container=folder)

    def create(self, call: Call) -> WireAnswer:
        body = self.writable(self.body(call))
        extended = self.write_extended({}, body)
        data = derived({**CONTACT_DEFAULTS, **self._checked(body)})
        item = call.state["box"].add(self.kind, self.folder(call), data, self.fake.clock.time())
        item.extend(extended, self.fake.clock.time())
        item.conflict_due = self.fake.switches["spurious_conflict"] == "once_after_create"
        return self.one(call, item, 201)

    def update(self, call: Call) -> WireAnswer:
        item = self.item(call)
        body = self.writable(self.body(call))
        extended = self.write_extended(item.extended, body)
        data = self._checked(body)
        self.check_version(call, item)
        item.data = {**item.data, **data}
        item.extend(extended, self.fake.clock.time())
        call.state["box"].touch(item, self.fake.clock.time())
        return self.one(call, item)

    def delete(self, call: Call) -> WireAnswer:
        return self.removed(call, self.item(call))

    def _checked(self, body: dict[str, Any]) -> dict[str, Any]:
        data = checked(body, CONTACT, self.kind)
        if self.fake.switches["outlook_limits"] == "refused":
            for name, most in _LIMITS.items():
                if len(data.get(name, ())) > most:
                    raise GraphError(400, "ErrorInvalidRequest", f"'{name}' holds at most {most} values.")
        return data

    def searched(self, words: list[str], rows: list[Item]) -> list[Item]:
        """Names, company and e-mails, some seconds late, and people who have nothing to do with it."""
        ripe = self.fake.ripe("search_lag")
        hits = [row for row in rows if row.changed <= ripe and all(word in _haystack(row) for word in words)]
        if self.fake.switches["search_hits"] == "odd" and rows:
            odd = rows[sum(map(len, words)) % len(rows)]
            hits = [*hits, odd] if odd not in hits else hits
        return hits

    def changes(self, call: Call) -> WireAnswer:
        self.fake.refuse_in_china(call)
        return self.delta(call, self.kind, self.folder(call))

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
