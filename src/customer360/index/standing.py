"""How far the index is, for whoever watches it: read from the store, so that one process may watch another sync."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import attrs
import sqlalchemy as sa

from customer360.connections import Connection
from customer360.core.effects import Now, tx
from customer360.index.places import Owned
from customer360.index.sync import owned_by
from customer360.index.tables import contact, lease, progress, scope


@attrs.frozen(kw_only=True)
class IndexState:
    """How far the index holds one contact resource. Holds no personal data.

    ``ready``: everything was read once, and the index answers. ``synced_at``: until when it knows all that the CRM
    knew. ``syncing``: somebody is at it just now (or was killed at it less than five minutes ago, and nobody has gone
    on since). ``whole``: the sync under way, or the next one, reads everything; ``records`` were read so far in a round
    that has not ended, else so many, with a number or an address, are in the index.
    """

    resource: str
    ready: bool = False
    synced_at: datetime | None = None
    syncing: bool = False
    whole: bool = True
    records: int = 0


async def standing(connection: Connection) -> tuple[IndexState, ...]:
    """The state of every configured contact resource, in their order; never synced ones too.

    Raises :class:`InvalidValue` for private contacts on a connection that is no agent's.
    """
    now = await Now()
    named: dict[Owned, list[str]] = {}
    for resource in connection.contact_resources:
        named.setdefault(owned_by(connection, resource), []).append(resource.name)
    found: dict[str, IndexState] = {}
    for owned, names in named.items():
        found.update(await tx(_states, owned, names, now))
    return tuple(found[resource.name] for resource in connection.contact_resources)


def _states(connection: sa.Connection, owned: Owned, names: Sequence[str], now: float) -> dict[str, IndexState]:
    held = sa.select(lease.c.holder).where(
        lease.c.tenant_id == owned.tenant_id, lease.c.name == owned.lease, lease.c.expires_at > now
    )
    syncing = connection.execute(held).first() is not None
    mine = sa.and_(*(scope.c[name] == getattr(owned, name) for name in ("tenant_id", "crm", "owner", "belongs")))
    of = sa.and_(progress.c.tenant_id == scope.c.tenant_id, progress.c.scope == scope.c.scope)
    read = connection.execute(
        sa.select(
            progress.c.resource, progress.c.ready_at, progress.c.synced_at, progress.c.whole, progress.c.records
        ).where(mine, of)
    ).all()
    count = sa.select(contact.c.resource, sa.func.count()).where(
        contact.c.scope == sa.select(scope.c.scope).where(mine).scalar_subquery()
    )
    in_it: dict[str, int] = {
        resource: number for resource, number in connection.execute(count.group_by(contact.c.resource))
    }
    rows = {row.resource: row for row in read}
    states = dict[str, IndexState]()
    for name in names:
        row = rows.get(name)
        if row is None:
            states[name] = IndexState(resource=name, syncing=syncing)
            continue
        states[name] = IndexState(
            resource=name,
            ready=row.ready_at is not None,
            synced_at=None if row.synced_at is None else datetime.fromtimestamp(row.synced_at, UTC),
            syncing=syncing,
            whole=row.whole,
            records=row.records or in_it.get(name, 0),
        )
    return states
