"""What every port does alike, whatever parses HTTP beneath it: connections kept, bounded and never cancelled into."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from functools import partial
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from customer360.core.effects import Send
from customer360.core.errors import AnswerLost, ConnectFailed, Customer360Error, DeadlineExceeded
from customer360.core.wire import Response
from customer360.transport.connections import Shelf
from customer360.transport.engine import writes
from customer360.transport.framing import Origin
from customer360.transport.urls import origin
from customer360.transport.wire_state import WireState

PER_HOST: Final = 250
"""Connections to one host: a pop uses up to eleven at once, and twenty pops must not wait for each other. What a vendor
allows each of its users is the limiter's business; 256 open files are the least that systems allow a process."""
KEEP: Final = 90.0
"""Seconds that an idle connection is kept: agents take a call every few minutes, servers close after one or two."""
GRACE: Final = 0.5
"""Seconds that an exchange may go on after its caller left, to bring its connection home."""


class BlockingShard(Protocol):
    """One connection for threads; whatever ``exchange`` raises, the shard is to be discarded then."""

    def exchange(self, send: Send, timeout: float) -> Response: ...

    def warm(self, timeout: float) -> None: ...

    def discard(self) -> None: ...


class AsyncioShard(Protocol):
    """The same for asyncio; ``discard`` waits for nothing."""

    @property
    def state(self) -> WireState: ...

    async def exchange(self, send: Send, left: float) -> Response: ...

    async def warm(self, left: float) -> None: ...

    def discard(self) -> None: ...


class BlockingPort:
    """Carries requests on the caller's thread, over shards that ``make`` makes; any number of threads may share it.

    ``warms`` is whether a connection can be opened ahead of its first request.
    """

    def __init__(self, make: Callable[[Origin], BlockingShard], *, per_host: int, keep: float, warms: bool) -> None:
        self._make = make
        self._warms = warms
        self._per_host = per_host
        self._keep = keep
        self._lock = threading.Lock()
        self._shelves: dict[Origin, Shelf[BlockingShard]] = {}
        self._closed = False

    def send(self, send: Send) -> Response:
        """One exchange, within ``send.timeout``; see :class:`~customer360.transport.port.HttpPort`."""
        until = time.monotonic() + send.timeout
        shelf = self._shelf(origin(send.url))
        shard = self._take(shelf, until)
        good = stale = False
        try:
            response = shard.exchange(send, until - time.monotonic())
            good = True
            return response
        except Customer360Error as error:
            stale = error.wait == 0.0
            raise
        finally:
            self._give_back(shelf, shard, good=good, stale=stale)

    def warm(self, url: str, *, timeout: float = 5.0) -> None:
        """Open a connection to the host of ``url`` now; through a proxy this does nothing."""
        if not self._warms:
            return
        until = time.monotonic() + timeout
        shelf = self._shelf(origin(url))
        shard = self._take(shelf, until)
        good = False
        try:
            shard.warm(until - time.monotonic())
            good = True
        finally:
            self._give_back(shelf, shard, good=good, stale=False)

    def held(self, url: str) -> int:
        """Connections held to the host of ``url``, busy and idle."""
        with self._lock:
            shelf = self._shelves.get(origin(url))
            return 0 if shelf is None else shelf.held

    def close(self) -> None:
        """Close every idle connection now and every busy one when its exchange ends."""
        with self._lock:
            self._closed = True
            for shelf in self._shelves.values():
                shelf.drop_idle()

    def _shelf(self, where: Origin) -> Shelf[BlockingShard]:
        with self._lock:
            if self._closed:
                raise _closed()
            shelf = self._shelves.get(where)
            if shelf is None:
                shelf = self._shelves[where] = Shelf(
                    self._per_host, self._keep, lambda: self._make(where), lambda shard: shard.discard()
                )
            return shelf

    def _take(self, shelf: Shelf[BlockingShard], until: float) -> BlockingShard:
        with self._lock:
            shard = shelf.take(time.monotonic())
            if shard is not None:
                return shard
            waiter: Future[BlockingShard] = Future()
            shelf.queue(waiter)
        try:
            return waiter.result(max(0.0, until - time.monotonic()))
        except BaseException as error:
            with self._lock:
                if not waiter.cancel():  # handed over at this very moment
                    shelf.give_back(waiter.result(), time.monotonic(), good=True)
            if isinstance(error, FutureTimeout):
                raise _all_busy() from None
            raise

    def _give_back(self, shelf: Shelf[BlockingShard], shard: BlockingShard, *, good: bool, stale: bool) -> None:
        with self._lock:
            if stale:
                shelf.drop_idle()
            shelf.give_back(shard, time.monotonic(), good=good and not self._closed)


class AsyncioPort:
    """The same for asyncio; connections belong to the loop that made them.

    A caller that is cancelled leaves at once. Its exchange runs on in a task of its own for a moment, to bring the
    connection home; if it does not, its shard is thrown away. So cancellation never strikes inside a connection that is
    used again (X13).
    """

    def __init__(self, make: Callable[[Origin], AsyncioShard], *, per_host: int, keep: float, warms: bool) -> None:
        self._make = make
        self._warms = warms
        self._per_host = per_host
        self._keep = keep
        self._shelves: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Origin, Shelf[AsyncioShard]]]
        self._shelves = WeakKeyDictionary()
        self._ends: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncGenerator[None, None]] = WeakKeyDictionary()
        self._running: set[asyncio.Task[Response]] = set()
        self._closed = False

    async def send(self, send: Send) -> Response:
        """One exchange, within ``send.timeout``; see :class:`~customer360.transport.port.AsyncHttpPort`."""
        loop = asyncio.get_running_loop()
        task = loop.create_task(self._exchange(send))
        self._running.add(task)
        over: asyncio.Future[None] = loop.create_future()  # cancelling it leaves the task alone
        task.add_done_callback(partial(self._done, over))
        try:
            await over
        except asyncio.CancelledError:
            loop.call_later(min(GRACE, send.timeout), task.cancel)
            raise
        if task.cancelled():  # by close(), not by our caller
            raise AnswerLost("this client was closed before the CRM answered", maybe_applied=writes(send.method))
        return task.result()

    async def warm(self, url: str, *, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - covers DNS, TCP and TLS
        """Open a connection to the host of ``url`` now; through a proxy this does nothing."""
        if not self._warms:
            return
        shelf = self._shelf(origin(url))
        shard = None
        good = False
        try:
            async with asyncio.timeout(timeout):
                shard = await self._take(shelf)
                await shard.warm(timeout)
                good = True
        except TimeoutError:
            raise DeadlineExceeded("no connection could be opened in the time allowed") from None
        finally:
            if shard is not None:
                shelf.give_back(shard, time.monotonic(), good=good)

    def held(self, url: str) -> int:
        """Connections of the running loop to the host of ``url``, busy and idle."""
        shelf = self._shelves.get(asyncio.get_running_loop(), {}).get(origin(url))
        return 0 if shelf is None else shelf.held

    async def close(self) -> None:
        """Close every connection of the running loop; exchanges whose callers left are ended."""
        self._closed = True
        loop = asyncio.get_running_loop()
        running = [task for task in self._running if task.get_loop() is loop]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        self._shelves.pop(loop, None)
        if (end := self._ends.pop(loop, None)) is not None:
            await end.aclose()

    async def _exchange(self, send: Send) -> Response:
        until = time.monotonic() + send.timeout
        shelf = self._shelf(origin(send.url))
        shard: AsyncioShard | None = None
        good = stale = False
        try:
            async with asyncio.timeout(send.timeout):
                shard = await self._take(shelf)
                response = await shard.exchange(send, until - time.monotonic())
                good = True
                return response
        except TimeoutError:
            raise (_all_busy() if shard is None else shard.state.too_late()) from None
        except Customer360Error as error:
            stale = error.wait == 0.0
            raise
        finally:
            if shard is not None:
                if stale:
                    shelf.drop_idle()
                shelf.give_back(shard, time.monotonic(), good=good and not self._closed)

    def _done(self, over: asyncio.Future[None], task: asyncio.Task[Response]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # its caller may have left: nobody else would take note of it
        if not over.done():
            over.set_result(None)

    def _shelf(self, where: Origin) -> Shelf[AsyncioShard]:
        if self._closed:
            raise _closed()
        loop = asyncio.get_running_loop()
        shelves = self._shelves.get(loop)
        if shelves is None:
            shelves = self._met(loop)
        shelf = shelves.get(where)
        if shelf is None:
            shelf = shelves[where] = Shelf(
                self._per_host, self._keep, lambda: self._make(where), lambda shard: shard.discard()
            )
        return shelf

    def _met(self, loop: asyncio.AbstractEventLoop) -> dict[Origin, Shelf[AsyncioShard]]:
        """Shelves for a loop that is new here; those of loops that have ended are let go.

        Their connections hold the loop that they are of, so no weak reference to it would ever end by itself.
        """
        for ended in [each for each in self._shelves if each.is_closed()]:
            self._shelves.pop(ended, None)
            self._ends.pop(ended, None)
        shelves = self._shelves[loop] = {}
        end = self._ends[loop] = _until_the_loop_ends(shelves)
        with suppress(StopIteration):
            end.__anext__().send(None)  # runs to its yield: from here on the loop knows it
        return shelves

    async def _take(self, shelf: Shelf[AsyncioShard]) -> AsyncioShard:
        shard = shelf.take(time.monotonic())
        if shard is not None:
            return shard
        waiter: asyncio.Future[AsyncioShard] = asyncio.get_running_loop().create_future()
        shelf.queue(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():  # handed over at this very moment
                shelf.give_back(waiter.result(), time.monotonic(), good=True)
            raise


async def _until_the_loop_ends(shelves: dict[Origin, Shelf[AsyncioShard]]) -> AsyncGenerator[None, None]:
    """Closed by the loop itself before it ends (``shutdown_asyncgens``, as ``asyncio.run`` does), while sockets can
    still be closed in it; or by :meth:`AsyncioPort.close`."""
    try:
        yield
    finally:
        for shelf in shelves.values():
            shelf.drop_idle()
        await asyncio.sleep(0)  # aborted transports close their sockets in the next round


def _all_busy() -> DeadlineExceeded:
    return DeadlineExceeded("no connection to the CRM became free in the time allowed; nothing was sent")


def _closed() -> ConnectFailed:
    return ConnectFailed("this client is closed; nothing was sent", retryable=False)
