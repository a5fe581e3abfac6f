"""The grant of one authorisation: kept in memory, sealed in the store, refreshed once however many ask (R3, D7).

A refresh is *shared* work: it ends and commits whoever still waits, so that a rotated refresh token is never lost
because a caller hung up. Other processes are kept out by a lease row, and whoever gets the lease reads the store again
first: perhaps the work is done. The new grant is stored before anybody uses it. What remains is a process that is
killed between the vendor's answer and our commit: where the vendor rotates and revokes at once, that sign-in is lost
and must be made again; nothing can be done about it on this side.
"""

from __future__ import annotations

import secrets
from typing import Final

import attrs
import sqlalchemy as sa

from customer360.core.auth import Application, AuthScheme, Grant
from customer360.core.effects import Handler, Now, Random, Shared, Sleep, handling, tx, within
from customer360.core.errors import (
    AuthError,
    CrmUnavailable,
    Customer360Error,
    NeedsAuthorization,
    NeedsRelink,
)
from customer360.core.linking import LinkFacts
from customer360.links import rows
from customer360.links.rows import AuthorizationRow, LinkState
from customer360.links.seals import Seals
from customer360.links.tables import ACCOUNT, refresh_lease
from customer360.store import leases

EARLY: Final = 60.0
"""Seconds before its end at which a token is renewed: it must outlive the request that it is put on."""
ANSWER: Final = 20.0
"""Seconds that the vendor's sign-in server has."""
RETRIES: Final = (0.25, 1.0)
"""Seconds, about, before a sign-in server that failed is asked again."""
LEASE: Final = 40.0
PATIENCE: Final = 60.0
"""Seconds to wait for another process's refresh."""
LOOK: Final = 0.01
"""Seconds between looks whether it is there."""
PAUSE: Final = 30.0
"""Seconds without another early renewal after one that failed: a sick sign-in server does not slow every call down."""


def due(grant: Grant, now: float) -> bool:
    """Whether a grant is near its end: the last minute, or the last tenth of a short life."""
    if grant.expires_at is None:
        return False
    return now >= grant.expires_at - min(EARLY, 0.1 * max(0.0, grant.expires_at - grant.received_at))


class StoredTokens:
    """Answers an exchange's ``current`` and ``renewed``; one object per authorisation and process."""

    def __init__(
        self,
        *,
        scheme: AuthScheme,
        facts: LinkFacts,
        application: Application,
        seals: Seals,
        exchange: Handler,
        grant: Grant,
    ) -> None:
        self._scheme = scheme
        self._facts = facts
        self._application = application
        self._seals = seals
        self._exchange = exchange
        self._grant = grant
        self._unstored: Grant | None = None
        self._not_before = 0.0
        self._key = f"refresh:{seals.tenant_id}/{seals.crm}/{seals.agent_id}"

    async def current(self) -> Grant:
        """The grant to sign with; renewed first if it is about to end."""
        grant, now = self._grant, await Now()
        if not due(grant, now) or not self._scheme.renews(grant):
            return grant
        alive = grant.expires_at is None or now < grant.expires_at
        if alive and now < self._not_before:
            return grant
        try:
            return await self.renewed(grant)
        except AuthError:
            raise
        except Customer360Error:
            now = await Now()
            self._not_before = now + PAUSE
            if grant.expires_at is None or now < grant.expires_at:
                return grant  # the sign-in server is ill, the token is not
            raise

    async def renewed(self, stale: Grant) -> Grant:
        """A grant newer than ``stale``. Raises :class:`NeedsAuthorization`, :class:`NeedsRelink` or what passes."""
        while self._grant.generation <= stale.generation:
            # The run that is under way may have been begun by another object, or for an older grant than ours.
            grant = await Shared(self._key, lambda: self._renew(stale.generation))
            if grant.generation > self._grant.generation:
                self._grant = grant
        return self._grant

    async def _renew(self, generation: int) -> Grant:
        if self._grant.generation > generation:
            return self._grant
        holder = secrets.token_hex(8)
        give_up = await Now() + PATIENCE
        while True:
            row, ours = await tx(self._claim, generation, holder, await Now())
            if row.dead:
                raise self._dead()
            if row.generation > generation:
                return self._take_over(row)
            if ours:
                break
            if await Now() > give_up:
                raise CrmUnavailable(f"another process has been renewing the sign-in to {self._seals.crm} for long")
            await Sleep(LOOK * (1.0 + await Random()))
        try:
            grant = await self._refreshed(row)
            # Kept until it is stored: where the store fails now, the next renewal stores it instead of asking again.
            self._unstored = grant
            stored = await tx(self._store, row, grant, holder)
        except NeedsAuthorization as refused:
            return await self._refused(row, holder, refused)
        except NeedsRelink:
            await tx(self._break, holder)
            raise
        except BaseException:
            await tx(self._give_back, holder)
            raise
        self._unstored = None
        return self._take_over(stored, grant)

    async def _refreshed(self, row: AuthorizationRow) -> Grant:
        if self._unstored is not None and self._unstored.generation == row.generation + 1:
            return self._unstored
        grant = self._seals.open_grant(row.grant)
        if grant.refresh_ends_at is not None and await Now() >= grant.refresh_ends_at:
            raise NeedsAuthorization(f"the sign-in to {self._seals.crm} was not used for too long, and has ended")
        return await within(ANSWER, self._asked(grant))

    async def _asked(self, grant: Grant) -> Grant:
        for seconds in RETRIES:
            try:
                return await handling(self._exchange, self._scheme.refresh(self._facts, self._application, grant))
            except CrmUnavailable as ill:
                # It says so itself: the refresh token was not taken. A lost answer may have taken it, and asking again
                # with the same one would look like theft (X6).
                if ill.wait is not None and ill.wait > ANSWER / 4:
                    raise
                await Sleep(max(ill.wait or 0.0, seconds * (0.5 + await Random())))
        return await handling(self._exchange, self._scheme.refresh(self._facts, self._application, grant))

    async def _refused(self, row: AuthorizationRow, holder: str, refused: NeedsAuthorization) -> Grant:
        """The vendor says that the grant is dead: so it is, unless another has taken its place meanwhile (D7)."""
        there = await tx(self._bury, row, holder)
        if there is not None and not there.dead and there.generation > row.generation:
            return self._take_over(there)
        raise refused

    def _take_over(self, row: AuthorizationRow, grant: Grant | None = None) -> Grant:
        if grant is None or row.generation != grant.generation:
            grant = self._seals.open_grant(row.grant)
        self._grant = grant
        return grant

    # Transactions -----------------------------------------------------------------------------------------------------

    def _claim(
        self, connection: sa.Connection, generation: int, holder: str, now: float
    ) -> tuple[AuthorizationRow, bool]:
        row = self._read(connection)
        if row.dead or row.generation > generation:
            return row, False
        return row, leases.take(
            connection, refresh_lease, tenant_id=row.tenant_id, name=self._key, holder=holder, now=now, seconds=LEASE
        )

    def _store(self, connection: sa.Connection, row: AuthorizationRow, grant: Grant, holder: str) -> AuthorizationRow:
        rows.renew_authorization(connection, row, grant=self._seals.grant(grant), generation=grant.generation)
        self._give_back(connection, holder)
        return self._read(connection)

    def _bury(self, connection: sa.Connection, row: AuthorizationRow, holder: str) -> AuthorizationRow | None:
        if rows.mark_dead(connection, row) and row.agent_id == ACCOUNT:
            rows.change_link(connection, row.tenant_id, row.crm, state=LinkState.BROKEN.value)
        self._give_back(connection, holder)
        return rows.read_authorization(connection, row.tenant_id, row.crm, row.agent_id)

    def _break(self, connection: sa.Connection, holder: str) -> None:
        # The application is refused, not this grant, which may live on under a new secret.
        rows.change_link(connection, self._seals.tenant_id, self._seals.crm, state=LinkState.BROKEN.value)
        self._give_back(connection, holder)

    def _give_back(self, connection: sa.Connection, holder: str) -> None:
        leases.give_back(connection, refresh_lease, tenant_id=self._seals.tenant_id, name=self._key, holder=holder)

    def _read(self, connection: sa.Connection) -> AuthorizationRow:
        row = rows.read_authorization(connection, self._seals.tenant_id, self._seals.crm, self._seals.agent_id)
        if row is None:
            raise NeedsAuthorization(f"the sign-in to {self._seals.crm} was withdrawn")
        return row

    def _dead(self) -> AuthError:
        if self._seals.agent_id == ACCOUNT:
            return NeedsRelink(f"{self._seals.crm} no longer accepts the account's sign-in")
        return NeedsAuthorization(f"{self._seals.crm} no longer accepts this agent's sign-in")


@attrs.frozen
class FreshTokens:
    """The grant of a sign-in that is not stored yet, for asking who signed in."""

    grant: Grant

    async def current(self) -> Grant:
        """The grant."""
        return self.grant

    async def renewed(self, stale: Grant) -> Grant:
        """A grant that is refused at once is no good."""
        raise NeedsAuthorization("the CRM does not accept the sign-in that it has just granted")
