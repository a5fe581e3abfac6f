"""Figures: taken in turns within one run, told as medians and ratios, as a table and as JSON."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import attrs

QUICK = "--quick" in sys.argv
"""Tiny sizes: whether it runs, not how fast."""


def sized(full: int, quick: int) -> int:
    """How often, or how many."""
    return quick if QUICK else full


def pin(core: int) -> None:
    """Keep this process on one core, so that client and server do not chase each other; nothing where that is not
    possible."""
    if hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, {core})


@attrs.define
class Table:
    """Cases measured round by round: every case once a round, so that they share the machine's moods.

    ``unit`` names the figures; ``base`` is the case that the others are divided by, within each round.
    """

    title: str
    unit: str = "us"
    base: str | None = None
    found: dict[str, list[float]] = attrs.field(factory=dict)
    targets: dict[str, str] = attrs.field(factory=dict)
    """Case -> what it is held against."""

    def add(self, case: str, figure: float) -> None:
        """One round's figure."""
        self.found.setdefault(case, []).append(figure)

    def ratio(self, case: str) -> float | None:
        """The median of the rounds' ratios to the base."""
        if self.base is None or self.base not in self.found:
            return None
        return statistics.median(a / b for a, b in zip(self.found[case], self.found[self.base], strict=True))

    def tell(self) -> None:
        """Print the table, then the same as one line of JSON."""
        wide = max(map(len, self.found), default=0) + 2
        print(f"\n{self.title}\n{'':{wide}}{self.unit:>12}{'x base':>9}  {'least .. most':<24}target")
        rows = []
        for case, figures in self.found.items():
            middle, ratio = statistics.median(figures), self.ratio(case)
            shown = "" if ratio is None else f"{ratio:.2f}"
            spread = f"{min(figures):.1f} .. {max(figures):.1f}"
            print(f"{case:{wide}}{middle:12.1f}{shown:>9}  {spread:<24}{self.targets.get(case, '')}".rstrip())
            rows.append(
                {
                    "case": case,
                    "median": round(middle, 3),
                    "least": round(min(figures), 3),
                    "most": round(max(figures), 3),
                    "rounds": len(figures),
                    "ratio": None if ratio is None else round(ratio, 3),
                    "target": self.targets.get(case),
                }
            )
        print(json.dumps({"table": self.title, "unit": self.unit, "base": self.base, "rows": rows}), flush=True)


def machine() -> Mapping[str, Any]:
    """What the figures depend on, without a name."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load": None if load is None else round(load, 2),
    }


def each(call: Callable[[], object], times: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """Microseconds for one call; with ``time.thread_time`` only those that this thread had the processor."""
    gc.collect()
    gc.disable()
    try:
        began = clock()
        for _ in range(times):
            call()
        return (clock() - began) / times * 1e6
    finally:
        gc.enable()


async def each_of(call: Callable[[], Awaitable[object]], times: int, at_once: int) -> float:
    """Microseconds for one call, ``at_once`` of them under way all the time."""
    gc.collect()
    left = times

    async def worker() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await call()

    began = time.perf_counter()
    await asyncio.gather(*[worker() for _ in range(at_once)])
    return (time.perf_counter() - began) / times * 1e6
