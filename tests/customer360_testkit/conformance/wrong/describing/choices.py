"""The wrong connectors of :mod:`customer360_testkit.conformance.describing.choices`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Describing, mutant

from customer360.core.linking import LinkFacts
from customer360.core.metadata import Choice, FieldInfo, Schema
from customer360_microsoft365 import Microsoft365Connector


@mutant("offers the first choice only")
class Curt(Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, choices=field.choices[:1])


@mutant("shows one choice for another")
class Transposing(Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        labels = [choice.label for choice in field.choices]
        shifted = zip(field.choices, labels[1:] + labels[:1], strict=True)
        return attrs.evolve(field, choices=tuple(attrs.evolve(choice, label=label) for choice, label in shifted))


@mutant("shows one choice for another", "its value")
class Unlabelled(Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, choices=tuple(Choice(each.value, each.value) for each in field.choices))


@mutant("offers what is switched off")
class Outdated(Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        fax = (Choice("Fax", "Fax"),) if field.name == "Lead_Source" else ()
        return attrs.evolve(field, choices=(*field.choices, *fax))


@mutant("offers nothing as a choice")
class Vacuous(Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        none = (Choice("-None-", "-None-"),) if field.choices else ()
        return attrs.evolve(field, choices=(*none, *field.choices))


@mutant("takes the label of a choice for its value")
class Literate(Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, choices=tuple(Choice(each.label, each.label) for each in field.choices))


@mutant("offers half of what the vendor's pages tell")
class Unprivate(Microsoft365Connector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        half = tuple(attrs.evolve(each, choices=each.choices[: (len(each.choices) + 1) // 2]) for each in schema.fields)
        return attrs.evolve(schema, fields=half)
