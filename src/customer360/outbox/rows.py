"""The outbox's rows: every reading and every change of them, as plain functions of a connection.

A worker *claims* rows: that raises the row's ``fence`` and leases it for a while. Whatever it changes afterwards names
the fence, so that a worker whose lease ran out, or whom a person overruled, changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs
import sqlalchemy as sa

from customer360.core.records import RecordRef
from customer360.outbox.tables import outbox


class DeliveryState(StrEnum):
    """What is known of one promised activity."""

    DUE = "due"
    """Certainly not in the CRM; to be sent."""

    DOUBT = "doubt"
    """A request may have left and its outcome is unknown; to be looked for, or repeated where that is harmless."""

    DONE = "done"
    """In the CRM."""

    REFUSED = "refused"
    """The CRM will never take it as it is; a person corrects or drops it."""

    UNKNOWN = "unknown"
    """In doubt, and the CRM cannot tell; a person looks."""

    HELD = "held"
    """Waits for an authorisation, a link, or an administrator."""

    DROPPED = "dropped"
    """A person decided against it."""


MOVING = (DeliveryState.DUE, DeliveryState.DOUBT)
WAITING_FOR_A_PERSON = (DeliveryState.REFUSED, DeliveryState.UNKNOWN, DeliveryState.HELD)
PENDING = MOVING + WAITING_FOR_A_PERSON


@attrs.frozen
class AcceptedFor:
    """For whom an activity is accepted: the linked organisation, and who was signed in; "" where it is not known."""

    organisation: str = ""
    crm_user: str = ""


NOT_KNOWN = AcceptedFor()


@attrs.frozen(kw_only=True)
class Row:
    """One promised activity as stored. Times are epoch seconds; ``draft`` and ``problem`` JSON.

    ``digest`` is of the draft as it was promised; None of one that an earlier version promised.
    """

    tenant_id: str
    key: str
    interaction_id: str
    agent_id: str
    deliver_as: str
    crm: str
    organisation: str
    crm_user: str
    kind: str
    draft: Mapping[str, Any] = attrs.field(repr=False)
    digest: str | None
    state: DeliveryState = attrs.field(converter=DeliveryState)
    created_at: float
    due_at: float
    attempts: int
    first_sent_at: float | None
    sent_until: float | None
    fence: int
    leased_until: float
    record_resource: str | None
    record_id: str | None
    problem: Mapping[str, Any] | None

    @property
    def record(self) -> RecordRef | None:
        """The record in the CRM, once delivered and known."""
        if self.record_resource is None or self.record_id is None:
            return None
        return RecordRef(self.crm, self.record_resource, self.record_id)


def claim(
    connection: sa.Connection,
    now: float,
    *,
    lease: float,
    limit: int = 1,
    tenant_id: str | None = None,
    only: tuple[str, tuple[str, ...]] | None = None,
) -> tuple[Row, ...]:
    """Lease up to ``limit`` rows that are due and that nobody holds, oldest first.

    ``tenant_id`` claims of that account alone, ``only`` = (tenant, keys) of these alone. Taking them is safe in a
    database that reads without locking, too: each is a compare-and-set on the fence.
    """
    query = (
        sa.select(outbox)
        .where(outbox.c.state.in_(MOVING), outbox.c.due_at <= now, outbox.c.leased_until <= now)
        .order_by(outbox.c.due_at, outbox.c.tenant_id, outbox.c.key)
        .limit(limit)
        .with_for_update(skip_locked=True)  # rendered where the database has it
    )
    if tenant_id is not None:
        query = query.where(outbox.c.tenant_id == tenant_id)
    if only is not None:
        query = query.where(outbox.c.tenant_id == only[0], outbox.c.key.in_(only[1]))
    claimed = []
    for found in connection.execute(query).mappings().all():
        row = Row(**found)
        leased = attrs.evolve(row, fence=row.fence + 1, leased_until=now + lease)
        if change(connection, row, fence=leased.fence, leased_until=leased.leased_until):
            claimed.append(leased)
    return tuple(claimed)


def change(connection: sa.Connection, row: Row, /, **values: Any) -> bool:
    """Set ``values`` if ``row`` is still held with its fence; False if not, and then nothing has changed."""
    statement = (
        outbox.update()
        .where(outbox.c.tenant_id == row.tenant_id, outbox.c.key == row.key, outbox.c.fence == row.fence)
        .values(**values)
    )
    return connection.execute(statement).rowcount == 1


def read(connection: sa.Connection, tenant_id: str, key: str) -> Row | None:
    """One row, or None."""
    found = (
        connection.execute(sa.select(outbox).where(outbox.c.tenant_id == tenant_id, outbox.c.key == key))
        .mappings()
        .first()
    )
    return None if found is None else Row(**found)


def of_interaction(
    connection: sa.Connection, tenant_id: str, interaction_id: str, agent_id: str
) -> Mapping[str, str | None]:
    """The digests of what one agent has promised of an interaction, by key."""
    query = sa.select(outbox.c.key, outbox.c.digest).filter_by(
        tenant_id=tenant_id, interaction_id=interaction_id, agent_id=agent_id
    )
    return {key: digest for key, digest in connection.execute(query)}


def next_due(connection: sa.Connection, tenant_id: str | None = None) -> float | None:
    """When there is something to do again (epoch seconds; may be past), or None if nothing moves by itself."""
    later = sa.case((outbox.c.due_at > outbox.c.leased_until, outbox.c.due_at), else_=outbox.c.leased_until)
    query = sa.select(sa.func.min(later)).where(outbox.c.state.in_(MOVING))
    if tenant_id is not None:
        query = query.where(outbox.c.tenant_id == tenant_id)
    found: float | None = connection.scalar(query)
    return found
