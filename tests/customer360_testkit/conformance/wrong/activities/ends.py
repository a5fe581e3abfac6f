"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.ends`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityFilter, Condition, Operator
from customer360.core.linking import LinkFacts
from customer360.core.records import Page, RelatedRecord
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector


class _Asking:
    """Asks for something else."""

    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        page: Page[RelatedRecord] = await super().activities(facts, self.asked(query))  # type: ignore[misc]
        return page

    def asked(self, query: ActivityFilter) -> ActivityFilter:
        raise NotImplementedError


class _Apart(_Asking):
    """Takes a span for what is more than the one end and less than the other."""

    def asked(self, query: ActivityFilter) -> ActivityFilter:
        return attrs.evolve(query, conditions=tuple(each for one in query.conditions for each in self.halves(one)))

    def halves(self, condition: Condition) -> Iterator[Condition]:
        if condition.operator is Operator.BETWEEN:
            yield attrs.evolve(condition, operator=Operator.GREATER, values=condition.values[:1])
            yield attrs.evolve(condition, operator=Operator.LESS, values=condition.values[1:])
        else:
            yield condition


@mutant("leaves out the ends of a span")
class ZohoApart(_Apart, ZohoConnector):
    pass


@mutant("leaves out the ends of a span", "of rows that it compares itself")
class MicrosoftApart(_Apart, Microsoft365Connector):
    pass


@mutant("leaves out the ends of a span", "the upper one")
class HalfOpen(_Asking, Microsoft365Connector):
    def asked(self, query: ActivityFilter) -> ActivityFilter:
        spans = [each for each in query.conditions if each.operator is Operator.BETWEEN]
        upper = [Condition(each.field, Operator.LESS, each.values[1:]) for each in spans]
        return attrs.evolve(query, conditions=(*query.conditions, *upper))


@mutant("leaves out the ends of a span", "or counts those of before and after")
class Closed(_Asking, BullhornConnector):
    def asked(self, query: ActivityFilter) -> ActivityFilter:
        return attrs.evolve(query, conditions=tuple(map(self.closed, query.conditions)))

    def closed(self, condition: Condition) -> Condition:
        if condition.operator is not Operator.LESS or not isinstance(condition.values[0], int):
            return condition
        return attrs.evolve(condition, values=(condition.values[0] + 1,))


@mutant("leaves out the ends of a span", "or counts a whole day to those before it")
class Inclusive(_Asking, ZohoConnector):
    def asked(self, query: ActivityFilter) -> ActivityFilter:
        return attrs.evolve(query, conditions=tuple(map(self.inclusive, query.conditions)))

    def inclusive(self, condition: Condition) -> Condition:
        (value, *_) = condition.values or (None,)
        if condition.operator is not Operator.LESS or type(value) is not date:
            return condition
        return attrs.evolve(condition, values=(value + timedelta(days=1),))


@mutant("leaves out the ends of a span", "that is told in another zone")
class Zoneless(_Asking, ZohoConnector):
    def asked(self, query: ActivityFilter) -> ActivityFilter:
        return attrs.evolve(query, conditions=tuple(map(self.zoneless, query.conditions)))

    def zoneless(self, condition: Condition) -> Condition:
        values = (each.replace(tzinfo=UTC) if isinstance(each, datetime) else each for each in condition.values)
        return condition if condition.operator is not Operator.LESS else attrs.evolve(condition, values=tuple(values))


@mutant("takes yes and no for words")
class Wording(_Asking, BullhornConnector):
    def asked(self, query: ActivityFilter) -> ActivityFilter:
        return attrs.evolve(query, conditions=tuple(map(self.worded, query.conditions)))

    def worded(self, condition: Condition) -> Condition:
        words = (str(each).lower() if isinstance(each, bool) else each for each in condition.values)
        return attrs.evolve(condition, values=tuple(words))


@mutant("sorts one kind, and one way", "and that not as asked")
class Disorderly(_Asking, ZohoConnector):
    def asked(self, query: ActivityFilter) -> ActivityFilter:
        return attrs.evolve(query, sort=None)


@mutant("sorts one kind, and one way")
class Downwards(_Asking, BullhornConnector):
    def asked(self, query: ActivityFilter) -> ActivityFilter:
        return attrs.evolve(query, sort=query.sort and (query.sort[0], True))


@mutant("sorts one kind, and one way", "but no appointments")
class EventsUnsorted(_Asking, ZohoConnector):
    def asked(self, query: ActivityFilter) -> ActivityFilter:
        return query if query.resource != "Events" else attrs.evolve(query, sort=None)


@mutant("sorts one kind, and one way", "and not what is kept to a condition")
class ConditionsUnsorted(_Asking, ZohoConnector):
    def asked(self, query: ActivityFilter) -> ActivityFilter:
        return attrs.evolve(query, sort=("id", True)) if query.conditions and query.sort else query
