"""The wrong connectors of :mod:`customer360_testkit.conformance.describing.everywhere`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.connector import Connector
from customer360.core.linking import LinkFacts
from customer360.core.metadata import FieldInfo, FieldType, Schema
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector

_HIDDEN = (FieldType.DATE, FieldType.DATETIME, FieldType.NUMBER, FieldType.BOOLEAN, FieldType.CHOICES)


def describing(
    base: type[Connector], alter: Callable[[FieldInfo], FieldInfo], *, of: Collection[str] = ()
) -> type[Connector]:
    """Wrong in what it says of the fields of these resources, or of all."""

    class Described(base):  # type: ignore[misc, valid-type]  # one of two
        async def describe(self, facts: LinkFacts, resource: str) -> Schema:
            schema: Schema = await super().describe(facts, resource)
            wrong = resource in of or not of
            return attrs.evolve(schema, fields=tuple(map(alter, schema.fields))) if wrong else schema

    return Described


def _as(change: dict[str, Any], *types: FieldType) -> Callable[[FieldInfo], FieldInfo]:
    return lambda field: attrs.evolve(field, **change) if field.type in types or not types else field


def _open(field: FieldInfo) -> FieldInfo:
    return attrs.evolve(field, editable=field.name.casefold() != "id")


_TYPE, _EDITABLE = "describes another type than it reads", "offers for editing what cannot be changed"
_REQUIRED = "does not say what is required"
_TASKS = ("Tasks", "Calls", "Events", "Cases")
mutant(_TYPE)(describing(ZohoConnector, _as({"type": FieldType.STRUCTURE}, *_HIDDEN), of=_TASKS))
mutant(_TYPE, "texts for numbers to dial")(
    describing(SalesforceConnector, _as({"type": FieldType.TEXT}, FieldType.PHONE))
)
mutant(_EDITABLE)(describing(ZohoConnector, _open, of=("Leads",)))
mutant(_EDITABLE, "of a company")(describing(SalesforceConnector, _open, of=("Account",)))
mutant(_REQUIRED)(describing(ZohoConnector, _as({"required": False}), of=("Contacts",)))
mutant(_REQUIRED, "of leads and companies")(
    describing(SalesforceConnector, _as({"required": False}), of=("Lead", "Account"))
)
