"""Connectors that reach further than they must, take longer, or find almost everybody."""

from __future__ import annotations

from typing import ClassVar

import attrs
from tests.customer360_testkit.conformance.registry import Searching, mutant

from customer360.core.auth import AuthScheme
from customer360.core.effects import Sleep
from customer360.core.linking import Hosts, LinkFacts
from customer360.core.records import Changes, Contact, Page
from customer360.core.search import FieldIs, NameHas, Query, TextHas
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


@mutant("is sure of the only one that was asked for")
class Certain(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        return page if limit > 1 or isinstance(query, TextHas) else Page(page.items)


@mutant("does not find a name with a sign")
class Smoothing(Searching):
    def asked(self, query: Query) -> Query:
        return NameHas("OQuillen") if query == NameHas("O'Quillen") else query


@mutant("compares one field and not another")
class Choosy(Searching):
    def hits(self, query: Query, hits: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return () if isinstance(query, FieldIs) and query.field == "Department" else hits


@mutant("compares the case of an address in a field")
class Literal(Searching):
    def hits(self, query: Query, hits: tuple[Contact, ...]) -> tuple[Contact, ...]:
        if not isinstance(query, FieldIs) or query.field != "Email":
            return hits
        return tuple(hit for hit in hits if query.value in [email.address for email in hit.emails])


@mutant("tells less of a change than of a contact")
class Shortening(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        if cursor is None or resource != "Contacts":
            return changes
        return attrs.evolve(changes, changed=tuple(attrs.evolve(each, region=None) for each in changes.changed))


@mutant("asks for a value without its spaces")
class Trimming(Searching):
    def asked(self, query: Query) -> Query:
        return FieldIs(query.field, query.value.strip()) if isinstance(query, FieldIs) else query
