"""The wrong connectors of :mod:`customer360_testkit.conformance.bounds.apart`."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.connector import Identity
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    ContactDraft,
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
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
