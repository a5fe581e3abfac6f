"""Keeping to a CRM's limits: so many requests at once, so many in a window, none in an announced pause.

The state is pure data under a lock, owned by the client and shared by all requests of a link; waiting happens through
effects only, so that tasks, threads and the simulator see the same order.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Final

from customer360.core.effects import Acquire, Now, Random, Release, Sleep
from customer360.core.errors import RateLimited

# After a pause all who waited would go at once; they are spread over this share of it, within these seconds.
_SPREAD: Final = 0.2
_SPREAD_LEAST: Final = 0.05
_SPREAD_MOST: Final = 2.0


class Window:
    """At most ``most`` starts in any ``seconds``: hands out the moment at which each request may start, in order of
    asking."""

    def __init__(self, most: int, seconds: float) -> None:
        if most < 1 or seconds < 0:
            raise ValueError("a window lets one request through at least")
        self._seconds = seconds
        self._starts: deque[float] = deque(maxlen=most)

    def peek(self, now: float) -> float:
        """When a request that asks ``now`` could start."""
        full = len(self._starts) == self._starts.maxlen
        earliest = self._starts[0] + self._seconds if full else now
        latest = self._starts[-1] if self._starts else now  # nobody overtakes
        return max(now, earliest, latest)

    def reserve(self, now: float) -> float:
        """:meth:`peek`, and take that place."""
        start = self.peek(now)
        self._starts.append(start)
        return start


class Limiter:
    """One link's limits.

    ``key`` tells its locks from other links'. ``concurrent`` requests run at once, the others wait in order of asking;
    ``per_window`` = (requests, seconds). ``fail_fast`` raises :class:`RateLimited` with the wait instead of waiting.
    """

    def __init__(
        self, key: str, concurrent: int, per_window: tuple[int, float] | None = None, *, fail_fast: bool = False
    ) -> None:
        if concurrent < 1:
            raise ValueError("one request at once is the least")
        self._gate = f"limiter:{key}"
        self._free = concurrent
        self._before_gate = 0
        self._window = None if per_window is None else Window(*per_window)
        self._paused_until = 0.0
        self._fail_fast = fail_fast
        self._lock = threading.Lock()

    # Places ---------------------------------------------------------------------------------------------------------
    #
    # A counting semaphore out of one lock that different parties take and give (Barz, 1983): the gate is open exactly
    # while a place is free. The gate's order of asking is the semaphore's. Whoever finds nobody before the gate, and
    # leaves it open, need not touch it.

    async def enter(self) -> None:
        """Take a place; give it back with :meth:`leave`, whatever happens."""
        with self._lock:
            if self._free > 1 and not self._before_gate:
                self._free -= 1
                return
            self._before_gate += 1
        try:
            await Acquire(self._gate)
        except BaseException:
            with self._lock:
                self._before_gate -= 1
            raise
        with self._lock:
            self._before_gate -= 1
            self._free -= 1
            more = self._free > 0
        if more:
            try:
                await Release(self._gate)
            except BaseException:  # cancelled just now: the caller never learns that it holds a place
                await self.leave()
                raise

    async def leave(self) -> None:
        """Give the place back; works after cancellation."""
        with self._lock:
            self._free += 1
            first = self._free == 1
        if first:
            await Release(self._gate)

    # Time -----------------------------------------------------------------------------------------------------------

    def pause(self, until: float) -> None:
        """The CRM asked for silence until ``until`` (seconds since the epoch): it holds for the whole link (R5)."""
        with self._lock:
            self._paused_until = max(self._paused_until, until)

    def paused_for(self, now: float) -> float:
        """Seconds of an announced pause that are left."""
        return max(0.0, self._paused_until - now)

    async def turn(self, patience: float) -> float:
        """Wait until a request may start, and return the moment.

        Raises :class:`RateLimited`, with the wait, if that takes longer than ``patience`` seconds.
        """
        now = await Now()
        while (left := self.paused_for(now)) > 0:
            self._bear(left, patience, "the CRM asked for a pause that lasts longer than this call may")
            spread = min(_SPREAD_MOST, max(_SPREAD_LEAST, left * _SPREAD), max(0.0, patience - left))
            await Sleep(left + spread * await Random())
            after = await Now()
            patience -= after - now
            now = after
        if self._window is None:
            return now
        with self._lock:
            wait = self._window.peek(now) - now
            if wait <= (0.0 if self._fail_fast else patience):
                self._window.reserve(now)
        self._bear(wait, patience, "the CRM's documented rate is used up for longer than this call may take")
        if wait <= 0:
            return now
        await Sleep(wait)
        now = await Now()
        if self.paused_for(now) > 0:  # announced while this one slept
            return await self.turn(patience - wait)
        return now

    def _bear(self, wait: float, patience: float, what: str) -> None:
        if wait > patience or (self._fail_fast and wait > 0):
            raise RateLimited(f"{what}; nothing was sent", wait=wait)
