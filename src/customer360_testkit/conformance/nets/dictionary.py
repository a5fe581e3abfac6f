"""What a connector's own code compares with, as fuzzers keep a dictionary: a value that matters to it is written there.

Read of all that it comes to: what its functions load, what they name, and what objects hold.
"""

from __future__ import annotations

import dis
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from enum import Enum
from itertools import pairwise
from types import CodeType, FunctionType
from typing import Any, Final

import attrs

from customer360_testkit.conformance.nets.sampled import samples
from customer360_testkit.conformance.own_code import codes_in, held_by, names_in, reached

_LONGEST: Final = 60
"""What has more signs is said to somebody, and compared with nothing."""
_LOADS: Final = ("LOAD_CONST", "LOAD_SMALL_INT", "RETURN_CONST")
_NAMING: Final = ("BINARY_SUBSCR", "STORE_SUBSCR", "DELETE_SUBSCR", "CALL_KW", "IMPORT_NAME", "BUILD_STRING")
"""What takes a constant for the name of something, or for the end of a text that is told."""
_MATCHING: Final = frozenset(
    {"compile", "findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"},
)
_FORMED: Final = re.compile(r"[\\\[(^$*+?|]|\.[*+]")
"""What makes a pattern of a text."""
_YEARS: Final = range(1900, 2101)
_MOST: Final = 20_000


@attrs.frozen
class Dictionary:
    """Texts, whole numbers and days, sorted; what a pattern stands for is told by texts that match it."""

    words: tuple[str, ...]
    numbers: tuple[int, ...]
    days: tuple[date, ...]


def dictionary(connector: object) -> Dictionary:
    """What the code of a connector holds; the same of every one of its class."""
    constants = _Constants()
    for each in reached(connector):
        if isinstance(each, FunctionType):
            constants.read(each)
        else:
            constants.take(each)
    numbers = {each for each in constants.numbers if 2 <= each <= _MOST}
    days = constants.days | {date(year, 5, 2) for year in numbers if year in _YEARS}
    words = {each for each in constants.words if 2 <= len(each) <= _LONGEST and each.split() and _is_text(each)}
    return Dictionary(tuple(sorted(words)), tuple(sorted(numbers)), tuple(sorted(days)))


@attrs.define
class _Constants:
    """Texts, numbers and days as they are come by."""

    words: set[str] = attrs.field(factory=set)
    numbers: set[int] = attrs.field(factory=set)
    days: set[date] = attrs.field(factory=set)

    def read(self, function: FunctionType) -> None:
        """What it loads; where it matches, what it names and holds is formed as patterns are."""
        formed = bool(names_in(function) & _MATCHING)
        for code in codes_in(function.__code__):
            for each in _loaded(code):
                self.take(each, formed=formed)
        if formed:
            for each in held_by(function):
                self.take(each, formed=True)

    def take(self, value: Any, *, formed: bool = False) -> None:
        """Takes down what is constant, and what containers hold; ``formed``: it may be a pattern."""
        match value:
            case Enum() | bool():
                return
            case str():
                self.words.add(value)
                if formed and _FORMED.search(value):
                    self.words.update(samples(value))
            case bytes():
                self.take(value.decode("utf-8", "replace"), formed=formed)
            case int():
                self.numbers.add(int(value))
            case date():
                self.days.add(date(value.year, value.month, value.day))
            case timedelta():
                self.numbers |= {round(value / each) for each in (timedelta(seconds=1), timedelta(minutes=1))}
            case re.Pattern():
                self.take(value.pattern, formed=True)
            case tuple() | list() | AbstractSet():
                for each in value:
                    self.take(each, formed=formed)
            case Mapping():
                for pair in value.items():
                    self.take(pair, formed=formed)


def _is_text(word: str) -> bool:
    """Halves of characters are none."""
    return word.encode("utf-8", "replace").decode() == word


def _loaded(code: CodeType) -> Iterator[Any]:
    """Constants that are put to use, but for what names an argument or a field, and for parts of what is told."""
    steps = [each for each in dis.get_instructions(code) if each.opname != "EXTENDED_ARG"]
    before = None
    for step, after in pairwise([*steps, steps[-1]]):
        told = before is not None and (before.argval == "get" or before.opname.startswith("FORMAT_"))
        if step.opname in _LOADS and after.opname not in _NAMING and not told:
            yield step.argval
        before = step
