"""The network under httpcore, for threads: every read and write within what is left of the exchange's time."""

from __future__ import annotations

import socket
import ssl
from concurrent.futures import TimeoutError as LookupTimeout
from typing import Any

from customer360.core.errors import ConnectFailed
from customer360.transport.readable import readable
from customer360.transport.resolving import Address, Resolver, plan
from customer360.transport.tls_errors import handshake_failed
from customer360.transport.wire_state import WireState

_SLICE = 64 * 1024


class BlockingStream:
    """A connected socket; the timeouts that httpcore passes are replaced by the exchange's own."""

    def __init__(self, core: Any, state: WireState, sock: socket.socket) -> None:
        self._core = core
        self._state = state
        self._sock = sock
        self._received = bytearray()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._state.remaining()
        if not self._received:
            try:
                self._sock.settimeout(left)
                self._received += self._sock.recv(max_bytes)
            except TimeoutError:
                raise self._state.too_late() from None
            except OSError:
                raise self._core.ReadError() from None
        return self._state.deliver(self._received, max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        while view:
            self._sock.settimeout(self._state.remaining())
            try:
                count = self._sock.send(view[:_SLICE])
            except TimeoutError:
                raise self._state.too_late() from None
            except OSError:
                raise self._core.WriteError() from None
            self._state.wrote()
            view = view[count:]

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> BlockingStream:
        if isinstance(self._sock, ssl.SSLSocket):  # opened ahead of time
            return self
        try:
            self._sock.settimeout(self._state.remaining())
            secured = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except TimeoutError:
            self.close()
            raise self._state.too_late() from None
        except OSError as error:
            self.close()
            raise handshake_failed(error) from None
        self._state.connected(secured=True)
        return BlockingStream(self._core, self._state, secured)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self._is_stale()
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        return None

    def _is_stale(self) -> bool:
        """Whether anything waits to be read: on an idle connection that is the end, or an answer nobody asked for."""
        if self._received:
            return True
        if not readable(self._sock.fileno()):
            return False
        if self._sock.fileno() < 0 or not isinstance(self._sock, ssl.SSLSocket):
            return True
        try:  # session tickets come after the handshake and are no data
            self._sock.settimeout(0)
            self._sock.recv(1)
        except ssl.SSLWantReadError:
            return False
        except OSError:
            return True
        return True


class BlockingBackend:
    """Makes the one connection of a shard; ``ready`` is one that was opened ahead of time."""

    def __init__(self, core: Any, state: WireState, resolver: Resolver) -> None:
        self._core = core
        self._state = state
        self._resolver = resolver
        self.ready: BlockingStream | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> BlockingStream:
        ready, self.ready = self.ready, None
        if ready is not None:
            if not ready.get_extra_info("is_readable"):
                self._state.reused = True
                return ready
            ready.close()
        stream = BlockingStream(self._core, self._state, self._connect(host, port))
        self._state.connected()
        return stream

    def close(self) -> None:
        """Close what was opened ahead of time and not used."""
        ready, self.ready = self.ready, None
        if ready is not None:
            ready.close()

    def _connect(self, host: str, port: int) -> socket.socket:
        refused: set[Address] = set()
        for address, seconds in plan(self._addresses(host, port), refused, self._state.left):
            self._state.remaining()
            family, where = address
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(max(seconds, 0.001))
                sock.connect(where)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except TimeoutError:
                sock.close()
            except OSError:
                refused.add(address)
                sock.close()
            except BaseException:
                sock.close()
                raise
            else:
                return sock
        self._state.remaining()
        raise ConnectFailed(f"no connection to {host}; nothing was sent", next_step="check the network")

    def _addresses(self, host: str, port: int) -> list[Address]:
        literal = self._resolver.literal(host, port)
        if literal is not None:
            return literal
        try:
            return self._resolver.start(host, port).result(self._state.remaining())
        except LookupTimeout:
            raise self._state.too_late() from None
        except OSError:
            raise ConnectFailed(
                f"the name {host} has no address; nothing was sent", next_step="check the network"
            ) from None
