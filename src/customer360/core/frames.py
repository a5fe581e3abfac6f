"""What a kernel runs: tasks side by side, each a stack of frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from customer360.core.coroutines import dismiss, expect_fresh
from customer360.core.effects import Cancelled, Err, Handler, Ok, Operation
from customer360.core.timers import Timer


@attrs.define(eq=False)
class Frame:
    """One coroutine on a task's stack. ``until`` is the nearest deadline in force, ``timer`` this frame's own."""

    op: Operation[Any]
    handlers: tuple[Handler, ...]
    until: float | None
    timer: Timer | None = None
    begun: bool = False
    wrote: bool = False
    """Whether a request sent from here, or from what it waited for, may have changed something."""
    sole: bool | None = None
    """Whether it is all there is of a ``gather``; False for a ``settle``, None where it is neither."""

    def begin(self, cancelled: bool) -> None:
        """Before the first step; raises for what is no fresh operation, and Cancelled where none of it may run."""
        self.begun = True
        expect_fresh(self.op)
        if cancelled:
            dismiss(self.op)
            raise Cancelled

    def as_sole(self, value: Any, error: BaseException | None) -> tuple[Any, BaseException | None]:
        """What it came to, as the ``gather`` or the ``settle`` that it is all of tells it."""
        if error is None:
            return ((value,) if self.sole else (Ok(value),)), None
        if self.sole or not isinstance(error, Exception):
            return None, error
        return (Err(error),), None


@attrs.define(eq=False)
class Task:
    """What runs side by side with others. ``ended`` receives its value or its error."""

    frames: list[Frame]
    forked_by: Frame | None
    ended: Callable[[Any, BaseException | None], None]
    cancelled_from: int | None = None
    """The lowest frame that is cancelled: it and all above it."""
    leaf: int | None = None
    timer: Timer | None = None
    children: list[Task] = attrs.field(factory=list)
    thrown: int = 0
