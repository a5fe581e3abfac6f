"""Ctrl-C while an operation runs on the main thread: noted at once, raised where it does no harm.

Python raises KeyboardInterrupt between any two instructions: inside a transaction, or after one was committed and
before the operation could know. So for the length of a run the handler is ours, as :class:`asyncio.Runner` does it; and
like there, only in place of Python's own: a host that handles signals in its own way keeps its way.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType


class Interrupts:
    """A context in which the first Ctrl-C calls ``struck``; it is raised at once while :attr:`exposed`, and so is the
    second in any case."""

    def __init__(self, struck: Callable[[], object]) -> None:
        on_main = threading.current_thread() is threading.main_thread()
        self.ours = on_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        """Whether nothing is raised that we did not let."""
        self.anytime = on_main and not self.ours
        """Whether a handler may raise something at any moment."""
        self.exposed = False
        self._struck = struck
        self._noted = False
        self._raised = False

    def __enter__(self) -> Interrupts:
        if self.ours:
            signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self.ours and signal.getsignal(signal.SIGINT) == self._handle:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def check(self) -> None:
        """Raise what was noted."""
        if self._noted and not self._raised:
            self._raised = True
            raise KeyboardInterrupt

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._noted or self.exposed:
            self._noted = self._raised = True
            raise KeyboardInterrupt
        self._noted = True
        self._struck()
