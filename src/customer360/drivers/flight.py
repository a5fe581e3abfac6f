"""What the blocking and the asyncio driver have in common: the leaves of one run that are under way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Literal, NoReturn, TypeVar

import attrs

from customer360.core.effects import Cancelled, Leaf
from customer360.core.errors import SetupError
from customer360.core.kernel import Kernel
from customer360.drivers.locks import Locks, Waiter

A = TypeVar("A")

LOOK = 0.25
"""Seconds between two looks around, for a run that can only wait for other runs."""


@attrs.define(eq=False)
class Flight:
    """The leaves under way, and what has become of them; ``wake`` is called with each answer that comes in."""

    kernel: Kernel[Any]
    locks: Locks
    wake: Callable[[], object]
    answers: deque[tuple[int, Any, BaseException | None]] = attrs.field(factory=deque)
    ways_out: dict[int, Callable[[], object]] = attrs.field(factory=dict)
    """How to let go of a leaf that nobody waits for any more."""
    waits: dict[int, Waiter | None] = attrs.field(factory=dict)
    """The leaves that only another run can answer: locks, and None for shared work."""
    looked: bool = False
    """Whether the last thing this run did was to look around."""
    ending: Callable[[], object] = lambda: None
    """Called at its end, while this still counts as a run."""

    def __attrs_post_init__(self) -> None:
        self.locks.enter(self)

    # Leaves set out ---------------------------------------------------------------------------------------------------

    def acquire(self, token: int, key: str, granted: Callable[[], object]) -> None:
        """Ask for a lock."""
        waiter = self.waits[token] = Waiter(key, granted)
        self.ways_out[token] = lambda: self.locks.withdraw(waiter)
        self.locks.ask(waiter)

    def share(self, token: int) -> None:
        """Wait for shared work, which goes on without those who waited."""
        self.waits[token] = None
        self.ways_out[token] = nothing

    def at_once(self, token: int, carry_out: Callable[[A], Any], what: A) -> Literal[True]:
        """Carry a leaf out on this thread: it is answered."""
        try:
            value = carry_out(what)
        except Exception as error:
            self.kernel.answer(token, None, error)
        else:
            self.kernel.answer(token, value)
        return True

    # and come home ----------------------------------------------------------------------------------------------------

    def told(self, token: int, value: Any = None, error: BaseException | None = None) -> None:
        """A leaf has been carried out; on any thread."""
        self.answers.append((token, value, error))
        self.wake()

    def land(self) -> None:
        """Give the kernel the answers that have come in."""
        if self.looked and self.answers:
            self.looked = False
            self.locks.resume(self)
        while self.answers:
            token, value, error = self.answers[0]
            leave = self.ways_out.pop(token, None)
            if leave is not None:
                self.waits.pop(token, None)
                if not self.kernel.answer(token, value, error):
                    leave()  # dropped in the same instant: a lock goes to the next
            self.answers.popleft()  # not before: an interrupt at this moment must lose nothing

    def let_go(self) -> None:
        """Leave what the kernel no longer waits for."""
        if not self.kernel.drops:
            return
        for token in self.kernel.drops:
            self.waits.pop(token, None)
            leave = self.ways_out.pop(token, None)
            if leave is not None:
                leave()
        self.kernel.drops.clear()

    def disown(self) -> None:
        """After an interrupt: what it kept from being begun, or cut off, is not waited for."""
        begun = self.ways_out.keys() | {token for token, _ in self.kernel.starts}
        for token in self.kernel.in_flight.keys() - begun:
            self.kernel.answer(token, None, Cancelled())

    def close(self) -> None:
        """The run is over, or has failed: nothing of it stays behind."""
        self.ending()
        try:
            for leave in self.ways_out.values():
                leave()
            self.kernel.abandon()
        finally:
            self.locks.leave(self)

    # Nobody left to wait for ------------------------------------------------------------------------------------------

    @property
    def parked(self) -> bool:
        """Whether all that is waited for is other runs' to give."""
        return len(self.waits) == len(self.ways_out)

    def look_around(self) -> None:
        """Nothing came for a while. If every run of the client only waits, twice in a row, this one stops waiting."""
        again, self.looked = self.looked, True
        locks = tuple(waiter for waiter in self.waits.values() if waiter is not None)
        if not (self.locks.hopeless(self, locks) and again):
            return
        if self.answers:  # they came before the last who could give them went
            return
        token, waiter = next(iter(self.waits.items()))
        what = "shared work" if waiter is None else f"the lock {waiter.key!r}"
        leave = self.ways_out[token]
        self.told(token, None, RuntimeError(f"deadlock: {what} is waited for, and nobody is left to end that"))
        self.land()
        leave()


def closed() -> SetupError:
    """For whoever comes after the driver was closed."""
    return SetupError("this client is closed; nothing was done", next_step="open a new one")


def unheard(event: object) -> None:
    """Nobody listens."""


def unknown(leaf: Leaf[Any]) -> NoReturn:
    """How a leaf is carried out that is none of the vocabulary's."""
    raise TypeError(f"no driver carries out {type(leaf).__module__}.{type(leaf).__qualname__}")


def nothing() -> None:
    """There is nothing to leave."""
