"""Connectors that keep something between two agents, or between two tries."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.customer360_testkit.conformance.registry import mutant

from customer360.core.activities import ActivityDraft
from customer360.core.connector import Identity
from customer360.core.effects import Now
from customer360.core.errors import CrmUnavailable
from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, ContactDraft, Page, RecordRef, RelatedKind, RelatedRecord
from customer360.core.search import Query
from customer360_zoho import ZohoConnector


@mutant("mixes up two lists")
class Shelving(ZohoConnector):
    shelf: ClassVar[dict[str, Any]] = {}

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        self.shelf["page"] = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        await super().get(facts, contact)
        page: Page[RelatedRecord] = self.shelf["page"]
        return page


@mutant("takes who signs in at the same time for one")
class Twinning(ZohoConnector):
    last: ClassVar[dict[str, Identity]] = {}

    async def identify(self, facts: LinkFacts) -> Identity:
        self.last["who"] = await super().identify(facts)
        await super().identify(facts)
        return self.last["who"]


@mutant("takes another's contact for the one that it made")
class Adopting(ZohoConnector):
    made: ClassVar[dict[str, RecordRef]] = {}

    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        self.made["last"] = await super().create(facts, draft)
        await super().get(facts, self.made["last"])
        return self.made["last"]


@mutant("remembers a failure")
class Sulking(ZohoConnector):
    down: ClassVar[list[LinkFacts]] = []

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        if any(each is facts for each in self.down):
            return Page(())
        try:
            return await super().search(facts, resource, query, limit=limit)
        except CrmUnavailable:
            self.down.append(facts)
            raise


@mutant("remembers who was deleted")
class Mourning(ZohoConnector):
    known: ClassVar[list[tuple[LinkFacts, Contact]]] = []

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        for link, contact in self.known:
            if link is facts and contact.ref == ref:
                return contact
        contact = await super().get(facts, ref)
        if contact.name == "Quilldeleted":
            self.known.append((facts, contact))
        return contact


@mutant("takes what was given up for done")
class Presuming(ZohoConnector):
    begun: ClassVar[dict[int, ActivityDraft]] = {}

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        if self.begun.get(id(draft)) is draft:
            await Now()
            return draft.contact
        self.begun[id(draft)] = draft
        ref = await super().create_activity(facts, draft)
        del self.begun[id(draft)]
        return ref


@mutant("hides what colleagues wrote")
class Jealous(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        mine = [each for each in page.items if each.owner is None or each.owner.id == facts.user]
        return Page(tuple(mine), page.next) if mine and kind is RelatedKind.NOTE else page
