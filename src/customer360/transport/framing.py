"""One request written down for httpcore, and one answer read back; the same for threads and asyncio."""

from __future__ import annotations

from typing import Any

from customer360.core.effects import Send
from customer360.core.errors import InvalidValue
from customer360.core.wire import Response
from customer360.transport.bodies import Body
from customer360.transport.urls import netloc, origin, target

Origin = tuple[str, str, int]


def core_origin(core: Any, where: Origin) -> Any:
    """httpcore's value of scheme, host and port."""
    scheme, host, port = where
    return core.Origin(scheme.encode("ascii"), host.encode("ascii"), port)


def core_request(core: Any, send: Send) -> Any:
    """httpcore's value of ``send``."""
    scheme, host, port = origin(send.url)
    try:
        headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in send.headers]
        if not names_host(send):
            headers.insert(0, (b"Host", netloc(send.url).encode("ascii")))
        if send.content or send.method in ("POST", "PUT", "PATCH"):
            headers.append((b"Content-Length", b"%d" % len(send.content)))
        url = core.URL(
            scheme=scheme.encode("ascii"), host=host.encode("ascii"), port=port, target=target(send.url).encode("ascii")
        )
    except UnicodeEncodeError:
        raise InvalidValue("a URL or header is not ASCII") from None
    return core.Request(send.method.encode("ascii"), url, headers=headers, content=send.content)


def names_host(send: Send) -> bool:
    """Whether its headers say which host is meant; the exchange puts that first."""
    first = send.headers[0][0] if send.headers else ""
    return first == "Host" or "host" in [name.lower() for name, _ in send.headers]


class Incoming:
    """An answer as it comes in."""

    def __init__(self, answer: Any, max_body: int) -> None:
        self.status: int = answer.status
        self.headers = tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers])
        first = {name.lower(): value for name, value in reversed(self.headers)}
        self.chunked = "chunked" in first.get("transfer-encoding", "").lower()
        self._raw = 0
        self._body = Body(max_body, first.get("content-encoding"))

    def feed(self, chunk: bytes) -> None:
        """The next raw bytes of the body."""
        self._raw += len(chunk)
        self._body.feed(chunk)

    def ended_with(self, delivered: int) -> bool:
        """Whether the ``delivered`` bytes after the head were the body and nothing more.

        If not, the parser holds what it would take for the start of the next answer: such a connection is not used
        again. A chunked body ends with an empty line, so nothing that follows it was delivered.
        """
        return self.chunked or delivered == self._raw

    def response(self) -> Response:
        """The whole answer; the headers that speak of its compressed form are left out."""
        gone = ("content-encoding", "content-length", "transfer-encoding")
        headers = tuple([pair for pair in self.headers if pair[0].lower() not in gone])
        return Response(self.status, self._body.finish(), headers)
