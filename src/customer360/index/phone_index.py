"""The index as the match flow and the session see it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import sqlalchemy as sa

from customer360.connections import Connection
from customer360.core.effects import peek, tx
from customer360.core.metadata import Resource
from customer360.core.phones import PhoneNumber, keys_for
from customer360.core.records import Contact, RecordRef
from customer360.core.search import EmailIs, PhoneIs
from customer360.flows.match import IndexAnswer
from customer360.index import rows, snapshots
from customer360.index.sync import SyncReport, owned_by, sync
from customer360.index.tables import address, contact, number, progress, scope

MOST = 200
"""Contacts handed on for one value: more than anybody would choose from."""


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
        keys: tuple[int | str, ...]
        if isinstance(query, PhoneIs):
            places = [each for each in connection.contact_resources if each.phones]
            keys = keys_for(number) if number is not None else ()
        else:
            places = [each for each in connection.contact_resources if each.emails]
            keys = (snapshots.fold(query.address),)
        found: dict[RecordRef, Contact] = {}
        for owner, resources in _by_owner(connection, places).items():
            answer = await peek(_look_up, rows.Owned(connection.tenant_id, connection.crm, owner), resources, keys)
            if answer.why:
                return answer
            found.update((each.ref, each) for each in answer.contacts)
        return IndexAnswer(ready=True, contacts=tuple(found.values())[:MOST])

    async def sync(self, connection: Connection, regions: Sequence[str] = ()) -> SyncReport:
        """See :func:`customer360.index.sync.sync`; ``regions`` are the account's own."""
        return await sync(connection, (*regions, *self._regions))

    async def forget(self, tenant_id: str, crm: str, owner: str | None = None) -> None:
        """Erase what is indexed of a CRM that is unlinked; of one agent's private contacts, given the ``owner``.

        A sync that is under way stops at its next page. If this is interrupted, the index answers no more; ask again
        to erase the rest.
        """
        while await tx(rows.forget, tenant_id, crm, owner):
            pass


def _by_owner(connection: Connection, places: Sequence[Resource]) -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = {}
    for resource in places:
        names.setdefault(owned_by(connection, resource).owner, []).append(resource.name)
    return {owner: tuple(listed) for owner, listed in names.items()}


def _look_up(
    connection: sa.Connection, owned: rows.Owned, resources: tuple[str, ...], keys: tuple[int | str, ...]
) -> IndexAnswer:
    who = (owned.tenant_id, owned.crm, owned.owner)
    state = _compiled("state", connection.dialect)
    read = {resource: (at, records) for resource, at, records in connection.exec_driver_sql(state, who)}
    for resource in resources:
        ready_at, records = read.get(resource, (None, 0))
        if ready_at is None:
            so_far = f", {records} records so far" if records else ""
            return IndexAnswer(ready=False, why=f"{resource} has not been read to the end yet{so_far}")
    found: dict[int, Contact] = {}
    for key in keys:
        statement = _compiled("number" if isinstance(key, int) else "address", connection.dialect)
        for at, resource, record_id, snapshot in connection.exec_driver_sql(statement, (*who, key)):
            if resource in resources and at not in found and len(found) < MOST:
                found[at] = snapshots.unpack(RecordRef(owned.crm, resource, record_id), snapshot)
    return IndexAnswer(ready=True, contacts=tuple(found.values()))


def _statement(what: str) -> sa.Select[tuple[object, ...]]:
    who = sa.and_(*(scope.c[name] == sa.bindparam(name) for name in ("tenant_id", "crm", "owner")))
    if what == "state":
        return (
            sa.select(progress.c.resource, progress.c.ready_at, progress.c.records)
            .where(who)
            .where(progress.c.tenant_id == scope.c.tenant_id, progress.c.scope == scope.c.scope)
        )
    keys = number if what == "number" else address
    key = number.c.tail if what == "number" else address.c.address
    return (
        sa.select(contact.c.contact, contact.c.resource, contact.c.record_id, contact.c.snapshot)
        .where(who, key == sa.bindparam("key"))
        .where(keys.c.tenant_id == scope.c.tenant_id, keys.c.scope == scope.c.scope)
        .where(contact.c.tenant_id == keys.c.tenant_id, contact.c.scope == keys.c.scope)
        .where(contact.c.contact == keys.c.contact)
    )


@lru_cache(maxsize=16)
def _compiled(what: str, dialect: sa.Dialect) -> str:
    """The statement in the database's own words: going through the compiler costs more than the look-up (P8)."""
    compiled = _statement(what).compile(dialect=dialect)
    positions = compiled.positiontup
    expected = ["tenant_id", "crm", "owner"] if what == "state" else ["tenant_id", "crm", "owner", "key"]
    assert positions == expected, "parameters are given by position"
    return str(compiled)
