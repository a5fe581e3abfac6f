"""Ctrl-C at any moment of a blocking operation."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

import pytest
from tests.customer360.drivers.operations import get, lock_is_free, undoing
from tests.customer360.drivers.threads import Drive, Port, fine, here

from customer360.core.effects import Send, Spawn, gather, tx
from customer360.core.wire import Response


def ctrl_c() -> None:
    """What the terminal does."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


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

    driver = drive(answer)
    with pytest.raises(KeyboardInterrupt):
        driver.run(undoing(work))
    assert {each for each in balance if each.startswith("begin")} <= {
        each.replace("end", "begin") for each in balance if each.startswith("end")
    }

    assert driver.run(lock_is_free())


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
