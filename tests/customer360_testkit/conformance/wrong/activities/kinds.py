"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.kinds`."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import unescape
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Drafting, Listing, Records, mutant

from customer360.core.activities import (
    ActivityDraft,
    NoteDraft,
    TaskDraft,
)
from customer360.core.effects import Now
from customer360.core.errors import (
    ValidationFailed,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    ContactDraft,
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector


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
        lost = isinstance(draft, ContactDraft) and draft.resource == "contact"
        return None if lost else await super().find_created(facts, draft, since=since)


@mutant("ties to its first resource only")
class Leadblind(ZohoConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        other = contact.resource != "Contacts" and kind is RelatedKind.CALL
        page = await super().related(facts, contact, kind, **more)
        return Page(tuple(each for each in page.items if "later-" in each.title)) if other else page


@mutant("loses the lines of a note")
class NoteFlattening(Drafting):
    def sent(self, draft: Any) -> Any:
        lines = isinstance(draft, NoteDraft) and draft.key.startswith("line-")
        return attrs.evolve(draft, text=" ".join(draft.text.split())) if lines else draft


@mutant("cuts a subject")
class SubjectCutting(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, subject=draft.subject[:60])


class _Tasking(Drafting):
    def sent(self, draft: Any) -> Any:
        return self.task(draft) if isinstance(draft, TaskDraft) else draft

    def task(self, draft: TaskDraft) -> TaskDraft:
        raise NotImplementedError


@mutant("dates what it lists by another clock", "by none")
class Undating(Listing):
    def listed(self, records: tuple[RelatedRecord, ...]) -> tuple[RelatedRecord, ...]:
        return tuple(attrs.evolve(record, created_at=None) for record in records)


@mutant("dates what it lists by another clock")
class Clockwork(Listing):
    def listed(self, records: tuple[RelatedRecord, ...]) -> tuple[RelatedRecord, ...]:
        return tuple(
            attrs.evolve(record, created_at=record.created_at and record.created_at + timedelta(hours=2))
            for record in records
        )
