"""The wrong connectors of :mod:`customer360_testkit.conformance.bounds.interleaving`."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import (
    ActivityDraft,
)
from customer360.core.effects import GET, Request
from customer360.core.errors import NotFound
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    ContactChange,
    Page,
    RecordRef,
)
from customer360.core.search import EmailIs, Query
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector


@mutant("mixes up two searches")
class Muddling(ZohoConnector):
    asked: Query | None = None

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        self.asked = query
        page = await super().search(facts, resource, query, limit=limit)
        return page if self.asked == query else Page(())


@mutant("reads a contact by another link")
class Straying(ZohoConnector):
    facts: LinkFacts | None = None

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        self.facts = facts
        contact = await super().get(facts, ref)
        return attrs.evolve(contact, url=self.record_url(self.facts, ref))


@mutant("writes down what another agent said")
class Misquoting(ZohoConnector):
    draft: Any = None

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        self.draft = draft
        self._ours(draft.contact, draft.owner)
        if draft.key != "k":  # of nobody, without permission
            with suppress(NotFound):
                await self.get(facts, draft.contact)
        return await super().create_activity(facts, self.draft)


@mutant("changes somebody else")
class Mischanging(ZohoConnector):
    change: Any = None

    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        self._ours(change.ref)
        self.change = change
        if change.ref.id != "1" and "Title" in change.fields:  # 1 is nobody, without permission
            await self.identify(facts)
        await super().update(facts, self.change)


def _unguarded(request: Request) -> Request:
    return attrs.evolve(request, headers=tuple(each for each in request.headers if each[0] != "If-Match"))


@mutant("overwrites what a colleague wrote meanwhile")
class Overrunning(Microsoft365Connector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        several = change.version is None and len(change.fields) == 1
        await hearing(super().update(facts, change), send=_unguarded if several else lambda each: each)


@mutant("overwrites what a colleague wrote meanwhile", "into the same text")
class Overwriting(Microsoft365Connector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        ref: RecordRef = await hearing(super().create_activity(facts, draft), send=_unguarded)
        return ref


@mutant("goes on after it was told to stop")
class Unstoppable(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        try:
            await super().update(facts, change)
        except GeneratorExit:
            await GET("/org")
            raise


@mutant("remembers who was found")
class Recalling(ZohoConnector):
    def __init__(self) -> None:
        self.found: dict[Query, Page[Contact]] = {}

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if not isinstance(query, EmailIs) or "remembered" not in query.address:
            return page
        return self.found.setdefault(query, page)
