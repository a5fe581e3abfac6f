"""A small but whole connector, and tokens for it."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.unable import Unable

from customer360.core import effects as fx
from customer360.core.auth import AuthScheme, Grant
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.errors import CrmUnavailable, Customer360Error, TokenExpired, Unsupported
from customer360.core.linking import Hosts, LinkFacts
from customer360.core.wire import Response


class PlainConnector(Unable):
    """A small but whole connector: bearer tokens, JSON errors ``{"code": ...}``, two API hosts."""

    info = ConnectorInfo(key="plain", name="Plain", vendor="V", docs_url="", icon="", api_version="1")
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

    def error(self, facts: LinkFacts, request: fx.Request, response: Response) -> Customer360Error | None:
        if 200 <= response.status < 300:
            return None
        code = response.json()["code"]  # a careless connector: raises on HTML, lists and nothing at all
        kind = self.codes.get(code)
        return None if kind is None else kind(f"the CRM says {code}", vendor_code=code)

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
