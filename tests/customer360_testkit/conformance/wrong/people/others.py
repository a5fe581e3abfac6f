"""The wrong connectors of :mod:`customer360_testkit.conformance.people.others`."""

from __future__ import annotations

from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityDraft, NoteDraft
from customer360.core.errors import (
    CrmUnavailable,
    Forbidden,
    Unsupported,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Changes,
    ContactChange,
    ContactDraft,
    Page,
    RecordRef,
    RelatedKind,
)
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector


@mutant("takes a failed change of a lead for done")
class LeadShrugging(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        try:
            await super().update(facts, change)
        except Forbidden:
            if change.ref.resource != "Leads":
                raise


@mutant("reads changes of leads without their numbers")
class LeadNumberless(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        if resource != "Leads":
            return changes
        return attrs.evolve(changes, changed=tuple(attrs.evolve(each, phones=()) for each in changes.changed))


@mutant("lists the calls of a lead only")
class LeadCalls(ZohoConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        page = await super().related(facts, contact, kind, **more)
        if contact.resource != "Leads" or kind is RelatedKind.CALL:
            return page
        return Page(tuple(each for each in page.items if "anybody-" not in each.title), page.next)


@mutant("writes about nobody in a folder")
class Defaulting(Microsoft365Connector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        if draft.contact.resource != "contact" and draft.key.startswith("room"):
            raise Unsupported("only contacts of the default folder")
        return await super().create_activity(facts, draft)


@mutant("writes about nobody in a folder", "and calls its note a note of the default one")
class Confounding(Microsoft365Connector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        ref = await super().create_activity(facts, draft)
        wrong = isinstance(draft, NoteDraft) and draft.key.startswith("room")
        return attrs.evolve(ref, resource="personalNotes") if wrong else ref


@mutant("writes people of another resource by halves")
class Halving(ZohoConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        if draft.resource == "Leads":
            draft = attrs.evolve(draft, fields={name: value for name, value in draft.fields.items() if name != "Email"})
        return await super().create(facts, draft)


@mutant("makes a contact of a lead")
class Promoting(ZohoConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        alone = draft.resource == "Leads" and "Company" not in draft.fields
        return await super().create(facts, attrs.evolve(draft, resource="Contacts") if alone else draft)


@mutant("makes a contact of a lead", "and leaves a folder empty")
class Misfiling(Microsoft365Connector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        if draft.resource == "contact" or draft.fields.get("surname") != "Quillnewcomer":
            return await super().create(facts, draft)
        ref = await super().create(facts, attrs.evolve(draft, resource="contact"))
        return attrs.evolve(ref, resource=draft.resource)


@mutant("creates a lead again that was refused")
class LeadRetrying(ZohoConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        try:
            return await super().create(facts, draft)
        except CrmUnavailable:
            if draft.resource != "Leads":
                raise
            return await super().create(facts, draft)


@mutant("cuts the number of a lead")
class Extensionless(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        fields: dict[str, Any] = dict(change.fields)
        if change.ref.resource == "Leads":
            fields |= {name: text.partition(" x")[0] for name, text in fields.items() if isinstance(text, str)}
        await super().update(facts, attrs.evolve(change, fields=fields))
