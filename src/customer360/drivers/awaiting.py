"""Runs operations as coroutines of asyncio.

A request is a task of the loop, a transaction one hop to a thread, as is a step of a plugin that was seen to block.
Cancelling the task that awaits ``run`` cancels
the operation; what it then records is waited for, however often it is cancelled.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from customer360.core.coroutines import dismiss
from customer360.core.effects import Acquire, Aside, Operation, Peek, Release, Send, Shared, Tx, shares_its_thread
from customer360.core.kernel import Kernel
from customer360.drivers.aside import Sidings
from customer360.drivers.clock import Clock, SystemClock
from customer360.drivers.flight import LOOK, Flight, closed, nothing, unheard, unknown
from customer360.drivers.forks import Birthplace, inherited
from customer360.drivers.locks import Locks, Understudy
from customer360.store.engine import Store
from customer360.transport.port import AsyncHttpPort

T = TypeVar("T")

WORKERS = 16
"""Threads for transactions: SQLite writes one at a time anyway."""


class AsyncioDriver:
    """Carries out leaves with ``http`` and ``store``; any number of tasks may run operations at once.

    It belongs to no loop and may be used on several, one after the other. Shared work is shared within its loop, and
    ends with it.
    """

    def __init__(
        self, *, http: AsyncHttpPort, store: Store, clock: Clock | None = None, workers: int = WORKERS
    ) -> None:
        self._http = http
        self._store = store
        self._clock = clock or SystemClock()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="customer360 store")
        self._sidings = Sidings()
        self._locks = Locks()
        self._shared: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Task[Any]]] = WeakKeyDictionary()
        self._closed = False
        self.birthplace = Birthplace()

    async def run(self, op: Operation[T], *, emit: Callable[[object], None] | None = None) -> T:
        """The operation's value, or its error raised. ``emit`` is called on the loop's thread.

        Raises :class:`SetupError` after :meth:`close`, and in a child that was forked since.
        """
        if self._closed or self.birthplace.left:
            dismiss(op)
            raise inherited() if self.birthplace.left else closed()
        return await self._run(op, emit, ())

    async def close(self, *, patience: float = 30.0) -> None:
        """Let shared work end, cancel it after ``patience`` seconds, and wait for what is under way.

        The ports are the caller's to close.
        """
        self._closed = True
        shared = self._shared.get(asyncio.get_running_loop(), {})
        if shared:
            _, slow = await asyncio.wait(shared.values(), timeout=patience)
            for task in slow:
                task.cancel()
            if slow:
                await asyncio.wait(slow)
        await asyncio.to_thread(self._pool.shutdown)

    async def _run(
        self,
        op: Operation[T],
        emit: Callable[[object], None] | None,
        inside: tuple[str, ...],
        understudy: Understudy | None = None,
    ) -> T:
        kernel: Kernel[T] = Kernel(
            op,
            now=self._clock.now,
            monotonic=self._clock.monotonic,
            random=random.random,
            emit=_apart(emit) if emit is not None else unheard,
        )
        run = _Run(self, kernel, inside)
        if understudy is not None:
            run.flight.ending = understudy.step_in
            understudy.step_back()
        before = shares_its_thread.set(True)
        try:
            await run.to_the_end()
        finally:
            with suppress(ValueError):  # forgotten by its loop, it ends in whatever context comes by
                shares_its_thread.reset(before)
        return kernel.result()

    def _join(self, key: str, factory: Callable[[], Operation[T]], inside: tuple[str, ...]) -> asyncio.Task[T]:
        """The run under ``key``, begun if there is none: a task of the driver's, which no caller cancels."""
        if key in inside:
            raise RuntimeError(f"shared work {key!r} waits for itself")
        shared = self._shared.setdefault(asyncio.get_running_loop(), {})
        task = shared.get(key)
        if task is None:
            op, understudy = factory(), Understudy(self._locks)
            task = shared[key] = asyncio.ensure_future(self._run(op, None, (*inside, key), understudy))
            task.add_done_callback(partial(_ended, shared, key, understudy))
        return task


class _Run:
    """One operation's run."""

    def __init__(self, driver: AsyncioDriver, kernel: Kernel[Any], inside: tuple[str, ...]) -> None:
        self.driver = driver
        self.kernel = kernel
        self.inside = inside
        self.loop = asyncio.get_running_loop()
        self.came = asyncio.Event()
        self.flight = Flight(kernel, driver._locks, self.came.set)

    async def to_the_end(self) -> None:
        interrupted: BaseException | None = None
        try:
            while not self.kernel.done:
                try:
                    await self.turn()
                except GeneratorExit:  # its loop is gone: nothing is left to wait with, and nobody who waited
                    self.flight.ending = nothing
                    raise
                except BaseException as interrupt:
                    if interrupted is not None and not isinstance(interrupt, asyncio.CancelledError):
                        raise
                    interrupted = interrupt
                    self.kernel.cancel()
                    self.flight.disown()
        finally:
            self.flight.close()
        if interrupted is not None:
            raise interrupted

    async def turn(self) -> None:
        self.kernel.advance()
        self.flight.let_go()
        if self.kernel.done:
            return
        if not await self.begin():
            await self.wait()
        self.kernel.tick()

    async def begin(self) -> bool:
        """Begin what the kernel asks for; True if some of it is answered already."""
        starts, self.kernel.starts = self.kernel.starts, []
        if len(starts) == 1:
            token, leaf = starts[0]
            if isinstance(leaf, Send) and self.kernel.alone and not self.flight.ways_out:
                await self.on_the_spot(token, leaf)
                return True
        answered = False
        for token, leaf in starts:
            match leaf:
                case Peek():
                    answered = self.flight.at_once(token, self.driver._store.peek, leaf)
                case Send():
                    self.follow(token, self.loop.create_task(self.driver._http.send(leaf)))
                case Tx():
                    answered = self.commit(token, leaf) or answered
                case Acquire(key):
                    granted = partial(self.loop.call_soon_threadsafe, self.flight.told, token)
                    self.flight.acquire(token, key, granted)
                case Release(key):
                    answered = self.flight.at_once(token, self.driver._locks.release, key)
                case Shared(key, factory):
                    answered = self.share(token, key, factory) or answered
                case Aside():
                    self.aside(token, leaf)
                case _:
                    answered = self.flight.at_once(token, unknown, leaf)
        return answered

    async def on_the_spot(self, token: int, leaf: Send) -> None:
        """A lone request needs no task of its own."""
        try:
            response = await self.driver._http.send(leaf)
        except Exception as error:
            self.kernel.answer(token, None, error)
        else:
            self.kernel.answer(token, response)

    def share(self, token: int, key: str, factory: Callable[[], Operation[Any]]) -> bool:
        """Wait for shared work; True if it is answered already, as refused."""
        try:
            task = self.driver._join(key, factory, self.inside)
        except Exception as error:
            self.kernel.answer(token, None, error)
            return True
        self.flight.share(token)
        task.add_done_callback(partial(self.done, token))
        return False

    def commit(self, token: int, leaf: Tx[Any]) -> bool:
        """Have a thread carry out ``leaf``; True if it is answered already, as refused."""
        try:
            future = self.loop.run_in_executor(self.driver._pool, self.driver._store.run, leaf)
        except RuntimeError:  # shut down: somebody closed the client meanwhile
            self.kernel.answer(token, None, closed())
            return True
        self.follow(token, future)
        return False

    def aside(self, token: int, leaf: Aside[Any]) -> None:
        """Have a thread of its plugin's take the step. Who no longer waits for it is told nothing."""
        self.flight.ways_out[token] = nothing
        context = copy_context()

        def work() -> None:
            taken = context.run(leaf.step)
            with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
                self.loop.call_soon_threadsafe(self.flight.told, token, taken)

        self.driver._sidings.take(leaf.of, work)

    def follow(self, token: int, future: asyncio.Future[Any]) -> None:
        self.flight.ways_out[token] = future.cancel
        future.add_done_callback(partial(self.done, token))

    def done(self, token: int, future: asyncio.Future[Any]) -> None:
        if future.cancelled():
            self.flight.told(token, None, asyncio.CancelledError())
            return
        error = future.exception()
        self.flight.told(token, None if error is not None else future.result(), error)

    async def wait(self) -> None:
        """Until an answer comes in or a timer is due."""
        due = self.kernel.next_timer()
        if due is None and not self.flight.ways_out:
            raise RuntimeError("the operation waits for nothing that could ever come")
        parked = due is None and self.flight.parked
        pause = LOOK if parked else None
        if due is not None:
            pause = max(0.0, due - self.driver._clock.monotonic())
        if not self.flight.answers:
            self.came.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self.came.wait()
            if parked and not self.flight.answers:
                self.flight.look_around()
        self.flight.land()


def _apart(emit: Callable[[object], None]) -> Callable[[object], None]:
    """The listener may use a client of the other face, whose driver is another."""

    def tell(event: object) -> None:
        before = shares_its_thread.set(False)
        try:
            emit(event)
        finally:
            shares_its_thread.reset(before)

    return tell


def _ended(shared: dict[str, asyncio.Task[Any]], key: str, understudy: Understudy, task: asyncio.Task[Any]) -> None:
    del shared[key]
    task.get_loop().call_soon(understudy.step_back)  # behind those who wait to be told
    if not task.cancelled():
        task.exception()  # seen: everybody who waits is told, and nobody may be waiting
