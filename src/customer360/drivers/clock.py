"""The time that operations see."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What a driver reads time from."""

    def now(self) -> float:
        """Seconds since the epoch; never less than before."""
        ...

    def monotonic(self) -> float:
        """Seconds of no particular origin, for timers."""
        ...


class SystemClock:
    """The wall clock as it stood when the client began, carried on by the monotonic one.

    So a clock that is set back in mid-session makes nothing run backwards (X8).
    """

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """See :class:`Clock`."""
        return self._offset + time.monotonic()

    def monotonic(self) -> float:
        """See :class:`Clock`."""
        return time.monotonic()
