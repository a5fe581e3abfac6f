"""What changed since the last time (contract, section 8): changed and deleted records in one stream.

A deleted record stays, marked, and its deletion moves ``dateLastModified`` like any change. Two ways lead there:

* Client contacts, leads and companies are read from the **database**, in the order of (``dateLastModified``, ``id``),
  each page behind the last record met: nothing is skipped however many share a moment, and a record that is changed
  meanwhile moves behind the mark and is met again.
* Candidates can be read from the **index** only. It compares whole seconds and lags behind, so a page begins with the
  second of the last record met, goes on by counting while a second holds more than a page, and the next round begins
  well before the last mark.

Repeats are harmless: a change is applied by id.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

import attrs

from customer360.core.errors import Gone, PageLoop, UnexpectedAnswer
from customer360.core.linking import LinkFacts
from customer360.core.records import Changes, RecordRef
from customer360_bullhorn import query as q
from customer360_bullhorn.asking import Rows, queried, searched
from customer360_bullhorn.auth import KEY
from customer360_bullhorn.contacts import contacts
from customer360_bullhorn.metadata import shape
from customer360_bullhorn.query import Jpql
from customer360_bullhorn.records import Shape, id_of, time_of

_TIME: Final = "dateLastModified"
_OVERLAP: Final = timedelta(minutes=5)
_INDEX_BEHIND: Final = timedelta(minutes=20)


@attrs.frozen(kw_only=True)
class _Mark:
    """Where the sync stands.

    ``of``: the entity that is read.

    ``since``: the time of the last record met (milliseconds), ``last`` its id (0: begin at the time itself);
    ``done``: how many records of the index's window were read; ``old_since`` where the round before ended.
    """

    of: str
    since: int | None = None
    last: int = 0
    done: int = 0
    old_since: int | None = None

    def text(self) -> str:
        return json.dumps(attrs.asdict(self), separators=(",", ":"))


def _read(name: str, cursor: str) -> _Mark:
    try:
        mark = _Mark(**json.loads(cursor))
        times = (mark.since, mark.old_since)
        sound = all(each is None or time_of(each) for each in times) and min(int(mark.last), int(mark.done)) >= 0
        sound = sound and mark.of == name
    except (ValueError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise Gone(
            "this cursor does not continue a sync of this entity with Bullhorn",
            next_step="start over without a cursor",
        )
    return mark


async def changes(facts: LinkFacts, name: str, cursor: str | None) -> Changes:
    """One page; see :meth:`customer360.core.connector.Connector.changes`."""
    mark, form = _Mark(of=name) if cursor is None else _read(name, cursor), shape(facts, name)
    by_index = form.name == "Candidate"
    page = await (_from_index(form, mark) if by_index else _from_database(form, mark))
    after = _advanced(mark, page, by_index=by_index)
    if page.more and after == mark:
        where = f"offset {mark.done}" if by_index else f"after {time_of(mark.since or 0):%Y-%m-%dT%H:%M:%S}"
        raise PageLoop(f"a page of Bullhorn's changes ({where}) brings nothing new and promises more")
    gone = [row for row in page.rows if form.is_over(row)]
    return Changes(
        changed=contacts(facts, form, [row for row in page.rows if not form.is_over(row)], partial=True),
        gone=tuple(RecordRef(KEY, form.name, id_of(row) or "") for row in gone),
        cursor=(after if page.more else _ended(after, _INDEX_BEHIND if by_index else _OVERLAP)).text(),
        more=page.more,
        total=page.total if cursor is None else None,
    )


async def _from_database(form: Shape, mark: _Mark) -> Rows:
    return await queried(form.name, _behind(mark), form.columns, order=q.ordered((_TIME, False), ("id", False)))


def _behind(mark: _Mark) -> Jpql:
    if mark.since is None:
        return q.compared("id", ">", 0)
    if not mark.last:
        return q.compared(_TIME, ">=", mark.since)
    same = q.all_of(q.equals(_TIME, mark.since), q.compared("id", ">", mark.last))
    return q.any_of(q.compared(_TIME, ">", mark.since), same)


async def _from_index(form: Shape, mark: _Mark) -> Rows:
    since = q.since(_TIME, time_of(mark.since or 0) or q.EPOCH)
    order = q.ordered((_TIME, False), ("id", False))
    return await searched(form.name, since, form.columns, sort=order, start=mark.done)


def _advanced(mark: _Mark, page: Rows, *, by_index: bool) -> _Mark:
    if not page.rows:
        return attrs.evolve(mark, done=mark.done + page.covered) if by_index else mark
    since, last = page.rows[-1].get(_TIME), id_of(page.rows[-1])
    if time_of(since) is None or not isinstance(since, int) or last is None:
        raise UnexpectedAnswer("Bullhorn sent a record without its id or the time of its change")
    if not by_index:
        return attrs.evolve(mark, since=since, last=int(last))
    if since // 1000 > (mark.since or 0) // 1000 and page.more:
        return attrs.evolve(mark, since=since, last=0, done=0)
    # All of one second, or the end: what the window held so far is counted, for the second may hold more.
    return attrs.evolve(mark, since=since, last=0, done=mark.done + page.covered)


def _ended(mark: _Mark, overlap: timedelta) -> _Mark:
    """Where the next round begins: a little before the last time, unless this round met nothing later.

    Then it begins where it ended, and not a little earlier each time.
    """
    if mark.since is None:
        return _Mark(of=mark.of)
    if mark.old_since is not None and mark.since <= mark.old_since:
        return _Mark(of=mark.of, since=mark.old_since - _milliseconds(overlap), old_since=mark.old_since)
    return _Mark(of=mark.of, since=max(0, mark.since - _milliseconds(overlap)), old_since=mark.since)


def _milliseconds(length: timedelta) -> int:
    return int(length.total_seconds() * 1000)
