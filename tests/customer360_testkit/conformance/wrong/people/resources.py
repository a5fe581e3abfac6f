"""The wrong connectors of :mod:`customer360_testkit.conformance.people.resources`."""

from __future__ import annotations

from typing import ClassVar

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.effects import GET
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Changes,
    Contact,
    ContactChange,
    ContactKind,
    Page,
    RecordRef,
)
from customer360.core.search import EmailIs, NameHas, PhoneIs, Query
from customer360_zoho import ZohoConnector


class _Overlooking(ZohoConnector):
    resource: ClassVar[str]
    query: ClassVar[type[Query]]

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        asked_later = isinstance(query, NameHas) and query.text.startswith("Quill")
        return Page(()) if resource == self.resource and isinstance(query, self.query) and not asked_later else page


@mutant("does not find companies by name")
class Nobodys(_Overlooking):
    resource, query = "Accounts", NameHas


@mutant("does not know the number of a company")
class Switchless(_Overlooking):
    resource, query = "Accounts", PhoneIs


@mutant("does not know the address of a lead")
class Mailless(_Overlooking):
    resource, query = "Leads", EmailIs


@mutant("reads half of a lead")
class Halving(ZohoConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        return attrs.evolve(contact, version=None) if ref.resource == "Leads" else contact


@mutant("takes people for companies")
class Incorporating(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        page = await super().changes(facts, resource, cursor)
        if resource != "Contacts":
            return page
        kinds = [each.kind if len(each.phones) > 1 else ContactKind.COMPANY for each in page.changed]
        told = zip(page.changed, kinds, strict=True)
        return attrs.evolve(page, changed=tuple(attrs.evolve(each, kind=kind) for each, kind in told))


@mutant("keeps the leads that are gone")
class Keeping(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        page = await super().changes(facts, resource, cursor)
        if resource != "Leads" or not page.gone:
            return page
        answer = await GET(f"/{resource}/deleted", {"type": "recycle"})
        binned = answer.content if answer.status == 200 else b""
        return attrs.evolve(page, gone=tuple(each for each in page.gone if each.id.encode() not in binned))


@mutant("lets a lead be overwritten")
class Unguarded(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        lead = change.ref.resource == "Leads"
        await super().update(facts, attrs.evolve(change, version=None) if lead else change)


@mutant("writes back what it has just read")
class Echoing(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        if any("conform.example" in f"{value}" for value in change.fields.values()):
            read = (await self.get(facts, change.ref)).fields
            change = attrs.evolve(change, fields={"Phone": read.get("Phone"), **change.fields})
        await super().update(facts, change)
