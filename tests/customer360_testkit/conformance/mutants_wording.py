"""Connectors that write down something else than they were given: signs, times, numbers, and how urgent it is."""

from __future__ import annotations

import re
from datetime import UTC, date, timedelta
from typing import Any
from urllib.parse import unquote

import attrs
from tests.customer360_testkit.conformance.registry import Drafting, mutant

from customer360.core.activities import ActivityChange, CallDraft, EventDraft, Priority, TaskDraft
from customer360.core.linking import LinkFacts
from customer360_zoho import ZohoConnector

# Words ----------------------------------------------------------------------------------------------------------------


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


@mutant("writes a change of a task twice")
class ChangeDoubling(_Changing):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        await super().update_activity(facts, change)
        await super().update_activity(facts, change)

    def changed(self, change: ActivityChange) -> ActivityChange:
        return change


# Times ----------------------------------------------------------------------------------------------------------------


class _Calling(Drafting):
    def sent(self, draft: Any) -> Any:
        return self.call(draft) if isinstance(draft, CallDraft) else draft

    def call(self, draft: CallDraft) -> CallDraft:
        raise NotImplementedError


@mutant("takes the second half past two for the first")
class OnceOnly(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, started_at=draft.started_at.replace(fold=0))


class _Appointing(Drafting):
    def sent(self, draft: Any) -> Any:
        return self.event(draft) if isinstance(draft, EventDraft) else draft

    def event(self, draft: EventDraft) -> EventDraft:
        raise NotImplementedError


@mutant("moves an appointment out of the hour that comes twice")
class OnceAppointing(_Appointing):
    def event(self, draft: EventDraft) -> EventDraft:
        return attrs.evolve(draft, starts_at=draft.starts_at.replace(fold=0).astimezone(UTC))


@mutant("ends what takes days after one")
class DayEnding(_Appointing):
    def event(self, draft: EventDraft) -> EventDraft:
        return attrs.evolve(draft, ends_at=min(draft.ends_at, draft.starts_at + timedelta(days=1)))


@mutant("forgets the days of a long call")
class DayLosing(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, duration=timedelta(seconds=draft.duration.seconds))


@mutant("says that everything is due today")
class Pressing(Drafting):
    def sent(self, draft: Any) -> Any:
        if not isinstance(draft, TaskDraft) or draft.due_on is not None:
            return draft
        return attrs.evolve(draft, due_on=date(2026, 5, 14))


# Beside the text ------------------------------------------------------------------------------------------------------


@mutant("forgets which number was dialled")
class Undialling(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, dialled="")


@mutant("takes our number for the customer's")
class NumberSwapping(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, customer=draft.dialled or draft.customer, dialled=draft.customer)


@mutant("takes what may wait for what may not")
class Impatient(Drafting):
    def sent(self, draft: Any) -> Any:
        low = isinstance(draft, TaskDraft) and draft.priority is Priority.LOW
        return attrs.evolve(draft, priority=Priority.NORMAL) if low else draft


@mutant("forgets the deal that a call is about")
class Dealless(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, related=tuple(ref for ref in draft.related if ref.resource != "Deals"))
