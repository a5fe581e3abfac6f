"""Faults below HTTP: a raw TCP proxy in front of a served fake, scripted by request number.

::

    with FaultProxy(served.url) as wire:
        wire.fault(1, close())                       # X1: processed, then closed
        wire.fault(2, close(processed=False))        # X2: the request never reached the server
        wire.fault(3, never())                       # X9
        wire.fault(4, cut(10))                       # X10: ten bytes of the body
        client = Client(endpoints={host: wire.url for host in served.endpoints})
        ...
        wire.processed                               # requests that the server answered

Faults that a server makes above the wire (statuses, pages, lateness) are those of :mod:`.faults`.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit

from customer360_testkit.fakes.wire import Answer, WireFault

_BLOCK: Final = 65536
_PATIENCE: Final = 30.0
"""Seconds after which the proxy gives up on a peer, so that nothing of it outlives a test."""


class Wire:
    """One connection with a client, and the one that carries its requests on to the server."""

    def __init__(self, client: socket.socket, target: tuple[str, int], stop: threading.Event) -> None:
        self._client = client
        self._target = target
        self._stop = stop
        self._server: socket.socket | None = None

    def send(self, data: bytes) -> None:
        """To the client. Raises OSError when it has left."""
        self._client.sendall(data)

    def reset(self) -> None:
        """Have the connection reset when it is closed."""
        self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def stopped(self, seconds: float) -> bool:
        """Wait; true when the proxy is closed meanwhile."""
        return self._stop.wait(seconds)

    def await_end(self) -> None:
        """Wait until the client leaves or the proxy is closed."""
        until = time.monotonic() + _PATIENCE
        self._client.settimeout(0.1)
        while not self._stop.is_set() and time.monotonic() < until:
            try:
                if not self._client.recv(_BLOCK):
                    return
            except TimeoutError:
                continue
        self._client.settimeout(_PATIENCE)

    def request(self) -> bytes | None:
        """The next whole request, or None when the client has left."""
        message = _message(self._client, "")
        return None if message is None else message.head + message.body

    def forward(self, request: bytes) -> Answer | None:
        """The server's answer, or None when it gave none."""
        if self._server is None:
            self._server = _prompt(socket.create_connection(self._target, _PATIENCE))
        self._server.sendall(request)
        answer = _message(self._server, request.partition(b" ")[0].decode("latin-1"))
        if answer is None or b"connection: close" in answer.head.lower():
            self._server.close()
            self._server = None
        return answer

    def close(self) -> None:
        """Both sides."""
        self._client.close()
        if self._server is not None:
            self._server.close()


def _prompt(connection: socket.socket) -> socket.socket:
    """What is written leaves at once: waiting for a peer's acknowledgement would add 40 ms to every exchange."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _message(source: socket.socket, method: str) -> Answer | None:
    """A request (``method`` "") or the answer to ``method``, whole, or None at the end.

    Understands what the SDK and the fakes write: Content-Length, chunked answers, or no body.
    """
    data = b""
    while b"\r\n\r\n" not in data:
        block = source.recv(_BLOCK)
        if not block:
            return None
        data += block
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
    chunked = b"chunked" in fields.get(b"transfer-encoding", b"")
    length = 0 if method == "HEAD" else int(fields.get(b"content-length", b"0"))
    while (not body.endswith(b"0\r\n\r\n")) if chunked else (len(body) < length):
        block = source.recv(_BLOCK)
        if not block:
            return None
        body += block
    return Answer(head + b"\r\n\r\n", body)


class FaultProxy:
    """Stands in front of ``url`` (``http://127.0.0.1:PORT``) while its block runs; safe to script while it does.

    Requests are numbered from 1 in the order in which they came, over all connections; ``processed`` counts those
    that the server answered, ``requests`` all, ``connections`` those of clients. Aimed at some methods, faults strike
    only requests of these, and only these are numbered.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._faults: dict[int, WireFault] = {}
        self._always: WireFault | None = None
        self._methods: frozenset[str] | None = None
        self._aimed_at = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._clients: set[socket.socket] = set()
        self.requests = 0
        self.processed = 0
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def fault(self, number: int, fault: WireFault) -> None:
        """What goes wrong with request ``number``, counted from the last :meth:`reset`."""
        with self._lock:
            self._faults[number] = fault

    def always(self, fault: WireFault | None) -> None:
        """What goes wrong with every other request from now on; None for nothing."""
        with self._lock:
            self._always = fault

    def aim(self, *methods: str) -> None:
        """Strike only requests of these methods from now on; without any, all requests."""
        with self._lock:
            self._methods = frozenset(methods) or None

    def reset(self) -> None:
        """No faults, aimed at all requests, and all counts from 0; connections stay."""
        with self._lock:
            self._faults.clear()
            self._always = self._methods = None
            self._aimed_at = 0
            self.requests = self.processed = self.connections = 0

    def __enter__(self) -> FaultProxy:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            clients = list(self._clients)
        for client in clients:
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it left by itself
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _start(self, what: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=what, args=args, name="fault-proxy", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            _prompt(client).settimeout(_PATIENCE)
            with self._lock:
                self.connections += 1
                self._clients.add(client)
            self._start(self._serve, client)

    def _strikes(self, request: bytes) -> WireFault | None:
        """What goes wrong with this request. (Under the lock.)"""
        if self._methods is not None and request.partition(b" ")[0].decode("latin-1") not in self._methods:
            return None
        self._aimed_at += 1
        return self._faults.pop(self._aimed_at, self._always)

    def _serve(self, client: socket.socket) -> None:
        wire = Wire(client, self._target, self._stop)
        try:
            while (request := wire.request()) is not None:
                with self._lock:
                    self.requests += 1
                    fault = self._strikes(request)
                answer = Answer(b"", b"")
                if fault is None or fault.processed:
                    given = wire.forward(request)
                    if given is None:
                        return
                    answer = given
                    with self._lock:
                        self.processed += 1
                if fault is None:
                    wire.send(answer.head + answer.body)
                elif not fault.reply(wire, answer):
                    return
        except OSError:
            return  # the client left, which is what many faults make it do
        finally:
            with self._lock:
                self._clients.discard(client)
            wire.close()
