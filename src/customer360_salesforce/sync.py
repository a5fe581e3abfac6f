"""What changed since the last time (contract, section 8): changed and deleted records in one stream.

``queryAll`` shows deleted records too, and a deletion moves ``SystemModstamp`` like any change. So one order,
(``SystemModstamp``, ``Id``), holds everything, and a page continues behind the last record met: nothing is skipped
however many share a moment, and a record that is changed meanwhile moves behind the mark and is met again.

* A record may be committed after another with a later stamp: the next round begins a little before the last mark.
* The recycle bin is emptied after 15 days: a mark older than that may have missed deletions, and is refused.

Repeats are harmless: a change is applied by id.
"""

from __future__ import annotations

import json
from datetime import timedelta

import attrs

from customer360.core.effects import Now
from customer360.core.errors import Gone, PageLoop, UnexpectedAnswer, ValidationFailed
from customer360.core.linking import LinkFacts
from customer360.core.records import Changes, RecordRef
from customer360_salesforce import query as q
from customer360_salesforce.asking import Row, Rows, asked
from customer360_salesforce.auth import KEY
from customer360_salesforce.contacts import contacts
from customer360_salesforce.metadata import narrowed, shape
from customer360_salesforce.query import Clause
from customer360_salesforce.records import Shape, text_of, time_of

_PAGE = 2000
_OVERLAP = timedelta(minutes=5)
_KEPT = timedelta(days=14).total_seconds()


@attrs.frozen(kw_only=True)
class _Mark:
    """Where the sync stands.

    ``of``: the object that is read.

    ``since``: the stamp of the last record met, ``last`` its id (none: begin at the stamp itself); ``old_since`` where
    the round before ended; ``at`` when the cursor was made (seconds since the epoch, our clock).
    """

    of: str
    since: str | None = None
    last: str | None = None
    old_since: str | None = None
    at: float = 0.0

    def text(self) -> str:
        return json.dumps(attrs.asdict(self), separators=(",", ":"))


def _read(name: str, cursor: str) -> _Mark:
    try:
        mark = _Mark(**json.loads(cursor))
        sound = all(each is None or time_of(each) for each in (mark.since, mark.old_since))
        sound = sound and (mark.last is None or q.is_identifier(mark.last)) and float(mark.at) >= 0 and mark.of == name
    except (ValueError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise Gone(
            "this cursor does not continue a sync of this object with Salesforce",
            next_step="start over without a cursor",
        )
    return mark


async def changes(facts: LinkFacts, name: str, cursor: str | None) -> Changes:
    """One page; see :meth:`customer360.core.connector.Connector.changes`."""
    now = await Now()
    mark = _Mark(of=name, at=now) if cursor is None else _read(name, cursor)
    if now - mark.at > _KEPT:
        raise Gone("the last sync is so long ago that Salesforce has forgotten deletions since", next_step="start over")
    form = await shape(facts, name)
    # The whole count is known only of a query without a limit: the first one tells how much there will be.
    limit = None if mark.since is None else _PAGE
    try:
        page = await _page(form, mark, limit)
    except ValidationFailed:
        seen = await narrowed(form)
        if seen is None:
            raise
        form, page = seen, await _page(seen, mark, limit)
    more = page.following is not None or (limit is not None and len(page.rows) >= limit)
    after = _advanced(mark, page.rows)
    if more and (not page.rows or (after.since, after.last) == (mark.since, mark.last)):
        raise PageLoop(f"the page of Salesforce's changes after {mark.since} brings nothing new and promises more")
    gone = [row for row in page.rows if _is_gone(form, row)]
    return Changes(
        changed=contacts(facts, form, [row for row in page.rows if not _is_gone(form, row)], partial=True),
        gone=tuple(RecordRef(KEY, form.name, text_of(row, "Id")) for row in gone),
        cursor=(after if more else _ended(after, now)).text(),
        more=more,
        total=page.total if mark.since is None else None,
    )


async def _page(form: Shape, mark: _Mark, limit: int | None) -> Rows:
    columns = (*form.columns, "IsDeleted", *(("IsPersonAccount",) if form.persons else ()))
    order = (("SystemModstamp", False), ("Id", False))
    return await asked(q.select(columns, form.name, _behind(mark), order=order, limit=limit), deleted=True)


def _is_gone(form: Shape, row: Row) -> bool:
    """Deleted, or another record by now: a converted lead, the contact behind a person account."""
    another = row.get("IsConverted") is True or (form.name == "Contact" and row.get("IsPersonAccount") is True)
    return row.get("IsDeleted") is True or another


def _behind(mark: _Mark) -> Clause | None:
    since = time_of(mark.since)
    if since is None:
        return None
    if mark.last is None:
        return q.compared("SystemModstamp", ">=", since)
    same = q.all_of(q.equals("SystemModstamp", since), q.compared("Id", ">", mark.last))
    return q.any_of(q.compared("SystemModstamp", ">", since), same)


def _advanced(mark: _Mark, rows: tuple[Row, ...]) -> _Mark:
    if not rows:
        return mark
    since, last = text_of(rows[-1], "SystemModstamp"), text_of(rows[-1], "Id")
    if time_of(since) is None or not q.is_identifier(last):
        raise UnexpectedAnswer("Salesforce sent a record without its id or the time of its change")
    return attrs.evolve(mark, since=since, last=last)


def _ended(mark: _Mark, now: float) -> _Mark:
    """Where the next round begins: a little before the last stamp, unless this round met nothing later."""
    high, old = time_of(mark.since), time_of(mark.old_since)
    if high is None or (old is not None and high <= old):
        return attrs.evolve(mark, at=now)
    return _Mark(of=mark.of, since=q.when(high - _OVERLAP), old_since=mark.since, at=now)
