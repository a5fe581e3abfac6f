"""One connection each, over our own streams and httptools: what a shelf of the fast ports holds."""

from __future__ import annotations

import ssl
from contextlib import suppress

import attrs

from customer360.core.effects import Send
from customer360.core.wire import Response
from customer360.transport import wire_faults as core
from customer360.transport.asyncio_streams import AsyncioBackend, AsyncioStream
from customer360.transport.blocking_streams import BlockingBackend, BlockingStream
from customer360.transport.fast_framing import Answer, tunnel, written
from customer360.transport.framing import Origin
from customer360.transport.proxies import Proxy
from customer360.transport.resolving import Resolver
from customer360.transport.urls import origin
from customer360.transport.wire_state import WireState

_CONNECT = Send(method="CONNECT", url="", max_body=0)


@attrs.frozen(kw_only=True)
class Wiring:
    """What all shards of a port share."""

    tls: ssl.SSLContext
    resolver: Resolver
    proxy: Proxy | None = None

    def first_hop(self, where: Origin) -> tuple[str, int]:
        """The host and port to connect to."""
        _, host, port = where if self.proxy is None else origin(self.proxy.url)
        return host, port

    def tunnels(self, where: Origin) -> bool:
        """Whether the proxy is asked for a tunnel, which it does not see into."""
        return self.proxy is not None and where[0] == "https"


class FastBlockingShard:
    """One connection for threads; serves one exchange at a time."""

    def __init__(self, wiring: Wiring, where: Origin) -> None:
        self._wiring = wiring
        self._where = where
        self._state = WireState()
        self._backend = BlockingBackend(core, self._state, wiring.resolver)
        self._stream: BlockingStream | None = None

    def exchange(self, send: Send, timeout: float) -> Response:
        """One exchange; whatever it raises, the shard is to be discarded then."""
        state = self._state
        if self._stream is not None and self._stream.get_extra_info("is_readable"):
            self.discard()
        state.begin(send.method, timeout, reused=self._stream is not None, tunnel=self._wiring.tunnels(self._where))
        try:
            request = written(send, self._where, self._wiring.proxy)
            if self._stream is None:
                self._stream = self._opened()
            answer = self._asked(self._stream, request, Answer(send, state))
            response = answer.response()
        except Exception as error:
            raise state.meaning(core, error) from None
        if not answer.reusable:
            self.discard()
        return response

    def warm(self, timeout: float) -> None:
        """Connect now."""
        if self._stream is None and self._backend.ready is None:
            self._state.begin("GET", timeout, reused=False)
            self._backend.ready = self._opened()

    def discard(self) -> None:
        """Close the connection; the next exchange makes a new one."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()
        self._backend.close()

    def _opened(self) -> BlockingStream:
        scheme, host, _ = self._where
        stream = self._backend.connect_tcp(*self._wiring.first_hop(self._where))
        try:
            if self._wiring.tunnels(self._where):
                assert self._wiring.proxy is not None
                _granted(self._asked(stream, tunnel(self._where, self._wiring.proxy), Answer(_CONNECT, self._state)))
            return stream.start_tls(self._wiring.tls, host) if scheme == "https" else stream
        except BaseException:
            stream.close()
            raise

    @staticmethod
    def _asked(stream: BlockingStream, request: bytes, answer: Answer) -> Answer:
        with suppress(core.WriteError):  # it may have answered before it read everything
            stream.write(request)
        while not answer.done:
            answer.take(stream.read(answer.wanted))
        return answer


class FastAsyncioShard:
    """The same for asyncio."""

    def __init__(self, wiring: Wiring, where: Origin) -> None:
        self._wiring = wiring
        self._where = where
        self._state = WireState()
        self._backend = AsyncioBackend(core, self._state, wiring.resolver)
        self._stream: AsyncioStream | None = None

    @property
    def state(self) -> WireState:
        """What is known of the exchange under way."""
        return self._state

    async def exchange(self, send: Send, left: float) -> Response:
        """One exchange; whatever it raises, the shard is to be discarded then."""
        state = self._state
        await self._backend.caught_up()
        if self._stream is not None and self._stream.get_extra_info("is_readable"):
            self.discard()
        state.begin(send.method, left, reused=self._stream is not None, tunnel=self._wiring.tunnels(self._where))
        try:
            request = written(send, self._where, self._wiring.proxy)
            if self._stream is None:
                self._stream = await self._opened()
            answer = await self._asked(self._stream, request, Answer(send, state))
            response = answer.response()
        except Exception as error:
            raise state.meaning(core, error) from None
        if not answer.reusable:
            self.discard()
        return response

    async def warm(self, left: float) -> None:
        """Connect now."""
        if self._stream is None and self._backend.ready is None:
            self._state.begin("GET", left, reused=False)
            self._backend.ready = await self._opened()

    def discard(self) -> None:
        """Close the connection, without waiting for anything; the next exchange makes a new one."""
        self._stream = None
        self._backend.close()

    async def _opened(self) -> AsyncioStream:
        scheme, host, _ = self._where
        stream = await self._backend.connect_tcp(*self._wiring.first_hop(self._where))
        if self._wiring.tunnels(self._where):
            assert self._wiring.proxy is not None
            request = tunnel(self._where, self._wiring.proxy)
            _granted(await self._asked(stream, request, Answer(_CONNECT, self._state)))
        return await stream.start_tls(self._wiring.tls, host) if scheme == "https" else stream

    @staticmethod
    async def _asked(stream: AsyncioStream, request: bytes, answer: Answer) -> Answer:
        with suppress(core.WriteError):  # it may have answered before it read everything
            await stream.write(request)
        while not answer.done:
            answer.take(await stream.read(answer.wanted))
        return answer


def _granted(answer: Answer) -> None:
    if not 200 <= answer.status < 300:
        raise core.ProxyError
