"""A listing compares at the very values, and is in the order that was asked for, by whatever field it can be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from customer360.core.activities import Condition, Operator, TaskStatus
from customer360.core.capabilities import Capability
from customer360.core.records import RecordRef, RelatedKind, RelatedRecord
from customer360_testkit.conformance.activities.paged import PagedChecks
from customer360_testkit.conformance.bench import LAG, Link, catches

_CREATE, _LIST = Capability.CREATE_CONTACT, Capability.LIST_ACTIVITIES
_DUE = date(2046, 7, 1)
_NEPAL = timezone(timedelta(hours=5, minutes=45))


class EndChecks(PagedChecks):
    """See the module."""

    @catches("leaves out the ends of a span", _CREATE, _LIST)
    def test_a_listing_compares_at_the_very_values(self, link: Link) -> None:
        """Between holds both ends, before and after hold theirs not, in whatever zone they are told (F057, D12)."""
        tried = 0
        for resource, contact, records in self.threes(link):
            for name, values in self.rising(link, records):
                low, middle, high = (each.astimezone(_NEPAL) if isinstance(each, datetime) else each for each in values)
                refs = [record.ref for record in records]
                cases: tuple[tuple[Operator, tuple[Any, ...], list[RecordRef]], ...] = (
                    (Operator.LESS, (middle,), refs[:1]),
                    (Operator.GREATER, (middle,), refs[2:]),
                    (Operator.BETWEEN, (low, high), refs),
                    (Operator.BETWEEN, (middle, high), refs[1:]),
                )
                for operator, compared, wanted in cases:
                    conditions = (Condition(name, operator, compared),)
                    listed = self.paged(link, 50, resource=resource, contact=contact, conditions=conditions)
                    tried += listed is not None
                    assert listed is None or set(listed) == set(wanted), (resource, name, operator)
        if not tried:
            pytest.skip("nothing can be compared")

    @catches("takes yes and no for words", _CREATE, _LIST)
    def test_a_listing_compares_yes_and_no(self, link: Link) -> None:
        """What is done, what is private (F057)."""
        tried = 0
        for resource, contact, records in self.threes(link):
            for name in self.names(link, records):
                told = {record.ref: record.fields[name] for record in records}
                if not all(isinstance(value, bool) for value in told.values()):
                    continue
                for value in (True, False):
                    wanted = {ref for ref, each in told.items() if each is value}
                    conditions = (Condition(name, Operator.EQUALS, (value,)),)
                    listed = self.paged(link, 50, resource=resource, contact=contact, conditions=conditions)
                    tried += listed is not None
                    assert listed is None or set(listed) == wanted, (resource, name, value)
        if not tried:
            pytest.skip("nothing is yes or no")

    @catches("sorts one kind, and one way", _CREATE, _LIST)
    def test_a_listing_of_each_kind_is_sorted_as_asked(self, link: Link) -> None:
        """Upwards and downwards, from page to page, and with a condition (F058)."""
        tried = 0
        for resource, contact, records in self.threes(link):
            refs = [record.ref for record in records]
            asked_above: dict[str, tuple[Condition, ...]] = dict.fromkeys(self.titles_of(link, records), ())
            for name, (low, *_) in self.rising(link, records):
                asked_above[name] = (Condition(name, Operator.GREATER, (low,)),)
            for name, above in asked_above.items():
                for descending, conditions in ((False, ()), (True, ()), (False, above)):
                    asked: dict[str, Any] = {"contact": contact, "conditions": conditions, "sort": (name, descending)}
                    listed = self.paged(link, 1, resource=resource, **asked)
                    tried += listed is not None
                    wanted = refs[::-1] if descending else refs[len(conditions) :]
                    assert listed in (None, wanted), (resource, name, descending)
        if not tried:
            pytest.skip("nothing can be sorted")

    def threes(self, link: Link) -> Iterator[tuple[str, RecordRef, list[RelatedRecord]]]:
        """Of each kind its resource, and three about one person as listed: the later, the greater in what it says."""
        resources = {each.related_kind: each.name for each in self.connector.resources(link.facts)}
        for kind in self.every_kind(link):
            if kind in self.connector.within_contact or kind not in resources:
                continue
            contact, refs = self.make(link, f"Quillthree{kind}"), list[RecordRef]()
            for number in range(3):
                key, given = f"three-{kind}-{number}", self.later(link, kind, number)
                refs.append(self.written(link, self.draft(link, kind, contact, key, **given)))
                link.wait(86_400.0)
            link.wait(LAG)
            listed = {record.ref: record for record in self.listed(link, contact, kind)}
            yield resources[kind], contact, [listed[ref] for ref in refs]

    def later(self, link: Link, kind: RelatedKind, number: int) -> dict[str, Any]:
        """What a draft of that kind says, the more the greater the number."""
        given: dict[str, Any] = {"subject": f"Quill {number}"}
        if kind is RelatedKind.CALL:
            given["duration"] = timedelta(minutes=number + 1)
        if kind is RelatedKind.EVENT:
            given["ends_at"] = link.now + timedelta(hours=number + 1)
        if kind is RelatedKind.TASK:
            given["due_on"] = _DUE + timedelta(days=number)
            given["status"] = TaskStatus.DONE if number else TaskStatus.OPEN
        return given

    def titles_of(self, link: Link, records: list[RelatedRecord]) -> list[str]:
        """The fields that hold how they are called."""
        called = [f"Quill {number}" for number in range(len(records))]
        return [name for name in self.names(link, records) if [each.fields[name] for each in records] == called]

    def names(self, link: Link, records: list[RelatedRecord]) -> list[str]:
        """The described fields that all of them have."""
        described = {field.name for field in self.schema(link, records[0].ref.resource).fields}
        return sorted(described.intersection(*(record.fields.keys() for record in records)))

    def rising(self, link: Link, records: list[RelatedRecord]) -> Iterator[tuple[str, list[Any]]]:
        """Fields whose values, times, days and numbers, are greater with each of them."""
        for name in self.names(link, records):
            values: list[Any] = [record.fields[name] for record in records]
            kinds = {type(value) for value in values}
            if len(kinds) == 1 and isinstance(values[0], date | int | float) and values[0] < values[1] < values[2]:
                yield name, values
