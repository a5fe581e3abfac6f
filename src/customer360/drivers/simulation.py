"""Runs operations in virtual time: several processes on one clock, in an order that a seed decides.

What a leaf comes to, and when, is for the test to say: :class:`Simulation` hands each ``Send``, ``Tx`` and ``Peek``
to ``leaf(process, effect, back)``, which calls ``back(value, error)`` at once or later (:meth:`Simulation.at`),
or never. Locks and shared work belong to a process and die with it.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import attrs

from customer360.core.effects import Acquire, Leaf, Operation, Release, Shared
from customer360.core.kernel import Kernel
from customer360.drivers.locks import Locks, Waiter

Back: TypeAlias = Callable[[Any, BaseException | None], None]

EPOCH = 1_800_000_000.0
"""When a simulation begins, in seconds since the epoch."""


@attrs.define(eq=False)
class Process:
    """One run of the SDK: what it started, and what that came to.

    Setting ``dead`` is ``kill -9``: nothing of it goes on, no ``finally`` runs, and what it sent arrives all the same.
    """

    name: str
    dead: bool = False
    result: tuple[Any, BaseException | None] | None = None
    """The value or the error of the operation, once it has ended."""
    locks: Locks = attrs.field(factory=Locks)
    shared: dict[str, list[Back]] = attrs.field(factory=dict)
    runs: list[_Run] = attrs.field(factory=list)
    """The operation's run, and those of its shared work."""


class Simulation:
    """A world of processes; the same ``seed`` gives the same world."""

    def __init__(
        self,
        seed: int,
        leaf: Callable[[Process, Leaf[Any], Back], None],
        *,
        emit: Callable[[Process, object], None] | None = None,
    ) -> None:
        self.now = EPOCH
        self.random = random.Random(seed)
        self._leaf = leaf
        self._emit = emit
        self._agenda: list[tuple[float, float, int, Callable[[], object]]] = []
        self._count = itertools.count()
        self._processes: list[Process] = []

    def at(self, when: float, happens: Callable[[], object]) -> None:
        """Let something happen at a moment; what falls together happens in an order by chance."""
        heapq.heappush(self._agenda, (when, self.random.random(), next(self._count), happens))

    def start(self, name: str, op: Operation[Any]) -> Process:
        """A new process that runs ``op``."""
        process = Process(name)
        self._processes.append(process)

        def ended(value: Any, error: BaseException | None) -> None:
            process.result = (value, error)

        self._begin(process, op, ended, ())
        return process

    def cancel(self, process: Process) -> None:
        """Whoever started the process's operation no longer wants it; shared work goes on."""
        run = process.runs[0]
        run.kernel.cancel()
        self.at(self.now, partial(self._go, run))

    def run(self, until: Callable[[], bool], limit: float) -> bool:
        """Let time go on until ``until()`` holds; whether it did by the moment ``limit``."""
        while self._agenda:
            if until():
                return True
            when, _, _, happens = heapq.heappop(self._agenda)
            if when > limit:
                return False
            self.now = max(self.now, when)
            happens()
        return until()

    def close(self) -> None:
        """The end of the world: what is still suspended ends, and none of its effects is carried out."""
        for process in self._processes:
            process.dead = True
            for run in process.runs:
                run.kernel.abandon()

    # One kernel -------------------------------------------------------------------------------------------------------

    def _begin(self, process: Process, op: Operation[Any], ended: Back, inside: tuple[str, ...]) -> None:
        kernel: Kernel[Any] = Kernel(
            op,
            now=lambda: self.now,
            monotonic=lambda: self.now,
            random=self.random.random,
            emit=partial(self._told, process),
        )
        run = _Run(process, kernel, ended, inside)
        process.runs.append(run)
        self.at(self.now, partial(self._go, run))

    def _told(self, process: Process, event: object) -> None:
        if self._emit is not None:
            self._emit(process, event)

    def _go(self, run: _Run) -> None:
        if run.process.dead or run.over:
            return
        run.kernel.tick()
        run.kernel.advance()
        while run.kernel.starts:
            starts, run.kernel.starts = run.kernel.starts, []
            for token, leaf in starts:
                self._carry_out(run, token, leaf)
            run.kernel.advance()
        for token in run.kernel.drops:
            waiter = run.waiters.pop(token, None)
            if waiter is not None:
                run.process.locks.withdraw(waiter)
        run.kernel.drops.clear()
        if run.kernel.done:
            run.over = True
            run.process.runs.remove(run)
            run.ended(run.kernel.value, run.kernel.error)
            return
        due = run.kernel.next_timer()
        if due is not None and due != run.due:
            run.due = due
            self.at(due, partial(self._due, run, due))

    def _due(self, run: _Run, due: float) -> None:
        if run.due == due:
            run.due = None
            self._go(run)

    def _carry_out(self, run: _Run, token: int, leaf: Leaf[Any]) -> None:
        back = partial(self._answered, run, token)
        match leaf:
            case Acquire(key):
                waiter = run.waiters[token] = Waiter(key, lambda: self.at(self.now, partial(back, None, None)))
                run.process.locks.ask(waiter)
            case Release(key):
                try:
                    run.process.locks.release(key)
                except RuntimeError as error:
                    run.kernel.answer(token, None, error)
                else:
                    run.kernel.answer(token)
            case Shared():
                self._join(run, leaf, back)
            case _:
                self._leaf(run.process, leaf, back)

    def _join(self, run: _Run, leaf: Shared[Any], back: Back) -> None:
        shared = run.process.shared
        if leaf.key in run.inside:
            back(None, RuntimeError(f"shared work {leaf.key!r} waits for itself"))
        elif leaf.key in shared:
            shared[leaf.key].append(back)
        else:
            try:
                op = leaf.factory()
            except Exception as error:
                back(None, error)
                return
            shared[leaf.key] = [back]
            self._begin(run.process, op, partial(_tell, run.process, leaf.key), (*run.inside, leaf.key))

    def _answered(self, run: _Run, token: int, value: Any, error: BaseException | None) -> None:
        if not run.process.dead:
            waiter = run.waiters.pop(token, None)
            if not run.kernel.answer(token, value, error) and waiter is not None:
                run.process.locks.withdraw(waiter)
            self.at(self.now, partial(self._go, run))


@attrs.define(eq=False)
class _Run:
    process: Process
    kernel: Kernel[Any]
    ended: Back
    inside: tuple[str, ...]
    """The keys of the shared work that this is part of."""
    waiters: dict[int, Waiter] = attrs.field(factory=dict)
    due: float | None = None
    over: bool = False


def _tell(process: Process, key: str, value: Any, error: BaseException | None) -> None:
    for back in process.shared.pop(key):
        back(value, error)
