"""Tasks that are cancelled, or run out of time, at any moment of an awaited operation."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from tests.customer360.drivers.loops import driving, fine, slowly
from tests.customer360.drivers.operations import endless, get, lock_is_free, undoing

from customer360.core.effects import Send, Sleep, gather
from customer360.core.wire import Response
from customer360.store.engine import Store


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

    async def op() -> None:
        await undoing(work)
        await endless()

    async def main() -> None:
        nonlocal task
        async with driving(store, answer) as driver:
            task = asyncio.ensure_future(driver.run(op()))
            if step == 14:  # beyond the last leaf: while it sleeps
                await asyncio.sleep(0.3)
                task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await driver.run(lock_is_free())

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
