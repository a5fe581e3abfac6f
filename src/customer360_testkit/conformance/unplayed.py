"""What of a connector's own code no check plays: whatever is wrong there, no check can see.

While a :class:`Watch` is on, the functions of a connector run code that tells which functions, branches and cases were
run, and which conditions were true and false. It is made from their sources, in place of the code that they have, and
they get that back; modules are not read again, and what they hold stays.

What a suite cannot play, and yet belongs there, is accounted for where it stands, by a comment with a reason:
``# unplayed: Acme answers so on days of maintenance``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, TracebackType
from typing import Any, Final, Self

import attrs

from customer360_testkit.conformance.own_code import functions_of
from customer360_testkit.conformance.telling import POINTS, TOLD, telling


@attrs.frozen
class Place:
    """Where something was not played: the file, the line, what stands there, and which way it never went.

    ``reason`` is what its author says of it, if anything.
    """

    path: str
    line: int
    text: str
    never: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{Path(self.path).name}:{self.line}: {self.text} ({self.never})"


class Watch:
    """Whatever of a connector's own is run while it is on; to be turned on and off any number of times."""

    def __init__(self, connector: object) -> None:
        self.checks = set[str]()
        """The names of those that were run to their end, one way or another."""
        self._functions = functions_of(connector)
        self._files = [telling(path) for path in dict.fromkeys(each.__code__.co_filename for each in self._functions)]
        self._seen = dict[int, set[bool]]()
        self._plain = list[tuple[FunctionType, CodeType]]()

    def __enter__(self) -> Self:
        codes = {plain: told for file in self._files if file is not None for plain, told in file.codes.items()}
        for each in self._functions:
            if (told := codes.get(each.__code__)) is not None:
                self._plain.append((each, each.__code__))
                each.__globals__[TOLD] = self._told  # and stays: what was begun may end later
                each.__code__ = told
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._plain:
            each, code = self._plain.pop()
            each.__code__ = code

    def places(self) -> list[Place]:
        """What was not played, in the order of reading: the outermost alone of what stands in one another."""
        codes = (each.__code__ for each in self._functions)
        reached = {(code.co_filename, code.co_firstlineno) for code in codes}
        numbers = (number for file in self._files if file is not None for number in file.numbers)
        found = (place for number in numbers for place in self._never(number, reached))
        return sorted(dict.fromkeys(found), key=lambda each: (each.path, each.line, each.text))

    def _never(self, number: int, reached: set[tuple[str, int]]) -> Iterator[Place]:
        point, seen = POINTS[number], self._seen.get(number, set())
        within = point.within is not None and point.within in self._seen
        if point.is_condition:
            ways = [f"never {way}" for way in ({True, False} - seen if seen and within else ())]
        else:
            comes = within or bool({(point.file.path, line) for line in point.heads} & reached)
            ways = ["never run"] if comes and not seen else []
        for way in ways:
            yield Place(point.file.path, point.lines.start, point.text, way, point.reason)

    def _told(self, number: int, value: Any) -> Any:
        self._seen.setdefault(number, set()).add(bool(value))
        return value


_WATCHES: Final = dict[type, Watch]()


def watch_of(connector: object) -> Watch:
    """The one of all connectors of that kind."""
    if type(connector) not in _WATCHES:
        _WATCHES[type(connector)] = Watch(connector)
    return _WATCHES[type(connector)]
