"""What contacts, events and tasks have in common: finding an item, showing it, versions, lists, delta."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.microsoft365 import query as q
from customer360_testkit.fakes.microsoft365.errors import (
    bad_body,
    bad_request,
    conflict,
    inefficient,
    invalid_value,
    malformed_id,
    not_found,
)
from customer360_testkit.fakes.microsoft365.filters import compile_filter, expands
from customer360_testkit.fakes.microsoft365.schema import READ_ONLY, SELECTABLE, extended_properties
from customer360_testkit.fakes.microsoft365.store import Item, Mailbox
from customer360_testkit.fakes.microsoft365.times import stamp

if TYPE_CHECKING:
    from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake

EXPANDABLE: dict[str, frozenset[str]] = {
    "contact": frozenset({"singleValueExtendedProperties", "extensions"}),
    "event": frozenset({"singleValueExtendedProperties", "extensions"}),
    "todoTask": frozenset({"linkedResources"}),
}
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class Resource:
    """Endpoints of one kind of item; subclasses say what is particular."""

    kind = ""

    def __init__(self, fake: Microsoft365Fake) -> None:
        self.fake = fake

    def body(self, call: Call) -> dict[str, Any]:
        content_type = call.header("content-type") or ""
        if not content_type.startswith("application/json"):
            raise bad_body("A non-empty body of the content type application/json is expected.")
        try:
            found = call.json()
        except (ValueError, RecursionError):
            raise bad_body("Unable to read JSON request payload.") from None
        if not isinstance(found, dict):
            raise bad_body("Unable to read JSON request payload: an object is expected.")
        if _SURROGATE.search(call.request.content):
            try:
                json.dumps(found, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                raise bad_body("Unable to read JSON request payload: half a character.") from None
        return found

    def writable(self, body: dict[str, Any]) -> dict[str, Any]:
        """Without read-only members, which are refused or ignored."""
        for name in READ_ONLY & set(body):
            if self.fake.switches["read_only_in_write"] == "refused":
                raise invalid_value(name, "it is read-only")
        return {name: value for name, value in body.items() if name not in READ_ONLY}

    def find(self, call: Call, wanted: str, kind: str | None = None, container: str | None = None) -> Item:
        """An item by an id of the kind that the request prefers."""
        kind = kind or self.kind
        if not wanted.startswith("AA") or len(wanted) < 20 or not wanted.isascii():
            raise malformed_id()
        box: Mailbox = call.state["box"]
        item = box.by_id.get(wanted)
        if item is not None and self.fake.switches["mixed_ids"] == "refused" and wanted != self.id_of(call, item):
            raise malformed_id()
        if item is None or item.kind != kind or (container is not None and item.container != container):
            raise malformed_id() if self.fake.switches["wrong_id"] == "400" else not_found()
        return item

    @staticmethod
    def id_of(call: Call, item: Any) -> str:
        immutable: bool | None = call.state.get("immutable")
        if immutable is None:
            prefer = call.header("prefer") or ""
            immutable = call.state["immutable"] = "idtype" in prefer.lower() and "immutableid" in prefer.lower()
        return str(item.fixed if immutable else item.id)

    def check_version(self, call: Call, item: Item) -> None:
        """If-Match, and the conflict out of nothing."""
        wanted = call.header("if-match")
        if wanted is not None and wanted not in ("*", f'W/"{item.version}"'):
            raise conflict()
        if item.conflict_due:
            item.conflict_due = False
            if self.fake.clock.time() - item.created < 5:
                raise conflict()

    def show(
        self,
        call: Call,
        item: Item,
        select: frozenset[str] | None = None,
        expand: dict[str, list[object] | None] | None = None,
    ) -> dict[str, Any]:
        whole = self.whole(call, item)
        identity = {"@odata.etag": f'W/"{item.version}"', "id": self.id_of(call, item)}
        shown = {**identity, **(whole if select is None else {k: v for k, v in whole.items() if k in select})}
        for name, ids in (expand or {}).items():
            found = self.expanded(item, name, ids)
            if found is not None:
                shown[name] = found
        return shown

    def whole(self, call: Call, item: Item) -> dict[str, Any]:
        return {
            "createdDateTime": stamp(item.created),
            "lastModifiedDateTime": stamp(item.changed),
            "changeKey": item.version,
            **item.data,
        }

    def expanded(self, item: Item, name: str, ids: list[object] | None) -> list[dict[str, Any]] | None:
        if name == "linkedResources":
            return list(item.linked.values())
        if name == "extensions":
            return [one for key, one in item.extensions.items() if ids is None or key in ids]
        held = [item.extended[key] for key in ids or () if key in item.extended]
        return [{"id": spelled, "value": value} for spelled, value in held] or None

    def one(self, call: Call, item: Item, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> WireAnswer:
        query = q.check_options(call, ("$select", "$expand")) if call.method == "GET" else {}
        select = q.selected(query, self.kind)
        expand = expands(query.get("$expand"), self.expandable(call))
        shown = {"@odata.context": self.fake.context(call, entity=True), **self.show(call, item, select, expand)}
        return json_answer(status, shown, headers)

    def expandable(self, call: Call) -> frozenset[str]:
        return EXPANDABLE.get(self.kind, frozenset())

    def listed(self, call: Call, items: Iterable[Item]) -> WireAnswer:
        query = q.check_options(call)
        select = q.selected(query, self.kind)
        expand = expands(query.get("$expand"), self.expandable(call))
        rows = list(items)
        if "$filter" in query:
            ripe = self.fake.ripe("extended_lag")
            keep = compile_filter(query["$filter"], self.kind, self.fake.switches, ripe)
            rows = [row for row in rows if keep(row)]
        if "$search" in query:
            rows = self.searched(q.search_words(query["$search"]), rows)
        if "$orderby" in query:
            rows = self.ordered(query, rows)
        found, notes = q.page(call, self.fake.root(call), rows)
        value = [self.show(call, row, select, expand) for row in found]
        return json_answer(200, {"@odata.context": self.fake.context(call), **notes, "value": value})

    def searched(self, words: list[str], rows: list[Item]) -> list[Item]:
        raise bad_request("The query parameter '$search' is not supported.")

    def ordered(self, query: Any, rows: list[Item]) -> list[Item]:
        if "$filter" in query and self.fake.switches["filter_with_orderby"] == "refused":
            raise inefficient()
        name, _, direction = query["$orderby"].strip().partition(" ")
        if name not in SELECTABLE[self.kind] or direction.strip() not in ("", "asc", "desc"):
            raise bad_request("Syntax error in $orderby.")
        key: Callable[[Item], Any] = {
            "createdDateTime": lambda row: row.created,
            "lastModifiedDateTime": lambda row: row.changed,
        }.get(name, lambda row: str(row.data.get(name) or "").casefold())
        return sorted(rows, key=key, reverse=direction.strip() == "desc")

    def removed(self, call: Call, item: Item) -> WireAnswer:
        """Delete an item, with what is in it."""
        self.check_version(call, item)
        call.state["box"].remove(item)
        return WireAnswer(204)

    def write_extended(self, item_held: dict[Any, Any], body: dict[str, Any]) -> dict[Any, Any]:
        """The extended properties after the write; takes the member out of the body."""
        held = dict(item_held)
        if "singleValueExtendedProperties" in body:
            for key, (spelled, value) in extended_properties(body.pop("singleValueExtendedProperties")).items():
                if value is not None:
                    held[key] = spelled, value
                elif self.fake.switches["extended_null"] == "deletes":
                    held.pop(key, None)
                else:
                    raise invalid_value("singleValueExtendedProperties", "a value cannot be null")
        return held


def values(rows: Sequence[Any], context: str) -> WireAnswer:
    return json_answer(200, {"@odata.context": context, "value": rows})
