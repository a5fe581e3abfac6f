"""The wrong connectors of :mod:`customer360_testkit.conformance.bounds.reaching`."""

from __future__ import annotations

from typing import ClassVar

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.auth import AuthScheme
from customer360.core.effects import Sleep
from customer360.core.linking import Hosts, LinkFacts
from customer360.core.records import (
    Changes,
    Contact,
    Page,
)
from customer360.core.search import Query
from customer360_salesforce import SalesforceConnector
from customer360_salesforce.auth import AUTH as SALESFORCE
from customer360_zoho import ZohoConnector, auth


@mutant("lets an answer name its hosts")
class Gullible(ZohoConnector):
    def hosts(self, facts: LinkFacts) -> Hosts:
        named = facts.extra.get("api_host")
        hosts = super().hosts(facts)
        return Hosts(api=(*hosts.api, *((named,) if named else ())), login=hosts.login)


@mutant("takes the vendor's whole domain for its hosts")
class Sweeping(ZohoConnector):
    def hosts(self, facts: LinkFacts) -> Hosts:
        hosts = super().hosts(facts)
        return Hosts(api=hosts.api, login=(*hosts.login, "*.zoho.eu"))


@mutant("takes its time")
class Sleepy(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        await Sleep(3.0)
        return await super().search(facts, resource, query, limit=limit)


@mutant("signs people out before the vendor does")
class ShortLived(ZohoConnector):
    auth: ClassVar[AuthScheme] = attrs.evolve(auth.AUTH, refresh_lifetime=3600.0)


@mutant("signs people in for an hour")
class Online(ZohoConnector):
    auth: ClassVar[AuthScheme] = attrs.evolve(auth.AUTH, authorize_params={"prompt": "consent"})


@mutant("signs people in for an hour", "from the second time on")
class Unasked(ZohoConnector):
    auth: ClassVar[AuthScheme] = attrs.evolve(auth.AUTH, authorize_params={"access_type": "offline"})


@mutant("signs people in for an hour", "and is not told so")
class Unscoped(SalesforceConnector):
    auth: ClassVar[AuthScheme] = attrs.evolve(SALESFORCE, scopes=lambda facts: ("api", "id"))


@mutant("takes a question for a write")
class Doubtful(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        written = super().changes(facts, resource, cursor)
        changes: Changes = await hearing(written, send=lambda request: attrs.evolve(request, repeatable=False))
        return changes
