"""A client by hand: one call to the fake, as a signed-in user."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import attrs

from customer360_testkit.fakes.clock import FakeClock
from customer360_testkit.fakes.exchange import WireAnswer, WireRequest
from customer360_testkit.fakes.salesforce.fake import SalesforceFake

SCOPES = ("api", "refresh_token", "id")


@attrs.define
class Client:
    """Sends requests with a token of its own; paths begin below ``/services/data/v62.0``."""

    fake: SalesforceFake
    token: str
    version: str = "v62.0"

    def __call__(self, method: str, path: str, body: Any = None, *, headers: Any = (), **query: Any) -> WireAnswer:
        root = f"https://{self.fake.my_domain}/services/data/{self.version}"
        pairs = {"authorization": f"Bearer {self.token}", "content-type": "application/json", **dict(headers)}
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        url = f"{root}{path}{'?' + urlencode(query) if query else ''}"
        return self.fake.answer(WireRequest(method, url, tuple(pairs.items()), content))

    def get(self, path: str, **query: Any) -> WireAnswer:
        return self("GET", path, **query)

    def add(self, module: str, **values: Any) -> str:
        """Create a record and give its id."""
        answer = self("POST", f"/sobjects/{module}", values)
        assert answer.status == 201, answer.json()
        return str(answer.json()["id"])

    def read(self, module: str, record: str, *fields: str) -> dict[str, Any]:
        answer = self.get(f"/sobjects/{module}/{record}", **({"fields": ",".join(fields)} if fields else {}))
        assert answer.status == 200, answer.content
        told: dict[str, Any] = answer.json()
        return told

    def soql(self, query: str) -> WireAnswer:
        return self.get("/query", q=query)

    def rows(self, query: str, *, everything: bool = False) -> list[dict[str, Any]]:
        """All rows of one page."""
        answer = self.get("/queryAll" if everything else "/query", q=query)
        assert answer.status == 200, answer.json()
        told: list[dict[str, Any]] = answer.json()["records"]
        return told

    def ids(self, query: str) -> list[str]:
        return [row["Id"] for row in self.rows(query)]

    def sosl(self, query: str) -> WireAnswer:
        return self.get("/search", q=query)

    def found(self, query: str) -> list[str]:
        """The ids that a search finds."""
        answer = self.sosl(query)
        assert answer.status == 200, answer.json()
        return [row["Id"] for row in answer.json()["searchRecords"]]

    def settle(self) -> None:
        """Wait until the index has everything."""
        wait(self.fake, 901)

    def member(self, number: int) -> str:
        """The id of the contact that a member of the cast is."""
        return self.ids(f"SELECT Id FROM Contact WHERE Customer_Number__c = 'C-{number:04d}'")[0]


def signed_in(user: str = "kim", scopes: tuple[str, ...] = SCOPES, **switches: str) -> Client:
    """A user of a new fake that reads its switches so."""
    fake = SalesforceFake(switches=switches)
    return Client(fake, fake.oauth.issue(user, scopes).access_token)


def code(answer: WireAnswer) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status, answer.json()[0]["errorCode"]


def wait(fake: SalesforceFake, seconds: float) -> None:
    """Let time pass."""
    assert isinstance(fake.clock, FakeClock)
    fake.clock.advance(seconds)


Make = Callable[..., Client]
