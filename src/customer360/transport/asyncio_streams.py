"""The network under httpcore, for asyncio: plain transports, no layers in between.

The exchange's deadline stands around all of it (``asyncio.timeout``), so nothing here waits with a limit of its own.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any, cast

from customer360.core.errors import ConnectFailed
from customer360.transport.readable import readable
from customer360.transport.resolving import Address, Resolver, plan
from customer360.transport.tls_errors import handshake_failed
from customer360.transport.wire_state import WireState

_HIGH = 1024 * 1024


class AsyncioStream(asyncio.Protocol):
    """One connection: asyncio's callbacks on one side, httpcore's stream on the other."""

    def __init__(self, core: Any, state: WireState) -> None:
        self._core = core
        self._state = state
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._ended = False
        self._broken = False
        self._reading_paused = False
        self._reader: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None

    # What asyncio calls ---------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) > _HIGH and not self._reading_paused and self._transport is not None:
            self._transport.pause_reading()
            self._reading_paused = True
        self._wake(self._reader)

    def eof_received(self) -> None:
        self._ended = True
        self._wake(self._reader)

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._broken = exc is not None
        self._wake(self._reader)
        self._wake(self._writable)

    def pause_writing(self) -> None:
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        self._wake(self._writable)
        self._writable = None

    @staticmethod
    def _wake(waiting: asyncio.Future[None] | None) -> None:
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    # What httpcore calls --------------------------------------------------------------------------------------------

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's interface
        self._state.remaining()
        while not self._received:
            if self._broken:
                raise self._core.ReadError()
            if self._ended:
                return b""
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        chunk = self._state.deliver(self._received, max_bytes)
        if self._reading_paused and self._transport is not None and not self._received:
            self._transport.resume_reading()
            self._reading_paused = False
        return chunk

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's interface
        self._state.remaining()
        if self._transport is None or self._transport.is_closing() or self._ended:
            raise self._core.WriteError()
        if buffer:
            self._state.wrote()
            self._transport.write(buffer)
        if self._writable is not None:
            await self._writable
        if self._broken:
            raise self._core.WriteError()

    async def caught_up(self) -> None:
        """Return when the loop has handled what lay at the socket: a connection that has ended is known to have."""
        if self._transport is not None and readable(self._transport.get_extra_info("socket").fileno()):
            await asyncio.sleep(0)  # the loop looks at its sockets
            await asyncio.sleep(0)  # and hands us what it saw

    async def aclose(self) -> None:
        self.close()

    def close(self) -> None:
        """At once; nothing of an exchange that is over is worth waiting for."""
        if self._transport is not None:
            self._transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> AsyncioStream:
        if self._transport is None or self._transport.get_extra_info("ssl_object") is not None:
            return self  # opened ahead of time
        plain = self._transport
        try:
            secured = await asyncio.get_running_loop().start_tls(
                plain, self, ssl_context, server_hostname=server_hostname, ssl_handshake_timeout=self._state.remaining()
            )
            if secured is None:
                raise ConnectionResetError
        except OSError as error:
            plain.abort()
            raise handshake_failed(error) from None
        except BaseException:
            plain.abort()
            raise
        self._transport = secured
        self._state.connected(secured=True)
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            # On an idle connection: the end, or an answer nobody asked for.
            return self._transport is None or self._transport.is_closing() or self._ended or bool(self._received)
        if info == "ssl_object":
            return None if self._transport is None else self._transport.get_extra_info("ssl_object")
        return None


class AsyncioBackend:
    """Makes the one connection of a shard; ``ready`` is one that was opened ahead of time."""

    def __init__(self, core: Any, state: WireState, resolver: Resolver) -> None:
        self._core = core
        self._state = state
        self._resolver = resolver
        self.ready: AsyncioStream | None = None
        self.current: AsyncioStream | None = None
        """The connection in use, so that whoever discards the shard closes it without awaiting anything."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> AsyncioStream:
        ready, self.ready = self.ready, None
        if ready is not None:
            if not ready.get_extra_info("is_readable"):
                self._state.reused = True
                self.current = ready
                return ready
            ready.close()
        self.current = await self._connect(host, port)
        self._state.connected()
        return self.current

    async def caught_up(self) -> None:
        """See :meth:`AsyncioStream.caught_up`."""
        if self.current is not None:
            await self.current.caught_up()

    def close(self) -> None:
        """Close everything at once."""
        for stream in (self.ready, self.current):
            if stream is not None:
                stream.close()
        self.ready = self.current = None

    async def _connect(self, host: str, port: int) -> AsyncioStream:
        loop = asyncio.get_running_loop()
        refused: set[Address] = set()
        for address, seconds in plan(await self._addresses(host, port), refused, self._state.left):
            self._state.remaining()
            family, where = address
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.setblocking(False)
                async with asyncio.timeout(seconds):
                    await loop.sock_connect(sock, where)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _, stream = await loop.create_connection(lambda: AsyncioStream(self._core, self._state), sock=sock)
            except TimeoutError:
                sock.close()
            except OSError:
                refused.add(address)
                sock.close()
            except BaseException:
                sock.close()
                raise
            else:
                return stream
        self._state.remaining()
        raise ConnectFailed(f"no connection to {host}; nothing was sent", next_step="check the network")

    async def _addresses(self, host: str, port: int) -> list[Address]:
        literal = self._resolver.literal(host, port)
        if literal is not None:
            return literal
        looking = asyncio.wrap_future(self._resolver.start(host, port))
        looking.add_done_callback(_heard)
        try:
            return await asyncio.shield(looking)
        except OSError:
            raise ConnectFailed(
                f"the name {host} has no address; nothing was sent", next_step="check the network"
            ) from None


def _heard(looking: asyncio.Future[list[Address]]) -> None:
    """A look-up that fails when nobody waits for it any more is no news for the loop's log."""
    if not looking.cancelled():
        looking.exception()
