"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.detailed`."""

from __future__ import annotations

from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Drafting, mutant

from customer360.core.activities import (
    ActivityDraft,
    CallDraft,
    CallOutcome,
)
from customer360.core.interactions import Direction
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef
from customer360_salesforce import SalesforceConnector


@mutant("keeps the details of some calls only")
class Untaped(Drafting):
    def sent(self, draft: Any) -> Any:
        out = isinstance(draft, CallDraft) and draft.direction is Direction.OUTBOUND
        return attrs.evolve(draft, recording_url=None) if out and draft.outcome is CallOutcome.MISSED else draft


@mutant("cuts the code of a call")
class Coding(Drafting):
    def sent(self, draft: Any) -> Any:
        code = isinstance(draft, CallDraft) and draft.disposition
        return attrs.evolve(draft, disposition=code.split(" ")[0]) if code else draft


@mutant("cuts the address of a tape")
class Winding(Drafting):
    def sent(self, draft: Any) -> Any:
        tape = isinstance(draft, CallDraft) and draft.recording_url
        return attrs.evolve(draft, recording_url=tape.partition("&")[0]) if tape and "of=" in tape else draft


@mutant("lets a rule take the key away")
class Overruled(Drafting):
    def sent(self, draft: Any) -> Any:
        ruled = "Quillrule" in draft.extra.values()
        return attrs.evolve(draft, key="quillrule") if ruled else draft


@mutant("lets a rule take the key away", "in a field that no list shows")
class Rekeyed(SalesforceConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        key = draft.extra.get("External_Key__c", draft.key)
        return await super().create_activity(facts, attrs.evolve(draft, key=str(key)))


@mutant("changes lines that were typed")
class Doubling(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, text=draft.text.replace("\r", "\n"))
