"""Wrong connectors that ask for more than they need, or declare less than they may."""

from __future__ import annotations

from typing import ClassVar

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.connector import Limits
from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, ContactChange, Page, RecordRef, RelatedKind, RelatedRecord
from customer360_bullhorn import BullhornConnector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector

_NAME = "reads what it has no use for"


@mutant(_NAME)
class _First(SalesforceConnector):
    """The contact, before a list of what belongs to it."""

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        if page.items:
            await self.get(facts, contact)
        return page


@mutant(_NAME, "twice")
class _Twice(SalesforceConnector):
    """A contact, and the same once more."""

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        await super().get(facts, ref)
        return await super().get(facts, ref)


@mutant(_NAME, "behind a write")
class _Behind(BullhornConnector):
    """Who was changed, and nobody asks."""

    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        await super().update(facts, change)
        await self.get(facts, change.ref)


@mutant("declares less than it may")
class _ShortPages(ZohoConnector):
    """Pages of ten."""

    limits: ClassVar[Limits] = attrs.evolve(ZohoConnector.limits, page_size=10)


@mutant("declares less than it may", "one at a time")
class _OneAtATime(SalesforceConnector):
    """One request at a time."""

    limits: ClassVar[Limits] = attrs.evolve(SalesforceConnector.limits, concurrent=1)
