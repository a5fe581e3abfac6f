"""Consent, codes, tokens, revocation (contract section 2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import html
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.oauth import FakeUser, OAuthRefused, OAuthServer, Tokens
from customer360_testkit.fakes.routing import Route

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

SCOPES = frozenset(
    {"api", "refresh_token", "offline_access", "id", "openid", "profile", "email", "web", "full", "address", "phone"}
)
"""What the application is enabled for."""
_OFFLINE = frozenset({"refresh_token", "offline_access"})


class Sessions(OAuthServer):
    """Tokens whose lifetime slides: 30 days after its last use a refresh token is dead, rotated or not."""

    def refresh(self, refresh_token: str | None) -> Tokens:
        found = super().refresh(refresh_token)
        if found.refresh_token is None and refresh_token is not None and self.policy.refresh_seconds is not None:
            self._refresh[refresh_token] = found.grant, self._time() + self.policy.refresh_seconds
        return found


class Refusal(Exception):
    """An OAuth error: an object, not an array as everywhere else."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status


class SignIn:
    """The endpoints below ``/services/oauth2`` that give and take tokens."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        yield Route("GET", "/services/oauth2/authorize", self.authorize)
        yield Route("POST", "/services/oauth2/token", self.told(self.token))
        yield Route("POST", "/services/oauth2/revoke", self.told(self.revoke))
        yield Route("GET", "/services/oauth2/revoke", self.told(self.revoke))
        yield Route("POST", "/services/oauth2/introspect", self.told(self.introspect))

    def told(self, endpoint: Any) -> Any:
        """The endpoint, with its refusals worded."""

        def answer(call: Call) -> WireAnswer:
            try:
                found: WireAnswer = endpoint(call)
            except Refusal as refused:
                body = {"error": refused.error, "error_description": refused.description}
                return json_answer(refused.status, body)
            return found

        return answer

    # --- at the browser ----------------------------------------------------------------------------------------

    def authorize(self, call: Call) -> WireAnswer:
        fake, asked = self._fake, call.query
        if not self._known_here(call):
            return _page("invalid_request", "this login host does not know the organisation")
        try:
            fake.oauth.check_client(asked.get("client_id"), asked.get("redirect_uri"))
        except OAuthRefused as refused:
            wrong_client = refused.error == "invalid_client"
            return (
                _page("invalid_client_id", "client identifier invalid")
                if wrong_client
                else _page("redirect_uri_mismatch", "redirect_uri must match configuration")
            )
        back = {"state": asked["state"]} if "state" in asked else {}
        scopes = tuple(dict.fromkeys(asked.get("scope", "").split())) or ("api", "refresh_token", "id")
        if not set(scopes) <= SCOPES:
            if fake.switches["scope_error"] == "page":
                return _page("invalid_scope", "the requested scope is invalid")
            return _sent_to(asked["redirect_uri"], {"error": "invalid_scope", **back})
        # SHA-256 is meant when no method is named; ``plain`` does not exist.
        method = asked.get("code_challenge_method", "S256")
        asked = {**asked, "code_challenge_method": method if method == "S256" else "none"}
        try:
            code = fake.oauth.code(asked, scopes, offline=bool(_OFFLINE & set(scopes)))
        except OAuthRefused as refused:
            error = {"error": refused.error, "error_description": _AT_BROWSER[refused.error]}
            return _sent_to(asked["redirect_uri"], {**error, **back})
        fake.oauth.grants[-1].extra["login"] = self._login_host(call)
        return _sent_to(asked["redirect_uri"], {"code": code, **back})

    # --- at the token endpoint ---------------------------------------------------------------------------------

    def token(self, call: Call) -> WireAnswer:
        form = call.form
        if not self._known_here(call):
            raise Refusal("invalid_grant", "authentication failure")
        self._check_client(call)
        trouble = self._fake.sign_in_trouble
        if trouble is not None:
            raise Refusal("invalid_grant", trouble)
        match form.get("grant_type"):
            case "authorization_code":
                tokens = self._exchanged(form)
            case "refresh_token":
                tokens = self._refreshed(form)
            case "client_credentials":
                tokens = self._as_application(call)
            case "password":
                raise Refusal("invalid_grant", "authentication failure")
            case _:
                raise Refusal("unsupported_grant_type", "grant type not supported")
        call.entry.account = tokens.grant.user.login
        return self._granted(tokens)

    def _exchanged(self, form: dict[str, str]) -> Tokens:
        oauth, code = self._fake.oauth, form.get("code", "")
        state = oauth.code_state(code)
        try:
            return oauth.exchange(code, form.get("redirect_uri"), form.get("code_verifier"))
        except OAuthRefused as refused:
            if refused.error == "invalid_redirect_uri":
                raise Refusal("redirect_uri_mismatch", "redirect_uri must match configuration") from refused
            if state == "good":
                raise Refusal("invalid_grant", "invalid code verifier") from refused
            text = "invalid authorization code" if state == "unknown" else "expired authorization code"
            raise Refusal("invalid_grant", text) from refused

    def _refreshed(self, form: dict[str, str]) -> Tokens:
        expired = Refusal("invalid_grant", "expired access/refresh token")
        if self._fake.switches["refresh_policy"] == "immediately_expire":
            raise expired
        try:
            return self._fake.oauth.refresh(form.get("refresh_token"))
        except OAuthRefused as refused:
            raise expired from refused

    def _as_application(self, call: Call) -> Tokens:
        """Runs as a user that the administrator chose; at the organisation's own host only."""
        fake = self._fake
        if not fake.is_loopback(call.host) and call.host != fake.my_domain:
            raise Refusal("invalid_grant", "request not supported on this domain")
        administrator = next(user.login for user in fake.users.values() if user.administrator)
        return fake.oauth.issue(administrator, ("api",), offline=False)

    def _check_client(self, call: Call) -> None:
        form, oauth = call.form, self._fake.oauth
        client, secret = form.get("client_id"), form.get("client_secret")
        basic = _basic(call.header("authorization"))
        if basic is not None:
            client, secret = basic
        if client != oauth.client_id:
            raise Refusal("invalid_client_id", "client identifier invalid", self._bad_client())
        wrong = secret is not None if not oauth.client_secret else secret != oauth.client_secret
        if wrong:
            raise Refusal("invalid_client", "invalid client credentials", self._bad_client())

    def _bad_client(self) -> int:
        return int(self._fake.switches["bad_client_status"])

    def _granted(self, tokens: Tokens) -> WireAnswer:
        fake, grant = self._fake, tokens.grant
        issued = str(int(fake.clock.time() * 1000))
        login = grant.extra.get("login", fake.login_host)
        identity = f"{fake.base(login)}/id/{fake.org_id}/{grant.user.id}"
        digest = hmac.new(fake.client_secret.encode(), (identity + issued).encode(), hashlib.sha256).digest()
        body: dict[str, Any] = {"access_token": tokens.access_token}
        if tokens.refresh_token is not None:
            body["refresh_token"] = tokens.refresh_token
        body |= {
            "signature": base64.b64encode(digest).decode(),
            "scope": " ".join(sorted(grant.scopes, reverse=True)),
            "instance_url": fake.instance_url,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued,
            "api_instance_url": "https://api.salesforce.com",
        }
        if "openid" in grant.scopes:
            body["id_token"] = self._id_token(grant.user, fake.base(login))
        return json_answer(200, body, (("cache-control", "no-cache, no-store"),))

    def _id_token(self, user: FakeUser, issuer: str) -> str:
        """A JSON web token whose signature nobody can check: the vendor's keys are not ours."""
        fake = self._fake
        now = fake.now
        told = {
            "iss": issuer,
            "sub": f"{issuer}/id/{fake.org_id}/{user.id}",
            "aud": fake.client_id,
            "exp": now + 120,
            "iat": now,
        }
        parts = (json.dumps({"typ": "JWT", "alg": "RS256", "kid": "1"}), json.dumps(told), "fake")
        return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)

    # --- afterwards --------------------------------------------------------------------------------------------

    def revoke(self, call: Call) -> WireAnswer:
        token = call.form.get("token") or call.query.get("token")
        if not token or not self._fake.oauth.revoke(token):
            raise Refusal("invalid_token", "invalid token")
        return WireAnswer(200)

    def introspect(self, call: Call) -> WireAnswer:
        fake = self._fake
        self._check_client(call)
        token = call.form.get("token", "")
        worth, grant = fake.oauth.check(token)
        if worth != "valid" or grant is None:
            return json_answer(200, {"active": False})
        expires = int(fake.oauth.expires_at(token))
        return json_answer(
            200,
            {
                "active": True,
                "scope": " ".join(grant.scopes),
                "client_id": fake.client_id,
                "username": grant.user.email,
                "sub": f"{fake.base(fake.login_host)}/id/{fake.org_id}/{grant.user.id}",
                "token_type": "access_token",
                "exp": expires,
                "iat": fake.now,
                "nbf": fake.now,
            },
        )

    # --- hosts -------------------------------------------------------------------------------------------------

    def _known_here(self, call: Call) -> bool:
        fake = self._fake
        if fake.is_loopback(call.host) or call.host == fake.my_domain:
            return True
        return call.host == fake.login_host and fake.switches["generic_login"] == "allowed"

    def _login_host(self, call: Call) -> str:
        return self._fake.login_host if self._fake.is_loopback(call.host) else call.host


_AT_BROWSER = {
    "access_denied": "end-user denied authorization",
    "unsupported_response_type": "response type not supported",
    "invalid_request": "missing required code challenge",
    "throttled": "rate limit exceeded",
}


def _basic(header: str | None) -> tuple[str, str] | None:
    scheme, _, told = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(told, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client, secret


def _page(error: str, description: str) -> WireAnswer:
    page = f"<html><body>error={html.escape(error)}&amp;error_description={html.escape(description)}</body></html>"
    return WireAnswer(400, (("content-type", "text/html;charset=UTF-8"),), page.encode())


def _sent_to(redirect_uri: str, query: dict[str, str]) -> WireAnswer:
    separator = "&" if "?" in redirect_uri else "?"
    return WireAnswer(302, (("location", f"{redirect_uri}{separator}{urlencode(query)}"),))
