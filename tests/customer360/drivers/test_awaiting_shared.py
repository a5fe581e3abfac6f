"""Work that tasks share: one run for many callers, and its end."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from tests.customer360.drivers.loops import driving, fine, slowly
from tests.customer360.drivers.operations import ask, get

from customer360.core.effects import Send, Sleep
from customer360.core.wire import Response
from customer360.store.engine import Store


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
