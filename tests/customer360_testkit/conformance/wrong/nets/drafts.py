"""The wrong connectors of :mod:`customer360_testkit.conformance.nets.drafts`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Calling, Drafting, mutant

from customer360.core.activities import ActivityDraft, CallDraft, CallOutcome, EventDraft, NoteDraft, TaskDraft
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef
from customer360_bullhorn import BullhornConnector
from customer360_salesforce import SalesforceConnector


@mutant("keeps what usual drafts say")
class LongCut(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, subject=draft.subject[:120])


@mutant("keeps what usual drafts say", "no day of the past")
class PastDropping(Drafting):
    def sent(self, draft: Any) -> Any:
        past = isinstance(draft, TaskDraft) and draft.due_on is not None and draft.due_on < date(2026, 1, 1)
        return attrs.evolve(draft, due_on=None) if past else draft


@mutant("keeps what usual drafts say", "a place in one line")
class OneLinePlaces(Drafting):
    def sent(self, draft: Any) -> Any:
        placed = isinstance(draft, EventDraft) and draft.location
        return attrs.evolve(draft, location=draft.location.splitlines()[0]) if placed else draft


@mutant("keeps what usual drafts say", "appointments of a week at most")
class AWeekAtMost(Drafting):
    def sent(self, draft: Any) -> Any:
        if not isinstance(draft, EventDraft):
            return draft
        return attrs.evolve(draft, ends_at=min(draft.ends_at, draft.starts_at + timedelta(days=7)))


@mutant("keeps what usual drafts say", "a missed call of nobody in particular")
class OfNobody(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        named = draft.customer and not any(sign.isdigit() for sign in draft.customer)
        return attrs.evolve(draft, customer="") if named and draft.outcome is CallOutcome.MISSED else draft


@mutant("keeps what usual drafts say", "what is tied and has further fields")
class EitherOr(BullhornConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        bare = isinstance(draft, TaskDraft) and draft.related and draft.extra
        return await super().create_activity(facts, attrs.evolve(draft, extra={}) if bare else draft)


@mutant("keeps what usual drafts say", "a colleague's note is one's own")
class OwnNotes(Drafting):
    def sent(self, draft: Any) -> Any:
        long = isinstance(draft, NoteDraft) and len(draft.text) > 200
        return attrs.evolve(draft, owner=None) if long else draft


@mutant("keeps what usual drafts of others say")
class LeadsDoneLater(Drafting):
    def sent(self, draft: Any) -> Any:
        far = draft.contact.resource == "Leads" and isinstance(draft, TaskDraft) and draft.due_on
        return attrs.evolve(draft, due_on=None) if far and draft.due_on.year < 2026 else draft


@mutant("keeps what usual drafts of others say", "a company's calls in one line")
class CompaniesInOneLine(SalesforceConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        company = draft.contact.resource == "Account" and isinstance(draft, CallDraft)
        text = " ".join(draft.text.split()) if company else draft.text
        return await super().create_activity(facts, attrs.evolve(draft, text=text))
