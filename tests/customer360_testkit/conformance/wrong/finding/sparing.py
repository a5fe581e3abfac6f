"""The wrong connectors of :mod:`customer360_testkit.conformance.finding.sparing`."""

from __future__ import annotations

from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import Changes, Contact, Page, RecordRef, RelatedKind, RelatedRecord
from customer360.core.search import NameHas, Query
from customer360_zoho import ZohoConnector


@mutant("asks for each hit by itself")
class Doting(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        for hit in page.items:
            if "Quillmany" in hit.name:
                await self.get(facts, hit.ref)
        return page


@mutant("reads others to read one")
class Gathering(ZohoConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        if contact.name == "Quillalone":
            await self.search(facts, "Contacts", NameHas("Quillbystander"))
        return contact


@mutant("asks for each record by itself")
class Rereading(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        if any("plenty" in f"{record.title} {record.text}" for record in page.items):
            for _ in page.items:
                await super().get(facts, contact)
        return page


@mutant("asks for each record by itself", "of what has changed")
class RereadingChanges(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        for each in changes.changed:
            if "Quillfresh" in each.name:
                await super().get(facts, each.ref)
        return changes
