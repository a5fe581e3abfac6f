"""The room's face: link a CRM, sign people in, and hand out connections that are ready to use.

Every method is an operation. What a pop needs (:meth:`Links.connection`) is kept in memory; one short read tells
whether the link or the sign-in has changed since, in this process or in another.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from hashlib import sha256

import attrs

from customer360.connections import Connection
from customer360.core.auth import Application, Grant
from customer360.core.connector import Connector, Identity, Limits
from customer360.core.effects import Doable, Now, Spawn, handling, peek, tx, within
from customer360.core.errors import (
    Customer360Error,
    InvalidValue,
    NeedsAuthorization,
    NeedsRelink,
    NotLinked,
    VaultError,
)
from customer360.core.linking import LinkFacts, Residency, Setting
from customer360.core.metadata import Resource
from customer360.core.serialization import from_json
from customer360.links import changes, rows
from customer360.links.changes import LOCATED
from customer360.links.login import Logins
from customer360.links.residency import check_place, resident
from customer360.links.rows import AuthorizationRow, LinkRow, LinkState
from customer360.links.seals import Seals
from customer360.links.tables import ACCOUNT
from customer360.links.tokens import StoredTokens
from customer360.plugins import Plugins
from customer360.transport.circuit import Circuit
from customer360.transport.endpoints import Endpoints
from customer360.transport.exchange import Exchange
from customer360.transport.limiter import Limiter
from customer360.transport.retry import RetryBudget, RetryPolicy
from customer360.transport.whereabouts import Whereabouts
from customer360.vault import Vault

log = logging.getLogger("customer360.links")

_VENDOR = 10.0
"""Seconds for telling a vendor to forget a grant: nobody should wait longer for what is forgotten here anyway."""


@attrs.frozen(kw_only=True)
class Link:
    """One CRM of an account, as an administrator sees it (F103).

    ``organisation`` is what signing in told; ``resources`` the names offered to agents, in order (None: all);
    ``linked_at`` seconds since the epoch.
    """

    crm: str
    state: LinkState
    settings: Mapping[str, str] = attrs.field(hash=False)
    organisation: str | None = None
    organisation_id: str | None = None
    resources: tuple[str, ...] | None = None
    linked_at: float | None = None


@attrs.define(eq=False)
class _Shared:
    """What all connections of one link have in common in this process; limits hold per sign-in."""

    circuit: Circuit = attrs.field(factory=Circuit)
    budget: RetryBudget = attrs.field(factory=RetryBudget)
    limiters: dict[tuple[str, Limits], Limiter] = attrs.field(factory=dict)

    def limiter(self, tenant_id: str, crm: str, agent_id: str, limits: Limits) -> Limiter:
        """The one of a sign-in, or of all: two connections of the same agent keep to it together."""
        counted = ACCOUNT if limits.shared else agent_id
        name = "/".join((tenant_id, crm, counted))
        return self.limiters.setdefault((counted, limits), Limiter(name, limits.concurrent, limits.per_window))


@attrs.frozen(eq=False)
class _Ready:
    """A connection, and the stamps of the rows that it was made from."""

    stamps: tuple[str | None, str | None]
    connection: Connection


class Links:
    """Links and sign-ins of all accounts of one store. Safe to share between threads and tasks."""

    def __init__(
        self,
        *,
        plugins: Plugins,
        vault: Vault,
        endpoints: Endpoints | None = None,
        policy: RetryPolicy | None = None,
        residency: Residency | None = None,
    ) -> None:
        self._plugins = plugins
        self._residency = residency
        self._vault = vault
        self._endpoints = endpoints or Endpoints()
        self._policy = policy or RetryPolicy()
        self._shared: dict[tuple[str, str], _Shared] = {}
        self._ready: dict[tuple[str, str, str], _Ready] = {}
        self._warmed: dict[tuple[str, str, str], float] = {}
        self._logins = Logins(
            plugins=plugins, vault=vault, sign_in_exchange=self._sign_in_exchange, residency=residency
        )

    # An administrator's verbs -----------------------------------------------------------------------------------------

    async def link(
        self,
        tenant_id: str,
        crm: str,
        *,
        settings: Mapping[str, str],
        application: Application,
        relink: bool = False,
    ) -> Link:
        """Store how to reach a CRM; it is usable once an administrator has signed in (F101-F107).

        Raises :class:`InvalidSettings` for wrong settings, and for a CRM that is linked already unless ``relink``:
        that keeps what was configured.
        """
        connector = self._plugins[crm]
        checked = connector.linking.checked(settings)
        secrets = {name: checked.pop(name) for name in connector.linking.secrets & set(checked)}
        facts = LinkFacts(crm=crm, settings=checked)
        connector.hosts(facts)  # what cannot be reached is refused now
        locate = connector.locate(facts)
        located = await within(_VENDOR, handling(self._sign_in_exchange(connector, facts), locate))
        sealed = Seals(self._vault, tenant_id, crm).application(attrs.evolve(application, secrets=secrets))
        row = LinkRow(
            tenant_id=tenant_id,
            crm=crm,
            state=LinkState.PENDING,
            settings=checked,
            application=sealed,
            account={LOCATED: dict(located)},
            resources=None,
            configured=None,
            linked_at=None,
            stamp="",
        )
        place = connector.linking.place
        return _shown(await tx(changes.store_link, row, relink=relink, place=place, client_of=self._client_of))

    async def linked(self, tenant_id: str) -> tuple[Link, ...]:
        """The account's links, by CRM (F103, F104)."""
        return tuple(map(_shown, await tx(rows.read_links, tenant_id)))

    async def check_key(self, tenant_id: str) -> None:
        """Raise :class:`VaultError` if the master key opens none of the account's links: then it is another one."""
        refused: VaultError | None = None
        for row in await tx(rows.read_links, tenant_id):
            try:
                Seals(self._vault, tenant_id, row.crm).open_application(row.application)
            except VaultError as error:
                refused = refused or error
            else:
                return
        if refused is not None:
            raise refused

    async def unlink(self, tenant_id: str, crm: str, *, confirm: bool) -> None:
        """Remove a link with every sign-in under it, at once (F108, F109).

        Raises :class:`InvalidValue`, saying what would be lost, unless ``confirm``; :class:`NotLinked`.
        """
        await self._row(tenant_id, crm)
        if not confirm:
            count = await tx(rows.count_authorizations, tenant_id, crm)
            raise InvalidValue(
                f"unlinking {crm} takes it from every agent and forgets {count} agents' sign-ins",
                next_step="call it again with confirm=True",
            )
        row, signed_in = await tx(changes.read_both, tenant_id, crm, ACCOUNT)
        await tx(rows.remove_link, tenant_id, crm)
        for key in [key for key in self._ready if key[:2] == (tenant_id, crm)]:
            self._ready.pop(key, None)
        self._shared.pop((tenant_id, crm), None)
        await self._tell_vendor(row, signed_in)

    async def sync_resources(self, tenant_id: str, crm: str) -> tuple[Resource, ...]:
        """Ask the CRM which contact and activity resources it has, and store them (F115, F117).

        So are the facts that ``identify`` tells by now: a table that was installed since the administrator signed in
        appears, and what can be done with it.
        """
        connection = await self.connection(tenant_id, crm, ACCOUNT)
        identity = await connection.run(connection.connector.identify(connection.facts))
        facts = attrs.evolve(connection.facts, extra={**connection.facts.extra, **identity.extra})
        found = await connection.run(connection.connector.list_resources(facts))
        await tx(changes.store_resources, tenant_id, crm, found, identity.extra)
        return found

    async def configure_resources(self, tenant_id: str, crm: str, names: Sequence[str]) -> None:
        """Offer these resources to agents, in this order, at once (F116, F120).

        Raises :class:`InvalidValue` for a name that the CRM has not, and without one that holds contacts: nobody would
        be found.
        """
        row = await self._row(tenant_id, crm)
        known = {each.name: each for each in _all_resources(row, self._plugins[crm], self._facts(row, None, ACCOUNT))}
        unknown = [name for name in names if name not in known]
        if unknown or not names:
            raise InvalidValue(
                f"{crm} has no resource {unknown[0]!r}" if unknown else "no resource is named",
                next_step=f"use some of: {', '.join(sorted(known))}",
            )
        if all(known[name].contact_kind is None for name in names):
            people = sorted(name for name, each in known.items() if each.contact_kind is not None)
            raise InvalidValue(
                f"none of the resources named holds contacts of {crm}: nobody would be found",
                next_step=f"name one of these, too: {', '.join(people)}",
            )
        await tx(rows.change_link, tenant_id, crm, configured=list(dict.fromkeys(names)))

    # Signing in -------------------------------------------------------------------------------------------------------

    async def begin_login(self, tenant_id: str, crm: str, agent_id: str, *, redirect_uri: str) -> str:
        """Where to send a person; see :meth:`customer360.links.login.Logins.begin`."""
        row = await self._row(tenant_id, crm)
        return await self._logins.begin(row, self._facts(row, None, agent_id), agent_id, redirect_uri=redirect_uri)

    async def complete_login(self, tenant_id: str, returned_url: str) -> Identity:
        """Who came back, now signed in; see :meth:`customer360.links.login.Logins.complete`."""
        return await self._logins.complete(
            tenant_id, returned_url, lambda row, agent_id: self._facts(row, None, agent_id)
        )

    async def asks(self, tenant_id: str, crm: str, agent_id: str) -> tuple[Setting, ...] | None:
        """What a person types in to sign in; None where the vendor's own page asks (then ``begin_login``)."""
        row = await self._row(tenant_id, crm)
        scheme = self._plugins[crm].auth_for(self._facts(row, None, agent_id))
        return None if scheme.browser else scheme.asks

    async def sign_in(self, tenant_id: str, crm: str, agent_id: str, typed: Mapping[str, str]) -> Identity:
        """Sign somebody in with what they typed; see :meth:`customer360.links.login.Logins.sign_in`."""
        row = await self._row(tenant_id, crm)
        return await self._logins.sign_in(row, self._facts(row, None, agent_id), agent_id, typed)

    async def log_out(self, tenant_id: str, crm: str, agent_id: str) -> bool:
        """Forget a sign-in here, and at the vendor where it can be told; whether it could."""
        row, signed_in = await tx(changes.forget, tenant_id, crm, agent_id)
        self._ready.pop((tenant_id, crm, agent_id), None)
        return await self._tell_vendor(row, signed_in)

    # What everybody else needs ----------------------------------------------------------------------------------------

    async def connection(self, tenant_id: str, crm: str, agent_id: str) -> Connection:
        """The link with an agent's own sign-in, or the account's ("").

        Raises :class:`NotLinked`, :class:`NeedsRelink`, :class:`NeedsAuthorization`, :class:`PluginMissing`,
        :class:`VaultError`, :class:`OutsideResidency`.
        """
        key = (tenant_id, crm, agent_id)
        stamps = await peek(rows.stamps, *key)
        ready = self._ready.get(key)
        if ready is not None and ready.stamps == stamps:
            await self._warm(key, ready.connection)
            return ready.connection
        row, signed_in = await tx(changes.read_both, *key)
        connection = self._connect(row, signed_in, agent_id)
        assert row is not None  # _connect has seen to it
        assert signed_in is not None
        self._ready[key] = _Ready((row.stamp, signed_in.stamp), connection)
        await self._warm(key, connection)
        return connection

    async def _warm(self, key: tuple[str, str, str], connection: Connection) -> None:
        """Wake the CRM's search beside what the caller does, where it falls asleep."""
        lasts = connection.connector.warm_for
        if lasts is None:
            return
        now = await Now()
        if now >= self._warmed.get(key, 0.0) + lasts:
            self._warmed[key] = now
            await Spawn(_quietly(connection.run(connection.connector.warm_up(connection.facts)), connection.crm))

    def _connect(self, row: LinkRow | None, signed_in: AuthorizationRow | None, agent_id: str) -> Connection:
        if row is None:
            raise NotLinked("this CRM is not linked to the account")
        connector = self._plugins[row.crm]
        if row.state is LinkState.BROKEN:
            raise NeedsRelink(f"{row.crm} no longer accepts the account's sign-in")
        if row.state is LinkState.PENDING:
            raise NotLinked(
                f"{row.crm} is not linked yet: no administrator has signed in", next_step="sign the account in"
            )
        if signed_in is None or signed_in.dead:
            raise NeedsAuthorization(
                f"this agent has not signed in to {row.crm}"
                if signed_in is None
                else f"{row.crm} no longer accepts this agent's sign-in"
            )
        seals = Seals(self._vault, row.tenant_id, row.crm, agent_id)
        facts = self._facts(row, signed_in, agent_id)
        if self._residency is not None:
            check_place(connector, facts)
            connector = resident(connector)
        tokens = StoredTokens(
            scheme=connector.auth_for(facts),
            facts=facts,
            application=Seals(self._vault, row.tenant_id, row.crm).open_application(row.application),
            seals=seals,
            exchange=self._sign_in_exchange(connector, facts),
            grant=seals.open_grant(signed_in.grant),
        )
        shared = self._shared.setdefault((row.tenant_id, row.crm), _Shared())
        exchange = Exchange(
            connector=connector,
            facts=facts,
            tokens=tokens,
            limiter=shared.limiter(row.tenant_id, row.crm, agent_id, connector.limits_for(facts)),
            circuit=shared.circuit,
            budget=shared.budget,
            policy=self._policy,
            endpoints=self._endpoints,
            whereabouts=self._whereabouts(row.tenant_id, row.crm),
        )
        return Connection(
            tenant_id=row.tenant_id,
            agent_id=agent_id,
            connector=connector,
            facts=facts,
            exchange=exchange,
            resources=_configured(row, connector, facts),
            organisation=_organisation(row, connector, facts),
            private=frozenset(each.name for each in _all_resources(row, connector, facts) if each.private),
        )

    def _whereabouts(self, tenant_id: str, crm: str) -> Whereabouts:
        async def remember(found: Mapping[str, str]) -> None:
            await tx(changes.store_located, tenant_id, crm, found)

        return Whereabouts(f"{tenant_id}/{crm}", remember)

    def _sign_in_exchange(self, connector: Connector, facts: LinkFacts, grant: Grant | None = None) -> Exchange:
        """For the sign-in server; with a fresh ``grant`` also for asking who signed in."""
        return self._logins.exchange(connector, facts, grant, endpoints=self._endpoints, policy=self._policy)

    def _facts(self, row: LinkRow, signed_in: AuthorizationRow | None, agent_id: str) -> LinkFacts:
        told = {} if signed_in is None else signed_in.facts
        return LinkFacts(
            crm=row.crm,
            settings=row.settings,
            scopes=frozenset(told.get("scopes", ())),
            extra={**row.account.get(LOCATED, {}), **row.account.get("extra", {}), **told.get("extra", {})},
            user=told.get("user"),
            account=agent_id == ACCOUNT,
        )

    def _client_of(self, row: LinkRow) -> str | None:
        try:
            return Seals(self._vault, row.tenant_id, row.crm).open_application(row.application).client_id
        except VaultError:
            return None  # sealed with another master key: linking again is the way out

    async def _row(self, tenant_id: str, crm: str) -> LinkRow:
        row = await tx(rows.read_link, tenant_id, crm)
        if row is None:
            raise NotLinked(f"{crm} is not linked to the account")
        return row

    async def _tell_vendor(self, row: LinkRow | None, signed_in: AuthorizationRow | None) -> bool:
        """Have the vendor forget a grant that is forgotten here, if it offers that and can be reached."""
        if row is None or signed_in is None:
            return False
        tenant_id, crm, agent_id = row.tenant_id, row.crm, signed_in.agent_id
        try:
            connector = self._plugins[crm]
            facts = self._facts(row, signed_in, agent_id)
            application = Seals(self._vault, tenant_id, crm).open_application(row.application)
            grant = Seals(self._vault, tenant_id, crm, agent_id).open_grant(signed_in.grant)
            revoke = connector.auth_for(facts).revoke(facts, application, grant)
            return await within(_VENDOR, handling(self._sign_in_exchange(connector, facts), revoke))
        except Customer360Error as error:
            log.warning("%s could not be told to forget a sign-in (%s)", crm, type(error).__name__)
            return False


async def _quietly(op: Doable[None], crm: str) -> None:
    """Run what nobody waits for: that it failed is known from the log only."""
    try:
        await within(_VENDOR, op)
    except Customer360Error as error:
        log.info("the search of %s was not woken (%s)", crm, type(error).__name__)


def _organisation(row: LinkRow, connector: Connector, facts: LinkFacts) -> str:
    """What the account's sign-in told; of a CRM that tells none, the hosts that the link leads to."""
    told = row.account.get("organisation_id")
    if told:
        return str(told)
    return "at " + sha256(" ".join(sorted(connector.hosts(facts).api)).encode()).hexdigest()[:32]


def _all_resources(row: LinkRow, connector: Connector, facts: LinkFacts) -> tuple[Resource, ...]:
    if row.resources is None:
        return connector.resources(facts)
    return tuple(from_json(Resource, each) for each in row.resources)


def _configured(row: LinkRow, connector: Connector, facts: LinkFacts) -> tuple[Resource, ...]:
    every = _all_resources(row, connector, facts)
    if row.configured is None:
        return every
    known = {each.name: each for each in every}
    return tuple(known[name] for name in row.configured if name in known)


def _shown(row: LinkRow) -> Link:
    return Link(
        crm=row.crm,
        state=row.state,
        settings=row.settings,
        organisation=row.account.get("organisation"),
        organisation_id=row.account.get("organisation_id"),
        resources=None if row.configured is None else tuple(row.configured),
        linked_at=row.linked_at,
    )
