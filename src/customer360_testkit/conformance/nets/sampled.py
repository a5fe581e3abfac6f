"""Texts that a pattern matches: the shortest of its first branches, and a longer one of its last."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Final

_parser: Any = import_module("re._parser")
_constants: Any = import_module("re._constants")
_SIGNS: Final = "Q7q -+@._/,:;!é\t\n"
"""What stands for a sign of a kind, the usual ones first."""
_KINDS: Final[dict[Any, Callable[[str], bool]]] = {
    _constants.CATEGORY_DIGIT: str.isdecimal,
    _constants.CATEGORY_SPACE: str.isspace,
    _constants.CATEGORY_WORD: lambda sign: sign.isalnum() or sign == "_",
    _constants.CATEGORY_NOT_DIGIT: lambda sign: not sign.isdecimal(),
    _constants.CATEGORY_NOT_SPACE: lambda sign: not sign.isspace(),
    _constants.CATEGORY_NOT_WORD: lambda sign: not (sign.isalnum() or sign == "_"),
}


def samples(pattern: str) -> tuple[str, ...]:
    """Sorted; none of what is no pattern, or of one that cannot be told by its form alone."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # what it may mean one day is no matter here
            form, told = _parser.parse(pattern), re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return ()
    return tuple(sorted({text for most in (False, True) if told.search(text := _Sample(most).of(form))}))


class _Sample:
    """Of a form: ``most`` takes last branches, and what may come again twice."""

    def __init__(self, most: bool) -> None:
        self._most = most
        self._groups = dict[Any, str]()

    def of(self, form: Any) -> str:
        return "".join(self._one(kind, what) for kind, what in form)

    def _one(self, kind: Any, what: Any) -> str:
        match kind:
            case _constants.LITERAL:
                return chr(what)
            case _constants.NOT_LITERAL:
                return next(sign for sign in _SIGNS if sign != chr(what))
            case _constants.ANY:
                return _SIGNS[0]
            case _constants.IN:
                return _of_set(what)
            case _constants.BRANCH:
                return self.of(what[1][-1 if self._most else 0])
            case _constants.SUBPATTERN:
                self._groups[what[0]] = self.of(what[-1])
                return self._groups[what[0]]
            case _constants.ATOMIC_GROUP:
                return self.of(what)
            case _constants.MAX_REPEAT | _constants.MIN_REPEAT | _constants.POSSESSIVE_REPEAT:
                least, most, again = what
                return self.of(again) * int(min(max(least, 2 if self._most else 1), most))
            case _constants.ASSERT:
                return self.of(what[1]) if what[0] > 0 else ""
            case _constants.GROUPREF:
                return self._groups.get(what, "")
        return ""  # ends, and what must not stand there


def _of_set(members: Any) -> str:
    """A sign of a set: one that it names, or a usual one that is not left out."""
    others = members[0][0] is _constants.NEGATE
    named = "".join(_named(members))
    signs = _SIGNS + named if others else named + _SIGNS
    return next((sign for sign in signs if _is_in(members, sign) is not others), "")


def _named(members: Any) -> Iterator[str]:
    for kind, what in members:
        if kind is _constants.LITERAL:
            yield chr(what)
        elif kind is _constants.RANGE:
            yield chr(what[0])


def _is_in(members: Any, sign: str) -> bool:
    return any(
        (kind is _constants.LITERAL and what == ord(sign))
        or (kind is _constants.RANGE and what[0] <= ord(sign) <= what[1])
        or (kind is _constants.CATEGORY and _KINDS[what](sign))
        for kind, what in members
    )
