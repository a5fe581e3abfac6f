"""Threads for the steps of plugins that block, so that an event loop need not wait for them (R12)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

import attrs

MOST = 8
"""Threads that one plugin may hold. What it is asked beyond that waits, and is nobody else's business."""


@attrs.define(eq=False)
class _Line:
    """One plugin's work."""

    waiting: deque[Callable[[], None]] = attrs.field(factory=deque)
    threads: int = 0


class Sidings:
    """Threads by plugin. They are daemons: one that is held for ever keeps no process from ending."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._turn = threading.Lock()
        self._lines: dict[str, _Line] = {}

    def take(self, of: str, work: Callable[[], None]) -> None:
        """Do ``work``, which raises nothing, as soon as a thread of ``of`` is free."""
        with self._turn:
            line = self._lines.setdefault(of, _Line())
            line.waiting.append(work)
            if line.threads == self._most:
                return
            line.threads += 1
        threading.Thread(target=self._serve, args=(line,), name=f"customer360 aside {of}", daemon=True).start()

    def _serve(self, line: _Line) -> None:
        while True:
            with self._turn:
                if not line.waiting:
                    line.threads -= 1
                    return
                work = line.waiting.popleft()
            work()
