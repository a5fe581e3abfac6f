"""A lease row: who may do something that only one at a time may do, across processes, until when.

Plain functions of a connection and of any table with the columns ``tenant_id``, ``name`` (its primary key), ``holder``
and ``expires_at`` (epoch seconds). ``holder`` is unique to the run that asks, so that a run which lost its lease cannot
give back somebody else's.
"""

from __future__ import annotations

import sqlalchemy as sa


def take(
    connection: sa.Connection,
    table: sa.Table,
    *,
    tenant_id: str,
    name: str,
    holder: str,
    now: float,
    seconds: float,
) -> bool:
    """Take the lease if it is free, has run out, or is ours already; whether it is ours now."""
    ours = {"holder": holder, "expires_at": now + seconds}
    free = sa.or_(table.c.expires_at <= now, table.c.holder == holder)
    row = sa.and_(table.c.tenant_id == tenant_id, table.c.name == name)
    if connection.execute(table.update().where(row, free).values(**ours)).rowcount == 1:
        return True
    if connection.execute(sa.select(table.c.holder).where(row)).first() is not None:
        return False
    connection.execute(table.insert().values(tenant_id=tenant_id, name=name, **ours))
    return True


def give_back(connection: sa.Connection, table: sa.Table, *, tenant_id: str, name: str, holder: str) -> bool:
    """Free the lease for the next one; False if it was no longer ours, and then nothing has changed."""
    statement = table.delete().where(table.c.tenant_id == tenant_id, table.c.name == name, table.c.holder == holder)
    return connection.execute(statement).rowcount == 1
