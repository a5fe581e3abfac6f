"""A client by hand, over HTTP: what is sent goes to a fake that is served on loopback, under the vendor's host name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import httpx

from customer360_testkit.fakes.bullhorn.fake import BullhornFake
from customer360_testkit.fakes.clock import FakeClock

ROOT = "/rest-services/abc123"
LANE = "rest99.bullhornstaffing.com"
AUTH = "auth-emea.bullhornstaffing.com"
REST = "rest-emea.bullhornstaffing.com"
BACK = "http://localhost/back"


@attrs.define
class Client:
    """Sends requests with a session of its own; paths begin below ``/rest-services/abc123``."""

    fake: BullhornFake
    url: str
    http: httpx.Client
    token: str | None
    host: str = LANE

    def __call__(self, method: str, path: str, body: Any = None, *, headers: Any = (), **query: Any) -> httpx.Response:
        token = {"BhRestToken": self.token} if self.token else {}
        told = {"host": self.host, **token, **dict(headers)}
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {} if body is None else {"json": body}
        return self.http.request(method, f"{self.url}{ROOT}{path}", headers=told, params=query or None, **sent)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self("GET", path, **query)

    def at(self, host: str, method: str, path: str, **more: Any) -> httpx.Response:
        """A request without a session, to any host of the vendor."""
        return self.http.request(method, f"{self.url}{path}", headers={"host": host}, **more)

    def add(self, entity: str, **values: Any) -> int:
        """Create a record and give its id."""
        answer = self("PUT", f"/entity/{entity}", values)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["changedEntityId"])

    def person(self, entity: str = "Candidate", **values: Any) -> int:
        """Create somebody."""
        names = {"firstName": "Ada", "lastName": "Lovelace", "name": "Ada Lovelace", "status": "Active"}
        company = {"clientCorporation": {"id": 1}} if entity == "ClientContact" else {}
        return self.add(entity, **{**names, **company, **values})

    def note(self, person: int, **values: Any) -> int:
        return self.add(
            "Note", **{"comments": "Called", "action": "Email", "personReference": {"id": person}, **values}
        )

    def read(self, entity: str, record: int, fields: str = "id") -> Any:
        answer = self.get(f"/entity/{entity}/{record}", fields=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def search(self, query: str, entity: str = "Candidate", **more: Any) -> httpx.Response:
        return self.get(f"/search/{entity}", query=query, **more)

    def found(self, query: str, entity: str = "Candidate") -> set[int]:
        """The ids that a search finds."""
        answer = self.search(query, entity, count=500)
        assert answer.status_code == 200, answer.text
        return set(answer.json()["data"])

    def query(self, where: str, entity: str = "ClientContact", **more: Any) -> httpx.Response:
        return self.get(f"/query/{entity}", where=where, **more)

    def asked(self, where: str, entity: str = "ClientContact") -> set[int]:
        """The ids that a query finds."""
        answer = self.query(where, entity, count=500)
        assert answer.status_code == 200, answer.text
        return {row["id"] for row in answer.json()["data"]}

    def settle(self) -> None:
        """Wait until the index has everything."""
        self.wait(61)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        assert isinstance(self.fake.clock, FakeClock)
        self.fake.clock.advance(seconds)

    def renew(self, user: str = "kim") -> None:
        """A session anew."""
        self.token = self.fake.oauth.issue(user, ()).access_token


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and message of a refusal."""
    return answer.status_code, answer.json()["errorMessage"]


def key(answer: httpx.Response) -> tuple[int, str]:
    """Status and key of a refusal."""
    return answer.status_code, answer.json()["errorMessageKey"]


Make = Callable[..., Client]
