"""What went wrong in prototypes, in three worlds: the same value, error and journal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from tests.customer360.drivers.worlds import UNIT, Ran, send

from customer360.core.effects import (
    Acquire,
    Cancelled,
    Emit,
    Err,
    Operation,
    Release,
    Remaining,
    Shared,
    Sleep,
    Spawn,
    gather,
    settle,
    tx,
    within,
)
from customer360.core.errors import ConnectFailed, DeadlineExceeded

Everywhere = Callable[[Callable[[], Operation[Any]]], Ran]


def one(connection: sa.Connection) -> int:
    return int(connection.execute(sa.text("SELECT 1")).scalar_one())


def refuse(connection: sa.Connection) -> None:
    raise ConnectFailed("the transaction's own error")


# Transactions -------------------------------------------------------------------------------------------------------


def test_a_transactions_error_is_raised_where_it_is_awaited(everywhere: Everywhere) -> None:
    """Alone and side by side."""

    async def op() -> Any:
        try:
            await tx(refuse)
        except ConnectFailed:
            first, second = await settle(tx(refuse), tx(one))
            return isinstance(first, Err), second

    assert everywhere(op).value[0] is True


def test_a_commit_in_flight_at_the_deadline_counts(everywhere: Everywhere) -> None:
    """It is awaited, and its value is what the deadline's caller gets."""

    async def op() -> Any:
        return await within(0, tx(one)), await within(0, gather(tx(one), tx(one)))

    assert everywhere(op).value == (1, (1, 1))


def test_clean_up_runs_at_every_level(everywhere: Everywhere) -> None:
    """From the inside out, each with a transaction of its own, side by side too."""

    async def op() -> Any:
        order: list[str] = []

        async def level(depth: int) -> None:
            try:
                if depth:
                    await gather(level(depth - 1), Sleep(60))
                else:
                    await Sleep(60)
            finally:
                await tx(one)
                order.append(str(depth))

        try:
            await within(UNIT, level(5))
        except DeadlineExceeded:
            return order

    assert everywhere(op).value == ["0", "1", "2", "3", "4", "5"]


def test_an_error_in_clean_up_is_told_in_place_of_the_deadline(everywhere: Everywhere) -> None:
    """As Python does it: the later error wins."""

    async def untidy() -> None:
        try:
            await Sleep(60)
        finally:
            await tx(refuse)

    async def op() -> Any:
        await within(UNIT, untidy())

    assert isinstance(everywhere(op).error, ConnectFailed)


# Deadlines ----------------------------------------------------------------------------------------------------------


@pytest.mark.promise("R4")
def test_remaining_is_that_of_the_nearest_deadline_in_every_branch(everywhere: Everywhere) -> None:
    """Gathered children inherit it; a spawned operation and shared work have none of the caller's."""

    async def op() -> Any:
        seen: dict[str, float | None] = {}

        async def look(name: str) -> None:
            seen[name] = await Remaining()

        async def inside() -> None:
            await gather(look("child"), within(5, look("nearer")), within(600, look("no longer")))
            await Spawn(look("spawned"))
            await Shared("parity remaining", lambda: look("shared"))

        await within(50, inside())
        await look("outside")
        return {name: None if left is None else left <= {"nearer": 5}.get(name, 50) for name, left in seen.items()}

    expected = {"child": True, "nearer": True, "no longer": True, "spawned": None, "shared": None, "outside": None}
    assert everywhere(op).value == expected


@pytest.mark.promise("R4")
def test_a_silent_server_costs_no_more_than_the_deadline(everywhere: Everywhere) -> None:
    """Alone, where the request is carried out on the spot, and beside others."""

    async def op() -> Any:
        silent = send("silent", 1e6)
        told = []
        for what in (within(UNIT, silent), within(UNIT, gather(silent, silent))):
            try:
                await what
            except DeadlineExceeded as late:
                told.append(late.maybe_applied)
        return told

    assert everywhere(op).value == [False, False]


def test_no_time_at_all_is_a_deadline_like_any_other(everywhere: Everywhere) -> None:
    """Zero and less: what needs no waiting is done, the rest is not."""

    async def op() -> Any:
        try:
            await within(-1, Sleep(60))
        except DeadlineExceeded:
            return await within(0, _value())

    assert everywhere(op).value == "value"


async def _value() -> str:
    return "value"


# Cancelling ---------------------------------------------------------------------------------------------------------


def test_a_swallowed_cancellation_gives_a_value_once(everywhere: Everywhere) -> None:
    """It counts, and the cancellation is over where it began."""

    async def deaf() -> str:
        try:
            await Sleep(60)
        except Cancelled:
            return "swallowed"
        return "never"

    async def op() -> Any:
        return await within(UNIT, deaf()), (await send("after", 0)).content

    assert everywhere(op).value == ("swallowed", b"after")


def test_a_failing_gather_waits_for_the_clean_up_of_the_others(everywhere: Everywhere) -> None:
    """Nothing of it goes on behind its back, and what waits in turn is not begun."""

    async def op() -> Any:
        log: list[str] = []

        async def careful(name: str) -> None:
            try:
                await Sleep(60)
            finally:
                await tx(one)
                log.append(name)

        async def fails() -> None:
            await send("bad", 1)

        async def queued() -> None:
            await Acquire("parity gather")
            log.append("never")

        await Acquire("parity gather")
        try:
            await gather(careful("a"), fails(), careful("b"), queued())
        except ConnectFailed:
            log.append("caught")
        await Release("parity gather")
        return sorted(log[:-1]), log[-1]

    assert everywhere(op).value == (["a", "b"], "caught")


def test_the_first_of_two_errors_is_raised(everywhere: Everywhere) -> None:
    """By time, not by place."""

    async def fails(after: float, error: Exception) -> None:
        await Sleep(after)
        raise error

    async def op() -> Any:
        await gather(fails(3 * UNIT, KeyError("late")), fails(UNIT, LookupError("early")))

    assert type(everywhere(op).error) is LookupError


# Locks and shared work ----------------------------------------------------------------------------------------------


def test_releasing_what_nobody_holds_is_a_mistake_that_says_so(everywhere: Everywhere) -> None:
    """It names the lock."""

    async def op() -> Any:
        await Release("parity nobody's")

    ran = everywhere(op)
    assert isinstance(ran.error, RuntimeError)
    assert "parity nobody's" in str(ran.error)


def test_a_lock_granted_at_the_deadline_is_not_lost(everywhere: Everywhere) -> None:
    """Whoever is told that time is over does not hold it; whoever has it, does."""

    async def op() -> Any:
        await Acquire("parity instant")

        async def impatient() -> None:
            try:
                await within(UNIT, Acquire("parity instant"))
            except DeadlineExceeded:
                return
            await Release("parity instant")

        async def holder() -> None:
            await Sleep(UNIT)
            await Release("parity instant")

        await gather(impatient(), holder(), impatient())
        await within(60, Acquire("parity instant"))
        await Release("parity instant")
        return "free"

    assert everywhere(op).value == "free"


def test_shared_work_that_asks_for_itself_is_a_mistake_that_says_so(everywhere: Everywhere) -> None:
    """Directly, and by a detour over other shared work."""

    async def op() -> Any:
        def again() -> Operation[Any]:
            return _ask("parity a", lambda: _ask("parity b", again))

        await again()

    ran = everywhere(op)
    assert isinstance(ran.error, RuntimeError)
    assert "parity a" in str(ran.error)


async def _ask(key: str, factory: Callable[[], Operation[Any]]) -> Any:
    return await Shared(key, factory)


def test_shared_work_whose_factory_fails_is_an_error_for_whoever_asked(everywhere: Everywhere) -> None:
    """And for nobody else: the key is free again."""

    async def op() -> Any:
        def broken() -> Operation[Any]:
            raise LookupError("nothing to run")

        try:
            await Shared("parity broken", broken)
        except LookupError:
            return await Shared("parity broken", _value)

    assert everywhere(op).value == "value"


# Listeners, spawned work, sizes -------------------------------------------------------------------------------------


def test_what_a_spawned_operation_does_is_in_the_journal_and_its_failure_is_not_the_callers(
    everywhere: Everywhere,
) -> None:
    """The run waits for it."""

    async def later(name: str) -> None:
        await Sleep(UNIT)
        await send(name, 0)

    async def op() -> str:
        await Spawn(later("good"))
        await Spawn(later("bad"))
        await Emit("done")
        return "early"

    ran = everywhere(op)
    assert ran.value == "early"
    assert ran.journal == ["emit done", "send good", "send bad"]


def test_an_operation_object_runs_once(everywhere: Everywhere) -> None:
    """A retry takes a factory; the message says so."""

    async def op() -> Any:
        once = _value()
        await within(60, once)
        await within(60, once)

    ran = everywhere(op)
    assert isinstance(ran.error, RuntimeError)
    assert "_value" in str(ran.error)


def test_thousands_side_by_side_are_cancelled_together(everywhere: Everywhere) -> None:
    """Width is no limit either."""

    async def op() -> Any:
        try:
            await within(2 * UNIT, gather(*[Sleep(60) for _ in range(3000)]))
        except DeadlineExceeded:
            return "together"

    assert everywhere(op).value == "together"
