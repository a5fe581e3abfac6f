"""The wrong connectors of :mod:`customer360_testkit.conformance.finding.searching`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    Page,
)
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


class _Searching(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        return self.hits(await super().search(facts, resource, self.asked(query), limit=limit))

    def asked(self, query: Query) -> Query:
        return query

    def hits(self, page: Page[Contact]) -> Page[Contact]:
        return page


@mutant("knows one spelling of a number")
class OneSpelling(_Searching):
    def hits(self, page: Page[Contact]) -> Page[Contact]:
        spelled = [hit for hit in page.items if hit.name.startswith("Speller")]
        other = {hit.ref for hit in spelled if any(phone.text.startswith("0") for phone in hit.phones)}
        return Page(tuple(hit for hit in page.items if hit.ref not in other), page.next)


class _Particular(SalesforceConnector):
    """Finds no number that is typed in some way."""

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if not isinstance(query, PhoneIs):
            return page
        known = (hit for hit in page.items if any(self.knows(each.text, query) for each in hit.phones))
        return Page(tuple(known), page.next)

    def knows(self, text: str, asked: PhoneIs) -> bool:
        raise NotImplementedError


@mutant("knows one spelling of a number", "with its area code")
class Distant(_Particular):
    def knows(self, text: str, asked: PhoneIs) -> bool:
        return asked.national in "".join(filter(str.isdecimal, text)) or not text.isascii()


@mutant("knows one spelling of a number", "in its own digits")
class Monoglot(_Particular):
    def knows(self, text: str, asked: PhoneIs) -> bool:
        return text.isascii()


@mutant("knows one spelling of a number", "as dialled from Europe")
class European(_Particular):
    def knows(self, text: str, asked: PhoneIs) -> bool:
        return not text.startswith(("011", "0011", "010"))


@mutant("finds people without their numbers")
class Bald(_Searching):
    def hits(self, page: Page[Contact]) -> Page[Contact]:
        bald = (attrs.evolve(hit, phones=()) if hit.name == "Bringer" else hit for hit in page.items)
        return Page(tuple(bald), page.next)


@mutant("takes a like address for the same")
class Like(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if not isinstance(query, EmailIs):
            return page
        near = await super().search(facts, resource, EmailIs(f"a{query.address}"), limit=limit)
        return Page((*page.items, *near.items), page.next)


@mutant("takes a like address for the same", "of people who are suggested")
class Suggested(Microsoft365Connector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        near = NameHas(query.address) if isinstance(query, EmailIs) and resource == "person" else query
        return await super().search(facts, resource, near, limit=limit)


@mutant("compares addresses letter by letter")
class Literal(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if not isinstance(query, EmailIs) or not query.address.isascii():
            return page
        return Page(
            tuple(hit for hit in page.items if query.address in [each.address for each in hit.emails]), page.next
        )


@mutant("compares addresses letter by letter", "and spaces behind them")
class Spacing(Microsoft365Connector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        spaced = isinstance(query, EmailIs) and query.address != query.address.strip()
        return Page(()) if spaced else await super().search(facts, resource, query, limit=limit)


@mutant("drops quotes from what it asks")
class Unquoting(_Searching):
    def asked(self, query: Query) -> Query:
        return FieldIs(query.field, query.value.replace("'", "")) if isinstance(query, FieldIs) else query


@mutant("takes the beginning of a value for the value")
class Beginning(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if not isinstance(query, FieldIs) or query.field != "Last_Name" or query.value[:5] != "Quill":
            return page
        return await super().search(facts, resource, NameHas(query.value), limit=limit)


@mutant("does not find a name")
class Nameless(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if not isinstance(query, NameHas):
            return page
        return Page(tuple(hit for hit in page.items if hit.name != "Quillington"), page.next)


@mutant("finds somebody for a name that nobody has")
class Obliging(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if page.items or not isinstance(query, NameHas):
            return page
        return await super().search(facts, resource, NameHas("a"), limit=limit)


@mutant("takes a sign in a name for any letter")
class Wild(_Searching):
    def asked(self, query: Query) -> Query:
        return NameHas("Quillwil") if query == NameHas("Quillwil\\") else query


@mutant("hands out more than was asked for")
class Generous(_Searching):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if not isinstance(query, NameHas):
            return page
        whole = await super().search(facts, resource, query, limit=200)
        return Page(whole.items, page.next)


@mutant("hides that there are more")
class Modest(_Searching):
    def hits(self, page: Page[Contact]) -> Page[Contact]:
        return Page(page.items, None if page.items and page.items[0].name.startswith("Quillmore") else page.next)


@mutant("finds who was asked for under another resource")
class Misplacing(_Searching):
    def hits(self, page: Page[Contact]) -> Page[Contact]:
        lost = [hit for hit in page.items if hit.name == "Quillplace"]
        moved = (attrs.evolve(hit, ref=attrs.evolve(hit.ref, resource="Leads")) for hit in lost)
        return Page((*(hit for hit in page.items if hit not in lost), *moved), page.next)


@mutant("hides that there are more", "than a hundred")
class Hundred(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        return Page(page.items) if limit >= 100 else page
