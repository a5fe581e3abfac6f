"""Asking Salesforce: queries page by page, searches, and several reads in one request (contract, sections 5 and 8)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import quote

import attrs

from customer360.core.effects import GET, POST
from customer360.core.errors import Customer360Error, Truncated, UnexpectedAnswer
from customer360.core.paging import PageGuard
from customer360.core.wire import identified
from customer360_salesforce.auth import API_PATH, VERSION
from customer360_salesforce.errors import part_error

Row: TypeAlias = Mapping[str, Any]
"""A record as Salesforce sends it."""

_LONGEST_URL = 12_000  # the vendor's is 16,384 bytes, headers not counted
_MOST_PAGES = 10
_NEXT = re.compile(re.escape(API_PATH) + r"(/query(?:All)?/[A-Za-z0-9-]{10,80})", re.ASCII)


@attrs.frozen
class Rows:
    """One page of a query: its records, how many there are in all, and the path of the next page."""

    rows: tuple[Row, ...]
    total: int | None = None
    following: str | None = None


@attrs.frozen
class Part:
    """One read, as a batch says it."""

    path: str
    params: Mapping[str, str] = attrs.field(factory=dict, repr=False)

    @property
    def url(self) -> str:
        asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in self.params.items())
        return f"{VERSION}{self.path}" + (f"?{asked}" if asked else "")


def soql(statement: str) -> Part:
    return Part("/query", {"q": statement})


def sosl(statement: str) -> Part:
    return Part("/search", {"q": statement})


async def batch(*parts: Part, accept: tuple[type[Customer360Error], ...] = ()) -> tuple[Any, ...]:
    """Several reads in one request, answered in order; None where a part's failure is one of ``accept``.

    Any other failure of a part is raised.
    """
    body = {"haltOnError": False, "batchRequests": [{"method": "GET", "url": part.url} for part in parts]}
    answer = await POST("/composite/batch", body, repeatable=True)
    told = answer.json()
    results = told.get("results") if isinstance(told, dict) else None
    if not isinstance(results, list) or len(results) != len(parts):
        raise UnexpectedAnswer("Salesforce answered a batch with another number of answers", status=answer.status)
    return tuple(_result(part, each, accept) for part, each in zip(parts, results, strict=True))


def _result(part: Part, told: Any, accept: tuple[type[Customer360Error], ...]) -> Any:
    status = told.get("statusCode") if isinstance(told, dict) else None
    if type(status) is not int:
        raise UnexpectedAnswer("Salesforce answered a part of a batch without its status")
    if 200 <= status < 300:
        return told.get("result")
    problem = part_error(part.path, status, told.get("result"))
    if isinstance(problem, accept):
        return None
    raise problem


async def asked(statement: str, *, deleted: bool = False) -> Rows:
    """One page of a query; ``deleted`` includes the recycle bin and the archive."""
    return page_of(await _told("/queryAll" if deleted else "/query", statement))


async def searched(statement: str) -> tuple[Row, ...]:
    """A search's rows: there are no pages."""
    return found_in(await _told("/search", statement))


async def _told(path: str, statement: str) -> Any:
    if len(quote(statement, safe="")) <= _LONGEST_URL:
        return (await GET(path, {"q": statement})).json()
    (body,) = await batch(Part(path, {"q": statement}))  # too long for a URL, not for a body
    return body


async def collected(
    statement: str, wanted: Callable[[Row], bool] = lambda row: True, *, enough: int | None = None
) -> list[Row]:
    """All rows that are ``wanted``, page after page; stops at ``enough``.

    Raises :class:`Truncated` when there are more candidates than it makes sense to read.
    """
    return await collected_from(await asked(statement), wanted, enough=enough)


async def collected_from(
    page: Rows, wanted: Callable[[Row], bool] = lambda row: True, *, enough: int | None = None
) -> list[Row]:
    """The same, of a query whose first page is there already: a page may hold fewer rows than were asked for."""
    guard, found, seen = PageGuard(), dict[str, Row](), set[str]()
    for _ in range(_MOST_PAGES):
        fresh = {str(row.get("Id")) for row in page.rows} - seen
        seen |= fresh
        found.update((str(row.get("Id")), row) for row in page.rows if wanted(row))
        if page.following is None or (enough is not None and len(found) >= enough):
            return list(found.values())
        page = page_of((await GET(guard.follow(page.following, len(fresh)))).json())
    raise Truncated(f"Salesforce holds more candidates than {_MOST_PAGES} pages of a query")


def page_of(body: Any) -> Rows:
    """A query's answer."""
    rows = body.get("records") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise UnexpectedAnswer("Salesforce answered a query without records")
    total, following = body.get("totalSize"), None
    if body.get("done") is False:
        leads = _NEXT.fullmatch(str(body.get("nextRecordsUrl")))
        if leads is None:
            raise UnexpectedAnswer("Salesforce promises another page and names none")
        following = leads[1]
    return Rows(tuple(identified(rows, "Id")), total if type(total) is int else None, following)


def found_in(body: Any) -> tuple[Row, ...]:
    """A search's answer."""
    rows = body.get("searchRecords") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise UnexpectedAnswer("Salesforce answered a search without records")
    return tuple(identified(rows, "Id"))
