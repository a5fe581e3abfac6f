"""A port that answers as a test of the asyncio driver says, and transactions that take a while."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import attrs

from customer360.core.effects import Send, Tx, tx
from customer360.core.wire import Response
from customer360.drivers.awaiting import AsyncioDriver
from customer360.store.engine import Store

Answer = Callable[[Send], Awaitable[Response]]


@attrs.define(eq=False)
class Port:
    """Answers as ``answer`` says."""

    answer: Answer

    async def send(self, send: Send) -> Response:
        return await self.answer(send)

    async def warm(self, url: str, *, timeout: float = 5.0) -> None: ...  # noqa: ASYNC109 - the port's interface

    async def close(self) -> None: ...


async def fine(send: Send) -> Response:
    await asyncio.sleep(0)
    return Response(200, send.url.encode())


@asynccontextmanager
async def driving(store: Store, answer: Answer = fine) -> AsyncIterator[AsyncioDriver]:
    """A driver that leaves no task behind."""
    driver = AsyncioDriver(http=Port(answer), store=store)
    before = asyncio.all_tasks()
    try:
        yield driver
    finally:
        await driver.close(patience=5.0)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


def slowly(noted: list[str], what: str, begun: threading.Event, seconds: float = 0.1) -> Tx[None]:
    """A transaction that takes a while and then notes ``what``."""

    def work(connection: Any) -> None:
        begun.set()
        time.sleep(seconds)
        noted.append(what)

    return tx(work)
