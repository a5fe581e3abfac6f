"""The wrong connectors of :mod:`customer360_testkit.conformance.finding.crowded`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Hits, Searching, mutant

from customer360.core.errors import Truncated
from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, Page
from customer360.core.search import PhoneIs, Query
from customer360_salesforce import SalesforceConnector


@mutant("finds people of a further page without their numbers")
class Thinning(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return (*hits[:200], *(attrs.evolve(hit, phones=()) for hit in hits[200:]))


@mutant("takes a search that was cut off for nobody")
class Content(SalesforceConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        try:
            return await super().search(facts, resource, query, limit=limit)
        except Truncated:
            if not isinstance(query, PhoneIs):
                raise
            return Page(())
