"""Wrong connectors that describe something else than they are told."""

from __future__ import annotations

from typing import Final

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.connector import Identity
from customer360.core.linking import LinkFacts
from customer360.core.metadata import FieldType, Resource, Schema
from customer360_bullhorn import BullhornConnector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector

_NAME: Final = "describes something else than it is told"
_SEARCHED: Final = "searches what it describes as not searchable"


@mutant(_NAME)
class _Sorted(ZohoConnector):
    """Choices in an order of its own."""

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        fields = [
            attrs.evolve(each, choices=tuple(sorted(each.choices, key=lambda c: c.label))) for each in schema.fields
        ]
        return attrs.evolve(schema, fields=tuple(fields))


@mutant(_NAME, "leads to one only")
class _First(SalesforceConnector):
    """Of what a field of a task leads to, the first."""

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        fields = [attrs.evolve(each, refers_to=each.refers_to[:1]) for each in schema.fields]
        return attrs.evolve(schema, fields=tuple(fields)) if resource == "Task" else schema


@mutant(_NAME, "names for programs")
class _Names(SalesforceConnector):
    """Resources by the names that programs use."""

    async def list_resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return tuple(attrs.evolve(each, label=each.name) for each in await super().list_resources(facts))


@mutant(_NAME, "read only")
class _Closed(SalesforceConnector):
    """Of an activity nothing can be changed."""

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        fields = [attrs.evolve(each, editable=False) for each in schema.fields]
        return attrs.evolve(schema, fields=tuple(fields)) if resource in ("Task", "Event", "Case") else schema


@mutant(_NAME, "half as long")
class _Half(BullhornConnector):
    """A job's title may be half as long as it may."""

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        fields = [attrs.evolve(each, max_length=each.max_length and each.max_length // 2) for each in schema.fields]
        return attrs.evolve(schema, fields=tuple(fields)) if resource == "JobOrder" else schema


@mutant(_NAME, "by halves")
class _Halves(ZohoConnector):
    """What no list shows of a call is not described."""

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        fields = [each for each in schema.fields if each.name not in ("Call_Purpose", "Call_Agenda")]
        return attrs.evolve(schema, fields=tuple(fields))


@mutant("describes less where there is more")
class _Few(ZohoConnector):
    """The first hundred choices."""

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        fields = [attrs.evolve(each, choices=each.choices[:100]) for each in schema.fields]
        return attrs.evolve(schema, fields=tuple(fields))


@mutant(_SEARCHED)
class _Searched(ZohoConnector):
    """Fields of numbers are described as not searchable, of companies."""

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        fields = [
            attrs.evolve(each, searchable=each.searchable and each.type is not FieldType.PHONE)
            for each in schema.fields
        ]
        return attrs.evolve(schema, fields=tuple(fields))


@mutant("tells the organisation in letters of its own")
class _Capitals(ZohoConnector):
    """In capitals."""

    async def identify(self, facts: LinkFacts) -> Identity:
        who = await super().identify(facts)
        return attrs.evolve(who, organisation=who.organisation and who.organisation.upper())
