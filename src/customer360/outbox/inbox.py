"""What people see of the outbox, and what they decide: one call each (D3, decision on pending activities at unlink).

Plain functions of a connection. A decision raises the row's fence, so that a worker in the middle of it changes nothing
any more; what that worker may have sent by then stays in doubt, and is treated as such if the activity goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias, get_args

import attrs
import sqlalchemy as sa

from customer360.core.activities import ActivityDraft
from customer360.core.errors import Conflict, InvalidValue, NotFound, NotLinked
from customer360.core.records import RecordRef, maybe_a_record, of_kind
from customer360.core.serialization import draft_from_json, from_json, to_json
from customer360.outbox import rows
from customer360.outbox.rows import NOT_KNOWN, PENDING, WAITING_FOR_A_PERSON, AcceptedFor, DeliveryState, Row
from customer360.outbox.tables import outbox
from customer360.outbox.verdicts import DeliveryProblem, problem


@attrs.frozen(kw_only=True)
class PendingActivity:
    """One promised activity that does not stand in the CRM yet, or may not.

    ``in_doubt`` says that it may; ``due_at`` (epoch seconds) is the next try of what moves by itself; ``draft`` is None
    where what is stored cannot be read (a later version wrote it, say).
    """

    tenant_id: str
    key: str
    interaction_id: str
    agent_id: str
    deliver_as: str
    crm: str
    state: DeliveryState
    in_doubt: bool
    attempts: int
    due_at: float
    draft: ActivityDraft | None = attrs.field(repr=False)
    problem: DeliveryProblem | None


@attrs.frozen
class StandsInCrm:
    """A person found it in the CRM (``record``, if known)."""

    record: RecordRef | None = attrs.field(default=None, validator=maybe_a_record)


@attrs.frozen
class SendAgain:
    """A person made sure that it is not in the CRM, or has corrected it (``draft``, same key)."""

    draft: ActivityDraft | None = attrs.field(default=None, validator=of_kind(*get_args(ActivityDraft), type(None)))


@attrs.frozen
class Drop:
    """A person decided that it need not be written."""


Resolution: TypeAlias = StandsInCrm | SendAgain | Drop


def pending(
    connection: sa.Connection,
    tenant_id: str,
    *,
    crm: str | None = None,
    agent_id: str | None = None,
    interaction_id: str | None = None,
    states: Iterable[DeliveryState] = PENDING,
    limit: int = 1000,
) -> tuple[PendingActivity, ...]:
    """What is not delivered, oldest first; ``agent_id`` means those delivered with that agent's authorisation."""
    query = (
        sa.select(outbox)
        .where(outbox.c.tenant_id == tenant_id, outbox.c.state.in_([state.value for state in states]))
        .order_by(outbox.c.created_at, outbox.c.key)
        .limit(limit)
    )
    for column, value in (
        (outbox.c.crm, crm),
        (outbox.c.deliver_as, agent_id),
        (outbox.c.interaction_id, interaction_id),
    ):
        if value is not None:
            query = query.where(column == value)
    return tuple(_shown(Row(**found)) for found in connection.execute(query).mappings())


def with_keys(connection: sa.Connection, tenant_id: str, keys: Iterable[str]) -> tuple[PendingActivity, ...]:
    """What was promised under these keys, in whatever state it is."""
    query = sa.select(outbox).where(outbox.c.tenant_id == tenant_id, outbox.c.key.in_(list(keys)))
    return tuple(_shown(Row(**found)) for found in connection.execute(query).mappings())


def resolve(
    connection: sa.Connection,
    tenant_id: str,
    key: str,
    resolution: Resolution,
    *,
    now: float,
    linked: AcceptedFor = NOT_KNOWN,
) -> None:
    """Settle an activity that waits for a person. ``linked`` is where the link leads that the person sees.

    Raises :class:`NotFound` for an unknown key, :class:`Conflict` for one that does not wait for anybody,
    :class:`InvalidValue` for a corrected draft with another key, kind or CRM, and for a record of another CRM.
    """
    row = rows.read(connection, tenant_id, key)
    if row is None:
        raise NotFound(f"there is no promised activity {key!r}")
    if row.state not in WAITING_FOR_A_PERSON:
        raise Conflict(
            f"activity {key!r} is {row.state.value}: nobody needs to decide", next_step="list what is pending"
        )
    values: dict[str, object]
    match resolution:
        case StandsInCrm(record):
            if record is not None and record.crm != row.crm:
                raise InvalidValue(f"{record} is no record of {row.crm}", next_step="name the one that was found there")
            values = {
                "state": DeliveryState.DONE.value,
                "sent_until": None,
                "record_resource": None if record is None else record.resource,
                "record_id": None if record is None else record.id,
            }
        case SendAgain(draft):
            if draft is not None and (draft.key, draft.kind.value, draft.contact.crm) != (key, row.kind, row.crm):
                raise InvalidValue("a corrected activity keeps its key, its kind and its CRM")
            # Only where the CRM could not tell has a person looked in its stead.
            looked = row.state is DeliveryState.UNKNOWN
            in_doubt = row.sent_until is not None and not looked
            values = {
                "state": (DeliveryState.DOUBT if in_doubt else DeliveryState.DUE).value,
                "sent_until": row.sent_until if in_doubt else None,
                "due_at": now,
                "draft": row.draft if draft is None else to_json(draft),
                "problem": None,
            }
            if not row.organisation:  # nobody knew whose it is; now a person has made sure
                values |= attrs.asdict(linked)
        case Drop():
            values = {"state": DeliveryState.DROPPED.value}
    rows.change(connection, row, fence=row.fence + 1, **values)


def hold(connection: sa.Connection, tenant_id: str, crm: str, *, agent_id: str | None = None) -> int:
    """The CRM was unlinked: keep everything pending where it is until :func:`resume`; returns how many."""
    unlinked = NotLinked(f"{crm} was unlinked before this was delivered", next_step="link it again")
    return _decide(
        connection, tenant_id, crm, agent_id, state=DeliveryState.HELD.value, problem=to_json(problem(unlinked))
    )


def drop(connection: sa.Connection, tenant_id: str, crm: str, *, agent_id: str | None = None) -> int:
    """Give up everything pending; returns how many."""
    return _decide(connection, tenant_id, crm, agent_id, state=DeliveryState.DROPPED.value)


def resume(connection: sa.Connection, tenant_id: str, crm: str, *, agent_id: str | None = None, now: float) -> int:
    """Let what is held go on: after a new sign-in, a new link, or an administrator's decision; returns how many."""
    return _decide(connection, tenant_id, crm, agent_id, states=(DeliveryState.HELD,), **_moving_again(now))


def _moving_again(now: float) -> dict[str, Any]:
    held = outbox.c.state == DeliveryState.HELD.value
    moving = sa.case((outbox.c.sent_until.is_(None), DeliveryState.DUE.value), else_=DeliveryState.DOUBT.value)
    return {
        "state": sa.case((held, moving), else_=outbox.c.state),
        "due_at": sa.case((held, now), else_=outbox.c.due_at),
        "problem": sa.case((held, sa.null()), else_=outbox.c.problem),  # what held it is over, or told anew
    }


def _decide(
    connection: sa.Connection,
    tenant_id: str,
    crm: str,
    agent_id: str | None,
    *,
    states: tuple[DeliveryState, ...] = PENDING,
    **values: Any,
) -> int:
    statement = outbox.update().where(
        outbox.c.tenant_id == tenant_id, outbox.c.crm == crm, outbox.c.state.in_([state.value for state in states])
    )
    if agent_id is not None:
        statement = statement.where(outbox.c.deliver_as == agent_id)
    return connection.execute(statement.values(fence=outbox.c.fence + 1, **values)).rowcount


def _shown(row: Row) -> PendingActivity:
    return PendingActivity(
        tenant_id=row.tenant_id,
        key=row.key,
        interaction_id=row.interaction_id,
        agent_id=row.agent_id,
        deliver_as=row.deliver_as,
        crm=row.crm,
        state=row.state,
        in_doubt=row.sent_until is not None,
        attempts=row.attempts,
        due_at=row.due_at,
        draft=_readable(row),
        problem=problem_of(row),
    )


def problem_of(row: Row) -> DeliveryProblem | None:
    """Why it is not delivered, as far as an attempt has told."""
    return None if row.problem is None else from_json(DeliveryProblem, row.problem)


def _readable(row: Row) -> ActivityDraft | None:
    try:
        return draft_from_json(row.draft)
    except InvalidValue:
        return None
