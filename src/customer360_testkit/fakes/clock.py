"""The clocks a fake may be given; a fake never asks the operating system for the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

EPOCH = datetime(2026, 5, 14, 9, 0, tzinfo=UTC).timestamp()
"""Where a :class:`FakeClock` starts unless told otherwise: 2026-05-14 09:00 UTC."""


class Clock(Protocol):
    """What a fake asks of a clock."""

    def time(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        ...

    def now(self) -> datetime:
        """The same instant as an aware UTC datetime."""
        ...


class FakeClock:
    """A clock that moves only when told to."""

    __slots__ = ("_seconds",)

    def __init__(self, start: float = EPOCH) -> None:
        self._seconds = start

    def time(self) -> float:
        return self._seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._seconds, UTC)

    def advance(self, seconds: float) -> None:
        """Move forward by ``seconds`` (negative: a clock that was set back, X8)."""
        self._seconds += seconds

    def set(self, seconds: float) -> None:
        """Jump to ``seconds`` since 1970 (the simulator's own clock)."""
        self._seconds = seconds


class WallClock:
    """The machine's clock, for fakes that are served to people."""

    __slots__ = ()

    def time(self) -> float:
        return time.time()

    def now(self) -> datetime:
        return datetime.now(UTC)
