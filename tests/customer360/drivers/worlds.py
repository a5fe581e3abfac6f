"""Three worlds that run the same operations: threads, an event loop, virtual time. Each keeps a journal.

A request to ``https://w/NAME?MS`` is answered after so many milliseconds with its name; ``bad`` is refused at once.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import attrs

from customer360.core.effects import Leaf, Operation, Peek, Request, Send, Tx
from customer360.core.errors import ConnectFailed, DeadlineExceeded
from customer360.core.wire import Response
from customer360.drivers.awaiting import AsyncioDriver
from customer360.drivers.blocking import BlockingDriver
from customer360.drivers.simulation import EPOCH, Back, Process, Simulation
from customer360.store.engine import Store

UNIT = 0.02
"""Seconds of one tick: far enough apart for real threads to keep their order."""


@attrs.define
class Ran:
    """What a run came to: its value or error, and what was carried out and emitted, in order."""

    value: Any = None
    error: BaseException | None = None
    journal: list[str] = attrs.field(factory=list)

    def told(self) -> tuple[Any, str | None, list[str]]:
        """Comparable between worlds."""
        return self.value, None if self.error is None else type(self.error).__name__, sorted(self.journal)


def send(name: str, ticks: float = 1.0, method: str = "GET", timeout: float = 30.0) -> Send:
    """A request that is answered after ``ticks``."""
    return Send(method=method, url=f"https://w/{name}?{ticks}", timeout=timeout)


async def exchange(request: Request) -> Response:
    """A handler that sends a connector's request."""
    return await send(request.path, 1.0, request.method)


Outcome: TypeAlias = tuple[Response | None, Exception | None, float]
"""An answer or an error, and the seconds until it comes."""
Answers: TypeAlias = Callable[[Send], Outcome]


def outcome(leaf: Send) -> Outcome:
    """What becomes of a request made by :func:`send`."""
    name, _, ticks = leaf.url.removeprefix("https://w/").partition("?")
    seconds = float(ticks) * UNIT
    if seconds > leaf.timeout:
        return None, DeadlineExceeded("no answer in time"), leaf.timeout
    if name.startswith("bad"):
        return None, ConnectFailed("refused"), seconds
    return Response(200, name.encode()), None, seconds


class World(Protocol):
    """Runs operations to their end; ``ahead`` are seconds that its clock was put forward by."""

    ahead: float

    def run(self, make: Callable[[], Operation[Any]]) -> Ran: ...

    def now(self) -> float:
        """Seconds since the epoch, here."""
        ...

    def close(self) -> None: ...


@attrs.define
class Port:
    """Both ports: answers by script, and notes what it was asked."""

    answers: Answers
    journal: list[str] = attrs.field(factory=list)
    lock: Any = attrs.field(factory=threading.Lock)

    def outcome(self, leaf: Send) -> Outcome:
        with self.lock:
            self.journal.append(named(leaf))
            return self.answers(leaf)


def named(leaf: Send) -> str:
    """How a journal names a request."""
    return f"send {leaf.url.removeprefix('https://w/').partition('?')[0]}"


class RealTime:
    """The clock of the real worlds: from :data:`EPOCH` on, as in the virtual one."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.ahead = 0.0

    def now(self) -> float:
        return EPOCH + self.monotonic() - self.began + self.ahead

    def monotonic(self) -> float:
        return time.monotonic()


class Real:
    """What threads and loop have in common."""

    def __init__(self) -> None:
        self.clock = RealTime()

    @property
    def ahead(self) -> float:
        return self.clock.ahead

    @ahead.setter
    def ahead(self, seconds: float) -> None:
        self.clock.ahead = seconds

    def now(self) -> float:
        return self.clock.now()


class BlockingPort(Port):
    def send(self, send: Send) -> Response:
        response, error, seconds = self.outcome(send)
        time.sleep(seconds)
        if error is not None:
            raise error
        assert response is not None
        return response

    def warm(self, url: str, *, timeout: float = 5.0) -> None: ...

    def close(self) -> None: ...


class AsyncioPort(Port):
    async def send(self, send: Send) -> Response:
        response, error, seconds = self.outcome(send)
        await asyncio.sleep(seconds)
        if error is not None:
            raise error
        assert response is not None
        return response

    async def warm(self, url: str, *, timeout: float = 5.0) -> None: ...  # noqa: ASYNC109 - the port's interface

    async def close(self) -> None: ...


class Threads(Real):
    """The blocking driver."""

    def __init__(self, store: Store, answers: Answers = outcome) -> None:
        super().__init__()
        self.port = BlockingPort(answers)
        self.driver = BlockingDriver(http=self.port, store=store, clock=self.clock)

    def run(self, make: Callable[[], Operation[Any]]) -> Ran:
        ran = Ran()
        self.port.journal = ran.journal
        try:
            ran.value = self.driver.run(make(), emit=lambda event: ran.journal.append(f"emit {event}"))
        except BaseException as error:
            ran.error = error
        return ran

    def close(self) -> None:
        self.driver.close()


class Loop(Real):
    """The asyncio driver, on a loop of its own."""

    def __init__(self, store: Store, answers: Answers = outcome) -> None:
        super().__init__()
        self.port = AsyncioPort(answers)
        self.driver = AsyncioDriver(http=self.port, store=store, clock=self.clock)
        self.runner = asyncio.Runner()

    def run(self, make: Callable[[], Operation[Any]]) -> Ran:
        ran = Ran()
        self.port.journal = ran.journal

        async def go() -> None:
            try:
                ran.value = await self.driver.run(make(), emit=lambda event: ran.journal.append(f"emit {event}"))
            except BaseException as error:
                ran.error = error

        self.runner.run(go())
        return ran

    def close(self) -> None:
        self.runner.run(self.driver.close())
        self.runner.close()


class Virtual:
    """The simulation: one process per run."""

    def __init__(self, store: Store, answers: Answers = outcome) -> None:
        self.store = store
        self.answers = answers
        self.seed = 0
        self.ahead = 0.0
        self.simulation: Simulation | None = None

    def now(self) -> float:
        return EPOCH + self.ahead if self.simulation is None else self.simulation.now

    def run(self, make: Callable[[], Operation[Any]]) -> Ran:
        ran = Ran()
        self.seed += 1

        def leaf(process: Process, effect: Leaf[Any], back: Back) -> None:
            if isinstance(effect, Send):
                ran.journal.append(named(effect))
                response, error, seconds = self.answers(effect)
                simulation.at(simulation.now + seconds, lambda: back(response, error))
                return
            assert isinstance(effect, Tx | Peek)
            try:
                value = self.store.run(effect) if isinstance(effect, Tx) else self.store.peek(effect)
            except Exception as failure:
                simulation.at(simulation.now, lambda failure=failure: back(None, failure))  # type: ignore[misc]
            else:
                simulation.at(simulation.now, lambda: back(value, None))

        simulation = Simulation(self.seed, leaf, emit=lambda process, event: ran.journal.append(f"emit {event}"))
        simulation.now += self.ahead
        self.simulation = simulation
        process = simulation.start("run", make())
        simulation.run(lambda: process.result is not None, simulation.now + 3600)
        simulation.close()
        self.simulation = None
        if process.result is None:
            ran.error = RuntimeError("never ended")
        else:
            ran.value, ran.error = process.result
        return ran

    def close(self) -> None: ...


WORLDS: tuple[type[Threads] | type[Loop] | type[Virtual], ...] = (Threads, Loop, Virtual)
