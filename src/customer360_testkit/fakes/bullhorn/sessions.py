"""The authorization server, and the REST sessions that its access tokens buy (contract sections 2.3 and 2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import attrs

from customer360_testkit.fakes.oauth import Grant, OAuthServer, Tokens

LONGEST_TTL = 2880
"""Minutes; what is asked for above is cut."""


@attrs.define
class Session:
    """What a BhRestToken stands for; ``lane`` is the host of its data calls."""

    token: str = attrs.field(repr=False)
    grant: Grant
    lane: str
    seconds: float
    expires: float


class BullhornOAuth(OAuthServer):
    """Access tokens are for the REST login only, and used up by it; data calls take the token of a session."""

    def __init__(self, *, single_use: bool, extends: bool, default_ttl: int, most: int, **more: Any) -> None:
        self._single_use = single_use
        self._extends = extends
        self.default_ttl = default_ttl
        self.most_sessions = most
        self.lane = ""
        """The host that the next login is told; the fake sets it."""
        super().__init__(**more)

    def reset(self) -> None:
        super().reset()
        self.sessions: dict[str, Session] = {}
        self._spent: set[str] = set()

    # --- logging in ----------------------------------------------------------------------------------------------

    def login(self, access_token: str, minutes: int | None) -> Session | Literal["stale", "too many"]:
        """A session for an access token, which is used up by the attempt."""
        state, grant = self.check(access_token)
        if state != "valid" or grant is None or access_token in self._spent:
            return "stale"
        if self._single_use:
            self._spent.add(access_token)
        return self._open(grant, minutes)

    def spend(self, access_token: str) -> None:
        """A login that failed for another reason uses the token up, too."""
        if self._single_use:
            self._spent.add(access_token)

    def session(self, token: str) -> Session | None:
        """The session of a BhRestToken, if it lives; its use may extend it."""
        found = self.sessions.get(token)
        if found is None or found.grant.revoked or self._time() >= found.expires:
            return None
        if self._extends:
            found.expires = self._time() + found.seconds
        return found

    def logout(self, token: str) -> None:
        self.sessions.pop(token, None)

    def issue(
        self, login: str, scopes: Iterable[str], *, offline: bool = True, extra: Mapping[str, Any] | None = None
    ) -> Tokens:
        """Tokens without a browser, logged in already: ``access_token`` is the BhRestToken that data calls take."""
        tokens = super().issue(login, scopes, offline=offline, extra=extra)
        session = self._open(tokens.grant, None)
        if isinstance(session, str):
            raise RuntimeError("too many sessions are open")
        return attrs.evolve(tokens, access_token=session.token, expires_in=session.seconds)

    def expire_access_tokens(self) -> None:
        """Sessions end, too (X5); refresh tokens live."""
        super().expire_access_tokens()
        now = self._time()
        for session in self.sessions.values():
            session.expires = min(session.expires, now)

    def _open(self, grant: Grant, minutes: int | None) -> Session | Literal["too many"]:
        now = self._time()
        for token in [one.token for one in self.sessions.values() if one.expires <= now or one.grant.revoked]:
            del self.sessions[token]
        if len(self.sessions) >= self.most_sessions:
            return "too many"
        seconds = 60.0 * min(LONGEST_TTL, self.default_ttl if minutes is None else minutes)
        session = Session(self._next("session"), grant, self.lane, seconds, now + seconds)
        self.sessions[session.token] = session
        return session
