"""The wrong connectors of :mod:`customer360_testkit.conformance.nets.conditions`."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityFilter, Operator
from customer360.core.linking import LinkFacts
from customer360.core.records import Page, RelatedRecord
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("takes some of a condition's values for all")
class Fewer(SalesforceConnector):
    """The first hundred."""

    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        kept = tuple(
            attrs.evolve(each, values=each.values[:100]) if each.operator is Operator.IN else each
            for each in query.conditions
        )
        return await super().activities(facts, attrs.evolve(query, conditions=kept))


class _Misread(ZohoConnector):
    """Wrong in what it compares with."""

    def value(self, value: Any) -> Any:
        raise NotImplementedError

    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        kept = tuple(attrs.evolve(each, values=tuple(map(self.value, each.values))) for each in query.conditions)
        return await super().activities(facts, attrs.evolve(query, conditions=kept))


@mutant("takes some of a condition's values for all", "and compares text without its accents")
class Unaccented(_Misread):
    def value(self, value: Any) -> Any:
        apart = unicodedata.normalize("NFKD", value) if isinstance(value, str) else ""
        return "".join(sign for sign in apart if not unicodedata.combining(sign)) if apart else value


@mutant("takes some of a condition's values for all", "and none of days before 1970")
class Epochal(_Misread):
    def value(self, value: Any) -> Any:
        return max(value, date(1970, 1, 1)) if isinstance(value, date) and not isinstance(value, datetime) else value


@mutant("takes some of a condition's values for all", "of the first three conditions")
class Three(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        return await super().activities(facts, attrs.evolve(query, conditions=query.conditions[:3]))


@mutant("sorts by some of what records hold")
class Upwards(Microsoft365Connector):
    """Where there is a condition."""

    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        sort = (query.sort[0], False) if query.sort and query.conditions else query.sort
        return await super().activities(facts, attrs.evolve(query, sort=sort))


@mutant("sorts by some of what records hold", "or by nothing but text where another field is this")
class Unsorted(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        this = any(condition.operator is Operator.EQUALS for condition in query.conditions)
        lost = this and query.sort and query.sort[0] in ("Due_Date", "Call_Start_Time", "Created_Time")
        return await super().activities(facts, attrs.evolve(query, sort=None) if lost else query)
