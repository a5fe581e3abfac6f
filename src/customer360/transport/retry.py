"""Whether a failed attempt is repeated, and when: pure functions of (attempt, error, time left, chance)."""

from __future__ import annotations

import threading
from typing import Final

import attrs

from customer360.core.errors import (
    AnswerLost,
    ConnectFailed,
    CrmUnavailable,
    Customer360Error,
    DeadlineExceeded,
    RateLimited,
    TransportError,
)


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """Seconds, but for ``attempts`` (requests in all).

    ``attempt_timeout`` bounds one request, ``total`` a whole exchange that runs under no deadline of its caller, and
    ``longest_wait`` what is waited for before a repeat.
    """

    attempts: int = 3
    base: float = 0.25
    cap: float = 5.0
    attempt_timeout: float = 10.0
    total: float = 60.0
    longest_wait: float = 30.0


def may_repeat(error: Customer360Error, *, repeatable: bool) -> bool:
    """Whether the same request may be sent again after ``error``.

    Anything may when nothing was sent (``ConnectFailed``) or the CRM refused to look at it (429); what may have been
    applied, only when sending twice is harmless (R1).
    """
    if not error.retryable:
        return False
    if isinstance(error, ConnectFailed):
        return True
    if isinstance(error, RateLimited):
        return repeatable or (error.status == 429 and not error.maybe_applied)
    return repeatable and isinstance(error, AnswerLost | DeadlineExceeded | CrmUnavailable)


def pause_before_repeat(
    error: Customer360Error,
    *,
    attempt: int,
    repeatable: bool,
    remaining: float,
    chance: float,
    policy: RetryPolicy,
) -> float | None:
    """Seconds until attempt ``attempt + 1``, or None if there must not be one.

    Full jitter: anything up to ``base * 2^(attempt-1)``, at most ``cap``. A wait that the CRM announced is kept in
    full, with the jitter after it; one that does not fit into what remains, or exceeds ``longest_wait``, ends the
    exchange at once, because waiting for it would be in vain (R5). ``chance`` in [0, 1).
    """
    if attempt >= policy.attempts or not may_repeat(error, repeatable=repeatable):
        return None
    backoff = chance * min(policy.cap, policy.base * 2.0 ** min(attempt - 1, 30))
    if error.wait is None:
        pause = backoff
    elif error.wait > policy.longest_wait:
        return None
    elif isinstance(error, TransportError) and error.wait == 0:
        pause = 0.0  # the connection had gone stale; the CRM itself said nothing
    else:
        pause = error.wait + backoff  # the jitter avoids a burst after the pause
    return pause if pause < remaining else None


CAPACITY: Final = 500
RETRY_COST: Final = 5
TIMEOUT_COST: Final = 10


class RetryBudget:
    """What a link may spend on repeats, so that an outage is not multiplied by them (R6).

    The scheme and figures of botocore's standard mode: 500 tokens, 5 a repeat, 10 after a timeout; a success gives
    back what its repeat cost, or 1. Safe in threads.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self._tokens = capacity
        self._lock = threading.Lock()

    @property
    def tokens(self) -> int:
        """What is left."""
        return self._tokens

    def spend(self, error: Customer360Error) -> int | None:
        """Pay for a repeat after ``error``: the price, or None if there is too little left."""
        price = TIMEOUT_COST if isinstance(error, DeadlineExceeded) else RETRY_COST
        with self._lock:
            if price > self._tokens:
                return None
            self._tokens -= price
            return price

    def earn(self, price: int | None) -> None:
        """A request succeeded; ``price`` is what its last repeat had cost, if there was one."""
        with self._lock:
            self._tokens = min(self.capacity, self._tokens + (1 if price is None else price))
