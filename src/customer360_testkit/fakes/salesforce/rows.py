"""Which rows there are to query: live ones, deleted ones, archived ones, timelines (contract section 7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from customer360_testkit.fakes.salesforce.deltas import BIN
from customer360_testkit.fakes.salesforce.store import Row

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

ARCHIVED_AFTER = 365 * 86_400


class Rows:
    """Rows of objects, by what a query may see of them."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake

    def rows(self, name: str, *, everything: bool) -> Iterator[Row]:
        """Live rows that are not archived; with ``everything`` these too, and deleted ones."""
        store = self._fake.store
        if name in ("Task", "Event"):
            for row in store.rows(name):
                if not self._archived(name, row):
                    yield row
                elif everything:
                    yield {**row, "IsArchived": True}
        else:
            yield from store.rows(name)
        if everything:
            kept_since = self._fake.now - BIN
            yield from (row for row in store.deleted(name) if row["SystemModstamp"] > kept_since)

    def timeline(self, name: str, field: str, record_id: str) -> list[Row]:
        """ActivityHistory (what is over) or OpenActivity (what is not) of a record."""
        over = name == "ActivityHistory"
        now = self._fake.now
        found = []
        for kind in ("Task", "Event"):
            for row in self.rows(kind, everything=False):
                if row[field] != record_id:
                    continue
                ended = row["IsClosed"] if kind == "Task" else row["EndDateTime"] <= now
                if ended == over:
                    found.append(self._entry(name, kind, row, ended))
        return found

    def _entry(self, name: str, kind: str, row: Row, ended: bool) -> Row:
        place = self._fake.schema.objects[name]
        entry = {field: row.get(field) for field in place.fields}
        subtype = row.get("TaskSubtype") or "Event"
        return {**entry, "IsTask": kind == "Task", "ActivityType": subtype, "IsClosed": ended}

    def _archived(self, kind: str, row: Row) -> bool:
        limit = self._fake.now - ARCHIVED_AFTER
        if kind == "Event":
            return bool(row["EndDateTime"] < limit)
        day = datetime.fromtimestamp(limit, UTC).date().isoformat()
        return bool(row["IsClosed"] and row["ActivityDate"] is not None and row["ActivityDate"] < day)
