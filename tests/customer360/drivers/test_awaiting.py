"""What only an event loop can do wrong: tasks cancelled at any moment, several loops, work that outlives a caller."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import attrs
import pytest

from customer360.core.effects import (
    Acquire,
    Doable,
    Emit,
    Operation,
    Release,
    Send,
    Shared,
    Sleep,
    Tx,
    gather,
    settle,
    tx,
    within,
)
from customer360.core.errors import DeadlineExceeded, SetupError
from customer360.core.wire import Response
from customer360.drivers.awaiting import AsyncioDriver
from customer360.store.engine import Store

Answer = Callable[[Send], Awaitable[Response]]


@attrs.define(eq=False)
class Port:
    """Answers as ``answer`` says."""

    answer: Answer

    async def send(self, send: Send) -> Response:
        return await self.answer(send)

    async def warm(self, url: str, *, timeout: float = 5.0) -> None: ...  # noqa: ASYNC109 - the port's interface

    async def close(self) -> None: ...


async def fine(send: Send) -> Response:
    await asyncio.sleep(0)
    return Response(200, send.url.encode())


@asynccontextmanager
async def driving(store: Store, answer: Answer = fine) -> AsyncIterator[AsyncioDriver]:
    """A driver that leaves no task behind."""
    driver = AsyncioDriver(http=Port(answer), store=store)
    before = asyncio.all_tasks()
    try:
        yield driver
    finally:
        await driver.close(patience=5.0)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


def get(url: str) -> Send:
    return Send(method="GET", url=url, timeout=5.0)


def slowly(noted: list[str], what: str, begun: threading.Event, seconds: float = 0.1) -> Tx[None]:
    """A transaction that takes a while and then notes ``what``."""

    def work(connection: Any) -> None:
        begun.set()
        time.sleep(seconds)
        noted.append(what)

    return tx(work)


async def ask(key: str, work: Callable[[], Operation[Any]]) -> Any:
    return await Shared(key, work)


async def endless() -> None:
    await Sleep(3600)


# Cancelled tasks ----------------------------------------------------------------------------------------------------


@pytest.mark.fault("X13")
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_cancelled_task_waits_for_the_transaction_under_way(store: Store, times: int) -> None:
    """However often it is cancelled: the commit is known before the task ends, clean-up is recorded."""
    noted: list[str] = []
    begun = threading.Event()

    async def op() -> None:
        try:
            await slowly(noted, "committed", begun)
            noted.append("went on")
            await get("never")
        finally:
            await slowly(noted, "cleaned up", begun, 0.0)

    async def main() -> None:
        async with driving(store) as driver:
            task = asyncio.ensure_future(driver.run(op()))
            await asyncio.to_thread(begun.wait, 5)
            for _ in range(times):
                task.cancel()
                await asyncio.sleep(0.01)
            with pytest.raises(asyncio.CancelledError):
                await task
            assert task.cancelled()
            assert noted == ["committed", "went on", "cleaned up"]

    asyncio.run(main())


@pytest.mark.fault("X13")
@pytest.mark.parametrize("step", range(15))
def test_a_task_cancelled_at_any_step_leaves_nothing_behind(store: Store, step: int) -> None:
    """No lock stays held, no task runs on, and every clean-up is recorded."""
    count = 0
    balance: list[str] = []
    task: asyncio.Task[Any]

    def hit() -> None:
        nonlocal count
        count += 1
        if count == step + 1:
            task.get_loop().call_soon_threadsafe(task.cancel)

    async def answer(send: Send) -> Response:
        hit()
        return await fine(send)

    def work(connection: Any, what: str) -> None:
        hit()
        balance.append(what)
        time.sleep(0.002)

    async def part(number: int) -> None:
        await Acquire("one")
        try:
            await tx(work, f"begin {number}")
            try:
                await get(str(number))
                await within(1.0, get("again"))
            finally:
                await tx(work, f"end {number}")
        finally:
            await Release("one")

    async def op() -> None:
        await get("alone")
        await settle(part(1), part(2), within(1.0, part(3)))
        await tx(work, "alone")
        await endless()

    async def after() -> str:
        await within(1.0, Acquire("one"))
        await Release("one")
        return "free"

    async def main() -> None:
        nonlocal task
        async with driving(store, answer) as driver:
            task = asyncio.ensure_future(driver.run(op()))
            if step == 14:  # beyond the last leaf: while it sleeps
                await asyncio.sleep(0.3)
                task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await driver.run(after()) == "free"

    asyncio.run(main())
    begun = sorted(each for each in balance if each.startswith("begin"))
    assert begun == sorted(each.replace("end", "begin") for each in balance if each.startswith("end"))


def test_a_timeout_of_the_hosts_own_works(store: Store) -> None:
    """asyncio.timeout around a run behaves as around anything else."""

    async def op() -> None:
        await gather(Sleep(60), Sleep(60))

    async def main() -> None:
        async with driving(store) as driver:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await driver.run(op())

    asyncio.run(main())


def test_listeners_are_called_on_the_loop(store: Store) -> None:
    """And a listener that fails does not stop the run."""
    heard: list[Any] = []

    def listen(event: object) -> None:
        heard.append((event, threading.current_thread(), asyncio.current_task() is not None))
        raise ValueError("a listener's own fault")

    async def op() -> str:
        await tx(lambda connection: None)
        await Emit("one")
        return "done"

    async def main() -> None:
        async with driving(store) as driver:
            assert await driver.run(op(), emit=listen) == "done"

    asyncio.run(main())
    assert heard == [("one", threading.current_thread(), True)]


# Shared work --------------------------------------------------------------------------------------------------------


@pytest.mark.promise("R3")
def test_fifty_tasks_that_ask_for_the_same_work_share_one_run(store: Store) -> None:
    """The first may be cancelled, and half of the others: the rest get what it comes to."""
    runs: list[str] = []

    gate: list[asyncio.Event] = []

    async def answer(send: Send) -> Response:
        await gate[0].wait()
        return await fine(send)

    async def work() -> str:
        runs.append("run")
        return (await get("grant")).content.decode()

    async def main() -> None:
        gate.append(asyncio.Event())
        async with driving(store, answer) as driver:
            tasks = [asyncio.ensure_future(driver.run(ask("key", work))) for _ in range(50)]
            await asyncio.sleep(0.02)
            for task in tasks[::2]:
                task.cancel()
            gate[0].set()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            assert outcomes[1::2] == ["grant"] * 25
            assert all(isinstance(each, asyncio.CancelledError) for each in outcomes[::2])

    asyncio.run(main())
    assert runs == ["run"]


@pytest.mark.promise("R3")
def test_shared_work_ends_though_all_its_callers_left(store: Store) -> None:
    """Closing waits for it: what it learnt is stored."""
    noted: list[str] = []

    async def work() -> None:
        await Sleep(0.05)
        await slowly(noted, "stored", threading.Event(), 0.0)

    async def main() -> None:
        async with driving(store) as driver:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await driver.run(ask("key", work))

    asyncio.run(main())
    assert noted == ["stored"]


def test_closing_does_not_wait_for_ever(store: Store) -> None:
    """Shared work that does not end is cancelled; its clean-up is recorded."""
    noted: list[str] = []

    async def work() -> None:
        try:
            await Sleep(3600)
        finally:
            await slowly(noted, "cleaned up", threading.Event(), 0.0)

    async def main() -> None:
        async with driving(store) as driver:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await driver.run(ask("key", work))
            await driver.close(patience=0.01)
            assert noted == ["cleaned up"]

    asyncio.run(main())


def test_shared_work_that_cannot_be_made_is_an_error_for_whoever_asked(store: Store) -> None:
    """Also for the next: the key is not taken."""

    def factory() -> Any:
        raise ValueError("no such work")

    async def main() -> None:
        async with driving(store) as driver:
            for _ in range(2):
                with pytest.raises(ValueError, match="no such work"):
                    await driver.run(ask("key", factory))

    asyncio.run(main())


# Loops, deadlocks, the end ------------------------------------------------------------------------------------------


def test_one_driver_serves_several_loops_one_after_the_other(store: Store) -> None:
    """Shared work that a loop left unfinished does not bind the next one."""
    driver = AsyncioDriver(http=Port(fine), store=store)

    async def quick() -> str:
        return "fresh"

    async def op() -> str:
        return (await get("again")).content.decode()

    async def first() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await driver.run(ask("key", endless))

    async def second() -> Any:
        return await driver.run(ask("key", quick)), await driver.run(op())

    asyncio.run(first())
    loop = asyncio.new_event_loop()  # whose closing leaves tasks where they are
    try:
        assert loop.run_until_complete(second()) == ("fresh", "again")
    finally:
        loop.close()
    assert asyncio.run(second()) == ("fresh", "again")
    asyncio.run(driver.close())


def test_a_loop_that_is_abandoned_takes_its_runs_along(store: Store) -> None:
    """Nothing is waited for, and nobody complains; the locks are free."""
    driver = AsyncioDriver(http=Port(fine), store=store)

    async def op() -> None:
        await Acquire("held")
        try:
            await endless()
        finally:
            await Release("held")

    async def take() -> str:
        await within(1.0, Acquire("held"))
        await Release("held")
        return "free"

    loop = asyncio.new_event_loop()
    run = driver.run(op())
    loop.create_task(run)._log_destroy_pending = False  # type: ignore[attr-defined]
    loop.run_until_complete(asyncio.sleep(0.01))
    loop.close()
    run.close()  # as the collector would
    assert asyncio.run(driver.run(take())) == "free"
    asyncio.run(driver.close())


def test_two_tasks_that_wait_for_each_other_are_told(store: Store) -> None:
    """Neither hangs: one gets an error, gives its lock back, and the other goes on."""

    async def both(first: str, second: str) -> str:
        await Acquire(first)
        try:
            await Sleep(0.01)
            await Acquire(second)
            await Release(second)
            return "done"
        finally:
            await Release(first)

    async def main() -> None:
        async with driving(store) as driver:
            runs = driver.run(both("a", "b")), driver.run(both("b", "a"))
            outcomes = await asyncio.gather(*runs, return_exceptions=True)
            told = [each for each in outcomes if isinstance(each, RuntimeError)]
            assert told
            assert all("deadlock" in str(each) for each in told)
            assert len(told) + outcomes.count("done") == 2

    asyncio.run(main())


def test_a_lock_is_shared_between_threads_and_loops(store: Store) -> None:
    """One at a time, whichever loop asks."""
    driver = AsyncioDriver(http=Port(fine), store=store)
    inside: list[int] = []
    most: list[int] = []

    async def one() -> None:
        await Acquire("across")
        try:
            inside.append(1)
            most.append(len(inside))
            await Sleep(0.001)
            inside.pop()
        finally:
            await Release("across")

    async def many() -> None:
        await asyncio.gather(*[driver.run(one()) for _ in range(20)])

    threads = [threading.Thread(target=lambda: asyncio.run(many())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 60
    asyncio.run(driver.close())


def test_a_closed_driver_says_so(store: Store) -> None:
    """And nobody complains that the operation was never awaited; closing twice is no mistake."""

    async def main() -> None:
        async with driving(store) as driver:
            await driver.close()
            with pytest.raises(SetupError, match="closed"):
                await driver.run(ask("key", lambda: ask("other", endless)))

    asyncio.run(main())


def test_what_is_closed_in_mid_operation_fails_cleanly(store: Store) -> None:
    """A typed error where the transaction is awaited, and the locks are given back."""
    closing: list[asyncio.Event] = []

    async def answer(send: Send) -> Response:
        await closing[0].wait()
        return await fine(send)

    async def op() -> Any:
        await Acquire("held")
        try:
            await get("lone")
            await tx(lambda connection: None)
        finally:
            await Release("held")

    async def main() -> None:
        closing.append(asyncio.Event())
        async with driving(store, answer) as driver:
            task = asyncio.ensure_future(driver.run(op()))
            await asyncio.sleep(0)
            await driver.close()
            closing[0].set()
            with pytest.raises(SetupError, match="closed"):
                await task

    asyncio.run(main())


def test_runs_leave_nothing_in_memory(store: Store) -> None:
    """Hundreds of operations that succeed, fail and run out of time: not one object per run remains."""

    async def op() -> None:
        parts: list[Doable[Any]] = [get("1"), _fails(), within(0, endless()), tx(lambda connection: None)]
        await settle(*parts)

    async def main() -> int:
        async with driving(store) as driver:
            for _ in range(20):
                await driver.run(op())
            gc.collect()
            before = len(gc.get_objects())
            for _ in range(300):
                await driver.run(op())
            gc.collect()
            return len(gc.get_objects()) - before

    assert asyncio.run(main()) < 300


async def _fails() -> None:
    await get("2")
    raise ValueError("on purpose")


def test_endless_waiting_is_no_overflow(store: Store) -> None:
    """Sleep(inf) under a deadline."""

    async def op() -> None:
        await within(0.02, gather(Sleep(float("inf")), get("1")))

    async def main() -> None:
        async with driving(store) as driver:
            with pytest.raises(DeadlineExceeded):
                await driver.run(op())

    asyncio.run(main())
