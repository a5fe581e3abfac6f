"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.filtering`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import (
    ActivityFilter,
    Condition,
    Operator,
)
from customer360.core.errors import Unsupported
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Page,
    RelatedRecord,
)
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


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


@mutant("takes the first of several values for all", "of tasks")
class FirstOfTasks(FirstValue):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        right = ZohoConnector()
        return await (super().activities if query.resource == "Tasks" else right.activities)(facts, query)


@mutant("takes the first of several values for all", "and the first fifty of many")
class FirstFifty(_Filtering):
    def condition(self, condition: Condition) -> Condition:
        return attrs.evolve(condition, values=condition.values[:50])


@mutant("takes the first of several values for all", "and three of four")
class FirstThree(SalesforceConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        conditions = tuple(attrs.evolve(each, values=each.values[:3]) for each in query.conditions)
        return await super().activities(facts, attrs.evolve(query, conditions=conditions))


@mutant("takes the first of several values for all", "and leaves out their quotes")
class Unquoting(_Filtering):
    def condition(self, condition: Condition) -> Condition:
        values = (each.replace("'", "") if isinstance(each, str) else each for each in condition.values)
        return attrs.evolve(condition, values=tuple(values))


class _Refusing(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        if self.refused(query):
            raise Unsupported("this is not listed")
        return await super().activities(facts, query)

    def refused(self, query: ActivityFilter) -> bool:
        raise NotImplementedError


@mutant("declares that it lists, and refuses to")
class CallsOnly(_Refusing):
    def refused(self, query: ActivityFilter) -> bool:
        return query.resource not in ("Calls", "Quillnosuch")


@mutant("declares that it lists, and refuses to", "under any condition")
class Unconditional(_Refusing):
    def refused(self, query: ActivityFilter) -> bool:
        return bool(query.conditions)


@mutant("declares that it lists, and refuses to", "in any order but its own")
class Orderless(_Refusing):
    def refused(self, query: ActivityFilter) -> bool:
        return query.sort is not None


@mutant("keeps to the first of its conditions")
class FirstCondition(_Filtering):
    def kept_to(self, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return conditions[:1]


@mutant("keeps to the first of its conditions", "and to the second")
class TwoConditions(_Filtering):
    def kept_to(self, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return conditions[:2]


@mutant("lists the first page of everybody only")
class FirstPage(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        page = await super().activities(facts, query)
        return page if query.contact is not None else Page(page.items)


@mutant("forgets on the next page what was asked")
class Straying(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        return await super().activities(
            facts, attrs.evolve(query, conditions=()) if query.cursor and not query.sort else query
        )
