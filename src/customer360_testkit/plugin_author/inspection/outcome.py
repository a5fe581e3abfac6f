"""What came of the suite, class by class: what fails, what the project left out by itself, and what was waived or did
not apply, so that nobody takes a suite that skips for one that holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

import attrs

from customer360.core.capabilities import Capability
from customer360_testkit.plugin_author.inspection.subject import Note, Problem

_TOLD = 300
_NAMED = 5
_WAIVED = "waived: "
_NOT_BEGUN = "failed on setup"
"""What pytest says of a check whose fixtures raise: of all of them, mostly, and for one reason."""


@attrs.frozen
class Case:
    """A check as pytest reports it, of the class ``suite``.

    ``failed`` says how, "" if it did not; ``left_out`` why, "" if it was made; ``by_suite`` whether that is the suite's
    doing, not a mark's or a hook's of the project.
    """

    suite: str
    name: str
    failed: str
    left_out: str = ""
    by_suite: bool = True
    signs_in: bool = False


def case(element: ElementTree.Element) -> Case:
    """A ``testcase`` of JUnit's XML."""
    from customer360_testkit.conformance.suite import MADE, SIGNS_IN

    failed = element.find("failure")
    failed = element.find("error") if failed is None else failed
    skipped = element.find("skipped")
    left_out = "" if skipped is None else skipped.get("message") or "no reason is given"
    properties = {(each.get("name"), each.get("value")) for each in element.iter("property")}
    return Case(
        suite=(element.get("classname") or "").rpartition(".")[2],
        name=element.get("name") or "",
        failed="" if failed is None else _short(failed),
        left_out=left_out,
        by_suite=MADE in properties and (skipped is None or _ours(skipped)),
        signs_in=SIGNS_IN in properties,
    )


def _ours(skipped: ElementTree.Element) -> bool:
    """Whether it was skipped by a line of the suite's."""
    from customer360_testkit import conformance

    return (skipped.text or "").startswith(str(Path(conformance.__file__).parent)) and "xfail" not in skipped.get(
        "type", ""
    )


def told_of(
    suite: str, made: Sequence[Case], checks: Mapping[str, Callable[..., None]], command: str
) -> Iterator[Problem | Note]:
    """What is to mend in a class of the project's, and what its author answers for."""
    failed = [each for each in made if each.failed]
    alike = Counter(each.failed for each in failed if each.failed.startswith(_NOT_BEGUN))
    for reason, count in alike.items():
        first = next(each.name for each in failed if each.failed == reason)
        yield Problem(f"{suite}: {_count(count)} cannot begin [{reason}]", f"see it: {command} -k {first}")
    for each in failed:
        if each.failed not in alike:
            yield _failing(each, checks[each.name], command)
    silent = [each for each in made if not each.by_suite and not each.failed]
    missing = [name for name in checks if name not in {each.name for each in made}]
    if lost := [each.name for each in silent] + missing:
        names = ", ".join(map(_plain, lost[:_NAMED])) + (" ..." if len(lost) > _NAMED else "")
        yield Problem(
            f"{suite}: {len(lost)} of {_count(len(checks))} left out by the project itself: {names}",
            "no mark, hook or option of pytest leaves a check out: waive it by its name, with the reason",
        )
    yield from _notes(suite, made, len(checks))


def _failing(failed: Case, check: Callable[..., None], command: str) -> Problem:
    from customer360_testkit.conformance.bench import MUTANT

    demand = " ".join((check.__doc__ or "").split())
    return Problem(
        f"{_plain(failed.name)}: {demand} [{failed.failed}]",
        f"so fails a connector that {getattr(check, MUTANT)}, for one; see it: {command} -k {failed.name}",
    )


def _notes(suite: str, made: Sequence[Case], checks: int) -> Iterator[Note]:
    held = sum(not each.failed and not each.left_out for each in made)
    waived = [each for each in made if each.by_suite and each.left_out.startswith(_WAIVED)]
    reasons = Counter(
        each.left_out for each in made if each.by_suite and each.left_out and not each.left_out.startswith(_WAIVED)
    )
    undeclared = sum(count for reason, count in reasons.items() if reason.partition(":")[0] in set(Capability))
    elsewhere = reasons.total() - undeclared
    yield Note(
        f"{suite}, {checks} checks: {held} hold; waived: {len(waived)}; left out as what they need is declared as not "
        f"possible: {undeclared}; as they do not apply: {elsewhere}"
    )
    if any(each.signs_in for each in made):
        yield Note(f"{suite} signs in by itself: what a link is, it decides")
    for each in waived:
        yield Note(f"waived: {_plain(each.name)}: {each.left_out.removeprefix(_WAIVED)}")
    for reason, count in reasons.most_common():
        yield Note(f"left out, {count}: {reason}")


def _count(checks: int) -> str:
    return "1 check" if checks == 1 else f"{checks} checks"


def _plain(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def _short(failed: ElementTree.Element) -> str:
    """The line that failed and why, as far as one line holds it."""
    lines = (failed.text or "").splitlines()
    at = next((line.removeprefix(">").strip() for line in reversed(lines) if line.startswith(">")), "")
    why = (failed.get("message") or "").splitlines()
    told = " ".join(why[:2])
    if not told or told.startswith("AssertionError"):
        told = f"{at}: {told}"
    return told if len(told) <= _TOLD else f"{told[:_TOLD]}..."
