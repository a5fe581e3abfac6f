"""Drives one operation by hand, in virtual time, with the answers that a test gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from customer360.core import effects as fx
from customer360.core.wire import Response
from customer360_testkit.by_hand import step_by_step

OK = Response(200, b'{"ok":true}', (("Content-Type", "application/json"),))


@attrs.define
class Stepper:
    """Drives one operation step by step: virtual time, chosen chance, and ``answer`` for each :class:`Send`.

    An answer that is an exception is raised into the operation.
    """

    answer: Callable[[fx.Send], Any]
    now: float = 1_000_000.0
    deadline: float | None = None
    chance: float = 0.5
    slept: list[float] = attrs.field(factory=list)
    sent: list[tuple[float, fx.Send]] = attrs.field(factory=list)
    locks: list[str] = attrs.field(factory=list)

    def run(self, op: Any) -> Any:
        """The operation's result, or its error."""
        return step_by_step(op, self._carry_out)

    def _carry_out(self, effect: Any) -> Any:
        match effect:
            case fx.Now():
                return self.now
            case fx.Random():
                return self.chance
            case fx.Remaining():
                return None if self.deadline is None else max(0.0, self.deadline - self.now)
            case fx.Sleep(seconds=seconds):
                self.slept.append(seconds)
                self.now += max(0.0, seconds)
            case fx.Acquire(key=key):
                assert key not in self.locks, "a lone operation waits for itself"
                self.locks.append(key)
            case fx.Release(key=key):
                self.locks.remove(key)
            case fx.Within(seconds=seconds, op=inner):
                outer = self.deadline
                self.deadline = min(self.now + seconds, outer if outer is not None else self.now + seconds)
                try:
                    return self.run(inner)
                finally:
                    self.deadline = outer
            case fx.Send():
                self.sent.append((self.now, effect))
                answer = self.answer(effect)
                if isinstance(answer, BaseException):
                    raise answer
                return answer
            case _:
                raise TypeError(f"unexpected effect {effect!r}")
        return None


def answers(*each: Any) -> Any:
    """One after the other; the last for ever."""
    queue = list(each)
    return lambda send: queue.pop(0) if len(queue) > 1 else queue[0]


def header(send: fx.Send, name: str) -> str | None:
    """A header of what was sent."""
    return next((value for key, value in send.headers if key.lower() == name.lower()), None)
