"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.tying`."""

from __future__ import annotations

from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import Calling, Drafting, mutant

from customer360.core.activities import ActivityDraft, CallDraft, CaseDraft, NoteDraft
from customer360.core.effects import Request
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("says that it ties what it does not")
class Promising(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, related=()) if len(draft.related) == 1 and draft.key.startswith("tie") else draft


@mutant("says that it ties what it does not", "the case of a call")
class Aimless(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, related=tuple(ref for ref in draft.related if ref.resource != "Cases"))


@mutant("says that it ties what it does not", "the deal of a call")
class Dealless(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, related=tuple(ref for ref in draft.related if ref.resource != "Deals"))


@mutant("says that it ties what it does not", "no case, and says so")
class Caseless(ZohoConnector):
    async def tied(self, facts: LinkFacts, draft: ActivityDraft) -> tuple[RecordRef, ...]:
        return tuple(each for each in await super().tied(facts, draft) if each.resource != "Cases")


@mutant("says that it ties what it does not", "the person beside a company")
class Impersonal(SalesforceConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        def sent(request: Request) -> Request:
            row = request.json
            if not isinstance(row, dict) or draft.contact.resource != "Account":
                return request
            return attrs.evolve(request, json={name: each for name, each in row.items() if name != "WhoId"})

        ref: RecordRef = await hearing(super().create_activity(facts, draft), send=sent)
        return ref


@mutant("says that it ties what it does not", "a lead beside a contact")
class Introducing(ZohoConnector):
    async def tied(self, facts: LinkFacts, draft: ActivityDraft) -> tuple[RecordRef, ...]:
        tied = await super().tied(facts, draft)
        other = draft.contact.resource == "Contacts" and not isinstance(draft, NoteDraft | CaseDraft) and not tied
        return tuple(each for each in draft.related if each.resource == "Leads")[:1] if other else tied


@mutant("leaves out in silence what it cannot tie")
class Forgetful(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, related=draft.related[:1]) if len(draft.related) > 1 else draft
