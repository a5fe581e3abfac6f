"""The set judged in memory: the matcher alone, every hit already in hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

import attrs

from customer360.core.phones import Grade, PhoneNumber, compare, read
from customer360_testkit.evaluation.look_alikes import LookAlike
from customer360_testkit.evaluation.spellings import Written


class World(StrEnum):
    """What is known of the country of what is stored."""

    RECORD = "the record's country is known, the account's is another"
    ACCOUNT = "the record has no country, the account's is its own"
    WRONG = "the record has no country, the account's is another"
    CALLER = "the record has no country, the account's is the caller's"

    def known(self, country: str, caller: str) -> tuple[str | None, tuple[str, ...]]:
        """The record's own country and the account's, for a record of ``country``."""
        match self:
            case World.RECORD:
                return country, (elsewhere(country),)
            case World.ACCOUNT:
                return None, (country,)
            case World.WRONG:
                return None, (elsewhere(country),)
            case World.CALLER:
                return None, (caller,)


def elsewhere(country: str) -> str:
    """The country that an account has wrongly."""
    return "ES" if country != "ES" else "US"


@attrs.define
class Tally:
    """How often each grade was given, and to what a match was, or was not."""

    grades: Counter[Grade] = attrs.field(factory=Counter)
    missed: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    """(style or kind, country) of what is not found at all."""
    similar: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    """The same of what is offered as merely similar."""
    matched: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    """The same of what is a match."""

    def add(self, grade: Grade, what: str, country: str) -> None:
        """One comparison."""
        self.grades[grade] += 1
        kinds = {Grade.NONE: self.missed, Grade.WEAK: self.similar}
        kinds.get(grade, self.matched)[what, country] += 1

    @property
    def total(self) -> int:
        return self.grades.total()

    @property
    def found(self) -> float:
        """Per cent that are found at all: matches, and what is offered as merely similar."""
        return 100 * (self.total - self.grades[Grade.NONE]) / max(1, self.total)

    @property
    def matches(self) -> float:
        """Per cent that are a match: the same number, surely or with its country guessed."""
        return 100 * (self.grades[Grade.EXACT] + self.grades[Grade.NATIONAL]) / max(1, self.total)

    @property
    def certain(self) -> int:
        """How many are shown as certain."""
        return self.grades[Grade.EXACT]


def judged(samples: Iterable[Written], world: World) -> Tally:
    """Spellings of the very number that rings: ``found`` is the recall."""
    tally, numbers = Tally(), dict[str, PhoneNumber]()
    for sample in samples:
        own, regions = world.known(sample.country, sample.country)
        grade = compare(_number(sample.e164, numbers), sample.text, regions, own=own)
        tally.add(grade, sample.style, sample.country)
    return tally


def mistaken(pairs: Iterable[LookAlike], world: World) -> Tally:
    """Other numbers than the one that rings: ``found`` is what is mistaken for it, ``matches`` what surely so."""
    tally, numbers = Tally(), dict[str, PhoneNumber]()
    for pair in pairs:
        own, regions = world.known(pair.country, pair.rings_from)
        grade = compare(_number(pair.rings, numbers), pair.text, regions, own=own)
        tally.add(grade, f"{pair.kind}: {pair.style}", f"{pair.rings_from} <- {pair.country}")
    return tally


def _number(e164: str, numbers: dict[str, PhoneNumber]) -> PhoneNumber:
    found = numbers.get(e164) or read(e164)
    assert found is not None, "the set holds numbers only"
    numbers[e164] = found
    return found
