"""What stands before every API endpoint: token, data centre, scope, the user's rights, credits, concurrency
(contract sections 2 and 9)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from customer360_testkit.fakes.exchange import Call, WireAnswer
from customer360_testkit.fakes.oauth import Grant
from customer360_testkit.fakes.zoho import times
from customer360_testkit.fakes.zoho.errors import ZohoError

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake

COQL = "ZohoCRM.coql.READ"
SEARCH = "ZohoSearch.securesearch.READ"
DAY = 86_400.0
COMPOSITE_WEIGHT = 5
"""How many requests in flight a composite request counts for."""


class Guard:
    """Refuses with ZohoError; counts credits."""

    def __init__(self, fake: ZohoFake) -> None:
        self._fake = fake
        self.reset()

    def reset(self) -> None:
        self.credits: int | None = None
        """Calls that are left; None: plenty. What was used comes back a day later."""
        self.concurrency = 10
        """Requests in flight that the edition allows."""
        self.heavy_concurrency = 10
        """Heavy ones among them: COQL, writes of more than ten records."""
        self.forbidden: set[tuple[str, str, str]] = set()
        """(login, module or "*", READ | CREATE | UPDATE | DELETE): what a user's profile does not allow."""
        self.withheld: set[tuple[str, str]] = set()
        """(login, module): whose data a user has no privilege for, though the profile allows the module."""
        self._used: deque[float] = deque()
        self._heavy: set[int] = set()
        self._composite: set[int] = set()

    def admit(self, call: Call) -> None:
        """Check who calls and how much is going on; the endpoint checks scopes with :meth:`need` and :meth:`may`."""
        grant = self._grant(call)
        call.state["grant"] = grant
        call.entry.account = grant.user.login
        self._check_load(call)
        self.spend(1)

    def leave(self, number: int) -> None:
        """The exchange with that number in the journal is over."""
        self._heavy.discard(number)
        self._composite.discard(number)

    def heavy(self, call: Call) -> None:
        """Count the call among the heavy ones, or refuse it."""
        if call.entry.finished is None:
            self._heavy.add(call.entry.number)
            if len(self._heavy) > self.heavy_concurrency:
                raise _too_many()

    def composite(self, call: Call) -> None:
        """Count the call for as much as a composite request weighs, or refuse it."""
        if call.entry.finished is None:
            self._composite.add(call.entry.number)
            self._check_load(call)

    def spend(self, amount: int) -> None:
        """Take credits, or refuse when there are none."""
        if self.credits is None:
            return
        now = self._fake.clock.time()
        while self._used and self._used[0] <= now - DAY:
            self._used.popleft()
            self.credits += 1
        if self.credits < amount:
            code = self._fake.switches["credits_code"]
            raise ZohoError(429, code, "The API credits of this organisation are used up.")
        self.credits -= amount
        self._used.extend([now] * amount)

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
        grant: Grant = call.state["grant"]
        held = grant.extra.get("folded")
        if held is None:
            held = grant.extra["folded"] = frozenset(scope.casefold() for scope in grant.scopes)
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
        if (login, module) in self.withheld:
            raise ZohoError(400, "AUTHORIZATION_FAILED", "User does not have sufficient privilege to access the data")

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

    def _check_load(self, call: Call) -> None:
        load = self._fake.in_flight + len(self._composite) * (COMPOSITE_WEIGHT - 1)
        if load > self.concurrency and call.entry.finished is None:
            raise _too_many()

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


def _too_many() -> ZohoError:
    return ZohoError(429, "TOO_MANY_REQUESTS", "Too many requests fired in concurrent than the allowed limit.")
