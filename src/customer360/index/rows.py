"""Transactions of the phone index: plain functions of a connection.

A page is applied together with the cursor that follows it (a large one by parts, the last of them with the cursor),
under the lease and at the round it was read for; so a sync may be killed anywhere, and two that overlap cannot mix.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final

import attrs
import sqlalchemy as sa

from customer360.core.records import Changes, Contact
from customer360.index import contacts, places
from customer360.index.places import Owned, Place
from customer360.index.tables import contact, lease, progress, scope
from customer360.store import leases, processes

LEASE = 300.0
"""Seconds for which one page may be on its way before another worker takes over.

At once, if the one before it is known to have been killed: a holder's name ends with the mark of its process.
"""
_AT_ONCE = 500
"""Contacts erased in one transaction."""


class Former(Enum):
    """What stands in the way of a sync: an index that was read of somebody else."""

    FORMER = "former"


FORMER: Final = Former.FORMER


def begin(
    connection: sa.Connection, owned: Owned, resources: Sequence[str], holder: str, now: float
) -> tuple[Place, ...] | Former | None:
    """Take the lease, drop what is no longer configured, and tell where each resource stands.

    None if another worker holds the lease; ``FORMER`` if what was read of somebody else had to be erased first: ask
    again.
    """
    if places.is_of_somebody_else(connection, owned):
        forget(connection, owned.tenant_id, owned.crm, owned.owner)
        return FORMER
    if not _held(connection, owned, holder, now):
        return None
    found = places.scope_of(connection, owned)
    if found is None:
        if not resources:
            return ()
        found = places.new_scope(connection, owned)
    indexed = connection.scalars(sa.select(progress.c.resource).where(places.progress_of(owned, found))).all()
    for dropped in set(indexed) - set(resources):
        contacts.remove(connection, found, contacts.ids(connection, found, contact.c.resource == dropped))
        connection.execute(progress.delete().where(places.progress_of(owned, found, dropped)))
    for added in [name for name in resources if name not in indexed]:
        connection.execute(
            progress.insert().values(
                tenant_id=owned.tenant_id, scope=found, resource=added, round=1, whole=True, records=0
            )
        )
    return tuple(places.place_of(connection, owned, found, name) for name in resources)


def start_over(connection: sa.Connection, owned: Owned, place: Place) -> Place:
    """Read everything anew; what is indexed keeps answering until it has been replaced."""
    after = attrs.evolve(place, cursor=None, round=place.round + 1, whole=True, records=0)
    connection.execute(
        progress.update()
        .where(places.progress_of(owned, place.scope, place.resource), progress.c.round == place.round)
        .values(cursor=after.cursor, round=after.round, whole=after.whole, records=after.records)
    )
    return after


def apply_part(
    connection: sa.Connection,
    owned: Owned,
    place: Place,
    changed: Sequence[Contact],
    regions: tuple[str, ...],
    holder: str,
    now: float,
) -> bool:
    """Apply some of a page and stay where we are: killed here, the page is read again, which does no harm.

    False if the lease, or the index itself, is no longer ours.
    """
    if not _stands(connection, owned, place, holder, now):
        return False
    contacts.put(connection, place, changed, (), regions)
    return True


def apply(
    connection: sa.Connection,
    owned: Owned,
    place: Place,
    page: Changes,
    regions: tuple[str, ...],
    holder: str,
    now: float,
    done: int = 0,
) -> Place | None:
    """Apply one page, whose first ``done`` contacts were applied before, and go on behind it.

    None if the lease, or the index itself, is no longer ours.
    """
    if not _stands(connection, owned, place, holder, now):
        return None
    contacts.put(connection, place, page.changed[done:], page.gone, regions)
    if page.more:
        after = attrs.evolve(place, cursor=page.cursor, records=place.records + len(page.changed))
        places.go_on(connection, owned, after)
        return after
    if place.whole and place.round > 1:
        stale = sa.and_(contact.c.resource == place.resource, contact.c.round < place.round)
        contacts.remove(connection, place.scope, contacts.ids(connection, place.scope, stale))
    # A CRM that gives no cursor to go on from is read whole every time.
    again = page.cursor is None
    after = attrs.evolve(place, cursor=page.cursor, whole=again, records=0, round=place.round + again)
    places.come_to_the_end(connection, owned, after, now)
    return after


def end(connection: sa.Connection, owned: Owned, holder: str) -> None:
    """Give the lease back."""
    leases.give_back(connection, lease, tenant_id=owned.tenant_id, name=owned.lease, holder=holder)


def forget(connection: sa.Connection, tenant_id: str, crm: str, owner: str | None) -> bool:
    """Erase a part of one owner's index, or with None of all indexes of a CRM; whether anything may be left.

    By parts, because a transaction that erases millions would keep every other waiting. The index answers no more
    after the first, and whoever syncs it finds its place gone and stops.
    """
    which = [scope.c.tenant_id == tenant_id, scope.c.crm == crm]
    if owner is not None:
        which.append(scope.c.owner == owner)
    found = connection.execute(sa.select(scope.c.owner, scope.c.scope).where(*which).limit(1)).first()
    if found is None:
        return False
    owned = Owned(tenant_id, crm, found.owner)
    connection.execute(progress.delete().where(places.progress_of(owned, found.scope)))
    connection.execute(lease.delete().where(lease.c.tenant_id == tenant_id, lease.c.name == owned.lease))
    first = sa.select(contact.c.contact).where(contact.c.scope == found.scope).limit(_AT_ONCE)
    some = connection.scalars(first).all()
    contacts.remove(connection, found.scope, some)
    if len(some) < _AT_ONCE:
        connection.execute(scope.delete().where(*which, scope.c.owner == found.owner))
    return True


def _held(connection: sa.Connection, owned: Owned, holder: str, now: float) -> bool:
    return leases.take(
        connection,
        lease,
        tenant_id=owned.tenant_id,
        name=owned.lease,
        holder=holder,
        now=now,
        seconds=LEASE,
        ended=_killed,
    )


def _killed(holder: str) -> bool:
    return processes.ended(holder.partition(" ")[2])


def _stands(connection: sa.Connection, owned: Owned, place: Place, holder: str, now: float) -> bool:
    """Whether the reading still stands at ``place``, and is ours to carry on."""
    return places.stands(connection, owned, place) and _held(connection, owned, holder, now)
