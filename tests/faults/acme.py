"""The smallest CRM that the whole stack can be put under faults with: an invented vendor, its fake and its connector.

``GET /v1/people/{id}``, ``GET /v1/people?page=``, ``POST /v1/notes``; bearer tokens; errors are statuses.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from customer360.core import effects as fx
from customer360.core.auth import AuthScheme, Grant
from customer360.core.connector import Connector, ConnectorInfo, Limits
from customer360.core.effects import GET, POST
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.linking import Hosts, LinkFacts, Linking
from customer360.core.paging import PageGuard
from customer360.core.wire import Response
from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.oauth import OAuthServer
from customer360_testkit.fakes.routing import Route

HOST = "api.acme.example"


class AcmeFake(FakeCrm):
    """Accepts the tokens in ``good``; ``notes`` are what was created."""

    key = "acme"
    vendor_hosts = (HOST,)

    def make_oauth(self) -> OAuthServer:
        return OAuthServer(client_id="acme", client_secret="", users=(), time=lambda: 0.0)

    def routes(self) -> Iterable[Route]:
        return (
            Route("GET", "/v1/people", self._list),
            Route("GET", "/v1/people/{id}", self._get),
            Route("POST", "/v1/notes", self._note),
        )

    def seed(self) -> None:
        self.good = {"t1", "t2"}
        self.notes: list[dict[str, Any]] = []

    def records(self, module: str) -> list[dict[str, Any]]:
        return list(self.notes)

    def not_found(self, call: Call, known_path: bool) -> WireAnswer:
        return json_answer(405 if known_path else 404, {})

    def dispatch(self, call: Call) -> WireAnswer:
        token = (call.header("authorization") or "").removeprefix("Bearer ")
        return super().dispatch(call) if token in self.good else json_answer(401, ["expired"])

    def _get(self, call: Call) -> WireAnswer:
        return json_answer(200, {"id": call.params["id"], "name": "Ada"})

    def _list(self, call: Call) -> WireAnswer:
        page = int(call.query.get("page", "1"))
        loop = call.fault.page_loop if call.fault is not None else None
        following = {"same": page, "cycle": 3 - page, "endless": page + 1, "empty": page + 1}.get(loop or "")
        people = [] if loop == "empty" else [{"id": str(page)}]
        return json_answer(200, {"people": people, "next": following})

    def _note(self, call: Call) -> WireAnswer:
        self.notes.append(call.json())
        return json_answer(201, {"id": str(len(self.notes))})


class _Bearer(AuthScheme):
    def begin(self, *args: Any, **rest: Any) -> Any:
        raise Unsupported("nobody signs in here")

    complete = refresh = revoke = begin

    def sign(self, grant: Grant) -> tuple[tuple[str, str], ...]:
        return (("Authorization", f"Bearer {grant.access_token}"),)


class AcmeConnector(Connector):
    """Knows nothing of errors beyond their status."""

    info = ConnectorInfo(key="acme", name="Acme", vendor="Acme", docs_url="", icon="", api_version="1")
    linking = Linking()
    limits = Limits(page_size=1, concurrent=4)
    auth = _Bearer()

    def hosts(self, facts: LinkFacts) -> Hosts:
        return Hosts(api=(HOST,), login=())

    def api_base(self, facts: LinkFacts) -> str:
        return f"https://{HOST}/v1"

    def in_emea(self, facts: LinkFacts) -> bool:
        return True

    def resources(self, facts: LinkFacts) -> tuple[Any, ...]:
        return ()

    def capabilities(self, facts: LinkFacts) -> Any:
        return {}

    def phone_search(self, facts: LinkFacts) -> Any:
        raise Unsupported("there is no search")

    def creates(self, facts: LinkFacts) -> dict[Any, Any]:
        return {}

    def error(self, facts: LinkFacts, request: fx.Request, response: Response) -> Customer360Error | None:
        return None

    async def identify(self, facts: LinkFacts) -> Any:
        raise Unsupported("there are no users")

    async def describe(self, facts: LinkFacts, resource: str) -> Any:
        raise Unsupported("there is no metadata")

    async def search(self, facts: LinkFacts, resource: str, query: Any, *, limit: int = 20) -> Any:
        guard, page, found = PageGuard(first="1"), "1", []
        while True:
            body = (await GET("/people", {"page": page})).json()
            found += body["people"]
            if body["next"] is None:
                return found
            page = guard.follow(str(body["next"]), len(body["people"]))

    async def get(self, facts: LinkFacts, ref: Any) -> Any:
        return (await GET("/people/1")).json()

    async def create_activity(self, facts: LinkFacts, draft: Any) -> Any:
        return (await POST("/notes", {"text": "call"})).json()["id"]


@attrs.define
class Wallet:
    """``t1`` first, ``t2`` after one renewal."""

    renewals: int = 0

    async def current(self) -> Grant:
        return Grant(access_token=f"t{self.renewals + 1}", received_at=0.0, generation=self.renewals)

    async def renewed(self, stale: Grant) -> Grant:
        if stale.generation == self.renewals:
            self.renewals += 1
        return await self.current()
