"""Requests in Graph's manner: preferences, pages, several reads in one round trip (contract, sections 1 and 8)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import quote

from customer360.core.effects import GET, PATCH, POST, Err, Ok, Outcome, Request, settle
from customer360.core.errors import Conflict, RateLimited, UnexpectedAnswer
from customer360.core.linking import LinkFacts
from customer360.core.paging import PageGuard
from customer360.core.wire import Response, identified
from customer360_microsoft365.auth import hosts
from customer360_microsoft365.errors import error_of

T = TypeVar("T")

Row: TypeAlias = dict[str, Any]
Pairs: TypeAlias = tuple[tuple[str, str], ...]


def prefer(*more: str) -> Pairs:
    """The ``Prefer`` header. Ids of both kinds do not mix, so every request asks for the immutable ones."""
    return (("Prefer", ", ".join(('IdType="ImmutableId"', *more))),)


PLAIN: Final = prefer()


def page_of(facts: LinkFacts, answer: Response) -> tuple[list[Row], str | None]:
    """The rows of a list answer and its next page, which must stay on the link's Graph host."""
    body = answer.json()
    value = body.get("value") if isinstance(body, dict) else None
    if not isinstance(value, list):
        raise UnexpectedAnswer("Microsoft 365 answered without a list", status=answer.status)
    return identified(value), link_of(facts, body, "@odata.nextLink")


def link_of(facts: LinkFacts, body: Row, name: str) -> str | None:
    """A link that the vendor handed out; :class:`HostRefused` if it leads elsewhere."""
    link = body.get(name)
    if not isinstance(link, str) or not link:
        return None
    hosts(facts).check(link)
    return link


def every(_: Row) -> bool:
    return True


async def listed(
    facts: LinkFacts,
    path: str,
    params: Pairs,
    *,
    headers: Pairs = PLAIN,
    wanted: Callable[[Row], bool] = every,
    enough: int | None = None,
) -> list[Row]:
    """The rows that are ``wanted``, page by page, until there are ``enough`` or no more."""
    rows, link = page_of(facts, await GET(path, params, headers))
    return await rest(facts, rows, link, headers=headers, wanted=wanted, enough=enough)


async def rest(
    facts: LinkFacts,
    rows: Sequence[Row],
    link: str | None,
    *,
    headers: Pairs = PLAIN,
    wanted: Callable[[Row], bool] = every,
    enough: int | None = None,
) -> list[Row]:
    """Like :func:`listed`, with the first page read already."""
    guard, seen = PageGuard(), set[str]()
    fresh = _unseen(rows, seen)
    found = [row for row in fresh if wanted(row)]
    while link is not None and (enough is None or len(found) < enough):
        rows, link = page_of(facts, await GET(guard.follow(link, len(fresh)), (), headers))
        fresh = _unseen(rows, seen)
        found += [row for row in fresh if wanted(row)]
    return found


def _unseen(rows: Sequence[Row], seen: set[str]) -> list[Row]:
    """The rows of a page that no page before it has brought: cursors may be new for ever, records are not."""
    fresh = [row for row in rows if row["id"] not in seen]
    seen.update(row["id"] for row in fresh)
    return fresh


async def batch(facts: LinkFacts, *reads: Request) -> tuple[Outcome[Response], ...]:
    """Several reads (at most 20) in one round trip; each has its own outcome, in order.

    A part that the mailbox had no room for is asked by itself: the transport then waits its turn.
    """
    body = {"requests": [_part(number, read) for number, read in enumerate(reads)]}
    answer = (await POST("/$batch", body, headers=PLAIN, repeatable=True)).json()
    parts = answer.get("responses") if isinstance(answer, dict) else None
    by_id = {str(part.get("id")): part for part in parts if isinstance(part, dict)} if isinstance(parts, list) else {}
    outcomes = [_outcome(facts, read, by_id.get(str(number))) for number, read in enumerate(reads)]
    late = [number for number, each in enumerate(outcomes) if isinstance(each, Err) and _throttled(each.error)]
    again = await settle(*[reads[number] for number in late]) if late else ()
    for number, outcome in zip(late, again, strict=True):
        outcomes[number] = outcome
    return tuple(outcomes)


def _throttled(error: Exception) -> bool:
    return isinstance(error, RateLimited)


def _part(number: int, read: Request) -> dict[str, Any]:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in read.params)
    url = f"{read.path}?{query}" if query else read.path
    return {"id": str(number), "method": read.method, "url": url, "headers": dict(read.headers)}


def _outcome(facts: LinkFacts, read: Request, part: Any) -> Outcome[Response]:
    status = part.get("status") if isinstance(part, dict) else None
    if not isinstance(status, int):
        return Err(UnexpectedAnswer("Microsoft 365 answered a batch without one of its parts"))
    given = part.get("headers")
    headers = tuple((str(name), str(value)) for name, value in given.items()) if isinstance(given, dict) else ()
    response = Response(status, json.dumps(part.get("body")).encode(), headers)
    problem = error_of(facts, read, response)
    return Ok(response) if problem is None else Err(problem)


def value(outcome: Outcome[T]) -> T:
    """What one of several came to, or its error raised."""
    if isinstance(outcome, Err):
        raise outcome.error
    return outcome.value


async def change(path: str, body: dict[str, Any], *, headers: Pairs = PLAIN) -> None:
    """Change what is at ``path`` whatever its version.

    The vendor reports a conflict for a record it is busy with, too; then the record is read, and the change tried once
    more.
    """
    try:
        await PATCH(path, body, headers=headers)
    except Conflict:
        await GET(path, {"$select": "id"}, headers)
        await PATCH(path, body, headers=headers)
