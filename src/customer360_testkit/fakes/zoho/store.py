"""Records of the fake, their search index that lags behind, and what was deleted.

A row is a dict by api_name with raw values: instants as whole seconds, lookups and owners as ids, the rest as in JSON.
Rows are never changed in place, so a snapshot is a shallow copy of a table, and the index may hold old versions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Literal

import attrs

Row = dict[str, Any]
FIRST_ID = 6_100_000_000_000_100_001


@attrs.frozen
class Deleted:
    """A deleted record. ``kind`` is ``recycle`` or ``permanent``."""

    id: str
    name: str
    kind: Literal["recycle", "permanent"]
    at: int
    by: str
    created_by: str


class Table:
    """The records of one module."""

    __slots__ = ("changed_at", "deleted", "index", "pending", "rows")

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.index: dict[str, Row] = {}
        self.pending: deque[tuple[float, str, Row | None]] = deque()
        self.deleted: list[Deleted] = []
        self.changed_at = 0
        """Last change, deletions included: what If-Modified-Since compares with."""

    def copy(self) -> Table:
        twin = Table()
        twin.rows = dict(self.rows)
        twin.index = dict(self.index)
        twin.pending = deque(self.pending)
        twin.deleted = list(self.deleted)
        twin.changed_at = self.changed_at
        return twin


class Store:
    """All tables. ``lag`` is how many seconds the search index is behind."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.next_id = FIRST_ID
        self.case_number = 0

    def table(self, module: str) -> Table:
        found = self.tables.get(module)
        if found is None:
            found = self.tables[module] = Table()
        return found

    def copy(self) -> Store:
        twin = Store()
        twin.tables = {name: table.copy() for name, table in self.tables.items()}
        twin.next_id = self.next_id
        twin.case_number = self.case_number
        return twin

    def restore(self, earlier: Store) -> None:
        """Back to what :meth:`copy` gave earlier; ids that were given out since stay used."""
        self.tables, self.case_number = earlier.tables, earlier.case_number

    def new_id(self) -> str:
        found = str(self.next_id)
        self.next_id += 1
        return found

    def get(self, module: str, record_id: str) -> Row | None:
        table = self.tables.get(module)
        return None if table is None else table.rows.get(record_id)

    def put(self, module: str, row: Row, at: int, indexed_at: float) -> None:
        """Write a row; the index follows at ``indexed_at``."""
        table = self.table(module)
        table.rows[row["id"]] = row
        table.changed_at = max(table.changed_at, at)
        self._index(table, row["id"], row, at, indexed_at)

    def delete(self, module: str, deleted: Deleted, indexed_at: float) -> None:
        table = self.table(module)
        del table.rows[deleted.id]
        table.deleted.append(deleted)
        table.changed_at = max(table.changed_at, deleted.at)
        self._index(table, deleted.id, None, deleted.at, indexed_at)

    def rows(self, module: str) -> Iterator[Row]:
        table = self.tables.get(module)
        return iter(table.rows.values()) if table is not None else iter(())

    def indexed(self, module: str, now: float) -> list[Row]:
        """The rows as the search index has them now."""
        table = self.tables.get(module)
        if table is None:
            return []
        pending = table.pending
        while pending and pending[0][0] <= now:
            _, record_id, row = pending.popleft()
            self._set(table, record_id, row)
        return list(table.index.values())

    @staticmethod
    def _set(table: Table, record_id: str, row: Row | None) -> None:
        if row is None:
            table.index.pop(record_id, None)
        else:
            table.index[record_id] = row

    def _index(self, table: Table, record_id: str, row: Row | None, at: float, indexed_at: float) -> None:
        if indexed_at <= at and not table.pending:
            self._set(table, record_id, row)
        elif row is None and indexed_at <= at:
            # Gone at once, also from what the index still had to learn.
            table.index.pop(record_id, None)
            table.pending = deque(one for one in table.pending if one[1] != record_id)
        else:
            table.pending.append((indexed_at, record_id, row))
