"""The one ``MetaData`` that every table of the store belongs to.

Constraint names follow a convention, so that a migration can name what it drops on every database. Every table has
``tenant_id`` as the first column of its primary key (design, topology): one store serves many accounts.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def complete_metadata() -> MetaData:
    """:data:`metadata` with every room's ``tables.py`` in it, for comparing with a migrated store.

    A running client needs only the tables it imports.
    """
    root = Path(__file__).parents[1]
    for tables in sorted(root.glob("*/tables.py")):
        import_module(f"{root.name}.{tables.parent.name}.tables")
    return metadata
