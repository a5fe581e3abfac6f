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
    unmatched: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    """(style or kind, country) of what is graded below a match."""
    matched: Counter[tuple[str, str]] = attrs.field(factory=Counter)

    def add(self, grade: Grade, what: str, country: str) -> None:
        """One comparison."""
        self.grades[grade] += 1
        (self.matched if grade >= Grade.NATIONAL else self.unmatched)[what, country] += 1

    @property
    def total(self) -> int:
        return self.grades.total()

    @property
    def share(self) -> float:
        """Per cent that are a match: the same number, surely or with its country guessed.

        What is merely similar is offered to be looked at, and is no match.
        """
        return 100 * (self.grades[Grade.EXACT] + self.grades[Grade.NATIONAL]) / max(1, self.total)

    @property
    def possible(self) -> float:
        """Per cent that are offered as merely similar."""
        return 100 * self.grades[Grade.WEAK] / max(1, self.total)

    @property
    def certain(self) -> int:
        """How many are shown as certain."""
        return self.grades[Grade.EXACT]


def judged(samples: Iterable[Written], world: World) -> Tally:
    """Spellings of the very number that rings: ``share`` is the recall."""
    tally, numbers = Tally(), dict[str, PhoneNumber]()
    for sample in samples:
        own, regions = world.known(sample.country, sample.country)
        grade = compare(_number(sample.e164, numbers), sample.text, regions, own=own)
        tally.add(grade, sample.style, sample.country)
    return tally


def mistaken(pairs: Iterable[LookAlike], world: World) -> Tally:
    """Other numbers than the one that rings: ``share`` is what is mistaken for it."""
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
