"""What an effect costs: the kernel and its drivers beside a bare ``await``.

Run: python -m benchmarks effects
``bare`` awaits a coroutine that returns at once; ``hand`` drives the effect by ``send`` as a unit test would;
``kernel`` answers leaves as soon as they are asked for; the drivers carry them out with a port and a store that do
nothing, so what is shown is their own price.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from benchmarks.stage.figures import Table, sized

from customer360.core.effects import (
    GET,
    Now,
    Operation,
    Peek,
    Remaining,
    Request,
    Send,
    Settle,
    Tx,
    gather,
    handling,
    within,
)
from customer360.core.kernel import Kernel
from customer360.core.wire import Response
from customer360.drivers.awaiting import AsyncioDriver
from customer360.drivers.blocking import BlockingDriver
from customer360.drivers.simulation import Back, Process, Simulation
from customer360.store.engine import open_store

ROUNDS = sized(15, 2)
TIMES = sized(2000, 20)
ANSWER = Response(200)
SEND = Send(method="GET", url="https://w/")
PEEK: Peek[None] = Peek(lambda connection: None)
TX: Tx[None] = Tx(lambda connection: None)


class Port:
    """Answers at once, on the caller's thread."""

    def send(self, send: Send) -> Response:
        return ANSWER

    def warm(self, url: str, *, timeout: float = 5.0) -> None: ...

    def close(self) -> None: ...


class AsyncPort:
    """Answers at once, on the loop."""

    async def send(self, send: Send) -> Response:
        return ANSWER

    async def warm(self, url: str, *, timeout: float = 5.0) -> None: ...  # noqa: ASYNC109 - the port's interface

    async def close(self) -> None: ...


async def repeat(make: Callable[[], Any], times: int = TIMES) -> None:
    for _ in range(times):
        await make()


async def at_once() -> Response:
    return ANSWER


async def exchange(request: Request) -> Response:
    return await SEND


def ten() -> Settle[tuple[Response, ...]]:
    return gather(*[SEND] * 10)


def by_hand(op: Operation[None], answer: object = ANSWER) -> None:
    try:
        _ = op.send(None)
        while True:
            _ = op.send(answer)
    except StopIteration:
        return


def by_kernel(op: Operation[None]) -> None:
    kernel: Kernel[None] = Kernel(op, now=time.time, monotonic=time.monotonic, random=lambda: 0.5)
    kernel.advance()
    while kernel.starts:
        starts, kernel.starts = kernel.starts, []
        for token, _ in starts:
            kernel.answer(token, ANSWER)
        kernel.advance()
    kernel.result()


def by_simulation(op: Operation[None]) -> None:
    def leaf(process: Process, effect: object, back: Back) -> None:
        back(ANSWER, None)

    simulation = Simulation(0, leaf)
    process = simulation.start("run", op)
    simulation.run(lambda: process.result is not None, simulation.now + 3600)


def cost(run: Callable[[Operation[None]], object], make: Callable[[], Any], times: int) -> float:
    """Microseconds for one ``make()``."""
    op = repeat(make, times)
    began = time.perf_counter()
    run(op)
    return (time.perf_counter() - began) / times * 1e6


def main() -> None:
    table = Table("an effect, by who carries it out", base="bare await")
    with open_store() as store, asyncio.Runner() as runner:
        blocking = BlockingDriver(http=Port(), store=store)
        awaiting = AsyncioDriver(http=AsyncPort(), store=store)

        def on_loop(op: Operation[None]) -> None:
            runner.run(awaiting.run(op))

        def on_bare_loop(op: Operation[None]) -> None:
            runner.run(op)

        async def tasks() -> None:
            await asyncio.gather(*[at_once() for _ in range(10)])

        kinds: dict[str, tuple[Callable[[Operation[None]], object], Callable[[], Any], int]] = {
            "bare await": (by_hand, at_once, TIMES),
            "Send by hand": (by_hand, lambda: SEND, TIMES),
            "Now, kernel": (by_kernel, Now, TIMES),
            "Remaining, kernel": (by_kernel, Remaining, TIMES),
            "Send, kernel": (by_kernel, lambda: SEND, TIMES),
            "Request through a handler, kernel": (by_kernel, lambda: handling(exchange, GET("/")), TIMES),
            "Send under a deadline, kernel": (by_kernel, lambda: within(10, SEND), TIMES),
            "gather of 10, kernel": (by_kernel, ten, TIMES // 10),
            "Now, blocking": (blocking.run, Now, TIMES),
            "Send, blocking": (blocking.run, lambda: SEND, TIMES),
            "Peek, blocking": (blocking.run, lambda: PEEK, TIMES // 10),
            "Tx, blocking": (blocking.run, lambda: TX, TIMES // 10),
            "gather of 10, blocking": (blocking.run, ten, TIMES // 10),
            "Now, asyncio": (on_loop, Now, TIMES),
            "Send, asyncio": (on_loop, lambda: SEND, TIMES),
            "Tx, asyncio": (on_loop, lambda: TX, TIMES // 10),
            "gather of 10, asyncio": (on_loop, ten, TIMES // 10),
            "asyncio.gather of 10, bare": (on_bare_loop, tasks, TIMES // 10),
            "Send, simulation": (by_simulation, lambda: SEND, TIMES),
            "gather of 10, simulation": (by_simulation, ten, TIMES // 10),
        }
        for _ in range(ROUNDS):
            for name, (run, make, times) in kinds.items():
                table.add(name, cost(run, make, times))
        blocking.close()
        runner.run(awaiting.close())
    table.tell()


if __name__ == "__main__":
    main()
