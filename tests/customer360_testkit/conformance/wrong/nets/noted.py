"""Wrong about a word that its own code names, where it is written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Calling, Drafting, Listing, Records, mutant

from customer360.core.activities import CallDraft, EventDraft, NoteDraft, TaskDraft

_NET = "minds a word that its code names where it is written down"


@mutant(_NET)
class Unquoting(Drafting):
    """Leaves out what a mail was an answer to."""

    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, text=draft.text.partition("---- Original Message")[0])


@mutant(_NET, "no task of that name")
class Renaming(Drafting):
    def sent(self, draft: Any) -> Any:
        named = isinstance(draft, TaskDraft) and draft.subject.casefold() == "rückruf bitte"
        return attrs.evolve(draft, subject="Task") if named else draft


@mutant(_NET, "a code that was another once")
class Recoding(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, disposition="Sale") if draft.disposition == "SALE-OLD" else draft


@mutant(_NET, "notes of that length")
class Measuring(Drafting):
    def sent(self, draft: Any) -> Any:
        long = isinstance(draft, NoteDraft) and len(draft.text) == 7_321
        return attrs.evolve(draft, text=draft.text[:-1]) if long else draft


@mutant(_NET, "an appointment of a shift")
class Shifting(Drafting):
    def sent(self, draft: Any) -> Any:
        shift = isinstance(draft, EventDraft) and draft.ends_at - draft.starts_at == timedelta(minutes=437)
        return attrs.evolve(draft, ends_at=draft.starts_at + timedelta(minutes=436)) if shift else draft


@mutant(_NET, "what is listed without its number")
class Unnumbered(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(attrs.evolve(each, title=each.title.replace("[Ticket]", "").strip()) for each in records)
