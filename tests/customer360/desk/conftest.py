"""Both faces over real HTTP: an account with a linked CRM, an agent who has signed in, and a fake to look into."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from customer360 import AsyncCustomer360, Customer360, Deadlines, MatchPolicy
from customer360.core.interactions import Interaction
from customer360.vault import MasterKey
from customer360_testkit.fakes.cast import CastMember
from customer360_testkit.sandbox import Sandbox, SandboxedCrm

REDIRECT = "http://localhost/back"
AGENT = "kim"
PATIENT = Deadlines(pop=60.0, read=60.0, write=60.0)
"""A busy machine makes no answer wrong: only a test of deadlines has an agent who looks at the clock."""


class Awaited:
    """The asyncio face, called as if it blocked: each verb is run to its end on one loop."""

    def __init__(self, target: Any, runner: asyncio.Runner) -> None:
        self._target, self._runner = target, runner

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if not callable(value):
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            answer = value(*args, **kwargs)
            if inspect.iscoroutine(answer):
                answer = self._runner.run(answer)
            is_face = type(answer).__name__ in ("AsyncSession", "AsyncConversation")
            return Awaited(answer, self._runner) if is_face else answer

        return call


@attrs.define
class World:
    """A client of either face, and the CRM that it is linked to."""

    client: Any
    crm: SandboxedCrm
    calls: int = 0

    def sign_in(self, agent_id: str = "", user: str = AGENT) -> None:
        url = self.client.begin_login(self.crm.key, agent_id, redirect_uri=REDIRECT)
        self.client.complete_login(self.crm.authorize(url, user))

    def session(self) -> Any:
        return self.client.session(self.crm.key, AGENT)

    def call(self, customer: str | None, **facts: Any) -> Interaction:
        """An inbound call; each has an id of its own."""
        self.calls += 1
        now = datetime.now(UTC)
        given = {"customer": customer, "started_at": now, "answered_at": now, **facts}
        return Interaction(id=f"call-{self.calls}-{id(self)}", **given)

    def person(self, nth: int = 0, *, history: bool = False) -> CastMember:
        """A customer with a number that nobody else has."""
        numbers = [number for member in self.crm.fake.cast for number in member.e164]
        alone = [
            member
            for member in self.crm.fake.customers_of(AGENT)
            if member.kind == "person" and member.e164 and numbers.count(member.e164[0]) == 1
            if member.twin is None and (member.number % 9 == 0) is history
        ]
        return alone[nth]


def opened(face: str, sandbox: Sandbox, store: str, runner: asyncio.Runner, **more: Any) -> Any:
    """A client of one face, with a key and a store of its own."""
    given: dict[str, Any] = {
        "store": store,
        "key": MasterKey.in_memory(),
        "match": MatchPolicy(regions=("GB",)),
        "endpoints": sandbox.endpoints,
        "deadlines": PATIENT,
        **more,
    }
    if face == "blocking":
        return Customer360(**given)
    return Awaited(AsyncCustomer360(**given), runner)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Every CRM that these tests need."""
    box = Sandbox("zoho", "microsoft365")
    with box:
        yield box


@contextmanager
def linked(face: str, sandbox: Sandbox, folder: Path, key: str = "zoho", **more: Any) -> Iterator[World]:
    """A CRM, linked and signed in to, from one face."""
    crm = sandbox[key]
    crm.fake.reset()
    with asyncio.Runner() as runner:
        client = opened(face, sandbox, f"sqlite:///{folder / 'c360.db'}", runner, **more)
        made = World(client, crm)
        client.link(key, settings=crm.fake.link_settings, application=crm.application)
        made.sign_in(user=next(iter(crm.users)))
        made.sign_in(AGENT)
        yield made
        client.close()


@pytest.fixture(scope="module", params=["blocking", "asyncio"])
def world(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One client for a module's tests: each works with customers of its own."""
    with linked(request.param, sandbox, tmp_path_factory.mktemp("store")) as made:
        yield made


@pytest.fixture(params=["blocking", "asyncio"])
def own_world(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> Iterator[World]:
    """A client for one test alone: whose circuit may open, whose clock may jump."""
    with linked(request.param, sandbox, tmp_path) as made:
        yield made
        made.crm.fake.faults.clear()


@pytest.fixture(params=["blocking", "asyncio"])
def named_world(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path, crm: str) -> Iterator[World]:
    """A client for one test alone, at the CRM that the test names."""
    with linked(request.param, sandbox, tmp_path, crm) as made:
        yield made
        made.crm.fake.faults.clear()


@pytest.fixture(params=["blocking", "asyncio"])
def hurried_world(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> Iterator[World]:
    """A client for one test alone, whose agents wait as long as agents do."""
    with linked(request.param, sandbox, tmp_path, deadlines=Deadlines()) as made:
        yield made
        made.crm.fake.faults.clear()


@pytest.fixture(scope="module", params=["blocking", "asyncio"])
def outlook(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The same on Microsoft 365."""
    with linked(request.param, sandbox, tmp_path_factory.mktemp("store"), "microsoft365") as made:
        yield made


@pytest.fixture(autouse=True)
def _no_faults_left(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "world" in request.fixturenames:
        request.getfixturevalue("world").crm.fake.faults.clear()
