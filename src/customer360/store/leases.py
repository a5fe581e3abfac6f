"""A lease row: who may do something that only one at a time may do, across processes, until when.

Plain functions of a connection and of any table with the columns ``tenant_id``, ``name`` (its primary key), ``holder``
and ``expires_at`` (epoch seconds). ``holder`` is unique to the run that asks, so that a run which lost its lease cannot
give back somebody else's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import sqlalchemy as sa

from customer360.store.by_key import Prepared, insertion, keyed, prepared


def take(
    connection: sa.Connection,
    table: sa.Table,
    *,
    tenant_id: str,
    name: str,
    holder: str,
    now: float,
    seconds: float,
    ended: Callable[[str], bool] | None = None,
) -> bool:
    """Take the lease if it is free or ours, or has run out, or its holder has ``ended``; whether it is ours now."""
    if _prolong(table).run(connection, holder, now + seconds, tenant_id, name, now) == 1:
        return True
    if held := _holder(table).rows(connection, tenant_id, name):
        if ended is None or not ended(held[0][0]):
            return False
        return _inherit(table).run(connection, holder, now + seconds, tenant_id, name, held[0][0]) == 1
    _first(table).run(connection, tenant_id, name, holder, now + seconds)
    return True


def give_back(connection: sa.Connection, table: sa.Table, *, tenant_id: str, name: str, holder: str) -> bool:
    """Free the lease for the next one; False if it was no longer ours, and then nothing has changed."""
    return _give_back(table).run(connection, tenant_id, name, holder) == 1


# Statements ---------------------------------------------------------------------------------------------------------


def _row(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(*keyed(table, "tenant_id", "name"))


@cache
def _prolong(table: sa.Table) -> Prepared:
    @prepared("holder", "until", "tenant_id", "name", "now")
    def statement() -> sa.Update:
        free = sa.or_(table.c.expires_at <= sa.bindparam("now"), table.c.holder == sa.bindparam("holder"))
        ours: dict[str, Any] = {"holder": sa.bindparam("holder"), "expires_at": sa.bindparam("until")}
        return table.update().where(_row(table), free).values(ours)

    return statement


@cache
def _inherit(table: sa.Table) -> Prepared:
    @prepared("holder", "until", "tenant_id", "name", "before")
    def statement() -> sa.Update:
        theirs = table.c.holder == sa.bindparam("before")
        ours: dict[str, Any] = {"holder": sa.bindparam("holder"), "expires_at": sa.bindparam("until")}
        return table.update().where(_row(table), theirs).values(ours)

    return statement


@cache
def _holder(table: sa.Table) -> Prepared:
    @prepared("tenant_id", "name")
    def statement() -> sa.Select[tuple[str]]:
        return sa.select(table.c.holder).where(_row(table))

    return statement


@cache
def _first(table: sa.Table) -> Prepared:
    return insertion(table, "tenant_id", "name", "holder", "expires_at")


@cache
def _give_back(table: sa.Table) -> Prepared:
    @prepared("tenant_id", "name", "holder")
    def statement() -> sa.Delete:
        return table.delete().where(_row(table), table.c.holder == sa.bindparam("holder"))

    return statement
