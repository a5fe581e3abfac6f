"""What is written down is what the CRM's own users see there, whatever fields it is kept in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import product
from typing import Any, cast
from zoneinfo import ZoneInfo

import attrs
import pytest

from customer360.core.activities import ActivityFilter, CallOutcome, Priority, TaskStatus
from customer360.core.capabilities import CREATE, RELATED, Capability
from customer360.core.errors import Unsupported
from customer360.core.interactions import Direction
from customer360.core.records import ContactKind, RecordRef, RelatedKind, RelatedRecord
from customer360_testkit.conformance.activities.calls import values_of
from customer360_testkit.conformance.activities.correcting import CorrectingChecks
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.fakes.screen import NO_SUCH, ActivityKind, Screen

_CREATE, _CHANGE = Capability.CREATE_CONTACT, Capability.UPDATE_ACTIVITY
_TASK, _CALL, _EVENT = Capability.CREATE_TASK, Capability.CREATE_CALL, Capability.CREATE_EVENT
_MISSED = re.compile(r"(?i)\b(missed|unanswered|no(?:t|body)? (?:answer|response|took|reached))")
_NEPAL, _HAWAII = timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-10))
_FAR = ("Pacific/Honolulu", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland", "Pacific/Tongatapu")
"""From one end of a day to the other: it is the same day for all of these at one hour only."""
_PLACE = "Quillplace 9, second floor, room 211, ring twice at the door behind the yard, please"
_WAYS = ("from", "by", "caller")
_SEASONS = date(2025, 7, 31), date(2025, 12, 31)
_NOON = time(12)
_HOURS = time(0, 20), time(9, 0), time(20, 30), time(23, 59)
"""When it is another day in Greenwich, for users east of there and west."""
_TWICE = tuple(datetime(2025, 10, 26, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold) for fold in (0, 1))
"""Half past two in the night in which it is half past two twice."""
_CORRECTED: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"subject": "Quillretitled"}, {"subject": "Quillretitled"}),
    ({"text": "Quill wrote\nin two lines"}, {"text": "Quill wrote\nin two lines"}),
    ({"text": None}, {"text": None}),
    ({"status": TaskStatus.DONE}, {"state": "done"}),
    ({"status": TaskStatus.OPEN}, {"state": "open"}),
    ({"due_on": date(2047, 3, 31)}, {"due": date(2047, 3, 31)}),
    ({"due_on": None}, {"due": None}),
)
"""What is corrected, and what is to be seen then."""


class ScreenedChecks(CorrectingChecks):
    """See the module."""

    def screen(self, link: Link, kind: RelatedKind, ref: RecordRef, user: str | None = None) -> Screen:
        """What its page in the CRM tells who is signed in, or another user."""
        screen = link.fake.screen(cast(ActivityKind, kind.value), ref.id, user or link.user)
        assert screen is not None, f"FakeCrm.screen knows no such {kind.value}"
        return screen

    def became(self, link: Link, kind: RelatedKind, contact: RecordRef, key: str, **given: Any) -> Screen:
        """What is to be seen of what a draft became."""
        return self.screen(link, kind, self.written(link, self.draft(link, kind, contact, key, **given)))

    def days_seen(self, link: Link, ref: RecordRef) -> set[Any]:
        """On which days a task is due to its reader, wherever in the world they live."""
        found, home = set[Any](), link.fake.users[link.user].time_zone
        for zone in (*_FAR, home):
            link.fake.move(link.user, zone)
            found.add(self.screen(link, RelatedKind.TASK, ref).due)
        return found

    @catches("tells the CRM's users of another call", _CREATE, _CALL)
    def test_a_call_is_seen_as_it_went(self, link: Link) -> None:
        """Who rang whom, whether anybody answered, on which day; and it is nothing to do (F050)."""
        contact, before = self.make(link, "Quillcalled"), dict[str, tuple[str, str]]()
        for number, (direction, outcome, code) in enumerate(product(Direction, CallOutcome, (None, "Quillcode"))):
            theirs, ours = f"+44207946{7000 + number}", f"+4930901{82000 + number}"
            given = {"direction": direction, "outcome": outcome, "disposition": code, "text": "Quill"}
            draft = self.draft(link, RelatedKind.CALL, contact, f"seen{number}", customer=theirs, dialled=ours, **given)
            seen = self.screen(link, RelatedKind.CALL, self.written(link, draft))
            form = (direction.value, outcome.value, code)
            words = f"{seen.result} {seen.text}"
            if direction is Direction.INTERNAL:
                assert seen.direction == "internal" or "internal" in words.casefold(), form
            else:
                assert seen.direction in (direction.value, NO_SUCH), form
            if outcome is CallOutcome.MISSED:
                assert seen.outcome == "missed" or _MISSED.search(words), form
            else:
                assert seen.outcome in ("answered", NO_SUCH), form
                assert not _MISSED.search(words), form
            assert seen.state in ("done", NO_SUCH), form
            assert (seen.reminds, seen.busy) in product((False, NO_SUCH), repeat=2), form
            assert seen.starts in (draft.started_at, NO_SUCH), form
            assert seen.due in (draft.started_at.date(), NO_SUCH), form
            ways = (ours, theirs) if direction is Direction.OUTBOUND else (theirs, ours)
            assert (seen.caller, seen.called) in (ways, (NO_SUCH, NO_SUCH)), form
            if seen.caller is NO_SUCH:
                before[direction.value] = (_word(seen, theirs), _word(seen, ours))
        alone = self.became(link, RelatedKind.CALL, contact, "alone", customer="+442079467099", text="Quill")
        assert alone.caller in ("+442079467099", NO_SUCH)
        if before:  # the numbers stand in the text, each behind a word for who it is, or for who rang whom
            assert _word(alone, "+442079467099") == before["inbound"][0]
            theirs, ours = before["inbound"]
            assert theirs != ours
            assert before["outbound"] == ((ours, theirs) if theirs in _WAYS else (theirs, ours))

    @catches("logs a call under the day that it is in Greenwich", _CREATE, _CALL)
    def test_a_call_is_of_the_day_on_which_it_was(self, link: Link) -> None:
        """Early or late, in summer and in winter: where a page tells the day alone, that of whoever rang (F050)."""
        for login, user in link.fake.users.items():
            own = self.signed_in(link.fake, login)
            contact, zone = self.make(own, f"Quillnight{login}"), ZoneInfo(user.time_zone)
            for number, (day, hour) in enumerate(product(_SEASONS, (_NOON, *_HOURS))):
                started = datetime.combine(day, hour, zone)
                key = f"night{number}-{login}"
                ref = self.written(own, self.draft(own, RelatedKind.CALL, contact, key, started_at=started))
                seen = self.screen(own, RelatedKind.CALL, ref, login)
                if hour == _NOON and seen.due not in (day, NO_SUCH):
                    pytest.skip("that a page tells the day at all is a check of its own")
                assert seen.due in (day, NO_SUCH), (login, started)
                assert seen.starts in (started.astimezone(UTC), NO_SUCH), (login, started)

    @catches("gives the CRM's users another task", _CREATE, _TASK)
    def test_a_task_is_seen_as_it_was_given(self, link: Link) -> None:
        """How urgent, how far, until when: on the same day wherever its users are, where they look (F050)."""
        contact = self.make(link, "Quilltasked")
        sunday = date(2027, 3, 28)  # when clocks are put forward
        days = (None, date(2026, 7, 1), date(2026, 12, 31), sunday, sunday - timedelta(days=1))
        for number, (priority, status, day) in enumerate(product(Priority, TaskStatus, days)):
            given = {"priority": priority, "status": status, "due_on": day}
            ref = self.written(link, self.draft(link, RelatedKind.TASK, contact, f"task{number}", **given))
            state = "done" if status is TaskStatus.DONE else "open"
            for user in link.fake.users:
                if (seen := link.fake.screen("task", ref.id, user)) is not None:
                    assert seen.priority in (priority.value, NO_SUCH), given
                    assert seen.state in (state, NO_SUCH), given
                    assert day is None or seen.due in (day, NO_SUCH), (given, user)
            assert day is None or self.days_seen(link, ref) <= {day, NO_SUCH}, given
        self.screen(link, RelatedKind.TASK, ref)
        for user in link.fake.users:
            own = self.signed_in(link.fake, user)
            seen = self.became(own, RelatedKind.TASK, self.make(own, f"Quilltasked{user}"), f"task-{user}")
            assert seen.in_view in (True, NO_SUCH), user

    @catches("shows the CRM's users another appointment", _CREATE, _EVENT)
    def test_an_appointment_is_seen_when_and_where_it_is(self, link: Link) -> None:
        """In any zone, also where it begins and ends in two, and at midnight; it is nobody's whole day. It stands where
        its owner looks (F050).
        """
        contact, day = self.make(link, "Quillmet"), link.now.replace(hour=0, minute=0, second=0) + timedelta(days=40)
        times = (
            (day, day + timedelta(minutes=30)),
            (day, day + timedelta(days=1)),
            (day.astimezone(_NEPAL), (day + timedelta(hours=2)).astimezone(_HAWAII)),
            (datetime(2027, 7, 1, 23, 45, tzinfo=_NEPAL), datetime(2027, 7, 2, 0, 30, tzinfo=_NEPAL)),
            (day, day + timedelta(days=3)),
            (day, day),
            *[(each, each.astimezone(UTC) + timedelta(minutes=30)) for each in _TWICE],
        )
        for number, (starts, ends) in enumerate(times):
            given = {"starts_at": starts, "ends_at": ends, "location": _PLACE}
            seen = self.became(link, RelatedKind.EVENT, contact, f"met{number}", **given)
            assert seen.starts in (starts.astimezone(UTC), NO_SUCH), number
            assert seen.ends in (ends.astimezone(UTC), NO_SUCH), number
            assert seen.all_day in (False, NO_SUCH), number
            assert seen.busy in (True, NO_SUCH), number
            assert seen.in_view in (True, NO_SUCH), number
            assert seen.place == _PLACE or _PLACE in str(seen.text), number

    @catches("shows the CRM's users another case", _CREATE, CREATE[RelatedKind.CASE])
    def test_a_case_is_seen_as_it_was_opened(self, link: Link) -> None:
        """Open, or nobody works on it; as urgent as it is; and that somebody rang (F050)."""
        contact = self.make(link, "Quillcased")
        for priority in Priority:
            seen = self.became(link, RelatedKind.CASE, contact, f"case-{priority}", priority=priority)
            assert seen.state in ("open", NO_SUCH), priority
            assert seen.priority in (priority.value, NO_SUCH), priority
            assert seen.channel != "other", priority

    @catches("hangs what it writes off nobody", _CREATE)
    def test_each_record_is_seen_with_whom_it_is_about(self, link: Link) -> None:
        """And is of whom the draft names: the own list, or the colleague's, or it is refused (F050)."""
        me = link.run(self.connector.identify(link.facts)).user
        owners = [None, me]
        for login in [name for name in link.fake.users if name != link.user][:1]:
            other = self.signed_in(link.fake, login)
            owners.append(other.run(self.connector.identify(other.facts)).user)
        for contact, person in self.anyone(link):
            for kind, capability in CREATE.items():
                for number, owner in enumerate(owners if self.can(link, capability) else ()):
                    key = f"of-{contact.resource}-{kind}-{number}-{person}"
                    draft = self.draft(link, kind, contact, key, owner=owner, text="Quill")
                    with suppress(Unsupported):
                        seen = self.screen(link, kind, self.written(link, draft))
                        form = (contact.resource, kind.value, number)
                        assert seen.owner in ((owner or me).id, NO_SUCH), form
                        named = seen.names(contact.resource, contact.id)
                        assert named or not self.can(link, RELATED[kind]), form
                        assert not person or seen.people is NO_SUCH or contact.id in seen.people, form
                if person and self.can(link, Capability.LINK) and kind not in self.connector.within_contact:
                    with suppress(Unsupported):
                        self._names_later(link, kind, contact)

    def _names_later(self, link: Link, kind: RelatedKind, contact: RecordRef) -> None:
        """What is tied to a person names them as one."""
        before = self.make(link, f"Quillhanded{kind}")
        ref = self.written(link, self.draft(link, kind, before, f"hand-{contact.resource}-{kind}"))
        link.run(self.connector.link(link.facts, contact, ref))
        people = self.screen(link, kind, ref).people
        assert people is NO_SUCH or contact.id in people, (contact.resource, kind.value, "tied later")

    def anyone(self, link: Link) -> Iterator[tuple[RecordRef, bool]]:
        """One of each kind in each resource, made, or of those whom the fake holds; and whether it is a person."""
        declared = {each.name for each in self.connector.resources(link.facts)}  # to a CRM a customer's own are things
        yield self.make(link, "Quillanyone"), self.resource(link).contact_kind is not ContactKind.COMPANY
        for resource in link.run(self.connector.list_resources(link.facts)):
            if resource.contact_kind is not None and resource.name != self.people and self.can(link, Capability.DELTA):
                with suppress(Unsupported):
                    changed = link.run(self.connector.changes(link.facts, resource.name)).changed
                    for each in {each.kind: each for each in reversed(changed)}.values():
                        if each.ref.resource == resource.name:
                            yield each.ref, each.kind is not ContactKind.COMPANY and resource.name in declared

    @catches("tells the CRM's users of another correction", _CREATE, _CHANGE)
    def test_a_correction_is_seen_as_it_was_made(self, link: Link) -> None:
        """Of every kind, or it is said that it cannot be made (F051)."""
        contact = self.make(link, "Quillmended")
        for kind in (kind for kind, capability in CREATE.items() if self.can(link, capability)):
            key = f"mend-{kind}"
            ref = self.written(link, self.draft(link, kind, contact, key, text="Quillfirst"))
            for change, wanted in _CORRECTED:
                if kind in self.connector.within_contact:
                    ref = self.written(
                        link, self.draft(link, kind, contact, f"{key}-{len(repr(change))}", text="Quill")
                    )
                if self.corrected(link, ref, kind, **change):
                    seen = attrs.asdict(self.screen(link, kind, ref), recurse=False)
                    for name, value in wanted.items():
                        told = seen[name].strip() or None if isinstance(seen[name], str) else seen[name]
                        assert told == value, (kind.value, *change)
                    if wanted.get("due") is not None and kind is RelatedKind.TASK:
                        assert self.days_seen(link, ref) == {wanted["due"]}, change

    @catches("lists something else than the CRM's users see", _CREATE)
    def test_what_is_listed_is_what_is_seen(self, link: Link) -> None:
        """Record by record, in both ways of listing (F040, F055)."""
        contact = self.make(link, "Quilllisted")
        for kind in self.every_kind(link):
            starts = link.now + timedelta(days=1)
            times = {"starts_at": starts, "ends_at": starts + timedelta(hours=1)}
            given = {"location": "Quillplace", **times} if kind is RelatedKind.EVENT else {}
            for number in range(2):
                text = f"Quill {number}\n\n<b>second</b> & last"
                self.written(link, self.draft(link, kind, contact, f"list-{kind}-{number}", text=text, **given))
                link.wait(120.0)
            link.wait(LAG)
            listed = self.listed(link, contact, kind)
            for record in listed:
                self._as_seen(record, self.screen(link, kind, record.ref), self._row(link, record.ref))
            for records in self._also(link, contact, kind):
                assert [_said(each) for each in records] == [_said(each) for each in listed], kind

    def _as_seen(self, record: RelatedRecord, seen: Screen, row: Mapping[str, Any]) -> None:
        """A listed record says what is to be seen, as far as the row of the CRM holds it."""
        kind = record.kind
        assert "About list-" in f"{record.title} {record.text}", kind
        assert seen.subject in (record.title, NO_SUCH), kind
        assert "second" in record.text, kind
        assert _squeezed(seen.text).startswith(_squeezed(record.text)), kind
        assert record.status is not None or seen.state is NO_SUCH or kind is RelatedKind.CALL, kind
        assert record.at is not None, kind
        assert seen.number is NO_SUCH or seen.number in record.fields.values(), kind
        assert seen.starts in (record.at, NO_SUCH), kind
        assert seen.place in (NO_SUCH, None) or str(seen.place) in f"{record.fields} {record.text}", kind
        owned = str(seen.owner) in map(str, values_of(row))
        assert (record.owner.id if record.owner else None) == (seen.owner if owned else None), kind

    def _row(self, link: Link, ref: RecordRef) -> Mapping[str, Any]:
        """What the fake holds of it, where it calls a resource as the connector does."""
        rows = link.fake.records(ref.resource) if ref.resource in link.fake.modules else []
        return next((row for row in rows if ref.id in (str(row.get("id")), str(row.get("Id")))), {})

    def _also(self, link: Link, contact: RecordRef, kind: RelatedKind) -> Iterator[tuple[RelatedRecord, ...]]:
        """The contact's records of a kind by the other ways of listing them."""
        if kind in self.connector.within_contact and self.can(link, RELATED[kind]):
            yield link.run(self.connector.related(link.facts, contact, kind)).items
        if self.can(link, Capability.LIST_ACTIVITIES):
            resources = [each for each in self.connector.resources(link.facts) if each.related_kind is kind]
            for resource in resources[:1]:
                with suppress(Unsupported):
                    asked = ActivityFilter(resource=resource.name, contact=contact)
                    yield link.run(self.connector.activities(link.facts, asked)).items


def _word(seen: Screen, number: str) -> str:
    """The word before a number in the text."""
    assert number in str(seen.text), number
    return str(seen.text).partition(number)[0].split()[-1].strip(":").casefold()


def _squeezed(text: Any) -> str:
    return " ".join(text.split()) if isinstance(text, str) else ""


def _said(record: RelatedRecord) -> tuple[Any, ...]:
    told = {name: value for name, value in record.fields.items() if not name.startswith("@")}
    return record.ref, record.title, record.text, record.at, record.status, record.owner, told
