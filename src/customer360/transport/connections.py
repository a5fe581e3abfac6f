"""Our own keeping of connections: a bounded shelf per host, the warmest handed out first.

Why not the HTTP library's pool: one cancelled burst can make it unusable for good, and it grows slower with every
waiter (encode/httpcore#1099, #1035). Here a shard is one connection; whoever was cancelled inside one throws only that
one away.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

S = TypeVar("S")
Given = TypeVar("Given", contravariant=True)


class Waiter(Protocol[Given]):
    """A future, of asyncio's or of a thread's kind."""

    def done(self) -> bool: ...

    def set_result(self, result: Given, /) -> None: ...


class Shelf(Generic[S]):
    """The connections of one host: pure bookkeeping, guarded by its owner.

    ``bound`` is the most that exist at once, ``keep`` the seconds one may lie idle. Idle ones are handed out last in,
    first out: the warmest is the least likely to have been closed meanwhile, and the others get to expire. ``make``
    creates a shard (which connects later); ``discard`` closes one and must not raise. Waiters are served in order of
    asking.
    """

    def __init__(self, bound: int, keep: float, make: Callable[[], S], discard: Callable[[S], None]) -> None:
        if bound < 1:
            raise ValueError("a host needs one connection at least")
        self._bound = bound
        self._keep = keep
        self._make = make
        self._discard = discard
        self._idle: list[tuple[S, float]] = []
        self._waiters: deque[Waiter[S]] = deque()
        self.busy = 0
        """Shards that are out."""

    @property
    def held(self) -> int:
        """Shards that exist."""
        return self.busy + len(self._idle)

    def take(self, now: float) -> S | None:
        """A shard, or None if all are out: then :meth:`queue`."""
        self._expire(now)
        if self._idle:
            shard, _ = self._idle.pop()
        elif self.busy < self._bound:
            shard = self._make()
        else:
            return None
        self.busy += 1
        return shard

    def queue(self, waiter: Waiter[S]) -> None:
        """``waiter`` gets the next shard that comes back; finish it otherwise (cancel it) to leave the queue."""
        self._waiters.append(waiter)

    def give_back(self, shard: S, now: float, *, good: bool) -> None:
        """A shard comes back; one that is not ``good`` is closed, and its place is free for a new one."""
        if not good:
            self._discard(shard)
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(shard if good else self._make())
                return
        self.busy -= 1
        if good:
            self._idle.append((shard, now))

    def drop_idle(self) -> None:
        """Close what lies idle: after one was found dead, its contemporaries are suspect too."""
        idle, self._idle = self._idle, []
        for shard, _ in idle:
            self._discard(shard)

    def _expire(self, now: float) -> None:
        # The oldest lie at the bottom.
        if not self._idle or now - self._idle[0][1] <= self._keep:
            return
        fresh = next((i for i, (_, since) in enumerate(self._idle) if now - since <= self._keep), len(self._idle))
        expired, self._idle = self._idle[:fresh], self._idle[fresh:]
        for shard, _ in expired:
            self._discard(shard)
