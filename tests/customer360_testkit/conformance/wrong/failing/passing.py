"""The wrong connectors of :mod:`customer360_testkit.conformance.failing.passing`."""

from __future__ import annotations

from typing import ClassVar

from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import (
    ActivityDraft,
)
from customer360.core.effects import Now
from customer360.core.errors import (
    CrmUnavailable,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360.core.search import NameHas, Query
from customer360_zoho import ZohoConnector


@mutant("remembers a failure")
class Sulking(ZohoConnector):
    down: ClassVar[list[LinkFacts]] = []

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        if any(each is facts for each in self.down):
            return Page(())
        try:
            return await super().search(facts, resource, query, limit=limit)
        except CrmUnavailable:
            self.down.extend([facts] if query == NameHas("Quillagain") else [])
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
