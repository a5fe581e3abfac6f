"""Records of the fake and their search index, which lags behind.

A row is a dict by field name with raw values: instants as milliseconds, to-one links as ids (those to a person as
``(entity, id)``), to-many links that are stored as tuples of ids. Rows are never changed in place, so a snapshot is a
shallow copy of a table, and the index may hold old versions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]


class Table:
    """The records of one entity."""

    __slots__ = ("index", "pending", "rows")

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.index: dict[int, Row] = {}
        self.pending: deque[tuple[float, int, Row | None]] = deque()

    def copy(self) -> Table:
        twin = Table()
        twin.rows, twin.index, twin.pending = dict(self.rows), dict(self.index), deque(self.pending)
        return twin


class Store:
    """All tables, and the next number of each sequence of ids."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.next: dict[str, int] = {}

    def copy(self) -> Store:
        twin = Store()
        twin.restore(self)
        return twin

    def restore(self, earlier: Store) -> None:
        """Hold what ``earlier`` holds."""
        self.tables = {name: table.copy() for name, table in earlier.tables.items()}
        self.next = dict(earlier.next)

    def new_id(self, sequence: str, first: int) -> int:
        found = self.next.get(sequence, first)
        self.next[sequence] = found + 1
        return found

    def table(self, entity: str) -> Table:
        found = self.tables.get(entity)
        if found is None:
            found = self.tables[entity] = Table()
        return found

    def get(self, entity: str, record_id: int | None) -> Row | None:
        table = self.tables.get(entity)
        return None if table is None or record_id is None else table.rows.get(record_id)

    def rows(self, entity: str) -> Iterator[Row]:
        table = self.tables.get(entity)
        return iter(table.rows.values()) if table is not None else iter(())

    def put(self, entity: str, row: Row, now: float, indexed_at: float) -> None:
        """Write a row; the index follows at ``indexed_at``."""
        table = self.table(entity)
        table.rows[row["id"]] = row
        self._index(table, row["id"], row, now, indexed_at)

    def drop(self, entity: str, record_id: int, now: float, indexed_at: float) -> None:
        """Delete a row for good; the index follows."""
        table = self.table(entity)
        del table.rows[record_id]
        self._index(table, record_id, None, now, indexed_at)

    def indexed(self, entity: str, now: float) -> list[Row]:
        """The rows as the search index has them now."""
        table = self.tables.get(entity)
        if table is None:
            return []
        while table.pending and table.pending[0][0] <= now:
            _, record_id, row = table.pending.popleft()
            _set(table, record_id, row)
        return list(table.index.values())

    @staticmethod
    def _index(table: Table, record_id: int, row: Row | None, now: float, indexed_at: float) -> None:
        if indexed_at <= now and not table.pending:
            _set(table, record_id, row)
        else:
            table.pending.append((indexed_at, record_id, row))


def _set(table: Table, record_id: int, row: Row | None) -> None:
    if row is None:
        table.index.pop(record_id, None)
    else:
        table.index[record_id] = row
