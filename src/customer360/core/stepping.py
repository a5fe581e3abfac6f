"""One step of somebody else's operation, taken where nobody waits for it (R12)."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Final

import attrs

from customer360.core.coroutines import dismiss, unwind
from customer360.core.effects import Aside, Effect, Operation

_GONE: Final = "gone"
_TAKEN: Final = "taken"


@attrs.frozen
class Taken:
    """What a step came to: the next effect, or with ``ended`` the operation's value; and the seconds that it took."""

    value: Any = None
    ended: bool = False
    error: BaseException | None = None
    seconds: float = 0.0


@attrs.define(eq=False)
class Step:
    """Gives ``op`` its answer. Whoever waits may go away meanwhile; then the operation is ended as soon as it lets go
    of its thread, by whichever of the two comes second."""

    op: Operation[Any]
    answer: Any
    error: BaseException | None
    monotonic: Callable[[], float]
    _first: dict[str, str] = attrs.field(factory=dict, init=False)

    def take(self) -> Taken:
        """On a thread of its own."""
        if self._first:
            unwind(self.op)
            return Taken()
        began = self.monotonic()
        try:
            effect = self.op.send(self.answer) if self.error is None else self.op.throw(self.error)
            taken = Taken(effect)
        except StopIteration as stop:
            taken = Taken(stop.value, ended=True)
        except BaseException as raised:  # for whoever waits
            taken = Taken(error=raised)
        taken = attrs.evolve(taken, seconds=self.monotonic() - began)
        if self._first.setdefault("", _TAKEN) == _GONE:  # one atomic step: there are no locks in the core
            dismiss(taken.value)
            unwind(self.op)
        return taken

    def leave(self) -> None:
        """Nobody waits for it any more."""
        if self._first.setdefault("", _GONE) == _TAKEN:
            unwind(self.op)


def aside(
    of: str, op: Operation[Any], answer: Any, error: BaseException | None, monotonic: Callable[[], float]
) -> Generator[Effect[Any], Taken, Taken]:
    """``yield from`` it to have the step taken elsewhere. What the operation raises is in :attr:`Taken.error`."""
    step = Step(op, answer, error, monotonic)
    try:
        taken = yield Aside(of, step.take)
    except BaseException:
        step.leave()
        raise
    return taken
