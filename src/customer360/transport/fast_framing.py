"""HTTP/1.1 by llhttp (the parser of Node.js, through httptools): one request written down, one answer read back."""

from __future__ import annotations

import base64
import re
from typing import Final

import httptools

from customer360.core.effects import Send
from customer360.core.errors import InvalidValue
from customer360.core.wire import Response
from customer360.transport.bodies import Body
from customer360.transport.framing import Origin, names_host
from customer360.transport.proxies import Proxy
from customer360.transport.urls import netloc, target
from customer360.transport.wire_faults import RemoteProtocolError
from customer360.transport.wire_state import WireState

_TOKEN: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_HEAD: Final = re.compile(
    rf"{_TOKEN} [\x21-\x7e]+ HTTP/1\.1\r\n(?:{_TOKEN}: (?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?\r\n)*"
)
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_MOST_HEAD: Final = 100 * 1024
"""Bytes of heads and of trailers that an answer may have; h11 allows as many."""
_SLICE: Final = 64 * 1024


def written(send: Send, where: Origin, proxy: Proxy | None) -> bytes:
    """``send`` as bytes. Raises :class:`InvalidValue` for what would not be one HTTP request."""
    asked = target(send.url)
    headers = send.headers
    if proxy is not None and where[0] == "http":
        asked = f"http://{netloc(send.url)}{asked}"
        headers = (*headers, *_credential(proxy))
    if not names_host(send):
        headers = (("Host", netloc(send.url)), *headers)
    if send.content or send.method in _WITH_BODY:
        headers = (*headers, ("Content-Length", str(len(send.content))))
    head = _head(f"{send.method} {asked}", headers)
    return head + send.content if send.content else head


def tunnel(where: Origin, proxy: Proxy) -> bytes:
    """What asks ``proxy`` for a tunnel to ``where``."""
    _, host, port = where
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return _head(f"CONNECT {authority}", (("Host", authority), *_credential(proxy)))


def _head(first: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    head = f"{first} HTTP/1.1\r\n" + "".join([f"{name}: {value}\r\n" for name, value in headers])
    # Each line is one, and there are no more of them than were meant: nothing breaks out of its own.
    if head.count("\n") != len(headers) + 1 or not _HEAD.fullmatch(head):
        raise InvalidValue("a URL or header holds characters that no request may hold")
    return f"{head}\r\n".encode("ascii")


def _credential(proxy: Proxy) -> tuple[tuple[str, str], ...]:
    if proxy.auth is None:
        return ()
    return (("Proxy-Authorization", "Basic " + base64.b64encode(":".join(proxy.auth).encode()).decode("ascii")),)


class Answer:
    """One answer as it comes in: ``take(read(wanted))`` until ``done``.

    llhttp reads heads and chunks, in its strict mode; a body whose length is known passes it by. ``wanted`` never
    reaches beyond this answer where that can be known, and ``state`` cuts the stream after an empty line where it
    cannot, so what nobody asked for stays in the stream and is seen before the connection is used again.
    """

    def __init__(self, send: Send, state: WireState) -> None:
        self._method = send.method
        self._most = send.max_body
        self._state = state
        self._parser = httptools.HttpResponseParser(self)
        self._raw: list[tuple[bytes, bytes]] = []
        self._headers: tuple[tuple[str, str], ...] = ()
        self._heads = 0
        self._body: Body | None = None
        self._pieces: list[bytes] = []
        self._left: int | None = None
        """Bytes of the body that are due; None if its end is told otherwise."""
        self._chunked = False
        self.status = 0
        self.done = False
        self.reusable = False
        """Whether the connection may serve another request."""

    @property
    def wanted(self) -> int:
        """Bytes to read at most."""
        return _SLICE if self._left is None else min(self._left, _SLICE)

    def take(self, chunk: bytes) -> None:
        """The next bytes; none at the end of the connection.

        Raises :class:`RemoteProtocolError`, and what :class:`Body` raises.
        """
        if self._body is not None and not self._chunked:
            self._take_plain(self._body, chunk)
            return
        if not chunk:
            raise RemoteProtocolError
        try:
            self._parser.feed_data(chunk)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            raise RemoteProtocolError from None
        if self._body is None or not self._pieces:
            self._heads += len(chunk)
            if self._heads > _MOST_HEAD:
                raise RemoteProtocolError
        if self._body is None:
            self._look_at_head()
        elif self._pieces:
            for piece in self._pieces:
                self._body.feed(piece)
            self._pieces.clear()

    def response(self) -> Response:
        """The whole answer; the headers that speak of its compressed form are left out."""
        assert self._body is not None
        gone = ("content-encoding", "content-length", "transfer-encoding")
        headers = tuple([pair for pair in self._headers if pair[0].lower() not in gone])
        return Response(self.status, self._body.finish(), headers)

    # What httptools calls; an error raised here would come back wrapped -----------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.status:
            self._raw.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if 100 <= status < 200:
            self._raw.clear()  # a word before the answer
        else:
            self.status = status
            self.reusable = self._parser.should_keep_alive()

    def on_body(self, piece: bytes) -> None:
        self._pieces.append(piece)

    def on_message_complete(self) -> None:
        self.done = self.status != 0

    # ------------------------------------------------------------------------------------------------------------------

    def _look_at_head(self) -> None:
        if not self.status:
            return
        if self._parser.get_http_version() not in ("1.1", "1.0"):
            raise RemoteProtocolError
        self._headers = tuple([(n.decode("latin-1"), v.decode("latin-1").strip(" \t")) for n, v in self._raw])
        said: dict[str, str] = {name.lower(): value for name, value in self._headers}
        self._body = Body(self._most, said.get("content-encoding"))
        coding = said.get("transfer-encoding")
        if coding is not None and coding.lower() != "chunked":
            raise RemoteProtocolError
        if self._method in ("HEAD", "CONNECT") or self.status in (204, 304):
            self.done = True
        elif coding is not None:
            self._chunked = True
        else:
            length = said.get("content-length")
            self._left = None if length is None else int(length)
            self.done = self._left == 0
            self._state.in_body(chunked=False)

    def _take_plain(self, body: Body, chunk: bytes) -> None:
        if chunk:
            body.feed(chunk)
        if self._left is not None:
            if not chunk:
                raise RemoteProtocolError
            self._left -= len(chunk)
            self.done = self._left == 0
        elif not chunk:
            self.done, self.reusable = True, False
