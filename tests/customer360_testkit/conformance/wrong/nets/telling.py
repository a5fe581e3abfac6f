"""The wrong connectors of :mod:`customer360_testkit.conformance.nets.telling`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Hits, Searching, mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, Page
from customer360.core.search import FieldIs, PhoneIs, Query, TextHas
from customer360_bullhorn import BullhornConnector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector

_NET = "finds some of those who are meant, or tells less of them"
_ELSEWHERE = "finds some of those who are meant among others, or tells less of them"


@mutant(_NET)
class Sated(SalesforceConnector):
    """Shows a hundred and a half, and no more."""

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=min(limit, 165))
        return Page(page.items, page.next if limit <= 165 else None)


@mutant(_NET, "whoever has no address")
class Reachable(BullhornConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if not isinstance(query, PhoneIs):
            return page
        known = tuple(hit for hit in page.items if hit.emails or len(page.items) < 40)

        return Page(known, page.next)


@mutant(_NET, "a value without its zeros")
class Counting(Searching):
    def asked(self, query: Query) -> Query:
        if isinstance(query, FieldIs) and query.value.isdecimal() and query.value.startswith("00"):
            return FieldIs(query.field, query.value.lstrip("0") or "0")
        return query


@mutant(_NET, "three words and no more")
class Short(BullhornConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        if isinstance(query, TextHas):
            query = TextHas(" ".join(query.text.split()[:3]))
        return await super().search(facts, resource, query, limit=limit)


@mutant(_NET, "the later ones without their company")
class Tiring(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return (*hits[:30], *(attrs.evolve(hit, company=None, company_ref=None) for hit in hits[30:]))


@mutant(_ELSEWHERE)
class Elsewhere(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        told = page.items if resource == "Contacts" else tuple(attrs.evolve(hit, owner=None) for hit in page.items)
        return Page(told, page.next)
