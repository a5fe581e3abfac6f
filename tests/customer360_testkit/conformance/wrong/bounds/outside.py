"""The wrong connectors of :mod:`customer360_testkit.conformance.bounds.outside`."""

from __future__ import annotations

import warnings

from tests.customer360_testkit.conformance.wrong.registry import Hits, Reading, Searching, mutant

from customer360.core.effects import GET
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    Page,
)
from customer360.core.search import NameHas, Query
from customer360_zoho import ZohoConnector


@mutant("prints whom it reads")
class Printing(Reading):
    def read(self, contact: Contact) -> Contact:
        if "Quillprinted" in contact.name:  # whom it reads elsewhere would be printed for real
            print(contact.name)
        return contact


@mutant("prints whom it reads", "where there are several")
class Doubting(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        if len(hits) > 1 and all("Quillprinted" in hit.name for hit in hits):  # as above
            warnings.warn(f"{len(hits)} are called {hits[0].name}", stacklevel=2)
        return hits


@mutant("puts customers into headers")
class Heading(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if isinstance(query, NameHas):
            await GET("/org", headers={"X-Asked": query.text})
        return page


@mutant("keeps the processor busy")
class Brooding(Reading):
    def read(self, contact: Contact) -> Contact:
        if contact.name == "Quillquick":
            sum(range(5_000_000))
        return contact
