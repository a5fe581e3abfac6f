"""A connector as if nobody had used it yet: an object of its own, and classes and modules that remember nothing.

What an object keeps ends with it. What its class keeps, or a module of the plugin's, or a function beside it, serves
every object there is, and is put back to how it was found.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator, MutableMapping, MutableSet
from functools import _lru_cache_wrapper
from types import CellType, FunctionType, ModuleType
from typing import Any

from customer360.core.connector import Connector

_CORE = "customer360.core."
_DEEP = 6


class Anew:
    """Makes connectors of a kind, each of which finds what the plugin remembers as it was when this was made."""

    def __init__(self, kind: type[Connector]) -> None:
        self._kind = kind
        self._classes = [each for each in kind.__mro__[:-1] if not each.__module__.startswith(_CORE)]
        self._packages = {sys.modules[each.__module__].__package__ or each.__module__ for each in self._classes}
        self._caches: list[_lru_cache_wrapper[Any]] = []
        self._cells = list[tuple[CellType, Any]]()
        self._contents = list[tuple[Any, Any]]()
        self._seen = set[int]()
        modules = [each for each in list(sys.modules.values()) if isinstance(each, ModuleType) and self._own(each)]
        places: tuple[Any, ...] = (*self._classes, *modules)
        self._names = [(each, dict(vars(each))) for each in places]
        for _, names in self._names:
            for name, value in names.items():
                self._look(value, 0) if name[:2] != "__" else None

    def __call__(self) -> Connector:
        """A connector that nobody has used."""
        for place, names in self._names:
            if dict(vars(place)) != names:
                _put_back(place, names)
        for cell, value in self._cells:
            cell.cell_contents = value
        for container, content in self._contents:
            if container != content:
                container.clear()
                (container.update if isinstance(content, dict | set) else container.extend)(content)
        for cache in self._caches:
            cache.cache_clear()
        return self._kind()

    def _own(self, module: ModuleType) -> bool:
        return any(module.__name__ == each or module.__name__.startswith(f"{each}.") for each in self._packages)

    def _look(self, value: Any, depth: int) -> None:
        """Finds all that may be written into, and notes what it holds."""
        if depth > _DEEP or id(value) in self._seen:
            return
        self._seen.add(id(value))
        for each in self._parts(value):
            self._look(each, depth + 1)

    def _parts(self, value: Any) -> Iterator[Any]:
        match value:
            case MutableMapping():
                self._contents.append((value, dict(value)))
                yield from list(value.values())
            case MutableSet():
                self._contents.append((value, set(value)))
            case list() | deque():
                self._contents.append((value, list(value)))
                yield from list(value)
            case _lru_cache_wrapper():
                self._caches.append(value)
                yield value.__wrapped__
            case property():
                yield from (value.fget, value.fset)
            case staticmethod() | classmethod():
                yield value.__func__
            case FunctionType():
                self._cells += [(cell, cell.cell_contents) for cell in value.__closure__ or () if _filled(cell)]
                yield from (cell.cell_contents for cell in value.__closure__ or () if _filled(cell))
                yield from (value.__dict__, *(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())
            case _ if type(value).__module__.partition(".")[0] in {each.partition(".")[0] for each in self._packages}:
                yield from (vars(value),) if isinstance(getattr(value, "__dict__", None), dict) else ()


def _put_back(place: Any, names: dict[str, Any]) -> None:
    for name, value in dict(vars(place)).items():
        if name not in names:
            delattr(place, name)
        elif value is not names[name]:
            setattr(place, name, names[name])


def _filled(cell: CellType) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False
