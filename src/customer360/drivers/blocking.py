"""Runs operations on the caller's thread.

What one operation waits for alone is carried out on the spot; what several wait for at once goes to a pool of threads,
which carry requests and transactions and never see a line of the operation's own code.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias, TypeVar

import attrs

from customer360.core.effects import Acquire, Leaf, Operation, Peek, Release, Send, Shared, Tx
from customer360.core.kernel import Kernel
from customer360.drivers.clock import Clock, SystemClock
from customer360.drivers.locks import Locks, Waiter
from customer360.store.engine import Store
from customer360.transport.port import HttpPort

T = TypeVar("T")

Answer: TypeAlias = tuple[int, Any, BaseException | None]
WORKERS = 64
"""Requests and transactions under way at once, over all threads of a client."""


class BlockingDriver:
    """Carries out leaves with ``http`` and ``store``; any number of threads may run operations at once."""

    def __init__(self, *, http: HttpPort, store: Store, clock: Clock | None = None, workers: int = WORKERS) -> None:
        self._http = http
        self._store = store
        self._clock = clock or SystemClock()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="customer360")
        self._locks = Locks()
        self._shared = _SharedRuns(self)

    def run(self, op: Operation[T], *, emit: Callable[[object], None] | None = None) -> T:
        """The operation's value, or its error raised. ``emit`` is called on this thread.

        A KeyboardInterrupt cancels the operation, lets a transaction under way finish, and is raised again; a second
        one is raised at once.
        """
        kernel: Kernel[T] = Kernel(
            op,
            now=self._clock.now,
            monotonic=self._clock.monotonic,
            random=random.random,
            emit=emit or _unheard,
        )
        _Run(self, kernel).to_the_end()
        return kernel.result()

    def close(self, *, patience: float = 30.0) -> None:
        """Wait for shared work (seconds at most), then for the pool. The ports are the caller's to close."""
        self._shared.finish(patience)
        self._pool.shutdown()

    def carry_out(self, leaf: Leaf[Any]) -> Any:
        """A leaf that can be carried out on any thread."""
        match leaf:
            case Send():
                return self._http.send(leaf)
            case Tx():
                return self._store.run(leaf)
            case Peek():
                return self._store.peek(leaf)
        raise TypeError(f"this driver cannot carry out {leaf!r}")


@attrs.define(eq=False)
class _Run:
    """One operation's run: the leaves in flight and the answers that have come in, from whatever thread."""

    driver: BlockingDriver
    kernel: Kernel[Any]
    answers: SimpleQueue[Answer] = attrs.field(factory=SimpleQueue)
    flying: dict[int, Callable[[], object]] = attrs.field(factory=dict)
    """How to let go of a leaf that nobody waits for any more."""

    def to_the_end(self) -> None:
        try:
            self.loop()
        finally:
            for leave in self.flying.values():
                leave()

    def loop(self) -> None:
        interrupted: KeyboardInterrupt | None = None
        while True:
            try:
                self.kernel.advance()
                self.let_go()
                if self.kernel.done:
                    break
                if not self.begin():
                    self.wait()
                self.kernel.tick()
            except KeyboardInterrupt as interrupt:
                if interrupted is not None:
                    raise
                interrupted = interrupt
                self.kernel.cancel()
        if interrupted is not None:
            raise interrupted

    def let_go(self) -> None:
        for token in self.kernel.drops:
            leave = self.flying.pop(token, None)
            if leave is not None:
                leave()
        self.kernel.drops.clear()

    def begin(self) -> bool:
        """Begin what the kernel asks for; True if some of it is answered already."""
        starts, self.kernel.starts = self.kernel.starts, []
        on_the_spot = len(starts) == 1 and not self.flying and self.kernel.alone
        answered = False
        for token, leaf in starts:
            match leaf:
                case Release(key):
                    self.answer(token, partial(self.driver._locks.release, key))
                    answered = True
                case Peek():
                    self.answer(token, partial(self.driver.carry_out, leaf))
                    answered = True
                case Send() | Tx() if on_the_spot:
                    self.answer(token, partial(self.driver.carry_out, leaf))
                    answered = True
                case Acquire(key):
                    waiter = Waiter(key, partial(self.answers.put, (token, None, None)))
                    self.flying[token] = partial(self.driver._locks.withdraw, waiter)
                    self.driver._locks.ask(waiter)
                case Shared():
                    self.flying[token] = _nothing
                    self.driver._shared.join(leaf, partial(self.told, token))
                case _:
                    future = self.driver._pool.submit(self.driver.carry_out, leaf)
                    self.flying[token] = future.cancel
                    future.add_done_callback(partial(self.done, token))
        return answered

    def answer(self, token: int, carry_out: Callable[[], Any]) -> None:
        try:
            value = carry_out()
        except Exception as error:
            self.kernel.answer(token, None, error)
        else:
            self.kernel.answer(token, value)

    def wait(self) -> None:
        """Until an answer comes in or a timer is due."""
        due = self.kernel.next_timer()
        if due is None and not self.flying:
            raise RuntimeError("the operation waits for nothing that could ever come")
        pause = None if due is None else max(0.0, due - self.driver._clock.monotonic())
        with suppress(Empty):
            self.take(self.answers.get(timeout=pause))
            while True:
                self.take(self.answers.get_nowait())

    def take(self, answer: Answer) -> None:
        token, value, error = answer
        if self.flying.pop(token, None) is not None:
            self.kernel.answer(token, value, error)

    def told(self, token: int, value: Any, error: BaseException | None) -> None:
        self.answers.put((token, value, error))

    def done(self, token: int, future: Future[Any]) -> None:
        if not future.cancelled():
            error = future.exception()
            self.answers.put((token, None if error is not None else future.result(), error))


class _SharedRuns:
    """Work that must finish once started: one run per key, on a thread of its own, whoever still waits."""

    def __init__(self, driver: BlockingDriver) -> None:
        self._driver = driver
        self._mutex = threading.Lock()
        self._waiting: dict[str, list[Callable[[Any, BaseException | None], None]]] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._inside = threading.local()

    def join(self, leaf: Shared[Any], told: Callable[[Any, BaseException | None], None]) -> None:
        """Call ``told`` with what the run under ``leaf.key`` comes to; begin it if there is none."""
        if leaf.key in getattr(self._inside, "keys", ()):
            told(None, RuntimeError(f"shared work {leaf.key!r} waits for itself"))
            return
        with self._mutex:
            waiting = self._waiting.get(leaf.key)
            if waiting is not None:
                waiting.append(told)
                return
            self._waiting[leaf.key] = [told]
            keys = (*getattr(self._inside, "keys", ()), leaf.key)
            thread = threading.Thread(target=self._run, args=(leaf, keys), name=f"customer360 {leaf.key}")
            self._threads[leaf.key] = thread
            thread.start()

    def _run(self, leaf: Shared[Any], keys: tuple[str, ...]) -> None:
        self._inside.keys = keys
        value: Any = None
        error: BaseException | None = None
        try:
            value = self._driver.run(leaf.factory())
        except BaseException as raised:  # told to everybody who waits
            error = raised
        with self._mutex:
            waiting = self._waiting.pop(leaf.key)
            del self._threads[leaf.key]
        for told in waiting:
            told(value, error)

    def finish(self, patience: float) -> None:
        """Wait until nothing runs any more, ``patience`` seconds at most."""
        until = self._driver._clock.monotonic() + patience
        while True:
            with self._mutex:
                thread = next(iter(self._threads.values()), None)
            left = until - self._driver._clock.monotonic()
            if thread is None or left <= 0:
                return
            thread.join(left)


def _unheard(event: object) -> None:
    """Nobody listens."""


def _nothing() -> None:
    """Shared work goes on without those who waited."""
