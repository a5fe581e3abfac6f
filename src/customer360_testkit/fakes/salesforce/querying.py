"""``/query``, ``/queryAll`` and their pages (contract sections 5.1 and 8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.faults import PageLoop
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.salesforce.errors import refused
from customer360_testkit.fakes.salesforce.selecting import Asking, Result
from customer360_testkit.fakes.salesforce.soql import malformed, parse

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

MAX_PAGE, MIN_PAGE = 2_000, 200
_LIVES = {"15m": 900.0, "2d": 2 * 86_400.0}
_CURSORS = 10


@attrs.define
class _Cursor:
    login: str
    result: Result
    size: int
    expires: float
    loop: PageLoop | None = None
    """What the fault of the first page does to the further ones."""


class Querying:
    """Queries, and the cursors of those that are not done."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake
        self.reset()

    def reset(self) -> None:
        self._cursors: dict[str, _Cursor] = {}
        self._number = 0
        self.most = MAX_PAGE
        """Rows of a page at most, whatever is asked for; no less than ``MIN_PAGE``."""

    def routes(self) -> Iterable[Route]:
        for name in ("query", "queryAll"):
            yield Route("GET", f"/services/data/{{v}}/{name}", self.query if name == "query" else self.query_all)
            yield Route("GET", f"/services/data/{{v}}/{name}/{{locator}}", self.more)

    def query(self, call: Call) -> WireAnswer:
        return self._first(call, everything=False)

    def query_all(self, call: Call) -> WireAnswer:
        return self._first(call, everything=True)

    def _first(self, call: Call, *, everything: bool) -> WireAnswer:
        text = call.query.get("q")
        if text is None:
            raise malformed("A query string has to be specified")
        login = call.state["grant"].user.login
        result = Asking(self._fake, login, call.params["v"], everything=everything).run(parse(text))
        if result.total is not None:
            return json_answer(200, {"totalSize": result.total, "done": True, "records": []})
        size = self._page_size(call, result)
        loop = call.fault.page_loop if call.fault is not None else None
        if len(result.rows) <= size and loop is None:
            return self._page(call, "", _Cursor(login, result, size, 0.0), 0)
        self._number += 1
        start = "0r8xx5R2sM3DgW" if self._fake.switches["locator"] == "0r8" else "01gxx00000N1aB"
        locator = f"{start}{self._number:04d}"
        life = _LIVES[self._fake.switches["locator_life"]]
        cursor = _Cursor(login, result, size, self._fake.clock.time() + life, loop)
        self._cursors[locator] = cursor
        self._evict(login)
        return self._page(call, locator, cursor, 0)

    def more(self, call: Call) -> WireAnswer:
        """The locator is complete; a ``q`` beside it is ignored."""
        locator, _, place = call.params["locator"].rpartition("-")
        cursor = self._cursors.get(locator)
        mine = call.state["grant"].user.login
        if cursor is None or cursor.login != mine or self._fake.clock.time() > cursor.expires or not place.isdecimal():
            raise refused("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(call, locator, cursor, int(place))

    def _page(self, call: Call, locator: str, cursor: _Cursor, at: int) -> WireAnswer:
        rows, size, loop = cursor.result.rows, cursor.size, cursor.loop
        end = at + size
        shown = rows[at:end]
        following: int | None = end if end < len(rows) else None
        match loop:
            case "same":
                following = at
            case "cycle":
                following = 0 if at else size
            case "endless":
                shown, following = rows[at % (len(rows) or 1) :][:size], end
            case "empty":
                shown, following = (shown, end) if at == 0 else ([], end)
            case "shrinks":
                shown = shown[: len(shown) // 2] if at else shown
        answer: dict[str, Any] = {"totalSize": len(rows), "done": following is None}
        if following is not None:
            answer["nextRecordsUrl"] = f"/services/data/{call.params['v']}/query/{locator}-{following}"
        answer["records"] = [cursor.result.render(row) for row in shown]
        return json_answer(200, answer)

    def _page_size(self, call: Call, result: Result) -> int:
        most = min(self.most, int(self._fake.switches["wide_rows"])) if result.wide else self.most
        for part in (call.header("sforce-query-options") or "").split(","):
            name, _, value = part.partition("=")
            if name.strip().lower() == "batchsize" and value.strip().isdecimal():
                return min(most, max(MIN_PAGE, int(value)))
        return most

    def _evict(self, login: str) -> None:
        if self._fake.switches["open_cursors"] == "any":
            return
        mine = [locator for locator, cursor in self._cursors.items() if cursor.login == login]
        for locator in mine[:-_CURSORS]:
            del self._cursors[locator]
