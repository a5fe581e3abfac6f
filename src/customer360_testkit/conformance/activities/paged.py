"""Lists and listings hold what they should on every page: of every kind, of people of every resource."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import attrs
import pytest

from customer360.core.activities import ActivityFilter, Condition, Operator, TaskStatus
from customer360.core.capabilities import RELATED, Capability
from customer360.core.errors import Unsupported
from customer360.core.records import RecordRef, RelatedKind, RelatedRecord
from customer360_testkit.conformance.activities.untying import UntyingChecks
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.crowds import Crowds

_CREATE, _LIST = Capability.CREATE_CONTACT, Capability.LIST_ACTIVITIES
_TASK, _TASKS = Capability.CREATE_TASK, Capability.RELATED_TASKS
_MANY = 505
"""More than most vendors hand out at once."""
_TEXT = "Quillleaf rang about the delivery; it came in three parts, and the last of them was not what was asked for."


class PagedChecks(UntyingChecks, Crowds):
    """See the module."""

    @catches("repeats a page of tasks", _CREATE)
    def test_a_list_of_each_kind_goes_on(self, link: Link) -> None:
        """Each record once, the newest first, and told on whatever page as it is where all stand on one (F040)."""
        contact = self.make(link, "Quillleafed")
        resources = {each.related_kind: each.name for each in self.connector.resources(link.facts)}
        for kind in self.every_kind(link):
            if kind in self.connector.within_contact:
                continue
            refs, task = list[RecordRef](), kind is RelatedKind.TASK
            for number in range(5):
                given: dict[str, Any] = {"due_on": link.now.date() + timedelta(days=90 - 9 * number)} if task else {}
                draft = self.draft(link, kind, contact, f"leaf-{kind}-{number}", text=_TEXT, **given)
                refs.insert(0, self.written(link, draft))
                link.wait(3600.0)
            link.wait(LAG)
            whole = self.listed(link, contact, kind)
            times = {each.ref: each.at for each in whole}
            if task:  # some go by when they were made, some by when they are due: by what is told, not by another
                refs.sort(key=lambda ref: times.get(ref) or link.now, reverse=True)
            leaves = self.leaves(link, contact, kind, 2)
            assert [record.ref for record in leaves] == refs, kind
            _told_alike(leaves, whole)
            if self.can(link, _LIST):
                asked: dict[str, Any] = {"resource": resources[kind], "contact": contact}
                _told_alike(self.pages(link, 2, **asked) or (), self.pages(link, 20, **asked) or ())

    def leafed(self, link: Link, contact: RecordRef, kind: RelatedKind, limit: int) -> list[RecordRef]:
        """Whom all pages of a contact's list name."""
        return [record.ref for record in self.leaves(link, contact, kind, limit)]

    @catches("lists fifty, and says that there are no more", _CREATE)
    def test_a_list_holds_all_that_there_is(self, link: Link) -> None:
        """As many as were asked for, or a page of them and the way to the next, whatever else there is (F040, F055)."""
        contact, written = self.make(link, "Quillmany"), dict[RelatedKind, set[RecordRef]]()
        for kind, capability in RELATED.items():
            if self.can(link, capability) and kind not in self.connector.within_contact:
                with suppress(Unsupported):  # what is declared is another check's matter
                    nothing = link.run(self.connector.related(link.facts, contact, kind, limit=200))
                    assert (nothing.items, nothing.next) == ((), None), kind
        resources = {each.related_kind: each.name for each in self.connector.resources(link.facts)}
        for kind in self.every_kind(link):
            if kind not in self.connector.within_contact:
                written[kind] = {ref for _, ref in self.many(link, kind, contact, _MANY)}
        link.wait(LAG)
        for kind, refs in written.items():
            listings: list[list[RecordRef] | None] = [self.leafed(link, contact, kind, 200)]
            if self.can(link, _LIST):
                listings.append(self.paged(link, 200, resource=resources[kind], contact=contact))
            for listed in listings:
                assert listed is None or (len(listed), set(listed)) == (len(refs), refs), kind

    @catches("sorts the first page of a listing only", _CREATE, _TASK, _TASKS, _LIST)
    def test_every_page_of_a_listing_is_sorted(self, link: Link) -> None:
        """Newest first, or as asked (F055, F058)."""
        contact, refs = self.make(link, "Quillsorted"), list[RecordRef]()
        for number in range(5):
            refs.insert(0, self.written(link, self.draft(link, RelatedKind.TASK, contact, f"sorted{number}")))
            link.wait(3600.0)
        link.wait(LAG)
        record, asked = self.listed(link, contact, RelatedKind.TASK)[0], {"contact": contact}
        names = [name for name, value in record.fields.items() if value == "About sorted4"]
        assert self.paged(link, 2, resource=refs[0].resource, **asked) in (refs, None)
        for name in names:
            for descending, wanted in ((True, refs), (False, refs[::-1])):
                listed = self.paged(link, 2, resource=refs[0].resource, **asked, sort=(name, descending))
                if listed and listed[:2] == wanted[:2]:  # that it is sorted at all is a check of its own
                    assert listed == wanted, (name, descending)
        if self.can(link, Capability.CREATE_CALL) and self.can(link, Capability.RELATED_CALLS):
            self._sorted_under_a_condition(link, contact)

    def _sorted_under_a_condition(self, link: Link, contact: RecordRef) -> None:
        """Calls that were written down in another order than they were made in."""
        made = list[tuple[datetime, RecordRef]]()
        for number in (2, 1, 3):
            at = link.now - timedelta(hours=number)
            draft = self.draft(link, RelatedKind.CALL, contact, f"ago{number}", started_at=at)
            made.append((at, self.written(link, draft)))
        refs = [ref for _, ref in sorted(made, key=lambda each: each[0], reverse=True)]
        link.wait(LAG)
        record = self.listed(link, contact, RelatedKind.CALL)[0]
        resource = next(x.name for x in self.connector.resources(link.facts) if x.related_kind is RelatedKind.CALL)
        for name in [name for name, value in record.fields.items() if value == "About ago1"]:
            others = Condition(name, Operator.NOT_EQUALS, ("Quillnobody",))
            assert self.paged(link, 2, resource=resource, contact=contact, conditions=(others,)) in (refs, None)

    def paged(self, link: Link, limit: int = 1, **asked: Any) -> list[RecordRef] | None:
        """What all pages of a listing name; None where it is said that it cannot be listed so."""
        records = self.pages(link, limit, **asked)
        return None if records is None else [record.ref for record in records]

    def pages(self, link: Link, limit: int, **asked: Any) -> list[RelatedRecord] | None:
        """All pages of a listing; None where it is said that it cannot be listed so."""
        seen, cursor = list[RelatedRecord](), None
        for _ in range(8):
            try:
                query = ActivityFilter(limit=limit, cursor=cursor, **asked)
                page = link.run(self.connector.activities(link.facts, query))
            except Unsupported:
                return None
            seen += page.items
            if (cursor := page.next) is None:
                break
        return seen

    @catches("lists everybody's where it was a lead's", _CREATE, _LIST)
    def test_a_listing_is_of_whomever_it_was_asked_for(self, link: Link) -> None:
        """People of every resource, records of every kind, each of their pages (F055)."""
        resources = {each.related_kind: each.name for each in self.connector.resources(link.facts)}
        other, tried = self.make(link, "Quillsomebody"), 0
        for kind, contact in product(self.every_kind(link), self.anybody(link)):
            if kind not in resources or kind in self.connector.within_contact:
                continue
            try:
                wanted = {record.ref for record in self.listed(link, contact, kind)}
                for number in range(2):
                    key = f"of-{kind}-{contact.resource}-{number}"
                    wanted.add(self.written(link, self.draft(link, kind, contact, key)))
                    self.written(link, self.draft(link, kind, other, f"{key}-other"))
            except Unsupported:
                continue
            link.wait(LAG)
            listed = self.paged(link, len(wanted) - 1, resource=resources[kind], contact=contact)
            if listed is not None:
                tried += 1
                assert (len(listed), set(listed)) == (len(wanted), wanted), (kind, contact.resource)
        if not tried:
            pytest.skip("nothing is listed of one contact")

    @catches("does not compare how far a task is", _CREATE, _TASK, _TASKS, _LIST)
    def test_open_tasks_are_those_that_are_open(self, link: Link) -> None:
        """By the CRM's own words for it, as read; and what has no day is found without one (F057)."""
        contact = self.make(link, "Quillopentasks")
        given: list[dict[str, Any]] = [{"status": TaskStatus.DONE, "due_on": date(2046, 7, 1)}, {}]
        refs = [
            self.written(link, self.draft(link, RelatedKind.TASK, contact, f"open-{number}", **each))
            for number, each in enumerate(given)
        ]
        link.wait(LAG)
        records = {each.ref: each for each in self.listed(link, contact, RelatedKind.TASK)}
        done, opened = (records[ref] for ref in refs)
        names = {each.name for each in self.schema(link, refs[0].resource).fields}
        asked: dict[str, tuple[Condition, RecordRef]] = {}
        for name in names & done.fields.keys() & opened.fields.keys():
            one, two = done.fields[name], opened.fields[name]
            if isinstance(one, str) and isinstance(two, str) and {one, two} == {done.status, opened.status} != {one}:
                asked[name] = Condition(name, Operator.EQUALS, (two,)), refs[1]
            if one == date(2046, 7, 1) and two is None:
                asked[name] = Condition(name, Operator.IS_EMPTY), refs[1]
        if not asked:
            pytest.skip("neither is a field")
        for name, (condition, ref) in asked.items():
            listed = self.paged(link, resource=ref.resource, contact=contact, conditions=(condition,))
            assert listed in (None, [ref]), name


def _told_alike(some: Iterable[RelatedRecord], others: Iterable[RelatedRecord]) -> None:
    """Each record is what it is among the others."""
    told = {record.ref: record for record in others}
    for record in some:
        other = told.get(record.ref, record)  # that each is named is another matter
        assert attrs.asdict(record, recurse=False) == attrs.asdict(other, recurse=False)
