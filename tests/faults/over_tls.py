"""Certificates (X15): the CRM behind TLS, with certificates of an authority that was made for the purpose."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import trustme
from tests.faults.at_home import store_file
from tests.faults.scenes import Scene
from tests.faults.stack import LONG, Face, Hands, client, stack, written

from customer360.vault import MasterKey
from customer360_testkit.fakes.serving import Served

BLOCK: Final = 65536


@cache
def _authority(name: str) -> trustme.CA:
    return trustme.CA(organization_name=name)


def _in_order(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("localhost")


def _expired(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("localhost", not_after=datetime.now(UTC) - timedelta(days=1))


def _of_another(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("another.example")


@contextmanager
def behind_tls(url: str, certificate: trustme.LeafCert) -> Iterator[str]:
    """An address that speaks TLS, and passes on what it hears to ``url``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    target = urlsplit(url)
    ended = threading.Event()
    open_sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def run(work: Callable[..., None], *args: Any) -> None:
        threads.append(threading.Thread(target=work, args=args, daemon=True))
        threads[-1].start()

    def pass_on(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while block := source.recv(BLOCK):
                sink.sendall(block)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def serve() -> None:
        while not ended.is_set():
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            open_sockets.append(peer)
            try:
                secure = context.wrap_socket(peer, server_side=True)
            except OSError:  # the client has not liked the certificate
                continue
            beyond = socket.create_connection((str(target.hostname), int(target.port or 0)))
            open_sockets.extend((secure, beyond))
            run(pass_on, secure, beyond)
            run(pass_on, beyond, secure)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        run(serve)
        try:
            yield f"https://localhost:{listening.getsockname()[1]}"
        finally:
            ended.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            for each in open_sockets:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
            for thread in threads:
                thread.join(LONG)


def _secured(
    certificate: Callable[[trustme.CA], trustme.LeafCert], trusted: str = "ours"
) -> Callable[[Served, Hands, Face], str]:
    """A client that trusts one authority alone, at a server whose certificate is ``certificate`` of ours."""

    def play(served: Served, hands: Hands, face: Face) -> str:
        text = MasterKey.new_text()
        with store_file() as file, tempfile.TemporaryDirectory() as folder:
            ca = Path(folder) / "ca.pem"
            _authority(trusted).cert_pem.write_to_path(str(ca))
            store = f"sqlite:///{file}"
            with (
                stack(served, hands, face, store=store, key=MasterKey.from_text(text)) as running,
                behind_tls(running.wire.url, certificate(_authority("ours"))) as secure,
                client(
                    served,
                    running.wire,
                    hands,
                    face,
                    store=store,
                    key=MasterKey.from_text(text),
                    signed_in=running,
                    at=secure,
                    port={"ca": str(ca), "lookup": lambda _, port: [(socket.AF_INET, ("127.0.0.1", port))]},
                ) as second,
            ):
                return str(second.call("create", LONG))

    return play


OVER_TLS: Final = (
    Scene("X15", "R15", "create, certificate of the authority that was named", _secured(_in_order), written(1, "ok")),
    Scene("X15", "R15", "create, certificate of another authority", _secured(_in_order, "other"), "0 → ConnectFailed"),
    Scene("X15", "R15", "create, certificate expired", _secured(_expired), "0 → ConnectFailed"),
    Scene("X15", "R15", "create, certificate of another name", _secured(_of_another), "0 → ConnectFailed"),
)
