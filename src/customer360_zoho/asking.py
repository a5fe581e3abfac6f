"""Asking Zoho: COQL, searches and lists, page after page, as far as the vendor reaches (contract, sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from customer360.core.effects import GET, POST, Operation
from customer360.core.errors import PageLoop, Truncated, UnexpectedAnswer
from customer360.core.wire import Response, identified
from customer360_zoho.query import Clause, named, select

Row: TypeAlias = Mapping[str, Any]
"""A record as Zoho sends it."""

Rows: TypeAlias = tuple[tuple[Row, ...], bool]
"""One page, and whether there is more."""

PAGE: Final = 200
WORTH_READING: Final = 2_000
"""More candidates than these and the question was too wide for a person who waits."""

REACHABLE_BY_SEARCH: Final = 2_000


async def coql(statement: str) -> Rows:
    """One page of COQL, and whether there is more."""
    return _page_of(await POST("/coql", {"select_query": statement}, repeatable=True))


async def coql_where(
    columns: Sequence[str],
    module: str,
    where: Clause,
    wanted: Callable[[Row], bool],
    *,
    order: Sequence[tuple[str, bool]] = (("id", False),),
    enough: int | None = None,
    reach: int = WORTH_READING,
) -> list[Row]:
    """All rows that are ``wanted``, page after page; stops at ``enough``.

    Raises :class:`Truncated` when the vendor holds more candidates than ``reach``.
    """

    async def page(number: int) -> Rows:
        return await coql(select(columns, module, where, order=order, offset=number * PAGE, count=PAGE))

    return await _collected(page, wanted, reach // PAGE, enough)


async def search_rows(
    module: str, by: str, value: str, wanted: Callable[[Row], bool], *, enough: int | None = None
) -> list[Row]:
    """All wanted rows of ``/search?by=value``; the vendor reaches 2,000."""

    async def page(number: int) -> Rows:
        params = {by: value, "page": str(number + 1), "per_page": str(PAGE)}
        return _page_of(await GET(f"/{named(module)}/search", params))

    return await _collected(page, wanted, REACHABLE_BY_SEARCH // PAGE, enough)


async def list_rows(path: str, params: Mapping[str, str]) -> list[Row]:
    """All rows of a list; the vendor reaches 2,000 by page number."""

    async def page(number: int) -> Rows:
        return _page_of(await GET(path, {**params, "page": str(number + 1), "per_page": str(PAGE)}))

    return await _collected(page, lambda row: True, REACHABLE_BY_SEARCH // PAGE, None)


async def _collected(
    page: Callable[[int], Operation[Rows]],
    wanted: Callable[[Row], bool],
    most: int,
    enough: int | None,
) -> list[Row]:
    """Wanted rows of at most ``most`` pages, each record once."""
    found: dict[str, Row] = {}
    seen: set[str] = set()
    for number in range(most):
        rows, more = await page(number)
        ids = {str(row.get("id")) for row in rows}
        if more and ids <= seen:
            raise PageLoop(f"Zoho's page {number + 1} brings nothing new and promises more", attempts=number + 1)
        seen |= ids
        found.update((str(row.get("id")), row) for row in rows if wanted(row))
        if not more or (enough is not None and len(found) >= enough):
            return list(found.values())
    raise Truncated(f"Zoho holds more than {most * PAGE} records that may match")


def _page_of(answer: Response) -> Rows:
    if answer.status in (204, 304):
        return (), False
    rows, info = listed_in(answer), answer.json().get("info")
    return rows, isinstance(info, dict) and info.get("more_records") is True


def rows_of(body: Any) -> tuple[Row, ...]:
    """The records of an answer; none where there is no list."""
    rows = body.get("data") if isinstance(body, dict) else None
    return tuple(row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def listed_in(answer: Response) -> tuple[Row, ...]:
    """The records of a read; 204 says that there are none, an answer without a list says nothing."""
    if answer.status == 204:
        return ()
    body = answer.json()
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        raise UnexpectedAnswer("Zoho answered without a list of records", status=answer.status)
    return tuple(identified(body["data"]))
