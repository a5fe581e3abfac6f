"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.changing`."""

from __future__ import annotations

from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import (
    ActivityChange,
    ActivityFilter,
    Operator,
)
from customer360.core.capabilities import Capability
from customer360.core.errors import (
    Gone,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360_zoho import ZohoConnector


class _Changing(ZohoConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        await super().update_activity(facts, self.changed(change))

    def changed(self, change: ActivityChange) -> ActivityChange:
        raise NotImplementedError


@mutant("does not untie")
class Clinging(ZohoConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._require(facts, Capability.UNLINK)
        self._ours(contact, record)
        if (await self.get(facts, contact)).name != "Tied":
            await super().unlink(facts, contact, record)


@mutant("lists calls of everybody")
class Unfiltered(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        whose = await self.get(facts, query.contact) if query.contact is not None else None
        anybody = whose is not None and whose.name == "Filtered"
        return await super().activities(facts, attrs.evolve(query, contact=None) if anybody else query)


@mutant("lists a resource that is not there")
class Nowhere(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        return Page(()) if query.resource == "Quillnosuch" else await super().activities(facts, query)


@mutant("goes on from a page that means nothing")
class Pageless(ZohoConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        try:
            return await super().related(facts, contact, kind, **more)
        except Gone:
            return await super().related(facts, contact, kind)


class _Amending(ZohoConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        await super().update_activity(facts, self.amended(change))

    def amended(self, change: ActivityChange) -> ActivityChange:
        raise NotImplementedError


@mutant("lists whatever was asked for")
class Unconditional(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        titled = [each.operator for each in query.conditions if each.values == ("Quill 1",)] == [Operator.EQUALS]
        return await super().activities(facts, attrs.evolve(query, conditions=()) if titled else query)
