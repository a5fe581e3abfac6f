"""Pages by number and by token (contract section 8), and paginators that go wrong (X11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import attrs

from customer360_testkit.fakes.exchange import Call
from customer360_testkit.fakes.zoho import times
from customer360_testkit.fakes.zoho.errors import ZohoError, invalid_param

T = TypeVar("T")

MOST = 200
COMPOSITE_ROWS = 25
"""Most rows of a list inside a composite request."""
BY_NUMBER = 2000
BY_TOKEN = 100_000
TOKEN_SECONDS = 86_400.0
_OWN = frozenset({"page", "page_token"})


@attrs.frozen
class _Token:
    """What a page token remembers: it is bound to its user and to unchanged parameters."""

    user: str
    params: Mapping[str, str]
    offset: int
    expires: float


class Paginator:
    """Cuts lists into pages and keeps the tokens it has handed out."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._tokens: dict[str, _Token] = {}

    def page(self, call: Call, rows: Sequence[T], now: float, *, tokens: bool = True) -> tuple[list[T], dict[str, Any]]:
        """One page and its ``info``. Raises ZohoError for misuse."""
        composite = "composite" in call.state
        most = COMPOSITE_ROWS if composite else MOST
        per_page = _number(call, "per_page", most)
        if per_page > most:
            raise (
                ZohoError(400, "LIMIT_EXCEEDED", "too many records for a composite request", limit=most)
                if composite
                else invalid_param("per_page")
            )
        given = call.query.get("page_token")
        if given is not None and tokens:
            if "page" in call.query:
                raise _ambiguous("page", "page_token")
            offset = self._offset(call, given, now)
        else:
            page = _number(call, "page", 1)
            offset = (page - 1) * per_page
            if page * per_page > BY_NUMBER:
                if not tokens:
                    raise ZohoError(400, "LIMIT_REACHED", "limit reached", limit=str(BY_NUMBER))
                text = "the pagination limit is reached; use page_token"
                raise ZohoError(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", text)
        if offset + per_page > BY_TOKEN:
            raise ZohoError(400, "PAGINATION_LIMIT_EXCEEDED", "the pagination limit is reached")
        loop = call.fault.page_loop if call.fault is not None else None
        if loop == "same":
            offset = 0
        elif loop == "cycle":
            offset %= 2 * per_page
        found = list(rows[offset : offset + per_page])
        more = offset + per_page < len(rows)
        if loop is not None:
            more = True
            found = [] if loop == "empty" else found[1:] if loop == "shrinks" else found or list(rows[:per_page])
        info: dict[str, Any] = {
            "per_page": per_page,
            "count": len(found),
            "page": offset // per_page + 1,
            "more_records": more,
        }
        if tokens:
            following = expiry = None
            if more:
                fresh = given if loop == "same" and given else None
                following = fresh or self._hand_out(call, offset + per_page, now, loop == "cycle")
                expiry = times.show(int(self._tokens[following].expires), call.state["grant"].user.time_zone)
            before = self._hand_out(call, max(0, offset - per_page), now, False) if given and offset else None
            info |= {"next_page_token": following, "previous_page_token": before, "page_token_expiry": expiry}
        return found, info

    def _offset(self, call: Call, given: str, now: float) -> int:
        token = self._tokens.get(given)
        if token is None or token.user != call.entry.account:
            raise invalid_param("page_token")
        if now > token.expires:
            raise ZohoError(400, "EXPIRED_VALUE", "the page_token has expired", param_name="page_token")
        if token.params != _bound(call):
            raise ZohoError(400, "TOKEN_BOUND_DATA_MISMATCH", "the parameters differ from those of the page_token")
        return token.offset

    def _hand_out(self, call: Call, offset: int, now: float, cycle: bool) -> str:
        name = f"cycle{offset % (2 * MOST)}" if cycle else f"pt{len(self._tokens) + 1:06d}"
        self._tokens[name] = _Token(str(call.entry.account), _bound(call), offset, now + TOKEN_SECONDS)
        return name


def _bound(call: Call) -> dict[str, str]:
    return {"": call.path, **{name: value for name, value in call.query.items() if name not in _OWN}}


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise invalid_param(name)
    return int(text)


def _ambiguous(*names: str) -> ZohoError:
    text = f"{' and '.join(names)} cannot be used together"
    return ZohoError(400, "AMBIGUITY_DURING_PROCESSING", text, param_names=list(names))


def sorted_rows(call: Call, rows: Sequence[dict[str, Any]], *, allowed: Sequence[str]) -> list[dict[str, Any]]:
    """Rows in the order that was asked for; by id, newest first, unless asked."""
    by, order = call.query.get("sort_by", "id"), call.query.get("sort_order", "desc")
    if by not in allowed:
        raise invalid_param("sort_by")
    if order not in ("asc", "desc"):
        raise invalid_param("sort_order")
    found = sorted(rows, key=lambda row: int(row["id"]))
    if by != "id":
        found.sort(key=lambda row: (row.get(by) is not None, row.get(by) if row.get(by) is not None else 0))
    return found[::-1] if order == "desc" else found


def refuse_together(call: Call, *names: str) -> None:
    """Refuse parameters that exclude each other."""
    if all(name in call.query for name in names):
        raise _ambiguous(*names)
