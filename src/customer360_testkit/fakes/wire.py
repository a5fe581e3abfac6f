"""Faults below HTTP, on the wire: what :class:`.proxy.FaultProxy` does with an answer (X1, X2, X9, X10, X14)."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Protocol

import attrs


class Connection(Protocol):
    """A client's connection, as a fault sees it."""

    def send(self, data: bytes) -> None:
        """To the client. Raises OSError when it has left."""
        ...

    def reset(self) -> None:
        """Have the connection reset when it is closed."""
        ...

    def stopped(self, seconds: float) -> bool:
        """Wait; true when the proxy is closed meanwhile."""
        ...

    def await_end(self) -> None:
        """Wait until the client leaves or the proxy is closed."""
        ...


@attrs.frozen
class Answer:
    """What the server answered: the head with its empty line, and the body as it came."""

    head: bytes = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)


Reply = Callable[[Connection, "Answer"], bool]
"""Sends something in place of the answer; False closes the connection."""


@attrs.frozen
class WireFault:
    """What goes wrong with one request. Build it with the functions of this module.

    ``processed`` says whether the server gets to see the request; if not, ``reply`` gets an empty answer.
    """

    name: str
    reply: Reply
    processed: bool = True


def close(*, processed: bool = True, reset: bool = False) -> WireFault:
    """X1 (``processed``) or X2: closed, or reset, without a byte of an answer."""

    def reply(wire: Connection, answer: Answer) -> bool:
        if reset:
            wire.reset()
        return False

    return WireFault("reset" if reset else "close", reply, processed)


def close_idle() -> WireFault:
    """X14: the true answer, then the connection is closed, without saying so, before the next request."""

    def reply(wire: Connection, answer: Answer) -> bool:
        wire.send(answer.head + answer.body)
        return False

    return WireFault("close idle", reply)


def never() -> WireFault:
    """X9: processed, and not answered as long as the client waits."""

    def reply(wire: Connection, answer: Answer) -> bool:
        wire.await_end()
        return False

    return WireFault("never", reply)


def drip(every: float = 0.05) -> WireFault:
    """X9: the true answer, a byte at a time, ``every`` seconds."""

    def reply(wire: Connection, answer: Answer) -> bool:
        for byte in answer.head + answer.body:
            wire.send(bytes((byte,)))
            if wire.stopped(every):
                return False
        return True

    return WireFault("drip", reply)


def late(seconds: float) -> WireFault:
    """X9: the true answer, ``seconds`` later."""

    def reply(wire: Connection, answer: Answer) -> bool:
        if wire.stopped(seconds):
            return False
        wire.send(answer.head + answer.body)
        return True

    return WireFault("late", reply)


def cut(keep: int) -> WireFault:
    """X10: the head and ``keep`` bytes of the body, then closed."""

    def reply(wire: Connection, answer: Answer) -> bool:
        wire.send(answer.head + answer.body[: min(keep, max(0, len(answer.body) - 1))])
        return False

    return WireFault("cut", reply)


def wrong_length(more: int = 7) -> WireFault:
    """X10: the whole body under a Content-Length that is ``more`` too large (or, negative, too small), then
    closed."""

    def reply(wire: Connection, answer: Answer) -> bool:
        wire.send(_head(200, max(0, len(answer.body) + more), "application/json") + answer.body)
        return False

    return WireFault("wrong length", reply)


def cut_chunk() -> WireFault:
    """X10: a chunked body that ends within a chunk."""

    def reply(wire: Connection, answer: Answer) -> bool:
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        wire.send(b"%x\r\n%s" % (len(answer.body) + 20, answer.body))
        return False

    return WireFault("cut chunk", reply)


def garbage(data: bytes = b"\x15\x03\x01\x00\x02\x02\x16 this is not HTTP\r\n\r\n") -> WireFault:
    """X10: bytes that are no HTTP answer."""

    def reply(wire: Connection, answer: Answer) -> bool:
        wire.send(data)
        return False

    return WireFault("garbage", reply)


def html(status: int = 200) -> WireFault:
    """X10: the sign-in page of a proxy that stands between."""
    return instead(b"<!doctype html><title>Sign in</title><form></form>", "text/html; charset=utf-8", status=status)


def bomb(size: int = 64 * 1024 * 1024) -> WireFault:
    """X10: a small compressed body that unpacks to ``size`` bytes."""
    packed = gzip.compress(bytes(size), compresslevel=6)
    return instead(packed, "application/json", "Content-Encoding: gzip")


def instead(body: bytes, kind: str = "application/json", *headers: str, status: int = 200) -> WireFault:
    """X10: ``body`` in place of the true one, in good HTTP."""

    def reply(wire: Connection, answer: Answer) -> bool:
        wire.send(_head(status, len(body), kind, *headers) + body)
        return True

    return WireFault("instead", reply)


def _head(status: int, length: int, kind: str, *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {length}", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1")
