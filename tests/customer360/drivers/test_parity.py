"""One suite for three worlds: the same result, error and journal on threads, on asyncio, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from tests.customer360.drivers.worlds import UNIT, Ran, exchange, send

from customer360.core.effects import (
    GET,
    Acquire,
    Cancelled,
    Emit,
    Err,
    Now,
    Ok,
    Operation,
    Random,
    Release,
    Remaining,
    Request,
    Shared,
    Sleep,
    Spawn,
    gather,
    handling,
    peek,
    settle,
    tx,
    within,
)
from customer360.core.errors import ConnectFailed, DeadlineExceeded
from customer360.core.wire import Response

Everywhere = Callable[[Callable[[], Operation[Any]]], Ran]


async def ask(name: str, ticks: float = 1.0) -> str:
    response = await send(name, ticks)
    return response.content.decode()


def select(connection: sa.Connection, value: int) -> int:
    return int(connection.execute(sa.text("SELECT :value"), {"value": value}).scalar_one())


# Values, errors, order ----------------------------------------------------------------------------------------------


def test_a_plain_operation_has_its_value(everywhere: Everywhere) -> None:
    """One request after the other, then a read and a transaction."""

    async def op() -> Any:
        return [await ask("a"), await ask("b"), await peek(select, 1), await tx(select, 2)]

    assert everywhere(op).value == ["a", "b", 1, 2]


def test_an_error_is_raised_where_it_is_awaited(everywhere: Everywhere) -> None:
    """The operation may catch it and go on."""

    async def op() -> Any:
        try:
            await ask("bad")
        except ConnectFailed:
            return await ask("other")

    assert everywhere(op).value == "other"


def test_gathered_values_keep_their_order(everywhere: Everywhere) -> None:
    """Not the order in which they come."""

    async def op() -> Any:
        return await gather(ask("slow", 3), ask("fast", 1), tx(select, 3), Sleep(0))

    assert everywhere(op).value == ("slow", "fast", 3, None)


def test_a_failing_gather_cancels_the_others_and_raises_the_first_error(everywhere: Everywhere) -> None:
    """What the cancelled ones would have done next is not done."""

    async def two(name: str) -> None:
        await ask(name, 3)
        await ask(f"{name} again")

    async def op() -> Any:
        try:
            await gather(ask("bad", 1), two("a"), two("b"))
        except ConnectFailed:
            await Sleep(5 * UNIT)
            return "caught"

    ran = everywhere(op)
    assert ran.value == "caught"
    assert "send a again" not in ran.journal


def test_settled_operations_each_have_an_outcome(everywhere: Everywhere) -> None:
    """A failure leaves the others alone."""

    async def op() -> Any:
        good, bad, none = await settle(ask("a"), ask("bad"), tx(select, 1))
        return isinstance(good, Ok), isinstance(bad, Err) and type(bad.error).__name__, isinstance(none, Ok)

    assert everywhere(op).value == (True, "ConnectFailed", True)


def test_nested_concurrency_does_not_deadlock(everywhere: Everywhere) -> None:
    """Many at once, each of which waits for several: more than any pool has threads."""

    async def inner(number: int) -> int:
        return len(await gather(*[ask(f"{number}-{place}") for place in range(3)]))

    async def op() -> int:
        return sum(await gather(*[inner(number) for number in range(30)]))

    assert everywhere(op).value == 90


def test_depth_is_no_limit(everywhere: Everywhere) -> None:
    """Thousands of gathers within each other, and of deadlines."""

    async def deep(left: int) -> int:
        if not left:
            return 1
        (value,) = await gather(within(60, deep(left - 1)))
        return value

    assert everywhere(lambda: deep(2000)).value == 1


def test_nothing_to_gather_is_an_empty_answer(everywhere: Everywhere) -> None:
    """No special case for callers."""

    async def op() -> Any:
        return await gather(), await settle()

    assert everywhere(op).value == ((), ())


# Handlers -----------------------------------------------------------------------------------------------------------


def test_requests_are_answered_by_the_handler_in_force(everywhere: Everywhere) -> None:
    """Gathered children inherit it; a handler's own requests go to the next one out."""

    async def shouting(request: Request) -> Response:
        inner = await request
        return Response(inner.status, inner.content.upper())

    async def connector() -> list[bytes]:
        both = await gather(GET("a"), GET("b"))
        return [each.content for each in both]

    async def op() -> Any:
        plain = await handling(exchange, connector())
        loud = await handling(exchange, handling(shouting, connector()))
        return plain, loud

    assert everywhere(op).value == ([b"a", b"b"], [b"A", b"B"])


def test_a_request_without_a_handler_is_a_mistake_that_says_so(everywhere: Everywhere) -> None:
    """It names what is missing, and no personal data."""

    async def op() -> Any:
        return await GET("/secret")

    ran = everywhere(op)
    assert isinstance(ran.error, TypeError)
    assert "handling()" in str(ran.error)


def test_awaiting_something_else_is_a_mistake_that_says_so(everywhere: Everywhere) -> None:
    """An operation awaits effects; a future of somebody's is none."""

    class Alien:
        def __await__(self) -> Any:
            yield self

    async def op() -> Any:
        await Alien()

    ran = everywhere(op)
    assert isinstance(ran.error, TypeError)
    assert "effects" in str(ran.error)


# Deadlines ----------------------------------------------------------------------------------------------------------


def test_a_deadline_cancels_and_is_raised(everywhere: Everywhere) -> None:
    """What was asked for is dropped."""

    async def op() -> Any:
        try:
            await within(2 * UNIT, gather(ask("slow", 8), Sleep(60)))
        except DeadlineExceeded as late:
            return late.maybe_applied

    assert everywhere(op).value is False


def test_a_write_under_way_at_the_deadline_may_have_been_applied(everywhere: Everywhere) -> None:
    """The request is dropped, and whoever waited is told so."""

    async def op() -> Any:
        try:
            await within(2 * UNIT, gather(send("write", 8, "POST"), Sleep(60)))
        except DeadlineExceeded as late:
            return late.maybe_applied

    assert everywhere(op).value is True


def test_the_nearest_deadline_counts(everywhere: Everywhere) -> None:
    """An inner one is no longer than what is left of the outer, and Remaining tells it."""

    async def inner() -> float:
        left = await Remaining()
        assert left is not None
        return left

    async def op() -> Any:
        try:
            left = await within(60, within(600, inner()))
            await within(2 * UNIT, within(600, Sleep(60)))
        except DeadlineExceeded:
            return left <= 60, await Remaining()

    assert everywhere(op).value == (True, None)


def test_an_inner_deadline_does_not_end_what_is_around_it(everywhere: Everywhere) -> None:
    """It may be caught, and the outer time goes on."""

    async def op() -> Any:
        async def patient() -> str:
            try:
                await within(UNIT, Sleep(60))
            except DeadlineExceeded:
                return await ask("after")
            return "never"

        return await within(60, patient())

    assert everywhere(op).value == "after"


# Cancellation and clean-up ------------------------------------------------------------------------------------------


def test_clean_up_can_be_recorded_and_nothing_new_begins(everywhere: Everywhere) -> None:
    """After a cancellation only Tx and Release still work."""
    noted: list[str] = []

    async def careful() -> None:
        try:
            await Sleep(60)
        finally:
            noted.append(f"committed {await tx(select, 7)}")
            try:
                await ask("too late")
            except Cancelled:
                noted.append("refused")

    async def op() -> Any:
        noted.clear()
        try:
            await within(2 * UNIT, careful())
        except DeadlineExceeded:
            return list(noted)

    ran = everywhere(op)
    assert ran.value == ["committed 7", "refused"]
    assert "send too late" not in ran.journal


def test_whoever_swallows_a_cancellation_is_told_again_and_ends(everywhere: Everywhere) -> None:
    """It cannot go on for ever."""

    async def deaf() -> None:
        while True:
            try:
                await Sleep(60)
            except Cancelled:
                continue

    async def op() -> Any:
        await within(UNIT, deaf())

    ran = everywhere(op)
    assert isinstance(ran.error, RuntimeError)
    assert "swallows" in str(ran.error)


def test_what_had_not_begun_when_it_was_cancelled_never_begins(everywhere: Everywhere) -> None:
    """And nobody complains that it was never awaited."""

    async def op() -> Any:
        try:
            await gather(ask("bad", 0), within(60, ask("slow", 9)), handling(exchange, _request("later")))
        except ConnectFailed:
            return "caught"

    assert everywhere(op).value == "caught"


async def _request(path: str) -> bytes:
    await Sleep(5 * UNIT)
    return (await GET(path)).content


# Emit, Spawn, time, chance ------------------------------------------------------------------------------------------


def test_events_are_heard_in_order(everywhere: Everywhere) -> None:
    """On the thread that runs the operation."""

    async def op() -> None:
        for number in range(3):
            await Emit(number)
            await Sleep(0)

    assert [line for line in everywhere(op).journal if line.startswith("emit")] == ["emit 0", "emit 1", "emit 2"]


def test_a_spawned_operation_outlives_its_caller_but_not_the_run(everywhere: Everywhere) -> None:
    """The run ends when everything has."""

    async def later() -> None:
        await Sleep(3 * UNIT)
        await Emit("late")

    async def caller() -> str:
        await Spawn(later())
        return "early"

    async def op() -> Any:
        return await within(60, caller())

    ran = everywhere(op)
    assert ran.value == "early"
    assert "emit late" in ran.journal


def test_time_never_runs_backwards_and_chance_stays_in_its_bounds(everywhere: Everywhere) -> None:
    """Now is monotonic, Random below one."""

    async def op() -> Any:
        before, chance = await Now(), await Random()
        await Sleep(UNIT)
        return await Now() >= before + UNIT * 0.9, 0 <= chance < 1

    assert everywhere(op).value == (True, True)


# Locks and shared work ----------------------------------------------------------------------------------------------


def test_a_lock_is_granted_in_order_of_asking(everywhere: Everywhere) -> None:
    """One at a time."""

    async def op() -> Any:
        order: list[int] = []

        async def one(number: int) -> None:
            await Sleep(number * UNIT)
            await Acquire("parity")
            try:
                await Sleep(2 * UNIT)
                order.append(number)
            finally:
                await Release("parity")

        await gather(*[one(number) for number in range(4)])
        return order

    assert everywhere(op).value == [0, 1, 2, 3]


def test_a_waiter_that_is_cancelled_never_holds_the_lock(everywhere: Everywhere) -> None:
    """The next one gets it."""

    async def op() -> Any:
        async def impatient() -> str:
            try:
                await within(UNIT, Acquire("queue"))
            except DeadlineExceeded:
                return "gave up"
            return "holds it"

        async def patient() -> str:
            await Sleep(UNIT / 2)
            await Acquire("queue")
            await Release("queue")
            return "had it"

        async def holder() -> str:
            await Sleep(4 * UNIT)
            await Release("queue")
            return "released"

        await Acquire("queue")
        return await gather(holder(), impatient(), patient())

    assert everywhere(op).value == ("released", "gave up", "had it")


@pytest.mark.promise("R3")
def test_shared_work_runs_once_and_outlives_whoever_asked(everywhere: Everywhere) -> None:
    """The first to ask may leave; the others get the same answer."""

    async def op() -> Any:
        runs: list[str] = []

        async def work() -> str:
            runs.append("run")
            await Sleep(3 * UNIT)
            return await ask("shared")

        async def impatient() -> str:
            try:
                return await within(UNIT, Shared("work", work))
            except DeadlineExceeded:
                return "left"

        async def patient() -> str:
            await Sleep(UNIT / 2)
            return await Shared("work", work)

        return (*await gather(impatient(), patient(), patient()), len(runs))

    assert everywhere(op).value == ("left", "shared", "shared", 1)


def test_the_failure_of_shared_work_is_told_to_everybody(everywhere: Everywhere) -> None:
    """And the next to ask begins anew."""

    async def op() -> Any:
        async def fails() -> str:
            return await ask("bad")

        async def works() -> str:
            return await ask("fine")

        first, second = await settle(Shared("failing", fails), Shared("failing", fails))
        assert isinstance(first, Err)
        assert isinstance(second, Err)
        return type(first.error).__name__, type(second.error).__name__, await Shared("failing", works)

    assert everywhere(op).value == ("ConnectFailed", "ConnectFailed", "fine")
