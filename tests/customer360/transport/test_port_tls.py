"""Certificates, proxies and the environment (X15, R15), on all ports."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
import trustme

from customer360.core import errors as e
from customer360.transport.tls import tls_context

pytestmark = [pytest.mark.fault("X15")]
HOST = "crm.example"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """An authority of our own."""
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Its certificate as a file."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def server_side(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """A server's context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture
def secure(authority: trustme.CA, servers: Callable[..., Any]) -> Any:
    """A server whose certificate is in order."""
    return servers(server_side(authority.issue_cert(HOST)))


def here(server: Any) -> Callable[[str, int], Any]:
    """Every name leads to ``server``."""
    return lambda host, port: [(socket.AF_INET, ("127.0.0.1", server.port))]


def test_our_own_authority(opens: Callable[..., Any], secure: Any, bundle: str) -> None:
    """Twice on one connection, and warmed before."""
    port = opens(ca=bundle, lookup=here(secure))
    port.warm(f"https://{HOST}/")
    for _ in range(3):
        assert port.send(f"https://{HOST}/").status == 200
    assert (secure.connections, len(secure.seen)) == (1, 3)


@pytest.mark.promise("R15")
def test_an_authority_nobody_named(
    opens: Callable[..., Any], secure: Any, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even when the environment names it; nothing was sent, and trying again is no use."""
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, bundle)
    other = trustme.CA()
    path = Path(bundle).with_name("other.pem")
    other.cert_pem.write_to_path(str(path))
    with pytest.raises(e.ConnectFailed) as caught:
        opens(ca=str(path), lookup=here(secure)).send(f"https://{HOST}/", "POST", content=b"secret")
    assert (caught.value.retryable, caught.value.maybe_applied) == (False, False)
    assert secure.seen == []


@pytest.mark.parametrize("what", ["expired", "wrong name"])
def test_certificates_that_do_not_hold(
    opens: Callable[..., Any], authority: trustme.CA, servers: Callable[..., Any], bundle: str, what: str
) -> None:
    """Expired or another's: final."""
    certificate = (
        authority.issue_cert(HOST, not_after=datetime.now(UTC) - timedelta(days=1))
        if what == "expired"
        else authority.issue_cert("another.example")
    )
    server = servers(server_side(certificate))
    with pytest.raises(e.ConnectFailed) as caught:
        opens(ca=bundle, lookup=here(server)).send(f"https://{HOST}/")
    assert not caught.value.retryable
    assert server.seen == []


def test_plain_http_where_tls_is_due(opens: Callable[..., Any], server: Any, bundle: str) -> None:
    """A port that speaks something else: nothing was sent."""

    def greet(peer: Any) -> bool:
        peer.sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        return False

    server.greet[1] = greet
    with pytest.raises(e.ConnectFailed):
        opens(ca=bundle, lookup=here(server)).send(f"https://{HOST}/", "POST")
    assert server.seen == []


@pytest.mark.promise("R4")
def test_a_handshake_that_never_ends(opens: Callable[..., Any], server: Any, bundle: str) -> None:
    """Counts into the deadline."""
    release = threading.Event()
    server.greet[1] = lambda peer: release.wait(20) and False
    with pytest.raises((e.DeadlineExceeded, e.ConnectFailed)) as caught:
        opens(ca=bundle, lookup=here(server)).send(f"https://{HOST}/", "POST", timeout=0.2)
    release.set()
    assert not caught.value.maybe_applied
    assert caught.value.retryable


@pytest.mark.perf("P13")
def test_one_context_per_authority_in_a_process(bundle: str) -> None:
    """Making one takes longer than a request."""
    assert tls_context(bundle) is tls_context(bundle)
    assert tls_context() is tls_context()
    assert tls_context() is not tls_context(bundle)


def test_a_bundle_that_is_none(opens: Callable[..., Any], tmp_path: Path) -> None:
    """Said when the port is made, not at the first call."""
    (tmp_path / "x.pem").write_text("nothing")
    for path in (tmp_path / "x.pem", tmp_path / "missing.pem"):
        with pytest.raises(e.InvalidSettings):
            opens(ca=str(path))


@attrs.define
class ConnectProxy:
    """A CONNECT proxy that leads everything to one port; with ``wants`` only for that Proxy-Authorization."""

    target: int
    wants: str | None = None
    asked: list[str] = attrs.field(factory=list)
    listener: socket.socket = attrs.field(factory=lambda: socket.create_server(("127.0.0.1", 0)))
    threads: list[threading.Thread] = attrs.field(factory=list)
    clients: list[socket.socket] = attrs.field(factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def start(self) -> None:
        self._run(self._accept)

    def _run(self, what: Callable[..., None], *args: Any) -> None:
        self.threads.append(threading.Thread(target=what, args=args, daemon=True))
        self.threads[-1].start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.clients.append(client)
            self._run(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.asked.append(head.decode("latin-1"))
            if self.wants is not None and f"Proxy-Authorization: {self.wants}\r\n" not in self.asked[-1]:
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", self.target)) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=self._copy, args=(server, client), daemon=True)
                back.start()
                self._copy(client, server)
                back.join(5)

    @staticmethod
    def _copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # one side left

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for client in self.clients:
            if client.fileno() >= 0:
                client.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)


@pytest.fixture
def proxies() -> Iterator[Callable[..., ConnectProxy]]:
    """Makes proxies."""
    made: list[ConnectProxy] = []

    def make(target: int, wants: str | None = None) -> ConnectProxy:
        made.append(ConnectProxy(target, wants))
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("user", ["", "me:p%40ss@"])
def test_through_a_proxy(
    opens: Callable[..., Any], secure: Any, proxies: Callable[..., ConnectProxy], bundle: str, user: str
) -> None:
    """The proxy sees a host and its own credential; the rest is between us and the CRM, on one connection."""
    proxy = proxies(secure.port, "Basic bWU6cEBzcw==" if user else None)
    port = opens(ca=bundle, proxy=f"http://{user}{proxy.address}")
    for _ in range(2):
        assert port.send(f"https://{HOST}/secret", headers=(("Authorization", "Bearer t"),)).status == 200
    assert len(proxy.asked) == 1
    assert proxy.asked[0].startswith(f"CONNECT {HOST}:443 ")
    assert "secret" not in proxy.asked[0]
    assert "Bearer" not in proxy.asked[0]


def test_a_proxy_that_wants_to_know_who(
    opens: Callable[..., Any], secure: Any, proxies: Callable[..., ConnectProxy], bundle: str
) -> None:
    """407: nothing was sent."""
    proxy = proxies(secure.port, "Basic bWU6cEBzcw==")
    with pytest.raises(e.ConnectFailed) as caught:
        opens(ca=bundle, proxy=f"http://{proxy.address}").send(f"https://{HOST}/", "POST", content=b"x")
    assert not caught.value.maybe_applied
    assert secure.seen == []


@pytest.mark.parametrize("status", [502, 504])
def test_a_proxy_that_cannot_reach_the_crm(
    opens: Callable[..., Any], servers: Callable[..., Any], bundle: str, status: int
) -> None:
    """The proxy answered, not the CRM: nothing was sent, and a create may be tried again."""
    proxy = servers()
    proxy.default = proxy.steps.answer(status, b"<html>")
    with pytest.raises(e.ConnectFailed) as caught:
        opens(ca=bundle, proxy=proxy.url).send(f"https://{HOST}/", "POST", content=b"x")
    assert (caught.value.maybe_applied, caught.value.retryable) == (False, True)


@pytest.mark.parametrize("kind", ["close", "never"])
def test_a_proxy_that_fails_before_the_tunnel_stands(
    opens: Callable[..., Any], servers: Callable[..., Any], bundle: str, kind: str
) -> None:
    """CONNECT is not the request: a create was certainly not sent."""
    proxy = servers()
    proxy.default = getattr(proxy.steps, kind)()
    with pytest.raises((e.ConnectFailed, e.DeadlineExceeded)) as caught:
        opens(ca=bundle, proxy=proxy.url).send(f"https://{HOST}/", "POST", content=b"x", timeout=0.3)
    assert not caught.value.maybe_applied


@pytest.mark.promise("R15")
def test_the_environments_proxy_is_not_asked(
    opens: Callable[..., Any], server: Any, proxies: Callable[..., ConnectProxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what the program gave counts."""
    proxy = proxies(server.port)
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://{proxy.address}")
    assert opens(lookup=here(server)).send("http://crm.example/").status == 200
    assert proxy.asked == []


@pytest.mark.parametrize("url", ["socks5://h:1", "http://", "https://h:1", "http://h:x", "h:8080"])
def test_a_proxy_that_is_none(opens: Callable[..., Any], url: str) -> None:
    """Said at once."""
    with pytest.raises(e.InvalidSettings):
        opens(proxy=url)
