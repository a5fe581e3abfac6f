"""What of the suite a plugin's author sets, and that nothing else of it is replaced: where a class is made, and where
it is run, as a name can be set afterwards, too.

It guards against mistakes, and against hiding them in what a project holds; whoever runs code of their own beside it
can still deceive it, as no code guards itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from types import CodeType, ModuleType
from typing import Any, TypeAlias

from customer360.core.capabilities import Capability

Place: TypeAlias = tuple[Any, str]
"""A class or a module, and a name in it."""

SET_BY_AUTHORS = frozenset(
    {
        "connector",
        "people",
        "name_field",
        "spare_field",
        "refused",
        "settings",
        "waived",
        "withheld",
        "without",
        "fields",
        "delete",
        "signed_in",
        "world",
    }
)
"""The rest is the suite's: a check that is answered by a verb of the author's own proves nothing."""
MOST_WAIVED = 10
"""One check in so many at most: what a CRM cannot do at large is declared as not possible, and then not checked."""
_SHORTEST = 3
_BUILT = frozenset({"raises", "skip", "fail"})
"""Of pytest's, what checks are written with."""


def guarded(suite: type) -> dict[tuple[type, str], Any]:
    """All that a suite holds and no author sets, by the class that holds it; as it is now."""
    return {
        (kind, name): value
        for kind in suite.__mro__[:-1]
        for name, value in vars(kind).items()
        if name not in SET_BY_AUTHORS and not _dunder(name)
    }


def tools(modules: Iterable[ModuleType], pytest: ModuleType) -> dict[Place, tuple[Any, CodeType | None]]:
    """What checks work with beside their own class, by where it stands; with the code of it, as it is now.

    The functions of ``modules``, the classes and what is in those, and what of pytest's checks are written with.
    """
    found: dict[Place, tuple[Any, CodeType | None]] = {}
    for module in modules:
        for name, value in vars(module).items():
            if getattr(value, "__module__", None) != module.__name__ or _dunder(name):
                continue
            found[module, name] = value, code_of(value)
            if isinstance(value, type):
                found.update({(value, each): (what, code_of(what)) for each, what in _held(value)})
    found.update({(pytest, name): (vars(pytest)[name], code_of(vars(pytest)[name])) for name in _BUILT})
    return found


def rewritten(kept: Mapping[Place, tuple[Any, CodeType | None]]) -> list[str]:
    """What of the :func:`tools` is no longer what it was: ``module.name`` or ``Class.name``, sorted."""
    found = set[str]()
    for (place, name), (value, code) in kept.items():
        now = vars(place).get(name)
        if now is not value or code_of(now) is not code:
            found.add(f"{place.__name__}.{name}")
    for kind in {place for place, _ in kept if isinstance(place, type)}:  # also what would hide what it inherits
        found.update(f"{kind.__name__}.{name}" for name, _ in _held(kind) if (kind, name) not in kept)
    return sorted(found)


def code_of(value: Any) -> CodeType | None:
    """The code behind a function, a method or a property; None where there is none."""
    value = getattr(value, "fget", value) if isinstance(value, property) else value
    code = getattr(inspect.unwrap(value), "__code__", None) if callable(value) or hasattr(value, "__func__") else None
    return code if isinstance(code, CodeType) else None


def replaced(kind: type, suite: type, kept: Mapping[tuple[type, str], Any]) -> list[str]:
    """What ``kind``, a subclass of ``suite``, does not get from the suite as it was: ``Class.name``, sorted.

    By itself, by a class that is asked before the suite's (a mixin), or as the suite itself was written into.
    """
    ours, found = set(suite.__mro__), set[str]()
    for name in {name for _, name in kept} | {"__getattribute__", "__getattr__"}:
        first = next((each for each in kind.__mro__ if name in vars(each)), suite)
        if first not in ours:
            found.add(f"{first.__name__}.{name}")
    for (each, name), value in kept.items():
        if vars(each).get(name) is not value:
            found.add(f"{each.__name__}.{name}")
    return sorted(found)


def refuse_replacing(kind: type, suite: type, kept: Mapping[tuple[type, str], Any], checks: Mapping[str, Any]) -> None:
    """Raises TypeError that names what is replaced."""
    for name in replaced(kind, suite, kept):
        if name.rpartition(".")[2] in checks:
            raise TypeError(f"{name} overrides a check; waive it by name instead, with the reason")
        _refuse(name)


def refuse_rewriting(kept: Mapping[Place, tuple[Any, CodeType | None]]) -> None:
    """Raises TypeError that names what of the :func:`tools` was written over."""
    for name in rewritten(kept):
        _refuse(name)


def refuse_writing_into(bench: object, kept: Mapping[tuple[type, str], Any]) -> None:
    """Raises TypeError where a check's own instance holds what is the class's: by a fixture, a setup, a descriptor."""
    for name in sorted(vars(bench).keys() & ({name for _, name in kept} | SET_BY_AUTHORS)):
        raise TypeError(f"{type(bench).__name__}().{name} is set on the instance; the class says what it is")


def _refuse(name: str) -> None:
    raise TypeError(
        f"{name} replaces what the suite works with; give it another name (an author sets "
        f"{', '.join(sorted(SET_BY_AUTHORS))})"
    )


def waivers(kind: type) -> dict[str, str]:
    """What a class waives, by name, each with its reason: a copy.

    Raises TypeError for anything but a plain dict of plain texts: whatever else can say one thing to whoever counts,
    and another to whoever asks.
    """
    told = inspect.getattr_static(kind, "waived")
    if type(told) is not dict or any(type(each) is not str for pair in told.items() for each in pair):
        raise TypeError(f"{kind.__name__}.waived is no plain dict of texts: name of a check to reason")
    return dict(told)


def refuse_leaving_out(kind: type) -> None:
    """Raises TypeError where ``without`` is anything but a plain dict of capabilities, each with its reason."""
    told = inspect.getattr_static(kind, "without")
    if type(told) is not dict or not all(type(each) is Capability and type(told[each]) is str for each in told):
        raise TypeError(f"{kind.__name__}.without is no plain dict of texts: capability to reason")
    for capability, reason in told.items():
        if len(reason.split()) < _SHORTEST:
            raise TypeError(f"{kind.__name__} is without {capability.value} for no reason: a sentence that says why")


def refuse_waiving(kind: str, waived: Mapping[str, str], checks: Mapping[str, Any]) -> None:
    """Raises TypeError for what is no check, for one without a reason, and for too many."""
    for name, reason in waived.items():
        if name not in checks:
            raise TypeError(f"{kind} waives {name!r}, which is no check")
        if len(reason.split()) < _SHORTEST:
            raise TypeError(f"{kind} waives {name!r} without a reason: a sentence that says why it cannot hold there")
    if len(waived) * MOST_WAIVED > len(checks):
        raise TypeError(
            f"{kind} waives {len(waived)} of {len(checks)} checks, which leaves too little proved; declare what "
            "the CRM cannot do as not possible, and its checks are left out"
        )


def _held(kind: type) -> Iterator[tuple[str, Any]]:
    """What a class itself holds that is called."""
    for name, value in list(vars(kind).items()):
        if not _dunder(name) and (callable(value) or isinstance(value, property | classmethod | staticmethod)):
            yield name, value


def _dunder(name: str) -> bool:
    return name.startswith(("__", "@"))
