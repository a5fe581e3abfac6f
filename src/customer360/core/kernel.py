"""The one scheduler: concurrency, time and cancellation are decided here, once, without I/O.

The theory in five minutes
--------------------------
A :class:`Kernel` runs one operation to its end. It holds **tasks**: the operation itself, and one for each operation
that is gathered, settled or spawned. A task is a *stack of frames*, because ``within`` and ``handling`` (and the answer
of a :class:`Request` by a handler) are calls, not concurrency: the frame below waits for the frame above. Each frame is
a coroutine, the handlers in force for it, and perhaps a deadline.

A step resumes the topmost coroutine of a task with ``send`` or ``throw`` and looks at what it awaits next:

* what the kernel knows itself (``Now``, ``Random``, ``Remaining``, ``Emit``, ``Spawn``) is answered at once;
* ``Within``, ``Handle`` and ``Request`` push a frame; when that frame's coroutine ends, its value or error is given to
  the frame below;
* ``Sleep`` sets a timer; ``Settle`` makes child tasks, and the task waits until every one of them has ended (of one
  operation there is nothing to run side by side: it gets a frame);
* a leaf is put into :attr:`Kernel.starts`, under a token. A *driver* takes it from there, carries it out in whatever
  way its world has, and comes back with :meth:`Kernel.answer`.

So a driver is a loop of five lines: ``advance()``; if ``done``, stop; start what is in ``starts`` and forget what is in
``drops``; wait until a leaf is answered or ``next_timer()`` has come; ``tick()``. Nothing else differs between a
thread, an event loop and a simulation.

**Cancellation** is thrown into the topmost coroutine as :class:`Cancelled`, and stays in force: whatever it awaits from
then on raises it again, except ``Tx`` and ``Release``, so that clean-up can be recorded and nothing new begins. A task
that waits for a leaf is woken at once and the leaf is dropped, but a ``Tx`` under way is awaited first: a commit is
never abandoned. A task that waits for children cancels them, and wakes with what they came to when all have ended.

A **deadline** is a cancellation of the frames above one ``within``; where they have ended, it turns into
:class:`DeadlineExceeded`. If they ended with a value all the same, the value counts: it was there before anybody could
be told that it came too late. The error says whether a request that may have changed something had left by then,
answered or not.

A failing ``gather`` cancels its other children, waits for them, and raises the first error. Nothing that was started is
ever left behind: a kernel is done when all its tasks are.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, Final, Generic, TypeAlias, TypeVar

from customer360.core.coroutines import PATIENCE, dismiss, end_by_force, unwind
from customer360.core.effects import (
    Cancelled,
    Emit,
    Err,
    Handle,
    Handler,
    Leaf,
    Now,
    Ok,
    Operation,
    Outcome,
    Random,
    Release,
    Remaining,
    Request,
    Send,
    Settle,
    Sleep,
    Spawn,
    Tx,
    Within,
)
from customer360.core.errors import DeadlineExceeded
from customer360.core.frames import Frame, Task
from customer360.core.timers import Timers

log = logging.getLogger("customer360.core")

T = TypeVar("T")

_LATER: Final = object()
"""In place of an answer: the task waits."""


class Kernel(Generic[T]):
    """Runs one operation; see the module's theory. Not for several threads at once.

    ``now`` gives seconds since the epoch for :class:`Now`, ``monotonic`` the seconds that timers are kept in,
    ``random`` floats in [0, 1); ``emit`` is called with each emitted event, and what it raises is logged.
    """

    def __init__(
        self,
        op: Operation[T],
        *,
        now: Callable[[], float],
        monotonic: Callable[[], float],
        random: Callable[[], float],
        emit: Callable[[object], None] = lambda event: None,
    ) -> None:
        self._now, self._monotonic, self._random, self._emit = now, monotonic, random, emit
        self._ready: deque[tuple[Task, Any, BaseException | None]] = deque()
        self._timers = Timers()
        self._flying: dict[int, tuple[Task, Leaf[Any]]] = {}
        self._tasks: dict[Task, None] = {}
        self._count = 0
        self.starts: list[tuple[int, Leaf[Any]]] = []
        """Leaves to be carried out, with their tokens. The driver empties it."""
        self.drops: list[int] = []
        """Tokens of leaves whose answer nobody waits for any more. The driver empties it."""
        self.value: T | None = None
        self.error: BaseException | None = None
        self._begin(op, (), None, None, self._finished)

    # The driver's side ------------------------------------------------------------------------------------------------

    @property
    def alone(self) -> bool:
        """Whether everybody waits, in the end, for one and the same leaf, and nobody sleeps: it may be carried out on
        the spot. A deadline may pass meanwhile, but no request outlives the one that it is under."""
        return len(self._flying) == 1 and all(task.timer is None for task in self._tasks)

    @property
    def done(self) -> bool:
        """Whether everything that was started has ended."""
        return not self._tasks

    def advance(self) -> None:
        """Step every task that can go on, until none can."""
        ready = self._ready
        while ready:
            self._step(*ready.popleft())

    def answer(self, token: int, value: Any = None, error: BaseException | None = None) -> bool:
        """What became of a leaf; False if it was dropped, so that nobody has it."""
        if isinstance(error, DeadlineExceeded):
            self.tick()  # a request that ran into the deadline it was bounded by has met that deadline
        flying = self._flying.pop(token, None)
        if flying is None:
            return False
        task, leaf = flying
        task.leaf = None
        if isinstance(leaf, Send) and leaf.may_have_written(value, error):
            task.frames[-1].wrote = True
        self._ready.append((task, value, error))
        return True

    def next_timer(self) -> float | None:
        """When, by the monotonic clock, :meth:`tick` has something to do; None if nothing waits for time."""
        return self._timers.next()

    def tick(self) -> None:
        """Let the timers whose moment has come act."""
        self._timers.act(self._monotonic())

    def cancel(self) -> None:
        """Whoever asked for the operation no longer wants it, nor what it spawned."""
        for task in tuple(self._tasks):
            self._cancel(task, 0)

    def abandon(self) -> None:
        """End every coroutine without carrying out another effect, as the interpreter would when it forgets them."""
        for task in self._tasks:
            while task.frames:
                unwind(task.frames.pop().op)
        self._tasks.clear()

    def result(self) -> T:
        """The operation's value, or its error raised; only when :attr:`done`."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # done without an error: it is a T

    @property
    def in_flight(self) -> Mapping[int, Leaf[Any]]:
        """The leaves that are waited for, by token."""
        return {token: leaf for token, (_, leaf) in self._flying.items()}

    # One step of one task ---------------------------------------------------------------------------------------------

    def _step(self, task: Task, value: Any, error: BaseException | None) -> None:
        frames = task.frames
        while True:
            frame = frames[-1]
            try:
                if not frame.begun:
                    frame.begin(task.cancelled_from is not None)
                effect: Any = frame.op.send(value) if error is None else frame.op.throw(error)
            except StopIteration as stop:
                value, error = stop.value, None
            except BaseException as raised:  # whatever an operation raises is for whoever waits for it
                value, error = None, raised
            else:
                error = None
                if task.cancelled_from is None or isinstance(effect, Tx | Release):
                    try:
                        value = _how(type(effect))(self, task, frame, effect)
                    except BaseException as wrong:
                        value, error = None, wrong
                    if value is _LATER:
                        return
                    continue
                value = None
                dismiss(effect)
                task.thrown += 1
                if task.thrown <= PATIENCE:
                    error = Cancelled()
                    continue
                error = end_by_force(frame.op)
            frames.pop()
            error = self._left(task, frame, error)
            if frame.sole is not None:
                value, error = frame.as_sole(value, error)
            if not frames:
                del self._tasks[task]
                task.ended(value, error)
                return

    # How each effect is met: the answer; ``_LATER`` if it takes time; None with a new frame on top that will have it.

    def _set_out(self, task: Task, frame: Frame, leaf: Leaf[Any]) -> Any:
        self._count += 1
        task.leaf = token = self._count
        self._flying[token] = task, leaf
        self.starts.append((token, leaf))
        return _LATER

    def _send(self, task: Task, frame: Frame, send: Send) -> Any:
        if frame.until is not None:
            send = send.bounded(frame.until - self._monotonic())  # none outlives its deadline
        return self._set_out(task, frame, send)

    def _ask(self, task: Task, frame: Frame, request: Request) -> Any:
        if not frame.handlers:
            raise TypeError(f"{request!r} was awaited where no handler is in force; see handling()")
        task.frames.append(Frame(frame.handlers[-1](request), frame.handlers[:-1], frame.until))

    def _left_of(self, task: Task, frame: Frame, effect: Remaining) -> Any:
        return None if frame.until is None else max(0.0, frame.until - self._monotonic())

    def _within(self, task: Task, frame: Frame, effect: Within[Any]) -> Any:
        until = self._monotonic() + max(0.0, effect.seconds)
        until = until if frame.until is None else min(until, frame.until)
        timer = self._timers.set(until, partial(self._cancel, task, len(task.frames)))
        task.frames.append(Frame(effect.op, frame.handlers, until, timer))

    def _handle(self, task: Task, frame: Frame, effect: Handle[Any]) -> Any:
        task.frames.append(Frame(effect.op, (*frame.handlers, effect.handler), frame.until))

    def _sleep(self, task: Task, frame: Frame, effect: Sleep) -> Any:
        until = self._monotonic() + max(0.0, effect.seconds)
        task.timer = self._timers.set(until, partial(self._wake, task))
        return _LATER

    def _spawn(self, task: Task, frame: Frame, effect: Spawn) -> Any:
        self._begin(effect.op, frame.handlers, None, None, self._let_go)

    def _tell(self, task: Task, frame: Frame, effect: Emit) -> Any:
        event = effect.event
        try:
            self._emit(event)
        except Exception as failure:  # a listener's fault must not stop what it listens to
            log.error("a listener failed at %s (%s)", type(event).__name__, type(failure).__name__)

    def _settle(self, task: Task, frame: Frame, effect: Settle[Any]) -> Any:
        if not effect.ops:
            return ()
        if len(effect.ops) == 1:
            task.frames.append(Frame(effect.ops[0], frame.handlers, frame.until, sole=effect.all_or_none))
            return None
        self._fork(task, frame, effect.ops, effect.all_or_none)
        return _LATER

    def _refuse(self, task: Task, frame: Frame, effect: object) -> Any:
        kind = f"{type(effect).__module__}.{type(effect).__qualname__}"
        raise TypeError(f"an operation may await customer360's effects only, not {kind}")

    # ------------------------------------------------------------------------------------------------------------------

    def _left(self, task: Task, frame: Frame, error: BaseException | None) -> BaseException | None:
        """A frame has ended: its deadline no longer matters, and a cancellation that began with it is over."""
        if frame.timer is not None:
            frame.timer.action = None
        if frame.wrote and (below := task.frames[-1] if task.frames else task.forked_by) is not None:
            below.wrote = True
        if task.frames and task.cancelled_from == len(task.frames):
            task.cancelled_from, task.thrown = None, 0
            if isinstance(error, Cancelled):
                return DeadlineExceeded("the time allowed is over", maybe_applied=frame.wrote)
        return error

    def _begin(
        self,
        op: Operation[Any],
        handlers: tuple[Handler, ...],
        until: float | None,
        forked_by: Frame | None,
        ended: Callable[[Any, BaseException | None], None],
    ) -> Task:
        task = Task([Frame(op, handlers, until)], forked_by, ended)
        self._tasks[task] = None
        self._ready.append((task, None, None))
        return task

    def _fork(self, task: Task, frame: Frame, ops: tuple[Operation[Any], ...], all_or_none: bool) -> None:
        """Children for a ``gather`` or ``settle``; the task wakes when all have ended."""
        outcomes: list[Outcome[Any]] = [Ok(None)] * len(ops)
        left = len(ops)
        first: BaseException | None = None

        def ended(place: int, value: Any, error: BaseException | None) -> None:
            nonlocal left, first
            left -= 1
            if error is None:
                outcomes[place] = Ok(value)
            elif isinstance(error, Exception) and not all_or_none:
                outcomes[place] = Err(error)
            elif first is None:
                first = error
                for child in task.children:
                    self._cancel(child, 0)
            if not left:
                task.children = []
                values = tuple(each.value for each in outcomes if isinstance(each, Ok)) if all_or_none else outcomes
                self._ready.append((task, tuple(values), first))

        task.children = [
            self._begin(op, frame.handlers, frame.until, frame, partial(ended, place)) for place, op in enumerate(ops)
        ]

    # Cancellation -----------------------------------------------------------------------------------------------------

    def _cancel(self, task: Task, depth: int) -> None:
        """Cancel the frames of ``task`` from ``depth`` up, and everything that was forked above it."""
        pending = [(task, depth)]
        while pending:
            each, low = pending.pop()
            if len(each.frames) <= low or (each.cancelled_from is not None and each.cancelled_from <= low):
                continue
            each.cancelled_from = low
            if each.children:
                pending.extend((child, 0) for child in each.children)
            elif each.timer is not None:
                each.timer.action, each.timer = None, None
                self._ready.append((each, None, Cancelled()))
            elif each.leaf is not None:
                leaf = self._flying[each.leaf][1]
                if isinstance(leaf, Tx | Release):
                    continue  # a commit is never abandoned; its answer is worth more than a moment
                if isinstance(leaf, Send) and leaf.writes:
                    each.frames[-1].wrote = True
                del self._flying[each.leaf]
                self.drops.append(each.leaf)
                each.leaf = None
                self._ready.append((each, None, Cancelled()))

    # Time and ends ----------------------------------------------------------------------------------------------------

    def _wake(self, task: Task) -> None:
        task.timer = None
        self._ready.append((task, None, None))

    def _finished(self, value: Any, error: BaseException | None) -> None:
        self.value, self.error = value, self.error or error  # an interrupt of what it spawned came first

    def _let_go(self, value: Any, error: BaseException | None) -> None:
        """Nobody waits for what was spawned; but an interrupt that met it is for the whole run."""
        if isinstance(error, Exception):
            log.error("a spawned operation failed (%s)", type(error).__name__)
        elif error is not None and not isinstance(error, Cancelled):
            self.error = error
            self.cancel()


_Way: TypeAlias = Callable[[Kernel[Any], Task, Frame, Any], Any]

_MEETS: Final[Mapping[type, _Way]] = {
    Send: Kernel._send,
    Leaf: Kernel._set_out,
    Request: Kernel._ask,
    Now: lambda kernel, task, frame, effect: kernel._now(),
    Remaining: Kernel._left_of,
    Random: lambda kernel, task, frame, effect: kernel._random(),
    Emit: Kernel._tell,
    Settle: Kernel._settle,
    Within: Kernel._within,
    Handle: Kernel._handle,
    Sleep: Kernel._sleep,
    Spawn: Kernel._spawn,
    object: Kernel._refuse,
}


def _found(kind: type) -> _Way:
    return next(_MEETS[each] for each in kind.__mro__ if each in _MEETS)


_how: Final[Callable[[type], _Way]] = lru_cache(maxsize=256)(_found)
"""How effects of a kind are met: as those of the nearest kind above it that the kernel knows."""
