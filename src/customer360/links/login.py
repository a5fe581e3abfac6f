"""A person signs in: sent away with a state that only we know, and back with it.

What must be kept in between is sealed in the store under a digest of the state, expires, and is used once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlsplit

import attrs
import sqlalchemy as sa

from customer360.core.auth import Grant
from customer360.core.connector import Connector, Identity
from customer360.core.effects import Now, Operation, handling, tx, within
from customer360.core.errors import InvalidValue, NeedsAuthorization, NotLinked
from customer360.core.linking import LinkFacts, Linking, Residency
from customer360.links import rows
from customer360.links.changes import LOCATED
from customer360.links.residency import check_place
from customer360.links.rows import LinkRow, LinkState
from customer360.links.seals import Seals
from customer360.links.tables import ACCOUNT
from customer360.links.tokens import FreshTokens
from customer360.plugins import Plugins
from customer360.transport.endpoints import Endpoints
from customer360.transport.exchange import Exchange
from customer360.transport.retry import RetryPolicy
from customer360.vault import Vault

EXPIRES: Final = 600.0
"""Seconds in which a person must come back."""
ANSWER: Final = 30.0
"""Seconds for exchanging the code and asking who it is."""


class SignInExchange(Protocol):
    """Makes the exchange for the sign-in server; with a fresh grant also for the API."""

    def __call__(self, connector: Connector, facts: LinkFacts, grant: Grant | None = None) -> Exchange: ...


class Logins:
    """Beginning and completing sign-ins; see :class:`customer360.links.links.Links`."""

    def __init__(
        self, *, plugins: Plugins, vault: Vault, sign_in_exchange: SignInExchange, residency: Residency | None = None
    ) -> None:
        self._plugins = plugins
        self._residency = residency
        self._vault = vault
        self._exchange = sign_in_exchange

    @staticmethod
    def exchange(
        connector: Connector,
        facts: LinkFacts,
        grant: Grant | None,
        *,
        endpoints: Endpoints,
        policy: RetryPolicy,
    ) -> Exchange:
        """An exchange of its own: a sick sign-in server does not open the link's circuit."""
        tokens = None if grant is None else FreshTokens(grant)
        return Exchange(connector=connector, facts=facts, tokens=tokens, endpoints=endpoints, policy=policy)

    async def begin(self, row: LinkRow, facts: LinkFacts, agent_id: str, *, redirect_uri: str) -> str:
        """The address to send a person to. ``agent_id`` "" signs in the account itself."""
        if not _leads_back(redirect_uri):
            raise InvalidValue(
                "the redirect address is no address of an application",
                next_step="give the one registered at the vendor: https, http on this machine, or an app's own scheme",
            )
        _account_first(row, agent_id)
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        application = Seals(self._vault, row.tenant_id, row.crm).open_application(row.application)
        now = await Now()
        pending = (
            self._plugins[row.crm]
            .auth_for(facts)
            .begin(facts, application, redirect_uri=redirect_uri, state=state, verifier=verifier, now=now)
        )
        await tx(
            rows.put_pending,
            tenant_id=row.tenant_id,
            state_digest=_digest(state),
            crm=row.crm,
            agent_id=agent_id,
            pending=Seals(self._vault, row.tenant_id, row.crm, agent_id).pending(pending),
            expires_at=now + EXPIRES,
            now=now,
        )
        return pending.url

    async def sign_in(self, row: LinkRow, facts: LinkFacts, agent_id: str, typed: Mapping[str, str]) -> Identity:
        """Sign in with what was typed in, where the vendor has no page for it, and store the grant, sealed.

        Raises :class:`InvalidSettings` unless it is what the scheme asks for, :class:`NeedsAuthorization` if the vendor
        refuses it, :class:`Unsupported` where people sign in in a browser.
        """
        _account_first(row, agent_id)
        connector = self._plugins[row.crm]
        scheme = connector.auth_for(facts)
        checked = Linking(scheme.asks).checked(typed)
        application = Seals(self._vault, row.tenant_id, row.crm).open_application(row.application)
        return await self._signed_in(row, facts, agent_id, scheme.accept(facts, application, checked))

    async def complete(
        self, tenant_id: str, returned_url: str, facts_of: Callable[[LinkRow, str], LinkFacts]
    ) -> Identity:
        """Exchange what the browser brought back, ask who it is, and store the grant, sealed.

        Raises :class:`NeedsAuthorization` when the person refused, or the address belongs to no sign-in under way.
        """
        returned = _query(returned_url)
        taken = await tx(rows.take_pending, tenant_id, _digest(returned.get("state", "")), await Now())
        if taken is None:
            raise NeedsAuthorization("the browser came back from no sign-in under way: it expired, or was completed")
        crm, agent_id, sealed = taken
        row = await tx(rows.read_link, tenant_id, crm)
        if row is None:
            raise NotLinked(f"{crm} was unlinked meanwhile")
        facts = facts_of(row, agent_id)
        application = Seals(self._vault, tenant_id, crm).open_application(row.application)
        pending = Seals(self._vault, tenant_id, crm, agent_id).open_pending(sealed)
        complete = self._plugins[crm].auth_for(facts).complete(facts, application, pending, returned)
        return await self._signed_in(row, facts, agent_id, complete)

    async def _signed_in(self, row: LinkRow, facts: LinkFacts, agent_id: str, granted: Operation[Grant]) -> Identity:
        connector, seals = self._plugins[row.crm], Seals(self._vault, row.tenant_id, row.crm, agent_id)
        grant = await within(ANSWER, handling(self._exchange(connector, facts), granted))
        facts = attrs.evolve(facts, scopes=grant.scopes, extra={**facts.extra, **grant.extra})
        identify = connector.identify(facts)
        identity = await within(ANSWER, handling(self._exchange(connector, facts, grant), identify))
        _same_organisation(row, agent_id, identity)
        if self._residency is not None:
            check_place(connector, attrs.evolve(facts, extra={**facts.extra, **identity.extra}))
        told = {"user": identity.user.id, "scopes": sorted(grant.scopes), "extra": {**grant.extra, **identity.extra}}
        await tx(_store, row, seals, grant, told, identity, await Now())
        return identity


def _account_first(row: LinkRow, agent_id: str) -> None:
    if agent_id and row.state is LinkState.PENDING:
        raise NotLinked(
            f"{row.crm} is not linked yet: no administrator has signed in", next_step="sign the account in first"
        )


def _same_organisation(row: LinkRow, agent_id: str, identity: Identity) -> None:
    """An agent's data must not come from another organisation than the account's."""
    linked = row.account.get("organisation_id")
    if agent_id and linked and identity.organisation_id and identity.organisation_id != linked:
        raise NeedsAuthorization(
            f"this sign-in belongs to another organisation of {row.crm} than the account's",
            next_step="sign in with a user of the linked organisation",
        )


def _store(
    connection: sa.Connection,
    row: LinkRow,
    seals: Seals,
    grant: Grant,
    told: Mapping[str, object],
    identity: Identity,
    now: float,
) -> None:
    current = rows.read_link(connection, row.tenant_id, row.crm)
    if current is None:
        raise NotLinked(f"{row.crm} was unlinked meanwhile")
    agent_id = seals.agent_id
    _same_organisation(current, agent_id, identity)  # which may be another by now than when the sign-in began
    before = rows.read_authorization(connection, row.tenant_id, row.crm, agent_id)
    # Generations go on over a new sign-in, so that whoever still holds an older grant sees that it is older.
    grant = attrs.evolve(grant, generation=0 if before is None else before.generation + 1)
    rows.put_authorization(
        connection,
        row.tenant_id,
        row.crm,
        agent_id,
        grant=seals.grant(grant),
        generation=grant.generation,
        facts=told,
    )
    if agent_id == ACCOUNT:
        account = {
            **{name: value for name, value in row.account.items() if name == LOCATED},
            "organisation": identity.organisation,
            "organisation_id": identity.organisation_id,
            "extra": dict(identity.extra),
        }
        changed: dict[str, object] = {"state": LinkState.LINKED.value, "account": account, "linked_at": now}
        former = current.account.get("organisation_id")
        if former and former != identity.organisation_id:
            # The agents have signed in to the former organisation, and the resources that were found are its own.
            rows.remove_agents(connection, row.tenant_id, row.crm)
            changed["resources"] = None
        rows.change_link(connection, row.tenant_id, row.crm, **changed)


def _query(url: str) -> dict[str, str]:
    """The parameters of an address that came from a browser; none if it is no address."""
    try:
        return dict(parse_qsl(urlsplit(url.strip()).query, keep_blank_values=True))
    except ValueError:
        return {}


def _leads_back(url: str) -> bool:
    """Whether a browser would bring the code to an application: a code must not travel in the clear (RFC 8252, 7)."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "http":
        return host == "localhost" or host.startswith("127.") or host == "::1"
    return bool(host) if parts.scheme == "https" else "." in parts.scheme


def _digest(state: str) -> str:
    return sha256(state.encode(errors="replace")).hexdigest()
