"""The one ``MetaData`` that every table of the store belongs to.

Constraint names follow a convention, so that a migration can name what it drops on every database. Every table has
``tenant_id`` as the first column of its primary key (design, topology): one store serves many accounts.
"""

from __future__ import annotations

from importlib import import_module

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

ROOMS_WITH_TABLES = ("customer360.links.tables", "customer360.outbox.tables", "customer360.index.tables")


def complete_metadata() -> MetaData:
    """:data:`metadata` with every room's tables in it, for comparing with a migrated store.

    A running client needs only the tables it imports.
    """
    for room in ROOMS_WITH_TABLES:
        import_module(room)
    return metadata
