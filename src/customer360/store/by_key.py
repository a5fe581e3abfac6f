"""Reads by key that are too short to go through SQLAlchemy: a look-up in the phone index costs a few microseconds (P8),
a result of SQLAlchemy's several times that.

The statement is still SQLAlchemy's, written once in the words of the database at hand; only its carrying out goes to
the driver (PEP 249). So nothing here is true of one database alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa


def compiled(statement: sa.Select[Any], dialect: sa.Dialect, *positions: str) -> str:
    """The statement's text for :func:`read`; ``positions`` names its parameters in the order in which they are given.

    Compile once and keep the text: compiling costs a hundred look-ups.
    """
    text = statement.compile(dialect=dialect)
    if text.positiontup != list(positions):
        raise AssertionError(f"parameters are given by position: {text.positiontup}")
    return str(text)


def read(
    connection: sa.Connection, text: str, values: Sequence[object], *, most: int | None = None
) -> Sequence[Sequence[Any]]:
    """The rows, as the driver gives them: columns whose type SQLAlchemy would convert come unconverted.

    ``most``: no more of them are read.

    Raises SQLAlchemy's own error around the driver's, like any other statement.
    """
    cursor = connection.connection.cursor()
    try:
        cursor.execute(text, values)
        return cursor.fetchall() if most is None else cursor.fetchmany(most)
    except connection.dialect.loaded_dbapi.Error as failed:
        raise sa.exc.DBAPIError(None, None, failed) from failed
    finally:
        cursor.close()
