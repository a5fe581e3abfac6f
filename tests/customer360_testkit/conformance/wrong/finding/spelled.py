"""The wrong connectors of :mod:`customer360_testkit.conformance.finding.spelled`."""

from __future__ import annotations

from unicodedata import normalize

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Hits, Searching, mutant

from customer360.core.errors import Unsupported
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    Page,
)
from customer360.core.search import EmailIs, FieldIs, NameHas, Query, TextHas
from customer360_bullhorn import BullhornConnector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("takes the second first name for the last")
class TwoWords(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        words = query.text.split() if isinstance(query, NameHas) else []
        return tuple(hit for hit in hits if hit.family_name == words[1]) if words[:1] == ["Quillada"] else hits


@mutant("takes the second first name for the last", "and leaves out the fourth word")
class ThreeWords(BullhornConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        asked = NameHas(" ".join(query.text.split()[:3])) if isinstance(query, NameHas) else query
        return await super().search(facts, resource, asked, limit=limit)


@mutant("asks for a name up to its hyphen")
class Hyphenless(Searching):
    def asked(self, query: Query) -> Query:
        cut = isinstance(query, NameHas) and query.text.startswith("Quillsmith-")
        return NameHas("Quillsmith") if cut else query


@mutant("cuts a long address")
class Shortening(Searching):
    def asked(self, query: Query) -> Query:
        return EmailIs(query.address[-70:]) if isinstance(query, EmailIs) else query


@mutant("compares no number as a field")
class Numberless(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return () if isinstance(query, FieldIs) and query.value.startswith("+4420794613") else hits


@mutant("hides that more people are called by a word")
class Wordy(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        return Page(page.items) if isinstance(query, TextHas) else page


@mutant("finds people without their owner")
class Unowned(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return tuple(attrs.evolve(hit, owner=None) for hit in hits) if isinstance(query, NameHas) else hits


@mutant("finds no word but the first")
class Forward(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        front = query.text if isinstance(query, TextHas) else ""
        return tuple(hit for hit in hits if "Quillmiddle" not in hit.name or hit.name.startswith(front))


@mutant("finds no word but the first", "and none that is not of a name")
class Nominal(BullhornConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        asked = NameHas(query.text) if isinstance(query, TextHas) else query
        return await super().search(facts, resource, asked, limit=limit)


@mutant("finds no word but the first", "and none with an umlaut")
class Decomposing(SalesforceConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        asked = TextHas(normalize("NFD", query.text)) if isinstance(query, TextHas) else query
        return await super().search(facts, resource, asked, limit=limit)


@mutant("knows capitals of ASCII only")
class Plain(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        asked = query.address if isinstance(query, EmailIs) and not query.address.isascii() else ""
        return tuple(hit for hit in hits if not asked or asked[:3] in hit.emails[0].address)


@mutant("finds no word of others")
class Wordless(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        if isinstance(query, TextHas) and resource != "Contacts":
            return Page(())
        return await super().search(facts, resource, query, limit=limit)


@mutant("finds no word of others", "nor of anybody")
class Unsearching(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        if isinstance(query, TextHas):
            raise Unsupported("not this text")
        return await super().search(facts, resource, query, limit=limit)


@mutant("stumbles over a sign in a text")
class Stumbling(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if isinstance(query, TextHas) and "'" in query.text:
            raise Unsupported("the CRM did not read it")
        return page


@mutant("asks for one of several words")
class Impatient(Searching):
    def asked(self, query: Query) -> Query:
        return TextHas(query.text.split()[0]) if isinstance(query, TextHas) and query.text.split() else query


@mutant("asks for one of several words", "or for two")
class TwoOfThree(SalesforceConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        asked = (
            TextHas(" ".join(query.text.split()[:2])) if isinstance(query, TextHas) and query.text.split() else query
        )
        return await super().search(facts, resource, asked, limit=limit)


@mutant("asks for one of several words", "or for those without digits")
class Digitless(Searching):
    def asked(self, query: Query) -> Query:
        words = [word for word in query.text.split() if not word.isdigit()] if isinstance(query, TextHas) else []
        return TextHas(" ".join(words)) if words else query
