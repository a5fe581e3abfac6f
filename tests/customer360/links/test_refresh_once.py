"""One refresh per expiry, however many ask: over real HTTP, against a server that rotates and revokes on reuse."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import attrs
import pytest

from customer360.core.auth import Application, Grant
from customer360.core.effects import GET
from customer360.core.errors import CrmUnavailable, NeedsAuthorization
from customer360.drivers.awaiting import AsyncioDriver
from customer360.drivers.blocking import BlockingDriver
from customer360.links import rows
from customer360.links.links import Links
from customer360.links.rows import LinkRow, LinkState
from customer360.links.seals import Seals
from customer360.plugins import installed
from customer360.store.engine import open_store
from customer360.transport.endpoints import Endpoints
from customer360.transport.httpx_adapter import AsyncHttpxPort, HttpxPort
from customer360.vault import MasterKey, Vault

WHO = ("acme", "zoho", "kim")
SECRET = "the-client-s3cret"


class Vendor:
    """A token endpoint and an API in one: a refresh token works once, and its reuse revokes the grant."""

    def __init__(self) -> None:
        self.access, self.refresh = "access-1", "refresh-1"
        self.used: set[str] = set()
        self.refreshes = self.calls = 0
        self.revoked = False
        self.seconds = 0.1
        self.status = 200
        self.ill_times = 0
        self.asked = threading.Event()
        self._mutex = threading.Lock()
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self._answer(*vendor.call(self.headers.get("Authorization", "")))

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                vendor.asked.set()
                time.sleep(vendor.seconds)
                self._answer(*vendor.token(form["refresh_token"][0]))

            def _answer(self, status: int, body: dict[str, Any]) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that hangs up is what some of these tests are about."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def call(self, authorization: str) -> tuple[int, dict[str, Any]]:
        with self._mutex:
            self.calls += 1
            if not self.revoked and authorization == f"Zoho-oauthtoken {self.access}":
                return 200, {"data": []}
            return 401, {"code": "INVALID_TOKEN", "message": "invalid oauth token", "status": "error", "details": {}}

    def token(self, refresh: str) -> tuple[int, dict[str, Any]]:
        with self._mutex:
            if self.ill_times:
                self.ill_times -= 1
                return 503, {}
            if self.status != 200:
                return self.status, {}
            if refresh != self.refresh or self.revoked:
                self.revoked = self.revoked or refresh in self.used
                return 200, {"error": "invalid_code"}
            self.refreshes += 1
            self.used.add(refresh)
            number = self.refreshes + 1
            self.access, self.refresh = f"access-{number}", f"refresh-{number}"
            return 200, {"access_token": self.access, "refresh_token": self.refresh, "expires_in": 3600}

    def expire(self) -> None:
        """The access token given out last is no longer accepted (X5)."""
        self.access = "none"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@attrs.define
class Scene:
    """A vendor, a store with one signed-in agent whose access token the vendor no longer accepts, and its key."""

    vendor: Vendor
    url: str
    file: Path
    key: str
    links: Links

    def stored(self) -> Grant:
        with open_store(self.url) as store, store.engine.connect() as connection:
            row = rows.read_authorization(connection, *WHO)
            assert row is not None
            return Seals(Vault(MasterKey.from_text(self.key)), *WHO).open_grant(row.grant)


def links_for(url: str, key: str) -> Links:
    hosts = ("accounts.zoho.eu", "www.zohoapis.eu")
    return Links(
        plugins=installed(),
        vault=Vault(MasterKey.from_text(key)),
        endpoints=Endpoints({host: url for host in hosts}),
    )


async def ask(links: Links) -> int:
    """One request with the agent's connection; its status."""

    async def ping() -> int:
        return (await GET("/ping")).status

    connection = await links.connection(*WHO)
    return await connection.run(ping())


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """See :class:`Scene`."""
    vendor, key, file = Vendor(), MasterKey.new_text(), tmp_path / "store.db"
    seals = Seals(Vault(MasterKey.from_text(key)), *WHO)
    grant = Grant(
        access_token="access-0", refresh_token="refresh-1", received_at=time.time(), expires_at=time.time() + 3600
    )
    link = LinkRow(
        tenant_id="acme",
        crm="zoho",
        state=LinkState.LINKED,
        settings={"data_centre": "eu", "environment": "production"},
        application=attrs.evolve(seals, agent_id="").application(Application("id", SECRET)),
        account={"organisation": "Acme"},
        resources=None,
        configured=None,
        linked_at=1.0,
        stamp="",
    )
    with open_store(f"sqlite:///{file}") as store, store.engine.begin() as connection:
        rows.put_link(connection, link)
        told = {"user": "1", "scopes": [], "extra": {}}
        rows.put_authorization(connection, *WHO, grant=seals.grant(grant), generation=0, facts=told)
    yield Scene(vendor, f"sqlite:///{file}", file, key, links_for(vendor.url, key))
    vendor.close()


@pytest.fixture
def driver(scene: Scene) -> Iterator[BlockingDriver]:
    """A blocking driver on the scene's store."""
    port = HttpxPort()
    with open_store(scene.url) as store:
        running = BlockingDriver(http=port, store=store)
        yield running
        running.close()
    port.close()


def over_asyncio(scene: Scene, use: Callable[[AsyncioDriver], Any]) -> Any:
    async def main() -> Any:
        port = AsyncHttpxPort()
        try:
            with open_store(scene.url) as store:
                running = AsyncioDriver(http=port, store=store)
                try:
                    return await use(running)
                finally:
                    await running.close()
        finally:
            await port.close()

    return asyncio.run(main())


@pytest.mark.feature("D7")
@pytest.mark.promise("R3")
@pytest.mark.fault("X7")
def test_fifty_tasks_refresh_once(scene: Scene) -> None:
    """Fifty tasks meet a 401 together: one refresh, and every one of them is answered."""

    async def use(running: AsyncioDriver) -> list[int]:
        return await asyncio.gather(*(running.run(ask(scene.links)) for _ in range(50)))

    assert over_asyncio(scene, use) == [200] * 50
    assert (scene.vendor.refreshes, scene.vendor.revoked) == (1, False)


@pytest.mark.promise("R3")
@pytest.mark.fault("X7")
def test_twenty_threads_refresh_once(scene: Scene, driver: BlockingDriver) -> None:
    """The same with threads; and again when the next token ends."""
    with ThreadPoolExecutor(20) as pool:
        for expiry in (1, 2):
            assert list(pool.map(lambda _: driver.run(ask(scene.links)), range(20))) == [200] * 20
            assert (scene.vendor.refreshes, scene.vendor.revoked) == (expiry, False)
            scene.vendor.expire()


WORKER = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from customer360.core.effects import GET
from customer360.drivers.blocking import BlockingDriver
from customer360.links.links import Links
from customer360.plugins import installed
from customer360.store.engine import open_store
from customer360.transport.endpoints import Endpoints
from customer360.transport.httpx_adapter import HttpxPort
from customer360.vault import MasterKey, Vault

store_url, url, key, gate = sys.argv[1:]
async def ping():
    return (await GET("/ping")).status
async def ask():
    connection = await links.connection("acme", "zoho", "kim")
    return await connection.run(ping())
hosts = ("accounts.zoho.eu", "www.zohoapis.eu")
links = Links(plugins=installed(), vault=Vault(MasterKey.from_text(key)), endpoints=Endpoints({h: url for h in hosts}))
port = HttpxPort()
with open_store(store_url) as store:
    driver = BlockingDriver(http=port, store=store)
    Path(gate + ".ready." + str(__import__("os").getpid())).touch()
    while not Path(gate).exists():
        time.sleep(0.005)
    with ThreadPoolExecutor(5) as pool:
        statuses = list(pool.map(lambda _: driver.run(ask()), range(5)))
    driver.close()
port.close()
print(statuses)
"""


@pytest.mark.promise("R3")
@pytest.mark.fault("X7")
def test_four_processes_refresh_once(scene: Scene, tmp_path: Path) -> None:
    """Four processes of five threads with one store: one refresh, no token used twice, all answered."""
    gate = tmp_path / "go"
    command = [sys.executable, "-c", WORKER, scene.url, scene.vendor.url, scene.key, str(gate)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    until = time.monotonic() + 60
    while len(list(tmp_path.glob("go.ready.*"))) < 4 and time.monotonic() < until:
        time.sleep(0.01)
    gate.touch()
    told = [worker.communicate(timeout=60) for worker in workers]
    assert [out.strip() for out, _ in told] == ["[200, 200, 200, 200, 200]"] * 4, told[0][1]
    assert (scene.vendor.refreshes, scene.vendor.revoked) == (1, False)


@pytest.mark.promise("R3")
def test_a_rotated_token_is_stored_although_nobody_waits_any_more(scene: Scene) -> None:
    """All callers are cancelled while the refresh is on its way: it ends, and its token is in the store."""
    scene.vendor.seconds = 0.3

    async def use(running: AsyncioDriver) -> None:
        callers = [asyncio.ensure_future(running.run(ask(scene.links))) for _ in range(5)]
        await asyncio.to_thread(scene.vendor.asked.wait, 20)
        for caller in callers:
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
        assert all(caller.cancelled() for caller in callers)

    over_asyncio(scene, use)
    assert scene.vendor.refreshes == 1
    assert (scene.stored().refresh_token, scene.stored().generation) == ("refresh-2", 1)


@pytest.mark.fault("X6")
def test_a_failing_sign_in_server_leaves_the_grant_alive(scene: Scene, driver: BlockingDriver) -> None:
    """5xx from the token endpoint is an error of the moment: the next try refreshes."""
    scene.vendor.status = 503
    with pytest.raises(CrmUnavailable):
        driver.run(ask(scene.links))
    scene.vendor.status = 200
    assert driver.run(ask(scene.links)) == 200


@pytest.mark.fault("X6")
def test_a_sign_in_server_that_is_ill_for_a_moment_costs_nobody_an_error(scene: Scene, driver: BlockingDriver) -> None:
    """A 503 has not taken the refresh token: it is asked again, with the same one."""
    scene.vendor.ill_times = 1
    assert driver.run(ask(scene.links)) == 200
    assert scene.vendor.refreshes == 1


@pytest.mark.fault("X6")
@pytest.mark.feature("F146")
def test_a_dead_grant_asks_for_a_sign_in_and_is_not_tried_again(scene: Scene, driver: BlockingDriver) -> None:
    """The vendor's word ends it: typed, remembered, and no further request is spent on it."""
    scene.vendor.refresh = "another"
    for _ in range(3):
        with pytest.raises(NeedsAuthorization):
            driver.run(ask(scene.links))
    assert scene.vendor.calls == 1


@pytest.mark.fault("X8")
@pytest.mark.promise("R7")
@pytest.mark.parametrize("off", [-3600.0, 3600.0])
def test_a_wrong_clock_costs_at_most_one_request(scene: Scene, off: float) -> None:
    """An hour fast or slow: at most one needless refresh or refused request, never a loop."""

    class Wrong:
        def now(self) -> float:
            return time.time() + off

        def monotonic(self) -> float:
            return time.monotonic()

    scene.vendor.access = "access-0"
    port = HttpxPort()
    with open_store(scene.url) as store:
        running = BlockingDriver(http=port, store=store, clock=Wrong())
        assert [running.run(ask(scene.links)) for _ in range(10)] == [200] * 10
        running.close()
    port.close()
    assert scene.vendor.refreshes <= 1
    assert scene.vendor.calls <= 11


def test_the_store_holds_no_secret_in_plain(scene: Scene, driver: BlockingDriver) -> None:
    """After a refresh and its use neither tokens nor the client's secret can be found in the store's files."""
    assert driver.run(ask(scene.links)) == 200
    content = b"".join(path.read_bytes() for path in scene.file.parent.glob("store.db*"))
    assert b"acme" in content
    for secret in ("access-", "refresh-1", "refresh-2", SECRET, scene.key):
        assert secret.encode() not in content
    connection = driver.run(scene.links.connection(*WHO))
    shown = repr(connection) + repr(connection.exchange) + repr(vars(connection.exchange))
    assert not any(secret in shown for secret in ("access-", "refresh-", SECRET, scene.key))
