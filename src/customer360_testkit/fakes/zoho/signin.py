"""Zoho's accounts server: consent, codes, tokens, revocation (contract section 2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.oauth import OAuthRefused, Tokens
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.zoho.hosts import DATA_CENTRES, START_HOST

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake

_WORDS = {"invalid_grant": "invalid_code", "unsupported_response_type": "response_type_invalid"}
_THROTTLED = {
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "error": "Access Denied",
    "status": "failure",
}


class SignIn:
    """The endpoints below ``/oauth`` on the accounts hosts."""

    def __init__(self, fake: ZohoFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        yield Route("GET", "/oauth/v2/auth", self.authorize)
        yield Route("POST", "/oauth/v2/auth", self.client_credentials)
        yield Route("POST", "/oauth/v2/token", self.token)
        yield Route("POST", "/oauth/v2/token/revoke", self.revoke)
        yield Route("GET", "/oauth/serverinfo", self.server_info)

    # --- at the browser ----------------------------------------------------------------------------------------

    def authorize(self, call: Call) -> WireAnswer:
        fake, asked = self._fake, call.query
        if not self._at_home(call) and call.host != START_HOST:
            return _page("invalid_client")
        try:
            fake.oauth.check_client(asked.get("client_id"), asked.get("redirect_uri"))
        except OAuthRefused as refused:
            return _page(refused.error)
        if fake.switches["pkce"] == "refused" and "code_challenge" in asked:
            return _page("invalid_request")
        scopes = tuple(filter(None, asked.get("scope", "").split(",")))
        if not scopes or any(" " in scope for scope in scopes):
            return _page("invalid_scope")
        back: dict[str, str] = {"state": asked["state"]} if "state" in asked else {}
        try:
            code = fake.oauth.code(asked, scopes, offline=self._offline(asked))
        except OAuthRefused as refused:
            if refused.error == "throttled":
                return json_answer(400, _THROTTLED)
            return _sent_to(asked["redirect_uri"], {"error": refused.error, **back})
        centre = fake.centre
        told = {"location": centre.location, "accounts-server": fake.base(centre.accounts)}
        return _sent_to(asked["redirect_uri"], {"code": code, **back, **told})

    def _offline(self, asked: dict[str, str]) -> bool:
        """A refresh token comes with access_type=offline: the first time, and whenever consent is asked for again."""
        if asked.get("access_type") != "offline":
            return False
        user = self._fake.oauth.user_at_browser()
        first = not any(grant.user is user and grant.refresh_token for grant in self._fake.oauth.grants)
        return first or asked.get("prompt") == "consent"

    # --- at the token endpoint ---------------------------------------------------------------------------------

    def token(self, call: Call) -> WireAnswer:
        fake, given = self._fake, {**call.query, **call.form}
        if not self._at_home(call):
            return json_answer(200, {"error": "invalid_client"})
        grant_type = given.get("grant_type")
        if grant_type == "client_credentials":
            return self._client_credentials(given, "token")
        try:
            fake.oauth.check_secret(given.get("client_id"), given.get("client_secret"))
            if grant_type == "authorization_code":
                verifier = given.get("code_verifier")
                tokens = fake.oauth.exchange(given.get("code"), given.get("redirect_uri"), verifier)
            elif grant_type == "refresh_token":
                tokens = fake.oauth.refresh(given.get("refresh_token"))
            else:
                return json_answer(200, {"error": "invalid_request"})
        except OAuthRefused as refused:
            return _refused(refused)
        return self._granted(tokens)

    def client_credentials(self, call: Call) -> WireAnswer:
        """The vendor's page prints this path for the grant; other texts of theirs the token path."""
        return self._client_credentials({**call.query, **call.form}, "auth")

    def _client_credentials(self, given: dict[str, str], path: str) -> WireAnswer:
        fake = self._fake
        if fake.switches["client_credentials_path"] != path or given.get("grant_type") != "client_credentials":
            return json_answer(200, {"error": "invalid_request"})
        if given.get("soid") != f"ZohoCRM.{fake.org_id}":
            return json_answer(200, {"error": "invalid_soid"})
        try:
            fake.oauth.check_secret(given.get("client_id"), given.get("client_secret"))
        except OAuthRefused as refused:
            return _refused(refused)
        administrator = next(user.login for user in fake.oauth.users.values() if user.administrator)
        scopes = tuple(filter(None, given.get("scope", "").split(",")))
        return self._granted(fake.oauth.issue(administrator, scopes, offline=False))

    def _granted(self, tokens: Tokens) -> WireAnswer:
        fake = self._fake
        body: dict[str, Any] = {
            "access_token": tokens.access_token,
            "api_domain": fake.base(
                fake.centre.api(fake.environment if fake.switches["api_domain"] == "own" else "production")
            ),
            "token_type": "Bearer",
            "expires_in": int(tokens.expires_in),
        }
        if tokens.refresh_token is not None:
            body["refresh_token"] = tokens.refresh_token
        if fake.switches["token_scope"] == "present":
            body["scope"] = " ".join(tokens.grant.scopes)
        return json_answer(200, body)

    def revoke(self, call: Call) -> WireAnswer:
        token = call.query.get("token") or call.form.get("token")
        if not self._at_home(call) or not token or not self._fake.oauth.revoke(token):
            return json_answer(400, {"error": "invalid_token"})
        return json_answer(200, {"status": "success"} if self._fake.switches["revoke_body"] == "status" else {})

    def server_info(self, call: Call) -> WireAnswer:
        locations = {centre.location: f"https://{centre.accounts}" for centre in DATA_CENTRES.values()}
        return json_answer(200, {"result": "success", "locations": locations})

    def _at_home(self, call: Call) -> bool:
        return self._fake.is_loopback(call.host) or call.host == self._fake.centre.accounts


def _refused(refused: OAuthRefused) -> WireAnswer:
    """Errors come with status 200, but for the throttle."""
    if refused.error == "throttled":
        return json_answer(400, _THROTTLED)
    return json_answer(200, {"error": _WORDS.get(refused.error, refused.error)})


def _page(error: str) -> WireAnswer:
    page = f"<html><body><h1>An error occurred</h1><p>{error}</p></body></html>"
    return WireAnswer(400, (("content-type", "text/html;charset=UTF-8"),), page.encode())


def _sent_to(redirect_uri: str, query: dict[str, str]) -> WireAnswer:
    separator = "&" if "?" in redirect_uri else "?"
    return WireAnswer(302, (("location", f"{redirect_uri}{separator}{urlencode(query)}"),))
