"""Changes since a token, in pages (contract section 8)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from itertools import islice
from operator import attrgetter
from typing import Any, TypeAlias

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.faults import PageLoop
from customer360_testkit.fakes.microsoft365 import query as q
from customer360_testkit.fakes.microsoft365.errors import GraphError, bad_request
from customer360_testkit.fakes.microsoft365.resource import Resource
from customer360_testkit.fakes.microsoft365.store import Gone, Item, Mailbox

Token = dict[str, Any]
"""``e`` epoch, ``k`` kind, ``c`` container, ``s`` changes after that were asked for, ``u`` changes until then, ``o``
where the page begins, ``f`` the ``$select``, ``b`` bounds of a view or None, ``n`` number of a page that loops, ``h``
pages of a first round as far as the one that holds nothing."""
_Change: TypeAlias = tuple[Item | Gone, str | None]
"""A record, and why it is no longer there (None: it is)."""
_MEMBERS = frozenset("ekcsuofbnh")


class Tracked(Resource):
    """A resource whose changes can be followed."""

    def within(self, item: Item, bounds: list[str] | None) -> bool:
        """Whether the item is in the view that is followed."""
        return True

    def delta(self, call: Call, kind: str, container: str, bounds: list[str] | None = None) -> WireAnswer:
        """Changes since the request's token; without one, everything."""
        fake, box = self.fake, call.state["box"]
        token = self._token(call, kind, container, bounds)
        members = q.selected({} if token["f"] is None else {"$select": token["f"]}, kind)
        size = _page_size(call)
        changes = list(islice(self._changes(box, token), size + 1))
        shown = [(seq, self._told(call, kind, change, members)) for seq, change in changes[:size]]
        more = len(changes) > size
        following = {**token, "o": shown[-1][0]} if more else token
        loop = call.fault.page_loop if call.fault is not None else None
        if loop is not None:
            shown, following, more = _looped(loop, token, shown, more)
        elif fake.switches["empty_delta_page"] == "second" and not token["s"] and token["h"] < 2:
            shown = [] if token["h"] else shown
            following, more = {**token, "o": shown[-1][0] if shown else token["o"], "h": token["h"] + 1}, True
        name = "$skiptoken" if more else "$deltatoken"
        notes = {
            "@odata.nextLink" if more else "@odata.deltaLink": f"{fake.root(call)}{call.path}?{name}={_told(following)}"
        }
        payload = {
            "@odata.context": fake.context(call, collection_of=kind),
            **notes,
            "value": [row for _, row in shown],
        }
        return json_answer(200, payload)

    def _token(self, call: Call, kind: str, container: str, bounds: list[str] | None) -> Token:
        fake, box = self.fake, call.state["box"]
        query = q.check_options(call, ("$select", "$deltatoken", "$skiptoken"))
        raw = query.get("$skiptoken") or query.get("$deltatoken")
        if raw is None:
            return {
                "e": fake.delta_epoch,
                "k": kind,
                "c": container,
                "s": 0,
                "u": box.seq,
                "o": 0,
                "f": query.get("$select"),
                "b": bounds,
                "n": 0,
                "h": 0,
            }
        token = _read(raw)
        if token["e"] != fake.delta_epoch:
            raise GraphError(410, fake.switches["expired_delta"], "The sync state generation is not found.")
        if (token["k"], token["c"]) != (kind, container):
            raise bad_request("The token is not one of this resource.")
        if "$deltatoken" in query:
            return {**token, "s": token["u"], "o": token["u"], "u": box.seq}
        return token

    def _changes(self, box: Mailbox, token: Token) -> Iterator[tuple[int, _Change]]:
        """What changed, in the order of all changes, with the place of each: no more of it than is asked for."""
        kind, low, high = token["k"], token["o"], token["u"]
        here: list[Item | Gone] = [row for row in box.inside(kind, token["c"]) if low < row.seq <= high]
        if token["s"]:
            here += [
                one for one in box.gone if (one.kind, one.container) == (kind, token["c"]) and low < one.seq <= high
            ]
        for row in sorted(here, key=attrgetter("seq")):
            if isinstance(row, Gone):
                yield row.seq, (row, "deleted")
            elif self.within(row, token["b"]):
                yield row.seq, (row, None)
            elif row.order <= token["s"]:  # it may have been in the view before
                yield row.seq, (row, "changed")

    def _told(self, call: Call, kind: str, change: _Change, members: frozenset[str] | None) -> dict[str, Any]:
        row, reason = change
        if isinstance(row, Gone) or reason is not None:
            return {"@removed": {"reason": reason}, "id": self.id_of(call, row)}
        return {"@odata.type": f"#microsoft.graph.{kind}", **self.show(call, row, members)}


def _looped(
    loop: PageLoop, token: Token, shown: list[tuple[int, dict[str, Any]]], more: bool
) -> tuple[list[tuple[int, dict[str, Any]]], Token, bool]:
    """X11: the page, the token that follows and whether it is a next page."""
    last = shown[-1][0] if shown else token["o"]
    if loop == "same":
        return shown, token, True
    if loop == "cycle":
        back = token["n"] % 2 == 1
        return shown, {**token, "n": 0 if back else 1, "o": token["s"] if back else last}, True
    if loop == "shrinks":
        return shown[1:], {**token, "o": last}, more
    return [] if loop == "empty" else shown, {**token, "n": token["n"] + 1}, True


def _page_size(call: Call) -> int:
    for part in (call.header("prefer") or "").split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "odata.maxpagesize" and value.isascii() and value.isdigit() and int(value[:6]):
            return min(int(value[:6]), 999)
    return 10


def _told(parts: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def _read(text: str) -> Token:
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if isinstance(found, dict) and set(found) == _MEMBERS:
            return found
    except (ValueError, binascii.Error):
        pass
    raise bad_request("Badly formed token.")
