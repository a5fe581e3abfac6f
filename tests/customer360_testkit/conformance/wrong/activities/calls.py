"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.calls`."""

from __future__ import annotations

from datetime import UTC, timedelta

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Calling, Listing, Records, mutant

from customer360.core.activities import (
    ActivityChange,
    ActivityDraft,
    CallDraft,
    EventDraft,
)
from customer360.core.interactions import Direction
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector


@mutant("takes seconds for minutes")
class Minutes(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, duration=timedelta(minutes=draft.duration // timedelta(minutes=1)))


@mutant("drops the offset of a time")
class Offsetless(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        zoned = draft.key.startswith("z")
        return attrs.evolve(draft, started_at=draft.started_at.replace(tzinfo=UTC)) if zoned else draft


@mutant("skips what happened at the same time")
class Simultaneous(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        skips = kind is not RelatedKind.DEAL and limit == 1 and cursor is not None
        return Page((), page.next) if skips else page


@mutant("lists more than was asked for")
class Lavish(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        return await super().related(facts, contact, kind, limit=max(limit, 20), cursor=cursor)


@mutant("forgets how a call ended")
class Resultless(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, disposition=None)


@mutant("forgets the recording of a call")
class Tapeless(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, recording_url=None)


@mutant("drops what it does not know of a call")
class Callous(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, extra={name: each for name, each in draft.extra.items() if name[:5] != "Quill"})


@mutant("drops what it does not know of a call", "and references")
class Unreferred(Microsoft365Connector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        extra = {name: each for name, each in draft.extra.items() if not isinstance(each, RecordRef)}
        return await super().create_activity(facts, attrs.evolve(draft, extra=extra))


@mutant("drops what it does not know of a call", "and references in a correction")
class Uncorrected(Microsoft365Connector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        extra = {name: each for name, each in change.extra.items() if not isinstance(each, RecordRef)}
        await super().update_activity(facts, attrs.evolve(change, extra=extra))


@mutant("leads from every call to one page")
class OnePage(Listing):
    def listed(self, records: tuple[RelatedRecord, ...]) -> tuple[RelatedRecord, ...]:
        others = [record for record in records if record.kind is RelatedKind.DEAL]
        return (*others, *[attrs.evolve(each, url="https://crm.zoho.eu/") for each in records if each not in others])


@mutant("hides what is done")
class OpenOnly(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(record for record in records if record.title != "About done" or record.status != "Completed")


@mutant("invites the customer")
class Inviting(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        if isinstance(draft, EventDraft) and draft.key == "party":
            guests = " ".join(email.address for email in (await self.get(facts, draft.contact)).emails)
            draft = attrs.evolve(draft, extra={"Participants": guests})
        return await super().create_activity(facts, draft)


@mutant("takes seconds for minutes", "where it was rung")
class Instant(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        rung = draft.direction is Direction.OUTBOUND and draft.disposition is None
        return attrs.evolve(draft, duration=timedelta(0)) if rung else draft


class _Curt(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(self.cut(each) if each.fields.get("Call_Result") == "Quillcode" else each for each in records)

    def cut(self, record: RelatedRecord) -> RelatedRecord:
        raise NotImplementedError


@mutant("lists calls without how they went")
class Outcomeless(_Curt):
    def cut(self, record: RelatedRecord) -> RelatedRecord:
        return attrs.evolve(record, fields={**record.fields, "Call_Result": None})


@mutant("lists calls without how they went", "to the customer, or from")
class Wayless(_Curt):
    def cut(self, record: RelatedRecord) -> RelatedRecord:
        return attrs.evolve(record, status=None, fields={**record.fields, "Call_Type": None})
