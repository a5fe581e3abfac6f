"""The wrong connectors of :mod:`customer360_testkit.conformance.repeats.keyed`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Drafting, mutant

from customer360.core.activities import (
    ActivityDraft,
    NoteDraft,
)
from customer360.core.capabilities import CreateClass, Repeat
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    ContactDraft,
    ContactKind,
    RecordRef,
    RelatedKind,
)
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("takes two keys for one")
class Folding(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        return await super().create_activity(facts, attrs.evolve(draft, key=draft.key.lower()))

    async def find_created(self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: Any) -> Any:
        return await super().find_created(facts, attrs.evolve(draft, key=(draft.key or "").lower()), since=since)


@mutant("takes two keys of people for one")
class Pooling(Microsoft365Connector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        return await super().create(facts, self.folded(draft))

    async def find_created(self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: Any) -> Any:
        sought = self.folded(draft) if isinstance(draft, ContactDraft) else draft
        return await super().find_created(facts, sought, since=since)

    def folded(self, draft: ContactDraft) -> ContactDraft:
        return attrs.evolve(draft, key=draft.key.lower() if draft.key else draft.key)


@mutant("makes two leads under one key")
class Unkeyed(SalesforceConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        return await super().create(facts, attrs.evolve(draft, key=None) if draft.resource == "Lead" else draft)


@mutant("makes two leads under one key", "and says that it makes one")
class Boastful(ZohoConnector):
    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        native = CreateClass(repeat=Repeat.NATIVE, reason="an upsert by e-mail")
        return {**super().creates(facts), ContactKind.LEAD: native}

    async def find_created(self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: Any) -> Any:
        return None if isinstance(draft, ContactDraft) else await super().find_created(facts, draft, since=since)


@mutant("makes two leads under one key", "and two in a folder")
class Mislooking(Microsoft365Connector):
    async def find_created(self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: Any) -> Any:
        if not isinstance(draft, ContactDraft) or draft.resource == "contact":
            return await super().find_created(facts, draft, since=since)
        ref = await super().find_created(facts, attrs.evolve(draft, resource="contact"), since=since)
        return ref and attrs.evolve(ref, resource=draft.resource)


@mutant("takes the key for a title")
class Titling(Drafting):
    def sent(self, draft: Any) -> Any:
        bare = not draft.subject and draft.text == "Quillonly" and draft.key == "quillkey"
        return attrs.evolve(draft, subject=draft.key) if bare and isinstance(draft, NoteDraft) else draft


@mutant("adds words of its own to a text")
class Signing(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, text=f"{draft.text}\n[customer360]") if draft.key == "quillkey" else draft


@mutant("calls what has no subject by words of its own")
class Christening(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, subject=draft.subject or "Talk with customer")
