"""Work that threads share: one run for many callers, and its end."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from tests.customer360.drivers.operations import ask, get, within_
from tests.customer360.drivers.threads import Drive, fine, here

from customer360.core.effects import Send, Shared, Sleep, gather
from customer360.core.errors import DeadlineExceeded
from customer360.core.wire import Response
from customer360.drivers.flight import LOOK


@pytest.mark.promise("R3")
def test_twenty_threads_that_ask_for_the_same_work_share_one_run(drive: Drive) -> None:
    """Whoever comes while it runs gets what it comes to."""
    runs: list[str] = []
    all_in = threading.Barrier(20)  # those who come later, and the request of the run that the first began

    def answer(send: Send) -> Response:
        all_in.wait(5)
        time.sleep(0.2)  # they have asked by now, or are about to
        return fine(send)

    async def work() -> str:
        runs.append("run")
        return (await get("grant")).content.decode()

    async def ask(first: bool) -> str:
        if not first:
            all_in.wait(5)
        return await Shared("key", work)

    driver = drive(answer)

    def go(first: bool) -> None:
        got.append(driver.run(ask(first)))

    got: list[str] = []
    threads = [threading.Thread(target=go, args=(number == 0,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["grant"] * 20
    assert runs == ["run"]


@pytest.mark.promise("R3")
def test_shared_work_ends_though_all_its_callers_left(drive: Drive) -> None:
    """Closing waits for it: what it learnt is stored."""
    noted: list[str] = []

    async def work() -> None:
        await Sleep(0.1)
        await here(noted, "stored")

    driver = drive()
    with pytest.raises(DeadlineExceeded):
        driver.run(within_(0.02, ask("key", work)))
    driver.close()
    assert noted == ["stored"]


def test_closing_does_not_wait_for_ever(drive: Drive) -> None:
    """Shared work that does not end is cancelled; its clean-up is recorded."""
    noted: list[str] = []

    async def work() -> None:
        try:
            await Sleep(3600)
        finally:
            await here(noted, "cleaned up")

    driver = drive()
    with pytest.raises(DeadlineExceeded):
        driver.run(within_(0.02, ask("key", work)))
    driver.close(patience=0.05)
    assert noted == ["cleaned up"]


def test_shared_work_that_cannot_be_made_is_an_error_for_whoever_asked(drive: Drive) -> None:
    """Also for the next: the key is not taken."""

    def factory() -> Any:
        raise ValueError("no such work")

    driver = drive()
    for _ in range(2):
        with pytest.raises(ValueError, match="no such work"):
            driver.run(ask("key", factory))


def test_shared_work_that_waits_for_itself_by_a_detour_is_told(drive: Drive) -> None:
    """Two keys that ask for each other."""
    driver = drive()
    both = threading.Barrier(2)

    async def one() -> Any:
        both.wait(5)
        return await Shared("two", two)

    async def two() -> Any:
        both.wait(5)
        return await Shared("one", one)

    async def op() -> Any:
        return await gather(Shared("one", one), Shared("two", two))

    with pytest.raises(RuntimeError, match="deadlock"):
        driver.run(op())


def test_shared_work_that_is_slow_to_begin_is_no_deadlock(drive: Drive) -> None:
    """A busy machine may take its time to start a thread; whoever waits meanwhile is not told that nobody is there."""

    async def one() -> int:
        return 1

    def late() -> Any:
        time.sleep(4 * LOOK)
        return one()

    async def op() -> int:
        return await Shared("one", late)

    assert drive().run(op()) == 1
