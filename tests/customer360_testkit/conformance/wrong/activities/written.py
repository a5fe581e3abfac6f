"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.written`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import (
    ActivityDraft,
)
from customer360.core.capabilities import Capability
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360_zoho import ZohoConnector


@mutant("never finds what it has created")
class Blind(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        return None if draft.key == "k1" else await super().find_created(facts, draft, since=since)


@mutant("finds what was never created")
class Hasty(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        found = await super().find_created(facts, draft, since=since)
        if found is not None:
            return found
        return await super().find_created(facts, attrs.evolve(draft, key=f"{draft.key}2"), since=since)


@mutant("writes an activity down twice")
class Doubling(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        ref = await super().create_activity(facts, draft)
        contact = await self.get(facts, draft.contact)
        if contact.name == "Single":
            await super().create_activity(facts, draft)
        return ref


class _Listing(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        return self.listed(await super().related(facts, contact, kind, limit=limit, cursor=cursor))

    def listed(self, page: Page[RelatedRecord]) -> Page[RelatedRecord]:
        raise NotImplementedError


@mutant("lists the oldest first")
class Backward(_Listing):
    def listed(self, page: Page[RelatedRecord]) -> Page[RelatedRecord]:
        return Page(page.items[::-1] if any(each.title == "Call k0" for each in page.items) else page.items, page.next)


@mutant("gives the first page again and again")
class Repeating(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        again = limit == 2 and (await self.get(facts, contact)).name == "Paged"
        return await super().related(facts, contact, kind, limit=limit) if again else page


@mutant("lists what belongs to others")
class Promiscuous(ZohoConnector):
    def __init__(self) -> None:
        self.last: RecordRef | None = None

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        self.last = draft.contact if draft.key == "k1" else None
        return await super().create_activity(facts, draft)

    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        other = self.last if kind is RelatedKind.CALL and self.last is not None else contact
        return await super().related(facts, other, kind, **more)


@mutant("takes a call for a task")
class Mislabelling(_Listing):
    def listed(self, page: Page[RelatedRecord]) -> Page[RelatedRecord]:
        items = (
            attrs.evolve(record, kind=RelatedKind.TASK) if record.kind is RelatedKind.CALL else record
            for record in page.items
        )
        return Page(tuple(items), page.next)


@mutant("loses the lines of a text")
class Flattening(_Listing):
    def listed(self, page: Page[RelatedRecord]) -> Page[RelatedRecord]:
        firsts = (record.text.startswith("First line") for record in page.items)
        texts = (
            " ".join(record.text.split()) if first else record.text
            for record, first in zip(page.items, firsts, strict=True)
        )
        return Page(
            tuple(attrs.evolve(record, text=text) for record, text in zip(page.items, texts, strict=True)), page.next
        )


@mutant("does not link")
class Loose(ZohoConnector):
    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._require(facts, Capability.LINK)
        self._ours(contact, record)
        if (await self.get(facts, contact)).name != "Borrower":
            await super().link(facts, contact, record)


@mutant("takes a draft's key for its own")
class Constant(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        key = "a1" if draft.key == "b2" else draft.key
        return await super().find_created(facts, attrs.evolve(draft, key=key), since=since)
