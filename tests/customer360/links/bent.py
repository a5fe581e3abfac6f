"""A vendor on loopback that a test scripts by path, and links to it through the code that runs in life."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qsl, urlsplit

import attrs
from tests.unable import Unable

from customer360.connections import Connection
from customer360.core.auth import Application, AuthScheme, Grant, OAuth2Code
from customer360.core.connector import Connector, ConnectorInfo, Identity
from customer360.core.effects import GET, Operation, Request
from customer360.core.errors import Customer360Error, NeedsAuthorization, NotFound, TokenExpired
from customer360.core.linking import Hosts, LinkFacts, Residency
from customer360.core.records import Contact, RecordRef
from customer360.core.wire import Response
from customer360.drivers.blocking import BlockingDriver
from customer360.links import rows
from customer360.links.links import Links
from customer360.links.seals import Seals
from customer360.plugins import Plugins
from customer360.store.engine import open_store
from customer360.transport.endpoints import Endpoints
from customer360.transport.httpx_adapter import HttpxPort
from customer360.vault import MasterKey, Vault

T = TypeVar("T")

CRM = "bent"


@attrs.frozen
class Asked:
    """One request as the vendor read it; ``form`` is its body, JSON or form, and ``query`` its parameters."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, Any]


Answer = tuple[int, Any]


class Vendor:
    """Answers ``"METHOD /path"`` with what ``routes`` say, a pair of status and JSON or a function of the request."""

    def __init__(self) -> None:
        self.routes: dict[str, Answer | Callable[[Asked], Answer]] = {}
        self.asked: list[Asked] = []
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                as_json = "json" in (self.headers.get("Content-Type") or "")
                form = json.loads(body) if as_json and body else dict(parse_qsl(body, keep_blank_values=True))
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = dict(parse_qsl(parts.query, keep_blank_values=True))
                status, answer = vendor.answer(Asked(self.command, parts.path, query, headers, form))
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self) -> None:
                self.do_GET()

            def do_PATCH(self) -> None:
                self.do_GET()

            def do_DELETE(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        found = self.routes.get(f"{asked.method} {asked.path}", (404, {"code": "NotFound"}))
        return found(asked) if callable(found) else found

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def refusal(response: Response) -> Customer360Error | None:
    """A sign-in server as most are."""
    return None if response.status < 300 else NeedsAuthorization("the vendor refuses the sign-in")


BROWSER = OAuth2Code(
    authorize_url=lambda facts: "https://login.bent.example/auth",
    token_url=lambda facts: "https://login.bent.example/token",
    scopes=lambda facts: ("read",),
    token_error=refusal,
)


class Bent(Unable):
    """A whole connector that is ordinary in every way; each bend overrides what is not."""

    info = ConnectorInfo(key=CRM, name="Bent", vendor="V", docs_url="", icon="", api_version="1")
    auth: ClassVar[AuthScheme] = BROWSER

    def hosts(self, facts: LinkFacts) -> Hosts:
        return Hosts(api=("api.bent.example",), login=("login.bent.example",))

    def api_base(self, facts: LinkFacts) -> str:
        return "https://api.bent.example"

    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        if response.status == 401:
            return TokenExpired("expired")
        return NotFound("no such thing") if response.status == 404 else None

    async def identify(self, facts: LinkFacts) -> Identity:
        told = (await GET("/me")).json()
        return Identity(user=RecordRef(CRM, "users", told["id"]), extra=told.get("extra", {}))

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        await GET(f"/contacts/{ref.id}")
        return Contact(ref=ref)


class Room:
    """Links over a store in a file, driven by a thread, with every host of the vendor's on loopback."""

    def __init__(
        self, connector: Connector, vendor: Vendor, store_url: str, key: MasterKey, residency: Residency | None = None
    ) -> None:
        self.vendor, self.connector = vendor, connector
        self.vault = Vault(key)
        hosts = [f"{name}.bent.example" for name in ("api", "login", "eu", "api-eu")]
        self.links = Links(
            plugins=Plugins({CRM: connector}, {}),
            vault=self.vault,
            endpoints=Endpoints(dict.fromkeys(hosts, vendor.url)),
            residency=residency,
        )
        self.port = HttpxPort()
        self.store = open_store(store_url)
        self.driver = BlockingDriver(http=self.port, store=self.store)
        self.run = self.driver.run

    def link(self, *, client: str = "us", secret: str | None = "s3cret", relink: bool = False, **settings: str) -> Any:
        application = Application(client, secret)
        return self.run(self.links.link("acme", CRM, settings=settings, application=application, relink=relink))

    def sign_in(self, agent_id: str = "", **typed: str) -> Identity:
        """By typing in, or in the browser, whichever the link has."""
        if self.run(self.links.asks("acme", CRM, agent_id)) is not None:
            return self.run(self.links.sign_in("acme", CRM, agent_id, typed))
        url = self.run(self.links.begin_login("acme", CRM, agent_id, redirect_uri="http://localhost/back"))
        state = dict(parse_qsl(urlsplit(url).query))["state"]
        return self.run(self.links.complete_login("acme", f"http://localhost/back?state={state}&code=c0de"))

    def connection(self, agent_id: str = "") -> Connection:
        return self.run(self.links.connection("acme", CRM, agent_id))

    def do(self, verb: Callable[..., Operation[T]], *args: Any, agent_id: str = "") -> T:
        """One of the connector's verbs, with the link's requests answered."""
        connection = self.connection(agent_id)

        async def run() -> T:
            return await connection.run(verb(connection.facts, *args))

        return self.run(run())

    def get(self, id: str, agent_id: str = "") -> Contact:
        return self.do(self.connector.get, RecordRef(CRM, "contacts", id), agent_id=agent_id)

    def stored(self, agent_id: str = "") -> Grant:
        """The grant as it is sealed in the store."""
        with self.store.engine.connect() as connection:
            row = rows.read_authorization(connection, "acme", CRM, agent_id)
        assert row is not None
        return Seals(self.vault, "acme", CRM, agent_id).open_grant(row.grant)

    def close(self) -> None:
        self.driver.close()
        self.store.close()
        self.port.close()
