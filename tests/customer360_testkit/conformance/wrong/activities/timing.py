"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.timing`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Calling, Drafting, Listing, Records, mutant

from customer360.core.activities import (
    CallDraft,
    EventDraft,
    TaskDraft,
)
from customer360.core.records import RelatedRecord


@mutant("takes the second half past two for the first")
class OnceOnly(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, started_at=draft.started_at.replace(fold=0))


@mutant("forgets the days of a long call")
class DayLosing(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, duration=timedelta(seconds=draft.duration.seconds))


@mutant("hides calls that nobody took")
class TakenOnly(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(record for record in records if not record.text.startswith("ref: missed"))


@mutant("says that everything is due today")
class Pressing(Drafting):
    def sent(self, draft: Any) -> Any:
        if not isinstance(draft, TaskDraft) or draft.due_on is not None:
            return draft
        return attrs.evolve(draft, due_on=date(2026, 5, 14))


@mutant("hides what is long ago")
class Shortsighted(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(record for record in records if record.at is None or record.at.year > 2020)


@mutant("lists by when it was written down")
class Chronicling(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(sorted(records, key=lambda record: (record.created_at or datetime.now(UTC), record.ref.id)))[::-1]


@mutant("ends an appointment by the clock on the wall")
class Clockreading(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(self.read(each) for each in records)

    def read(self, record: RelatedRecord) -> RelatedRecord:
        ends = record.fields.get("End_DateTime")
        if record.at is None or not isinstance(ends, datetime):
            return record
        return attrs.evolve(record, fields={**record.fields, "End_DateTime": ends.replace(tzinfo=record.at.tzinfo)})


@mutant("ends an appointment by the clock on the wall", "as written")
class Clockbound(Drafting):
    def sent(self, draft: Any) -> Any:
        if not isinstance(draft, EventDraft):
            return draft
        length = draft.ends_at - draft.starts_at  # of one zone, as its clocks show it
        return attrs.evolve(draft, ends_at=draft.starts_at.astimezone(UTC) + max(length, timedelta(0)))
