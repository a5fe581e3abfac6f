"""Connectors that find some of those who are meant."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.registry import Searching, mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, Page
from customer360.core.search import FieldIs, NameHas, PhoneIs, Query
from customer360_zoho import ZohoConnector

Hits = tuple[Contact, ...]


@mutant("finds one of two namesakes")
class Merging(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return hits[:1] if [hit.name for hit in hits] == ["Quillsharer"] * 3 else hits


@mutant("hides that more people share a number")
class Concealing(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        return Page(page.items) if isinstance(query, PhoneIs) and limit > 1 else page


@mutant("finds one page of people")
class OnePage(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return hits[:100]


@mutant("knows numbers of its own country only")
class Homely(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return (
            () if isinstance(query, PhoneIs) and query.national.startswith("1") and len(query.national) > 10 else hits
        )


@mutant("finds people by one of their names")
class FamilyOnly(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        if not isinstance(query, NameHas):
            return hits
        text = query.text.strip().casefold()
        mine = text.startswith("quendo")
        return tuple(hit for hit in hits if not mine or text in (hit.family_name or hit.name).casefold())


@mutant("takes the beginning of a name for the name")
class Initials(Searching):
    def asked(self, query: Query) -> Query:
        long = isinstance(query, NameHas) and query.text.startswith("Quilllongish")
        return NameHas("Quilllongish") if long else query


@mutant("does not find a name beyond ASCII")
class Plain(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        foreign = isinstance(query, NameHas) and query.text.endswith("quill") and not query.text.isascii()
        return () if foreign else hits


@mutant("finds people with part of what is compared")
class Abridging(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return tuple(attrs.evolve(hit, emails=()) for hit in hits) if isinstance(query, FieldIs) else hits
