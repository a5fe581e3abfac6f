"""A client by hand: one call to the fake, as a signed-in user."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import attrs
import pytest

from customer360_testkit.fakes.exchange import WireAnswer, WireRequest
from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake

SCOPES = ("offline_access", "User.Read", "Contacts.ReadWrite", "Tasks.ReadWrite", "Calendars.ReadWrite", "People.Read")

EASY = {"spurious_conflict": "never", "search_lag": "none", "extended_lag": "none"}
"""What would otherwise stand in the way of every test: conflicts out of nothing, and lag."""


@attrs.define
class Client:
    """Sends requests with a token of its own; ``prefer`` goes with every one."""

    fake: Microsoft365Fake
    token: str
    host: str = "graph.microsoft.com"

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> WireAnswer:
        pairs = [("authorization", f"Bearer {self.token}")]
        pairs += [(name.replace("_", "-"), value) for name, value in headers.items()]
        if body is not None:
            pairs.append(("content-type", "application/json"))
        url = path if "://" in path else f"https://{self.host}/v1.0{path}"
        return self.fake.answer(
            WireRequest(method, url, tuple(pairs), b"" if body is None else json.dumps(body).encode())
        )

    def filter(self, text: str, path: str = "/me/contacts", more: str = "", **headers: str) -> WireAnswer:
        return self("GET", f"{path}?$filter={quote(text, safe='')}{more}", **headers)


Make = Callable[..., Client]


@pytest.fixture
def make() -> Make:
    def build(
        user: str = "kim", scopes: tuple[str, ...] = SCOPES, host: str = "graph.microsoft.com", **switches: str
    ) -> Client:
        fake = Microsoft365Fake(switches={**EASY, **switches})
        return Client(fake, fake.oauth.issue(user, scopes).access_token, host)

    return build


@pytest.fixture
def client(make: Make) -> Client:
    return make()
