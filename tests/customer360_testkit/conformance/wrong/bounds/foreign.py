"""The wrong connectors of :mod:`customer360_testkit.conformance.bounds.foreign`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityChange, ActivityDraft, ActivityFilter
from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, ContactChange, ContactDraft, Page, RecordRef, RelatedRecord
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector

_MISTAKE = "takes another CRM's record for its own"


def _taken(ref: Any, crm: str) -> Any:
    return attrs.evolve(ref, crm=crm) if isinstance(ref, RecordRef) else ref


@mutant(_MISTAKE)
class Unquestioning(Microsoft365Connector):
    def _ours(self, *refs: RecordRef | None) -> None:
        return None


@mutant(_MISTAKE, "is read")
class Reading(ZohoConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        return await super().get(facts, _taken(ref, "zoho"))


@mutant(_MISTAKE, "is corrected")
class Correcting(BullhornConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        await super().update_activity(facts, attrs.evolve(change, ref=_taken(change.ref, "bullhorn")))


@mutant(_MISTAKE, "is tied")
class Tying(ZohoConnector):
    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await super().link(facts, contact, _taken(record, "zoho"))


@mutant(_MISTAKE, "is untied")
class Untying(ZohoConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await super().unlink(facts, _taken(contact, "zoho"), record)


@mutant(_MISTAKE, "is listed")
class Listing(BullhornConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        return await super().activities(facts, attrs.evolve(query, contact=_taken(query.contact, "bullhorn")))


@mutant(_MISTAKE, "is looked for")
class Seeking(ZohoConnector):
    async def find_created(
        self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: datetime
    ) -> RecordRef | None:
        if not isinstance(draft, ContactDraft):
            draft = attrs.evolve(draft, contact=_taken(draft.contact, "zoho"))
        return await super().find_created(facts, draft, since=since)


@mutant(_MISTAKE, "is opened")
class Opening(ZohoConnector):
    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        return super().record_url(facts, _taken(ref, "zoho"))


@mutant(_MISTAKE, "is the owner of a task")
class Owning(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        return await super().create_activity(facts, attrs.evolve(draft, owner=_taken(draft.owner, "zoho")))


@mutant(_MISTAKE, "is the owner of a contact")
class Giving(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        fields = {name: _taken(value, "zoho") for name, value in change.fields.items()}
        await super().update(facts, attrs.evolve(change, fields=fields))
