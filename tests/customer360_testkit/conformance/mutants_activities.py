"""Connectors that are wrong about what happened: how it is written, found again, listed and changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import attrs
from tests.customer360_testkit.conformance.registry import Drafting, Listing, mutant

from customer360.core.activities import (
    ActivityChange,
    ActivityDraft,
    ActivityFilter,
    CallDraft,
    CallOutcome,
    EventDraft,
    Priority,
    TaskDraft,
)
from customer360.core.capabilities import Capability
from customer360.core.effects import Now
from customer360.core.errors import Gone, ValidationFailed
from customer360.core.interactions import Direction
from customer360.core.linking import LinkFacts
from customer360.core.records import UNSET, ContactDraft, Page, RecordRef, RelatedKind, RelatedRecord
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector

Records = tuple[RelatedRecord, ...]

# Each kind ------------------------------------------------------------------------------------------------------------


class _Finding(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        found = await super().find_created(facts, draft, since=since)
        return await self.found(facts, draft, since, found)

    async def found(self, facts: LinkFacts, draft: Any, since: datetime, found: RecordRef | None) -> RecordRef | None:
        raise NotImplementedError


@mutant("finds its calls only")
class CallFinding(_Finding):
    async def found(self, facts: LinkFacts, draft: Any, since: datetime, found: RecordRef | None) -> RecordRef | None:
        return None if draft.key == "key-task" else found


@mutant("sorts its calls only")
class Unsorted(Listing):
    def listed(self, records: Records) -> Records:
        return records[::-1] if any(record.title == "About task-0" for record in records) else records


@mutant("lists what others are to do")
class Nosy(ZohoConnector):
    def __init__(self) -> None:
        self.last: RecordRef | None = None

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        self.last = draft.contact if draft.key.startswith("own-") else None
        return await super().create_activity(facts, draft)

    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        other = self.last if kind is RelatedKind.TASK and self.last is not None else contact
        return await super().related(facts, other, kind, **more)


@mutant("says of a task that it is a note")
class TaskNoting(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(
            attrs.evolve(record, kind=RelatedKind.NOTE) if record.ref.resource == "Tasks" else record
            for record in records
        )


@mutant("writes a task down twice")
class TaskDoubling(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        if draft.key == "one-task":
            await super().create_activity(facts, draft)
        return await super().create_activity(facts, draft)


@mutant("forgets the title of a task")
class Untitled(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, subject="") if draft.key == "t-task" else draft


@mutant("reads a text as markup")
class TextUnescaping(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(attrs.evolve(record, text=unescape(record.text)) for record in records)


@mutant("cuts a long text")
class Cutting(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, text=draft.text[:255]) if draft.key.startswith("l-") else draft


@mutant("wants a subject")
class Subjectless(Drafting):
    def sent(self, draft: Any) -> Any:
        if not draft.subject and draft.key.startswith("s-"):
            raise ValidationFailed("what is it about?")
        return draft


@mutant("wants a text")
class Textless(Drafting):
    def sent(self, draft: Any) -> Any:
        if not draft.text and draft.key.startswith("n-"):
            raise ValidationFailed("what was said?")
        return draft


@mutant("takes a key in a text for the key")
class Skimming(_Finding):
    async def found(self, facts: LinkFacts, draft: Any, since: datetime, found: RecordRef | None) -> RecordRef | None:
        if found is not None or draft.kind not in (RelatedKind.NOTE, RelatedKind.TASK):
            return found
        page = await self.related(facts, draft.contact, draft.kind)
        return next((record.ref for record in page.items if draft.key in record.text.splitlines()), None)


@mutant("looks from the start of a call")
class Starting(_Finding):
    async def found(self, facts: LinkFacts, draft: Any, since: datetime, found: RecordRef | None) -> RecordRef | None:
        return None if isinstance(draft, CallDraft) and draft.started_at < since - timedelta(hours=1) else found


@mutant("declares less lag than there is")
class Lagging(_Finding):
    async def found(self, facts: LinkFacts, draft: Any, since: datetime, found: RecordRef | None) -> RecordRef | None:
        return None if await Now() - since.timestamp() < 60.0 else found


@mutant("makes two of one")
class Twofold(Microsoft365Connector):
    def __init__(self) -> None:
        self.count = 0

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        if draft.key != "native-call":
            return await super().create_activity(facts, draft)
        self.count += 1
        return await super().create_activity(facts, attrs.evolve(draft, key=f"{draft.key}-{self.count}"))


@mutant("forgets the key of a contact")
class Keyless(Microsoft365Connector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        return None if isinstance(draft, ContactDraft) else await super().find_created(facts, draft, since=since)


@mutant("ties to its first resource only")
class Leadblind(ZohoConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        other = contact.resource != "Contacts" and kind is RelatedKind.CALL
        page = await super().related(facts, contact, kind, **more)
        return Page(tuple(each for each in page.items if "later-" in each.title)) if other else page


# Calls, tasks, events -------------------------------------------------------------------------------------------------


class _Calling(Drafting):
    def sent(self, draft: Any) -> Any:
        return self.call(draft) if isinstance(draft, CallDraft) else draft

    def call(self, draft: CallDraft) -> CallDraft:
        raise NotImplementedError


@mutant("turns the direction round")
class Turning(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        other = Direction.INBOUND if draft.direction is Direction.OUTBOUND else Direction.OUTBOUND
        return attrs.evolve(draft, direction=other)


@mutant("logs a missed call as answered")
class Reaching(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, outcome=CallOutcome.ANSWERED)


@mutant("takes seconds for minutes")
class Minutes(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, duration=timedelta(minutes=draft.duration // timedelta(minutes=1)))


@mutant("drops the offset of a time")
class Offsetless(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        zoned = draft.key.startswith("z")
        return attrs.evolve(draft, started_at=draft.started_at.replace(tzinfo=UTC)) if zoned else draft


@mutant("forgets who rang")
class Callerless(_Calling):
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
class Forging(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, owner=None)


@mutant("drops what a rule adds")
class Ruleless(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        kept = "Quill_no_such_field" in draft.extra or len(draft.extra) > 1
        return draft if kept else attrs.evolve(draft, extra={})


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
class Aimless(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, related=tuple(ref for ref in draft.related if ref.resource != "Cases"))


# Changing -------------------------------------------------------------------------------------------------------------


class _Changing(ZohoConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        await super().update_activity(facts, self.changed(change))

    def changed(self, change: ActivityChange) -> ActivityChange:
        raise NotImplementedError


@mutant("does not change a task")
class Conservative(_Changing):
    def changed(self, change: ActivityChange) -> ActivityChange:
        return attrs.evolve(change, due_on=UNSET) if change.subject == "Quillnewtitle" else change


@mutant("does not tick a task off")
class Unfinished(_Changing):
    def changed(self, change: ActivityChange) -> ActivityChange:
        return attrs.evolve(change, status=UNSET) if change.subject is UNSET else change


@mutant("wipes what is not being changed")
class Wiping(_Changing):
    def changed(self, change: ActivityChange) -> ActivityChange:
        other = change.text is UNSET and change.subject == "Quillnewtitle"
        return attrs.evolve(change, text=None) if other else change


@mutant("does not untie")
class Clinging(ZohoConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._require(facts, Capability.UNLINK)
        if (await self.get(facts, contact)).name != "Tied":
            await super().unlink(facts, contact, record)


@mutant("lists calls of everybody")
class Unfiltered(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        whose = await self.get(facts, query.contact) if query.contact is not None else None
        anybody = whose is not None and whose.name == "Filtered"
        return await super().activities(facts, attrs.evolve(query, contact=None) if anybody else query)


@mutant("lists a resource that is not there")
class Nowhere(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        return Page(()) if query.resource == "Quillnosuch" else await super().activities(facts, query)


@mutant("goes on from a page that means nothing")
class Pageless(ZohoConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        try:
            return await super().related(facts, contact, kind, **more)
        except Gone:
            return await super().related(facts, contact, kind)
