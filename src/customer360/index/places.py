"""Whose an index is, and where the reading of each of its resources stands."""

from __future__ import annotations

from typing import Any

import attrs
import sqlalchemy as sa

from customer360.index.tables import progress, scope
from customer360.store.by_key import anew, keyed, prepared


@attrs.frozen
class Owned:
    """Whose index: ``owner`` is an agent's id where the contacts are private, else "".

    ``belongs`` is whose records they are at the CRM (:meth:`customer360.connections.Connection.whose`): an agent may
    sign in as another person, an account to another organisation.
    """

    tenant_id: str
    crm: str
    owner: str
    belongs: str = ""

    @property
    def lease(self) -> str:
        """The name of its lease."""
        return f"{self.crm}/{self.owner}"


@attrs.frozen
class Place:
    """Where the reading of one resource stands; ``whole`` while everything is being read."""

    scope: int
    resource: str
    round: int
    whole: bool
    records: int
    cursor: str | None = attrs.field(default=None, repr=False)


def is_of_somebody_else(connection: sa.Connection, owned: Owned) -> bool:
    """Whether the owner's index was read of somebody else, or of another organisation."""
    read = sa.select(scope.c.scope).where(*_owners(owned), scope.c.belongs != owned.belongs)
    return connection.execute(read).first() is not None


def scope_of(connection: sa.Connection, owned: Owned) -> int | None:
    """The number of an index, if it has been begun."""
    return connection.scalar(sa.select(scope.c.scope).where(*_owners(owned)))


def new_scope(connection: sa.Connection, owned: Owned) -> int:
    """Begin an index; its number."""
    last = connection.scalar(sa.select(sa.func.max(scope.c.scope)))
    found = (last or 0) + 1
    connection.execute(scope.insert().values(**attrs.asdict(owned), scope=found))
    return found


def progress_of(owned: Owned, found: int, resource: str | None = None) -> sa.ColumnElement[bool]:
    """The progress of an index, or of one resource of it."""
    every = sa.and_(progress.c.tenant_id == owned.tenant_id, progress.c.scope == found)
    return every if resource is None else sa.and_(every, progress.c.resource == resource)


def place_of(connection: sa.Connection, owned: Owned, found: int, resource: str) -> Place:
    """Where the reading of a resource stands."""
    told = sa.select(progress.c.round, progress.c.whole, progress.c.records, progress.c.cursor)
    return Place(found, resource, *connection.execute(told.where(progress_of(owned, found, resource))).one())


def stands(connection: sa.Connection, owned: Owned, place: Place) -> bool:
    """Whether the reading still stands at ``place``."""
    found = _standing.rows(connection, *attrs.astuple(owned), place.scope, place.resource)
    return [tuple(each) for each in found] == [(place.round, place.cursor)]


def go_on(connection: sa.Connection, owned: Owned, place: Place) -> None:
    """The next page is read from ``place``."""
    _go_on.run(connection, place.cursor, place.records, owned.tenant_id, place.scope, place.resource)


def come_to_the_end(connection: sa.Connection, owned: Owned, place: Place, now: float) -> None:
    """There is no more to read for now; the next sync begins at ``place``."""
    stored = (place.cursor, place.round, place.whole, place.records, now)
    _come_to_the_end.run(connection, *stored, owned.tenant_id, place.scope, place.resource)


def _owners(owned: Owned) -> tuple[sa.ColumnElement[bool], ...]:
    return scope.c.tenant_id == owned.tenant_id, scope.c.crm == owned.crm, scope.c.owner == owned.owner


@prepared("tenant_id", "crm", "owner", "belongs", "scope", "resource")
def _standing() -> sa.Select[Any]:
    """Not by the scope's number alone: that of an index which was erased meanwhile may be another's by now."""
    return sa.select(progress.c.round, progress.c.cursor).where(
        *keyed(scope, "tenant_id", "crm", "owner", "belongs", "scope"),
        *keyed(progress, "tenant_id", "scope", "resource"),
    )


@prepared("cursor", "records", "tenant_id", "scope", "resource")
def _go_on() -> sa.Update:
    return progress.update().where(*keyed(progress, "tenant_id", "scope", "resource")).values(anew("cursor", "records"))


@prepared("cursor", "round", "whole", "records", "now", "tenant_id", "scope", "resource")
def _come_to_the_end() -> sa.Update:
    new, now = anew("cursor", "round", "whole", "records"), sa.bindparam("now", type_=sa.Float)
    new |= {"synced_at": now, "ready_at": sa.func.coalesce(progress.c.ready_at, now)}
    return progress.update().where(*keyed(progress, "tenant_id", "scope", "resource")).values(new)
