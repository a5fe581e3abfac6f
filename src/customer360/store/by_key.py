"""Statements that are too short to go through SQLAlchemy each time: a look-up in the phone index costs a few
microseconds (P8), a result of SQLAlchemy's several times that, and putting a statement together a hundred times.

The statement is still SQLAlchemy's, written once in the words of the database at hand; only its carrying out goes to
the driver (PEP 249). So nothing here is true of one database alone::

    @prepared("tenant_id", "name")
    def _holder() -> sa.Select[Any]:
        return sa.select(lease.c.holder).where(*keyed(lease, "tenant_id", "name"))


    found = _holder.rows(connection, "acme", "refresh")
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from types import TracebackType
from typing import Any, TypeAlias

import sqlalchemy as sa

Values: TypeAlias = Sequence[object]
_Given: TypeAlias = Callable[[Values], Any]


class Prepared:
    """One statement, put together once for each database.

    Values are given in the order of ``names``, its parameters. They go to the driver as they are, and rows come as the
    driver has them: right for texts, numbers and None, not for columns whose type SQLAlchemy would convert.

    Every method raises SQLAlchemy's own error around the driver's, like any other statement.
    """

    def __init__(self, make: Callable[[], sa.Select[Any] | sa.UpdateBase], names: Sequence[str]) -> None:
        self._make = make
        self._names = tuple(names)
        self._for = lru_cache(maxsize=4)(self._compiled)  # a process has one store, tests a few

    def rows(self, connection: sa.Connection, *values: object, most: int | None = None) -> Sequence[Sequence[Any]]:
        """What it finds; no more than ``most``, if given, are read."""
        text, given = self._for(connection.dialect)
        with _Cursor(connection) as cursor:
            cursor.execute(text, given(values))
            found: Sequence[Sequence[Any]] = cursor.fetchall() if most is None else cursor.fetchmany(most)
            return found

    def run(self, connection: sa.Connection, *values: object) -> int:
        """Carry it out; how many rows it met."""
        text, given = self._for(connection.dialect)
        with _Cursor(connection) as cursor:
            cursor.execute(text, given(values))
            return int(cursor.rowcount)

    def run_all(self, connection: sa.Connection, many: Sequence[Values]) -> None:
        """Carry it out for each of ``many``; not at all for none."""
        if not many:
            return
        text, given = self._for(connection.dialect)
        with _Cursor(connection) as cursor:
            cursor.executemany(text, [given(values) for values in many])

    def _compiled(self, dialect: sa.Dialect) -> tuple[str, _Given]:
        """Its text, and how its values are handed to this driver: by position, or by name."""
        compiled = self._make().compile(dialect=dialect)
        names, positions = self._names, compiled.positiontup
        if set(compiled.params) != set(names):
            raise AssertionError(f"the statement's parameters are {sorted(compiled.params)}")
        if positions is None:
            return str(compiled), lambda values: dict(zip(names, values, strict=True))
        if tuple(positions) == names:
            return str(compiled), tuple
        order = [names.index(name) for name in positions]
        return str(compiled), lambda values: tuple([values[at] for at in order])


def prepared(*names: str) -> Callable[[Callable[[], sa.Select[Any] | sa.UpdateBase]], Prepared]:
    """Make a :class:`Prepared` of a function that returns the statement; ``names`` are its parameters."""
    return lambda make: Prepared(make, names)


def keyed(table: sa.Table, *columns: str) -> list[sa.ColumnElement[bool]]:
    """The conditions that these columns are what is given under their names."""
    return [table.c[column] == sa.bindparam(column) for column in columns]


def anew(*columns: str) -> dict[str, Any]:
    """The values of these columns: what is given under their names."""
    return {column: sa.bindparam(column) for column in columns}


def insertion(table: sa.Table, *columns: str) -> Prepared:
    """Insert a row with values in these columns."""
    return Prepared(lambda: table.insert().values(anew(*columns)).inline(), columns)


class _Cursor:
    """The driver's own cursor, closed at the end; the driver's errors become SQLAlchemy's."""

    __slots__ = ("_connection", "_cursor")

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> Any:
        driver = self._connection.connection.dbapi_connection
        assert driver is not None  # as long as the connection is open
        self._cursor = driver.cursor()
        return self._cursor

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._cursor.close()
        if error is not None and isinstance(error, self._connection.dialect.loaded_dbapi.Error):
            raise sa.exc.DBAPIError(None, None, error) from error
