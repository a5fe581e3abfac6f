"""A filtered listing holds what its conditions say, all of them, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from customer360.core.activities import ActivityFilter, Condition, Operator
from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.records import RecordRef, RelatedKind
from customer360_testkit.conformance.activities.changing import ChangingChecks
from customer360_testkit.conformance.bench import LAG, Link, catches

_CREATE, _CALL, _CALLS = Capability.CREATE_CONTACT, Capability.CREATE_CALL, Capability.RELATED_CALLS
_TASK, _TASKS, _LIST = Capability.CREATE_TASK, Capability.RELATED_TASKS, Capability.LIST_ACTIVITIES
_NEPAL = timezone(timedelta(hours=5, minutes=45))
_TITLES = ("Quill 0", "Quill 1", "Quill 2")
_ODD = "O'Quill"
_MANY = 60
"""Values, more than some vendors compare at once."""


class FilteringChecks(ChangingChecks):
    """See the module."""

    def kept_to(self, link: Link, contact: RecordRef, resource: str, *conditions: Condition) -> set[str] | None:
        """The titles that are listed under these conditions; None where it is said that it cannot."""
        asked = ActivityFilter(resource=resource, contact=contact, conditions=conditions)
        try:
            return {record.title for record in link.run(self.connector.activities(link.facts, asked)).items}
        except Unsupported:
            return None

    def agree(self, cases: Mapping[tuple[Any, ...], tuple[set[str] | None, set[str]]]) -> None:
        """Each of them lists what it should, or cannot be listed; skips if none can."""
        assert {case: listed for case, (listed, _) in cases.items() if listed is not None} == {
            case: wanted for case, (listed, wanted) in cases.items() if listed is not None
        }
        if all(listed is None for listed, _ in cases.values()):
            pytest.skip("no such condition can be asked for")

    def moments(self, link: Link, contact: RecordRef) -> tuple[str, tuple[datetime, ...]]:
        """The field that holds when calls began, and the moments of the three that :meth:`titled` wrote."""
        records = self.listed(link, contact, RelatedKind.CALL)[::-1]
        names = {field.name for field in self.schema(link, records[0].ref.resource).fields}
        for name in sorted(names & records[0].fields.keys()):
            if all(isinstance(each.fields.get(name), datetime) and each.fields[name] == each.at for each in records):
                return name, tuple(each.at for each in records if each.at is not None)
        pytest.skip("when calls began is no field")

    @catches("takes the first of several values for all", _CREATE, _CALL, _CALLS, _LIST)
    def test_a_listing_compares_as_it_is_told(self, link: Link) -> None:
        """This, whatever its signs, other than it, one of few or many, empty: or it is said that it cannot (F057)."""
        some = ("Quill 9", "Quill 8", "Quill 2", "Quill 0")
        cases: tuple[tuple[Operator, tuple[str, ...], set[str]], ...] = (
            (Operator.EQUALS, (_ODD,), {_ODD}),
            (Operator.NOT_EQUALS, ("Quill 1",), {"Quill 0", "Quill 2", _ODD}),
            (Operator.IN, some, {"Quill 0", "Quill 2"}),
            (Operator.IN, (*(f"Quill {number}" for number in range(10, 10 + _MANY)), *some), {"Quill 0", "Quill 2"}),
            (Operator.IS_EMPTY, (), set()),
        )
        told = dict[tuple[Any, ...], tuple[set[str] | None, set[str]]]()
        for kind in (RelatedKind.CALL, RelatedKind.TASK):
            contact = self.make(link, f"Comparing {kind}s")
            with suppress(pytest.skip.Exception):
                resource, name = self.titled(link, contact, (kind,))
                self.written(link, self.draft(link, kind, contact, f"odd-{kind}", subject=_ODD))
                link.wait(LAG)
                for operator, values, wanted in cases:
                    listed = self.kept_to(link, contact, resource, Condition(name, operator, values))
                    told[kind, operator, len(values)] = listed, wanted
        self.agree(told)

    @catches("declares that it lists, and refuses to", _CREATE, _LIST)
    def test_what_is_declared_to_be_listed_is_listed(self, link: Link) -> None:
        """What somebody has of each kind; some condition can be asked for, and some order (F055 to F058)."""
        contact, answered = self.make(link, "Quilldeclared"), dict[str, list[bool]](conditions=[], sort=[])
        for kind in self.every_kind(link):
            if kind in self.connector.within_contact:
                continue
            ref = self.written(link, self.draft(link, kind, contact, f"declared-{kind}"))
            link.wait(LAG)
            resource = next(x.name for x in self.connector.resources(link.facts) if x.related_kind is kind)
            mine = ActivityFilter(resource=resource, contact=contact)
            (record,) = link.run(self.connector.activities(link.facts, mine)).items
            assert record.ref == ref, kind
            for name, value in record.fields.items():
                if isinstance(value, str | int | float | date):
                    condition = Condition(name, Operator.EQUALS, (value,))
                    for given in ({"conditions": (condition,)}, {"sort": (name, False)}):
                        (way,) = given
                        answered[way].append(self._answered(link, attrs.evolve(mine, **given)))
        assert all(any(each) for each in answered.values() if each), answered

    def _answered(self, link: Link, asked: ActivityFilter) -> bool:
        try:
            link.run(self.connector.activities(link.facts, asked))
        except Customer360Error:
            return False
        return True

    @catches("keeps to the first of its conditions", _CREATE, _CALL, _CALLS, _LIST)
    def test_all_conditions_hold_at_once(self, link: Link) -> None:
        """Two, or three: each leaves something out (F057)."""
        contact = self.make(link, "Conditions")
        resource, title = self.titled(link, contact)
        name, at = self.moments(link, contact)
        after = Condition(name, Operator.GREATER, (at[0] + timedelta(minutes=30),))
        others = Condition(title, Operator.NOT_EQUALS, ("Quill 2",))
        nor = Condition(title, Operator.NOT_EQUALS, ("Quill 1",))
        cases = {(after, others): {"Quill 1"}, (others, after): {"Quill 1"}, (after, others, nor): set[str]()}
        self.agree({given: (self.kept_to(link, contact, resource, *given), left) for given, left in cases.items()})

    @catches("lists the first page of everybody only", _CREATE, _CALL, _CALLS, _LIST)
    def test_a_listing_of_everybody_goes_on(self, link: Link) -> None:
        """Each record once, page by page, or it is said that it cannot (F055)."""
        contact = self.make(link, "Everybodys")
        resource, _ = self.titled(link, contact)
        seen, cursor = list[RecordRef](), None
        for _ in range(3):
            asked = ActivityFilter(resource=resource, limit=1, cursor=cursor)
            try:
                page = link.run(self.connector.activities(link.facts, asked))
            except Unsupported:
                pytest.skip("not of everybody")
            seen += [record.ref for record in page.items]
            if (cursor := page.next) is None:
                break
        assert (len(seen), len(set(seen))) == (3, 3)

    @catches("forgets on the next page what was asked", _CREATE, _TASK, _TASKS, _LIST)
    def test_every_page_of_a_listing_keeps_to_what_was_asked(self, link: Link) -> None:
        """To the contact, and to the conditions: 'open tasks' are open on page two (F057)."""
        mine, other = self.make(link, "Quillpages"), self.make(link, "Quillelse")
        resource, name = self.titled(link, mine, (RelatedKind.TASK,))
        for title in ("Quill 9", "Quill 9"):
            self.written(link, self.draft(link, RelatedKind.TASK, other, f"{title}-{link.now}", subject=title))
            link.wait(3600.0)
        for conditions in ((), (Condition(name, Operator.NOT_EQUALS, ("Quill 1",)),)):
            wanted = ["Quill 0", "Quill 2"] if conditions else list(_TITLES)
            seen, cursor = list[str](), None
            for _ in range(6):
                asked = ActivityFilter(resource=resource, contact=mine, conditions=conditions, limit=1, cursor=cursor)
                try:
                    page = link.run(self.connector.activities(link.facts, asked))
                except Unsupported:
                    break
                seen += [record.title for record in page.items]
                if (cursor := page.next) is None:
                    break
            assert sorted(seen) in (wanted, []), conditions
