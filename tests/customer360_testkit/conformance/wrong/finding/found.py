"""The wrong connectors of :mod:`customer360_testkit.conformance.finding.found`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Hits, Searching, mutant

from customer360.core.effects import Now
from customer360.core.errors import (
    PageLoop,
    UnexpectedAnswer,
    Unsupported,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    Page,
)
from customer360.core.search import EmailIs, NameHas, PhoneIs, Query, TextHas
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("searches the first number only")
class FirstNumber(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        if not isinstance(query, PhoneIs) or not query.e164.startswith("+4420794602"):
            return hits
        return tuple(hit for hit in hits if hit.phones[0].field == "Phone")


@mutant("searches the first address only")
class FirstAddress(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return tuple(hit for hit in hits if not isinstance(query, EmailIs) or hit.emails[0].field == "Email")


@mutant("reads signs in an address as something else")
class Unplussing(Searching):
    def asked(self, query: Query) -> Query:
        return EmailIs(query.address.replace("+c", " c")) if isinstance(query, EmailIs) else query


@mutant("reads signs in an address as something else", "those of its domain")
class Punycoding(Searching):
    def asked(self, query: Query) -> Query:
        if not isinstance(query, EmailIs) or query.address.isascii():
            return query
        local, _, domain = query.address.rpartition("@")
        return EmailIs(f"{local}@{domain.encode('idna').decode()}")


@mutant("finds somebody twice")
class Echoing(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        twice = [
            hit
            for hit in hits
            if isinstance(query, PhoneIs) and len({each.text for each in hit.phones}) < len(hit.phones)
        ]
        return (*hits, *twice)


@mutant("finds people without their names")
class Anonymous(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return tuple(attrs.evolve(hit, name="") if hit.name == "Quillsayer" else hit for hit in hits)


@mutant("takes a part of a record for the whole")
class Sketching(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return tuple(
            attrs.evolve(hit, partial=False, fields={"id": hit.ref.id}) if hit.name == "Quillpart" else hit
            for hit in hits
        )


@mutant("finds who was deleted")
class Necromancing(Searching):
    def __init__(self) -> None:
        self.met: dict[str, Contact] = {}

    def hits(self, query: Query, hits: Hits) -> Hits:
        self.met.update((hit.name, hit) for hit in hits)
        ghost = self.met.get(query.text) if isinstance(query, NameHas) and query.text == "Quillghost" else None
        return hits or ((ghost,) if ghost is not None else ())


@mutant("answers from another resource", "with companies among people")
class Incorporating(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if resource != "Contacts" or not isinstance(query, NameHas):
            return page
        companies = await super().search(facts, "Accounts", query, limit=limit)
        return Page((*page.items, *companies.items)[:limit], page.next)


@mutant("answers from another resource")
class Mixing(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        if not isinstance(query, NameHas) or query.text != "Quillelsewhere":
            return await super().search(facts, resource, query, limit=limit)
        page = await super().search(facts, "Contacts", query, limit=limit)
        return Page(
            tuple(attrs.evolve(hit, ref=attrs.evolve(hit.ref, resource=resource)) for hit in page.items), page.next
        )


@mutant("reads a wildcard in a name")
class Wild(Searching):
    def asked(self, query: Query) -> Query:
        return (
            NameHas(query.text.partition("*")[0] or query.text)
            if isinstance(query, NameHas) and "Quill*" in query.text
            else query
        )


@mutant("stumbles over a sign in a name")
class Stumbling(Searching):
    def asked(self, query: Query) -> Query:
        if isinstance(query, NameHas) and '"' in query.text:
            raise UnexpectedAnswer("what?")
        return query


@mutant("does not find a word")
class Wordless(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return () if isinstance(query, TextHas) and query.text == "Quillword" else hits


@mutant("answers in any order")
class Shuffling(Searching):
    def __init__(self) -> None:
        self.turn = 1

    def hits(self, query: Query, hits: Hits) -> Hits:
        self.turn = -self.turn
        return hits[:: self.turn]


@mutant("follows pages in circles")
class Circling(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        while True:
            try:
                return await super().search(facts, resource, query, limit=limit)
            except PageLoop:
                continue


@mutant("searches as it must not")
class Trespassing(Microsoft365Connector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        if isinstance(query, PhoneIs):
            return Page(())
        return await super().search(facts, resource, query, limit=limit)


@mutant("quotes what was asked for")
class Quoting(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        try:
            return await super().search(facts, resource, query, limit=limit)
        except Unsupported:
            raise Unsupported(f"Zoho cannot search for {attrs.astuple(query)}") from None


@mutant("finds who is not asked for by a reference")
class Misleading(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return tuple(
            attrs.evolve(hit, ref=attrs.evolve(hit.ref, id=f"{hit.ref.id}0")) if hit.name == "Quillread" else hit
            for hit in hits
        )


@mutant("finds people with one of their numbers")
class OneOfMany(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return tuple(attrs.evolve(hit, phones=hit.phones[: 1 if isinstance(query, NameHas) else None]) for hit in hits)


@mutant("finds people as they were once")
class Outdated(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return tuple(attrs.evolve(hit, version="2020-01-01T00:00:00+00:00") for hit in hits)


@mutant("finds the first few only")
class Few(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        return Page(page.items[:10] if query == NameHas("Quillthrong") else page.items, page.next)


@mutant("does not know who came just now")
class Indexed(SalesforceConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page, now = await super().search(facts, resource, query, limit=limit), await Now()
        known = tuple(hit for hit in page.items if not hit.modified_at or now - hit.modified_at.timestamp() > 600)
        return Page(known, page.next) if isinstance(query, PhoneIs) else page
