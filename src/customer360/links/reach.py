"""Ready connections, kept warm: a screen pop asks neither the store nor the vault for what has not changed."""

from __future__ import annotations

import threading

import attrs
import sqlalchemy as sa

from customer360.connections import Connection
from customer360.core.connector import Connector
from customer360.core.effects import Now, peek
from customer360.core.errors import NeedsAuthorization, NeedsRelink, NotLinked
from customer360.core.linking import LinkFacts
from customer360.core.metadata import Resource
from customer360.core.serialization import from_json
from customer360.links import rows
from customer360.links.rows import AuthorizationRow, LinkRow, LinkState
from customer360.links.seals import Seals
from customer360.links.tokens import StoredTokens
from customer360.plugins import Plugins
from customer360.transport.circuit import Circuit
from customer360.transport.endpoints import Endpoints
from customer360.transport.exchange import Exchange
from customer360.transport.limiter import Limiter
from customer360.transport.retry import RetryBudget, RetryPolicy
from customer360.transport.tokens import Tokens
from customer360.vault import Vault

FRESH = 1.0
"""Seconds for which a warm connection is used unasked: how late another process's unlinking is seen."""


class Reach:
    """Makes connections and exchanges, and remembers them. Safe in threads.

    Circuit and budget are a link's, the limiter is an authorisation's: that is whom vendors count.
    """

    def __init__(
        self,
        *,
        plugins: Plugins,
        vault: Vault,
        endpoints: Endpoints,
        policy: RetryPolicy,
        user_agent: str,
    ) -> None:
        self.plugins = plugins
        self.vault = vault
        self._endpoints = endpoints
        self._policy = policy
        self._user_agent = user_agent
        self._mutex = threading.Lock()
        self._warm: dict[tuple[str, str, str], _Warm] = {}
        self._health: dict[tuple[str, str], tuple[Circuit, RetryBudget]] = {}
        self._limiters: dict[tuple[str, str, str], Limiter] = {}

    async def connection(self, tenant_id: str, crm: str, agent_id: str) -> Connection:
        """The connection of an authorisation; see :meth:`Links.connection`."""
        connector = self.plugins[crm]
        key = (tenant_id, crm, agent_id)
        now = await Now()
        warm = self._warm.get(key)
        if warm is not None:
            if now - warm.checked_at < FRESH:
                return warm.connection
            if await peek(rows.stamps, tenant_id, crm, agent_id) == warm.stamps:
                warm.checked_at = now
                return warm.connection
        link, authorization = await peek(_read, tenant_id, crm, agent_id)
        link, authorization = usable(crm, agent_id, link, authorization)
        warm = self._made(connector, link, authorization, now)
        with self._mutex:
            self._warm[key] = warm
        return warm.connection

    def forget(self, tenant_id: str, crm: str, agent_id: str | None = None) -> None:
        """Something changed here: an authorisation, or (None) the whole link."""
        with self._mutex:
            for key in [k for k in self._warm if k[:2] == (tenant_id, crm) and agent_id in (None, k[2])]:
                del self._warm[key]

    def exchange(self, seals: Seals, connector: Connector, facts: LinkFacts, tokens: Tokens | None) -> Exchange:
        """The handler of an authorisation's requests; without tokens, of its sign-in."""
        link, key = (seals.tenant_id, seals.crm), (seals.tenant_id, seals.crm, seals.agent_id)
        limits = connector.limits
        with self._mutex:
            circuit, budget = self._health.setdefault(link, (Circuit(), RetryBudget()))
            limiter = self._limiters.get(key)
            if limiter is None:
                limiter = self._limiters[key] = Limiter("/".join(key), limits.concurrent, limits.per_window)
        return Exchange(
            connector=connector,
            facts=facts,
            tokens=tokens,
            limiter=limiter,
            circuit=circuit,
            budget=budget,
            policy=self._policy,
            endpoints=self._endpoints,
            user_agent=self._user_agent,
        )

    def _made(self, connector: Connector, link: LinkRow, authorization: AuthorizationRow, now: float) -> _Warm:
        seals = Seals(self.vault, link.tenant_id, link.crm, authorization.agent_id)
        grant = seals.open_grant(authorization.grant)
        told = authorization.facts
        facts = LinkFacts(
            crm=link.crm,
            settings=link.settings,
            scopes=grant.scopes,
            extra={**told["extra"], **grant.extra},
            user=told["user"],
        )
        tokens = StoredTokens(
            scheme=connector.auth,
            facts=facts,
            application=Seals(self.vault, link.tenant_id, link.crm).open_application(link.application),
            seals=seals,
            exchange=self.exchange(seals, connector, facts, None),
            grant=grant,
        )
        connection = Connection(
            tenant_id=link.tenant_id,
            agent_id=authorization.agent_id,
            connector=connector,
            facts=facts,
            exchange=self.exchange(seals, connector, facts, tokens),
            resources=offered(link, connector, facts),
        )
        return _Warm(connection, (link.stamp, authorization.stamp), now)


@attrs.define
class _Warm:
    connection: Connection
    stamps: tuple[str | None, str | None]
    checked_at: float


def usable(
    crm: str, agent_id: str, link: LinkRow | None, authorization: AuthorizationRow | None
) -> tuple[LinkRow, AuthorizationRow]:
    """Both, if requests may be made with them; else the error that says what to do."""
    if link is None:
        raise NotLinked(f"{crm} is not linked")
    if link.state is LinkState.BROKEN:
        raise NeedsRelink(f"{crm} no longer accepts the account's sign-in")
    if authorization is not None and not authorization.dead:
        return link, authorization
    if agent_id == "":
        raise NeedsAuthorization(
            f"no administrator has signed in to {crm}", next_step="send an administrator through begin_login()"
        )
    if link.state is LinkState.PENDING:
        raise NotLinked(
            f"the linking of {crm} is not complete", next_step="an administrator must sign in: begin_login()"
        )
    again = "no longer accepts this agent's sign-in" if authorization else "has not been authorised by this agent yet"
    raise NeedsAuthorization(f"{crm} {again}", next_step="send the agent to the address that begin_login() gives")


def offered(link: LinkRow, connector: Connector, facts: LinkFacts) -> tuple[Resource, ...]:
    """The resources agents see: those configured, in that order; all that are known until some are (F116, F120)."""
    known = known_resources(link, connector, facts)
    if link.configured is None:
        return known
    by_name = {resource.name: resource for resource in known}
    return tuple(by_name[name] for name in link.configured if name in by_name)


def known_resources(link: LinkRow, connector: Connector, facts: LinkFacts) -> tuple[Resource, ...]:
    """What the CRM was last read to have; before that, what its connector knows by itself."""
    if link.resources is None:
        return connector.resources(facts)
    return tuple(from_json(Resource, stored) for stored in link.resources)


def _read(
    connection: sa.Connection, tenant_id: str, crm: str, agent_id: str
) -> tuple[LinkRow | None, AuthorizationRow | None]:
    # Two reads may straddle a change; each row brings its own stamp, so that the next look notices.
    return (
        rows.read_link(connection, tenant_id, crm),
        rows.read_authorization(connection, tenant_id, crm, agent_id),
    )
