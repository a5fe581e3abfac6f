"""The scheduler alone, driven by hand: what may be run, what listeners do, how deep and how often."""

from __future__ import annotations

import gc
import logging
import tracemalloc
from typing import Any

import pytest
from tests.customer360.core.hand import OK, READ, Hand, exchange, failure

from customer360.core.effects import (
    GET,
    Emit,
    Now,
    Operation,
    Request,
    Sleep,
    gather,
    handling,
    settle,
    within,
)
from customer360.core.errors import ConnectFailed
from customer360.core.wire import Response

# Run once -----------------------------------------------------------------------------------------------------------


def test_an_operation_runs_once() -> None:
    """The same object a second time is a mistake that names it, whether it has ended or is under way."""

    async def step() -> Response:
        return await READ

    async def twice_in_turn() -> None:
        op = step()
        await within(60, op)
        await within(60, op)

    async def twice_at_once() -> None:
        op = step()
        await gather(op, op)

    for make in (twice_in_turn, twice_at_once):
        hand = Hand().start(make())
        while hand.asked:
            hand.answer(OK)
        assert isinstance(failure(hand), RuntimeError)
        assert "step" in str(failure(hand))


@pytest.mark.parametrize("wrong", [None, 5, test_an_operation_runs_once, object()])
def test_what_is_no_operation_is_a_type_error(wrong: Any) -> None:
    """A function that was not called, say."""

    async def op() -> None:
        await gather(wrong)

    assert isinstance(failure(Hand().start(op())), TypeError)


# Listeners ----------------------------------------------------------------------------------------------------------


def test_a_failing_listener_does_not_stop_what_it_listens_to(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, without the event's content."""

    def listener(event: object) -> None:
        raise ValueError("broken")

    async def op() -> str:
        await Emit("secret")
        return "went on"

    with caplog.at_level(logging.ERROR, "customer360.core"):
        assert Hand().start(op(), listener).kernel.result() == "went on"
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text


def test_an_interrupt_in_a_listener_is_the_operations() -> None:
    """Clean-up still runs."""
    cleaned: list[str] = []

    def listener(event: object) -> None:
        raise KeyboardInterrupt

    async def op() -> None:
        try:
            await Emit("x")
        finally:
            cleaned.append("up")

    assert isinstance(failure(Hand().start(op(), listener)), KeyboardInterrupt)
    assert cleaned == ["up"]


def test_a_handler_that_raises_fails_the_request() -> None:
    """Where it is awaited."""

    def broken(request: Request) -> Operation[Response]:
        raise LookupError("no such link")

    async def connector() -> str:
        try:
            await GET("/x")
        except LookupError:
            return "told"
        return "never"

    async def op() -> str:
        return await handling(broken, connector())

    assert Hand().start(op()).kernel.result() == "told"


# Size ---------------------------------------------------------------------------------------------------------------


def test_depth_is_no_limit_also_for_cancelling_and_abandoning() -> None:
    """Three thousand gathers within each other, in any way to end."""

    async def deep(left: int) -> None:
        if left:
            await gather(deep(left - 1))
        else:
            await READ

    for end in (lambda hand: hand.answer(OK), Hand.cancel, lambda hand: hand.kernel.abandon()):
        hand = Hand().start(deep(3000))
        end(hand)
        assert hand.kernel.done


def test_many_runs_leave_nothing_behind() -> None:
    """Neither ends, failures, cancellations nor deadlines."""

    async def op() -> None:
        await settle(within(60, READ), handling(exchange, GET("/")), Sleep(5))

    def run(number: int) -> None:
        hand = Hand().start(op())
        if number % 3 == 0:
            hand.cancel()
        elif number % 3 == 1:
            hand.answer(OK)
            hand.answer(None, ConnectFailed("refused"))
            hand.at(5)
        else:
            hand.at(60)
            hand.answer(OK)
        assert hand.kernel.done

    tracemalloc.start()
    try:
        for number in range(5000):
            run(number)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 500_000  # one kept task a run would be more than a million


# One operation alone --------------------------------------------------------------------------------------------------


async def never() -> None:
    """Ends only if it is cancelled."""
    await Sleep(1_000)


@pytest.mark.parametrize("together", [gather, settle])
@pytest.mark.parametrize("end", ["value", "error", "none", "deadline", "late", "cancelled"])
def test_one_operation_alone_ends_as_it_does_beside_another(together: Any, end: str) -> None:
    """It gets a frame where several get tasks of their own: nobody can tell which by what comes of it."""

    async def once() -> Any:
        match end:
            case "error":
                raise ValueError
            case "deadline":
                await within(1, never())
            case "late" | "cancelled":
                await never()
        return await Now()

    async def nothing() -> float:
        return await Now()

    async def beside(*others: Any) -> Any:
        op: Any = None if end == "none" else once()
        whole = together(op, *others)
        return (await (within(2, whole) if end == "late" else whole))[0]

    def outcome(*others: Any) -> str:
        hand = Hand().start(beside(*others))
        if end == "cancelled":
            hand.kernel.cancel()
        hand.at(5.0)
        assert hand.kernel.done
        return f"{hand.kernel.value!r} {hand.kernel.error!r}"

    assert outcome() == outcome(nothing())
