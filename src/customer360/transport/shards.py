"""One connection each: what a shelf holds."""

from __future__ import annotations

import ssl
from typing import Any

import attrs

from customer360.core.effects import Send
from customer360.core.wire import Response
from customer360.transport.asyncio_streams import AsyncioBackend
from customer360.transport.blocking_streams import BlockingBackend
from customer360.transport.framing import Incoming, Origin, core_origin, core_request
from customer360.transport.proxies import Proxy
from customer360.transport.resolving import Resolver
from customer360.transport.wire_state import WireState


@attrs.frozen(kw_only=True)
class Wiring:
    """What all shards of a port share."""

    core: Any
    tls: ssl.SSLContext
    resolver: Resolver
    proxy: Proxy | None = None

    def pool(self, backend: Any, *, asynchronous: bool) -> Any:
        """httpcore's maker of connections; its pooling is not used."""
        core = self.core
        options = {"ssl_context": self.tls, "network_backend": backend}
        if self.proxy is None:
            return (core.AsyncConnectionPool if asynchronous else core.ConnectionPool)(**options)
        kind = core.AsyncHTTPProxy if asynchronous else core.HTTPProxy
        return kind(proxy_url=self.proxy.url, proxy_auth=self.proxy.auth, **options)


class BlockingShard:
    """One connection for threads; serves one exchange at a time."""

    def __init__(self, wiring: Wiring, where: Origin) -> None:
        self._wiring = wiring
        self._where = where
        self._tunnel = wiring.proxy is not None and where[0] == "https"
        self._state = WireState()
        self._backend = BlockingBackend(wiring.core, self._state, wiring.resolver)
        self._pool = wiring.pool(self._backend, asynchronous=False)
        self._connection: Any = None

    def exchange(self, send: Send, timeout: float) -> Response:
        """One exchange; whatever it raises, the shard is to be discarded then."""
        core, state = self._wiring.core, self._state
        connection = self._connection
        if connection is not None and (connection.is_closed() or connection.has_expired()):
            self.discard()
        reused = self._connection is not None
        if not reused:
            self._connection = self._pool.create_connection(core_origin(core, self._where))
        state.begin(send.method, timeout, reused=reused, tunnel=self._tunnel)
        try:
            answer = self._connection.handle_request(core_request(core, send))
            head = state.delivered
            try:
                incoming = Incoming(answer, send.max_body)
                state.in_body(chunked=incoming.chunked)
                for chunk in answer.stream:
                    incoming.feed(chunk)
            finally:
                answer.stream.close()
            response = incoming.response()
        except Exception as error:
            raise state.meaning(core, error) from None
        if not incoming.ended_with(state.delivered - head):
            self.discard()
        return response

    def warm(self, timeout: float) -> None:
        """Connect now."""
        if self._connection is not None or self._backend.ready is not None:
            return
        scheme, host, port = self._where
        self._state.begin("GET", timeout, reused=False)
        stream = self._backend.connect_tcp(host, port)
        self._backend.ready = stream.start_tls(self._wiring.tls, host) if scheme == "https" else stream

    def discard(self) -> None:
        """Close the connection; the next exchange makes a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        self._backend.close()


class AsyncioShard:
    """One connection for asyncio; serves one exchange at a time."""

    def __init__(self, wiring: Wiring, where: Origin) -> None:
        self._wiring = wiring
        self._where = where
        self._tunnel = wiring.proxy is not None and where[0] == "https"
        self._state = WireState()
        self._backend = AsyncioBackend(wiring.core, self._state, wiring.resolver)
        self._pool = wiring.pool(self._backend, asynchronous=True)
        self._connection: Any = None

    @property
    def state(self) -> WireState:
        """What is known of the exchange under way."""
        return self._state

    async def exchange(self, send: Send, left: float) -> Response:
        """One exchange; whatever it raises, the shard is to be discarded then."""
        core, state = self._wiring.core, self._state
        await self._backend.caught_up()
        connection = self._connection
        if connection is not None and (connection.is_closed() or connection.has_expired()):
            self.discard()
        reused = self._connection is not None
        if not reused:
            self._connection = self._pool.create_connection(core_origin(core, self._where))
        state.begin(send.method, left, reused=reused, tunnel=self._tunnel)
        try:
            answer = await self._connection.handle_async_request(core_request(core, send))
            head = state.delivered
            try:
                incoming = Incoming(answer, send.max_body)
                state.in_body(chunked=incoming.chunked)
                async for chunk in answer.stream:
                    incoming.feed(chunk)
            finally:
                await answer.stream.aclose()
            response = incoming.response()
        except Exception as error:
            raise state.meaning(core, error) from None
        if not incoming.ended_with(state.delivered - head):
            self.discard()
        return response

    async def warm(self, left: float) -> None:
        """Connect now."""
        if self._connection is not None or self._backend.ready is not None:
            return
        scheme, host, port = self._where
        self._state.begin("GET", left, reused=False)
        stream = await self._backend.connect_tcp(host, port)
        self._backend.ready = await stream.start_tls(self._wiring.tls, host) if scheme == "https" else stream

    def discard(self) -> None:
        """Close the connection, without waiting for anything; the next exchange makes a new one."""
        self._connection = None
        self._backend.close()
