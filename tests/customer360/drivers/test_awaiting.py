"""What only an event loop can do wrong: listeners elsewhere, several loops, locks, what stays in memory, the end."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Any

import pytest
from tests.customer360.drivers.loops import Port, driving, fine
from tests.customer360.drivers.operations import ask, endless, get

from customer360.core.effects import Acquire, Doable, Emit, Release, Send, Sleep, gather, settle, tx, within
from customer360.core.errors import DeadlineExceeded, SetupError
from customer360.core.wire import Response
from customer360.drivers.awaiting import AsyncioDriver
from customer360.store.engine import Store


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


async def _fails() -> None:
    await get("2")
    raise ValueError("on purpose")


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


def test_endless_waiting_is_no_overflow(store: Store) -> None:
    """Sleep(inf) under a deadline."""

    async def op() -> None:
        await within(0.02, gather(Sleep(float("inf")), get("1")))

    async def main() -> None:
        async with driving(store) as driver:
            with pytest.raises(DeadlineExceeded):
                await driver.run(op())

    asyncio.run(main())
