"""The fake Bullhorn over HTTP, and somebody who is signed in to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, cast

import attrs
import httpx
import pytest
from tests.customer360_testkit.bullhorn.by_hand import Client, Make

from customer360_testkit.fakes.bullhorn.fake import BullhornFake
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.serving import serve


@attrs.define
class Stage:
    """What is served: the fake of the test that runs. A server for each test would cost more than the tests."""

    fake: BullhornFake | None = None
    key: str = "bullhorn"
    vendor_hosts: tuple[str, ...] = ()

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.fake is not None
        await self.fake.asgi(scope, receive, send)


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """Connections for all tests; they follow no redirect."""
    with httpx.Client(trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture(scope="module")
def stages() -> Iterator[Servers]:
    """As many servers as a test has fakes at once; none outlives its room, for others count threads."""
    with ExitStack() as serving:
        yield Servers(serving)


class Servers:
    def __init__(self, serving: ExitStack) -> None:
        self._serving = serving
        self._up: list[tuple[Stage, str]] = []

    def nth(self, number: int) -> tuple[Stage, str]:
        while len(self._up) <= number:
            stage = Stage()
            served = self._serving.enter_context(serve(cast(FakeCrm, stage)))
            self._up.append((stage, served.url))
        return self._up[number]


@pytest.fixture
def make(http: httpx.Client, stages: Servers) -> Make:
    """``make(user, **switches)``: a user of a new fake that reads its switches so."""
    count = 0

    def signed_in(user: str = "kim", **switches: str) -> Client:
        nonlocal count
        fake = BullhornFake(switches=switches)
        stage, url = stages.nth(count)
        count += 1
        stage.fake = fake
        return Client(fake, url, http, fake.oauth.issue(user, ()).access_token)

    return signed_in


@pytest.fixture
def client(make: Make) -> Client:
    return make()
