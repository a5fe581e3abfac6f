"""What changed since the last time (contract, sections 5 and 8): modified records by COQL, then the list of deletions.

No clock is read: every mark is a time that Zoho itself wrote. Records come in the order of (``Modified_Time``, ``id``),
so one that is changed while the sync runs moves behind the mark and is met again. Two things could still lose a record,
and are guarded:

* Times are whole seconds and many records may share one (an import), so a page goes on *within* a second by counting.
  Each page therefore begins with the last record of the page before; if that is not there, the second has changed
  under our hands, and is read again from its beginning.
* A record may be committed after another with a later time. So the next sync begins a little before the last mark.

Repeats are harmless: a change is applied by id.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import attrs

from customer360.core.effects import GET
from customer360.core.errors import Gone, PageLoop, Truncated, UnexpectedAnswer, ValidationFailed
from customer360.core.linking import LinkFacts
from customer360.core.metadata import Resource
from customer360.core.records import Changes, RecordRef
from customer360_zoho import query as q
from customer360_zoho.asking import PAGE, REACHABLE_BY_SEARCH, Row, coql, listed_in
from customer360_zoho.metadata import columns_by_type, record_urls
from customer360_zoho.records import KEY, ContactReader, columns_of, converted, resource_named, time_of

_OVERLAP = timedelta(minutes=5)
_MOST_RESTARTS = 20
_MOST_REPEATS = 3
"""Pages of deletions in a row that may begin like the one before: so they do when as many records as a page holds were
deleted in between, and newer deletions come first."""


@attrs.frozen(kw_only=True)
class _Mark:
    """Where the sync stands.

    ``of``: the module that is read.

    ``since``: the second being read; ``done``: how many of its records were read; ``last``: the id of the last one;
    ``high`` and ``deleted_high``: the latest times met, of this round and (``old_``) of the round before.
    """

    of: str
    columns: tuple[str, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    phase: Literal["changed", "deleted"] = "changed"
    since: str | None = None
    done: int = 0
    last: str | None = None
    restarts: int = 0
    high: str | None = None
    old_high: str | None = None
    page: int = 1
    page_token: str | None = None
    first: str | None = None
    repeats: int = 0
    deleted_since: str | None = None
    deleted_high: str | None = None

    def text(self) -> str:
        return json.dumps(attrs.asdict(self), separators=(",", ":"))


def _read(module: str, cursor: str) -> _Mark:
    try:
        given: dict[str, Any] = json.loads(cursor)
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
        mark = _Mark(**values)
        times = (mark.since, mark.high, mark.old_high, mark.deleted_since, mark.deleted_high)
        sound = all(time is None or time_of(time) for time in times) and mark.phase in ("changed", "deleted")
        sound = sound and all(q.named(column) for column in mark.columns) and mark.done >= 0 and mark.page >= 1
        sound = sound and mark.of == module
    except (ValueError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise Gone(
            "this cursor does not continue a sync of this module with Zoho", next_step="start over without a cursor"
        )
    return mark


async def changes(facts: LinkFacts, name: str, cursor: str | None) -> Changes:
    """One page; see :meth:`customer360.core.connector.Connector.changes`."""
    module = q.named(name)
    mark = await _begin(module) if cursor is None else _read(module, cursor)
    if mark.phase == "deleted":
        return await _deleted(module, mark)
    try:
        return await _changed(facts, module, mark)
    except ValidationFailed:
        now = await _begin(module)
        if not set(mark.columns) - set(now.columns):
            raise
    # A field was taken away since this cursor was handed out: a query that names one is refused.
    now = attrs.evolve(mark, columns=now.columns, phones=now.phones, emails=now.emails)
    return await _changed(facts, module, now)


async def _begin(module: str) -> _Mark:
    """Which fields to read: those that this organisation has, custom phone and e-mail fields included."""
    known = resource_named(module)
    phones, emails, fields = await columns_by_type(module)
    phones, emails = _known_first(known.phones, phones), _known_first(known.emails, emails)
    resource = attrs.evolve(known, phones=phones, emails=emails)
    columns = [name for name in columns_of(resource) if name == "id" or name.split(".")[0] in fields]
    return _Mark(of=module, columns=tuple(dict.fromkeys((*columns, "Modified_Time"))), phones=phones, emails=emails)


def _known_first(known: Sequence[str], there: Sequence[str]) -> tuple[str, ...]:
    """The order in which reading tells them: of preference."""
    return (*(name for name in known if name in there), *(name for name in there if name not in known))


async def _changed(facts: LinkFacts, module: str, mark: _Mark) -> Changes:
    rows, more = await _page(module, mark)
    if mark.done and not (rows and rows[0].get("id") == mark.last):
        if mark.restarts >= _MOST_RESTARTS:
            raise PageLoop(f"the order of Zoho's records changes with every page, again at offset {mark.done}")
        before, mark = mark, attrs.evolve(mark, done=0, restarts=mark.restarts + 1)
        rows, more = await _page(module, mark)
        again = _advanced(mark, rows)
        if more and (again.since, again.done, again.last) == (before.since, before.done, before.last):
            raise PageLoop(f"Zoho's pages go in a circle: the one at offset {before.done} leads to the one before")
    elif mark.done:
        rows = rows[1:]
    if more and not rows:
        raise PageLoop(f"Zoho's page at offset {mark.done} brings nothing new and promises more")
    resource = attrs.evolve(resource_named(module), phones=mark.phones, emails=mark.emails)
    after = _advanced(mark, rows)
    if not more:
        after = attrs.evolve(after, phase="deleted", page=1, page_token=None, first=None)
    read, url_of = ContactReader(resource), record_urls(facts, module)
    return Changes(
        changed=tuple(
            read.contact(row, url=url_of(str(row.get("id", ""))), partial=True) for row in rows if not converted(row)
        ),
        gone=tuple(_ref(resource, row) for row in rows if converted(row)),
        cursor=after.text(),
        more=True,
    )


def _ref(resource: Resource, row: Row) -> RecordRef:
    return RecordRef(KEY, resource.name, str(row.get("id", "")))


async def _page(module: str, mark: _Mark) -> tuple[tuple[Row, ...], bool]:
    since = time_of(mark.since)
    where = q.at_least("Modified_Time", since) if since else q.is_not_null("id")
    offset = max(0, mark.done - 1)
    if offset + PAGE > q.REACHABLE_BY_COQL:
        raise Truncated(f"more than {q.REACHABLE_BY_COQL} of Zoho's {module} were changed in the same second")
    order = (("Modified_Time", False), ("id", False))
    return await coql(q.select(mark.columns, module, where, order=order, offset=offset, count=PAGE))


def _advanced(mark: _Mark, rows: Sequence[Row]) -> _Mark:
    """The mark behind these rows."""
    if not rows:
        return mark
    latest = rows[-1].get("Modified_Time")
    moment = time_of(latest)
    if moment is None:
        raise UnexpectedAnswer("Zoho sent a record without the time of its change")
    same = sum(time_of(row.get("Modified_Time")) == moment for row in rows)
    within = moment == time_of(mark.since)
    return attrs.evolve(
        mark,
        since=latest,
        done=mark.done + same if within else same,
        last=str(rows[-1].get("id")),
        restarts=mark.restarts if within else 0,
        high=latest,
    )


async def _deleted(module: str, mark: _Mark) -> Changes:
    # With a page token the page number must not be sent (section 8).
    place = {"page_token": mark.page_token} if mark.page_token else {"page": str(mark.page)}
    headers = {"If-Modified-Since": mark.deleted_since} if mark.deleted_since else {}
    params = {"type": "all", "per_page": str(PAGE), **place}
    rows: Sequence[Row] = ()
    info: Any = None
    try:
        answer = await GET(f"/{module}/deleted", params, headers, accept=(304,))
        if answer.status not in (204, 304):
            rows, info = listed_in(answer), answer.json().get("info")
    except Truncated:
        # That this list goes on beyond 2,000 as others do is not said. Who begins knows nobody who may be gone.
        if mark.old_high is not None:
            raise Gone("more records were deleted than Zoho tells", next_step="start over without a cursor") from None
    info = info if isinstance(info, dict) else {}
    more, token = info.get("more_records") is True, info.get("next_page_token")
    first = str(rows[0].get("id")) if rows else None
    repeats = mark.repeats + 1 if first == mark.first else 0
    if more and (first is None or repeats > _MOST_REPEATS):
        raise PageLoop(f"page {mark.page} of Zoho's deletions brings nothing new and promises more")
    times = [row["deleted_time"] for row in rows if time_of(row.get("deleted_time"))]
    high = max((time for time in (mark.deleted_high, *times) if time), key=_moment, default=None)
    gone = tuple(RecordRef(KEY, module, str(row["id"])) for row in rows if isinstance(row.get("id"), str))
    if more:
        beyond = (mark.page + 1) * PAGE > REACHABLE_BY_SEARCH and isinstance(token, str)
        after = attrs.evolve(
            mark,
            page=mark.page + 1,
            page_token=token if beyond else None,
            first=first,
            repeats=repeats,
            deleted_high=high,
        )
    else:
        after = _Mark(
            of=module,
            columns=mark.columns,
            phones=mark.phones,
            emails=mark.emails,
            since=_resumed(mark.high, mark.old_high),
            high=mark.high,
            old_high=mark.high,
            deleted_since=_resumed(high, None),
            deleted_high=high,
        )
    return Changes(gone=gone, cursor=after.text(), more=more)


def _moment(time: str) -> datetime:
    moment = time_of(time)
    assert moment is not None  # only times that were read get here
    return moment


def _resumed(high: str | None, old: str | None) -> str | None:
    """Where the next round begins: a little before the latest time met, unless it met nothing later than before."""
    if high is None:
        return None
    if old is not None and _moment(high) <= _moment(old):
        return high
    return q.when(_moment(high) - _OVERLAP)
