"""The code of a connector's own: what its classes define, and what that comes to within its package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

_OURS: Final = ("customer360.", "customer360_testkit.")
_MOST_HELD: Final = 10_000


def own_classes(connector: object) -> tuple[type, ...]:
    """The classes of which a connector is made, but for those of the core and of the testkit."""
    return tuple(
        each
        for each in type(connector).__mro__
        if each is not object and not f"{each.__module__}.".startswith((*_OURS, "abc.", "typing."))
    )


def functions_of(connector: object) -> tuple[FunctionType, ...]:
    """Every function that a connector's own classes come to: theirs, and what those name, as long as it stands in the
    packages of these classes; by file and line.
    """
    classes = own_classes(connector)
    walk = _Walk(tuple({each.__module__.rpartition(".")[0] or each.__module__ for each in classes}))
    walk.over(classes)
    return tuple(sorted(walk.functions, key=lambda each: (each.__code__.co_filename, each.__code__.co_firstlineno)))


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """A code and all that stand within it, the outer ones first."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from codes_in(each)


class _Walk:
    """Goes over whatever is reached, once each."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self.functions = list[FunctionType]()
        self._packages = packages
        self._met = dict[int, object]()  # held, so that no other gets its id

    def over(self, found: Iterable[object]) -> None:
        waiting = list(found)
        while waiting:
            each = waiting.pop()
            if id(each) not in self._met:
                self._met[id(each)] = each
                waiting += self._reached(each)

    def _reached(self, found: object) -> Iterator[object]:
        match found:
            case FunctionType() if self._own(
                found.__globals__.get("__name__", "")
            ):  # where it stands, not what it wraps
                self.functions.append(found)
                yield from self._named(found)
                yield from (cell.cell_contents for cell in found.__closure__ or () if _is_filled(cell))
            case FunctionType():  # a decorator's, which holds what it decorates
                yield from (cell.cell_contents for cell in found.__closure__ or () if _is_filled(cell))
            case type() if self._own(found.__module__):
                yield from [*vars(found).values(), *found.__bases__]
            case property():
                yield from (found.fget, found.fset)
            case classmethod() | staticmethod() | MethodType():
                yield found.__func__
            case cached_property() | partial():
                yield found.func
            case Mapping() if len(found) < _MOST_HELD:
                yield from [*found.keys(), *found.values()]
            case tuple() | list() | set() | frozenset() if len(found) < _MOST_HELD:
                yield from found
            case _ if self._own(type(found).__module__):
                yield type(found)
        yield getattr(found, "__wrapped__", None) if callable(found) else None

    def _named(self, function: FunctionType) -> Iterator[object]:
        """What the names in its code stand for: of modules, what is asked of them."""
        for code in codes_in(function.__code__):
            for name in code.co_names:
                value = function.__globals__.get(name)
                if isinstance(value, ModuleType):
                    if self._own(value.__name__):
                        yield from (vars(value)[each] for each in code.co_names if each in vars(value))
                else:
                    yield value

    def _own(self, module: str) -> bool:
        return any(f"{module}.".startswith(f"{each}.") for each in self._packages)


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:  # not yet
        return False
    return True
