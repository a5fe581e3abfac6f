"""What of the suite a plugin's author sets, and that nothing else of it is replaced: where a class is made, and where
it is run, as a name can be set afterwards, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SET_BY_AUTHORS = frozenset(
    {"connector", "people", "name_field", "spare_field", "refused", "waived", "fields", "delete", "signed_in"}
)
"""The rest is the suite's: a check that is answered by a verb of the author's own proves nothing."""
MOST_WAIVED = 10
"""One check in so many at most: what a CRM cannot do at large is declared as not possible, and then not checked."""
_SHORTEST = 3


def guarded(suite: type) -> dict[tuple[type, str], Any]:
    """All that a suite holds and no author sets, by the class that holds it; as it is now."""
    return {
        (kind, name): value
        for kind in suite.__mro__[:-1]
        for name, value in vars(kind).items()
        if name not in SET_BY_AUTHORS and not (name.startswith("__") and name.endswith("__"))
    }


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
        raise TypeError(
            f"{name} replaces what the suite works with; give it another name (an author sets "
            f"{', '.join(sorted(SET_BY_AUTHORS))})"
        )


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
