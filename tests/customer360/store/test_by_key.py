"""Statements that are put together once for each database, and carried out by its driver."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import psycopg

from customer360.index import phone_index, rows
from customer360.links import rows as links
from customer360.store.by_key import Prepared, insertion, prepared

POSTGRESQL: sa.Dialect = psycopg.dialect()  # type: ignore[no-untyped-call]
table = sa.Table(
    "some_table",
    sa.MetaData(),
    sa.Column("one", sa.Integer, primary_key=True),
    sa.Column("two", sa.String, nullable=False),
)
put = insertion(table, "two", "one")


@prepared("one", "two")
def renamed() -> sa.Update:
    return table.update().where(table.c.one == sa.bindparam("one")).values(two=sa.bindparam("two"))


@prepared("one")
def read() -> sa.Select[Any]:
    either = sa.or_(table.c.one == sa.bindparam("one"), table.c.one > sa.bindparam("one"))
    return sa.select(table.c.one, table.c.two).where(either).order_by(table.c.one)


def test_values_find_their_places(connection: sa.Connection) -> None:
    """In the order that is declared, whatever the order in the text, and where a parameter stands twice."""
    put.run_all(connection, [("a", 1), ("b", 2), ("c", 3)])
    put.run_all(connection, [])
    assert renamed.run(connection, 2, "B") == 1
    assert renamed.run(connection, 9, "?") == 0
    assert list(map(tuple, read.rows(connection, 2))) == [(2, "B"), (3, "c")]
    assert len(read.rows(connection, 1, most=1)) == 1


def test_a_failure_is_sqlalchemys(connection: sa.Connection) -> None:
    """So that the store makes its typed error of it; the connection can be used on."""
    put.run(connection, "a", 1)
    with pytest.raises(sa.exc.DBAPIError, match="UNIQUE"):
        put.run(connection, "b", 1)
    assert list(map(tuple, read.rows(connection, 1))) == [(1, "a")]


def test_parameters_are_those_of_the_statement(connection: sa.Connection) -> None:
    """One that is not declared would be given nothing."""
    wrong = Prepared(lambda: table.delete().where(table.c.one == sa.bindparam("one")), ["two"])
    with pytest.raises(AssertionError, match="one"):
        wrong.run(connection, 1)


@pytest.mark.parametrize(
    "statement",
    [each for room in (rows, phone_index, links) for each in vars(room).values() if isinstance(each, Prepared)],
)
def test_every_statement_can_be_said_to_postgresql(statement: Prepared) -> None:
    """Where values go by name."""
    text, given = statement._compiled(POSTGRESQL)
    names = given(range(len(statement._names)))
    assert all(f"%({name})s" in text for name in names)
    assert list(names.values()) == list(range(len(names)))
