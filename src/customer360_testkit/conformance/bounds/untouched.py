"""A write changes what it names, and nothing else in the whole CRM: nobody would look for it there.

Which values a vendor writes by itself (a version, a time, a whole name made of two) is known to the vendor: each write
is made twice, to two values, and what only the first of them changed was no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

import pytest

from customer360.core.activities import TaskStatus
from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error, Unsupported, ValidationFailed
from customer360.core.metadata import FieldInfo, FieldType, Resource
from customer360.core.records import ContactDraft, Fields, RecordRef, RelatedKind
from customer360_testkit.conformance.activities.correcting import CorrectingChecks
from customer360_testkit.conformance.activities.untying import UntyingChecks
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.newcomers import Newcomers
from customer360_testkit.conformance.traces import Trace, trace

_CREATE, _UPDATE, _CHANGE = Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT, Capability.UPDATE_ACTIVITY
_LINK, _UNLINK, _DELTA = Capability.LINK, Capability.UNLINK, Capability.DELTA
_TEXTS = (FieldType.TEXT, FieldType.LONG_TEXT)
_SOME = 8
"""Of those whom the fake holds."""
_FOUR = 4
_CORRECTIONS: tuple[tuple[str, Any, Any], ...] = (
    ("subject", "Quillsecond", "Quillthird"),
    ("text", "Quillsecond", "Quillthird"),
    ("status", TaskStatus.OPEN, TaskStatus.DONE),
    ("due_on", date(2046, 7, 2), date(2046, 7, 3)),
)
"""What can be corrected, and to what: twice."""


class UntouchedChecks(UntyingChecks, CorrectingChecks, Newcomers):
    """See the module."""

    def traced(self, link: Link, write: Callable[[], Any]) -> Trace:
        """What a write left behind."""
        before = link.fake.snapshot()
        write()
        return trace(before, link.fake.snapshot())

    def once(self, first: Trace, second: Trace) -> set[Any]:
        """What only the first of two writes of the same did."""
        kinds = [{row[0] for row in (*each.came, *each.went)} for each in (first, second)]
        return set(first.changed.keys() - second.changed.keys()) | (kinds[0] - kinds[1])

    @catches("changes of somebody what it was not told to change", _CREATE, _UPDATE)
    def test_a_change_of_anybody_touches_what_it_names(self, link: Link) -> None:
        """A new mobile is no reason to lose the desk's number, a birthday, a no to mail, or the owner (F012)."""
        for person, (resource, ref) in enumerate(self.wholly(link)):
            described = {each.name: each for each in self.schema(link, resource.name).fields if each.editable}
            texts = [name for name, each in described.items() if each.type in _TEXTS and not each.choices]
            for name in dict.fromkeys((*resource.phones, *resource.emails, *resource.standard.values(), *texts[:2])):
                field = described.get(name)
                values = [_value(field, 100 * person + number) for number in (97, 98)] if field is not None else []
                if values and all(isinstance(each, str) for each in values):
                    with suppress(ValidationFailed, Unsupported):  # a field with a rule of its own
                        first, second = (self._traced_change(link, ref, {name: value}) for value in values)
                        for each in (first, second):
                            assert each.of_others(ref.id) == set(), (resource.name, name)
                        assert self.once(first, second) == set(), (resource.name, name)
        for name, ref in self.addressed_twice(link):
            left = self._traced_change(link, ref, {name: "quill99@conform.example"})
            assert left.lost <= 1, name  # of one of two addresses what stands beside it goes with it

    def addressed_twice(self, link: Link) -> Iterator[tuple[str, RecordRef]]:
        """A field that holds two addresses of somebody, and whom: one of those who were there before."""
        people = link.run(self.connector.changes(link.facts, self.people)).changed if self.can(link, _DELTA) else ()
        for contact in people[:_SOME]:
            fields = [email.field for email in contact.emails]
            yield from ((name, contact.ref) for name in dict.fromkeys(fields) if fields.count(name) > 1)

    def _traced_change(self, link: Link, ref: RecordRef, fields: Fields) -> Trace:
        link.wait(60.0)
        return self.traced(link, lambda: self.change(link, ref, fields))

    def wholly(self, link: Link) -> Iterator[tuple[Resource, RecordRef]]:
        """One of each resource of people, with a value in every field that takes one."""
        given = {field: value for field, value in self.fields("Quillwholly").items() if value is not None}
        draft = ContactDraft(resource=self.people, fields=given)
        people = [(self.resource(link), draft, link.run(self.connector.create(link.facts, draft)))]
        with suppress(pytest.skip.Exception):
            people += self.newcomers(link, "Quillwholly")
        for person, (resource, draft, ref) in enumerate(people):
            fields = [each for each in self.schema(link, resource.name).fields if each.creatable and each.editable]
            worth = {each.name: self._worth_of(link, each, 100 * person + number) for number, each in enumerate(fields)}
            full = {name: value for name, value in worth.items() if value is not None and name not in draft.fields}
            link.wait(60.0)
            while full:
                try:
                    self.change(link, ref, full)
                except ValidationFailed as refused:  # a field with a rule of its own
                    named = {problem.field for problem in refused.problems}
                    full = {name: value for name, value in full.items() if name not in named} if named else {}
                else:
                    break
            yield resource, ref

    def _worth_of(self, link: Link, field: FieldInfo, number: int) -> Any:
        """A value for that field, no default of any CRM's; a colleague where it takes a user."""
        if field.type is not FieldType.REFERENCE:
            return _value(field, number)
        for login in [name for name in link.fake.users if name != link.user][:1]:
            other = self.signed_in(link.fake, login)
            colleague: RecordRef = other.run(self.connector.identify(other.facts)).user
            if colleague.resource in field.refers_to:
                return colleague
        return None

    @catches("resets what is not being corrected", _CREATE, _CHANGE)
    def test_a_correction_touches_what_it_names(self, link: Link) -> None:
        """The owner, the code of a call, how urgent it is, what it is about: of every kind (F051)."""
        contact = self.make(link, "Quillcorrected")
        things = self.things(link, contact)
        for kind in self.every_kind(link):
            _, ref = self.full(link, kind, contact, things, f"touch-{kind}")
            for name, *values in _CORRECTIONS:
                before = link.fake.snapshot()
                if self.corrected(link, ref, kind, **{name: values[0]}):
                    first, between = trace(before, link.fake.snapshot()), link.fake.snapshot()
                    assert self.corrected(link, ref, kind, **{name: values[1]}), (kind, name)
                    second = trace(between, link.fake.snapshot())
                    for each in (first, second):
                        assert each.of_others(ref.id, contact.id) == set(), (kind, name)
                    assert self.once(first, second) == set(), (kind, name)

    @catches("writes something beside what it creates", _CREATE)
    def test_a_create_touches_nothing_else(self, link: Link) -> None:
        """What is new is the record, and what hangs off it; of others, whom it is about at most (R1)."""
        given = {field: value for field, value in self.fields("Quillapart").items() if value is not None}
        draft = ContactDraft(resource=self.people, fields=given)
        before = link.fake.snapshot()
        contact: RecordRef = link.run(self.connector.create(link.facts, draft))
        self._alone(trace(before, link.fake.snapshot()), contact)
        for kind in self.every_kind(link):
            before = link.fake.snapshot()
            ref = self.written(link, self.draft(link, kind, contact, f"apart-{kind}", text="Quill"))
            self._alone(trace(before, link.fake.snapshot()), ref, contact)

    @catches("takes a namesake's record for its own", _CREATE)
    def test_who_shares_everything_with_somebody_is_somebody_else(self, link: Link) -> None:
        """A husband's lead is not his wife's, though name, number and address are: or the CRM refuses the double."""
        given = self.fields("Quilltwin", "+442079460702", "quilltwin@conform.example")
        draft = ContactDraft(
            resource=self.people, fields={name: each for name, each in given.items() if each is not None}
        )
        drafts = [draft, draft]
        with suppress(pytest.skip.Exception):
            drafts += [each for _, each, _ in self.newcomers(link, "Quilltwin")]
        for each in drafts:
            link.wait(LAG)
            before = link.fake.snapshot()
            with suppress(Customer360Error):
                ref = link.run(self.connector.create(link.facts, each))
                self._alone(trace(before, link.fake.snapshot()), ref)

    def _alone(self, left: Trace, ref: RecordRef, *about: RecordRef) -> None:
        """That record is new, and of others those that it is about differ at most."""
        told = [each.id for each in about]
        assert left.of_others(ref.id, *told) == set(), ref.resource
        assert left.went == {}, ref.resource
        assert ref.id in {row for _, row in left.came} or ref.id in told, ref.resource

    @catches("ties or unties more than it was told to", _CREATE, _LINK)
    def test_a_tie_touches_what_it_names(self, link: Link) -> None:
        """Not what the record is about, whose it is, or who else has it; tied again, it is tied once (F044, F045)."""
        tried = 0
        for kind, ref, people in self.tieable(link):
            first, second, stranger = people
            with suppress(Unsupported):
                link.wait(60.0)
                one, again, other = (self._traced_tie(link, each, ref) for each in (first, first, second))
                tried += 1
                for each in (one, again, other):
                    assert each.of_others(ref.id, first.id, second.id) == set(), kind
                    assert each.went == {}, kind
                assert (again.came, again.changed.keys() - one.changed.keys()) == ({}, set()), kind
                assert again.longer == set(), kind
                assert self.once(one, other) == set(), kind
                if self.can(link, _UNLINK):
                    self._unties(link, kind, ref, second, stranger, other)
        if not tried:
            pytest.skip("nothing can be tied later")

    def _unties(
        self, link: Link, kind: RelatedKind, ref: RecordRef, contact: RecordRef, stranger: RecordRef, tied: Trace
    ) -> None:
        """Untying takes back what tying did: from a stranger nothing."""
        with suppress(Customer360Error):
            left = self.traced(link, lambda: link.run(self.connector.unlink(link.facts, stranger, ref)))
            assert (left.came, left.went, left.changed) == ({}, {}, {}), kind
        with suppress(Unsupported):
            left = self._traced_untie(link, contact, ref)
            assert (left.came, left.went.keys()) == ({}, tied.came.keys()), kind
            self._traced_tie(link, contact, ref)
            assert self.once(left, self._traced_untie(link, contact, ref)) == set(), kind

    def _traced_tie(self, link: Link, contact: RecordRef, ref: RecordRef) -> Trace:
        link.wait(60.0)
        return self.traced(link, lambda: link.run(self.connector.link(link.facts, contact, ref)))

    def _traced_untie(self, link: Link, contact: RecordRef, ref: RecordRef) -> Trace:
        link.wait(60.0)
        return self.traced(link, lambda: link.run(self.connector.unlink(link.facts, contact, ref)))

    def tieable(self, link: Link) -> Iterator[tuple[RelatedKind, RecordRef, list[RecordRef]]]:
        """A record of each kind that says all it can, of somebody of each resource, or a deal, and three people."""
        for contact, *others in self.fours(link):
            things = self.things(link, contact) if contact.resource == self.people else ()
            for kind in self.every_kind(link):
                if kind not in self.connector.within_contact:
                    with suppress(Unsupported):
                        _, ref = self.full(link, kind, contact, things, f"tied-{kind}-{contact.id}"[:60])
                        link.wait(LAG)
                        yield kind, ref, others
        for deal in islice(self.some_deals(link), 2):
            before, people = link.fake.snapshot(), [self.make(link, f"Quilldealt{number}") for number in range(4)]
            with suppress(Unsupported):
                left = self._traced_tie(link, people[0], deal)
                assert left.went == {}, deal
                assert left.rows <= {(table, row) for table, row in before if row == deal.id}, deal
                again = self._traced_tie(link, people[1], deal)
                last = link.run(self.connector.identify(link.facts)).user.id
                whose = {repr(left.changed[leaf][1]) for leaf in self.once(left, again)}
                assert whose <= {repr([last])}, deal
            yield RelatedKind.DEAL, deal, people[1:]

    def fours(self, link: Link) -> Iterator[list[RecordRef]]:
        """Four of each resource of people, and of each kind that is kept there."""
        yield [self.make(link, f"Quillfour{number}") for number in range(4)]
        for resource in self.connector.resources(link.facts):
            if resource.contact_kind is not None and resource.name != self.people and self.can(link, Capability.DELTA):
                with suppress(Unsupported):
                    changed = link.run(self.connector.changes(link.facts, resource.name)).changed
                    for kind in dict.fromkeys(each.kind for each in changed):
                        found = [each for each in changed if each.ref.resource == resource.name and each.kind is kind]
                        if len(found) >= _FOUR:
                            yield [each.ref for each in found[:_FOUR]]


def _value(field: FieldInfo, number: int) -> Any:
    """Something that a field of that type may hold, and no CRM's default: another for each number."""
    match field.type:
        case FieldType.PHONE:
            return f"+44207946{number:04d}"
        case FieldType.EMAIL:
            return f"quill{number}@conform.example"
        case FieldType.URL:
            return f"https://conform.example/{number}"
        case FieldType.BOOLEAN:
            return True
        case FieldType.NUMBER:
            return number + 1
        case FieldType.DATE:
            return date(1990, 1, 1 + number % 28)
        case FieldType.DATETIME:
            return datetime(1990, 1, 1 + number % 28, 12, tzinfo=UTC)
        case FieldType.CHOICE | FieldType.CHOICES if field.choices:
            value = field.choices[-1].value
            return (value,) if field.type is FieldType.CHOICES else value
        case FieldType.TEXT | FieldType.LONG_TEXT if not field.choices:
            return f"Quill{number}"[: field.max_length]
    return None
