"""A client of ours on the stage: signed in at fakes, recorded once, then answered from memory."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs
from benchmarks.stage.figures import pin

from customer360 import AsyncCustomer360, Customer360, MasterKey, MatchPolicy
from customer360.core.auth import Application
from customer360.core.interactions import Channel, Interaction
from customer360_testkit import Sandbox

ROOT = Path(__file__).parents[2]
REDIRECT = "http://localhost/back"
AGENT = "kim"
POLICY = MatchPolicy(regions=("GB",))


@attrs.frozen
class Asked:
    """A request that came to the stage."""

    method: str
    url: str
    content: bytes


@attrs.frozen
class Stage:
    """The server's controls."""

    port: int

    def url(self, name: str) -> str:
        """The base of everything below ``name``."""
        return f"http://127.0.0.1:{self.port}/{name}"

    def upstream(self, name: str, url: str) -> None:
        self._ask("PUT", f"upstream/{name}", url.partition("://")[2].encode())

    def fixed(self, name: str, content: Any) -> None:
        self._ask("PUT", f"fixed/{name}", json.dumps(content, separators=(",", ":")).encode())

    def delay(self, milliseconds: float) -> None:
        self._ask("PUT", f"delay/{milliseconds}")

    def facts(self) -> dict[str, int]:
        """What was counted since it was last asked, by this question's own connection too."""
        told: dict[str, int] = json.loads(self._ask("GET", "facts"))
        return told

    def asked(self) -> list[Asked]:
        """The last requests since this was last asked, a hundred at most."""
        return [
            Asked(method, f"http://127.0.0.1:{self.port}{target}", body.encode())
            for method, target, body in json.loads(self._ask("GET", "asked"))
        ]

    @contextmanager
    def recording(self) -> Iterator[None]:
        """What is asked meanwhile is carried to the fakes, and answered from memory ever after."""
        self._ask("PUT", "record/1")
        yield
        self._ask("PUT", "record/0")

    def _ask(self, method: str, what: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/~/{what}", data=body or b"", method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            content: bytes = answer.read()
            return content


@contextmanager
def stage() -> Iterator[Stage]:
    """A server in a process of its own, on another core than this one."""
    command = [sys.executable, "-m", "benchmarks.stage.server"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, preexec_fn=_elsewhere
    )
    pin(0)
    assert process.stdout is not None
    try:
        yield Stage(int(process.stdout.readline()))
    finally:
        process.communicate(timeout=10)


def _elsewhere() -> None:
    pin(1)


@attrs.define
class Play:
    """A CRM on the stage, and how to open clients that go there."""

    stage: Stage
    crm: Any
    home: str
    made: list[str] = attrs.field(factory=list)

    @property
    def endpoints(self) -> dict[str, str]:
        return {host: self.stage.url(self.crm.key) for host in self.crm.endpoints}

    @property
    def application(self) -> Application:
        application: Application = self.crm.application
        return application

    def options(self, **more: Any) -> dict[str, Any]:
        self.made.append(f"{self.home}/{len(self.made)}.db")
        return {
            "store": f"sqlite:///{self.made[-1]}",
            "key": MasterKey.in_memory(),
            "match": POLICY,
            "endpoints": self.endpoints,
            **more,
        }

    def blocking(self, **more: Any) -> Customer360:
        """A client whose account and agent are signed in."""
        client = Customer360(**self.options(**more))
        with self.stage.recording():
            client.link(self.crm.key, settings=self.crm.fake.link_settings, application=self.application)
            for agent in ("", AGENT):
                url = client.begin_login(self.crm.key, agent, redirect_uri=REDIRECT)
                client.complete_login(self.crm.authorize(url, AGENT))
        return client

    async def waiting(self, agents: int = 1, **more: Any) -> AsyncCustomer360:
        """The same for asyncio; ``agents`` who are called ``kim``, ``kim1``, ``kim2`` and so on."""
        client = AsyncCustomer360(**self.options(**more))
        with self.stage.recording():
            await client.link(self.crm.key, settings=self.crm.fake.link_settings, application=self.application)
            for agent in ("", *named(agents)):
                url = await client.begin_login(self.crm.key, agent, redirect_uri=REDIRECT)
                await client.complete_login(self.crm.authorize(url, AGENT))
        return client


def caller(crm: Any) -> Any:
    """A person of the cast whom the agent can see, with a number and an address that nobody shares."""
    everybody = crm.fake.cast
    numbers = [number for member in everybody for number in member.e164]
    addresses = [address.lower() for member in everybody for address in member.emails]
    return next(
        member
        for member in crm.fake.customers_of(AGENT)
        if member.kind == "person" and member.twin is None and member.e164 and member.emails
        if numbers.count(member.e164[0]) == 1 and addresses.count(member.emails[0].lower()) == 1
    )


def call_from(customer: str, channel: Channel = Channel.VOICE) -> Interaction:
    """A new one."""
    return Interaction(id=uuid4().hex, channel=channel, customer=customer, started_at=datetime.now(UTC))


def named(agents: int) -> list[str]:
    """Their names."""
    return [AGENT, *(f"{AGENT}{number}" for number in range(1, agents))]


@contextmanager
def playing(crm: str, *, cast: Any = None, switches: Any = None) -> Iterator[Play]:
    """``crm``'s fake behind the stage's server."""
    with (
        tempfile.TemporaryDirectory(prefix="customer360-bench-") as home,
        stage() as running,
        Sandbox(crm, cast=cast, switches=switches) as sandboxed,
    ):
        running.upstream(crm, sandboxed.url)
        # One person of the fake's plays every agent; what a vendor allows one person is not what is measured.
        policy = sandboxed.fake.oauth.policy
        sandboxed.fake.oauth.policy = attrs.evolve(policy, codes=None, grants_per_user=None, refreshes=None)
        yield Play(running, sandboxed, home)


def alone(main: Callable[[], Any]) -> None:
    """Run an asyncio measurement with plain asyncio, whatever is installed."""
    asyncio.run(main())


def without_proxies() -> None:
    """Bare clients read the environment; loopback needs no proxy."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            del os.environ[name]
