"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.calls`."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Calling, Drafting, Listing, Records, mutant

from customer360.core.activities import (
    ActivityDraft,
    CallDraft,
    CallOutcome,
    CaseDraft,
    EventDraft,
    Priority,
    TaskDraft,
)
from customer360.core.interactions import Direction
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360_zoho import ZohoConnector


@mutant("turns the direction round")
class Turning(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        other = Direction.INBOUND if draft.direction is Direction.OUTBOUND else Direction.OUTBOUND
        return attrs.evolve(draft, direction=other)


@mutant("logs a missed call as answered")
class Reaching(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, outcome=CallOutcome.ANSWERED)


@mutant("takes seconds for minutes")
class Minutes(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, duration=timedelta(minutes=draft.duration // timedelta(minutes=1)))


@mutant("drops the offset of a time")
class Offsetless(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        zoned = draft.key.startswith("z")
        return attrs.evolve(draft, started_at=draft.started_at.replace(tzinfo=UTC)) if zoned else draft


@mutant("forgets who rang")
class Callerless(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, customer="") if draft.customer.startswith("+") else draft


@mutant("skips what happened at the same time")
class Simultaneous(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        return Page((), page.next) if limit == 1 and cursor is not None else page


@mutant("lists more than was asked for")
class Lavish(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        return await super().related(facts, contact, kind, limit=max(limit, 20), cursor=cursor)


@mutant("writes in somebody else's name")
class Forging(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, owner=None)


@mutant("drops what a rule adds")
class Ruleless(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, extra={}) if "Quillextra" in draft.extra.values() else draft


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


@mutant("forgets how urgent a case is")
class CalmCase(Drafting):
    def sent(self, draft: Any) -> Any:
        low = isinstance(draft, CaseDraft) and draft.priority is Priority.LOW
        return attrs.evolve(draft, priority=Priority.HIGH) if low else draft


@mutant("leads from every call to one page")
class OnePage(Listing):
    def listed(self, records: tuple[RelatedRecord, ...]) -> tuple[RelatedRecord, ...]:
        return tuple(attrs.evolve(record, url="https://crm.zoho.eu/") for record in records)


@mutant("hides what is done")
class OpenOnly(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(record for record in records if record.title != "About done" or record.status != "Completed")


@mutant("forgets how urgent a task is")
class Calm(Drafting):
    def sent(self, draft: Any) -> Any:
        low = isinstance(draft, TaskDraft) and draft.priority is Priority.LOW
        return attrs.evolve(draft, priority=Priority.HIGH) if low else draft


@mutant("shifts the day on which a task is due")
class Procrastinating(Drafting):
    def sent(self, draft: Any) -> Any:
        if not isinstance(draft, TaskDraft) or draft.due_on is None or not draft.key.startswith("due"):
            return draft
        return attrs.evolve(draft, due_on=draft.due_on - timedelta(days=1))


@mutant("loses the end of an appointment")
class Endless(Drafting):
    def sent(self, draft: Any) -> Any:
        if not isinstance(draft, EventDraft) or draft.key[:1] != "e":
            return draft
        return attrs.evolve(draft, ends_at=draft.starts_at + timedelta(minutes=30))


@mutant("forgets where an appointment is")
class Placeless(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, location=None) if isinstance(draft, EventDraft) else draft


@mutant("invites the customer")
class Inviting(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        if isinstance(draft, EventDraft) and draft.key == "party":
            guests = " ".join(email.address for email in (await self.get(facts, draft.contact)).emails)
            draft = attrs.evolve(draft, extra={"Participants": guests})
        return await super().create_activity(facts, draft)


@mutant("forgets what a call is about")
class Aimless(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, related=tuple(ref for ref in draft.related if ref.resource != "Cases"))
