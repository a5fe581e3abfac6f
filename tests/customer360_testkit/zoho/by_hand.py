"""A client by hand: one call to the fake, as a signed-in user."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import attrs

from customer360_testkit.fakes.clock import FakeClock
from customer360_testkit.fakes.exchange import WireAnswer, WireRequest
from customer360_testkit.fakes.zoho.fake import ZohoFake

SCOPES = (
    *("ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", "ZohoCRM.users.READ", "ZohoCRM.org.READ"),
    *("ZohoSearch.securesearch.READ", "ZohoCRM.coql.READ", "ZohoCRM.composite_requests.CUSTOM"),
)


@attrs.define
class Client:
    """Sends requests with a token of its own; paths begin below ``/crm/v8``."""

    fake: ZohoFake
    token: str
    host: str = "www.zohoapis.eu"

    def __call__(self, method: str, path: str, body: Any = None, *, headers: Any = (), **query: Any) -> WireAnswer:
        url = f"https://{self.host}/crm/v8{path}{'?' + urlencode(query) if query else ''}"
        pairs = (("authorization", f"Zoho-oauthtoken {self.token}"), *dict(headers).items())
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.fake.answer(WireRequest(method, url, pairs, content))

    def get(self, path: str, **query: Any) -> WireAnswer:
        return self("GET", path, **query)

    def add(self, module: str, **values: Any) -> str:
        """Create a record and give its id."""
        answer = self("POST", f"/{module}", {"data": [values]})
        assert answer.status == 201, answer.json()
        return str(answer.json()["data"][0]["details"]["id"])

    def row(self, method: str, path: str, **values: Any) -> dict[str, Any]:
        """Write one record and give its row of the answer."""
        row: dict[str, Any] = self(method, path, {"data": [values]}).json()["data"][0]
        return row

    def read(self, module: str, record: str) -> dict[str, Any]:
        data: dict[str, Any] = self.get(f"/{module}/{record}").json()["data"][0]
        return data

    def coql(self, query: str) -> WireAnswer:
        return self("POST", "/coql", {"select_query": query})

    def search(self, module: str = "Contacts", **query: Any) -> list[str]:
        """The ids that a search finds."""
        answer = self.get(f"/{module}/search", **query)
        return [row["id"] for row in answer.json()["data"]] if answer.status == 200 else _none(answer)

    def settle(self) -> None:
        """Wait until the index has everything."""
        wait(self.fake, self.fake.index_lag + 1)


def _none(answer: WireAnswer) -> list[str]:
    assert answer.status == 204, answer.json()
    assert answer.content == b""
    assert answer.header("content-type") is None
    return []


def signed_in(user: str = "kim", scopes: tuple[str, ...] = SCOPES, **switches: str) -> Client:
    """A user of a new fake that reads its switches so."""
    fake = ZohoFake(switches=switches)
    return Client(fake, fake.oauth.issue(user, scopes).access_token)


def code(answer: WireAnswer) -> tuple[int, str]:
    """Status and code of a refusal: of the whole call, or of its first record."""
    body = answer.json()
    row = body["data"][0] if "data" in body else body
    return answer.status, row["code"]


def wait(fake: ZohoFake, seconds: float) -> None:
    """Let time pass."""
    assert isinstance(fake.clock, FakeClock)
    fake.clock.advance(seconds)


Make = Callable[..., Client]
