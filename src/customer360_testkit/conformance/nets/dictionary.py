"""What a connector's own code compares with, as fuzzers keep a dictionary: a value that matters to it is written there.

Read of the classes that it is made from and of whatever they reach in the packages of these: functions, what these load
and what they name, and what objects hold. What the SDK and the testkit are made of is nobody's own.
"""

from __future__ import annotations

import dis
import re
import sys
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from enum import Enum
from itertools import pairwise
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

import attrs

from customer360_testkit.conformance.nets.sampled import samples

_NOBODYS: Final = frozenset({"customer360", "customer360_testkit"})
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
    kinds = [each for each in type(connector).__mro__ if _package(each) not in _NOBODYS | sys.stdlib_module_names]
    code = _Code(frozenset(map(_package, kinds)))
    for each in (*kinds, *_parts(connector)):
        code.look(each)
    numbers = {each for each in code.numbers if 2 <= each <= _MOST}
    days = code.days | {date(year, 5, 2) for year in numbers if year in _YEARS}
    words = {each for each in code.words if 2 <= len(each) <= _LONGEST and each.split() and _is_text(each)}
    return Dictionary(tuple(sorted(words)), tuple(sorted(numbers)), tuple(sorted(days)))


class _Code:
    """Goes through what is reached, each once."""

    def __init__(self, packages: frozenset[str]) -> None:
        self.words, self.numbers, self.days = set[str](), set[int](), set[date]()
        self._packages, self._seen = packages, dict[int, Any]()

    def look(self, value: Any, *, formed: bool = False) -> None:
        """Takes down what is constant, and looks into the rest; ``formed``: where patterns are."""
        match value:
            case bool() | None:
                return
            case Enum():
                return self.look(value.value) if self._is_own(value) else None
            case str():
                self.words.add(value)
                if formed and _FORMED.search(value):
                    self.words.update(samples(value))
                return
            case bytes():
                return self.look(value.decode("utf-8", "replace"), formed=formed)
            case int():
                self.numbers.add(int(value))
                return
            case date():
                self.days.add(date(value.year, value.month, value.day))
                return
            case timedelta():
                self.numbers |= {round(value / each) for each in (timedelta(seconds=1), timedelta(minutes=1))}
                return
            case re.Pattern():
                return self.look(value.pattern, formed=True)
        if id(value) in self._seen:
            return
        self._seen[id(value)] = value  # held, so that no other gets its id
        match value:
            case tuple() | list() | AbstractSet():
                for each in value:
                    self.look(each, formed=formed)
            case Mapping():
                for pair in value.items():
                    self.look(pair, formed=formed)
            case FunctionType():
                if _package(value) in self._packages and not value.__code__.co_filename.startswith("<"):
                    self._read(value)
            case type():
                if _package(value) in self._packages:
                    for name, each in list(vars(value).items()):
                        if name[:2] != "__" or isinstance(each, FunctionType | classmethod | staticmethod):
                            self.look(each)
            case _:
                for each in _parts(value) if self._is_own(value) else _wrapped(value):
                    self.look(each)

    def _is_own(self, value: Any) -> bool:
        return _package(type(value)) in self._packages

    def _read(self, function: FunctionType) -> None:
        names = {each for code in _codes(function.__code__) for each in code.co_names}
        formed = bool(names & _MATCHING)
        for code in _codes(function.__code__):
            for each in _loaded(code):
                self.look(each, formed=formed)
        for each in (function.__defaults__, function.__kwdefaults__, *_cells(function)):
            self.look(each, formed=formed)
        places = [function.__globals__, *map(vars, self._imported(function, names))]
        for place in places:
            for each in [place[name] for name in names & place.keys()]:
                if not isinstance(each, ModuleType):
                    self.look(each, formed=formed)

    def _imported(self, function: FunctionType, names: set[str]) -> Iterator[ModuleType]:
        """Modules of one's own that a function names, as what its module holds or in an import of its own."""
        around = function.__globals__.get("__package__") or function.__module__
        for name in sorted(names):
            for each in (function.__globals__.get(name), *map(sys.modules.get, (name, f"{around}.{name}"))):
                if isinstance(each, ModuleType) and each.__name__.partition(".")[0] in self._packages:
                    yield each


def _package(value: Any) -> str:
    return str(value.__module__).partition(".")[0]


def _is_text(word: str) -> bool:
    """Halves of characters are none."""
    return word.encode("utf-8", "replace").decode() == word


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's, and that of all that is written within it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


def _loaded(code: CodeType) -> Iterator[Any]:
    """Constants that are put to use, but for what names an argument or a field, and for parts of what is told."""
    steps = [each for each in dis.get_instructions(code) if each.opname != "EXTENDED_ARG"]
    before = None
    for step, after in pairwise([*steps, steps[-1]]):
        told = before is not None and (before.argval == "get" or before.opname.startswith("FORMAT_"))
        if step.opname in _LOADS and after.opname not in _NAMING and not told:
            yield step.argval
        before = step


def _cells(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # it is not filled yet
            continue


def _wrapped(value: Any) -> Iterator[Any]:
    """What is called in the end: of a property, a method of the class, what caches, what has its arguments."""
    for name in ("fget", "fset", "__func__", "__wrapped__", "func", "args", "keywords"):
        if (each := getattr(value, name, None)) is not None:
            yield each


def _parts(value: Any) -> Iterator[Any]:
    """What an object holds, and its class."""
    yield type(value)
    yield dict(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__:
        for name in getattr(kind, "__slots__", ()):
            yield getattr(value, name, None)
