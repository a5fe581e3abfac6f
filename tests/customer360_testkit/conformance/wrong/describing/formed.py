"""The wrong connectors of :mod:`customer360_testkit.conformance.describing.formed`."""

from __future__ import annotations

from typing import ClassVar

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Describing, mutant

from customer360.core.connector import Identity
from customer360.core.errors import UnexpectedAnswer
from customer360.core.linking import LinkFacts
from customer360.core.metadata import FieldInfo, Schema
from customer360_zoho import ZohoConnector


@mutant("shows names that are meant for programs")
class Technical(Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, label="last_name") if field.name == "Last_Name" else field


@mutant("takes the customer's own fields for the vendor's")
class Appropriating(Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, custom=False)


@mutant("describes fields in an order of its own")
class Reversing(Describing):
    def fields(self, fields: tuple[FieldInfo, ...]) -> tuple[FieldInfo, ...]:
        return fields[::-1]


@mutant("describes one CRM by another's fields")
class Confusing(ZohoConnector):
    known: ClassVar[dict[str, Schema]] = {}

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        return self.known.setdefault(resource, await super().describe(facts, resource))


@mutant("hides a field that it reads")
class Veiling(Describing):
    def fields(self, fields: tuple[FieldInfo, ...]) -> tuple[FieldInfo, ...]:
        return tuple(each for each in fields if each.name != "Department")


@mutant("does not say who is signed in")
class Incognito(ZohoConnector):
    async def identify(self, facts: LinkFacts) -> Identity:
        return attrs.evolve(await super().identify(facts), email=None)


@mutant("does not know the organisation")
class Homeless(ZohoConnector):
    async def identify(self, facts: LinkFacts) -> Identity:
        return attrs.evolve(await super().identify(facts), organisation_id=None)


@mutant("shows names that are meant for programs", "of activities")
class Programmatic(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        named = tuple(attrs.evolve(each, label=each.name) for each in schema.fields)
        return attrs.evolve(schema, fields=named) if resource == "Tasks" else schema


@mutant("takes an answer of another shape for a resource without fields")
class Undescribed(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        try:
            return await super().describe(facts, resource)
        except UnexpectedAnswer as answered:
            if "without a list" not in answered.what:
                raise
            return Schema(resource=resource, fields=())
