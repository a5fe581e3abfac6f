"""What stands before every API endpoint: token, data centre, scope, the user's rights, credits, concurrency
(contract sections 2 and 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360_testkit.fakes.exchange import Call, WireAnswer
from customer360_testkit.fakes.oauth import Grant
from customer360_testkit.fakes.zoho import times
from customer360_testkit.fakes.zoho.errors import ZohoError

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake

COQL = "ZohoCRM.coql.READ"
SEARCH = "ZohoSearch.securesearch.READ"


class Guard:
    """Refuses with ZohoError; counts credits."""

    def __init__(self, fake: ZohoFake) -> None:
        self._fake = fake
        self.reset()

    def reset(self) -> None:
        self.credits: int | None = None
        """Calls that are left in the rolling day; None: plenty."""
        self.concurrency = 10
        """Requests in flight that the edition allows."""
        self.forbidden: set[tuple[str, str, str]] = set()
        """(login, module or "*", READ | CREATE | UPDATE | DELETE): what a user's profile does not allow."""

    def admit(self, call: Call) -> None:
        """Check who calls and how much is going on; the endpoint checks scopes with :meth:`need` and :meth:`may`."""
        fake = self._fake
        grant = self._grant(call)
        call.state["grant"] = grant
        call.entry.account = grant.user.login
        if fake.in_flight > self.concurrency and call.entry.finished is None:
            text = "Too many requests fired in concurrent than the allowed limit."
            raise ZohoError(429, "TOO_MANY_REQUESTS", text)
        if self.credits is not None:
            if self.credits <= 0:
                raise ZohoError(429, fake.switches["credits_code"], "The API credits of this organisation are used up.")
            self.credits -= 1

    def finish(self, call: Call, answer: WireAnswer) -> WireAnswer:
        """The headers that every answer to a known token carries."""
        grant: Grant | None = call.state.get("grant")
        if grant is None:
            return answer
        token = (call.header("authorization") or "").partition(" ")[2]
        more: tuple[tuple[str, str], ...] = (("x-accesstoken-reset", times.utc(self._fake.oauth.expires_at(token))),)
        if self.credits is not None and self._fake.switches["credits_header"] == "present":
            more = (*more, ("x-api-credits-remaining", str(self.credits)))
        return WireAnswer(answer.status, answer.headers + more, answer.content, answer.delay)

    def need(self, call: Call, *scopes: str) -> None:
        """Refuse unless the token holds one of the scopes."""
        held = {scope.casefold() for scope in call.state["grant"].scopes}
        if not any(scope.casefold() in held for scope in scopes):
            raise ZohoError(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL")

    def may(self, call: Call, module: str, action: str) -> None:
        """Scope and right for READ, CREATE, UPDATE or DELETE in a module."""
        name = module.lower()
        families = ("ZohoCRM.modules", f"ZohoCRM.modules.{name}")
        self.need(call, *(f"{family}.{word}" for family in families for word in ("ALL", action)))
        login = call.state["grant"].user.login
        if (login, module, action) in self.forbidden or (login, "*", action) in self.forbidden:
            permission = f"Crm_Implied_{action.title()}_{module}"
            raise ZohoError(403, "NO_PERMISSION", "permission denied", permissions=[permission])

    def settings(self, call: Call, what: str) -> None:
        """Scope for one kind of metadata."""
        self.need(
            call,
            "ZohoCRM.settings.ALL",
            "ZohoCRM.settings.READ",
            *(f"ZohoCRM.settings.{what}.{w}" for w in ("ALL", "READ")),
        )

    def zone(self, call: Call) -> str:
        """The calling user's time zone: everything is shown in it."""
        zone: str = call.state["grant"].user.time_zone
        return zone

    def _grant(self, call: Call) -> Grant:
        fake = self._fake
        scheme, _, token = (call.header("authorization") or "").partition(" ")
        accepted = ("Zoho-oauthtoken", "Bearer") if fake.switches["bearer"] == "accepted" else ("Zoho-oauthtoken",)
        if scheme not in accepted or not token:
            raise ZohoError(401, "AUTHENTICATION_FAILURE", "Authentication failed")
        if not fake.is_loopback(call.host) and call.host != fake.centre.api(fake.environment):
            raise ZohoError(401, "AUTHENTICATION_FAILURE", "Authentication failed")
        worth, grant = fake.oauth.check(token)
        if worth == "expired":
            raise ZohoError(401, "INVALID_TOKEN", "invalid oauth token")
        if worth == "revoked":
            raise ZohoError(401, "AUTHENTICATION_FAILURE", "Authentication failed")
        if worth != "valid" or grant is None:
            raise ZohoError(401, fake.switches["unknown_token"], "invalid oauth token")
        return grant
