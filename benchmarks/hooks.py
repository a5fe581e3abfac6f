"""P12: what listening costs: an event with nobody, one and thirteen listening; and hooks per pop.

Run: python -m benchmarks hooks
The plugin hook is called once, when plugins are found. Told is also how many calls into pluggy a whole pop makes, and
how many events it emits, for all of its records together.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

from benchmarks.stage.figures import Table, each, sized
from benchmarks.stage.playing import AGENT, call_from, caller, playing, without_proxies

from customer360.core.effects import Emit, Now
from customer360.core.kernel import Kernel
from customer360.transport.fast_adapter import FastPort

CRM = "zoho"
ROUNDS = sized(9, 2)
TIMES = sized(20_000, 10)
LISTENERS = (0, 1, 13)


async def emitting(times: int) -> None:
    event = Emit("changed")
    for _ in range(times):
        await event


async def looking(times: int) -> None:
    now = Now()
    for _ in range(times):
        await now


def run(op: Any, emit: Callable[[object], None]) -> None:
    kernel: Kernel[None] = Kernel(op, now=lambda: 0.0, monotonic=lambda: 0.0, random=lambda: 0.5, emit=emit)
    kernel.advance()
    kernel.result()


def heard(count: int) -> Callable[[object], None]:
    """``count`` listeners that do nothing."""
    listeners: list[Callable[[object], None]] = [lambda event: None for _ in range(count)]

    def emit(event: object) -> None:
        for listener in listeners:
            listener(event)

    return emit


def emitted(listening: int) -> None:
    run(emitting(TIMES), heard(listening))


def events() -> None:
    table = Table("P12: an event, above the cheapest effect")
    table.targets = {"0 listeners": "<= 0.1", "13 listeners": "<= 6"}
    for _ in range(ROUNDS):
        base = each(lambda: run(looking(TIMES), heard(0)), 1) / TIMES
        for count in LISTENERS:
            table.add(f"{count} listeners", each(partial(emitted, count), 1) / TIMES - base)
    table.tell()


def pops() -> None:
    table = Table("P12: in a whole pop", "count")
    table.targets = {"hooks called": "0"}
    with playing(CRM) as play, play.blocking(http=FastPort()) as client:
        customer = caller(play.crm).e164[0]
        with play.stage.recording():
            session = client.session(CRM, AGENT)
            session.begin(call_from(customer))
        called = told = 0

        def count(frame: FrameType, event: str, argument: object) -> None:
            nonlocal called
            called += event == "call" and "pluggy" in frame.f_code.co_filename

        def change(part: object) -> None:
            nonlocal told
            told += 1

        sys.setprofile(count)
        session.begin(call_from(customer), on_change=change)
        sys.setprofile(None)
        table.add("hooks called", called)
        table.add("events told", told)
    table.tell()


if __name__ == "__main__":
    without_proxies()
    events()
    pops()
