"""Asking Bullhorn: searches, queries and lists, page by page (contract, sections 5, 6 and 8)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeAlias

import attrs

from customer360.core.effects import GET, POST, Operation, Request
from customer360.core.errors import PageLoop, Truncated, UnexpectedAnswer, ValidationFailed
from customer360.core.wire import Response, identified, objects
from customer360_bullhorn.query import PAGE, REACHABLE, Jpql, Lucene, named

Row: TypeAlias = Mapping[str, Any]
"""A record as Bullhorn sends it."""

_MOST_PAGES, _MOST_REFUSED = 10, 5


@attrs.frozen
class Rows:
    """One page: its records, how many places it covers, whether more follow, and how many match where that is told."""

    rows: tuple[Row, ...]
    covered: int = 0
    more: bool = False
    total: int | None = None


async def searched(
    entity: str, wanted: Lucene, fields: Iterable[str], *, sort: str = "", start: int = 0, count: int = PAGE
) -> Rows:
    """A page of the index. Posted: what is asked for is a customer's number or name, and no matter for an URL."""
    return await _page(f"/search/{named(entity)}", {"query": wanted.text}, fields, "sort", sort, start, count)


async def queried(
    entity: str, where: Jpql, fields: Iterable[str], *, order: str = "", start: int = 0, count: int = PAGE
) -> Rows:
    """A page of the database."""
    return await _page(f"/query/{named(entity)}", {"where": where.text}, fields, "orderBy", order, start, count)


async def _page(
    path: str, body: Mapping[str, str], fields: Iterable[str], by: str, order: str, start: int, count: int
) -> Rows:
    params = {**_window(start, count), **({by: order} if order else {})}

    def ask(named_fields: str) -> Request:
        return POST(path, dict(body), {**params, "fields": named_fields}, repeatable=True)

    return page_of(await _of_what_there_is(fields, ask), start=start, count=count)


async def _of_what_there_is(fields: Iterable[str], ask: Callable[[str], Request]) -> Response:
    """The answer with these fields, less those that Bullhorn has none of by now.

    One field that was taken away, or hidden from the user, fails the whole request (section 9); a pop must not.
    """
    asked = tuple(dict.fromkeys(fields))
    for _ in range(_MOST_REFUSED):
        try:
            return await ask(",".join(asked))
        except ValidationFailed as refused:
            gone = {problem.field for problem in refused.problems}
            kept = tuple(each for each in asked if each.partition("(")[0] not in gone)
            if len(kept) in (0, len(asked)):
                raise
            asked = kept
    return await ask(",".join(asked))


def _window(start: int, count: int) -> dict[str, str]:
    if start + count > REACHABLE:
        raise Truncated(f"Bullhorn lists {REACHABLE} records in this way, and no more")
    return {"start": str(start), "count": str(count)}


async def listed(path: str, params: Mapping[str, str], *, start: int = 0, count: int = PAGE) -> Rows:
    """A page of what hangs off one record."""
    return page_of(await GET(path, {**_window(start, count), **params}), start=start, count=count)


def page_of(answer: Response, *, start: int, count: int) -> Rows:
    """A list's answer.

    Rows whose record is gone from the database carry ``_error``: they are left out, but count as places.
    """
    body = answer.json()
    rows = body.get("data") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise UnexpectedAnswer("Bullhorn answered a list without its records", status=answer.status)
    total, told = _whole(body.get("total")), _whole(body.get("count"))
    # Only an index tells how many match; a query has another page while it fills the one that was asked for.
    more = (len(rows) if told is None else told) >= min(count, PAGE) if total is None else start + len(rows) < total
    if not rows and total is not None:
        more = more and start == 0  # further on, fewer than were asked for are the end
    kept = identified([row for row in objects(rows) if "_error" not in row], kind=int)
    return Rows(tuple(kept), len(rows), more, total)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


async def collected(
    page: Callable[[int], Awaitable[Rows] | Operation[Rows]],
    wanted: Callable[[Row], bool] = lambda row: True,
    *,
    enough: int | None = None,
) -> list[Row]:
    """All rows that are ``wanted``, page after page of ``page(start)``; stops at ``enough``.

    Raises :class:`Truncated` when there are more candidates than it makes sense to read.
    """
    found, start = dict[str, Row](), 0
    for _ in range(_MOST_PAGES):
        got = await page(start)
        found.update((str(row.get("id")), row) for row in got.rows if wanted(row))
        if not got.more or (enough is not None and len(found) >= enough):
            return list(found.values())
        start = following(start, got)
    raise Truncated(f"Bullhorn holds more candidates than {_MOST_PAGES} pages of a search")


def following(start: int, page: Rows) -> int:
    """Where the next page begins. Raises :class:`PageLoop` for one that holds nothing and promises more (X11)."""
    if not page.covered:
        raise PageLoop(f"a page of Bullhorn's at offset {start} holds nothing and promises more")
    return start + page.covered


async def read(entity: str, identifier: str, fields: Iterable[str]) -> Row:
    """One record's named fields."""
    path = f"/entity/{named(entity)}/{identifier}"
    return record_of(await _of_what_there_is(fields, lambda named_fields: GET(path, {"fields": named_fields})))


def record_of(answer: Response) -> Row:
    """A record's answer: wrapped, or bare as the vendor's page shows it (section 6)."""
    body = answer.json()
    row = body.get("data", body) if isinstance(body, dict) else None
    if not isinstance(row, dict) or _whole(row.get("id")) is None:
        raise UnexpectedAnswer("Bullhorn answered without a record", status=answer.status)
    return row
