"""Faults on demand: what a server does wrong above the wire (those below it are in :mod:`.wire`).

::

    fake.faults.add(status(503, applied=True), method="POST", path=r"/crm/v8/Calls$")     # X3
    fake.faults.add(status(429, headers=(("retry-after", "7"),)), nth=2)                  # X4
    fake.faults.add(drop(applied=True), number=5)                                         # X1
    fake.faults.add(late(30.0), method="POST")                                            # X22
    fake.faults.add(page_loop("same"), path=r".*/search", times=None)                     # X11
    fake.faults.add(partial(1, 3), method="POST")                                         # X12
    fake.faults.add(slow(2.5))
    fake.faults.add(together(gate := Gate(3)), times=3)                                   # P15
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

import attrs

from customer360_testkit.fakes.exchange import Headers, WireAnswer, as_headers

PageLoop = Literal["same", "cycle", "endless", "empty", "shrinks"]
"""X11: the next page is this page; pages 1 and 2 for ever; ever-new cursors; empty pages that promise more; pages
that lose rows while they are walked."""


@attrs.define
class Gate:
    """Keeps answers back until ``needed`` requests are there: whoever sends them one after the other never gets one.

    That they were under way at once is so shown without a clock: however slow the machine, the gate opens or it does
    not. ``patience`` is how many seconds the fake keeps an answer back at most.
    """

    needed: int
    patience: float = 15.0
    there: int = 0
    _all: asyncio.Event = attrs.field(factory=asyncio.Event, init=False, repr=False)

    @property
    def open(self) -> bool:
        """Whether all of them have come."""
        return self.there >= self.needed

    def enter(self) -> None:
        """One more is there."""
        self.there += 1
        if self.open:
            self._all.set()

    async def passed(self) -> None:
        """Returns when the gate is open, or patience has ended."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all.wait(), self.patience)


@attrs.frozen
class Fault:
    """What goes wrong. Build it with the functions of this module."""

    name: str
    answer: WireAnswer | None = None
    """Sent instead of the fake's own answer."""
    apply: Literal["no", "yes", "late"] = "yes"
    """Whether the request takes effect: not at all, now, or ``after`` seconds later."""
    lose: bool = False
    """Whether the connection ends without an answer."""
    after: float = 0.0
    delay: float = 0.0
    gate: Gate | None = None
    page_loop: PageLoop | None = None
    partial: frozenset[int] = frozenset()


def status(code: int, *, headers: Headers = (), content: bytes = b"", applied: bool = False) -> Fault:
    """X3, X4, X5, X6: this status instead of the true answer; ``applied`` says whether the work was done."""
    answer = WireAnswer(code, as_headers(headers), content)
    return Fault(f"status {code}", answer=answer, apply="yes" if applied else "no")


def drop(*, applied: bool) -> Fault:
    """X1 (``applied``) or X2: the connection ends without an answer."""
    return Fault("drop", apply="yes" if applied else "no", lose=True)


def late(after: float, answer: WireAnswer | None = None) -> Fault:
    """X22: no answer (or ``answer``) now, and the request takes effect ``after`` seconds later."""
    return Fault("late", apply="late", after=after, answer=answer, lose=answer is None)


def slow(seconds: float) -> Fault:
    """The true answer, ``seconds`` later (see :class:`WireAnswer`)."""
    return Fault("slow", delay=seconds)


def together(gate: Gate) -> Fault:
    """The true answer, once as many requests as the gate needs are there (P15; over HTTP only)."""
    return Fault("together", gate=gate)


def page_loop(kind: PageLoop) -> Fault:
    """X11: a paginator that never ends, or loses rows."""
    return Fault(f"page loop {kind}", page_loop=kind)


def partial(*items: int) -> Fault:
    """X12: the items at these places (from 0) of a batch fail, the others are done."""
    return Fault("partial", partial=frozenset(items))


@attrs.define
class _Armed:
    fault: Fault
    method: str | None
    path: re.Pattern[str] | None
    number: int | None
    nth: int
    times: int | None
    when: Callable[[str, str], bool] | None
    seen: int = 0


class Faults:
    """The faults that are armed. The first that fits strikes, and is spent after ``times`` strikes."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def __bool__(self) -> bool:
        return bool(self._armed)

    def add(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        path: str | None = None,
        number: int | None = None,
        nth: int = 1,
        times: int | None = 1,
        when: Callable[[str, str], bool] | None = None,
    ) -> None:
        """Arm a fault.

        Args:
            fault: what goes wrong.
            method: only requests of this method.
            path: only paths that match this regular expression from their start.
            number: only the request with this number in the journal.
            nth: strike from the nth fitting request on.
            times: how often it strikes; None for ever.
            when: a last word: called with method and path.
        """
        pattern = re.compile(path) if path is not None else None
        self._armed.append(_Armed(fault, method, pattern, number, nth, times, when))

    def clear(self) -> None:
        self._armed.clear()

    def strike(self, number: int, method: str, path: str) -> Fault | None:
        """The fault that strikes this request, or None. Counts it."""
        for armed in self._armed:
            if armed.number is not None and armed.number != number:
                continue
            if armed.method is not None and armed.method != method:
                continue
            if armed.path is not None and not armed.path.match(path):
                continue
            if armed.when is not None and not armed.when(method, path):
                continue
            armed.seen += 1
            if armed.seen < armed.nth:
                continue
            if armed.times is not None:
                armed.times -= 1
                if armed.times <= 0:
                    self._armed.remove(armed)
            return armed.fault
        return None
