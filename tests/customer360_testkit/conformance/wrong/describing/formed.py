"""The wrong connectors of :mod:`customer360_testkit.conformance.describing.formed`."""

from __future__ import annotations

from typing import ClassVar

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.connector import Identity
from customer360.core.linking import LinkFacts
from customer360.core.metadata import FieldInfo, Schema
from customer360_zoho import ZohoConnector


class _Describing(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        return attrs.evolve(schema, fields=self.fields(schema.fields)) if resource == "Contacts" else schema

    def fields(self, fields: tuple[FieldInfo, ...]) -> tuple[FieldInfo, ...]:
        return tuple(self.field(each) for each in fields)

    def field(self, field: FieldInfo) -> FieldInfo:
        raise NotImplementedError


@mutant("shows names that are meant for programs")
class Technical(_Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, label="last_name") if field.name == "Last_Name" else field


@mutant("offers the first choice only")
class Curt(_Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, choices=field.choices[:1])


@mutant("shows one choice for another")
class Transposing(_Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        labels = [choice.label for choice in field.choices]
        shifted = zip(field.choices, labels[1:] + labels[:1], strict=True)
        return attrs.evolve(field, choices=tuple(attrs.evolve(choice, label=label) for choice, label in shifted))


@mutant("takes the customer's own fields for the vendor's")
class Appropriating(_Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, custom=False)


@mutant("describes fields in an order of its own")
class Reversing(_Describing):
    def fields(self, fields: tuple[FieldInfo, ...]) -> tuple[FieldInfo, ...]:
        return fields[::-1]


@mutant("describes one CRM by another's fields")
class Confusing(ZohoConnector):
    known: ClassVar[dict[str, Schema]] = {}

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        return self.known.setdefault(resource, await super().describe(facts, resource))


@mutant("hides a field that it reads")
class Veiling(_Describing):
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
