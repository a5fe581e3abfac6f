"""The wrong connectors of :mod:`customer360_testkit.conformance.finding.breadth`."""

from __future__ import annotations

from typing import ClassVar

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Hits, Searching, mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    Page,
)
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query, TextHas
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("finds one of two namesakes")
class Merging(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return hits[:1] if [hit.name for hit in hits] == ["Quillsharer"] * 3 else hits


@mutant("finds one of two namesakes", "of those of one address")
class Preferring(SalesforceConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        return Page(page.items[:1], page.next) if isinstance(query, EmailIs) and len(page.items) == 3 else page


@mutant("hides that more people share a number")
class Concealing(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        return Page(page.items) if isinstance(query, PhoneIs) and limit > 1 else page


@mutant("is sure of the only one that was asked for")
class Certain(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        return page if limit > 1 or isinstance(query, TextHas) else Page(page.items)


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


@mutant("asks for the end of a number only")
class Tailing(Searching):
    def asked(self, query: Query) -> Query:
        if isinstance(query, PhoneIs) and query.national.endswith("0764"):
            return attrs.evolve(query, e164="+440764", national="0764")
        return query


@mutant("finds people by one of their names")
class FamilyOnly(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        if not isinstance(query, NameHas):
            return hits
        text = query.text.strip().casefold()
        mine = text.startswith("quendo")
        return tuple(hit for hit in hits if not mine or text in (hit.family_name or hit.name).casefold())


class _InOrder(Searching):
    """Wrong where the family name was typed first, with a comma or without."""

    comma: ClassVar[bool]

    def hits(self, query: Query, hits: Hits) -> Hits:
        if not isinstance(query, NameHas) or not query.turned or ("," in query.text) is not self.comma:
            return hits
        return tuple(hit for hit in hits if query.text.casefold() in hit.name.casefold())


@mutant("finds people by one of their names", "in the order of both only")
class InOrder(_InOrder):
    comma = False


@mutant("finds people by one of their names", "without a comma only")
class Commaless(_InOrder):
    comma = True


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


@mutant("finds people with part of what is compared")
class Abridging(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return tuple(attrs.evolve(hit, emails=()) for hit in hits) if isinstance(query, FieldIs) else hits


@mutant("finds one person in two places")
class Doppelganger(SalesforceConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        kept = facts.extra.get("shape.Contact", "").replace("IsPersonAccount", "Title") if resource == "Contact" else ""
        extra = {**facts.extra, "shape.Contact": kept} if kept else facts.extra
        return await super().search(attrs.evolve(facts, extra=extra), resource, query, limit=limit)


@mutant("finds one person in two places", "and another nowhere")
class Trusting(Microsoft365Connector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        work = attrs.evolve(facts, settings={**facts.settings, "directory": "organizations"})
        return await super().search(work, resource, query, limit=limit)
