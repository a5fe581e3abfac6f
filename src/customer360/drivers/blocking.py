"""Runs operations on the caller's thread.

What one operation waits for alone is carried out on the spot; what several wait for at once goes to pools of threads,
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
from typing import Any, TypeVar

import attrs

from customer360.core.coroutines import dismiss
from customer360.core.effects import Acquire, Leaf, Operation, Peek, Release, Send, Shared, Tx
from customer360.core.errors import DeadlineExceeded
from customer360.core.kernel import Kernel
from customer360.core.wire import Response
from customer360.drivers.clock import Clock, SystemClock
from customer360.drivers.flight import LOOK, Flight, closed, unheard, unknown
from customer360.drivers.forks import Birthplace, inherited
from customer360.drivers.interrupts import Interrupts
from customer360.drivers.locks import Locks, Understudy
from customer360.store.engine import Store
from customer360.transport.port import HttpPort

T = TypeVar("T")
L = TypeVar("L", Send, Tx[Any])

WORKERS = 64
"""Requests under way at once, over all threads of a client."""
WRITERS = 4
"""Transactions under way at once: a store writes one at a time, and none of them waits behind slow requests."""


class BlockingDriver:
    """Carries out leaves with ``http`` and ``store``; any number of threads may run operations at once."""

    def __init__(self, *, http: HttpPort, store: Store, clock: Clock | None = None, workers: int = WORKERS) -> None:
        self._http = http
        self._store = store
        self._clock = clock or SystemClock()
        self._senders = ThreadPoolExecutor(workers, thread_name_prefix="customer360 http")
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="customer360 store")
        self._locks = Locks()
        self._shared = _SharedRuns(self)
        self._closed = False
        self.birthplace = Birthplace()

    def run(self, op: Operation[T], *, emit: Callable[[object], None] | None = None) -> T:
        """The operation's value, or its error raised. ``emit`` is called on this thread.

        A KeyboardInterrupt cancels the operation, lets a transaction under way finish, and is raised again; a second
        one is raised at once. Raises :class:`SetupError` after :meth:`close`, and in a child that was forked since.
        """
        if self._closed or self.birthplace.left:
            dismiss(op)
            raise inherited() if self.birthplace.left else closed()
        return self._run(op, emit or unheard, _unwatched)

    def close(self, *, patience: float = 30.0) -> None:
        """Let shared work end, cancel it after ``patience`` seconds, and wait for what is under way.

        The ports are the caller's to close.
        """
        self._closed = True
        self._shared.finish(patience)
        self._senders.shutdown()
        self._writers.shutdown()

    def _run(self, op: Operation[T], emit: Callable[[object], None], begun: Callable[[_Run], None]) -> T:
        kernel: Kernel[T] = Kernel(
            op, now=self._clock.now, monotonic=self._clock.monotonic, random=random.random, emit=emit
        )
        run = _Run(self, kernel)
        begun(run)
        run.to_the_end()
        return kernel.result()

    def _send_by(self, until: float, leaf: Send) -> Response:
        """A request that may have waited for a thread: that time is off its own."""
        left = until - self._clock.monotonic()
        if left <= 0:
            raise DeadlineExceeded("no thread became free in the time allowed; nothing was sent")
        return self._http.send(attrs.evolve(leaf, timeout=min(left, leaf.timeout)))


class _Run:
    """One operation's run."""

    def __init__(self, driver: BlockingDriver, kernel: Kernel[Any]) -> None:
        self.driver = driver
        self.kernel = kernel
        self.bell: SimpleQueue[None] = SimpleQueue()
        self.flight = Flight(kernel, driver._locks, self.ring)
        self.interrupts = Interrupts(self.ring)
        self.unwanted = False

    def cancel(self) -> None:
        """End it; from any thread."""
        self.unwanted = True
        self.ring()

    def ring(self) -> None:
        """Wake it; from any thread, and from a signal's handler."""
        self.bell.put(None)

    def to_the_end(self) -> None:
        with self.interrupts:
            self.loop()
        self.interrupts.check()

    def loop(self) -> None:
        interrupted: BaseException | None = None
        try:
            while not self.kernel.done:
                try:
                    self.turn()
                except BaseException as interrupt:  # Ctrl-C, or what else a signal's handler raises
                    if interrupted is not None:
                        raise
                    interrupted = interrupt
                    self.kernel.cancel()
                    self.flight.disown()
        finally:
            self.flight.close()
        if interrupted is not None:
            raise interrupted

    def turn(self) -> None:
        self.interrupts.check()
        if self.unwanted:
            self.kernel.cancel()
        self.kernel.advance()
        self.flight.let_go()
        if self.kernel.done:
            return
        if not self.begin():
            self.wait()
        self.kernel.tick()

    def begin(self) -> bool:
        """Begin what the kernel asks for; True if some of it is answered already."""
        starts, self.kernel.starts = self.kernel.starts, []
        answered = False
        for token, leaf in starts:
            match leaf:
                case Peek():
                    answered = self.flight.at_once(token, self.driver._store.peek, leaf)
                case Send() if self.lone(starts):
                    answered = self.flight.at_once(token, self.send, leaf)
                case Tx() if self.lone(starts) and not self.interrupts.anytime:
                    answered = self.flight.at_once(token, self.driver._store.run, leaf)
                case Send():
                    until = self.driver._clock.monotonic() + leaf.timeout
                    send = partial(self.driver._send_by, until)
                    answered = self.follow(token, self.driver._senders, send, leaf) or answered
                case Tx():
                    answered = self.follow(token, self.driver._writers, self.driver._store.run, leaf) or answered
                case Acquire(key):
                    self.flight.acquire(token, key, partial(self.flight.told, token))
                case Release(key):
                    answered = self.flight.at_once(token, self.driver._locks.release, key)
                case Shared():
                    self.flight.share(token)
                    self.driver._shared.join(leaf, partial(self.flight.told, token))
                case _:
                    answered = self.flight.at_once(token, unknown, leaf)
        return answered

    def lone(self, starts: list[tuple[int, Leaf[Any]]]) -> bool:
        """Whether the only thing to begin is the only one under way."""
        return len(starts) == 1 and self.kernel.alone and not self.flight.ways_out

    def send(self, leaf: Send) -> Response:
        """A lone request, on this thread; Ctrl-C need not wait for it."""
        self.interrupts.exposed = True
        try:
            self.interrupts.check()
            return self.driver._http.send(leaf)
        finally:
            self.interrupts.exposed = False

    def follow(self, token: int, pool: ThreadPoolExecutor, carry_out: Callable[[L], Any], leaf: L) -> bool:
        """Have a thread of ``pool`` carry out ``leaf``; True if it is answered already, as refused."""
        try:
            future = pool.submit(carry_out, leaf)
        except RuntimeError:  # shut down: somebody closed the client meanwhile
            self.kernel.answer(token, None, closed())
            return True
        self.flight.ways_out[token] = future.cancel
        future.add_done_callback(partial(self.done, token))
        return False

    def done(self, token: int, future: Future[Any]) -> None:
        if not future.cancelled():
            error = future.exception()
            self.flight.told(token, None if error is not None else future.result(), error)

    def wait(self) -> None:
        """Until an answer comes in or a timer is due."""
        due = self.kernel.next_timer()
        if due is None and not self.flight.ways_out:
            raise RuntimeError("the operation waits for nothing that could ever come")
        parked = due is None and self.flight.parked
        pause = LOOK if parked else None
        if due is not None:
            pause = min(max(0.0, due - self.driver._clock.monotonic()), threading.TIMEOUT_MAX)
        if not self.flight.answers:
            with suppress(Empty):
                self.bell.get(timeout=pause)
            if parked and not self.flight.answers:
                self.flight.look_around()
        self.flight.land()


class _SharedRuns:
    """Work that must finish once started: one run per key, on a thread of its own, whoever still waits."""

    def __init__(self, driver: BlockingDriver) -> None:
        self._driver = driver
        self._mutex = threading.Lock()
        self._waiting: dict[str, list[Callable[[Any, BaseException | None], None]]] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._runs: dict[str, _Run] = {}
        self._inside = threading.local()

    def join(self, leaf: Shared[Any], told: Callable[[Any, BaseException | None], None]) -> None:
        """Call ``told`` with what the run under ``leaf.key`` comes to; begin it if there is none."""
        inside: tuple[str, ...] = getattr(self._inside, "keys", ())
        if leaf.key in inside:
            told(None, RuntimeError(f"shared work {leaf.key!r} waits for itself"))
            return
        with self._mutex:
            waiting = self._waiting.get(leaf.key)
            if waiting is not None:
                waiting.append(told)
                return
            understudy = Understudy(self._driver._locks)
            arguments = (leaf, (*inside, leaf.key), understudy)
            thread = threading.Thread(target=self._run, args=arguments, name="customer360 shared")
            self._waiting[leaf.key] = [told]
            self._threads[leaf.key] = thread
            try:
                thread.start()
            except BaseException as error:  # no thread to be had
                del self._waiting[leaf.key], self._threads[leaf.key]
                told(None, error)
                understudy.step_back()

    def _run(self, leaf: Shared[Any], keys: tuple[str, ...], understudy: Understudy) -> None:
        def begun(run: _Run) -> None:
            self._runs[leaf.key] = run
            run.flight.ending = understudy.step_in
            understudy.step_back()

        self._inside.keys = keys
        value: Any = None
        error: BaseException | None = None
        try:
            value = self._driver._run(leaf.factory(), unheard, begun)
        except BaseException as raised:  # told to everybody who waits
            error = raised
        with self._mutex:
            waiting = self._waiting.pop(leaf.key, [])
            self._threads.pop(leaf.key, None)
            self._runs.pop(leaf.key, None)
        for told in waiting:
            told(value, error)
        understudy.step_back()

    def finish(self, patience: float) -> None:
        """Wait until nothing runs any more; what still does after ``patience`` seconds is cancelled, and waited for."""
        until = self._driver._clock.monotonic() + patience
        while True:
            with self._mutex:
                threads, runs = list(self._threads.values()), list(self._runs.values())
            if not threads:
                return
            left = until - self._driver._clock.monotonic()
            if left <= 0:
                for run in runs:
                    run.cancel()
            threads[0].join(left if left > 0 else LOOK)


def _unwatched(run: _Run) -> None:
    """Nobody but its caller ends a run."""
