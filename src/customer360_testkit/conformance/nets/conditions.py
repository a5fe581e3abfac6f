"""Nets over filtered listings: each field with each operator, in all orders, on values that records hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from random import Random
from typing import Any, Final, TypeAlias

import attrs

from customer360.core.activities import ActivityFilter, Condition, Operator
from customer360.core.capabilities import Capability
from customer360.core.errors import InvalidValue, Unsupported, ValidationFailed
from customer360.core.metadata import FieldType
from customer360.core.records import RecordRef, RelatedRecord
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.nets.histories import Histories
from customer360_testkit.conformance.nets.told import same_told

Value: TypeAlias = str | int | float | bool | datetime | date
Values: TypeAlias = Mapping[RecordRef, Value | None]
"""What each record holds in a field."""

_CREATE, _LIST = Capability.CREATE_CONTACT, Capability.LIST_ACTIVITIES
_RECORDS, _OTHERS = 26, 5
_SOME: Final = 4
"""Values of each field that are compared with."""
_MANY: Final = (3, 40, 240)
"""Values that one is looked for among."""
_EDGES: Final = (timezone(timedelta(hours=14)), timezone(timedelta(hours=-11)))
_COMBINED: Final = 30
_TYPES: Final = {FieldType.TEXT, FieldType.CHOICE, FieldType.NUMBER, FieldType.PHONE}


class Asked:
    """Listings of one resource, and of one person: what each tells, None where it is refused."""

    def __init__(self, nets: ConditionNets, link: Link, place: str, contact: RecordRef | None) -> None:
        self._nets, self._link, self._place, self._contact = nets, link, place, contact

    def records(
        self, *conditions: Condition, sort: tuple[str, bool] | None = None, limit: int = 200
    ) -> list[RelatedRecord] | None:
        asked, link = self._nets.connector, self._link
        query: dict[str, Any] = {"resource": self._place, "contact": self._contact, "sort": sort}

        def way(most: int, cursor: str | None) -> Any:
            return asked.activities(
                link.facts, ActivityFilter(**query, conditions=conditions, limit=most, cursor=cursor)
            )

        try:
            return self._nets.walked(link, way, limit, (self._place, conditions, sort))
        except (Unsupported, ValidationFailed, InvalidValue):
            return None

    def refs(self, *conditions: Condition) -> set[RecordRef] | None:
        told = self.records(*conditions)
        return None if told is None else {record.ref for record in told}


class ConditionNets(Histories):
    """See the module."""

    @nets("takes some of a condition's values for all", _CREATE, _LIST)
    def test_a_listing_holds_what_its_conditions_say(self, link: Link) -> None:
        """This, other than this, one of few or many, more, less, between, empty: of each field that records of a kind
        are told with, alone and several at once, of one person and of everybody (F055, F057)."""
        for place, asked, whole, held in self._histories(link):
            answered = dict[Condition, set[RecordRef]]()
            for name, values in held.items():
                answered |= compared(asked, place, name, values)
            self._combined(asked, place, whole, answered)
            self._of_everybody(link, place, whole, answered)

    @nets("sorts by some of what records hold", _CREATE, _LIST)
    def test_a_listing_is_in_the_order_that_is_asked_for(self, link: Link) -> None:
        """By each field, up and down, page by page, with conditions (F055, F058)."""
        for place, asked, whole, held in self._histories(link):
            for name, values in held.items():
                for down in (False, True):
                    told = asked.records(sort=(name, down))
                    if told is None:
                        continue
                    what = (place, f"sorted by {name}", "descending" if down else "ascending")
                    assert {each.ref for each in told} == {each.ref for each in whole}, (*what, "others than unsorted")
                    _in_order([values[each.ref] for each in told], down, what)
                    same_told(asked.records(sort=(name, down), limit=7) or [], told, (*what, "7 at a time"))
                    for other, compared in held.items():
                        few = _few(compared, name)
                        kept = asked.refs(Condition(other, Operator.EQUALS, few[:1])) if few and other != name else None
                        if kept is not None:
                            some = asked.records(Condition(other, Operator.EQUALS, few[:1]), sort=(name, down))
                            wanted = [each for each in told if each.ref in kept]
                            same_told(some or [], wanted, (*what, f"where {other} is {few[0]!r}"))
                            break

    def _histories(self, link: Link) -> Iterator[tuple[str, Asked, list[RelatedRecord], dict[str, Values]]]:
        """Of each kind: its resource, the listings of somebody, all of their records, and what those hold by field."""
        for kind in self.every_kind(link):
            places = [each.name for each in self.connector.resources(link.facts) if each.related_kind is kind]
            if kind in self.connector.within_contact or len(places) != 1:
                continue
            contact = self.make(link, f"Quillfiltered{kind}")
            self.happen(link, kind, contact, _RECORDS)
            self.happen(link, kind, self.make(link, f"Quillbeside{kind}"), _OTHERS)
            link.wait(LAG)
            asked = Asked(self, link, places[0], contact)
            whole = asked.records()
            if whole is not None:
                yield places[0], asked, whole, self._held_by_field(link, places[0], whole)

    def _held_by_field(self, link: Link, place: str, whole: Sequence[RelatedRecord]) -> dict[str, Values]:
        """By field: what each record is told with; what none is told with, as the row holds it."""
        held = dict[str, Values]()
        for name in sorted({name for record in whole for name in record.fields}):
            values = [record.fields.get(name) for record in whole]
            if all(isinstance(each, Value | RecordRef | None) for each in values):
                told = [each.id if isinstance(each, RecordRef) else each for each in values]
                held[name] = {record.ref: each for record, each in zip(whole, told, strict=True)}  # type: ignore[misc]
        rows = self.rows_like(link, whole[0].ref)
        for field in self.schema(link, place).fields:
            own = [rows.get(record.ref.id, {}).get(field.name) for record in whole]
            if field.name not in held and field.type in _TYPES and all(isinstance(each, Value | None) for each in own):
                held[field.name] = {record.ref: each for record, each in zip(whole, own, strict=True)}
        return held

    def _combined(
        self, asked: Asked, place: str, whole: Sequence[RelatedRecord], answered: Mapping[Condition, set[RecordRef]]
    ) -> None:
        """Several conditions at once hold at once, on pages of any length, the newest first."""
        random, singles = Random(place), [each for each, refs in answered.items() if refs]
        for number in range(_COMBINED if len(singles) > 3 else 0):
            some = random.sample(singles, k=random.choice((1, 2, 2, 3, 4)))
            kept = {record.ref for record in whole}.intersection(*(answered[each] for each in some))
            told = asked.records(*some, limit=random.choice((1, 2, 3, 7, 20, 50, 100, 200)))
            if told is not None:
                wanted = [record for record in whole if record.ref in kept]
                same_told(
                    told, wanted, (place, [(each.field, each.operator.value, each.values) for each in some], number)
                )

    def _of_everybody(
        self,
        link: Link,
        place: str,
        whole: Sequence[RelatedRecord],
        answered: Mapping[Condition, set[RecordRef]],
    ) -> None:
        """Of all people: those of this one among them, told as they are of this one."""
        everybody = Asked(self, link, place, None)
        random, singles = Random(f"everybody {place}"), [each for each, refs in answered.items() if refs]
        for _ in range(_SOME if singles else 0):
            some = random.sample(singles, k=min(2, len(singles)))
            told = everybody.records(*some)
            if told is not None:
                wanted = [each for each in whole if all(each.ref in answered[condition] for condition in some)]
                told = [each for each in told if each.ref in {record.ref for record in whole}]
                same_told(_in_common(told, wanted), _in_common(wanted, told), (place, "of everybody", some))


def compared(asked: Asked, place: str, name: str, values: Values) -> dict[Condition, set[RecordRef]]:
    """What of one field is asked for, and what is listed then; each holds what it should."""
    told, some = dict[Condition, set[RecordRef]](), _few(values, name)
    empty = {ref for ref, value in values.items() if value in (None, "")}
    refused = list[Condition]()

    def ask(operator: Operator, *given: Value) -> set[RecordRef] | None:
        condition = Condition(name, operator, given)
        refs = asked.refs(condition)
        if refs is None:
            refused.append(condition)
        else:
            told[condition] = refs
        return refs

    def holds(refs: set[RecordRef] | None, least: set[RecordRef], most: set[RecordRef], *what: Any) -> None:
        if refs is not None:
            missing, wrong = [values[each] for each in least - refs], [values.get(each) for each in refs - most]
            assert not missing, (place, name, *what, "does not list what holds", missing[:3])
            assert not wrong, (place, name, *what, "lists what holds", wrong[:3])

    holds(ask(Operator.IS_EMPTY), empty, empty, "is empty")
    for value in some:
        same = {ref for ref, held in values.items() if held == value and held not in (None, "")}
        like = {ref for ref, held in values.items() if _loose(held) == _loose(value)}
        filled = values.keys() - empty
        those, others = ask(Operator.EQUALS, value), ask(Operator.NOT_EQUALS, value)
        assert (those is None) is (others is None), (place, name, value, "is compared, and not whether it is another")
        holds(those, same, like, "is", value)
        holds(others, filled - like, values.keys() - same, "is not", value)
        assert others is None or others & empty in (empty, set()), (
            place,
            name,
            "is not",
            value,
            "lists some empty ones",
        )
        for number in _MANY:
            among = _among(value, some, number)
            wanted = {ref for ref in filled if values[ref] in among}
            loosely = {_loose(each) for each in among}
            likely = {ref for ref in filled if _loose(values[ref]) in loosely}
            holds(ask(Operator.IN, *among), wanted, likely, "is one of", number, value)
        if isinstance(value, str | bool):
            less, more = ask(Operator.LESS, value), ask(Operator.GREATER, value)
            assert not (less or set()) & (more or set()), (place, name, "is less and more than", value)
            continue
        less, more = (
            {ref for ref in filled if (values[ref] < value) is under and values[ref] != value}  # type: ignore[operator]
            for under in (True, False)
        )
        holds(ask(Operator.LESS, value), less, less, "is less than", value)
        holds(ask(Operator.GREATER, value), more, more, "is more than", value)
        for elsewhere in [value.astimezone(zone) for zone in _EDGES] if isinstance(value, datetime) else ():
            holds(ask(Operator.LESS, elsewhere), less, less, "is less than", elsewhere)
        for end in some:
            between = {ref for ref in filled if value <= values[ref] <= end}  # type: ignore[operator]
            if value <= end:  # type: ignore[operator]
                holds(ask(Operator.BETWEEN, value, end), between, between, "is between", value, end)
    answered = {condition.operator for condition in told}
    for condition in refused:
        plain = len(condition.values) < 3 and all(_plain(each) for each in condition.values)
        assert condition.operator not in answered or not plain, (
            place,
            name,
            condition,
            "is refused, and others are not",
        )
    return told


def _few(values: Values, seed: str) -> tuple[Value, ...]:
    """Some values that records hold, of one type: the least and the greatest of them, where all agree which those
    are."""
    found = list(dict.fromkeys(value for value in values.values() if value not in (None, "")))
    kinds = [type(value) for value in found]
    found = [value for value in found if type(value) is max(kinds, key=kinds.count)]
    Random(seed).shuffle(found)
    if found and not isinstance(found[0], str):
        ends = min(found), max(found)
        found.sort(key=lambda each: each not in ends)
    return tuple(found[:_SOME])


def _among(value: Value, some: Sequence[Value], number: int) -> list[Value]:
    """So many values: some that records hold, the last of them behind all others."""
    fillers: list[Value]
    match value:
        case bool():
            return [value]
        case str():
            fillers = [f"Quillnobody {at}" for at in range(number)]
        case datetime() | date():
            fillers = [value + timedelta(days=40_000 + at) for at in range(number)]
        case _:
            fillers = [value + 7_000_000 + at for at in range(number)]
    return [*some[:1], *fillers[: number // 2], *some[1:2], *fillers[number // 2 :], value]


def _plain(value: Value) -> bool:
    return not isinstance(value, str) or (value.isascii() and value.replace(" ", "").isalnum() and len(value) < 40)


def _loose(value: Value | None) -> Any:
    """What some CRMs take for the same."""
    if not isinstance(value, str):
        return value
    apart = unicodedata.normalize("NFKD", value.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).strip()


def _in_order(values: Sequence[Value | None], down: bool, what: Any) -> None:
    """Sorted, as far as all agree on an order; empty ones stand together, at either end."""
    filled = [value not in (None, "") for value in values]
    changes = sum(one != other for one, other in pairwise(filled))
    assert changes <= 1, (*what, "empty ones stand among the others")
    some = [value for value in values if value not in (None, "") and _plain(value)]
    keys: tuple[Callable[[Any], Any], ...] = (lambda each: each, lambda each: str(each).casefold())
    if some and not all(isinstance(each, str) for each in some):
        keys = keys[:1]
    right = [some == sorted(some, key=key, reverse=down) for key in keys]
    assert any(right), (*what, some[:8])


def _in_common(records: Sequence[RelatedRecord], others: Sequence[RelatedRecord]) -> list[RelatedRecord]:
    """With the fields only that both are told with."""
    names = {record.ref: record.fields.keys() for record in others}
    return [
        attrs.evolve(each, fields={name: each.fields[name] for name in each.fields.keys() & names.get(each.ref, set())})
        for each in records
    ]
