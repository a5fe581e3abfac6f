"""Records of the fake, their search index that lags behind, and what was deleted.

A row is a dict by field name with raw values: instants as whole seconds, dates as ISO texts, references as ids of 18
characters, the rest as in JSON. Every field of the object is there, None when empty. Rows are never changed in place,
so a snapshot is a shallow copy of a table, and the index may hold old versions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from customer360_testkit.fakes.salesforce.ids import new_id

Row = dict[str, Any]


class Table:
    """The records of one object, in order of creation. Deleted ones stay, for ``queryAll``."""

    __slots__ = ("deleted", "index", "pending", "rows")

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.deleted: dict[str, Row] = {}
        self.index: dict[str, Row] = {}
        self.pending: deque[tuple[float, str, Row | None]] = deque()

    def copy(self) -> Table:
        twin = Table()
        twin.rows = dict(self.rows)
        twin.deleted = dict(self.deleted)
        twin.index = dict(self.index)
        twin.pending = deque(self.pending)
        return twin


class Store:
    """All tables, by the name of their object."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.next_number = 100_001
        self.case_number = 1000

    def table(self, name: str) -> Table:
        found = self.tables.get(name)
        if found is None:
            found = self.tables[name] = Table()
        return found

    def copy(self) -> Store:
        twin = Store()
        twin.tables = {name: table.copy() for name, table in self.tables.items()}
        twin.next_number, twin.case_number = self.next_number, self.case_number
        return twin

    def restore(self, earlier: Store) -> None:
        """Back to what :meth:`copy` gave earlier; ids that were given out since stay used."""
        self.tables, self.case_number = earlier.tables, earlier.case_number

    def new_id(self, prefix: str) -> str:
        found = new_id(prefix, self.next_number)
        # A stride leaves letters of both cases in the ids.
        self.next_number += 37
        return found

    def get(self, name: str, record_id: str) -> Row | None:
        table = self.tables.get(name)
        return None if table is None else table.rows.get(record_id)

    def gone(self, name: str, record_id: str) -> Row | None:
        """A deleted row."""
        table = self.tables.get(name)
        return None if table is None else table.deleted.get(record_id)

    def rows(self, name: str) -> Iterator[Row]:
        table = self.tables.get(name)
        return iter(table.rows.values()) if table is not None else iter(())

    def deleted(self, name: str) -> Iterator[Row]:
        table = self.tables.get(name)
        return iter(table.deleted.values()) if table is not None else iter(())

    def put(self, name: str, row: Row, at: float, indexed_at: float) -> None:
        """Write a row; the index follows at ``indexed_at``."""
        table = self.table(name)
        table.rows[row["Id"]] = row
        self._index(table, row["Id"], row, at, indexed_at)

    def delete(self, name: str, record_id: str, at: int, indexed_at: float) -> Row:
        """Into the recycle bin; its time of change is the time of its deletion."""
        table = self.table(name)
        row = {**table.rows.pop(record_id), "IsDeleted": True, "SystemModstamp": at, "LastModifiedDate": at}
        table.deleted[record_id] = row
        self._index(table, record_id, None, at, indexed_at)
        return row

    def indexed(self, name: str, now: float) -> dict[str, Row]:
        """The rows as the search index has them now, by id."""
        table = self.tables.get(name)
        if table is None:
            return {}
        pending = table.pending
        while pending and pending[0][0] <= now:
            _, record_id, row = pending.popleft()
            self._set(table, record_id, row)
        return table.index

    @staticmethod
    def _set(table: Table, record_id: str, row: Row | None) -> None:
        if row is None:
            table.index.pop(record_id, None)
        else:
            table.index[record_id] = row

    def _index(self, table: Table, record_id: str, row: Row | None, at: float, indexed_at: float) -> None:
        if indexed_at <= at and not table.pending:
            self._set(table, record_id, row)
        else:
            table.pending.append((indexed_at, record_id, row))
