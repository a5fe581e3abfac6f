"""The index as the match flow and the session see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from customer360.connections import Connection
from customer360.core.effects import peek, tx
from customer360.core.metadata import Resource
from customer360.core.phones import PhoneNumber, keys_for
from customer360.core.records import Contact, RecordRef
from customer360.core.search import EmailIs, PhoneIs
from customer360.flows.match import IndexAnswer
from customer360.index import rows, snapshots
from customer360.index.places import Owned
from customer360.index.standing import IndexState, standing
from customer360.index.sync import SyncReport, owned_by, sync
from customer360.index.tables import address, contact, number, progress, scope
from customer360.store.by_key import keyed, prepared

MOST = 200
"""Contacts handed on for one value: more than anybody would choose from."""
_LOOKED_AT = 1_000
"""Rows read for one value: thousands may hold what somebody typed instead of a number."""


class PhoneIndex:
    """Finds contacts by number or e-mail address without asking the CRM; kept up to date by :meth:`sync`.

    ``regions`` are the installation's countries, in which national numbers are read last. It holds no state of its
    own: everything is in the store, so any number of processes may use it at once.
    """

    def __init__(self, regions: Sequence[str] = ()) -> None:
        self._regions = tuple(regions)

    async def candidates(
        self, connection: Connection, query: PhoneIs | EmailIs, number: PhoneNumber | None
    ) -> IndexAnswer:
        """The indexed contacts that may hold the value; whether they do is for ``compare`` to say.

        Not ``ready`` until every configured resource that can hold it has been read to the end once.
        """
        keys: tuple[int, ...] | tuple[str]
        if isinstance(query, PhoneIs):
            places = [each for each in connection.contact_resources if each.phones]
            keys = keys_for(number) if number is not None else ()
        else:
            places = [each for each in connection.contact_resources if each.emails]
            keys = (snapshots.fold(query.address),)
        found: dict[RecordRef, Contact] = {}
        as_of: float | None = None
        for owned, resources in _by_owner(connection, places).items():
            answer = await peek(_look_up, owned, resources, keys)
            if answer.why:
                return answer
            found.update((each.ref, each) for each in answer.contacts)
            as_of = answer.as_of if as_of is None or answer.as_of is None else min(as_of, answer.as_of)
        return IndexAnswer(ready=True, contacts=tuple(found.values())[:MOST], as_of=as_of)

    async def sync(self, connection: Connection, regions: Sequence[str] = ()) -> SyncReport:
        """See :func:`customer360.index.sync.sync`; ``regions`` are the account's own."""
        return await sync(connection, (*regions, *self._regions))

    async def state(self, connection: Connection) -> tuple[IndexState, ...]:
        """See :func:`customer360.index.standing.standing`."""
        return await standing(connection)

    async def forget(self, tenant_id: str, crm: str, owner: str | None = None) -> None:
        """Erase what is indexed of a CRM that is unlinked; of one agent's private contacts, given the ``owner``.

        A sync that is under way stops at its next page. If this is interrupted, the index answers no more; ask again
        to erase the rest.
        """
        while await tx(rows.forget, tenant_id, crm, owner):
            pass


def _by_owner(connection: Connection, places: Sequence[Resource]) -> dict[Owned, tuple[str, ...]]:
    names: dict[Owned, list[str]] = {}
    for resource in places:
        names.setdefault(owned_by(connection, resource), []).append(resource.name)
    return {owner: tuple(listed) for owner, listed in names.items()}


def _look_up(
    connection: sa.Connection, owned: Owned, resources: tuple[str, ...], keys: tuple[int, ...] | tuple[str]
) -> IndexAnswer:
    """A read for how far the resources have been read, and one for the contacts behind each of one or two keys."""
    state = _state.rows(connection, owned.tenant_id, owned.crm, owned.owner, owned.belongs)
    read = {resource: (ready_at, records, synced_at) for _, resource, ready_at, records, synced_at in state}
    as_of = float("inf")
    for resource in resources:
        ready_at, records, synced_at = read.get(resource, _UNREAD)
        if ready_at is None:
            command = f"customer360 index sync {owned.crm}{' --agent ID' if owned.owner else ''}"
            so_far = f", {records} records so far" if records else f" ({command})"
            return IndexAnswer(
                ready=False, begun=bool(state), why=f"{resource} has not been read to the end yet{so_far}"
            )
        as_of = min(as_of, synced_at)
    if not keys or not resources:
        return IndexAnswer(ready=True)
    found: dict[int, Contact] = {}
    behind = _behind_number if isinstance(keys[0], int) else _behind_address
    for key in keys:
        for at, resource, record_id, snapshot in behind.rows(connection, state[0][0], key, most=_LOOKED_AT):
            if resource in resources and at not in found and len(found) < MOST:
                found[at] = snapshots.unpack(RecordRef(owned.crm, resource, record_id), snapshot)
    return IndexAnswer(ready=True, contacts=tuple(found.values()), as_of=as_of)


_UNREAD = (None, 0, None)


@prepared("tenant_id", "crm", "owner", "belongs")
def _state() -> sa.Select[Any]:
    return (
        sa.select(scope.c.scope, progress.c.resource, progress.c.ready_at, progress.c.records, progress.c.synced_at)
        .where(*keyed(scope, "tenant_id", "crm", "owner", "belongs"))
        .where(progress.c.tenant_id == scope.c.tenant_id, progress.c.scope == scope.c.scope)
    )


@prepared("scope", "key")
def _behind_number() -> sa.Select[Any]:
    return _behind(number, number.c.tail)


@prepared("scope", "key")
def _behind_address() -> sa.Select[Any]:
    return _behind(address, address.c.address)


def _behind(keys: sa.Table, key: sa.Column[Any]) -> sa.Select[Any]:
    """The contacts behind one key, in the index that has this number.

    Two keys, which few numbers have, are two such reads: for a list of them SQLite builds a table each time.
    """
    return (
        sa.select(contact.c.contact, contact.c.resource, contact.c.record_id, contact.c.snapshot)
        .where(*keyed(keys, "scope"), key == sa.bindparam("key"))
        .where(contact.c.scope == keys.c.scope, contact.c.contact == keys.c.contact)
    )
