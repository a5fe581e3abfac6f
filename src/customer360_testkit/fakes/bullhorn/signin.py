"""Discovery, the authorization code, tokens, the REST login and its end (contract section 2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from customer360_testkit.fakes.bullhorn.errors import BullhornError, bad
from customer360_testkit.fakes.bullhorn.hosts import AUTH_HOSTS, CORPORATION, REST
from customer360_testkit.fakes.exchange import Call, Endpoint, WireAnswer, json_answer
from customer360_testkit.fakes.oauth import FakeUser, OAuthRefused, Tokens
from customer360_testkit.fakes.routing import Route

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake

_WORDS = {
    "invalid_grant": ("invalid_grant", "Invalid or expired authorization code."),
    "invalid_redirect_uri": ("invalid_grant", "Invalid Redirect URI"),
    "invalid_client": ("invalid_client", "Invalid Client Id"),
    "invalid_client_secret": ("invalid_client", "Invalid Client Secret"),
}


class SignIn:
    """Everything that needs no session."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        yield Route("GET", f"{REST}/loginInfo", self.login_info)
        yield Route("GET", "/oauth/authorize", self.at_home(self.authorize))
        yield Route("POST", "/oauth/authorize", self.at_home(self.authorize))
        yield Route("POST", "/oauth/token", self.at_home(self.token))
        yield Route("POST", f"{REST}/login", self.login)
        yield Route("GET", f"{REST}/login", self.login)

    # --- where a user lives --------------------------------------------------------------------------------------

    def login_info(self, call: Call) -> WireAnswer:
        fake = self._fake
        user = _named(fake, call.query.get("username"))
        if user is None:
            reading = fake.switches["unknown_user"]
            if reading == "empty":
                return json_answer(200, {})
            return BullhornError(int(reading), "Invalid username.").answer()
        centre, example = fake.centre, "example.bullhornstaffing.com"
        told = {
            "atsUrl": f"https://cls{centre.lanes[0].partition('.')[0][4:]}.bullhornstaffing.com",
            **{f"{name}Url": f"https://{name.lower()}.{example}" for name in ("billingSync", "core", "mobile", "saml")},
            "documentEditorUrl": f"https://docs.{example}",
            "oauthUrl": fake.base(centre.auth) + "/oauth",
            "restUrl": fake.base(centre.rest) + REST,
            "novoUrl": "https://app.bullhornstaffing.com",
            **{"dataCenterId": centre.number, "superClusterId": 1},
        }
        return json_answer(200, told)

    # --- at the browser ------------------------------------------------------------------------------------------

    def at_home(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint; at another data centre, the way to the right one."""

        def answer(call: Call) -> WireAnswer:
            fake = self._fake
            if call.host in AUTH_HOSTS and call.host != fake.centre.auth:
                query = f"?{call.query_string}" if call.query_string else ""
                return WireAnswer(307, (("location", f"{fake.base(fake.centre.auth)}{call.path}{query}"),))
            return endpoint(call)

        return answer

    def authorize(self, call: Call) -> WireAnswer:
        fake = self._fake
        asked = {**call.query, **call.form} if call.method == "POST" else dict(call.query)
        redirect = self._redirect(asked.get("redirect_uri"))
        if asked.get("client_id") != fake.client_id:
            return _page("Invalid Client Id")
        if redirect is None:
            return _page("Invalid Redirect URI")
        back = {"state": asked["state"]} if "state" in asked else {}
        if "code_challenge" in asked and fake.switches["pkce"] == "refused":
            told = {"error": "invalid_request", "error_description": "Unknown parameter code_challenge"}
            return _sent_to(redirect, {**told, **back})
        user = fake.oauth.user_at_browser()
        if asked.get("action") == "Login":
            named = _named(fake, asked.get("username"))
            if named is None or asked.get("password") != named.details["password"]:
                return _page("Invalid credentials. Please try again.", 200)
            user = named
            if user.login not in fake.terms_accepted:
                return _page("Terms of Service: Agree", 200)
        else:
            fake.terms_accepted.add(user.login)
        before = fake.oauth.at_browser
        fake.oauth.at_browser = user.login
        try:
            code = fake.oauth.code({**asked, "redirect_uri": asked.get("redirect_uri", "")}, ())
        except OAuthRefused as refused:
            told = {"error": refused.error, "error_description": refused.error.replace("_", " ").capitalize()}
            return _sent_to(redirect, {**told, **back})
        finally:
            fake.oauth.at_browser = before
        return _sent_to(redirect, {"code": code, "client_id": fake.client_id, **back})

    def _redirect(self, asked: str | None) -> str | None:
        """Where the browser goes; None when that is not what Support has registered."""
        registered = self._fake.registered_redirect
        if asked is None:
            return registered
        return asked if registered is None or asked == registered else None

    # --- tokens --------------------------------------------------------------------------------------------------

    def token(self, call: Call) -> WireAnswer:
        fake, given = self._fake, {**call.query, **call.form}
        kind = given.get("grant_type")
        try:
            fake.oauth.check_secret(given.get("client_id"), given.get("client_secret"))
            if kind == "authorization_code":
                tokens = fake.oauth.exchange(given.get("code"), given.get("redirect_uri", ""))
            elif kind == "refresh_token":
                tokens = fake.oauth.refresh(given.get("refresh_token"))
            else:
                return _oauth_error("unsupported_grant_type", "Unsupported grant type.")
        except OAuthRefused as refused:
            error, description = _WORDS[refused.error]
            if kind == "refresh_token" and error == "invalid_grant":
                description = "Invalid or expired refresh token."
            return _oauth_error(error, description)
        call.entry.account = tokens.grant.user.login
        return json_answer(200, self._granted(tokens))

    def _granted(self, tokens: Tokens) -> dict[str, object]:
        told: dict[str, object] = {"access_token": tokens.access_token, "token_type": "Bearer"}
        told["expires_in"] = int(tokens.expires_in)
        if self._fake.refresh_tokens_enabled:
            told["refresh_token"] = tokens.refresh_token
        return told

    # --- the session ---------------------------------------------------------------------------------------------

    def login(self, call: Call) -> WireAnswer:
        fake, given = self._fake, call.query
        token = given.get("access_token", "")
        if not fake.is_loopback(call.host) and call.host != fake.centre.rest:
            raise _stale()
        if given.get("version") not in ("*", "2.0"):
            fake.oauth.spend(token)
            raise bad("Invalid or missing version.", "errors.invalidVersion")
        ttl = given.get("ttl")
        if ttl is not None and not (ttl.isascii() and ttl.isdigit() and int(ttl[:9]) > 0):
            fake.oauth.spend(token)
            raise bad("Invalid ttl.", "errors.invalidTtl")
        found = fake.oauth.login(token, None if ttl is None else int(ttl[:9]))
        if found == "stale":
            raise _stale()
        if found == "too many":
            raise BullhornError(429, "Too many concurrent sessions.", "errors.tooManySessions")
        assert not isinstance(found, str)
        call.entry.account = found.grant.user.login
        return json_answer(
            200, {"BhRestToken": found.token, "restUrl": f"{fake.base(found.lane)}{REST}/{CORPORATION}/"}
        )


def _named(fake: BullhornFake, username: str | None) -> FakeUser | None:
    """Whoever has that Bullhorn user name."""
    users: Iterable[FakeUser] = fake.oauth.users.values()
    return next((user for user in users if user.details["username"] == username), None)


def _stale() -> BullhornError:
    return bad("Invalid or expired OAuth access token.", "errors.authentication.invalidOAuthToken")


def _oauth_error(error: str, description: str) -> WireAnswer:
    return json_answer(400, {"error": error, "error_description": description})


def _sent_to(redirect: str, told: dict[str, str]) -> WireAnswer:
    return WireAnswer(302, (("location", f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(told)}"),))


def _page(text: str, status: int = 400) -> WireAnswer:
    return WireAnswer(status, (("content-type", "text/html;charset=UTF-8"),), f"<html>{text}</html>".encode())
