"""Bringing a store's schema up to date when it is opened."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from customer360.core.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"


@cache
def head() -> str:
    """The newest revision, by file name (``0002_outbox.py`` is revision ``0002``); a test compares it with Alembic."""
    return max(match[1] for match in map(re.compile(r"(\d{4})_").match, _version_files()) if match)


def _version_files() -> list[str]:
    return [path.name for path in (MIGRATIONS / "versions").glob("*.py")]


def upgrade(engine: sa.Engine) -> None:
    """Migrate to the newest revision, in one transaction that other processes wait for.

    Raises :class:`StoreError` for a store written by a newer version of the library.
    """
    with engine.connect() as connection:
        # An up-to-date store, the common case, costs one SELECT and no import of Alembic.
        if sa.inspect(connection).has_table("alembic_version"):
            current = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            if current == head():
                return
            if current is not None and current > head():
                raise StoreError(
                    f"the store was written by a newer version of customer360 (schema {current}, known up to {head()})",
                    next_step="update customer360",
                )

    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
