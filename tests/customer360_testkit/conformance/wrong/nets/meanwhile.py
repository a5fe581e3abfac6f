"""Wrong connectors that write again what they only read."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityChange
from customer360.core.capabilities import Capability
from customer360.core.effects import GET
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactChange, RecordRef, RelatedKind
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("writes again what it read of somebody")
class _Whole(ZohoConnector):
    """Their department, whatever is changed."""

    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        self._require(facts, Capability.UPDATE_CONTACT)
        self._ours(change.ref, *(each for each in change.fields.values() if isinstance(each, RecordRef)))
        again = {"Department": (await self.get(facts, change.ref)).fields.get("Department")}
        fields = {name: value for name, value in again.items() if value} | {**change.fields}
        await super().update(facts, attrs.evolve(change, fields=fields))


@mutant("writes again what it read of a record")
class _Titled(SalesforceConnector):
    """A task's subject with its text."""

    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        self._require(facts, Capability.UPDATE_ACTIVITY)
        self._ours(change.ref)
        if change.kind is RelatedKind.TASK and isinstance(change.text, str) and not isinstance(change.subject, str):
            held = (await GET(f"/sobjects/Task/{change.ref.id}", {"fields": "Subject"})).json()
            change = attrs.evolve(change, subject=held["Subject"])
        await super().update_activity(facts, change)
