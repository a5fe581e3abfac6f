"""Steps of a long story with one CRM: what each comes to, what it asks, and what it leaves in the world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any, TypeAlias

import attrs

from customer360.core.connector import Connector
from customer360.core.effects import Operation, Request
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_testkit.by_hand import play
from customer360_testkit.conformance.bench import Link
from customer360_testkit.fakes.faults import Fault

Asked: TypeAlias = Callable[[Connector, LinkFacts], Operation[Any]]
"""An operation of whichever connector is to do it, for a link of such facts."""
_LONGEST = 400


@attrs.frozen
class Heard:
    """What a step came to: its value, or its error; the requests that it sent; and all rows of the world, where it may
    have written."""

    what: str
    value: Any
    error: Any
    asked: tuple[Request, ...]
    left: Any


@attrs.define
class Playing:
    """Plays a story step by step, each by the connector that ``connector`` gives.

    What was ``heard`` when the same story was played before must be heard again: AssertionError tells what is not.
    """

    connector: Callable[[], Connector]
    before: Sequence[Heard] | None = None
    heard: list[Heard] = attrs.field(factory=list)

    def do(
        self,
        what: str,
        link: Link,
        asked: Asked,
        *,
        fault: Fault | None = None,
        nth: int = 1,
        beside: Asked | None = None,
        until: int | None = None,
    ) -> Any:
        """The value of a step; None where it ended in an error.

        ``fault`` strikes its ``nth`` request; ``beside`` is run whole before each of its requests, ``until`` it is
        given up at the one of that number.
        """
        link.asked.clear()
        if fault is not None:
            link.fake.faults.add(fault, nth=nth)
        others = list[tuple[Any, Any]]()

        def meanwhile() -> None:
            if until is not None and len(link.asked) >= until:
                raise _GivenUp
            if beside is not None:
                others.append(self._came_to(link, beside))

        value, error = self._came_to(link, asked, meanwhile)
        link.fake.faults.clear()
        sent = tuple(link.asked)
        wrote = any(each.method != "GET" and not each.repeatable for each in sent)
        self._hear(Heard(what, (value, others), error, sent, link.fake.snapshot() if wrote else None))
        return value

    def note(self, what: str, done: Callable[[], Any]) -> Any:
        """Something that happens in the CRM itself: what it says of it, or the error that it ends in."""
        try:
            value = done()
        except Exception as error:  # of the fake's own, where nobody can
            value = type(error)
        self._hear(Heard(what, value, None, (), None))
        return value

    def _came_to(self, link: Link, asked: Asked, meanwhile: Callable[[], None] = lambda: None) -> tuple[Any, Any]:
        connector, facts = self.connector(), _copied(link.facts)

        def answer(request: Request) -> Response:
            meanwhile()
            link.connector = connector  # it tells what an answer means, too
            return link.send(request)

        op = asked(connector, facts)
        try:
            return play(op, answer, now=link.fake.clock.time), None
        except _GivenUp:
            op.close()
            return None, "given up"
        except Exception as error:
            return None, (
                type(error),
                str(error),
                {name: each for name, each in vars(error).items() if name[:1] != "_"},
            )
        finally:
            assert facts == link.facts, "the facts of the link were written into"
            assert dict(facts.extra) == dict(link.facts.extra)

    def _hear(self, heard: Heard) -> None:
        number = len(self.heard)
        self.heard.append(heard)
        if self.before is None:
            return
        assert number < len(self.before), f"{heard.what}: the used one went on where a fresh one had come to an end"
        fresh = self.before[number]
        for name in ("what", "error", "value", "asked", "left"):
            one, other = getattr(fresh, name), getattr(heard, name)
            if one != other:
                behind = ", ".join(each.what for each in self.heard[-4:-1])
                raise AssertionError(
                    f"step {number}, {heard.what} (behind {behind}): {name} of a fresh connector and of the used one:"
                    f" {_apart(one, other)}"
                )


class _GivenUp(BaseException):
    """Nobody waits for it any more."""


def _copied(facts: LinkFacts) -> LinkFacts:
    return attrs.evolve(facts, extra=dict(facts.extra), settings=dict(facts.settings))


def _apart(one: Any, other: Any) -> str:
    """What is different, as shortly as may be."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
        return ", ".join(f"{key}: {_apart(one.get(key), other.get(key))}" for key in keys[:3])
    if attrs.has(type(one)) and type(one) is type(other):
        told, also = (attrs.asdict(each, recurse=False) for each in (one, other))
        return f"{type(one).__name__}({_apart(told, also)})"
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        pairs = [(n, *pair) for n, pair in enumerate(zip_longest(one, other)) if pair[0] != pair[1]]
        return "; ".join(f"[{n}] {_apart(mine, theirs)}" for n, mine, theirs in pairs[:2])
    return f"{one!r:.{_LONGEST}} / {other!r:.{_LONGEST}}"
