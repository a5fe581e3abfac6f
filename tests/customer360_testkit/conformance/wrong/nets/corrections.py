"""The wrong connectors of :mod:`customer360_testkit.conformance.nets.corrections`."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityChange
from customer360.core.linking import LinkFacts
from customer360.core.records import UNSET
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("corrects what usual corrections name")
class EmptyIgnoring(Microsoft365Connector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        await super().update_activity(facts, attrs.evolve(change, text=UNSET) if change.text == "" else change)


@mutant("corrects what usual corrections name", "subjects in ASCII")
class InAscii(SalesforceConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        if isinstance(change.subject, str):
            change = attrs.evolve(change, subject=change.subject.encode("ascii", "ignore").decode())
        await super().update_activity(facts, change)


@mutant("corrects what usual corrections name", "no day of the past")
class PastIgnoring(ZohoConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        past = isinstance(change.due_on, date) and change.due_on < date(2026, 1, 1)
        await super().update_activity(facts, attrs.evolve(change, due_on=UNSET) if past else change)


@mutant("corrects what usual corrections name", "further fields or a subject")
class EitherOr(ZohoConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        both: Any = change.subject is not UNSET and change.extra
        await super().update_activity(facts, attrs.evolve(change, extra={}) if both else change)


@mutant("corrects what usual corrections name", "paragraphs of a note are lines")
class OneParagraph(BullhornConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        if isinstance(change.text, str):
            change = attrs.evolve(change, text="\n".join(line for line in change.text.splitlines() if line.strip()))
        await super().update_activity(facts, change)
