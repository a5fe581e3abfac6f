"""A raw HTTP server on loopback, scripted by request number."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import attrs


@attrs.frozen
class Seen:
    """One request as the server read it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Peer:
    """One connection, from the server's side."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._buffer = b""

    def read(self) -> Seen | None:
        """The next whole request, or None at the end of the connection."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._more():
                return None
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self._buffer) < length:
            if not self._more():
                return None
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        method, target, _ = first.split(" ", 2)
        return Seen(method, target, headers, body)

    def _more(self) -> bool:
        try:
            chunk = self.sock.recv(65536)
        except OSError:
            return False
        self._buffer += chunk
        return bool(chunk)


Step = Callable[[Peer, Seen], bool]
"""Answers one request; False closes the connection."""


class Steps:
    """What a scripted server can do with a request."""

    @staticmethod
    def answer(status: int = 200, body: bytes = b'{"ok":true}', **headers: str) -> Step:
        """A plain answer with a Content-Length; header names with underscores for hyphens."""

        def step(peer: Peer, seen: Seen) -> bool:
            given = {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
            lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode()
            peer.sock.sendall(head + (b"" if seen.method == "HEAD" else body))
            return True

        return step

    @staticmethod
    def raw(data: bytes, *, keep: bool = False) -> Step:
        """These bytes and nothing else."""

        def step(peer: Peer, seen: Seen) -> bool:
            peer.sock.sendall(data)
            return keep

        return step

    @staticmethod
    def close() -> Step:
        """Processed, then the connection is closed without a word."""
        return lambda peer, seen: False

    @staticmethod
    def reset() -> Step:
        """Processed, then reset."""

        def step(peer: Peer, seen: Seen) -> bool:
            peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False

        return step

    @staticmethod
    def drip(data: bytes, every: float) -> Step:
        """One byte at a time."""

        def step(peer: Peer, seen: Seen) -> bool:
            for index in range(len(data)):
                peer.sock.sendall(data[index : index + 1])
                time.sleep(every)
            return False

        return step

    @staticmethod
    def after(seconds: float, then: Step) -> Step:
        """``then``, later."""

        def step(peer: Peer, seen: Seen) -> bool:
            time.sleep(seconds)
            return then(peer, seen)

        return step

    @staticmethod
    def never() -> Step:
        """No answer; ends when the client does."""

        def step(peer: Peer, seen: Seen) -> bool:
            peer.read()
            return False

        return step


class ScriptedServer:
    """Answers request n with ``script[n]`` (from 1), else with ``default``.

    ``greet[n]`` is called when connection n is accepted, before anything is read; False closes it.
    """

    steps = Steps

    def __init__(self, tls: Any = None) -> None:
        self.script: dict[int, Step] = {}
        self.default: Step = Steps.answer()
        self.greet: dict[int, Callable[[Peer], bool]] = {}
        self.seen: list[Seen] = []
        self.connections = 0
        self.open = 0
        self._tls = tls
        self._lock = threading.Lock()
        self._socks: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self.port}"
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self.open += 1
                number = self.connections
                self._socks.add(sock)
            thread = threading.Thread(target=self._serve, args=(sock, number), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        try:
            if self._tls is not None:
                plain = sock
                sock = self._tls.wrap_socket(sock, server_side=True)
                with self._lock:
                    self._socks.discard(plain)
                    self._socks.add(sock)
            peer = Peer(sock)
            greet = self.greet.get(number)
            if greet is not None and not greet(peer):
                return
            while (seen := peer.read()) is not None:
                with self._lock:
                    self.seen.append(seen)
                    step = self.script.get(len(self.seen), self.default)
                if not step(peer, seen):
                    return
        except OSError:
            pass  # the client left: its own affair, and often the very point of the test
        finally:
            sock.close()
            with self._lock:
                self.open -= 1
                self._socks.discard(sock)

    async def asked(self, count: int = 1) -> None:
        """Return when ``count`` requests have come."""
        until = time.monotonic() + 20
        while len(self.seen) < count:
            assert time.monotonic() < until, "no request came"
            await asyncio.sleep(0.005)

    def close(self) -> None:
        """End everything this server started."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(2)
        with self._lock:
            socks = list(self._socks)
        for sock in socks:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # gone already
        for thread in self._threads:
            thread.join(2)
