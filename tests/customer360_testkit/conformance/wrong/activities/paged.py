"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.paged`."""

from __future__ import annotations

from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import Listing, Records, mutant

from customer360.core.activities import (
    ActivityFilter,
    Operator,
)
from customer360.core.effects import Request
from customer360.core.errors import InvalidValue
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector
from customer360_zoho.auth import COQL, granted


@mutant("repeats a page of tasks")
class Repeating(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        again = kind is RelatedKind.TASK and limit == 2 and cursor == "2"
        page = await super().related(facts, contact, kind, limit=limit, cursor="0" if again else cursor)
        return Page(page.items, "4") if again else page


@mutant("repeats a page of tasks", "or sorts each by when they are due")
class Dueing(Listing):
    def listed(self, records: Records) -> Records:
        if {record.kind for record in records} != {RelatedKind.TASK}:
            return records
        return tuple(sorted(records, key=lambda record: str(record.fields["Due_Date"]), reverse=True))


@mutant("repeats a page of tasks", "or sorts all by when they are due, and tells another time")
class ByDay(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        if kind is not RelatedKind.TASK or not granted(facts, COQL):
            return await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        query = ActivityFilter(
            resource="Tasks", contact=contact, sort=("Due_Date", True), limit=min(limit, 200), cursor=cursor
        )
        return await self.activities(facts, query)


@mutant("repeats a page of tasks", "or cuts texts short on every page but the first")
class Cutting(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        if cursor is None:
            return page
        return Page(tuple(attrs.evolve(each, text=each.text[:50]) for each in page.items), page.next)


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


class _FirstPage(Microsoft365Connector):
    """Takes the first page of the user's lists for all of them."""

    of: str

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        def alter(request: Request, told: Any) -> Any:
            return {name: told[name] for name in told if name != "@odata.nextLink"} if self.of in request.path else None

        op = super().related(facts, contact, kind, limit=limit, cursor=cursor)
        page: Page[RelatedRecord] = await hearing(op, alter)
        return page


@mutant("lists fifty, and says that there are no more", "or a page of everybody's tasks")
class TasksFirstPage(_FirstPage):
    of = "/todo/"


@mutant("lists fifty, and says that there are no more", "or a page of appointments")
class EventsFirstPage(_FirstPage):
    of = "/events"


@mutant("lists fifty, and says that there are no more", "where others came after")
class Buried(BullhornConnector):
    """Ends a list of notes at a page that holds calls only, for both are rows of one kind."""

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        newer = await super().related(facts, contact, RelatedKind.CALL, limit=200)
        buried = kind is RelatedKind.NOTE and len(newer.items) == 200
        return Page(()) if buried else page


@mutant("lists fifty, and says that there are no more", "of a filtered listing")
class FilteredFifty(Microsoft365Connector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        page = await super().activities(facts, attrs.evolve(query, limit=min(query.limit, 50)))
        return page if query.limit <= 50 else Page(page.items)


@mutant("lists fifty, and says that there are no more", "or refuses to list more")
class Shortlisting(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        if limit > 100:
            raise InvalidValue("no more than a hundred at once")
        return await super().related(facts, contact, kind, limit=limit, cursor=cursor)


@mutant("sorts the first page of a listing only")
class Frontsorted(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        page = await super().activities(facts, query)
        return Page(page.items[::-1], page.next) if query.cursor else page


@mutant("sorts the first page of a listing only", "and no listing that keeps to a condition")
class Unsorted(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        unsorted = query.conditions and not query.sort
        return await super().activities(facts, attrs.evolve(query, sort=("id", False)) if unsorted else query)
