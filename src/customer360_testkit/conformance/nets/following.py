"""Round by round what changed is told: nobody more, nobody less, each as reading tells them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from typing import Any, Final

import attrs
import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.records import Changes, Contact, RecordRef
from customer360_testkit.conformance.bench import Link, nets
from customer360_testkit.conformance.crowds import Crowds
from customer360_testkit.conformance.nets.drawn import Drawing
from customer360_testkit.conformance.nets.peopled import Peopled, Person
from customer360_testkit.conformance.newcomers import Newcomers

_DELTA, _CREATE, _UPDATE = Capability.DELTA, Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT
_FLOOD: Final = 505
"""More than a page, where a page is no longer."""
_ROUNDS: Final = ((9, 0, 0), (0, 14, 0), (0, 0, 6), (_FLOOD, 14, 4), (0, 0, 0), (4, 14, 4), (3, 9, 5))
"""How many come, change and go in each."""
_MOST_PAGES: Final = 60
_PAGE: Final = 8
"""Requests that a page may take, with what is asked beforehand."""
_LONG: Final = 3 * 3600.0
"""Seconds between two rounds: longer than a CRM takes to index."""
_TOLD: Final = tuple(
    name for name in attrs.fields_dict(Contact) if name not in ("ref", "fields", "partial", "last_activity_at")
)


class FollowingNets(Newcomers, Crowds, Peopled):
    """See the module."""

    @nets("loses its thread after the first rounds", _DELTA, _CREATE, _UPDATE)
    def test_who_follows_holds_what_there_is(self, link: Link) -> None:
        """Rounds of people who come, change, lose what they had, and go: after each an index that follows holds whom
        the CRM holds, as reading tells them; what did not happen is not told, and every page can be read again."""
        drawing, told = Drawing("following"), set[str]()
        most = self.more_than_a_page(link, _FLOOD)
        link.fake.allow_doubles()
        coming = self.drawn(link, drawing, 4 * _FLOOD)
        made = {self.somebody(link, next(coming))[0] for _ in range(most)}
        shadows = {each for module in link.fake.modules for each in link.fake.shadows(module)}
        link.wait(_LONG)
        people, cursor, index = self.there(link, made), None, dict[RecordRef, Contact]()
        must, may, lately, ever = ({*people} for _ in range(4))
        for number, (come, change, go) in enumerate(((0, 0, 0), *_ROUNDS)):
            if number:
                must, unsure = self._happens(link, drawing, people, coming, (min(come, most), change, go))
                link.wait(_LONG)
                people = self.there(link, must | ever)
                must = {ref for ref in must if ref in people or ref in ever}
                ever |= {*people}
                may = lately | must | unsure  # who changed last may be told once more
                lately = must | unsure | (set() if come + change else lately)
            pages = [*self._parts(link, self.people, cursor)]
            changed = {each.ref: each for page in pages for each in page.changed}
            gone, cursor = {ref for page in pages for ref in page.gone}, pages[-1].cursor
            told = told or {name for each in changed.values() for name in parts(each)}
            _as_happened(f"round {number}", people, must, may, changed)
            missed = [ref for ref in must if ref not in people and ref not in gone]
            assert missed == [], f"round {number}: of {len(missed)} it is not told that they are gone"
            still = {ref for ref in gone if ref.id not in shadows} - (ever - people.keys())
            assert still == set(), f"round {number}: who is there is said to be gone"
            for page in pages:  # as an index takes it
                index |= {each.ref: each for each in page.changed}
                index = {ref: each for ref, each in index.items() if ref not in page.gone}
            assert {*index} == {*people}, f"round {number}: {_apart(people, index)}"
            for ref, contact in index.items():
                as_read(f"round {number}", told, contact, people[ref].read)

    @nets("loses its thread of others", _DELTA)
    def test_who_follows_others_holds_what_there_is(self, link: Link) -> None:
        """Leads, companies, a customer's own: who came since is told, and as in the first round."""
        followed = dict[str, tuple[set[str], str | None]]()
        for resource in link.run(self.connector.list_resources(link.facts)):
            if resource.contact_kind is not None and resource.name != self.people:
                with suppress(Unsupported):
                    pages = [*self._parts(link, resource.name, None)]
                    changed = [each for page in pages for each in page.changed]
                    followed[resource.name] = {name for each in changed for name in parts(each)}, pages[-1].cursor
        link.wait(_LONG)
        made = [ref for _, _, ref in chain(self.newcomers(link, "Quillfollowed"), self.newcomers(link, "Quillnext"))]
        if not followed:
            pytest.skip("no others are followed")
        link.wait(_LONG)
        for name, (told, cursor) in followed.items():
            later = [each for page in self._parts(link, name, cursor) for each in page.changed]
            missed = {ref for ref in made if ref.resource == name} - {each.ref for each in later}
            assert missed == set(), f"who came to {name} is not told"
            for contact in later:
                as_read(name, told, contact, self.get(link, contact.ref))

    def _happens(
        self,
        link: Link,
        drawing: Drawing,
        people: Mapping[RecordRef, Person],
        coming: Iterator[dict[str, Any]],
        happening: Iterable[int],
    ) -> tuple[set[RecordRef], set[RecordRef]]:
        """So many come, change and go: who did, and who may have."""
        come, change, go = happening
        ways = (*self.resource(link).phones, *self.resource(link).emails)
        did, may = {self.somebody(link, next(coming))[0] for _ in range(come)}, set[RecordRef]()
        link.wait(60.0)
        some = drawing.some(list(people), len(people))
        for number, ref in enumerate(some[:change]):
            read = people[ref].read
            had = {name: value for name, value in read.fields.items() if value and name in ways}
            given = next(coming) if number % 3 else {self.spare_field: None} if number % 2 else {}
            with suppress(Customer360Error):  # what the CRM does not take is no change
                self.become(link, ref, had, given)
            (may if self.get(link, ref).fields == read.fields else did).add(ref)
            link.wait(1.0)
        for ref in some[change : change + go]:
            may.add(ref)
            with suppress(Customer360Error):  # not everybody can be deleted
                self.delete(link, ref)
                did.add(ref)
        link.asked.clear()
        return did, may

    def _parts(self, link: Link, resource: str, cursor: str | None) -> Iterator[Changes]:
        """A round, each page of which another connector of the kind reads again."""
        told, totals = 0, list[int]()
        for _ in range(_MOST_PAGES):
            link.asked.clear()
            page: Changes = link.run(self.connector.changes(link.facts, resource, cursor))
            assert len(link.asked) <= _PAGE, f"{len(link.asked)} requests for a page"
            again: Changes = link.run(type(self.connector)().changes(link.facts, resource, cursor))
            assert again == page, "a page that is read again is another one"
            yield page
            told, cursor = told + len(page.changed) + len(page.gone), page.cursor
            totals += [page.total] if page.total is not None else []
            if not page.more:
                assert all(told <= 2 * total and total <= 2 * told for total in totals), (totals, told)
                return
        raise AssertionError("the round does not end")


def _as_happened(
    when: str,
    people: Mapping[RecordRef, Person],
    must: set[RecordRef],
    may: set[RecordRef],
    changed: Mapping[RecordRef, Contact],
) -> None:
    """That who changed is told, and nobody else but of the round before."""
    missed = [people[ref].read.name for ref in must if ref in people and ref not in changed]
    assert missed == [], f"{when}: who changed is not told: {missed}"
    assert [each.name for ref, each in changed.items() if ref not in may] == [], f"{when}: they did not change"


def parts(contact: Contact) -> Iterator[str]:
    """What is told of somebody."""
    yield from (name for name in _TOLD if getattr(contact, name))
    yield from (f"fields.{name}" for name in contact.fields)


def as_read(when: str, told: Iterable[str], contact: Contact, read: Contact) -> None:
    """That all that is ``told`` of others is told of this one, as reading tells it."""
    assert contact.last_activity_at in (None, read.last_activity_at), f"{when}: {read.name} was met at another time"
    for each in told:
        part, _, name = each.partition(".")
        if not name:
            one, other = getattr(contact, part), getattr(read, part)
        else:
            one, other = contact.fields.get(name), read.fields.get(name, contact.fields.get(name))
        assert one == other, f"{when}: {each} of {read.name}: {one}, and read {other}"


def _apart(people: Mapping[RecordRef, Person], index: Mapping[RecordRef, Contact]) -> str:
    missed = [each.read.name for ref, each in people.items() if ref not in index]
    return f"missed {missed}, still told of {[each.name for ref, each in index.items() if ref not in people]}"
