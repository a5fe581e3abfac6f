"""What stands before every data call: the session, its host, the rate, the quota, the user's rights
(contract sections 2.5 and 9)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from customer360_testkit.fakes.bullhorn.errors import BullhornError, not_allowed
from customer360_testkit.fakes.bullhorn.hosts import CORPORATION
from customer360_testkit.fakes.exchange import Call, WireAnswer

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake
    from customer360_testkit.fakes.bullhorn.sessions import Session

MINUTE = 60.0
DAY = 86_400.0
_PERIODS = {"100000_a_month": 30 * DAY, "100000_a_day": DAY}


class Guard:
    """Refuses with BullhornError; counts calls."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake
        self.reset()

    def reset(self) -> None:
        self.per_minute = 1500
        """Calls of the key within 60 seconds."""
        self.quota = 100_000
        """Calls of the key within a month or a day, by the switch ``quota``."""
        self.forbidden: set[tuple[str, str, str]] = set()
        """(login, entity or "*", READ | CREATE | UPDATE | DELETE): what the user type does not allow."""
        self.confidential: set[tuple[str | None, str, str]] = set()
        """(login, entity, field): values that the user sees as ``**CONFIDENTIAL**``."""
        self.edit_notes = False
        """The tenant's setting that lets users change the action of a note."""
        self._minute: deque[float] = deque()
        self._period: deque[float] = deque()

    def admit(self, call: Call) -> None:
        """Check who calls and how often."""
        session = self._session(call)
        call.state["session"] = session
        call.entry.account = session.grant.user.login
        now = self._fake.clock.time()
        _forget(self._minute, now - MINUTE)
        _forget(self._period, now - _PERIODS[self._fake.switches["quota"]])
        if len(self._minute) >= self.per_minute or len(self._period) >= self.quota:
            status = 200 if self._fake.switches["throttled"] == "body" else 429
            raise BullhornError(status, "API rate limit exceeded.", code=429)
        self._minute.append(now)
        self._period.append(now)

    def finish(self, call: Call, answer: WireAnswer) -> WireAnswer:
        """The headers that every answer to a known session carries."""
        if "session" not in call.state:
            return answer
        left = max(0, self.per_minute - len(self._minute))
        reset = int(self._minute[0] + MINUTE - self._fake.clock.time()) if self._minute else 0
        told = (("ratelimit-limit", self.per_minute), ("ratelimit-remaining", left), ("ratelimit-reset", reset))
        headers = answer.headers + tuple((name, str(value)) for name, value in told)
        return WireAnswer(answer.status, headers, answer.content, answer.delay)

    def may(self, call: Call, entity: str, action: str) -> None:
        """Refuse what the user's entitlements do not hold: READ, CREATE, UPDATE or DELETE."""
        login = call.state["session"].grant.user.login
        if (login, entity, action) in self.forbidden or (login, "*", action) in self.forbidden:
            raise not_allowed({"CREATE": "INSERT"}.get(action, action), int(self._fake.switches["no_right"]))

    def _session(self, call: Call) -> Session:
        fake = self._fake
        token = call.header("bhresttoken") or call.query.get("BhRestToken") or _cookie(call)
        if not token:
            if fake.switches["missing_token_body"] == "json":
                raise BullhornError(412, "BhRestToken is missing.")
            raise NoToken
        session = fake.oauth.session(token)
        at_home = session is not None and (fake.is_loopback(call.host) or call.host == session.lane)
        if session is None or not at_home or call.segments[1:2] != (CORPORATION,):
            key = "errors.authentication.invalidRestToken"
            raise BullhornError(401, "Bad 'BhRestToken' or timed-out.", key)
        return session


class NoToken(BullhornError):
    """412 without a body."""

    def __init__(self) -> None:
        super().__init__(412, "BhRestToken is missing.")

    def answer(self) -> WireAnswer:
        return WireAnswer(412)


def _cookie(call: Call) -> str | None:
    for part in (call.header("cookie") or "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == "BhRestToken":
            return value
    return None


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()
