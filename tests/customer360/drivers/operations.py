"""Operations that the tests of both drivers run: most in one line, and one that undoes what it began."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from customer360.core.effects import Acquire, Operation, Release, Send, Shared, Sleep, settle, tx, within


def get(url: str, timeout: float = 5.0) -> Send:
    return Send(method="GET", url=url, timeout=timeout)


async def ask(key: str, work: Callable[[], Operation[Any]]) -> Any:
    return await Shared(key, work)


async def sleep(seconds: float) -> None:
    await Sleep(seconds)


async def endless() -> None:
    await Sleep(3600)


async def within_(seconds: float, op: Operation[Any]) -> Any:
    return await within(seconds, op)


async def undoing(work: Callable[[Any, str], None]) -> None:
    """Requests and transactions, alone and side by side under one lock; each ``begin`` stored has an ``end`` stored,
    wherever it is stopped."""

    async def part(number: int) -> None:
        await Acquire("one")
        try:
            await tx(work, f"begin {number}")
            try:
                await get(str(number))
                await within(1.0, get("again"))
            finally:
                await tx(work, f"end {number}")
        finally:
            await Release("one")

    await get("alone")
    await settle(part(1), part(2), within(1.0, part(3)))
    await tx(work, "alone")


async def lock_is_free() -> bool:
    """Whether :func:`undoing` gave its lock back."""
    await within(1.0, Acquire("one"))
    await Release("one")
    return True
