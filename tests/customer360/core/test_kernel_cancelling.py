"""The scheduler alone, driven by hand: what is dropped, what is awaited, what a deadline tells."""

from __future__ import annotations

import gc
import logging
from typing import Any

import attrs
import pytest
from tests.customer360.core.hand import OK, READ, WRITE, Hand, exchange, failure, one

from customer360.core.coroutines import dismiss
from customer360.core.effects import (
    Acquire,
    Cancelled,
    Emit,
    Now,
    Operation,
    Release,
    Send,
    Sleep,
    Spawn,
    Tx,
    gather,
    handling,
    settle,
    tx,
    within,
)
from customer360.core.errors import AnswerLost, ConnectFailed, DeadlineExceeded
from customer360.core.wire import Response

# Cancelling ---------------------------------------------------------------------------------------------------------


def test_a_dropped_request_is_not_waited_for_and_its_answer_counts_no_more() -> None:
    """The driver is told to drop it, and that its late answer reached nobody."""

    async def op() -> None:
        await READ

    hand = Hand().start(op())
    (token,) = hand.asked
    hand.cancel()
    assert hand.asked == {}
    assert isinstance(failure(hand), Cancelled)
    assert not hand.kernel.answer(token, OK)


def test_a_commit_under_way_is_awaited_and_its_value_counts() -> None:
    """Alone or side by side: cancelling does not lose what was committed."""

    async def op() -> Any:
        return await gather(tx(abs), tx(abs))

    hand = Hand().start(op()).cancel()
    assert len(hand.asked) == 2
    hand.answer(1)
    hand.answer(2)
    assert hand.kernel.result() == (1, 2)


def test_clean_up_commits_and_gives_back_and_begins_nothing_new() -> None:
    """A second cancellation changes nothing."""
    refused: list[str] = []

    async def op() -> None:
        await Acquire("key")
        try:
            await Sleep(60)
        finally:
            for what in (
                READ,
                Now(),
                Emit("x"),
                Sleep(1),
                Acquire("other"),
                gather(READ),
                within(1, READ),
                Spawn(one()),
            ):
                try:
                    await what
                except Cancelled:
                    refused.append(type(what).__name__)
            await tx(abs)
            await Release("key")

    hand = Hand().start(op())
    hand.answer()
    hand.cancel()
    assert len(refused) == 8
    assert [type(each) for each in hand.asked.values()] == [Tx]
    hand.cancel()
    hand.answer()
    assert [type(each) for each in hand.asked.values()] == [Release]
    hand.answer()
    assert isinstance(failure(hand), Cancelled)
    assert hand.heard == []


def test_cancelling_the_run_cancels_what_it_spawned() -> None:
    """A spawned operation outlives its caller, never the run."""
    ended: list[str] = []

    async def endless() -> None:
        try:
            await Sleep(1e9)
        finally:
            ended.append("spawned")

    async def op() -> str:
        await Spawn(endless())
        return "done"

    hand = Hand().start(op())
    assert not hand.kernel.done
    hand.cancel()
    assert hand.kernel.done
    assert ended == ["spawned"]
    assert hand.kernel.result() == "done"


def test_an_interrupt_that_meets_a_spawned_operation_ends_the_run() -> None:
    """It is not logged away."""

    async def interrupted() -> None:
        raise KeyboardInterrupt

    async def op() -> None:
        await Spawn(interrupted())
        await Sleep(60)

    assert isinstance(failure(Hand().start(op())), KeyboardInterrupt)


def test_a_failed_spawned_operation_is_logged_without_its_message(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for it, and its text may hold personal data."""

    async def fails() -> None:
        raise ConnectFailed("secret")

    async def op() -> str:
        await Spawn(fails())
        await Sleep(1)
        return "unharmed"

    with caplog.at_level(logging.ERROR, "customer360.core"):
        assert Hand().start(op()).at(1).kernel.result() == "unharmed"
    assert "ConnectFailed" in caplog.text
    assert "secret" not in caplog.text


def test_abandoning_ends_everything_and_carries_out_nothing() -> None:
    """Also what was asked for and not begun, and what swallows its end."""
    left: list[str] = []

    async def careful(name: str) -> None:
        try:
            await READ
        finally:
            left.append(name)
            await tx(abs)

    async def op() -> None:
        await gather(careful("a"), within(60, careful("b")), handling(exchange, careful("c")))

    hand = Hand().start(op())
    assert len(hand.asked) == 3
    hand.kernel.abandon()
    assert hand.kernel.done
    assert hand.kernel.starts == []
    assert sorted(left) == ["a", "b", "c"]


def test_what_is_never_started_is_closed_however_deep() -> None:
    """Within effects, within arguments of operations: no complaint that it was never awaited."""

    async def wrapped(*ops: Operation[Any]) -> None:
        for op in ops:
            await within(1, op)

    dismiss(gather(within(1, wrapped(one(), wrapped(one()))), handling(exchange, one()), settle(one())))
    gc.collect()


# Deadlines ----------------------------------------------------------------------------------------------------------


def test_a_request_never_has_more_time_than_its_deadline() -> None:
    """The nearest one; without one its own timeout stays."""

    async def op() -> None:
        await READ
        await within(10, within(5, READ))

    hand = Hand().start(op())
    assert [each.timeout for each in hand.asked.values() if isinstance(each, Send)] == [30.0]
    hand.answer(OK)
    assert [each.timeout for each in hand.asked.values() if isinstance(each, Send)] == [5.0]


def test_a_request_that_runs_into_its_deadline_has_met_that_deadline() -> None:
    """Whoever is faster, the transport's clock or the kernel's, the operation is cancelled: it cannot go on."""

    async def stubborn() -> str:
        try:
            await READ
        except DeadlineExceeded:
            return "went on"
        return "answered"

    async def op() -> None:
        await within(5, stubborn())

    hand = Hand().start(op())
    hand.now = 5.0
    hand.answer(None, DeadlineExceeded("no answer in time"))
    assert isinstance(failure(hand), DeadlineExceeded)


WRITES: dict[str, tuple[Any, BaseException | None, bool]] = {
    "it was answered": (OK, None, True),
    "it failed at the CRM": (Response(503), None, True),
    "it was refused": (Response(422), None, False),
    "its answer was lost": (None, AnswerLost("lost"), True),
    "it never left": (None, ConnectFailed("refused"), False),
}


@pytest.mark.fault("X1")
@pytest.mark.parametrize("fate", WRITES)
def test_a_deadline_tells_of_a_write_before_it(fate: str) -> None:
    """Also when the write was answered and something later was under way, in whichever branch."""
    value, error, applied = WRITES[fate]

    async def create() -> None:
        await settle(WRITE)
        await READ

    async def op() -> None:
        await within(5, gather(within(60, create()), Sleep(60)))

    hand = Hand().start(op())
    hand.answer(value, error)
    assert [each.method for each in hand.asked.values() if isinstance(each, Send)] == ["GET"]
    late = failure(hand.at(5))
    assert isinstance(late, DeadlineExceeded)
    assert late.maybe_applied is applied


def test_a_search_by_post_is_no_write() -> None:
    """The transport says so."""

    async def op() -> None:
        await within(5, attrs.evolve(WRITE, writes=False))

    late = failure(Hand().start(op()).at(5))
    assert isinstance(late, DeadlineExceeded)
    assert not late.maybe_applied


def test_a_value_at_the_very_deadline_counts() -> None:
    """It was there before anybody could be told that it came too late."""

    async def op() -> Any:
        return await within(5, tx(abs))

    hand = Hand().start(op()).at(5)
    hand.answer(7)
    assert hand.kernel.result() == 7


def test_a_deadline_that_was_kept_strikes_no_more() -> None:
    """Also not what comes after it in the same place."""

    async def op() -> str:
        await within(5, READ)
        await within(60, Sleep(10))
        return "slept on"

    hand = Hand().start(op())
    hand.answer(OK)
    assert hand.at(5).at(10).kernel.result() == "slept on"


def test_any_number_of_deadlines_may_be_missed() -> None:
    """Only one and the same cancellation, met over and over, is deafness."""

    async def untidy() -> None:
        try:
            await Sleep(60)
        finally:
            await Sleep(60)

    async def op() -> int:
        missed = 0
        for _ in range(1100):
            try:
                await within(1, untidy())
            except DeadlineExceeded:
                missed += 1
        return missed

    hand = Hand().start(op())
    while not hand.kernel.done:
        hand.at(hand.now + 1)
    assert hand.kernel.result() == 1100
