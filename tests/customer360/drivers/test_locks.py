"""Locks by key: in order, one at a time, and never held by somebody who has gone."""

from __future__ import annotations

import random
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.drivers.clock import SystemClock
from customer360.drivers.locks import Locks, Understudy, Waiter


@given(st.lists(st.tuples(st.sampled_from("awr"), st.integers(0, 5))))
def test_a_lock_has_one_holder_and_goes_to_the_longest_waiter(steps: list[tuple[str, int]]) -> None:
    """Whatever is asked, withdrawn and released in whatever order."""
    locks, granted = Locks(), []
    waiters: list[Waiter] = []
    queue: list[Waiter] = []  # the model: the holder first

    def make(number: int) -> Waiter:
        return Waiter("k", lambda: granted.append(number))

    for what, number in steps:
        if what == "a":
            waiter = make(len(waiters))
            waiters.append(waiter)
            queue.append(waiter)
            locks.ask(waiter)
        elif what == "w" and queue:
            waiter = queue[number % len(queue)]
            queue.remove(waiter)
            locks.withdraw(waiter)
        elif what == "r" and queue:
            queue.pop(0)
            locks.release("k")
        assert [waiter.holds for waiter in queue] == [place == 0 for place in range(len(queue))]
        assert locks.held() == ({"k"} if queue else set())
    assert len(granted) == len(set(granted))
    assert granted == sorted(granted)


def test_releasing_what_nobody_holds_is_a_mistake_that_says_so() -> None:
    """It names the lock."""
    with pytest.raises(RuntimeError, match="'k' was released"):
        Locks().release("k")


def test_threads_never_meet_inside() -> None:
    """Many threads, some of which give up at the moment they are granted."""
    locks = Locks()
    inside = 0
    most = 0

    def go(seed: int) -> None:
        nonlocal inside, most
        chance = random.Random(seed)
        for _ in range(200):
            mine = threading.Event()
            waiter = Waiter("k", mine.set)
            locks.ask(waiter)
            if chance.random() < 0.3:
                locks.withdraw(waiter)
                continue
            assert mine.wait(5)
            inside += 1
            most = max(most, inside)
            inside -= 1
            locks.release("k")

    threads = [threading.Thread(target=go, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert locks.held() == frozenset()


@pytest.mark.fault("X8")
def test_the_clock_does_not_follow_the_wall_clock_backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set back by an hour in mid-session, or forward: seconds go on as they did."""
    clock = SystemClock()
    before = clock.now()
    for jump in (-3600.0, 3600.0):
        monkeypatch.setattr("time.time", lambda jump=jump: before + jump)
        assert 0 <= clock.now() - before < 60


def test_whoever_stands_in_for_shared_work_counts_as_somebody_who_may_still_answer() -> None:
    """Between the wish and its beginning, and between its end and the news of it, nobody is without hope."""
    locks, waits = Locks(), object()
    locks.enter(waits)
    assert locks.hopeless(waits, ())
    understudy = Understudy(locks)
    assert not locks.hopeless(waits, ())
    understudy.step_back()
    assert locks.hopeless(waits, ())
    understudy.step_in()
    assert not locks.hopeless(waits, ())
    understudy.step_back()
    understudy.step_back()  # it never began: once is as good as twice
    assert locks.hopeless(waits, ())
