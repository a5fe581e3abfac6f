"""A raw server scripted by request number, and a stepper that drives one operation in virtual time."""

from __future__ import annotations

import asyncio
import importlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar

import attrs
import pytest

from customer360.core import effects as fx
from customer360.core.auth import AuthScheme, Grant
from customer360.core.connector import Connector, ConnectorInfo, Limits
from customer360.core.errors import CrmUnavailable, Customer360Error, TokenExpired, Unsupported
from customer360.core.linking import Hosts, LinkFacts, Linking
from customer360.core.wire import Response
from customer360.transport.exchange import Exchange
from customer360.transport.httpx_adapter import AsyncHttpxPort, HttpxPort

DEADLINE = 5.0
ENGINES = ("httpx", "httpx2", "fast")
"""What parses HTTP: every port of the suite runs over each of them."""


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


@attrs.define
class Stepper:
    """Drives one operation step by step: virtual time, chosen chance, and ``answer`` for each :class:`Send`.

    An answer that is an exception is raised into the operation.
    """

    answer: Callable[[fx.Send], Any]
    now: float = 1_000_000.0
    deadline: float | None = None
    chance: float = 0.5
    slept: list[float] = attrs.field(factory=list)
    sent: list[tuple[float, fx.Send]] = attrs.field(factory=list)
    locks: list[str] = attrs.field(factory=list)

    def run(self, op: Any) -> Any:
        """The operation's result, or its error."""
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                effect = op.send(value) if error is None else op.throw(error)
            except StopIteration as stop:
                return stop.value
            value, error = None, None
            try:
                value = self._carry_out(effect)
            except Exception as raised:
                error = raised

    def _carry_out(self, effect: Any) -> Any:
        match effect:
            case fx.Now():
                return self.now
            case fx.Random():
                return self.chance
            case fx.Remaining():
                return None if self.deadline is None else max(0.0, self.deadline - self.now)
            case fx.Sleep(seconds=seconds):
                self.slept.append(seconds)
                self.now += max(0.0, seconds)
            case fx.Acquire(key=key):
                assert key not in self.locks, "a lone operation waits for itself"
                self.locks.append(key)
            case fx.Release(key=key):
                self.locks.remove(key)
            case fx.Within(seconds=seconds, op=inner):
                outer = self.deadline
                self.deadline = min(self.now + seconds, outer if outer is not None else self.now + seconds)
                try:
                    return self.run(inner)
                finally:
                    self.deadline = outer
            case fx.Send():
                self.sent.append((self.now, effect))
                answer = self.answer(effect)
                if isinstance(answer, BaseException):
                    raise answer
                return answer
            case _:
                raise TypeError(f"unexpected effect {effect!r}")
        return None


@pytest.fixture
def stepper() -> type[Stepper]:
    """The stepper's class."""
    return Stepper


class PlainConnector(Connector):
    """A small but whole connector: bearer tokens, JSON errors ``{"code": ...}``, two API hosts."""

    info = ConnectorInfo(key="plain", name="Plain", vendor="V", docs_url="", icon="", api_version="1")
    linking = Linking()
    limits = Limits(page_size=10, concurrent=4)
    codes: ClassVar[dict[str, type[Customer360Error]]] = {"expired": TokenExpired, "down": CrmUnavailable}

    class Bearer(AuthScheme):
        """Signs with the access token; signs nobody in."""

        def begin(self, *args: Any, **rest: Any) -> Any:
            raise Unsupported("nobody signs in here")

        complete = refresh = revoke = begin

        def sign(self, grant: Grant) -> tuple[tuple[str, str], ...]:
            return (("Authorization", f"Bearer {grant.access_token}"),)

    auth: ClassVar[AuthScheme] = Bearer()

    def hosts(self, facts: LinkFacts) -> Hosts:
        return Hosts(api=("api.plain.example", "files.plain.example"), login=("login.plain.example",))

    def api_base(self, facts: LinkFacts) -> str:
        return facts.extra.get("api_domain", "https://api.plain.example") + "/v1"

    def in_emea(self, facts: LinkFacts) -> bool:
        return True

    def resources(self, facts: LinkFacts) -> tuple[Any, ...]:
        return ()

    def capabilities(self, facts: LinkFacts) -> Any:
        return {}

    def phone_search(self, facts: LinkFacts) -> Any:
        raise Unsupported("no search")

    def creates(self, facts: LinkFacts) -> dict[Any, Any]:
        return {}

    def error(self, facts: LinkFacts, request: fx.Request, response: Response) -> Customer360Error | None:
        if 200 <= response.status < 300:
            return None
        code = response.json()["code"]  # a careless connector: raises on HTML, lists and nothing at all
        kind = self.codes.get(code)
        return None if kind is None else kind(f"the CRM says {code}", vendor_code=code)

    async def identify(self, facts: LinkFacts) -> Any:
        raise Unsupported("nobody")

    async def describe(self, facts: LinkFacts, resource: str) -> Any:
        raise Unsupported("nothing")

    async def search(self, facts: LinkFacts, resource: str, query: Any, *, limit: int = 20) -> Any:
        return (await fx.POST("/search", {"q": "x"}, repeatable=True)).json()

    async def get(self, facts: LinkFacts, ref: Any) -> Any:
        return (await fx.GET("/contacts/1")).json()


class Wallet:
    """Tokens that count: ``t1`` first, ``t2`` after one renewal, and so on."""

    def __init__(self, **extra: str) -> None:
        self.renewals = 0
        self.extra = extra

    def _grant(self) -> Grant:
        return Grant(
            access_token=f"t{self.renewals + 1}", received_at=0.0, generation=self.renewals, extra=dict(self.extra)
        )

    async def current(self) -> Grant:
        return self._grant()

    async def renewed(self, stale: Grant) -> Grant:
        if stale.generation == self.renewals:
            self.renewals += 1
        return self._grant()


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
