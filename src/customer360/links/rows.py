"""Every reading and change of links and authorisations, as plain functions of a connection."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import attrs
import sqlalchemy as sa

from customer360.links.tables import ACCOUNT, authorization, link, pending_login
from customer360.store.by_key import keyed, prepared


class LinkState(StrEnum):
    """How far a link is (F103); a CRM without a row is unlinked."""

    PENDING = "pending"
    """Settings are stored; no administrator has signed in yet."""

    LINKED = "linked"
    """In use."""

    BROKEN = "broken"
    """The account's own sign-in is no longer accepted: an administrator must sign in again (F106)."""


@attrs.frozen(kw_only=True)
class LinkRow:
    """One linked CRM as stored."""

    tenant_id: str
    crm: str
    state: LinkState = attrs.field(converter=LinkState)
    settings: Mapping[str, str]
    application: bytes = attrs.field(repr=False)
    account: Mapping[str, Any]
    resources: Sequence[Mapping[str, Any]] | None
    configured: Sequence[str] | None
    linked_at: float | None
    stamp: str


@attrs.frozen(kw_only=True)
class AuthorizationRow:
    """One sign-in as stored; ``facts`` are what it told: user, scopes, further facts."""

    tenant_id: str
    crm: str
    agent_id: str
    grant: bytes = attrs.field(repr=False)
    generation: int
    facts: Mapping[str, Any]
    dead: bool
    stamp: str


def read_link(connection: sa.Connection, tenant_id: str, crm: str) -> LinkRow | None:
    """The link, or None."""
    found = connection.execute(sa.select(link).where(*_link(tenant_id, crm))).mappings().first()
    return None if found is None else LinkRow(**found)


def read_links(connection: sa.Connection, tenant_id: str) -> tuple[LinkRow, ...]:
    """All links of an account, by CRM."""
    query = sa.select(link).where(link.c.tenant_id == tenant_id).order_by(link.c.crm)
    return tuple(LinkRow(**found) for found in connection.execute(query).mappings())


def put_link(connection: sa.Connection, row: LinkRow) -> None:
    """Store a new link."""
    values = attrs.asdict(row, recurse=False) | {"state": row.state.value, "stamp": _stamp()}
    connection.execute(link.insert().values(**values))


def change_link(connection: sa.Connection, tenant_id: str, crm: str, /, **values: Any) -> bool:
    """Set columns of a link; False if there is none."""
    statement = link.update().where(*_link(tenant_id, crm)).values(**values, stamp=_stamp())
    return connection.execute(statement).rowcount == 1


def remove_link(connection: sa.Connection, tenant_id: str, crm: str) -> bool:
    """Remove a link with everything that was authorised under it; False if there is none."""
    for table in (authorization, pending_login):
        connection.execute(table.delete().where(table.c.tenant_id == tenant_id, table.c.crm == crm))
    return connection.execute(link.delete().where(*_link(tenant_id, crm))).rowcount == 1


def stamps(connection: sa.Connection, tenant_id: str, crm: str, agent_id: str) -> tuple[str | None, str | None]:
    """The stamps of the link and of one authorisation: equal stamps, equal rows."""
    found = _stamps.rows(connection, agent_id, tenant_id, crm)
    return (found[0][0], found[0][1]) if found else (None, None)


def read_authorization(connection: sa.Connection, tenant_id: str, crm: str, agent_id: str) -> AuthorizationRow | None:
    """One sign-in, or None."""
    query = sa.select(authorization).where(*_authorization(tenant_id, crm, agent_id))
    found = connection.execute(query).mappings().first()
    return None if found is None else AuthorizationRow(**found)


def put_authorization(
    connection: sa.Connection,
    tenant_id: str,
    crm: str,
    agent_id: str,
    *,
    grant: bytes,
    generation: int,
    facts: Mapping[str, Any],
) -> None:
    """Store a sign-in, in place of an earlier one."""
    remove_authorization(connection, tenant_id, crm, agent_id)
    connection.execute(
        authorization.insert().values(
            tenant_id=tenant_id,
            crm=crm,
            agent_id=agent_id,
            grant=grant,
            generation=generation,
            facts=dict(facts),
            dead=False,
            stamp=_stamp(),
        )
    )


def renew_authorization(connection: sa.Connection, row: AuthorizationRow, *, grant: bytes, generation: int) -> bool:
    """Put a refreshed grant in the place of the one it was made from; False if that is no longer there."""
    statement = (
        authorization.update()
        .where(*_authorization(row.tenant_id, row.crm, row.agent_id), authorization.c.generation == row.generation)
        # The stamp stays: connections in use need not be made anew because their token was.
        .values(grant=grant, generation=generation, dead=False)
    )
    return connection.execute(statement).rowcount == 1


def change_facts(connection: sa.Connection, row: AuthorizationRow, facts: Mapping[str, Any]) -> bool:
    """What is known of whoever signed in has changed; connections are made anew. False if the sign-in is gone."""
    where = _authorization(row.tenant_id, row.crm, row.agent_id)
    statement = authorization.update().where(*where).values(facts=dict(facts), stamp=_stamp())
    return connection.execute(statement).rowcount == 1


def mark_dead(connection: sa.Connection, row: AuthorizationRow) -> bool:
    """The vendor no longer accepts this grant; False if another has taken its place."""
    statement = (
        authorization.update()
        .where(*_authorization(row.tenant_id, row.crm, row.agent_id), authorization.c.generation == row.generation)
        .values(dead=True, stamp=_stamp())
    )
    return connection.execute(statement).rowcount == 1


def remove_authorization(connection: sa.Connection, tenant_id: str, crm: str, agent_id: str) -> bool:
    """Forget a sign-in; False if there was none."""
    return connection.execute(authorization.delete().where(*_authorization(tenant_id, crm, agent_id))).rowcount == 1


def remove_agents(connection: sa.Connection, tenant_id: str, crm: str) -> None:
    """Forget every agent's sign-in; the account's own stays."""
    connection.execute(authorization.delete().where(*_agents(tenant_id, crm)))


def remove_pending(connection: sa.Connection, tenant_id: str, crm: str) -> None:
    """Forget every sign-in under way."""
    where = pending_login.c.tenant_id == tenant_id, pending_login.c.crm == crm
    connection.execute(pending_login.delete().where(*where))


def count_authorizations(connection: sa.Connection, tenant_id: str, crm: str) -> int:
    """How many agents have signed in to a CRM."""
    return connection.scalar(sa.select(sa.func.count()).where(*_agents(tenant_id, crm))) or 0


def put_pending(
    connection: sa.Connection,
    *,
    tenant_id: str,
    state_digest: str,
    crm: str,
    agent_id: str,
    pending: bytes,
    expires_at: float,
    now: float,
) -> None:
    """Store a sign-in under way, and forget those that have expired."""
    connection.execute(pending_login.delete().where(pending_login.c.expires_at <= now))
    connection.execute(
        pending_login.insert().values(
            tenant_id=tenant_id,
            state_digest=state_digest,
            crm=crm,
            agent_id=agent_id,
            pending=pending,
            expires_at=expires_at,
        )
    )


def take_pending(
    connection: sa.Connection, tenant_id: str, state_digest: str, now: float
) -> tuple[str, str, bytes] | None:
    """CRM, agent and sealed state of a sign-in under way, which is used up by this; None if there is none any more."""
    where = pending_login.c.tenant_id == tenant_id, pending_login.c.state_digest == state_digest
    found = connection.execute(sa.select(pending_login).where(*where)).mappings().first()
    connection.execute(pending_login.delete().where(*where))
    if found is None or found["expires_at"] <= now:
        return None
    return found["crm"], found["agent_id"], found["pending"]


def _link(tenant_id: str, crm: str) -> tuple[sa.ColumnElement[bool], ...]:
    return link.c.tenant_id == tenant_id, link.c.crm == crm


def _authorization(tenant_id: str, crm: str, agent_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        authorization.c.tenant_id == tenant_id,
        authorization.c.crm == crm,
        authorization.c.agent_id == agent_id,
    )


def _agents(tenant_id: str, crm: str) -> tuple[sa.ColumnElement[bool], ...]:
    return authorization.c.tenant_id == tenant_id, authorization.c.crm == crm, authorization.c.agent_id != ACCOUNT


def _stamp() -> str:
    return secrets.token_hex(16)


_SIGNED_IN = sa.and_(
    authorization.c.tenant_id == link.c.tenant_id,
    authorization.c.crm == link.c.crm,
    authorization.c.agent_id == sa.bindparam("agent_id"),
)


@prepared("agent_id", "tenant_id", "crm")
def _stamps() -> sa.Select[Any]:
    """Asked for at every pop."""
    return (
        sa.select(link.c.stamp, authorization.c.stamp)
        .select_from(sa.outerjoin(link, authorization, _SIGNED_IN))
        .where(*keyed(link, "tenant_id", "crm"))
    )
