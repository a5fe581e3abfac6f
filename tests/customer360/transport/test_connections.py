"""The shelf of connections: bounded, warmest first, fair."""

from __future__ import annotations

from concurrent.futures import Future
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from customer360.transport.connections import Shelf


def shelf_of(bound: int, keep: float = 60.0) -> tuple[Shelf[int], list[int]]:
    """A shelf of numbers, and the ones it discarded."""
    discarded: list[int] = []
    numbers = count()
    return Shelf(bound, keep, lambda: next(numbers), discarded.append), discarded


def test_the_warmest_is_handed_out_first_and_the_coldest_expires() -> None:
    """Last in, first out; what lay too long is closed and not handed out."""
    shelf, discarded = shelf_of(3, keep=10)
    a, b = shelf.take(0), shelf.take(0)
    assert (a, b) == (0, 1)
    shelf.give_back(0, 1, good=True)
    shelf.give_back(1, 8, good=True)
    assert shelf.take(12) == 1
    assert discarded == [0]
    assert shelf.held == 1


def test_a_waiter_gets_the_next_shard_and_a_broken_one_is_replaced() -> None:
    """In order of asking; one that left is passed over."""
    shelf, discarded = shelf_of(1)
    shard = shelf.take(0)
    assert shard == 0
    assert shelf.take(0) is None
    gone, first, second = Future[int](), Future[int](), Future[int]()
    for waiter in (gone, first, second):
        shelf.queue(waiter)
    gone.cancel()
    shelf.give_back(0, 1, good=False)
    assert first.result(0) == 1
    assert discarded == [0]
    assert not second.done()
    shelf.give_back(1, 2, good=True)
    assert second.result(0) == 1


class ShelfMachine(RuleBasedStateMachine):
    """Any order of taking, giving back, waiting, leaving and time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.alive: set[int] = set()
        self.numbers = count()
        self.shelf: Shelf[int] = Shelf(3, 5.0, self._make, self.alive.remove)
        self.out: list[int] = []
        self.waiting: list[Future[int]] = []

    def _make(self) -> int:
        number = next(self.numbers)
        self.alive.add(number)
        return number

    @rule(seconds=st.floats(0, 4))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def ask(self) -> None:
        shard = self.shelf.take(self.now)
        if shard is not None:
            assert shard in self.alive
            self.out.append(shard)
        else:
            assert len(self.out) == 3
            self.waiting.append(Future())
            self.shelf.queue(self.waiting[-1])

    @precondition(lambda self: self.out)
    @rule(good=st.booleans(), index=st.integers(0, 2))
    def give_back(self, good: bool, index: int) -> None:
        self.shelf.give_back(self.out.pop(index % len(self.out)), self.now, good=good)
        served = [waiter for waiter in self.waiting if waiter.done()]
        assert served == self.waiting[: len(served)]
        self.waiting = self.waiting[len(served) :]
        self.out += [waiter.result(0) for waiter in served]

    @precondition(lambda self: self.waiting)
    @rule()
    def leave(self) -> None:
        self.waiting.pop().cancel()

    @rule()
    def idle_ones_are_suspect(self) -> None:
        self.shelf.drop_idle()

    @invariant()
    def bounded_and_accounted_for(self) -> None:
        assert self.shelf.busy == len(self.out) <= 3
        assert self.shelf.held == len(self.alive) <= 3
        assert set(self.out) <= self.alive
        assert not self.waiting or len(self.out) == 3


TestShelf = ShelfMachine.TestCase
