"""In-process locks by key, for all runs of a client, whichever threads and loops they are on."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from functools import partial

import attrs

log = logging.getLogger("customer360.drivers")


@attrs.define(eq=False)
class Waiter:
    """Somebody who asked for a lock; ``granted`` is called, on any thread, once it is theirs."""

    key: str
    granted: Callable[[], object]
    holds: bool = False


class Understudy:
    """Counts as a run in the place of shared work while no run of it does: before it has begun, and after its end until
    whoever waits has been told. Else one who waits would, in such a moment, believe that nobody is left to wait for."""

    def __init__(self, locks: Locks) -> None:
        self.step_in = partial(locks.enter, self)
        self.step_back = partial(locks.leave, self)
        self.step_in()


class Locks:
    """Each lock is held by nobody or by one waiter at a time, in order of asking; who gives it back does not matter.

    So a lock that is never given back shows only when nobody is left who could: a run that waits for it while every
    other run waits as well is told so (:meth:`hopeless`), and what is held after the last run is freed and logged.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._queues: dict[str, deque[Waiter]] = {}
        """The waiters of every lock that is held."""
        self._runs: dict[object, tuple[Waiter, ...] | None] = {}
        """The runs under way; those that can only wait for others, with the locks they wait for."""

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

    # Who is left to give a lock back ----------------------------------------------------------------------------------

    def enter(self, run: object) -> None:
        """A run begins."""
        with self._mutex:
            self._runs[run] = None

    def hopeless(self, run: object, waiters: tuple[Waiter, ...]) -> bool:
        """``run`` can only wait, for ``waiters`` or for another run; whether that goes for every run there is."""
        with self._mutex:
            self._runs[run] = waiters
            parked = [each for each in self._runs.values() if each is not None]
            return len(parked) == len(self._runs) and not any(waiter.holds for each in parked for waiter in each)

    def resume(self, run: object) -> None:
        """``run`` has something to do again."""
        with self._mutex:
            self._runs[run] = None

    def leave(self, run: object) -> None:
        """A run has ended; after the last one no lock is held by right."""
        with self._mutex:
            self._runs.pop(run, None)
            if self._runs or not self._queues:
                return
            forgotten = sorted(self._queues)
            self._queues.clear()
        log.error("no operation is under way, and these locks were never given back: %s", ", ".join(forgotten))
