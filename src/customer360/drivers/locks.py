"""In-process locks by key, for all runs of a client, whichever threads and loops they are on."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

import attrs


@attrs.define(eq=False)
class Waiter:
    """Somebody who asked for a lock; ``granted`` is called, on any thread, once it is theirs."""

    key: str
    granted: Callable[[], object]
    holds: bool = False


class Locks:
    """Each lock is held by nobody or by one waiter at a time, in order of asking; who gives it back does not matter."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._queues: dict[str, deque[Waiter]] = {}
        """The waiters of every lock that is held."""

    def ask(self, waiter: Waiter) -> None:
        """Queue up; calls ``granted`` now if the lock is free."""
        with self._mutex:
            queue = self._queues.get(waiter.key)
            if queue is not None:
                queue.append(waiter)
                return
            self._queues[waiter.key] = deque()
            waiter.holds = True
        waiter.granted()

    def withdraw(self, waiter: Waiter) -> None:
        """Its asker has gone: a waiter leaves the queue, and a lock granted in vain goes to the next."""
        with self._mutex:
            queue = self._queues.get(waiter.key)
            if not waiter.holds and queue is not None and waiter in queue:
                queue.remove(waiter)
                return
        if waiter.holds:
            self.release(waiter.key)

    def release(self, key: str) -> None:
        """Give the lock to the next in the queue. Raises RuntimeError if nobody holds it."""
        with self._mutex:
            queue = self._queues.get(key)
            if queue is None:
                raise RuntimeError(f"the lock {key!r} was released, and nobody holds it")
            if not queue:
                del self._queues[key]
                return
            following = queue.popleft()
            following.holds = True
        following.granted()

    def held(self) -> frozenset[str]:
        """The keys of the locks that are held now."""
        with self._mutex:
            return frozenset(self._queues)
