"""The wrong connectors of :mod:`customer360_testkit.conformance.people.touching`."""

from __future__ import annotations

from typing import Any
from unicodedata import normalize

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Creating, mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import (
    ContactChange,
    Fields,
)
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector


@mutant("loses the second number with the first")
class Displacing(Microsoft365Connector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        given = {
            name: (value,) if isinstance(value, str) and value.endswith("873") else value
            for name, value in change.fields.items()
        }
        await super().update(facts, attrs.evolve(change, fields=given))


@mutant("guards a change of one field only")
class HalfGuarded(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        await super().update(facts, change if len(change.fields) == 1 else attrs.evolve(change, version=None))


@mutant("guards a change of one field only", "or of a few")
class LittleGuarded(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        await super().update(facts, change if len(change.fields) < 4 else attrs.evolve(change, version=None))


@mutant("rewrites what is written")
class Composing(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        texts = {name: value for name, value in change.fields.items() if isinstance(value, str)}
        composed = {name: normalize("NFC", value) for name, value in texts.items() if value.endswith(", too")}
        fields = {**change.fields, **composed}
        await super().update(facts, attrs.evolve(change, fields=fields))


@mutant("creates more than it was given")
class Embellishing(Creating):
    def sent(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "Department": "Imported"} if fields.get("Last_Name") == "Quillgiven" else fields


@mutant("keeps a number that was taken away")
class Retaining(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        kept = {name: value for name, value in change.fields.items() if name != "Phone" or value is not None}
        await super().update(facts, attrs.evolve(change, fields=kept))


@mutant("loses the second number with the first", "of the second field")
class Merging(Microsoft365Connector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        several = [name for name, value in change.fields.items() if isinstance(value, str)]
        given: Fields = {name: (str(value),) if name in several[1:] else value for name, value in change.fields.items()}
        severally = "quillnew@conform.example" in change.fields.values()
        await super().update(facts, attrs.evolve(change, fields=given) if severally else change)


@mutant("loses the second number with the first", "and takes none for no change")
class Withholding(Microsoft365Connector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        given = {name: value for name, value in change.fields.items() if name != "emailAddresses" or value != ()}
        await super().update(facts, attrs.evolve(change, fields=given))
