"""A fake over real HTTP, on loopback, in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

import attrs
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from customer360_testkit.fakes.exchange import AnswerLost
from customer360_testkit.fakes.fake import FakeCrm


@attrs.frozen
class Served:
    """A fake that is being served.

    Attributes:
        fake: the fake itself; its clock, faults and journal may be used while it serves.
        url: ``http://127.0.0.1:PORT``.
        endpoints: vendor host -> ``url``, as the SDK's transport wants it.
    """

    fake: FakeCrm
    url: str
    endpoints: Mapping[str, str]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@contextmanager
def serve(fake: FakeCrm, *, port: int = 0) -> Iterator[Served]:
    """Serve ``fake`` on 127.0.0.1 while the block runs; port 0 takes a free one.

    Raises RuntimeError when the port is taken, or the server does not start within ten seconds.
    """
    try:
        listening = socket.create_server(("127.0.0.1", port))
    except OSError as taken:
        raise RuntimeError(f"the fake {fake.key!r} cannot be served on 127.0.0.1:{port}: {taken.strerror}") from taken
    # Connections inherit it. asyncio sets it only where the socket names its protocol, which create_server does not;
    # without it a head and a body, written one after the other, cost 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transports: dict[Any, asyncio.Transport] = {}

    class Protocol(H11Protocol):
        """uvicorn's own, which also remembers its transport: only so can an application cut the connection."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn has none but these
            self.peer = transport.get_extra_info("peername")
            transports[self.peer] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            transports.pop(self.peer, None)
            super().connection_lost(exc)

    async def app(
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        try:
            await fake.asgi(scope, receive, send)
        except AnswerLost:
            transports[tuple(scope["client"])].abort()
            while (await receive())["type"] != "http.disconnect":
                continue

    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), name=f"fake-{fake.key}", daemon=True)
    started = threading.Event()
    original = server.startup

    async def startup(*args: Any, **kwargs: Any) -> None:
        await original(*args, **kwargs)
        started.set()

    server.startup = startup  # type: ignore[method-assign]  # it tells nobody else
    thread.start()
    try:
        if not started.wait(10) or not server.started:
            raise RuntimeError(f"the fake {fake.key!r} did not start on 127.0.0.1")
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield Served(fake, url, {host: url for host in fake.vendor_hosts})
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
