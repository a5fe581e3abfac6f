"""What only threads can do wrong: requests and decisions on the wrong one, pools that run dry, locks, the end."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from tests.customer360.drivers.operations import ask, get, sleep, within_
from tests.customer360.drivers.threads import Drive, Port, fine, here

from customer360.core.effects import Acquire, Doable, Emit, Err, Release, Send, Sleep, gather, settle, within
from customer360.core.errors import DeadlineExceeded, SetupError
from customer360.core.wire import Response


@pytest.mark.promise("R4")
def test_a_lone_request_is_sent_on_the_callers_thread_with_the_time_that_is_left(drive: Drive) -> None:
    """Also under a deadline: no pool, no request that outlives its caller."""
    timeouts: list[float] = []

    def answer(send: Send) -> Response:
        timeouts.append(send.timeout)
        return fine(send)

    driver = drive(answer)

    async def op() -> None:
        await get("1")
        await within(2.0, get("2"))

    driver.run(op())
    port = driver._http
    assert isinstance(port, Port)
    assert [thread for _, thread in port.sent] == [threading.current_thread().name] * 2
    assert timeouts[0] == 5.0
    assert timeouts[1] <= 2.0


def test_operation_code_and_listeners_stay_on_the_callers_thread(drive: Drive) -> None:
    """What is carried out side by side goes to other threads, what is decided does not."""
    ours = threading.current_thread()
    seen: list[threading.Thread] = []

    async def part(number: int) -> None:
        seen.append(threading.current_thread())
        await get(str(number))
        seen.append(threading.current_thread())
        await Emit(number)

    async def op() -> None:
        await gather(*[part(number) for number in range(5)])

    heard: list[threading.Thread] = []
    driver = drive()
    driver.run(op(), emit=lambda event: heard.append(threading.current_thread()))
    assert set(seen) == set(heard) == {ours}
    port = driver._http
    assert isinstance(port, Port)
    assert ours.name not in {thread for _, thread in port.sent}


@pytest.mark.promise("R4")
def test_hung_requests_keep_no_transaction_waiting(drive: Drive) -> None:
    """Clean-up is recorded by the deadline, though every thread for requests is taken."""
    enough = threading.Event()
    noted: list[str] = []

    def hang(send: Send) -> Response:
        enough.wait(5)
        return fine(send)

    async def careful() -> None:
        try:
            await gather(get("1"), get("2"), get("3"))
        finally:
            await here(noted, "recorded")

    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        drive(hang, workers=1).run(within_(0.1, careful()))
    assert time.monotonic() - began < 4
    enough.set()
    assert noted == ["recorded"]


@pytest.mark.promise("R4")
def test_a_request_that_waited_for_a_thread_does_not_get_that_time_back(drive: Drive) -> None:
    """Its time began when it was asked for."""
    left: list[float] = []
    enough = threading.Event()

    def slow(send: Send) -> Response:
        left.append(send.timeout)
        enough.wait(5)
        return fine(send)

    async def release() -> None:
        await Sleep(0.0)  # from here on the requests are under way, or queued
        await Sleep(0.1)
        enough.set()

    async def op() -> Any:
        parts: list[Doable[Any]] = [get("1", 2.0), get("2", 2.0), get("3", 0.05), release()]
        return await settle(*parts)

    outcomes = drive(slow, workers=1).run(op())
    assert len(left) == 2
    assert left[1] < 2.0
    late = outcomes[2]
    assert isinstance(late, Err)
    assert isinstance(late.error, DeadlineExceeded)


def test_two_threads_that_wait_for_each_other_are_told(drive: Drive) -> None:
    """Neither hangs: one gets an error, gives its lock back, and the other goes on."""
    driver = drive()
    met = threading.Barrier(2)

    async def both(first: str, second: str) -> str:
        await Acquire(first)
        try:
            met.wait(5)
            await Acquire(second)
            await Release(second)
            return "done"
        finally:
            await Release(first)

    def go(first: str, second: str) -> None:
        try:
            got.append(driver.run(both(first, second)))
        except RuntimeError as error:
            got.append(str(error).partition(":")[0])

    got: list[str] = []
    threads = [threading.Thread(target=go, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert "deadlock" in got
    assert set(got) <= {"done", "deadlock"}
    assert len(got) == 2


def test_a_lock_that_nobody_gave_back_is_reported_and_freed(drive: Drive, caplog: pytest.LogCaptureFixture) -> None:
    """The next operation does not hang for somebody's mistake."""
    driver = drive()

    async def forgets() -> None:
        await Acquire("forgotten")

    async def op() -> str:
        await within(1.0, Acquire("forgotten"))
        await Release("forgotten")
        return "had it"

    driver.run(forgets())
    assert "forgotten" in caplog.text
    assert driver.run(op()) == "had it"


def test_a_closed_driver_says_so(drive: Drive) -> None:
    """And nobody complains that the operation was never awaited; closing twice is no mistake."""
    driver = drive()
    driver.close()
    driver.close()
    with pytest.raises(SetupError, match="closed"):
        driver.run(ask("key", lambda: ask("other", lambda: sleep(0))))


def test_what_is_closed_in_mid_operation_fails_cleanly(drive: Drive) -> None:
    """A typed error where the next leaf is awaited, and the locks are given back."""
    driver = drive()
    begun, closing = threading.Event(), threading.Event()
    got: list[Any] = []

    def answer(send: Send) -> Response:
        begun.set()
        closing.wait(5)
        return fine(send)

    driver._http = Port(answer)

    async def op() -> Any:
        await Acquire("held")
        try:
            await get("lone")
            return await settle(here([], "too late"), get("too late"))
        finally:
            await Release("held")

    thread = threading.Thread(target=lambda: got.extend(driver.run(op())))
    thread.start()
    assert begun.wait(5)
    driver.close()
    closing.set()
    thread.join(5)
    assert [type(each.error) for each in got] == [SetupError, SetupError]


def test_endless_waiting_is_no_overflow(drive: Drive) -> None:
    """Sleep(inf) beside something that ends."""

    async def op() -> None:
        await within(0.05, gather(Sleep(float("inf")), get("1")))

    with pytest.raises(DeadlineExceeded):
        drive().run(op())
    with pytest.raises(DeadlineExceeded):
        drive().run(within_(0.05, sleep(float("inf"))))
