"""What carries a :class:`Send`: the only door to the network."""

from __future__ import annotations

from typing import Protocol

from customer360.core.effects import Send
from customer360.core.wire import Response


class HttpPort(Protocol):
    """Carries requests on the caller's thread; safe to share between threads.

    ``send`` returns whatever the server answered, redirects and errors included, with the body decompressed. It ends
    within ``send.timeout`` and raises transport errors only: :class:`ConnectFailed` when certainly nothing was
    sent, :class:`AnswerLost`, :class:`DeadlineExceeded`, :class:`BodyTooLarge`; or :class:`InvalidValue` for a request
    that cannot be written down. It never repeats anything and follows no redirect.
    """

    def send(self, send: Send) -> Response:
        """One exchange."""
        ...

    def warm(self, url: str, *, timeout: float = 5.0) -> None:
        """Open a connection to the host of ``url`` now, so that the next request finds it ready."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...


class AsyncHttpPort(Protocol):
    """The same for asyncio.

    A cancelled caller leaves at once; its exchange is finished or discarded behind it, and costs no connection.
    """

    async def send(self, send: Send) -> Response:
        """One exchange."""
        ...

    async def warm(self, url: str, *, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - covers DNS, TCP and TLS
        """Open a connection to the host of ``url`` now, so that the next request finds it ready."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...
