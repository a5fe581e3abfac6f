"""Times are what they were: in the hour that comes twice, beyond a day, and to the second."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from customer360.core.activities import CallOutcome
from customer360.core.capabilities import Capability
from customer360.core.errors import ValidationFailed
from customer360.core.records import RelatedKind, RelatedRecord
from customer360_testkit.conformance.activities.calls import CallChecks, says_day, values_of
from customer360_testkit.conformance.bench import LAG, Link, catches

_CREATE, _CALL, _CALLS = Capability.CREATE_CONTACT, Capability.CREATE_CALL, Capability.RELATED_CALLS
_TASK, _TASKS = Capability.CREATE_TASK, Capability.RELATED_TASKS
_EVENT, _EVENTS = Capability.CREATE_EVENT, Capability.RELATED_EVENTS
_BERLIN = ZoneInfo("Europe/Berlin")
_TWICE = tuple(datetime(2025, 10, 26, 2, 30, tzinfo=_BERLIN, fold=fold) for fold in (0, 1))
"""Half past two in the night in which it is half past two twice."""
_NIGHTS = datetime(2027, 3, 27, 23, 0, tzinfo=_BERLIN), datetime(2026, 10, 24, 23, 0, tzinfo=_BERLIN)
"""The evenings before clocks are changed."""


class TimingChecks(CallChecks):
    """See the module."""

    @catches("takes the second half past two for the first", _CREATE, _CALL, _CALLS)
    def test_calls_of_the_hour_that_comes_twice(self, link: Link) -> None:
        """Are an hour apart, to the second (D12)."""
        contact = self.make(link, "Twicecalled")
        for number, started in enumerate(each.replace(second=37) for each in _TWICE):
            record = self.call_shown(link, contact, f"twice{number}", started_at=started)
            assert tells(record, started.astimezone(UTC)), number

    @catches("ends an appointment by the clock on the wall", _CREATE, _EVENT, _EVENTS)
    def test_an_appointment_ends_when_it_does(self, link: Link) -> None:
        """In the nights in which clocks are changed, too (D12)."""
        contact = self.make(link, "Quillflying")
        for number, starts in enumerate((_NIGHTS[0] - timedelta(days=3), *_NIGHTS)):
            given = {"starts_at": starts, "ends_at": starts + timedelta(hours=9)}
            record = self.shown(link, RelatedKind.EVENT, contact, f"flight{number}", **given)
            seconds = round(given["ends_at"].timestamp() - starts.timestamp())
            numbers = [value for value in values_of(record.fields) if isinstance(value, int | float)]
            right = tells(record, given["ends_at"].astimezone(UTC)) or {seconds, seconds / 60} & {*numbers}
            if not number and not right:
                pytest.skip("of any other night it is not told, which is a check of its own")
            assert right, number

    @catches("forgets the days of a long call", _CREATE, _CALL, _CALLS)
    def test_a_call_may_take_more_than_a_day(self, link: Link) -> None:
        """Lines are left open over night; or it is said that it cannot."""
        contact, hours = self.make(link, "Longcall"), 25
        try:
            record = self.call_shown(link, contact, "longcall", duration=timedelta(hours=hours))
        except ValidationFailed:
            pytest.skip("no call takes more than a day")
        told = " | ".join((record.text, *(value for value in values_of(record.fields) if isinstance(value, str))))
        numbers = [value for value in values_of(record.fields) if isinstance(value, int | float)]
        assert hours * 3600 in numbers or f"{hours * 60}:00" in told or f"{hours}:00:00" in told

    @catches("hides calls that nobody took", _CREATE, _CALL, _CALLS)
    def test_a_call_without_length_and_text_is_listed(self, link: Link) -> None:
        """It was missed: somebody rings back (F040)."""
        contact = self.make(link, "Missedcall")
        given = {"outcome": CallOutcome.MISSED, "duration": timedelta(0), "subject": ""}
        ref = self.written(link, self.draft(link, RelatedKind.CALL, contact, "missed", **given))
        link.wait(LAG)
        assert [record.ref for record in self.listed(link, contact, RelatedKind.CALL)] == [ref]

    @catches("says that everything is due today", _CREATE, _TASK, _TASKS)
    def test_a_task_without_a_day_has_none(self, link: Link) -> None:
        """Nobody said when."""
        contact, day = self.make(link, "Dayless"), date(2047, 3, 31)
        dated = self.shown(link, RelatedKind.TASK, contact, "dated", due_on=day)
        dateless = self.shown(link, RelatedKind.TASK, contact, "undated")
        fields = self.schema(link, dated.ref.resource)
        names = [name for name in dated.fields if says_day(_only(dated, name), day)]
        names = [name for name in names if (field := fields.field(name)) is None or not field.required]
        if not names:
            pytest.skip("the day is no field of a task")
        told = {name: [value for value in values_of(dateless.fields.get(name)) if value] for name in names}
        assert told == {name: [] for name in names}

    @catches("hides what is long ago", _CREATE, _CALL, _CALLS)
    def test_a_call_of_long_ago_is_listed(self, link: Link) -> None:
        """A contact's history has no end (F040)."""
        contact, ago = self.make(link, "Longago"), datetime(2015, 3, 1, 9, 0, tzinfo=UTC)
        ref = self.written(link, self.draft(link, RelatedKind.CALL, contact, "ago", started_at=ago))
        link.wait(LAG)
        assert [record.ref for record in self.listed(link, contact, RelatedKind.CALL)] == [ref]

    @catches("lists by when it was written down", _CREATE, _CALL, _CALLS)
    def test_a_call_that_was_logged_late_is_in_its_place(self, link: Link) -> None:
        """By the time that is shown, newest first (F040)."""
        contact = self.make(link, "Loggedlate")
        now = link.now
        for hours in (1, 3, 2):
            started = now - timedelta(hours=hours)
            self.written(link, self.draft(link, RelatedKind.CALL, contact, f"late{hours}", started_at=started))
            link.wait(60.0)
        link.wait(LAG)
        times = [record.at for record in self.listed(link, contact, RelatedKind.CALL) if record.at is not None]
        assert times == sorted(times, reverse=True)


def tells(record: RelatedRecord, moment: datetime) -> bool:
    """Whether a record says that moment, which is in UTC: as a time, or written out with its zone."""
    for value in (record.at, record.text, *values_of(record.fields)):
        if isinstance(value, datetime) and value.astimezone(UTC) == moment:
            return True
        for word in value.split() if isinstance(value, str) else ():
            try:
                told = datetime.fromisoformat(word)
            except ValueError:
                continue
            if told.tzinfo is not None and told.astimezone(UTC) == moment:
                return True
    return False


def _only(record: RelatedRecord, name: str) -> RelatedRecord:
    return RelatedRecord(ref=record.ref, kind=record.kind, fields={name: record.fields[name]})
