"""What a call, a task or an appointment says: who rang whom, when, for how long, and what is due."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from itertools import product
from typing import Any

from customer360.core.activities import ActivityChange, TaskStatus
from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error
from customer360.core.interactions import Direction
from customer360.core.metadata import FieldType
from customer360.core.records import RecordRef, RelatedKind, RelatedRecord
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches

_CREATE, _CALL, _CALLS = Capability.CREATE_CONTACT, Capability.CREATE_CALL, Capability.RELATED_CALLS
_TASK, _TASKS = Capability.CREATE_TASK, Capability.RELATED_TASKS
_EVENT, _EVENTS = Capability.CREATE_EVENT, Capability.RELATED_EVENTS
_INDIA = timezone(timedelta(hours=5, minutes=30))
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")
_WAY = re.compile(r"(?i)\b(in|out)(bound|going|coming|put)?\b")
_MACHINE = re.compile(r"(?i)etag|^W/|^https?:|^\d{4}-\d\d-\d\d|^[A-Za-z0-9+/=_-]{17,}$")
_OUT, _IN = re.compile(r"(?i)\bout(bound|going|put)?\b"), re.compile(r"(?i)\b(in(bound|coming)|in)\b")


class CallChecks(Bench):
    """See the module."""

    def shown(self, link: Link, kind: RelatedKind, contact: RecordRef, key: str, **given: Any) -> RelatedRecord:
        """The record that a draft becomes, as listed."""
        ref = self.written(link, self.draft(link, kind, contact, key, **given))
        link.wait(LAG)
        return next(record for record in self.listed(link, contact, kind) if record.ref == ref)

    def call_shown(self, link: Link, contact: RecordRef, key: str, **given: Any) -> RelatedRecord:
        return self.shown(link, RelatedKind.CALL, contact, key, **given)

    @catches("takes seconds for minutes", _CREATE, _CALL, _CALLS)
    def test_a_call_is_as_long_as_it_was(self, link: Link) -> None:
        """In seconds, or in words that say so."""
        contact = self.make(link, "Lasting")
        for direction, seconds in product(Direction, (7, 59, 125, 3725)):
            length = timedelta(seconds=seconds)
            record = self.call_shown(link, contact, f"l{direction}{seconds}", direction=direction, duration=length)
            minutes = f"{seconds // 60}:{seconds % 60:02d}"
            hours = f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
            numbers = [value for value in values_of(record.fields) if isinstance(value, int | float)]
            assert seconds in numbers or minutes in _words(record) or hours in _words(record), (direction, seconds)
            page = link.fake.screen("call", record.ref.id, link.user)
            told = page is not None and hours in str(page.text)
            assert page is None or page.lasts(length, missed=False, told=told), (direction, seconds, page)

    @catches("lists calls without how they went", _CREATE, _CALL, _CALLS)
    def test_a_listed_call_says_how_it_went(self, link: Link) -> None:
        """Who rang whom, and with what result, where the CRM holds it: nobody opens each of them (F041)."""
        contact = self.make(link, "Quillwent")
        for number, direction in enumerate((Direction.INBOUND, Direction.OUTBOUND)):
            given = {"direction": direction, "disposition": "Quillcode", "subject": "", "text": "Quill"}
            words = _words(self.call_shown(link, contact, f"went{number}", **given))
            assert "Quillcode" in words or not link.fake.count_holding("Quillcode"), direction
            assert _WAY.search(words), direction

    @catches("drops the offset of a time", _CREATE, _CALL, _CALLS)
    def test_a_call_of_another_zone_is_of_the_same_moment(self, link: Link) -> None:
        """Summer or winter, wherever the centre stands (D12)."""
        contact = self.make(link, "Zoned")
        for number, started in enumerate(
            (datetime(2026, 1, 14, 23, 45, tzinfo=_INDIA), datetime(2025, 7, 14, 0, 15, tzinfo=_INDIA))
        ):
            record = self.call_shown(link, contact, f"z{number}", started_at=started)
            assert _tells(record, started), started

    @catches("skips what happened at the same time", _CREATE, _CALL, _CALLS)
    def test_calls_of_one_moment_are_all_listed(self, link: Link) -> None:
        """Across pages, each once."""
        contact = self.make(link, "Simultaneous")
        started = link.now - timedelta(minutes=10)
        refs = {
            self.written(link, self.draft(link, RelatedKind.CALL, contact, f"s{number}", started_at=started))
            for number in range(4)
        }
        link.wait(LAG)
        seen, cursor = list[RecordRef](), None
        for _ in range(6):
            look = self.connector.related(link.facts, contact, RelatedKind.CALL, limit=1, cursor=cursor)
            page = link.run(look)
            seen += [record.ref for record in page.items]
            if (cursor := page.next) is None:
                break
        assert (len(seen), set(seen)) == (4, refs)

    @catches("lists more than was asked for", _CREATE, _CALL, _CALLS)
    def test_a_list_is_as_long_as_was_asked_for(self, link: Link) -> None:
        """At most."""
        contact = self.make(link, "Limited")
        for number in range(3):
            self.written(link, self.draft(link, RelatedKind.CALL, contact, f"k{number}"))
        link.wait(LAG)
        page = link.run(self.connector.related(link.facts, contact, RelatedKind.CALL, limit=2))
        assert len(page.items) == 2

    @catches("forgets how a call ended", _CREATE, _CALL)
    def test_how_a_call_ended_is_kept(self, link: Link) -> None:
        """In the agent's word for it (F054)."""
        contact = self.make(link, "Disposed")
        self.written(link, self.draft(link, RelatedKind.CALL, contact, "result", disposition="Quillresult"))
        assert link.fake.count_holding("Quillresult") == 1

    @catches("forgets the recording of a call", _CREATE, _CALL)
    def test_where_a_call_was_recorded_is_kept(self, link: Link) -> None:
        """As an address that opens it (F054)."""
        contact, address = self.make(link, "Recorded"), "https://recordings.conform.example/7"
        self.written(link, self.draft(link, RelatedKind.CALL, contact, "tape", recording_url=address))
        assert link.fake.count_holding(address) == 1

    @catches("drops what it does not know of a call", _CREATE)
    def test_what_no_field_can_hold_is_refused(self, link: Link) -> None:
        """Of every kind: nothing may seem to be written down, or corrected, that is not (F054)."""
        contact, me = self.make(link, "Unknownfield"), link.run(self.connector.identify(link.facts)).user
        for kind in self.every_kind(link):
            ref = self.written(link, self.draft(link, kind, contact, f"misfit-{kind}"))
            for name in ("Quill_no_such_field", *self._worded(link, ref)[:2]):
                draft = self.draft(link, kind, contact, f"{kind}-{name}", extra={name: me})
                change = ActivityChange(ref=ref, kind=kind, extra={name: me})
                with suppress(Customer360Error):
                    made = self.written(link, draft)
                    assert me.id in repr(self.held(link, made).get(name)), (kind, name)
                with suppress(Customer360Error):
                    link.run(self.connector.update_activity(link.facts, change))
                    assert me.id in repr(self.held(link, ref).get(name)), (kind, name)

    def _worded(self, link: Link, ref: RecordRef) -> list[str]:
        """Fields for any text of a record of its own, but for that of its key."""
        row = self.held(link, ref)
        fields = self.schema(link, ref.resource).fields if row else ()
        texts = [each for each in fields if each.type is FieldType.TEXT and each.creatable and each.editable]
        return [each.name for each in texts if not each.choices and "misfit-" not in repr(row.get(each.name))]

    @catches("leads from every call to one page", _CREATE, _CALL, _CALLS)
    def test_a_listed_record_brings_its_own_address(self, link: Link) -> None:
        """Where it brings one (F042)."""
        contact = self.make(link, "Calladdress")
        urls = [self.call_shown(link, contact, f"address{number}").url for number in range(2)]
        assert urls[0] is None or urls[0] != urls[1]

    @catches("hides what is done", _CREATE, _TASK, _TASKS)
    def test_a_task_that_is_done_is_listed_as_done(self, link: Link) -> None:
        """Beside those that are open (F040)."""
        contact = self.make(link, "Doer")
        told = {
            status: self.shown(link, RelatedKind.TASK, contact, f"{status}", status=status) for status in TaskStatus
        }
        assert told[TaskStatus.OPEN].status != told[TaskStatus.DONE].status

    @catches("invites the customer", _CREATE, _EVENT)
    def test_a_customer_is_not_invited(self, link: Link) -> None:
        """Nobody gets a mail from an entry in a calendar (F052)."""
        contact = self.make(link, "Invited", email="invited@conform.example")
        self.get(link, contact)
        before = len(link.asked)
        self.written(link, self.draft(link, RelatedKind.EVENT, contact, "party"))
        assert [
            request for request in link.asked[before:] if "invited@conform" in repr((request.json, request.form))
        ] == []


def values_of(fields: object) -> Iterator[Any]:
    """Every value, those within structures too."""
    if isinstance(fields, Mapping):
        for value in fields.values():
            yield from values_of(value)
    elif isinstance(fields, tuple | list):
        for value in fields:
            yield from values_of(value)
    else:
        yield fields


def _words(record: RelatedRecord) -> str:
    """What a person reads in a record: no times, no ids."""
    return " | ".join((record.status or "", record.title, record.text, *_texts(record.fields, record.ref.id)))


def _texts(fields: object, identifier: str) -> list[str]:
    """Texts among the values that are neither times nor made by a machine."""
    texts = [value for value in values_of(fields) if isinstance(value, str) and identifier not in value]
    return [text for text in texts if not _MACHINE.search(text)]


def says_day(record: RelatedRecord, day: date) -> bool:
    """Whether a record says that day: as a day, as a time of it, or written out."""
    values = list(values_of(record.fields))
    days = {value.date() if isinstance(value, datetime) else value for value in values if isinstance(value, date)}
    return day in days or any(day.isoformat() in value for value in (record.text, *values) if isinstance(value, str))


def _tells(record: RelatedRecord, moment: datetime) -> bool:
    """Whether a record says that moment: as a time, or written out."""
    times = [record.at, *(value for value in values_of(record.fields) if isinstance(value, datetime))]
    written = [datetime.fromisoformat(text) for text in _ISO.findall(_words(record))]
    return moment in times or moment in written
