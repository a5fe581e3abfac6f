"""What a kernel runs: tasks side by side, each a stack of frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from customer360.core.coroutines import dismiss, expect_fresh
from customer360.core.effects import Cancelled, Handler, Operation
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

    def begin(self, cancelled: bool) -> None:
        """Before the first step; raises for what is no fresh operation, and Cancelled where none of it may run."""
        self.begun = True
        expect_fresh(self.op)
        if cancelled:
            dismiss(self.op)
            raise Cancelled


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
