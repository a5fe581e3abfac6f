"""A database in memory that holds the one table of a test's module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa


@pytest.fixture
def connection(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """A transaction in which the module's ``table`` is there, and empty."""
    table: sa.Table = request.module.table
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        yield connection
    engine.dispose()
