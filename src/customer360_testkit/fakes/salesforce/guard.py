"""What stands before every data endpoint: session, API access, quota, concurrency, the user's rights
(contract sections 2.2 and 9)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from customer360_testkit.fakes.exchange import Call, WireAnswer
from customer360_testkit.fakes.oauth import Grant
from customer360_testkit.fakes.salesforce.errors import SalesforceError

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

DAY = 86_400.0
LONG = 20.0
"""From how many seconds on a request counts as a long one."""
MAX_URI = 16_384


class Guard:
    """Refuses with SalesforceError; counts calls."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake
        self.reset()

    def reset(self) -> None:
        self.quota = 100_000
        """Calls in 24 hours, rolling. May be changed at any time."""
        self.long_requests = 25
        """Requests that run for 20 seconds or more at once."""
        self.forbidden: set[tuple[str, str, str]] = set()
        """(login, object or "*", create | update | delete): what a user's profile does not allow."""
        self.hidden: set[tuple[str, str, str]] = set()
        """(login, object, field or "*"): what a user does not see; it is as if it did not exist."""
        self.without_api: set[str] = set()
        """Logins whose profile has no API access; ``"*"`` for the whole organisation."""
        self._used: deque[float] = deque()
        self._open: dict[int, float] = {}

    @property
    def used(self) -> int:
        """Calls within the last 24 hours."""
        since = self._fake.clock.time() - DAY
        while self._used and self._used[0] <= since:
            self._used.popleft()
        return len(self._used)

    def admit(self, call: Call) -> None:
        """Check who calls and how much is going on."""
        grant = self._grant(call)
        call.state["grant"] = grant
        call.entry.account = grant.user.login
        if "*" in self.without_api:
            raise SalesforceError(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.")
        if grant.user.login in self.without_api:
            raise SalesforceError(403, "API_CURRENTLY_DISABLED", "API is disabled for this User")
        now = self._fake.clock.time()
        if sum(now - since >= LONG for since in self._open.values()) >= self.long_requests:
            message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
            raise SalesforceError(403, "REQUEST_LIMIT_EXCEEDED", message)
        if self.used >= self.quota:
            raise SalesforceError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self._used.append(now)
        if call.entry.finished is None:
            self._open[call.entry.number] = now

    def leave(self, number: int) -> None:
        """The exchange with that number in the journal is over."""
        self._open.pop(number, None)

    def finish(self, call: Call, answer: WireAnswer) -> WireAnswer:
        """The header that every answer to a known session carries."""
        if "grant" not in call.state:
            return answer
        usage = ("sforce-limit-info", f"api-usage={self.used}/{self.quota}")
        return WireAnswer(answer.status, (*answer.headers, usage), answer.content, answer.delay)

    def allows(self, call: Call, name: str, action: str) -> bool:
        """Whether the user's profile allows to create, update or delete records of an object."""
        login = call.state["grant"].user.login
        return not self.forbidden & {(login, name, action), (login, "*", action)}

    def may(self, call: Call, name: str, action: str) -> None:
        """Refuse what the user's profile does not allow: create, update or delete."""
        if not self.allows(call, name, action):
            status = int(self._fake.switches["access_status"])
            code = "INSUFFICIENT_ACCESS_OR_READONLY"
            raise SalesforceError(status, code, "insufficient access rights on object id", ())

    def _grant(self, call: Call) -> Grant:
        fake = self._fake
        scheme, _, token = (call.header("authorization") or "").partition(" ")
        if scheme not in ("Bearer", "OAuth") or not token:
            raise SalesforceError(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
        if not fake.is_loopback(call.host) and call.host != fake.my_domain:
            raise _invalid_session("This session is not valid for use with the REST API")
        worth, grant = fake.oauth.check(token)
        if worth != "valid" or grant is None:
            raise _invalid_session("Session expired or invalid")
        if not {"api", "full"} & set(grant.scopes):
            raise _invalid_session("This session is not valid for use with the REST API")
        fake.oauth.prolong(token)
        return grant


def _invalid_session(message: str) -> SalesforceError:
    return SalesforceError(401, "INVALID_SESSION_ID", message)
