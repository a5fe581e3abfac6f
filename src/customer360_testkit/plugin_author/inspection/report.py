"""Runs the checks, and says what was found and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
from rich.console import Console
from rich.text import Text

from customer360.core.errors import Customer360Error
from customer360_testkit.plugin_author.inspection import answers, calls, declarations, fakes, source, suite
from customer360_testkit.plugin_author.inspection.subject import (
    Check,
    Note,
    Problem,
    Subject,
    explained,
    find,
)

SEEN: tuple[Check, ...] = (
    source.packaged,
    source.rooms,
    source.typed,
    source.exported,
    source.imports,
    calls.calls,
    source.readme,
    declarations.label,
    declarations.linking,
    declarations.limits,
    fakes.installed,
    fakes.strangers,
)
"""What needs no facts of a link."""

DECLARED: tuple[Check, ...] = (
    declarations.hosts,
    declarations.signs_in,
    declarations.resources,
    declarations.capabilities,
    declarations.withheld,
    declarations.creates,
    answers.errors,
    fakes.agrees,
)
"""What is declared about a link, and so needs its facts."""


@attrs.frozen
class Finding:
    """What one check found; no problem means that all is well. ``skipped`` says why it was not made."""

    title: str
    problems: tuple[Problem, ...] = ()
    skipped: str = ""
    notes: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return not self.problems and not self.skipped


def inspect_plugin(subject: Subject) -> Iterator[Finding]:
    """Every check, in the order in which an author mends things."""
    for check in SEEN:
        yield _made(check, subject)
    try:
        _ = subject.facts
    except Exception as raised:  # whatever the plugin or its fake raises is what the author must see
        yield Finding("a link to look at", (_no_link(subject, raised),))
        try:
            subject = attrs.evolve(subject, known=subject.settled())
        except Exception:  # said already: nobody could link with these settings
            yield from (Finding(title(check), skipped="needs a link") for check in DECLARED)
            return
    for check in DECLARED:
        yield _made(check, subject)


def _no_link(subject: Subject, raised: Exception) -> Problem:
    if subject.fake is None:
        return Problem(f"nobody can link: {explained(raised)}", "give what is missing by --set NAME=VALUE")
    return Problem(
        f"nobody can sign in to the fake: {explained(raised)}",
        "auth.py, the fake's sign-in and link_settings, and identify() must fit; what follows may tell which does not",
    )


def title(check: Check) -> str:
    """The first line of its docstring."""
    return (check.__doc__ or "").strip().splitlines()[0]


def _made(check: Check, subject: Subject) -> Finding:
    try:
        found = tuple(check(subject))
    except Exception as raised:
        return Finding(title(check), (Problem(f"it raises {explained(raised)}"),))
    return Finding(
        title(check),
        tuple(each for each in found if isinstance(each, Problem)),
        notes=tuple(each.text for each in found if isinstance(each, Note)),
    )


class Report:
    """Prints what is found of one plugin after the other.

    ``settings`` go over those of the fakes; ``conformance`` says whether the suite is run, too, which takes a minute,
    and ``project`` where its tests are, if not where one looks for them.
    """

    def __init__(
        self,
        console: Console,
        settings: Mapping[str, str] | None = None,
        *,
        conformance: bool = True,
        project: Path | None = None,
    ) -> None:
        self._console = console
        self._project = project
        self._conformance = conformance
        self._settings = dict(settings or {})
        self._problems = 0

    @property
    def good(self) -> bool:
        """Whether nothing was found so far."""
        return self._problems == 0

    def on(self, key: str) -> None:
        """One plugin."""
        self._print(f"\n{key}", "bold cyan")
        try:
            subject = attrs.evolve(find(key, self._settings), project=self._project)
        except Customer360Error as missing:
            self._problems += 1
            self._print(f"  ✗ {missing}", "bold red")
            return
        for finding in inspect_plugin(subject):
            self._finding(finding)
        if self._conformance:
            self._finding(_made(suite.conforms, subject))

    def close(self) -> None:
        """What to do next."""
        if self.good:
            self._print("\nNothing is left to mend.", "green")
        else:
            things = "1 thing is" if self._problems == 1 else f"{self._problems} things are"
            self._print(f"\n{things} to mend; begin with the first, the later ones may follow from it.", "bold red")

    def _finding(self, finding: Finding) -> None:
        """A line, and below it what to do."""
        mark, style = ("✓", "green") if finding.good else ("-", "dim") if finding.skipped else ("✗", "bold red")
        self._print(f"  {mark} {finding.title}{f' ({finding.skipped})' if finding.skipped else ''}", style)
        for problem in finding.problems:
            self._problems += 1
            self._print(f"      {problem.what}")
            if problem.next_step:
                self._print(f"      → {problem.next_step}", "yellow")
        for note in finding.notes:
            self._print(f"      · {note}", "dim")

    def _print(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)
