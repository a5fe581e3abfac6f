"""Transactions of the phone index: plain functions of a connection.

A page is applied together with the cursor that follows it (a large one by parts, the last of them with the cursor),
under the lease and at the round it was read for; so a sync may be killed anywhere, and two that overlap cannot mix.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Final

import attrs
import sqlalchemy as sa

from customer360.core.records import Changes, Contact, RecordRef
from customer360.index import snapshots
from customer360.index.tables import address, contact, lease, number, progress, scope
from customer360.store import leases, processes
from customer360.store.by_key import Values, insertion, prepared

LEASE = 300.0
"""Seconds for which one page may be on its way before another worker takes over.

At once, if the one before it is known to have been killed: a holder's name ends with the mark of its process.
"""


_AT_ONCE = 500
"""Contacts erased in one transaction."""


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
    if _is_of_somebody_else(connection, owned):
        forget(connection, owned.tenant_id, owned.crm, owned.owner)
        return FORMER
    if not _held(connection, owned, holder, now):
        return None
    found = _scope(connection, owned)
    if found is None:
        if not resources:
            return ()
        found = _new_scope(connection, owned)
    indexed = connection.scalars(sa.select(progress.c.resource).where(_of(owned, found))).all()
    for dropped in set(indexed) - set(resources):
        _remove(connection, found, _ids(connection, found, contact.c.resource == dropped))
        connection.execute(progress.delete().where(_of(owned, found), progress.c.resource == dropped))
    for added in [name for name in resources if name not in indexed]:
        connection.execute(
            progress.insert().values(
                tenant_id=owned.tenant_id, scope=found, resource=added, round=1, whole=True, records=0
            )
        )
    return tuple(_place(connection, owned, found, name) for name in resources)


def start_over(connection: sa.Connection, owned: Owned, place: Place) -> Place:
    """Read everything anew; what is indexed keeps answering until it has been replaced."""
    connection.execute(
        progress.update()
        .where(_at(owned, place), progress.c.round == place.round)
        .values(cursor=None, round=place.round + 1, whole=True, records=0)
    )
    return attrs.evolve(place, cursor=None, round=place.round + 1, whole=True, records=0)


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
    _put(connection, place, changed, (), regions)
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
    _put(connection, place, page.changed[done:], page.gone, regions)
    here = (owned.tenant_id, place.scope, place.resource)
    if page.more:
        after = attrs.evolve(place, cursor=page.cursor, records=place.records + len(page.changed))
        _go_on.run(connection, after.cursor, after.records, *here)
        return after
    if place.whole and place.round > 1:
        stale = sa.and_(contact.c.resource == place.resource, contact.c.round < place.round)
        _remove(connection, place.scope, _ids(connection, place.scope, stale))
    # A CRM that gives no cursor to go on from is read whole every time.
    again = page.cursor is None
    after = attrs.evolve(place, cursor=page.cursor, whole=again, records=0, round=place.round + again)
    _come_to_the_end.run(connection, after.cursor, after.round, after.whole, after.records, now, *here)
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
    connection.execute(progress.delete().where(_of(owned, found.scope)))
    connection.execute(lease.delete().where(lease.c.tenant_id == tenant_id, lease.c.name == owned.lease))
    some = sa.select(contact.c.contact).where(contact.c.scope == found.scope).limit(_AT_ONCE)
    contacts = connection.scalars(some).all()
    _remove(connection, found.scope, contacts)
    if len(contacts) < _AT_ONCE:
        connection.execute(scope.delete().where(*which, scope.c.owner == found.owner))
    return True


# Pieces -------------------------------------------------------------------------------------------------------------


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


def _is_of_somebody_else(connection: sa.Connection, owned: Owned) -> bool:
    same = (scope.c[name] == getattr(owned, name) for name in ("tenant_id", "crm", "owner"))
    return (
        connection.execute(sa.select(scope.c.scope).where(*same, scope.c.belongs != owned.belongs)).first() is not None
    )


def _killed(holder: str) -> bool:
    return processes.ended(holder.partition(" ")[2])


def _stands(connection: sa.Connection, owned: Owned, place: Place, holder: str, now: float) -> bool:
    """Whether the reading still stands at ``place``, and is ours to carry on."""
    found = _standing.rows(connection, *attrs.astuple(owned), place.scope, place.resource)
    stands = [tuple(each) for each in found] == [(place.round, place.cursor)]
    return stands and _held(connection, owned, holder, now)


def _put(
    connection: sa.Connection,
    place: Place,
    changed: Sequence[Contact],
    gone: Sequence[RecordRef],
    regions: tuple[str, ...],
) -> None:
    """Store what changed, take away what is gone."""
    # A record may come twice; the later one counts, and what is gone is gone.
    latest = {each.ref.id: each for each in changed}
    left = {ref.id for ref in gone}
    holding = [each for each in latest.values() if each.ref.id not in left and (each.phones or each.emails)]
    indexed = _of_records(connection, place, list({**latest, **dict.fromkeys(left)}))
    kept = {each.ref.id for each in holding}
    _remove(connection, place.scope, [at for record, at in indexed.items() if record in kept], keep=True)
    _remove(connection, place.scope, [at for record, at in indexed.items() if record not in kept])
    _store(connection, place, holding, indexed, regions)


def _of(owned: Owned, found: int) -> sa.ColumnElement[bool]:
    """The progress of a scope."""
    return sa.and_(progress.c.tenant_id == owned.tenant_id, progress.c.scope == found)


def _at(owned: Owned, place: Place) -> sa.ColumnElement[bool]:
    return sa.and_(_of(owned, place.scope), progress.c.resource == place.resource)


def _scope(connection: sa.Connection, owned: Owned) -> int | None:
    return connection.execute(
        sa.select(scope.c.scope).where(
            scope.c.tenant_id == owned.tenant_id, scope.c.crm == owned.crm, scope.c.owner == owned.owner
        )
    ).scalar()


def _new_scope(connection: sa.Connection, owned: Owned) -> int:
    last = connection.scalar(sa.select(sa.func.max(scope.c.scope)))
    found = (last or 0) + 1
    connection.execute(scope.insert().values(**attrs.asdict(owned), scope=found))
    return found


def _place(connection: sa.Connection, owned: Owned, found: int, resource: str) -> Place:
    row = connection.execute(
        sa.select(progress.c.round, progress.c.whole, progress.c.records, progress.c.cursor).where(
            _of(owned, found), progress.c.resource == resource
        )
    ).one()
    return Place(found, resource, *row)


def _ids(connection: sa.Connection, found: int, which: sa.ColumnElement[bool]) -> Sequence[int]:
    return connection.scalars(sa.select(contact.c.contact).where(contact.c.scope == found, which)).all()


def _of_records(connection: sa.Connection, place: Place, records: Sequence[str]) -> dict[str, int]:
    """The numbers of those records that are indexed."""
    # One by one: given them all in one IN, SQLite reads the whole index rather than look each up.
    found = ((record, _by_record.rows(connection, place.scope, place.resource, record)) for record in records)
    return {record: number for record, listed in found for (number,) in listed}


def _remove(connection: sa.Connection, found: int, contacts: Iterable[int], *, keep: bool = False) -> None:
    """Take these contacts' keys away, and the contacts too unless they are to be ``keep``-t for their new keys."""
    listed = [(found, each) for each in contacts]
    for here in listed:
        for tails, addresses in _keys.rows(connection, *here):
            _drop_number.run_all(connection, [(*here, key) for key in json.loads(tails)])
            _drop_address.run_all(connection, [(*here, key) for key in json.loads(addresses)])
    if not keep:
        _drop_contact.run_all(connection, listed)


def _store(
    connection: sa.Connection,
    place: Place,
    holding: Sequence[Contact],
    indexed: Mapping[str, int],
    regions: tuple[str, ...],
) -> None:
    if not holding:
        return
    ((last,),) = _last_contact.rows(connection, place.scope)
    new: list[Values] = []
    old: list[Values] = []
    tails: list[Values] = []
    addresses: list[Values] = []
    for each in holding:
        keys, mailboxes = snapshots.tails(each, regions), snapshots.addresses(each)
        row = (place.round, json.dumps(keys), json.dumps(mailboxes), snapshots.pack(each))
        found = indexed.get(each.ref.id)
        if found is None:
            last = found = (last or 0) + 1
            new.append((*row, place.scope, found, place.resource, each.ref.id))
        else:
            old.append((*row, place.scope, found))
        tails.extend([(place.scope, found, key) for key in keys])
        addresses.extend([(place.scope, found, key) for key in mailboxes])
    _new_contact.run_all(connection, new)
    _renew_contact.run_all(connection, old)
    _new_number.run_all(connection, tails)
    _new_address.run_all(connection, addresses)


# Statements that every page needs -----------------------------------------------------------------------------------

_CONTENT = ("round", "tails", "addresses", "snapshot")


def _is(table: sa.Table, *columns: str) -> list[sa.ColumnElement[bool]]:
    return [table.c[column] == sa.bindparam(column) for column in columns]


@prepared("tenant_id", "crm", "owner", "belongs", "scope", "resource")
def _standing() -> sa.Select[Any]:
    """Not by the scope's number alone: that of an index which was erased meanwhile may be another's by now."""
    return sa.select(progress.c.round, progress.c.cursor).where(
        *_is(scope, "tenant_id", "crm", "owner", "belongs", "scope"),
        *_is(progress, "tenant_id", "scope", "resource"),
    )


@prepared("cursor", "records", "tenant_id", "scope", "resource")
def _go_on() -> sa.Update:
    new: dict[str, Any] = {name: sa.bindparam(name) for name in ("cursor", "records")}
    return progress.update().where(*_is(progress, "tenant_id", "scope", "resource")).values(new)


@prepared("cursor", "round", "whole", "records", "now", "tenant_id", "scope", "resource")
def _come_to_the_end() -> sa.Update:
    new: dict[str, Any] = {name: sa.bindparam(name) for name in ("cursor", "round", "whole", "records")}
    now = sa.bindparam("now", type_=sa.Float)
    new |= {"synced_at": now, "ready_at": sa.func.coalesce(progress.c.ready_at, now)}
    return progress.update().where(*_is(progress, "tenant_id", "scope", "resource")).values(new)


@prepared("scope", "resource", "record_id")
def _by_record() -> sa.Select[Any]:
    return sa.select(contact.c.contact).where(*_is(contact, "scope", "resource", "record_id"))


@prepared("scope")
def _last_contact() -> sa.Select[Any]:
    return sa.select(sa.func.max(contact.c.contact)).where(*_is(contact, "scope"))


@prepared("scope", "contact")
def _keys() -> sa.Select[Any]:
    return sa.select(contact.c.tails, contact.c.addresses).where(*_is(contact, "scope", "contact"))


@prepared(*_CONTENT, "scope", "contact")
def _renew_contact() -> sa.Update:
    new: dict[str, Any] = {name: sa.bindparam(name) for name in _CONTENT}
    return contact.update().where(*_is(contact, "scope", "contact")).values(new)


@prepared("scope", "contact")
def _drop_contact() -> sa.Delete:
    return contact.delete().where(*_is(contact, "scope", "contact"))


@prepared("scope", "contact", "tail")
def _drop_number() -> sa.Delete:
    return number.delete().where(*_is(number, "scope", "contact", "tail"))


@prepared("scope", "contact", "address")
def _drop_address() -> sa.Delete:
    return address.delete().where(*_is(address, "scope", "contact", "address"))


_new_contact = insertion(contact, *_CONTENT, "scope", "contact", "resource", "record_id")
_new_number = insertion(number, "scope", "contact", "tail")
_new_address = insertion(address, "scope", "contact", "address")
