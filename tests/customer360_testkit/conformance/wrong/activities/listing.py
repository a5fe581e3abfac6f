"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.listing`."""

from __future__ import annotations

from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import Listing, Records, mutant

from customer360.core.activities import ActivityDraft, NoteDraft
from customer360.core.effects import Request
from customer360.core.errors import (
    Gone,
    NotFound,
    ValidationFailed,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    ContactChange,
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector


@mutant("lists the same words once")
class Unique(Listing):
    def listed(self, records: Records) -> Records:
        firsts = {(record.title, record.text.partition("ref:")[0]): record for record in records[::-1]}
        return tuple(record for record in records if record.text[:6] != "Nobody" or record in firsts.values())


@mutant("takes a list that is not there for an empty one")
class Forgetting(ZohoConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        try:
            return await super().related(facts, contact, kind, **more)
        except NotFound:
            if contact.crm != "zoho":
                raise
            return Page(())


@mutant("writes down of who is gone")
class Haunted(BullhornConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        ref: RecordRef = await hearing(super().create_activity(facts, draft), _as_if_there)
        return ref


def _as_if_there(request: Request, told: Any) -> Any:
    """As if nobody had been deleted."""
    if isinstance(told, dict) and isinstance(told.get("data"), dict) and "isDeleted" in told["data"]:
        told["data"]["isDeleted"] = False
    return told


@mutant("writes down of who is gone", "or ties to them")
class HauntedTies(BullhornConnector):
    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await hearing(super().link(facts, contact, record), _as_if_there)


@mutant("writes down of who is gone", "and blames a field")
class Blaming(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        try:
            return await super().create_activity(facts, draft)
        except Gone as gone:
            raise ValidationFailed("Zoho refuses the values", ref=gone.ref) from None


@mutant("hides cases that are closed")
class Forward(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(record for record in records if record.status != "Closed")


@mutant("says of what is done that it is open")
class Contrary(Listing):
    def listed(self, records: Records) -> Records:
        swapped = {"Completed": "Not Started", "Not Started": "Completed"}
        mine = [(record, swapped.get(record.status or "")) for record in records]
        return tuple(
            attrs.evolve(record, status=other) if other and "far-" in record.title else record for record, other in mine
        )


@mutant("keeps the newest five notes")
class Fresh(Microsoft365Connector):
    def related_within(self, facts: LinkFacts, contact: Contact, kind: RelatedKind) -> tuple[RelatedRecord, ...]:
        notes = super().related_within(facts, contact, kind)
        return tuple(attrs.evolve(each, text="\n\n".join(each.text.split("\n\n")[-5:])) for each in notes)


@mutant("writes a note over what stands there")
class Overwriting(Microsoft365Connector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        if not isinstance(draft, NoteDraft) or "beside-" not in draft.key:
            return await super().create_activity(facts, draft)
        await self.update(facts, ContactChange(ref=draft.contact, fields={"personalNotes": draft.text}))
        return RecordRef("microsoft365", "personalNotes", draft.contact.id)
