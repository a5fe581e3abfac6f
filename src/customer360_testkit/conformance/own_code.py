"""What a connector's own classes come to: functions, and what these name and hold, within the packages of the classes.

What the SDK and the testkit are made of is nobody's own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

_NOBODYS: Final = frozenset({"customer360", "customer360_testkit"}) | sys.stdlib_module_names


def reached(connector: object) -> list[Any]:
    """Every function, class and value that a connector comes to, once each.

    What is not of its own packages is looked through: what a decorator or a cache holds counts.
    """
    kinds = [each for each in type(connector).__mro__ if _package(each) not in _NOBODYS]
    walk = _Walk(frozenset(map(_package, kinds)))
    walk.over([*kinds, *_parts(connector)])
    return [*walk.met.values()]


def functions_of(connector: object) -> tuple[FunctionType, ...]:
    """The functions that a connector comes to whose code stands in its own packages, by file and line."""
    kinds = {_package(each) for each in type(connector).__mro__} - _NOBODYS
    found = [each for each in reached(connector) if isinstance(each, FunctionType) and _home(each) in kinds]
    return tuple(sorted(found, key=lambda each: (each.__code__.co_filename, each.__code__.co_firstlineno)))


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """A code and all that stand within it, the outer ones first."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from codes_in(each)


def names_in(function: FunctionType) -> set[str]:
    """All that its code asks for by name."""
    return {each for code in codes_in(function.__code__) for each in code.co_names}


def held_by(function: FunctionType) -> Iterator[Any]:
    """Its defaults, what it closes over, and what its names stand for in its module and in those of its package."""
    yield from (function.__defaults__, function.__kwdefaults__)
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # it is not filled yet
            continue
    names = names_in(function)
    for place in (function.__globals__, *map(vars, _imported(function, names))):
        yield from (each for name in names & place.keys() if not isinstance(each := place[name], ModuleType))


class _Walk:
    """Goes through what is reached, each once."""

    def __init__(self, packages: frozenset[str]) -> None:
        self.met = dict[int, Any]()  # held, so that no other gets its id
        self._packages = packages

    def over(self, values: Iterable[Any]) -> None:
        waiting = list(values)
        while waiting:
            each = waiting.pop()
            if id(each) not in self.met and not self._is_anothers(each):
                self.met[id(each)] = each
                waiting += self._within(each)

    def _is_anothers(self, value: Any) -> bool:
        if isinstance(value, FunctionType):
            made = value.__code__.co_filename.startswith("<")
            return made or _package(value) not in self._packages
        kind = value if isinstance(value, type) else type(value)
        return isinstance(value, type | Enum) and _package(kind) not in self._packages

    def _within(self, value: Any) -> Iterator[Any]:
        match value:
            case Enum():
                yield value.value
            case str() | bytes() | int():
                return
            case tuple() | list() | AbstractSet():
                yield from value
            case Mapping():
                yield from value.items()
            case FunctionType():
                yield from held_by(value)
            case type():
                for name, each in list(vars(value).items()):
                    if name[:2] != "__" or isinstance(each, FunctionType | classmethod | staticmethod):
                        yield each
            case _:
                yield from _parts(value) if _package(type(value)) in self._packages else _wrapped(value)


def _imported(function: FunctionType, names: set[str]) -> Iterator[ModuleType]:
    """Modules of its package that a function names, as what its module holds or in an import of its own."""
    around = function.__globals__.get("__package__") or function.__module__
    for name in sorted(names):
        for each in (function.__globals__.get(name), *map(sys.modules.get, (name, f"{around}.{name}"))):
            if isinstance(each, ModuleType) and each.__name__.partition(".")[0] == _package(function):
                yield each


def _package(value: Any) -> str:
    return str(value.__module__).partition(".")[0]


def _home(function: FunctionType) -> str:
    """The package in which its code stands: what wraps another bears the name of that one's."""
    return str(function.__globals__.get("__name__")).partition(".")[0]


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
