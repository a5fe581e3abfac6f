"""Moments, and what happens then: a heap, from which what no longer matters falls out by itself."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

import attrs


@attrs.define(eq=False)
class Timer:
    """``action`` is None once it no longer matters."""

    action: Callable[[], None] | None


class Timers:
    """Those that have not acted yet; of two for the same moment the first that was set acts first."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._count = itertools.count()

    def set(self, when: float, action: Callable[[], None]) -> Timer:
        """Let ``action`` happen at ``when``."""
        timer = Timer(action)
        heapq.heappush(self._heap, (when, next(self._count), timer))
        return timer

    def next(self) -> float | None:
        """The next moment at which something happens; None if nothing will."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def act(self, now: float) -> None:
        """Let everything happen whose moment has come by ``now``."""
        while self._heap and self._heap[0][0] <= now:
            timer = heapq.heappop(self._heap)[2]
            if timer.action is not None:
                action, timer.action = timer.action, None
                action()
