"""An OAuth 2 authorization server as a part that fakes use: codes, tokens, PKCE, rotation, limits.

It decides; how a decision looks on the wire (status, body, names of errors) is each fake's own business.
Every fake's server can rotate refresh tokens and revoke on reuse, whatever its vendor does (X6)::

    fake.oauth.policy = attrs.evolve(fake.oauth.policy, rotate=True, revoke_on_reuse=True)
"""

from __future__ import annotations

import base64
import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import attrs


@attrs.frozen
class FakeUser:
    """A person who can sign in.

    Attributes:
        login: what tests name the user by; unique.
        id: the vendor's id.
        name, email: as the vendor shows them.
        time_zone: IANA name; some vendors answer in it.
        administrator: whether the vendor's profile of this user may do everything.
        details: whatever else a fake keeps about the user.
    """

    login: str
    id: str
    name: str
    email: str
    time_zone: str = "UTC"
    administrator: bool = False
    details: Mapping[str, Any] = attrs.field(factory=dict, hash=False)


@attrs.frozen
class OAuthPolicy:
    """What the server enforces. Seconds and counts; None means no limit."""

    code_seconds: float = 600.0
    access_seconds: float = 3600.0
    refresh_seconds: float | None = None
    rotate: bool = False
    """A refresh gives a new refresh token; the old one is used up."""
    revoke_on_reuse: bool = False
    """A used-up refresh token revokes the whole grant; else it is merely refused."""
    pkce: Literal["ignored", "checked", "required"] = "checked"
    """``checked``: a challenge that was sent must be met; ``required``: it must be sent."""
    code_revokes_on_reuse: bool = True
    active_access_tokens: int | None = None
    """More of them per grant kill the oldest."""
    grants_per_user: int | None = None
    refreshes: tuple[int, float] | None = None
    """At most so many refreshes per grant within so many seconds."""
    codes: tuple[int, float] | None = None
    """At most so many codes within so many seconds."""


class OAuthRefused(Exception):
    """The request is refused; ``error`` is the code of RFC 6749 or one of ``throttled``, ``invalid_client_secret``,
    ``invalid_redirect_uri``, for fakes to word as their vendor does."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Grant:
    """What a user allowed the client; holds tokens. Its repr shows none."""

    __slots__ = ("access", "extra", "number", "refresh_token", "refreshed_at", "revoked", "scopes", "user")

    def __init__(self, number: int, user: FakeUser, scopes: tuple[str, ...]) -> None:
        self.number = number
        self.user = user
        self.scopes = scopes
        self.revoked = False
        self.refresh_token: str | None = None
        self.access: deque[str] = deque()
        self.refreshed_at: deque[float] = deque()
        self.extra: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<Grant {self.number} of {self.user.login}{' revoked' if self.revoked else ''}>"


@attrs.frozen
class Tokens:
    """What a token request gives. ``refresh_token`` is None when none is given out."""

    access_token: str = attrs.field(repr=False)
    refresh_token: str | None = attrs.field(repr=False)
    expires_in: float
    grant: Grant


@attrs.define
class _Code:
    grant: Grant
    redirect_uri: str
    expires: float
    challenge: str | None
    method: str
    offline: bool
    used: bool = False


AccessState = Literal["valid", "expired", "revoked", "unknown"]
CodeState = Literal["good", "used", "expired", "unknown"]


class OAuthServer:
    """One client, several users.

    Args:
        client_id, client_secret: the client that is registered; an empty secret means a public client.
        users: who can sign in.
        redirect_uris: the registered ones; None accepts any.
        time: the clock, seconds since 1970.
        policy: what is enforced; may be replaced at any time.
        mint: gives the nth token of a kind ("code", "access", "refresh") its vendor look.
    """

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        users: Iterable[FakeUser],
        time: Callable[[], float],
        policy: OAuthPolicy | None = None,
        redirect_uris: frozenset[str] | None = None,
        mint: Callable[[str, int], str] = lambda kind, number: f"{kind}-{number:08d}",
    ) -> None:
        self.client_id = client_id
        self.client_secret = client_secret
        self.users: dict[str, FakeUser] = {user.login: user for user in users}
        self._first_users = dict(self.users)
        self.redirect_uris = redirect_uris
        self.policy = policy or OAuthPolicy()
        self._first_policy = self.policy
        self.at_browser: str | None = None
        """Login of whoever sits at the browser; the first user when None."""
        self.deny = False
        """Whether whoever sits there refuses consent."""
        self._time = time
        self._mint = mint
        self.reset()

    def reset(self) -> None:
        """Forget every grant; the policy and the users are as they were at the start."""
        self.policy = self._first_policy
        self.users.update(self._first_users)
        self._minted = 0
        self._codes: dict[str, _Code] = {}
        self._codes_at: deque[float] = deque()
        self._access: dict[str, tuple[Grant, float]] = {}
        self._refresh: dict[str, tuple[Grant, float | None]] = {}
        self._used_refresh: dict[str, Grant] = {}
        self.grants: list[Grant] = []

    def __repr__(self) -> str:
        return f"<OAuthServer with {len(self.grants)} grants>"

    # --- at the browser ------------------------------------------------------------------------------------------

    def user_at_browser(self) -> FakeUser:
        login = self.at_browser if self.at_browser is not None else next(iter(self.users))
        return self.users[login]

    def check_client(self, client_id: str | None, redirect_uri: str | None) -> None:
        """Refuse what must not be redirected: an unknown client or redirect URI."""
        if client_id != self.client_id:
            raise OAuthRefused("invalid_client")
        if not redirect_uri or (self.redirect_uris is not None and redirect_uri not in self.redirect_uris):
            raise OAuthRefused("invalid_redirect_uri")

    def code(self, params: Mapping[str, str], scopes: tuple[str, ...], *, offline: bool = True) -> str:
        """A new code for whoever sits at the browser.

        Raises OAuthRefused with ``access_denied``, ``unsupported_response_type``, ``invalid_request`` (PKCE) or
        ``throttled``; :meth:`check_client` comes first.
        """
        if params.get("response_type") != "code":
            raise OAuthRefused("unsupported_response_type")
        challenge = params.get("code_challenge") if self.policy.pkce != "ignored" else None
        method = params.get("code_challenge_method", "plain")
        if challenge is None and self.policy.pkce == "required":
            raise OAuthRefused("invalid_request")
        if challenge is not None and method not in ("S256", "plain"):
            raise OAuthRefused("invalid_request")
        if self.deny:
            raise OAuthRefused("access_denied")
        now = self._time()
        _window(self._codes_at, self.policy.codes, now)
        grant = self._grant(self.user_at_browser(), scopes)
        code = self._next("code")
        self._codes[code] = _Code(
            grant, params.get("redirect_uri", ""), now + self.policy.code_seconds, challenge, method, offline
        )
        return code

    # --- at the token endpoint -----------------------------------------------------------------------------------

    def check_secret(self, client_id: str | None, client_secret: str | None) -> None:
        """Refuse a client that is not ours, or whose secret is wrong."""
        if client_id != self.client_id:
            raise OAuthRefused("invalid_client")
        if self.client_secret and client_secret != self.client_secret:
            raise OAuthRefused("invalid_client_secret")

    def code_state(self, code: str) -> CodeState:
        """What a code is worth now, for vendors who word it differently; nothing is used up."""
        held = self._codes.get(code)
        if held is None:
            return "unknown"
        return "used" if held.used else "expired" if self._time() > held.expires else "good"

    def exchange(self, code: str | None, redirect_uri: str | None, verifier: str | None = None) -> Tokens:
        """A code for tokens. Raises OAuthRefused: ``invalid_grant``, ``invalid_redirect_uri``."""
        entry = self._codes.get(code or "")
        if entry is None:
            raise OAuthRefused("invalid_grant")
        if entry.used:
            if self.policy.code_revokes_on_reuse:
                self.revoke_grant(entry.grant)
            raise OAuthRefused("invalid_grant")
        if self._time() > entry.expires or entry.grant.revoked:
            raise OAuthRefused("invalid_grant")
        if redirect_uri != entry.redirect_uri:
            raise OAuthRefused("invalid_redirect_uri")
        if entry.challenge is not None and not _meets(entry.challenge, entry.method, verifier):
            raise OAuthRefused("invalid_grant")
        entry.used = True
        return self._tokens(entry.grant, offline=entry.offline)

    def refresh(self, refresh_token: str | None) -> Tokens:
        """A refresh token for an access token. Raises OAuthRefused: ``invalid_grant``, ``throttled``.

        ``refresh_token`` of the answer is None unless the policy rotates or old ones linger.
        """
        now = self._time()
        used = self._used_refresh.get(refresh_token or "")
        if used is not None and self.policy.revoke_on_reuse:
            self.revoke_grant(used)
        grant, expires = self._refresh.get(refresh_token or "", (None, None))
        if grant is None or grant.revoked or (expires is not None and now > expires):
            raise OAuthRefused("invalid_grant")
        _window(grant.refreshed_at, self.policy.refreshes, now)
        lingering = self.old_refresh_seconds()
        if not self.policy.rotate and lingering is None:
            return attrs.evolve(self._tokens(grant, offline=False), refresh_token=None)
        assert refresh_token is not None
        if not self.policy.rotate and lingering is not None:
            until = now + lingering
            self._refresh[refresh_token] = grant, until if expires is None else min(expires, until)
            grant.refresh_token = None
            return self._tokens(grant, offline=True)
        del self._refresh[refresh_token]
        self._used_refresh[refresh_token] = grant
        grant.refresh_token = None
        return self._tokens(grant, offline=True)

    def issue(
        self, login: str, scopes: Iterable[str], *, offline: bool = True, extra: Mapping[str, Any] | None = None
    ) -> Tokens:
        """Tokens without a browser: for tests and simulators, and for a client-credentials grant.

        ``extra`` is what a fake remembers of a sign-in besides, like the place where it was.
        """
        grant = self._grant(self.users[login], tuple(scopes))
        grant.extra |= extra or {}
        return self._tokens(grant, offline=offline)

    def extra_of(self, access_token: str) -> Mapping[str, Any]:
        """What is remembered of the sign-in that a token is of, in words: what follows from its scopes is not.

        Nothing of a token that nobody was given.
        """
        _, grant = self.check(access_token)
        return {} if grant is None else {name: each for name, each in grant.extra.items() if isinstance(each, str)}

    # --- at the API ------------------------------------------------------------------------------------------

    def check(self, access_token: str) -> tuple[AccessState, Grant | None]:
        """What an access token is worth now."""
        found = self._access.get(access_token)
        if found is None:
            return "unknown", None
        grant, expires = found
        if grant.revoked:
            return "revoked", grant
        if self._time() >= expires:
            return "expired", grant
        return "valid", grant

    def expires_at(self, access_token: str) -> float:
        """Seconds since 1970; KeyError for a token that was never given out."""
        return self._access[access_token][1]

    def prolong(self, access_token: str) -> None:
        """A token that was just used lives its full time again: a session that ends by idleness."""
        grant, _ = self._access[access_token]
        self._access[access_token] = grant, self._time() + self.access_lifetime()

    def expire_access_tokens(self) -> None:
        """Every access token given out so far is expired from now on (X5); refresh tokens live."""
        now = self._time()
        for token, (grant, expires) in list(self._access.items()):
            self._access[token] = grant, min(expires, now)

    def revoke(self, token: str) -> bool:
        """Revoke the grant of a refresh token, or one access token. False for a token that is not known."""
        found = self._refresh.get(token)
        if found is not None:
            self.revoke_grant(found[0])
            return True
        return self._access.pop(token, None) is not None

    def revoke_grant(self, grant: Grant) -> None:
        grant.revoked = True
        grant.refresh_token = None
        for token in [token for token, (owner, _) in self._refresh.items() if owner is grant]:
            del self._refresh[token]

    def revoke_user(self, login: str) -> None:
        """Everything this user ever allowed is void."""
        for grant in self.grants:
            if grant.user.login == login:
                self.revoke_grant(grant)

    # --- what a vendor's subclass may change -----------------------------------------------------------------------

    def access_lifetime(self) -> float:
        """Seconds that the next access token lives."""
        return self.policy.access_seconds

    def old_refresh_seconds(self) -> float | None:
        """A refresh that does not rotate gives a new refresh token and lets the old one live for so many seconds more;
        None gives no new one."""
        return None

    # --- inside --------------------------------------------------------------------------------------------------

    def _next(self, kind: str) -> str:
        self._minted += 1
        return self._mint(kind, self._minted)

    def _grant(self, user: FakeUser, scopes: tuple[str, ...]) -> Grant:
        grant = Grant(len(self.grants) + 1, user, scopes)
        self.grants.append(grant)
        return grant

    def _tokens(self, grant: Grant, *, offline: bool) -> Tokens:
        now, policy = self._time(), self.policy
        access = self._next("access")
        lifetime = self.access_lifetime()
        self._access[access] = grant, now + lifetime
        grant.access.append(access)
        if policy.active_access_tokens is not None and len(grant.access) > policy.active_access_tokens:
            self._access.pop(grant.access.popleft(), None)
        if offline and grant.refresh_token is None:
            grant.refresh_token = self._next("refresh")
            expires = None if policy.refresh_seconds is None else now + policy.refresh_seconds
            self._refresh[grant.refresh_token] = grant, expires
            self._keep_newest_grants(grant.user)
        return Tokens(access, grant.refresh_token if offline else None, lifetime, grant)

    def _keep_newest_grants(self, user: FakeUser) -> None:
        if self.policy.grants_per_user is None:
            return
        alive = [one for one in self.grants if one.user is user and one.refresh_token and not one.revoked]
        for grant in alive[: -self.policy.grants_per_user]:
            self.revoke_grant(grant)


def _window(times: deque[float], limit: tuple[int, float] | None, now: float) -> None:
    if limit is None:
        return
    count, seconds = limit
    while times and times[0] <= now - seconds:
        times.popleft()
    if len(times) >= count:
        raise OAuthRefused("throttled")
    times.append(now)


def _meets(challenge: str, method: str, verifier: str | None) -> bool:
    if not verifier or not 43 <= len(verifier) <= 128:
        return False
    if method == "plain":
        return verifier == challenge
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
