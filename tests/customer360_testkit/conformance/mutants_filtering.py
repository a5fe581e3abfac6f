"""Connectors that are wrong about lists: which records are in them, in which order, and whose they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
from tests.customer360_testkit.conformance.registry import Listing, mutant

from customer360.core.activities import ActivityFilter, Condition, Operator
from customer360.core.errors import InvalidValue, NotFound
from customer360.core.linking import LinkFacts
from customer360.core.records import Page, RecordRef, RelatedKind, RelatedRecord
from customer360_zoho import ZohoConnector

Records = tuple[RelatedRecord, ...]

# Filtered -------------------------------------------------------------------------------------------------------------


class _Filtering(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        conditions = self.kept_to(tuple(self.condition(each) for each in query.conditions))
        return await super().activities(facts, attrs.evolve(query, conditions=conditions))

    def condition(self, condition: Condition) -> Condition:
        return condition

    def kept_to(self, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return conditions


@mutant("takes the first of several values for all")
class FirstValue(_Filtering):
    def condition(self, condition: Condition) -> Condition:
        if condition.operator is not Operator.IN:
            return condition
        return attrs.evolve(condition, values=condition.values[:1])


@mutant("lists what came later for what came before")
class Zoneless(_Filtering):
    def condition(self, condition: Condition) -> Condition:
        here = [each for each in condition.values if isinstance(each, datetime) and each.tzinfo is not UTC]
        if len(here) != 1 or condition.operator is not Operator.LESS:
            return condition
        return attrs.evolve(condition, values=(here[0].replace(tzinfo=UTC),))


@mutant("keeps to the first of its conditions")
class FirstCondition(_Filtering):
    def kept_to(self, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return conditions[:1]


@mutant("counts a day to those before it")
class Inclusive(_Filtering):
    def condition(self, condition: Condition) -> Condition:
        (value, *_) = condition.values or (None,)
        if condition.operator is not Operator.LESS or type(value) is not date:
            return condition
        return attrs.evolve(condition, values=(value + timedelta(days=1),))


@mutant("lists the first page of everybody only")
class FirstPage(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        page = await super().activities(facts, query)
        return page if query.contact is not None else Page(page.items)


# Of a contact ---------------------------------------------------------------------------------------------------------


@mutant("lists the same words once")
class Unique(Listing):
    def listed(self, records: Records) -> Records:
        firsts = {(record.title, record.text.partition("ref:")[0]): record for record in records[::-1]}
        return tuple(record for record in records if record.text[:6] != "Nobody" or record in firsts.values())


@mutant("cannot list many at once")
class Shortlisting(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        if limit > 100:
            raise InvalidValue("no more than a hundred at once")
        return await super().related(facts, contact, kind, limit=limit, cursor=cursor)


@mutant("forgets who wrote it")
class Ownerless(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(attrs.evolve(record, owner=None) for record in records)


@mutant("takes a list that is not there for an empty one")
class Forgetting(ZohoConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        try:
            return await super().related(facts, contact, kind, **more)
        except NotFound:
            if contact.crm != "zoho":
                raise
            return Page(())


@mutant("calls every deal a deal")
class DealNaming(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(
            attrs.evolve(record, title="Deal") if record.kind is RelatedKind.DEAL else record for record in records
        )


@mutant("hides what is long ago")
class Shortsighted(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(record for record in records if record.at is None or record.at.year > 2020)


@mutant("hides calls that nobody took")
class TakenOnly(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(record for record in records if not record.text.startswith("ref: missed"))


@mutant("lists by when it was written down")
class Chronicling(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(sorted(records, key=lambda record: (record.created_at or datetime.now(UTC), record.ref.id)))[::-1]
