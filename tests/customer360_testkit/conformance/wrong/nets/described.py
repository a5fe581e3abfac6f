"""Wrong connectors that describe something else than they are told."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.linking import LinkFacts
from customer360.core.metadata import FieldInfo, Resource, Schema
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector

_NAME = "describes something else than it is told"


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


def _in_order(field: FieldInfo) -> FieldInfo:
    return attrs.evolve(field, choices=tuple(sorted(field.choices, key=lambda choice: choice.label)))
