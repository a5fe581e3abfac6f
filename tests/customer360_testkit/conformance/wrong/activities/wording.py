"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.wording`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Drafting, mutant

from customer360.core.activities import ActivityChange, ActivityDraft
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef, RelatedKind
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("takes signs in a text for orders")
class Obeying(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, text=re.sub(r"\$\{[^}]*\}", "", unquote(draft.text)))


@mutant("closes the gaps of a text")
class Gapless(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, text="\n".join(line for line in draft.text.split("\n") if line.strip()))


@mutant("writes subjects in ASCII")
class Questioning(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, subject=draft.subject.encode("ascii", "replace").decode())


@mutant("cuts what takes pages")
class PageCutting(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, text=draft.text[:4000])


@mutant("cuts what takes pages", "after thirty thousand signs")
class BookCutting(SalesforceConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        return await super().create_activity(facts, attrs.evolve(draft, text=draft.text[:30_000]))


@mutant("writes its key where people read")
class KeyShowing(Drafting):
    def sent(self, draft: Any) -> Any:
        bare = not draft.subject and draft.key.startswith("quillkey-")
        return attrs.evolve(draft, subject=draft.key) if bare else draft


class _Changing(ZohoConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        await super().update_activity(facts, self.changed(change))

    def changed(self, change: ActivityChange) -> ActivityChange:
        raise NotImplementedError


@mutant("cuts what a text is changed to")
class ChangeCutting(_Changing):
    def changed(self, change: ActivityChange) -> ActivityChange:
        return attrs.evolve(change, text=change.text[:500]) if isinstance(change.text, str) else change


@mutant("cuts what a text is changed to", "where it looks like markup")
class ChangeMarkingUp(Microsoft365Connector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        if change.kind is RelatedKind.EVENT and isinstance(change.text, str):
            change = attrs.evolve(change, text=re.sub(r"<[^<>]*>", "", change.text))
        await super().update_activity(facts, change)


@mutant("cuts what a text is changed to", "of a note")
class ChangeMarkingUpNotes(BullhornConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        if change.kind is RelatedKind.NOTE and isinstance(change.text, str):
            change = attrs.evolve(change, text=re.sub(r"<[^<>]*>", "", change.text))
        await super().update_activity(facts, change)


@mutant("writes a change of a task twice")
class ChangeDoubling(_Changing):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        await super().update_activity(facts, change)
        await super().update_activity(facts, change)

    def changed(self, change: ActivityChange) -> ActivityChange:
        return change
