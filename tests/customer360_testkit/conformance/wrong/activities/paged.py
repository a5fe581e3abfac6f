"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.paged`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import (
    ActivityFilter,
    Operator,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360_zoho import ZohoConnector


@mutant("repeats a page of tasks")
class Repeating(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        again = kind is RelatedKind.TASK and limit == 2 and cursor == "2"
        page = await super().related(facts, contact, kind, limit=limit, cursor="0" if again else cursor)
        return Page(page.items, "4") if again else page


@mutant("lists everybody's where it was a lead's")
class Leadless(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        lead = query.contact is not None and query.contact.resource == "Leads"
        return await super().activities(facts, attrs.evolve(query, contact=None) if lead else query)


@mutant("does not compare how far a task is")
class Statusless(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        kept = tuple(
            each for each in query.conditions if each.field != "Status" or each.operator is not Operator.EQUALS
        )
        return await super().activities(facts, attrs.evolve(query, conditions=kept))


@mutant("lists fifty, and says that there are no more")
class Fifty(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        return Page(page.items[:50]) if len(page.items) > 50 else page


@mutant("sorts the first page of a listing only")
class Frontsorted(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        page = await super().activities(facts, query)
        return Page(page.items[::-1], page.next) if query.cursor else page
