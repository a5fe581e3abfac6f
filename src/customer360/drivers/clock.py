"""The time that operations see."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
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
    """The wall clock as it stood when the client began, carried on by one that only runs forwards.

    So a clock that is set back in mid-session makes nothing run backwards (X8), and a laptop that slept overnight does
    not wake up in yesterday: where the system has a clock that goes on during sleep, that one is used.
    """

    def __init__(self) -> None:
        self._offset = time.time() - _awake_or_asleep()

    def now(self) -> float:
        """See :class:`Clock`."""
        return self._offset + _awake_or_asleep()

    monotonic = staticmethod(time.monotonic)
    """See :class:`Clock`."""


# Linux counts sleep in CLOCK_BOOTTIME, macOS in CLOCK_MONOTONIC (not in time.monotonic), Windows in time.monotonic.
_CLOCK: int | None = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))

_awake_or_asleep: Callable[[], float] = time.monotonic if _CLOCK is None else partial(time.clock_gettime, _CLOCK)
