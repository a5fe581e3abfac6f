"""What only threads can do wrong: Ctrl-C at any moment, many callers at once, work that outlives them."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from customer360.core.effects import (
    Acquire,
    Doable,
    Emit,
    Err,
    Operation,
    Release,
    Send,
    Shared,
    Sleep,
    Spawn,
    gather,
    settle,
    tx,
    within,
)
from customer360.core.errors import DeadlineExceeded, SetupError
from customer360.core.wire import Response
from customer360.drivers.blocking import BlockingDriver
from customer360.drivers.flight import LOOK
from customer360.store.engine import Store

Answer = Callable[[Send], Response]


def ctrl_c() -> None:
    """What the terminal does."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


@attrs.define(eq=False)
class Port:
    """Answers as ``answer`` says; ``sent`` names the requests and the threads they were sent on."""

    answer: Answer
    sent: list[tuple[str, str]] = attrs.field(factory=list)

    def send(self, send: Send) -> Response:
        self.sent.append((send.url, threading.current_thread().name))
        return self.answer(send)

    def warm(self, url: str, *, timeout: float = 5.0) -> None: ...

    def close(self) -> None: ...


def fine(send: Send) -> Response:
    return Response(200, send.url.encode())


@pytest.fixture
def drive(store: Store) -> Iterator[Callable[..., BlockingDriver]]:
    """Makes drivers, closes them, and sees that they leave no thread behind."""
    made: list[BlockingDriver] = []
    before = set(threading.enumerate())

    def make(answer: Answer = fine, **rest: Any) -> BlockingDriver:
        driver = BlockingDriver(http=Port(answer), store=store, **rest)
        made.append(driver)
        return driver

    yield make
    for driver in made:
        driver.close(patience=5.0)
    assert {each.name for each in set(threading.enumerate()) - before} == set()


Drive = Callable[..., BlockingDriver]


def get(url: str, timeout: float = 5.0) -> Send:
    return Send(method="GET", url=url, timeout=timeout)


def here(noted: list[str], what: str) -> Any:
    """A transaction that notes ``what`` and the thread it ran on."""

    def work(connection: Any) -> str:
        noted.append(what)
        return threading.current_thread().name

    return tx(work)


# Which thread -------------------------------------------------------------------------------------------------------


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


# Ctrl-C -------------------------------------------------------------------------------------------------------------


@pytest.mark.fault("X13")
def test_ctrl_c_lets_a_transaction_under_way_end(drive: Drive) -> None:
    """It ends whole, clean-up is recorded, nothing new begins, and the interrupt is raised."""
    noted: list[str] = []

    def work(connection: Any) -> None:
        ctrl_c()
        time.sleep(0.05)
        noted.append("committed")

    async def op() -> None:
        try:
            await tx(work)
            noted.append("went on")
            await get("never")
        finally:
            await here(noted, "cleaned up")

    driver = drive()
    with pytest.raises(KeyboardInterrupt):
        driver.run(op())
    assert noted == ["committed", "went on", "cleaned up"]
    port = driver._http
    assert isinstance(port, Port)
    assert port.sent == []


@pytest.mark.fault("X13")
def test_ctrl_c_drops_requests_in_flight(drive: Drive) -> None:
    """The caller is free at once; the requests end by themselves."""
    noted: list[str] = []
    enough = threading.Event()

    def answer(send: Send) -> Response:
        if send.url == "2":
            ctrl_c()
        enough.wait(send.timeout)
        return fine(send)

    async def part(number: int) -> None:
        try:
            await get(str(number))
            noted.append("went on")
        finally:
            await here(noted, f"cleaned up {number}")

    async def op() -> None:
        await Spawn(part(9))
        await gather(part(0), part(1), part(2))

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        drive(answer).run(op())
    assert time.monotonic() - began < 4  # not the requests' five seconds
    enough.set()
    assert sorted(noted) == ["cleaned up 0", "cleaned up 1", "cleaned up 2", "cleaned up 9"]


@pytest.mark.fault("X13")
@pytest.mark.parametrize("step", range(14))
def test_an_interrupt_at_any_step_leaves_nothing_behind(drive: Drive, step: int) -> None:
    """No lock stays held, no thread busy, and every clean-up is recorded."""
    count = 0
    balance: list[str] = []

    def hit() -> None:
        nonlocal count
        count += 1
        if count == step + 1:
            ctrl_c()

    def answer(send: Send) -> Response:
        hit()
        return fine(send)

    def work(connection: Any, what: str) -> None:
        hit()
        balance.append(what)

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

    driver = drive(answer)
    with pytest.raises(KeyboardInterrupt):
        driver.run(op())
    assert {each for each in balance if each.startswith("begin")} <= {
        each.replace("end", "begin") for each in balance if each.startswith("end")
    }

    async def after() -> str:
        await within(1.0, Acquire("one"))
        await Release("one")
        return "free"

    assert driver.run(after()) == "free"


@pytest.mark.fault("X13")
def test_a_second_ctrl_c_is_raised_at_once(drive: Drive) -> None:
    """Whoever insists need not wait for a transaction; nothing of the operation is left suspended."""
    noted: list[str] = []
    enough = threading.Event()

    def answer(send: Send) -> Response:
        if send.url == "1":
            ctrl_c()  # the first: the requests are dropped, clean-up begins
        enough.wait(5)
        return fine(send)

    def work(connection: Any) -> None:
        noted.append("transaction")
        ctrl_c()
        enough.wait(5)

    async def op() -> None:
        try:
            await gather(get("1"), get("2"))
        finally:
            try:
                await tx(work)
            finally:
                noted.append("unwound")

    driver = drive(answer)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        driver.run(op())
    assert time.monotonic() - began < 4  # not the transaction's five seconds
    enough.set()
    assert noted == ["transaction", "unwound"]


# Pools --------------------------------------------------------------------------------------------------------------


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


async def within_(seconds: float, op: Operation[Any]) -> Any:
    return await within(seconds, op)


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


# Shared work --------------------------------------------------------------------------------------------------------


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
        driver.run(within_(0.02, ask_shared("key", work)))
    driver.close()
    assert noted == ["stored"]


async def ask_shared(key: str, work: Callable[[], Operation[Any]]) -> Any:
    return await Shared(key, work)


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
        driver.run(within_(0.02, ask_shared("key", work)))
    driver.close(patience=0.05)
    assert noted == ["cleaned up"]


def test_shared_work_that_cannot_be_made_is_an_error_for_whoever_asked(drive: Drive) -> None:
    """Also for the next: the key is not taken."""

    def factory() -> Any:
        raise ValueError("no such work")

    driver = drive()
    for _ in range(2):
        with pytest.raises(ValueError, match="no such work"):
            driver.run(ask_shared("key", factory))


# Deadlocks, leaks, the end ------------------------------------------------------------------------------------------


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
        driver.run(ask_shared("key", lambda: ask_shared("other", lambda: _sleep(0))))


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
        drive().run(within_(0.05, _sleep(float("inf"))))


async def _sleep(seconds: float) -> None:
    await Sleep(seconds)
