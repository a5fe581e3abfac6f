"""Runs operations as coroutines of asyncio.

A request is a task of the loop, a transaction one hop to a thread. Cancelling the task that awaits :meth:`run` cancels
the operation; what it then records is waited for, however often it is cancelled.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import attrs

from customer360.core.effects import Acquire, Leaf, Operation, Peek, Release, Send, Shared, Tx
from customer360.core.kernel import Kernel
from customer360.drivers.blocking import Answer
from customer360.drivers.clock import Clock, SystemClock
from customer360.drivers.locks import Locks, Waiter
from customer360.store.engine import Store
from customer360.transport.port import AsyncHttpPort

T = TypeVar("T")

WORKERS = 16
"""Threads for transactions: SQLite writes one at a time anyway."""


class AsyncioDriver:
    """Carries out leaves with ``http`` and ``store``; any number of tasks may run operations at once."""

    def __init__(
        self, *, http: AsyncHttpPort, store: Store, clock: Clock | None = None, workers: int = WORKERS
    ) -> None:
        self._http = http
        self._store = store
        self._clock = clock or SystemClock()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="customer360")
        self._locks = Locks()
        self._shared: dict[str, asyncio.Task[Any]] = {}

    async def run(self, op: Operation[T], *, emit: Callable[[object], None] | None = None) -> T:
        """The operation's value, or its error raised. ``emit`` is called on the loop's thread."""
        return await self._run(op, emit, ())

    async def close(self, *, patience: float = 30.0) -> None:
        """Wait for shared work (seconds at most), then for the pool. The ports are the caller's to close."""
        if self._shared:
            await asyncio.wait(self._shared.values(), timeout=patience)
        await asyncio.to_thread(self._pool.shutdown)

    async def _run(self, op: Operation[T], emit: Callable[[object], None] | None, inside: tuple[str, ...]) -> T:
        kernel: Kernel[T] = Kernel(
            op,
            now=self._clock.now,
            monotonic=self._clock.monotonic,
            random=random.random,
            emit=emit or _unheard,
        )
        await _Run(self, kernel, inside).to_the_end()
        return kernel.result()

    def _join(self, leaf: Shared[Any], inside: tuple[str, ...]) -> asyncio.Task[Any]:
        """The run under ``leaf.key``, begun if there is none: a task of the driver's, which no caller cancels."""
        if leaf.key in inside:
            raise RuntimeError(f"shared work {leaf.key!r} waits for itself")
        task = self._shared.get(leaf.key)
        if task is None:
            task = asyncio.ensure_future(self._run(leaf.factory(), None, (*inside, leaf.key)))
            self._shared[leaf.key] = task
            task.add_done_callback(partial(self._ended, leaf.key))
        return task

    def _ended(self, key: str, task: asyncio.Task[Any]) -> None:
        del self._shared[key]
        if not task.cancelled():
            task.exception()  # seen: everybody who waits is told, and nobody may be waiting


@attrs.define(eq=False)
class _Run:
    """One operation's run: the leaves in flight and the answers that have come in."""

    driver: AsyncioDriver
    kernel: Kernel[Any]
    inside: tuple[str, ...]
    loop: asyncio.AbstractEventLoop = attrs.field(factory=asyncio.get_running_loop)
    answers: list[Answer] = attrs.field(factory=list)
    came: asyncio.Event = attrs.field(factory=asyncio.Event)
    flying: dict[int, Callable[[], object]] = attrs.field(factory=dict)
    """How to let go of a leaf that nobody waits for any more."""

    async def to_the_end(self) -> None:
        cancelled: asyncio.CancelledError | None = None
        while True:
            self.kernel.advance()
            self.let_go()
            if self.kernel.done:
                break
            try:
                if not await self.begin():
                    await self.wait()
            except asyncio.CancelledError as cancellation:
                cancelled = cancellation
                self.kernel.cancel()
            self.kernel.tick()
        if cancelled is not None:
            raise cancelled

    def let_go(self) -> None:
        for token in self.kernel.drops:
            leave = self.flying.pop(token, None)
            if leave is not None:
                leave()
        self.kernel.drops.clear()

    async def begin(self) -> bool:
        """Begin what the kernel asks for; True if some of it is answered already."""
        starts, self.kernel.starts = self.kernel.starts, []
        if len(starts) == 1 and not self.flying and self.kernel.alone and isinstance(starts[0][1], Send):
            return await self.on_the_spot(*starts[0])
        answered = False
        for token, leaf in starts:
            match leaf:
                case Release(key):
                    self.at_once(token, partial(self.driver._locks.release, key))
                    answered = True
                case Peek():
                    self.at_once(token, partial(self.driver._store.peek, leaf))
                    answered = True
                case Send():
                    self.follow(token, asyncio.ensure_future(self.driver._http.send(leaf)))
                case Tx():
                    self.follow(token, self.loop.run_in_executor(self.driver._pool, self.driver._store.run, leaf))
                case Acquire(key):
                    waiter = Waiter(key, partial(self.loop.call_soon_threadsafe, self.told, token, None, None))
                    self.flying[token] = partial(self.driver._locks.withdraw, waiter)
                    self.driver._locks.ask(waiter)
                case Shared():
                    answered = self.share(token, leaf) or answered
                case _:
                    self.kernel.answer(token, None, TypeError(f"this driver cannot carry out {leaf!r}"))
                    answered = True
        return answered

    async def on_the_spot(self, token: int, leaf: Leaf[Any]) -> bool:
        """A lone request needs no task of its own."""
        assert isinstance(leaf, Send)
        try:
            response = await self.driver._http.send(leaf)
        except Exception as error:
            self.kernel.answer(token, None, error)
        else:
            self.kernel.answer(token, response)
        return True

    def at_once(self, token: int, carry_out: Callable[[], Any]) -> None:
        try:
            value = carry_out()
        except Exception as error:
            self.kernel.answer(token, None, error)
        else:
            self.kernel.answer(token, value)

    def share(self, token: int, leaf: Shared[Any]) -> bool:
        try:
            task = self.driver._join(leaf, self.inside)
        except RuntimeError as error:
            self.kernel.answer(token, None, error)
            return True
        self.flying[token] = _nothing
        task.add_done_callback(partial(self.done, token))
        return False

    def follow(self, token: int, future: asyncio.Future[Any]) -> None:
        self.flying[token] = future.cancel
        future.add_done_callback(partial(self.done, token))

    def done(self, token: int, future: asyncio.Future[Any]) -> None:
        if future.cancelled():
            self.told(token, None, asyncio.CancelledError())
            return
        error = future.exception()
        self.told(token, None if error is not None else future.result(), error)

    def told(self, token: int, value: Any, error: BaseException | None) -> None:
        self.answers.append((token, value, error))
        self.came.set()

    async def wait(self) -> None:
        """Until an answer comes in or a timer is due."""
        due = self.kernel.next_timer()
        if due is None and not self.flying:
            raise RuntimeError("the operation waits for nothing that could ever come")
        if not self.answers:
            self.came.clear()
            pause = None if due is None else max(0.0, due - self.driver._clock.monotonic())
            await _within(self.came.wait(), pause)
        answers, self.answers = self.answers, []
        for token, value, error in answers:
            if self.flying.pop(token, None) is not None:
                self.kernel.answer(token, value, error)


async def _within(waiting: Coroutine[Any, Any, Any], pause: float | None) -> None:
    try:
        async with asyncio.timeout(pause):
            await waiting
    except TimeoutError:
        return  # a timer is due


def _unheard(event: object) -> None:
    """Nobody listens."""


def _nothing() -> None:
    """Shared work goes on without those who waited."""
