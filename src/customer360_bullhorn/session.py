"""Signing in to Bullhorn: a code for tokens, and each access token for one session (contract, section 2).

What signs a request is neither token but the session that a REST login opens. An access token is good for one login;
a refresh token is good for one renewal and brings the next. So a grant holds the session as its access token, the
latest refresh token, and where the session's data are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

import attrs

from customer360.core.auth import Application, Grant, OAuth2Code, PendingLogin
from customer360.core.effects import Now, Request
from customer360.core.errors import AuthError, CrmUnavailable, Customer360Error, TokenExpired, UnexpectedAnswer
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_bullhorn.auth import (
    LOGIN_URL,
    OAUTH_URL,
    REST_URL,
    VERSION,
    address,
    elsewhere,
    located,
    login_error,
    token_error,
)

_MINUTES: Final = 30
"""How long a session is asked to live: longer than an agent's calls lie apart, and not long after the last of them.

Each one counts against the tenant's 25 to 50 until it ends.
"""
_SICK: Final = 35.0
"""Seconds to wait after a login that failed: longer than a request waits before it is repeated, for a repeat with the
same grant would fail as surely. The next request renews it."""
_MOST_CENTRES: Final = 2
_NO_SESSION: Final = "no_session"
"""The fact of a grant whose login failed: why."""
_REFUSED: Final = "login_refused"
"""The fact of one whose login was refused: a person may have to see to it, and yet the refresh token is good."""
_MOVED: Final = (OAUTH_URL, LOGIN_URL)


@attrs.frozen(kw_only=True)
class SessionLogin(OAuth2Code):
    """OAuth 2.0 without scopes or PKCE, whose tokens only open sessions."""

    async def complete(
        self, facts: LinkFacts, application: Application, pending: PendingLogin, returned: Mapping[str, str]
    ) -> Grant:
        return await _with_session(facts, await super().complete(facts, application, pending, returned))

    async def refresh(self, facts: LinkFacts, application: Application, grant: Grant) -> Grant:
        """A new session, by new tokens.

        The old refresh token is spent by then, so a login that fails is no failure of this: the grant that comes back
        has the new refresh token and no session, and is due for renewal at once.
        """
        facts = attrs.evolve(facts, extra={**facts.extra, **grant.extra})
        tokens = await super().refresh(facts, application, grant)
        try:
            return await _with_session(facts, tokens)
        except Customer360Error as failure:
            refused = {_REFUSED: "yes"} if isinstance(failure, AuthError) else {}
            extra = {**tokens.extra, _NO_SESSION: failure.what, **refused}
            return attrs.evolve(tokens, access_token="", expires_at=tokens.received_at, extra=extra)

    def sign(self, grant: Grant) -> tuple[tuple[str, str], ...]:
        if not grant.access_token:
            what = f"Bullhorn opened no session: {grant.extra.get(_NO_SESSION, 'its login failed')}; nothing was sent"
            raise TokenExpired(what) if _REFUSED in grant.extra else CrmUnavailable(what, wait=_SICK)
        return (("BhRestToken", grant.access_token),)

    async def revoke(self, facts: LinkFacts, application: Application, grant: Grant) -> bool:
        """End the session. There is no way to make Bullhorn forget the refresh token (section 2.3)."""
        rest = grant.extra.get(REST_URL)
        if rest is None or not grant.access_token:
            return False
        # The transport puts sessions on data calls only; this one goes to the host that gave it.
        ended = await Request(
            method="GET",
            path=f"{address(rest, 'rest')}/logout",
            headers=self.sign(grant),
            accept=(400, 401, 404, 405),
            purpose="login",
        )
        if ended.status >= 500:
            raise CrmUnavailable("Bullhorn is failing", status=ended.status)
        return ended.status in (200, 401)  # 401: it had ended already

    async def _ask(self, facts: LinkFacts, application: Application, body: str) -> tuple[Mapping[str, object], float]:
        """A token answer, from whichever data centre has the user.

        The wrong one says 307: the same question is asked again there, with its body, and the answer says where it was.
        """
        form = [*parse_qsl(body, keep_blank_values=True)]
        if application.secret is not None:
            form.append(("client_secret", application.secret))
        moved: dict[str, str] = {}
        for _ in range(_MOST_CENTRES):
            response = await self._posted(attrs.evolve(facts, extra={**facts.extra, **moved}), form)
            if response.status != 307:
                break
            moved = elsewhere(response.header("location"))
        received_at = await Now()
        if response.status == 307:
            raise UnexpectedAnswer("Bullhorn's data centres send the sign-in back and forth", status=307)
        error = self.token_error(response)
        if error is not None:
            raise error
        return {**response.json(), **moved}, received_at

    async def _posted(self, facts: LinkFacts, form: list[tuple[str, str]]) -> Response:
        return await Request(
            method="POST",
            path=self.token_url(facts),
            form=tuple(form),
            headers=(("Accept", "application/json"),),
            accept=(307,),
            purpose="login",
        )


async def _with_session(facts: LinkFacts, tokens: Grant) -> Grant:
    """The tokens' one REST login."""
    facts = attrs.evolve(facts, extra={**facts.extra, **tokens.extra})
    answer = await Request(
        method="POST",
        path=f"{located(facts, LOGIN_URL)}/login",
        params=(("version", VERSION), ("access_token", tokens.access_token), ("ttl", str(_MINUTES))),
        headers=(("Accept", "application/json"),),
        purpose="login",
    )
    opened_at = await Now()
    error = login_error(answer)
    if error is not None:
        raise error
    told = answer.json()
    kept = {name: value for name, value in tokens.extra.items() if name not in (_NO_SESSION, _REFUSED)}
    return attrs.evolve(
        tokens,
        access_token=told["BhRestToken"],
        received_at=opened_at,
        expires_at=opened_at + _MINUTES * 60.0,
        extra={**kept, REST_URL: address(told.get("restUrl"), "rest")},
    )


AUTH = SessionLogin(
    authorize_url=lambda facts: f"{located(facts, OAUTH_URL)}/authorize",
    token_url=lambda facts: f"{located(facts, OAUTH_URL)}/token",
    scopes=lambda facts: (),
    pkce=False,
    token_facts=lambda answer: {name: str(answer[name]) for name in _MOVED if name in answer},
    token_error=token_error,
)
