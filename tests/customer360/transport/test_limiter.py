"""A link keeps to its CRM's limits, in order of asking."""

from __future__ import annotations

import random
from collections import deque
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import effects as fx
from customer360.core.errors import RateLimited
from customer360.transport.limiter import Limiter, Window


@given(st.integers(1, 5), st.floats(0.1, 10), st.lists(st.floats(0, 5), max_size=40))
def test_no_window_ever_holds_more_starts_than_allowed(most: int, seconds: float, gaps: list[float]) -> None:
    """Starts are in order, never early, and any ``most + 1`` of them span more than the window."""
    window, now, starts = Window(most, seconds), 0.0, []
    for gap in gaps:
        now += gap
        start = window.reserve(now)
        assert start >= now
        starts.append(start)
    assert starts == sorted(starts)
    assert all(later - earlier >= seconds - 1e-9 for earlier, later in zip(starts, starts[most:], strict=False))


def test_a_lone_request_does_not_wait() -> None:
    """The limit is a ceiling, not a metronome."""
    window = Window(3, 10)
    assert [window.reserve(5.0) for _ in range(4)] == [5.0, 5.0, 5.0, 15.0]


class Crowd:
    """Several operations on one virtual clock, with real lock semantics and a seeded order of steps."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.now = 100.0
        self.held: set[str] = set()
        self.queues: dict[str, deque[Any]] = {}
        self.ready: list[tuple[Any, BaseException | None]] = []
        self.sleeping: list[tuple[float, Any]] = []
        self.errors: list[BaseException] = []

    def run(self, ops: list[Any], cancel: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        """Until nothing is left to do; operations named in ``cancel`` are cancelled while they wait for a lock."""
        doomed = {id(ops[index]) for index in cancel}
        self.ready = [(op, None) for op in ops]
        while self.ready or self.sleeping or any(self.queues.values()):
            if not self.ready:
                waiting = [(key, op) for key, queue in self.queues.items() for op in queue if id(op) in doomed]
                if waiting:
                    key, op = waiting[0]
                    self.queues[key].remove(op)
                    self.ready.append((op, fx.Cancelled()))
                    continue
                assert self.sleeping, "everybody waits for a lock that nobody gives back"
                self.sleeping.sort(key=lambda pair: pair[0])
                self.now, op = self.sleeping.pop(0)
                self.ready.append((op, None))
            op, error = self.ready.pop(self.rng.randrange(len(self.ready)))
            self._step(op, error)

    def _step(self, op: Any, error: BaseException | None) -> None:
        value: Any = None
        while True:
            try:
                effect = op.send(value) if error is None else op.throw(error)
            except StopIteration:
                return
            except (Exception, fx.Cancelled) as raised:
                self.errors.append(raised)
                return
            value, error = None, None
            match effect:
                case fx.Now():
                    value = self.now
                case fx.Random():
                    value = self.rng.random()
                case fx.Sleep(seconds=seconds):
                    self.sleeping.append((self.now + max(0.0, seconds), op))
                    return
                case fx.Acquire(key=key):
                    if key in self.held:
                        self.queues.setdefault(key, deque()).append(op)
                        return
                    self.held.add(key)
                case fx.Release(key=key):
                    assert key in self.held
                    if self.queues.get(key):
                        self.ready.append((self.queues[key].popleft(), None))
                    else:
                        self.held.remove(key)


@given(st.integers(1, 4), st.integers(1, 12), st.integers(0, 10_000), st.sets(st.integers(0, 11), max_size=4))
def test_places_are_never_exceeded_and_never_lost(places: int, count: int, seed: int, cancelled: set[int]) -> None:
    """Whatever the interleaving, and with waiters that leave: all others get their turn, in order of asking."""
    limiter = Limiter("t", places)
    inside: set[int] = set()
    asked: list[int] = []
    came: list[int] = []
    most = 0

    async def request(index: int) -> None:
        nonlocal most
        asked.append(index)
        await limiter.enter()
        try:
            came.append(index)
            inside.add(index)
            most = max(most, len(inside))
            await fx.Sleep(1 + index % 3)
        finally:
            inside.discard(index)
            await limiter.leave()

    crowd = Crowd(seed)
    doomed = {index for index in cancelled if index < count}
    crowd.run([request(index) for index in range(count)], doomed)
    assert most <= places
    assert set(came) >= set(range(count)) - doomed
    assert came == [index for index in asked if index in came]
    assert all(isinstance(error, fx.Cancelled) for error in crowd.errors)
    for _ in range(places):  # all places are back
        crowd.run([limiter.enter()])


@pytest.mark.promise("R5")
@pytest.mark.fault("X4")
def test_nobody_starts_inside_an_announced_pause_and_nobody_bursts_after_it() -> None:
    """The pause holds for the whole link; afterwards the waiting are spread."""
    limiter = Limiter("t", 50)
    starts: list[float] = []
    crowd = Crowd(7)
    limiter.pause(crowd.now + 5.0)

    async def request() -> None:
        await limiter.enter()
        try:
            await limiter.turn(60.0)
            starts.append(await fx.Now())
        finally:
            await limiter.leave()

    crowd.run([request() for _ in range(40)])
    assert len(starts) == 40
    assert min(starts) >= 105.0
    assert max(starts) <= 106.0
    busiest = max(sum(1 for other in starts if start <= other < start + 0.05) for start in starts)
    assert busiest <= 10


@pytest.mark.promise("R5")
def test_a_pause_announced_while_one_waits_is_kept_too() -> None:
    """The pause may come from another request while this one sleeps through the first."""
    limiter = Limiter("t", 5)
    crowd = Crowd(1)
    limiter.pause(crowd.now + 1.0)
    starts: list[float] = []

    async def request() -> None:
        await limiter.turn(60.0)
        starts.append(await fx.Now())

    async def announcement() -> None:
        await fx.Sleep(0.9)
        limiter.pause(110.0)

    crowd.run([request(), announcement()])
    assert starts[0] >= 110.0


def test_what_cannot_be_waited_for_fails_at_once(stepper: Any) -> None:
    """Longer than the caller has, or any wait at all with fail_fast: the error carries the wait."""
    limiter = Limiter("t", 5)
    limiter.pause(1_000_010.0)
    with pytest.raises(RateLimited) as caught:
        stepper(answer=None).run(limiter.turn(3.0))
    assert caught.value.wait == 10.0
    hasty = Limiter("t", 5, (1, 60.0), fail_fast=True)
    stepper(answer=None).run(hasty.turn(100.0))
    with pytest.raises(RateLimited) as caught:
        stepper(answer=None).run(hasty.turn(100.0))
    assert caught.value.wait == 60.0


def test_a_refused_turn_takes_no_place_in_the_window(stepper: Any) -> None:
    """Whoever gives up at once does not make the next one wait longer."""
    limiter = Limiter("t", 5, (1, 10.0))
    clock = stepper(answer=None)
    clock.run(limiter.turn(1.0))
    for _ in range(5):
        with pytest.raises(RateLimited):
            clock.run(limiter.turn(1.0))
    clock.run(limiter.turn(20.0))
    assert clock.slept == [10.0]
