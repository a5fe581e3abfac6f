"""The wrong connectors of :mod:`customer360_testkit.conformance.people.wholeness`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Reading, mutant

from customer360.core.records import (
    Contact,
    RecordRef,
)


@mutant("loses what leads to another record")
class Unreferring(Reading):
    def read(self, contact: Contact) -> Contact:
        if not contact.fields.get("Title"):
            return contact
        fields = {name: value for name, value in contact.fields.items() if not isinstance(value, RecordRef)}
        return attrs.evolve(contact, fields=fields)


@mutant("loses what leads to another record", "in a field of the customer's own")
class Unowning(Reading):
    def read(self, contact: Contact) -> Contact:
        old = contact.fields.get("Title")
        return attrs.evolve(contact, fields={**contact.fields, "Referred_By": None}) if old else contact
