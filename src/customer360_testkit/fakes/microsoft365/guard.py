"""What stands before every endpoint of Graph: token, claims, scope, state of the mailbox, limits."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from customer360_testkit.fakes.exchange import Call, Endpoint, WireAnswer
from customer360_testkit.fakes.journal import Entry
from customer360_testkit.fakes.microsoft365.errors import GraphError, access_denied
from customer360_testkit.fakes.microsoft365.mailboxes import principal_name
from customer360_testkit.fakes.oauth import Grant

if TYPE_CHECKING:
    from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake

WINDOW = (10_000, 600.0)
"""Requests within seconds, per application and mailbox."""
_STATES = {
    "suspended": lambda: GraphError(403, "ErrorAccountSuspend", "Account suspended.", bare=True),
    "missing": lambda: GraphError(
        404, "MailboxNotEnabledForRESTAPI", "REST API is not yet supported for this mailbox."
    ),
    "full": lambda: GraphError(507, "ErrorQuotaExceeded", "The mailbox is over its quota."),
}


class Guard:
    """Refuses with GraphError; counts what each mailbox is asked."""

    def __init__(self, fake: Microsoft365Fake) -> None:
        self._fake = fake
        self.reset()

    def reset(self) -> None:
        self.concurrent = 4
        """Requests under way at once, of a mailbox."""
        self._flying: dict[str, set[int]] = {}
        self._window: dict[str, deque[float]] = {}

    def guarded(self, endpoint: Callable[[Call], WireAnswer], *scopes: str) -> Endpoint:
        """The endpoint, for those who hold one of the scopes (any, when none is named)."""

        def run(call: Call) -> WireAnswer:
            grant = self._authenticated(call)
            if scopes and not any(scope in grant.scopes for scope in scopes):
                raise access_denied()
            login = grant.user.login
            user = call.params.get("user")
            if user is not None and user not in (grant.user.id, principal_name(grant.user)):
                raise access_denied()
            state = self._fake.mailbox_state.get(login)
            if state is not None and (state != "full" or _adds(call)):
                raise _STATES[state]()
            call.state["box"] = self._fake.boxes[login]
            self._count(call, login)
            return endpoint(call)

        return run

    def _authenticated(self, call: Call) -> Grant:
        fake = self._fake
        scheme, _, token = (call.header("authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise self._unauthorized(call, "Access token is empty.")
        worth, grant = fake.oauth.check(token)
        if worth == "expired":
            raise self._unauthorized(call, "Lifetime validation failed, the token is expired.")
        if worth != "valid" or grant is None:
            raise self._unauthorized(call, "CompactToken parsing failed with error code: 80049217")
        if grant.extra.get("cloud", fake.switches["cloud"]) != fake.cloud_of(call).key:
            raise self._unauthorized(call, "Access token validation failure. Invalid audience.")
        wanted = fake.challenges.get(grant.user.login)
        if wanted is not None and grant.extra.get("claims") != wanted:
            told = base64.b64encode(wanted.encode()).decode()
            more = f', error="insufficient_claims", claims="{told}"'
            raise self._unauthorized(call, "Continuous access evaluation resulted in challenge.", more)
        call.state["grant"] = grant
        call.entry.account = grant.user.login
        return grant

    def _unauthorized(self, call: Call, message: str, more: str = "") -> GraphError:
        login = f"https://{self._fake.cloud_of(call).logins[0]}/common/oauth2/authorize"
        challenge = (("www-authenticate", f'Bearer realm="", authorization_uri="{login}"{more}'),)
        return GraphError(401, "InvalidAuthenticationToken", message, headers=challenge)

    # --- limits ------------------------------------------------------------------------------------------------

    def too_many(self, seconds: float = 1.0) -> GraphError:
        """The 429 of somebody who may come back in so many seconds."""
        switches = self._fake.switches
        told = {"constant": "1", "true": str(int(seconds) + 1), "absent": None}[switches["retry_after"]]
        headers = () if told is None else (("retry-after", told),)
        message = "Application is over its MailboxConcurrency limit."
        return GraphError(429, switches["throttle_code"], message, headers=headers)

    def free_slots(self, call: Call) -> int:
        """How many requests of a batch may run."""
        others = len(self._flying.get(call.entry.account or "", set()) - {call.entry.number})
        return 20 if not others or self._fake.switches["batch_parallel"] == "queues" else self.concurrent - others

    def landed(self, entry: Entry) -> None:
        """An exchange is over."""
        if entry.account in self._flying:
            self._flying[entry.account].discard(entry.number)

    def _count(self, call: Call, login: str) -> None:
        now = self._fake.clock.time()
        times = self._window.setdefault(login, deque())
        while times and times[0] <= now - WINDOW[1]:
            times.popleft()
        if len(times) >= WINDOW[0]:
            raise self.too_many(times[0] + WINDOW[1] - now)
        times.append(now)
        if call.entry.finished is not None:
            return  # an X22 request that takes effect later flies no more
        flying = self._flying.setdefault(login, set())
        if len(flying - {call.entry.number}) >= self.concurrent:
            raise self.too_many()
        flying.add(call.entry.number)


def _adds(call: Call) -> bool:
    """Whether a request brings something into the mailbox; what a batch holds is asked of each part."""
    return call.method in ("POST", "PATCH", "PUT") and call.segments[-1] not in ("$batch", "translateExchangeIds")
