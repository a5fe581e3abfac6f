"""The wrong connectors of :mod:`customer360_testkit.conformance.nets.lists`."""

from __future__ import annotations

from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityFilter
from customer360.core.effects import Now
from customer360.core.linking import LinkFacts
from customer360.core.records import Page, RecordRef, RelatedKind, RelatedRecord
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("tells less on a later page of a list")
class Ownerless(ZohoConnector):
    """Of what stands beyond the fortieth place, whose it is."""

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        room = max(0, 40 - int(cursor or 0))
        return Page((*page.items[:room], *(attrs.evolve(each, owner=None) for each in page.items[room:])), page.next)


@mutant("tells less on a later page of a list", "or nothing of what is years away")
class Nearby(Microsoft365Connector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        latest = await Now() + 1500 * 86_400
        return Page(tuple(each for each in page.items if not each.at or each.at.timestamp() < latest), page.next)


@mutant("tells less on a later page of a list", "or leaves out one of those that a long page ends with")
class Offbyone(BullhornConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        return Page(page.items[:-1], page.next) if len(page.items) == 100 else page


@mutant("tells less on a later page of a list", "of a filtered listing, where pages are of one")
class Single(SalesforceConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        page = await super().activities(facts, query)
        ends = query.limit == 1 and query.cursor == "9"
        return Page(page.items) if ends else page


@mutant("tells of a list as it was when it was looked at")
class Keeping(ZohoConnector):
    """All pages of cases but the first."""

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        kept: dict[Any, Page[RelatedRecord]] = self.__dict__.setdefault("_kept", {})
        asked = (facts.user, contact, kind, limit, cursor)
        if cursor is None or kind is not RelatedKind.CASE or asked not in kept:
            kept[asked] = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        return kept[asked]


@mutant("tells of a list as it was when it was looked at", "or only what has a title")
class Titling(SalesforceConnector):
    """Hides tasks that are called nothing, as somebody may have corrected them."""

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        return Page(tuple(each for each in page.items if each.title or kind is not RelatedKind.TASK), page.next)


@mutant("leaves out some of what was there before")
class Impersonal(SalesforceConnector):
    """Of a company, what its people have done."""

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        return self.known(contact, await super().related(facts, contact, kind, limit=limit, cursor=cursor))

    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        return self.known(query.contact, await super().activities(facts, query))

    def known(self, contact: RecordRef | None, page: Page[RelatedRecord]) -> Page[RelatedRecord]:
        hidden = contact is not None and contact.resource == "Account"
        done = [each for each in page.items if hidden and (each.kind, each.status) == (RelatedKind.TASK, "Completed")]
        return Page(tuple(each for each in page.items if each not in done), page.next)


@mutant("leaves out some of what was there before", "or keeps the deals that it was told of")
class Keeper(SalesforceConnector):
    """On long pages."""

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        kept: dict[Any, Page[RelatedRecord]] = self.__dict__.setdefault("_kept", {})
        asked = (facts.user, contact, kind, limit, cursor)
        if limit < 100 or kind is not RelatedKind.DEAL or asked not in kept:
            kept[asked] = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        return kept[asked]
