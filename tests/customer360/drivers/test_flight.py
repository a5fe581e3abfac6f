"""Answers that come in together, and leaves that are left in the same instant."""

from __future__ import annotations

from typing import Any

from customer360.core.effects import Acquire, Send, gather, within
from customer360.core.errors import DeadlineExceeded
from customer360.core.kernel import Kernel
from customer360.drivers.flight import Flight
from customer360.drivers.locks import Locks


def test_a_lock_granted_beside_a_request_that_met_its_deadline_goes_to_the_next() -> None:
    """The deadline cancels the waiter before it learns that the lock is its own: it may not keep it."""
    now = 0.0
    told: list[str] = []

    async def work() -> None:
        await gather(Send(method="GET", url="https://w/"), Acquire("key"))

    async def op() -> None:
        try:
            await within(5, work())
        except DeadlineExceeded:
            told.append("late")

    locks = Locks()
    kernel: Kernel[Any] = Kernel(op(), now=lambda: now, monotonic=lambda: now, random=lambda: 0.5)
    flight = Flight(kernel, locks, lambda: None)
    kernel.advance()
    (request, _), (lock, acquire) = kernel.starts
    kernel.starts.clear()
    assert isinstance(acquire, Acquire)
    flight.ways_out[request] = lambda: None
    now = 5.0
    flight.told(request, None, DeadlineExceeded("no answer in time"))
    flight.acquire(lock, acquire.key, lambda: flight.told(lock))
    assert locks.held() == {"key"}
    flight.land()
    kernel.advance()
    flight.let_go()
    assert kernel.done
    assert told == ["late"]
    assert not locks.held()
    flight.close()
