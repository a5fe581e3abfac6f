"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.untying`."""

from __future__ import annotations

from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import (
    RecordRef,
)
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("ties nothing but tasks")
class TyingTasks(ZohoConnector):
    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._ours(contact, record)
        if record.resource not in ("Calls", "Events"):
            await super().link(facts, contact, record)


@mutant("unties nothing but tasks")
class UntyingTasks(ZohoConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._ours(contact, record)
        if record.resource not in ("Calls", "Events"):
            await super().unlink(facts, contact, record)


@mutant("ties nothing but tasks", "nor deals")
class TyingNoDeals(SalesforceConnector):
    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._ours(contact, record)
        if record.resource != "Opportunity":
            await super().link(facts, contact, record)


@mutant("unties nothing but tasks", "nor deals")
class UntyingNoDeals(ZohoConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._ours(contact, record)
        if record.resource != "Deals":
            await super().unlink(facts, contact, record)
