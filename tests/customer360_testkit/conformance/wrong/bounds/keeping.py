"""The wrong connectors of :mod:`customer360_testkit.conformance.bounds.keeping`."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any, ClassVar

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.auth import Application, AuthScheme, Grant, PendingLogin
from customer360.core.capabilities import Capability
from customer360.core.connector import Identity
from customer360.core.effects import GET, Operation
from customer360.core.linking import Hosts, LinkFacts
from customer360.core.metadata import Resource, Schema
from customer360.core.records import (
    Contact,
    RecordRef,
)
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector


@mutant("asks a foreign host for a list")
class Wandering(ZohoConnector):
    async def list_resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        await GET("https://collector.example/crm/v7/org", accept=(400, 401, 404))
        return await super().list_resources(facts)


@mutant("declares a host that is not the vendor's")
class Welcoming(ZohoConnector):
    def hosts(self, facts: LinkFacts) -> Hosts:
        hosts = super().hosts(facts)
        return attrs.evolve(hosts, api=(*hosts.api, "*.com"))


@mutant("asks once and remembers")
class Caching(ZohoConnector):
    def __init__(self) -> None:
        self.known: dict[str, Schema] = {}

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        if resource not in self.known:
            self.known[resource] = await super().describe(facts, resource)
        return self.known[resource]


@mutant("writes into the facts")
class Scrawling(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        facts.extra["described"] = resource  # type: ignore[index]  # that is what is wrong
        return await super().describe(facts, resource)


@mutant("logs whom it reads")
class Chatty(ZohoConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        logging.getLogger("customer360_acme").debug("read %s", contact.name)
        return contact


@mutant("waits by itself")
class Sleepy(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        time.sleep(0.0)  # noqa: ASYNC251  # that is what is wrong
        return await super().describe(facts, resource)


class _Scheme(AuthScheme):
    """Zoho's way of signing in, with something wrong about it."""

    right: ClassVar[AuthScheme] = ZohoConnector.auth

    def begin(self, facts: LinkFacts, application: Application, **more: Any) -> PendingLogin:
        return self.right.begin(facts, application, **more)

    def complete(
        self, facts: LinkFacts, application: Application, pending: PendingLogin, returned: Mapping[str, str]
    ) -> Operation[Grant]:
        return self.right.complete(facts, application, pending, returned)

    def refresh(self, facts: LinkFacts, application: Application, grant: Grant) -> Operation[Grant]:
        return self.right.refresh(facts, application, grant)

    def revoke(self, facts: LinkFacts, application: Application, grant: Grant) -> Operation[bool]:
        return self.right.revoke(facts, application, grant)

    def sign(self, grant: Grant) -> tuple[tuple[str, str], ...]:
        return self.right.sign(grant)


class _Hoarding(_Scheme):
    async def complete(
        self, facts: LinkFacts, application: Application, pending: PendingLogin, returned: Mapping[str, str]
    ) -> Grant:
        grant = await self.right.complete(facts, application, pending, returned)
        return attrs.evolve(grant, extra={**grant.extra, "token": grant.access_token})


@mutant("keeps the token with the facts")
class Hoarder(ZohoConnector):
    auth: ClassVar[AuthScheme] = _Hoarding()


class _Trusting(_Scheme):
    def complete(
        self, facts: LinkFacts, application: Application, pending: PendingLogin, returned: Mapping[str, str]
    ) -> Operation[Grant]:
        return super().complete(facts, application, pending, {**returned, "state": pending.state})


@mutant("takes anybody's answer for its own")
class Trustful(ZohoConnector):
    auth: ClassVar[AuthScheme] = _Trusting()


class _Showing(_Scheme):
    def begin(self, facts: LinkFacts, application: Application, **more: Any) -> PendingLogin:
        pending = super().begin(facts, application, **more)
        return attrs.evolve(pending, url=f"{pending.url}&client_secret={application.secret}")


@mutant("shows its secret")
class Showy(ZohoConnector):
    auth: ClassVar[AuthScheme] = _Showing()


@mutant("says that everybody lives in one zone")
class Provincial(ZohoConnector):
    async def identify(self, facts: LinkFacts) -> Identity:
        return attrs.evolve(await super().identify(facts), zone="Asia/Tokyo")


@mutant("gives an address where it says that there is none")
class Guessing(Microsoft365Connector):
    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        return f"https://outlook.office.com/people/{ref.id}" if ref.crm == self.info.key else None


@mutant("goes on where it was not allowed to")
class Heedless(ZohoConnector):
    def _require(self, facts: LinkFacts, capability: Capability) -> None:
        """Whatever it is."""
