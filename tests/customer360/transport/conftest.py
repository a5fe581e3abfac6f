"""Scripted servers, exchanges of a plain connector, and a port of either kind over each engine."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from tests.customer360.transport.plain import PlainConnector, Wallet
from tests.customer360.transport.scripted import ScriptedServer
from tests.customer360.transport.stepper import Stepper

from customer360.core import effects as fx
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360.transport.exchange import Exchange
from customer360.transport.httpx_adapter import AsyncHttpxPort, HttpxPort

DEADLINE = 5.0
ENGINES = ("httpx", "httpx2", "fast")
"""What parses HTTP: every port of the suite runs over each of them."""


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A scripted server on loopback."""
    running = ScriptedServer()
    yield running
    running.close()


@pytest.fixture
def servers() -> Iterator[Callable[..., ScriptedServer]]:
    """Makes further scripted servers."""
    running: list[ScriptedServer] = []

    def make(tls: Any = None) -> ScriptedServer:
        running.append(ScriptedServer(tls))
        return running[-1]

    yield make
    for each in running:
        each.close()


@pytest.fixture
def stepper() -> type[Stepper]:
    """The stepper's class."""
    return Stepper


@pytest.fixture
def wallet() -> type[Wallet]:
    """The wallet's class."""
    return Wallet


@pytest.fixture
def exchange() -> Callable[..., Exchange]:
    """Makes exchanges of the plain connector."""

    def make(**given: Any) -> Exchange:
        options: dict[str, Any] = {"connector": PlainConnector(), "facts": LinkFacts(crm="plain"), "tokens": Wallet()}
        return Exchange(**(options | given))

    return make


class Carrier:
    """A port of either kind, used from a test's own thread."""

    def __init__(self, port: Any, *, asynchronous: bool) -> None:
        self.runner = asyncio.Runner() if asynchronous else None
        self.port = port

    def do(self, what: Any) -> Any:
        """Finish what a method of the port returned."""
        return what if self.runner is None else self.runner.run(what)

    def send(self, url: str, method: str = "GET", *, timeout: float = DEADLINE, **rest: Any) -> Response:
        response: Response = self.do(self.port.send(fx.Send(method=method, url=url, timeout=timeout, **rest)))
        return response

    def warm(self, url: str) -> None:
        self.do(self.port.warm(url))

    def held(self, url: str) -> int:
        if self.runner is None:
            return int(self.port.held(url))

        async def held() -> int:
            return int(self.port.held(url))

        return int(self.runner.run(held()))

    def close(self) -> None:
        self.do(self.port.close())
        if self.runner is not None:
            self.runner.close()


def maker(engine: str, *, asynchronous: bool) -> Callable[..., Any]:
    """What makes ports over ``engine``; skips where it is not installed."""
    pytest.importorskip("httptools" if engine == "fast" else engine)
    if engine == "fast":
        from customer360.transport.fast_adapter import AsyncFastPort, FastPort

        return AsyncFastPort if asynchronous else FastPort
    return partial(AsyncHttpxPort if asynchronous else HttpxPort, importlib.import_module(engine))


@pytest.fixture(params=ENGINES)
def makes(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Makes asyncio's ports over each engine, for tests with a loop of their own."""
    return maker(request.param, asynchronous=True)


@pytest.fixture(
    params=[(asynchronous, engine) for asynchronous in (False, True) for engine in ENGINES],
    ids=lambda p: f"{'asyncio' if p[0] else 'threads'}-{p[1]}",
)
def opens(request: pytest.FixtureRequest) -> Iterator[Callable[..., Carrier]]:
    """Makes ports with options of the test's own."""
    asynchronous, engine = request.param
    make_port = maker(engine, asynchronous=asynchronous)
    made: list[Carrier] = []

    def make(**options: Any) -> Carrier:
        made.append(Carrier(make_port(**options), asynchronous=asynchronous))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def port(opens: Callable[..., Carrier]) -> Carrier:
    """A port as it comes."""
    return opens()
