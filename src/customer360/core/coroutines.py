"""The life of one coroutine that the kernel drives: fit to begin, never begun, or ended by force."""

from __future__ import annotations

from contextlib import suppress
from inspect import CO_VARARGS, CORO_CREATED, getcoroutinestate, iscoroutine
from types import CoroutineType
from typing import Any

from customer360.core.effects import Cancelled, Handle, Operation, Settle, Spawn, Within

PATIENCE = 1000
"""Cancellations thrown into one task before it counts as deaf to them."""


def expect_fresh(op: object) -> None:
    """Raise unless ``op`` is an operation that nobody has begun: TypeError for something else, RuntimeError for one
    that runs or ran already."""
    if not isinstance(op, CoroutineType):
        kind = f"{type(op).__module__}.{type(op).__qualname__}"
        raise TypeError(f"an operation was expected, the call of an async def; this is {kind}")
    if op.cr_suspended or op.cr_running or op.cr_frame is None:
        raise RuntimeError(f"the operation {op.__qualname__} was begun already; an operation runs once, call it again")


def dismiss(unwanted: object) -> None:
    """Close operations that will never be started: given as such, within an effect, or as arguments of one another."""
    pending = [unwanted]
    while pending:
        each = pending.pop()
        if isinstance(each, tuple):
            pending.extend(each)
        elif isinstance(each, Settle):
            pending.extend(each.ops)
        elif isinstance(each, Within | Handle | Spawn):
            pending.append(each.op)
        elif iscoroutine(each) and each.cr_frame is not None and getcoroutinestate(each) == CORO_CREATED:
            code, given = each.cr_code, each.cr_frame.f_locals
            arguments = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & CO_VARARGS)
            pending.extend(given[name] for name in code.co_varnames[:arguments] if name in given)
            each.close()


def end_by_force(op: Operation[Any]) -> RuntimeError:
    """End an operation that answers every cancellation by going on; the error says which it was."""
    with suppress(Exception):  # whatever it raises on its way out, it is out
        op.close()
    return RuntimeError(f"the operation {getattr(op, '__qualname__', op)!s} swallows its cancellation")


def unwind(op: Operation[Any]) -> None:
    """End an operation without carrying out another effect, as the interpreter would when it forgets it."""
    dismiss(op)
    for _ in range(PATIENCE):
        try:
            dismiss(op.throw(Cancelled()))
        except BaseException:  # it has ended, however
            return
    end_by_force(op)
