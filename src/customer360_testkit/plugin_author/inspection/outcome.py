"""What came of the suite, class by class: what fails, what the project left out by itself, and what was waived or did
not apply, so that nobody takes a suite that skips for one that holds.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

from customer360.core.capabilities import Capability
from customer360_testkit.plugin_author.inspection.subject import Note, Problem

_NAMED = 5
_LEAST = 3
"""One check in so many at most does not apply: what more is left out by itself proves too little."""
NOT_BEGUN = "failed on setup"
"""How a check begins that cannot: mostly all of them, and for one reason."""


@attrs.frozen
class Case:
    """What came of a check of the class ``suite``: exactly one of the next four says something.

    ``held``: it ran to its end. ``failed`` says how it failed, ``waived`` why its author waives it, ``left_out`` why it
    was not made, and ``by_suite`` whether that is the suite's word, not the project's.
    """

    suite: str
    name: str
    held: bool = False
    failed: str = ""
    waived: str = ""
    left_out: str = ""
    by_suite: bool = True
    signs_in: bool = False


@attrs.define
class Played:
    """All that a run tells.

    ``others`` are classes that prove another connector than the installed one, ``faults`` what is wrong with the fake
    and what to do, ``said`` what went wrong before any check. ``unplayed`` is where no check came in the connector's
    own code, each with what its author says of it, if anything.
    """

    cases: list[Case] = attrs.field(factory=list)
    others: list[str] = attrs.field(factory=list)
    faults: list[tuple[str, str]] = attrs.field(factory=list)
    said: str = ""
    unplayed: list[tuple[str, str]] = attrs.field(factory=list)

    @classmethod
    def read(cls, text: str) -> Played:
        """As it was written down, by :func:`attrs.asdict`."""
        told = json.loads(text)
        cases = [Case(**each) for each in told["cases"]]
        faults, unplayed = ([(first, second) for first, second in told[name]] for name in ("faults", "unplayed"))
        return cls(cases, told["others"], faults, told["said"], unplayed)


def told_of(
    suite: str, made: Sequence[Case], checks: Mapping[str, Callable[..., None]], command: str
) -> Iterator[Problem | Note]:
    """What is to mend in a class of the project's, and what its author answers for."""
    failed = [each for each in made if each.failed]
    alike = Counter(each.failed for each in failed if each.failed.startswith(NOT_BEGUN))
    for reason, count in alike.items():
        first = next(each.name for each in failed if each.failed == reason)
        yield Problem(f"{suite}: {_count(count)} cannot begin [{reason}]", f"see it: {command} -k {first}")
    for each in failed:
        if each.failed not in alike:
            yield _failing(each, checks[each.name], command)
    told = {each.name for each in made if each.held or each.failed or each.waived or (each.left_out and each.by_suite)}
    if lost := [name for name in checks if name not in told]:
        names = ", ".join(map(_plain, lost[:_NAMED])) + (" ..." if len(lost) > _NAMED else "")
        yield Problem(
            f"{suite}: {len(lost)} of {_count(len(checks))} left out by the project itself: {names}",
            "nothing that the project runs leaves a check out: waive it by its name, with the reason",
        )
    yield from _notes(suite, made, len(checks))


def unplayed_of(played: Played) -> Iterator[Note]:
    """Where in the code none of the checks came, so that nobody has seen whether it is right."""
    for place, reason in played.unplayed:
        yield Note(f"no check plays {place}: {reason}" if reason else f"no check plays {place}")


def _failing(failed: Case, check: Callable[..., None], command: str) -> Problem:
    from customer360_testkit.conformance.bench import MUTANT

    demand = " ".join((check.__doc__ or "").split())
    return Problem(
        f"{_plain(failed.name)}: {demand} [{failed.failed}]",
        f"so fails a connector that {getattr(check, MUTANT)}, for one; see it: {command} -k {failed.name}",
    )


def _notes(suite: str, made: Sequence[Case], checks: int) -> Iterator[Problem | Note]:
    waived = [each for each in made if each.waived]
    reasons = Counter(each.left_out for each in made if each.left_out and each.by_suite)
    undeclared = sum(count for reason, count in reasons.items() if reason.partition(":")[0] in set(Capability))
    elsewhere = reasons.total() - undeclared
    if elsewhere * _LEAST > checks:
        yield Problem(
            f"{suite}: {elsewhere} of {_count(checks)} do not apply, which leaves too little proved",
            "the fake and the class's samples decide what applies: give people more fields, colleagues and activities",
        )
    yield Note(
        f"{suite}, {checks} checks: {sum(each.held for each in made)} hold; waived: {len(waived)}; left out as what "
        f"they need is declared as not possible: {undeclared}; as they do not apply: {elsewhere}"
    )
    if any(each.signs_in for each in made):
        yield Note(f"{suite} signs in by itself: what a link is, it decides")
    for each in waived:
        yield Note(f"waived: {_plain(each.name)}: {each.waived}")
    for reason, count in reasons.most_common():
        yield Note(f"left out, {count}: {reason}")


def _count(checks: int) -> str:
    return "1 check" if checks == 1 else f"{checks} checks"


def _plain(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")
