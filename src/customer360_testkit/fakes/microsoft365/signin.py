"""Entra ID v2.0: authorize and token, per cloud and tenant (contract section 2)."""

from __future__ import annotations

import base64
import html
import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.microsoft365.clouds import CLOUDS, Cloud
from customer360_testkit.fakes.microsoft365.mailboxes import principal_name
from customer360_testkit.fakes.oauth import Grant, OAuthRefused, OAuthServer
from customer360_testkit.fakes.switches import Switches

TENANT_ID = "9b4f1c2e-7a55-4d1c-8a0e-3d5b6c7f8a90"
TENANT_DOMAIN = "contoso-group.example"
"""A verified domain of the directory, of letters and a hyphen as many are."""
_OPENID = frozenset({"offline_access", "openid", "profile", "email"})
_SCOPES = _OPENID | {
    "User.Read", "Contacts.Read", "Contacts.ReadWrite", "Contacts.Read.Shared", "Contacts.ReadWrite.Shared",
    "Tasks.Read", "Tasks.ReadWrite", "Calendars.Read", "Calendars.ReadWrite", "People.Read", "Notes.Read",
    "Notes.ReadWrite", "MailboxSettings.Read", "MailboxSettings.ReadWrite", "User.RevokeSessions.All",
    "User.ReadBasic.All", "User.Read.All",
}  # fmt: skip
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*\Z")


class SignInError(Exception):
    """``error`` of RFC 6749 and the vendor's number."""

    def __init__(self, error: str, number: int, text: str, status: int = 400, claims: str | None = None) -> None:
        super().__init__(error)
        self.error, self.number, self.text, self.status = error, number, text, status
        self.claims = claims


Trouble = Literal["mfa", "consent", "expired_secret", "application_missing", "busy"]
_TROUBLES: dict[Trouble, Callable[[], SignInError]] = {
    "mfa": lambda: SignInError("interaction_required", 50076, "You must use multi-factor authentication."),
    "consent": lambda: SignInError("interaction_required", 65001, "The user or administrator has not consented."),
    "expired_secret": lambda: SignInError("invalid_client", 7000222, "The provided client secret keys expired.", 401),
    "application_missing": lambda: SignInError(
        "unauthorized_client", 700016, "Application was not found in the directory."
    ),
    "busy": lambda: SignInError("temporarily_unavailable", 50196, "The server is busy.", 503),
}


class EntraServer(OAuthServer):
    """Random lifetimes; every refresh gives a new refresh token while the old one works for a while."""

    def __init__(self, *, chance: random.Random, old_seconds: Callable[[], float], **more: Any) -> None:
        self._chance = chance
        self._old_seconds = old_seconds
        super().__init__(**more)

    def old_refresh_seconds(self) -> float:
        return self._old_seconds()

    def access_lifetime(self) -> float:
        return float(int(self.policy.access_seconds * self._chance.uniform(1.0, 1.5)))


class SignIn:
    """The two endpoints. ``trouble`` tells what every token request is refused for, or None."""

    def __init__(
        self,
        oauth: OAuthServer,
        switches: Switches,
        cloud_of: Callable[[Call], Cloud],
        now: Callable[[], str],
        trouble: Callable[[], Trouble | None],
    ) -> None:
        self._oauth, self._switches, self._cloud_of, self._now = oauth, switches, cloud_of, now
        self._trouble = trouble

    def authorize(self, call: Call) -> WireAnswer:
        """The page: redirects with a code or an error, or shows what must not be redirected."""
        query, oauth = call.query, self._oauth
        uri = query.get("redirect_uri", "")
        try:
            cloud = self._cloud_of(call)
            self._check_tenant(call.params["tenant"], cloud)
            if query.get("client_id") != oauth.client_id:
                raise SignInError("unauthorized_client", 700016, "Application was not found in the directory.")
            if not self._redirect_allowed(uri):
                raise SignInError("invalid_request", 50011, "The redirect URI does not match those configured.")
            if self._must_consent(query.get("prompt", "")):
                raise SignInError("consent_required", 65001, "Need admin approval: only an administrator can consent.")
        except SignInError as wrong:
            page = f"<title>Sign in to your account</title><p>AADSTS{wrong.number}: {html.escape(wrong.text)}</p>"
            return WireAnswer(400, (("content-type", "text/html; charset=utf-8"),), page.encode())
        try:
            scopes, cloud = self._scopes(query.get("scope", ""), cloud)
            if query.get("response_mode", "query") != "query":
                raise SignInError("invalid_request", 900561, "This response_mode is not supported here.")
            if not oauth.client_secret and "code_challenge" not in query:
                raise SignInError("invalid_request", 9002325, "Proof Key for Code Exchange is required.")
            code = oauth.code(query, scopes, offline="offline_access" in scopes)
            oauth.grants[-1].extra |= {"cloud": cloud.key, "claims": query.get("claims"), "nonce": query.get("nonce")}
            answer = {"code": code}
        except SignInError as wrong:
            answer = {"error": wrong.error, "error_description": f"AADSTS{wrong.number}: {wrong.text}"}
        except OAuthRefused as refused:
            number, text = {
                "access_denied": (65004, "User declined to consent to access the app."),
                "unsupported_response_type": (700054, "response_type is not enabled for the application."),
                "throttled": (50196, "The server terminated an operation because of a loop."),
            }.get(refused.error, (501491, "Invalid size or method of Code_Challenge parameter."))
            answer = {"error": refused.error, "error_description": f"AADSTS{number}: {text}"}
        if "state" in query:
            answer["state"] = query["state"]
        return WireAnswer(302, (("location", f"{uri}{'&' if '?' in uri else '?'}{urlencode(answer)}"),))

    def token(self, call: Call) -> WireAnswer:
        """Codes and refresh tokens for access tokens."""
        try:
            return self._token(call)
        except SignInError as wrong:
            body: dict[str, Any] = {
                "error": wrong.error,
                "error_description": f"AADSTS{wrong.number}: {wrong.text}",
                "error_codes": [wrong.number],
                "timestamp": self._now().replace("T", " "),
                "trace_id": f"{call.entry.number:08x}-0000-4000-8000-000000000001",
                "correlation_id": f"{call.entry.number:08x}-0000-4000-8000-000000000002",
                "error_uri": f"https://{self._cloud_of(call).logins[0]}/error?code={wrong.number}",
            }
            if wrong.claims is not None:
                body["claims"] = wrong.claims
            return json_answer(wrong.status, body)

    def _token(self, call: Call) -> WireAnswer:
        form, oauth, cloud = call.form, self._oauth, self._cloud_of(call)
        self._check_tenant(call.params["tenant"], cloud)
        self._check_client(form)
        trouble = self._trouble()
        if trouble is not None:
            raise _TROUBLES[trouble]()
        scopes, cloud = self._scopes(form["scope"], cloud) if form.get("scope") else ((), cloud)
        grant_type = form.get("grant_type")
        try:
            if grant_type == "authorization_code":
                state = oauth.code_state(form.get("code", ""))
                if state != "good":
                    raise {
                        "unknown": SignInError("invalid_grant", 9002313, "The code is malformed or invalid."),
                        "used": SignInError("invalid_grant", 54005, "OAuth2 Authorization code was already redeemed."),
                        "expired": SignInError("invalid_grant", 70008, "The provided authorization code has expired."),
                    }[state]
                tokens = oauth.exchange(form.get("code"), form.get("redirect_uri"), form.get("code_verifier"))
            elif grant_type == "refresh_token":
                tokens = oauth.refresh(form.get("refresh_token"))
            elif grant_type is None:
                raise SignInError("invalid_request", 900144, "The request body must contain 'grant_type'.")
            else:
                raise SignInError("unsupported_grant_type", 70003, f"The grant type {grant_type!r} is not supported.")
        except OAuthRefused as refused:
            raise self._refusal(refused.error, str(grant_type)) from refused
        granted = tokens.grant
        held = CLOUDS[granted.extra.setdefault("cloud", cloud.key)]
        if held is not cloud and (scopes or not set(held.logins) & set(cloud.logins)):
            raise SignInError("invalid_grant", 900382, "Confidential Client is not supported in Cross Cloud request.")
        if set(scopes) - set(granted.scopes) - _OPENID:
            raise SignInError("interaction_required", 65001, "The user has not consented to use the application.")
        claims = form.get("claims")
        if claims is not None and claims != granted.extra.get("claims"):
            text = "You must use multi-factor authentication to access the resource."
            raise SignInError("interaction_required", 50076, text, claims=claims)
        call.entry.account = granted.user.login
        body: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": " ".join(self._named(granted, form.get("scope", ""))),
            "expires_in": int(tokens.expires_in),
            "ext_expires_in": int(tokens.expires_in),
            "access_token": tokens.access_token,
        }
        if tokens.refresh_token is not None:
            body["refresh_token"] = tokens.refresh_token
        if "openid" in granted.scopes:
            body["id_token"] = self._id_token(granted, held)
        return json_answer(200, body, (("cache-control", "no-store"),))

    def _named(self, grant: Grant, asked: str) -> Iterator[str]:
        """The scopes that were granted, behind the root of their Graph where they were asked for so."""
        root = f"https://{CLOUDS[grant.extra['cloud']].graph}/"
        rooted = root in asked and self._switches["granted_scopes"] == "as_asked"
        for scope in grant.scopes:
            if scope != "offline_access":
                yield root + scope if rooted and scope not in _OPENID else scope

    def _id_token(self, grant: Grant, cloud: Cloud) -> str:
        """A JSON web token with a signature that nobody can verify: the vendor's keys are not ours."""
        user = grant.user
        told = {
            "aud": self._oauth.client_id,
            "iss": f"https://{cloud.logins[0]}/{TENANT_ID}/v2.0",
            "oid": user.id,
            "sub": user.id,
            "tid": TENANT_ID,
            "name": user.name,
            "preferred_username": principal_name(user),
            **({"nonce": grant.extra["nonce"]} if grant.extra.get("nonce") else {}),
        }
        parts = (json.dumps({"typ": "JWT", "alg": "RS256"}), json.dumps(told), "fake")
        return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)

    def _check_client(self, form: dict[str, str]) -> None:
        oauth = self._oauth
        if form.get("client_id") != oauth.client_id:
            raise SignInError("unauthorized_client", 700016, "Application was not found in the directory.")
        secret = form.get("client_secret")
        if not oauth.client_secret and secret is not None:
            raise SignInError("invalid_client", 700025, "Client is public so no secret should be presented.", 401)
        if "client_assertion" in form:
            raise SignInError("invalid_client", 700027, "The certificate is not registered on the application.", 401)
        if oauth.client_secret and secret is None:
            raise SignInError("invalid_client", 7000218, "The request body must contain 'client_secret'.", 401)
        if oauth.client_secret and secret != oauth.client_secret:
            raise SignInError("invalid_client", 7000215, "Invalid client secret provided.", 401)

    @staticmethod
    def _refusal(error: str, grant_type: str) -> SignInError:
        if error == "throttled":
            return SignInError("temporarily_unavailable", 50196, "The server is busy.", 429)
        if error == "invalid_redirect_uri":
            return SignInError("invalid_grant", 500112, "The reply address does not match the one of the code.")
        if grant_type == "refresh_token":
            return SignInError("invalid_grant", 700082, "The refresh token has expired due to inactivity.")
        return SignInError("invalid_grant", 501481, "The Code_Verifier does not match the code_challenge.")

    def _check_tenant(self, tenant: str, cloud: Cloud) -> None:
        known = {TENANT_ID, TENANT_DOMAIN, "organizations", "common"}
        if self._switches["account"] == "personal":
            if tenant not in ("common", "consumers") or cloud.key != "global":
                raise SignInError("invalid_request", 50020, "A personal account does not exist in this tenant.")
            return
        if tenant == "consumers" and cloud.key == "global":
            raise SignInError("invalid_request", 50020, "This account is no personal Microsoft account.")
        if tenant not in known:
            raise SignInError("invalid_request", 90002, f"Tenant '{tenant}' not found.")

    def _scopes(self, text: str, cloud: Cloud) -> tuple[tuple[str, ...], Cloud]:
        """The scopes, bare, and whose Graph they are of: two clouds share a sign-in host."""
        for other in CLOUDS.values():
            if f"https://{other.graph}/" in text and set(other.logins) & set(cloud.logins):
                cloud = other
                break
        prefix = f"https://{cloud.graph}/"
        found = [one.removeprefix(prefix) for one in text.split()]
        if not found:
            raise SignInError("invalid_request", 900144, "The request must contain 'scope'.")
        for scope in found:
            if "://" in scope:
                raise SignInError("invalid_resource", 500011, "The resource principal was not found in the tenant.")
            if scope not in _SCOPES:
                raise SignInError("invalid_scope", 70011, "The provided value for 'scope' is not valid.")
        return tuple(dict.fromkeys(found)), cloud

    def _must_consent(self, prompt: str) -> bool:
        """Whether a user is made to consent who may not; without a prompt the administrator's consent is enough."""
        reading, account = self._switches["consent"], self._switches["account"]
        return "consent" in prompt.split() and reading == "administrator" and account == "work"

    def _redirect_allowed(self, uri: str) -> bool:
        """https exactly as registered, http on localhost with any port; custom schemes of public clients."""
        try:
            parts = urlsplit(uri)
        except ValueError:
            return False
        if parts.fragment or not _SCHEME.match(parts.scheme):
            return False
        registered = self._oauth.redirect_uris
        if parts.scheme == "http":
            ip = parts.hostname == "127.0.0.1" and self._switches["loopback_ip_redirect"] == "accepted"
            if parts.hostname != "localhost" and not ip:
                return False
            portless = f"http://{parts.hostname}{parts.path}"
            return registered is None or bool({uri, portless} & registered)
        if parts.scheme != "https" and self._oauth.client_secret:
            return False
        return registered is None or uri in registered
