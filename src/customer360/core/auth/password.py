"""A name and a password for a token, as vendors without a sign-in page have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from customer360.core.auth.answers import asked, grant_of
from customer360.core.auth.grants import Application, Grant
from customer360.core.auth.unattended import Unattended, told
from customer360.core.effects import Request
from customer360.core.errors import Customer360Error, NeedsAuthorization
from customer360.core.linking import LinkFacts, Setting
from customer360.core.wire import Response


@attrs.frozen(kw_only=True)
class Password(Unattended):
    """A request with what was typed in, and a token back; declared in the vendor's words.

    ``asks``: what is typed in. ``sign_in(facts, application, typed)``: the request for a first token. ``again(facts,
    application, refresh_token)``: the one for the next, if the vendor has refresh tokens. ``token_error(response)``:
    the error that an answer means (JobDiva says 500 for a wrong password), or None. ``answer(response)``: a good answer
    with the members of RFC 6749, whatever the vendor calls them; ``refresh_lifetime`` names the one with the refresh
    token's own seconds. ``keeps_password``: what was typed is kept, sealed, and signs in again when there is no refresh
    token or it is refused; only where a second sign-in does not end somebody else's session. ``header``,
    ``header_prefix``: how the token goes with a request. ``end``: the request that ends the session at the vendor.
    """

    asks: tuple[Setting, ...]
    sign_in: Callable[[LinkFacts, Application, Mapping[str, str]], Request]
    token_error: Callable[[Response], Customer360Error | None]
    answer: Callable[[Response], Mapping[str, object]]
    again: Callable[[LinkFacts, Application, str], Request] | None = None
    keeps_password: bool = False
    refresh_lifetime: str = "refresh_token_expires_in"
    header: str = "Authorization"
    header_prefix: str = "Bearer "
    end: Callable[[LinkFacts, Grant], Request] | None = None

    async def accept(self, facts: LinkFacts, application: Application, typed: Mapping[str, str]) -> Grant:
        grant = await self._ask(self.sign_in(facts, application, typed))
        return attrs.evolve(
            grant, secrets=dict(typed) if self.keeps_password else {}, extra={**grant.extra, **told(self.asks, typed)}
        )

    def renews(self, grant: Grant) -> bool:
        return bool(grant.secrets) or (self.again is not None and grant.refresh_token is not None)

    async def refresh(self, facts: LinkFacts, application: Application, grant: Grant) -> Grant:
        renewed = await self._renewed(facts, application, grant)
        return attrs.evolve(
            renewed,
            secrets=grant.secrets,
            extra={**grant.extra, **renewed.extra},
            generation=grant.generation + 1,
        )

    async def _renewed(self, facts: LinkFacts, application: Application, grant: Grant) -> Grant:
        if self.again is not None and grant.refresh_token is not None:
            try:
                return await self._ask(self.again(facts, application, grant.refresh_token))
            except NeedsAuthorization:
                if not grant.secrets:
                    raise
        if not grant.secrets:
            raise NeedsAuthorization("the sign-in ended", next_step="sign in again with the password")
        return await self._ask(self.sign_in(facts, application, grant.secrets))

    async def _ask(self, request: Request) -> Grant:
        response, received_at = await asked(request, self.token_error)
        return grant_of(
            self.answer(response),
            received_at,
            extra={},
            scopes=frozenset(),
            refresh_lifetime=self.refresh_lifetime,
        )

    async def revoke(self, facts: LinkFacts, application: Application, grant: Grant) -> bool:
        if self.end is None:
            return False
        return (await self.end(facts, grant)).status < 300

    def sign(self, grant: Grant) -> tuple[tuple[str, str], ...]:
        return ((self.header, f"{self.header_prefix}{grant.access_token}"),)
