"""The conformance suite on the project at hand: run in a process of its own, and told check by check.

The suite is what a plugin's own tests subclass, so it is found where they are: in ``tests/test_conformance.py`` of the
project, or of the folder of tests that bears the package's name.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from customer360_testkit.plugin_author.inspection.outcome import Played, told_of, unplayed_of
from customer360_testkit.plugin_author.inspection.subject import Note, Problem, Subject

_FILE = "test_conformance.py"
_LONGEST = 3600.0
"""Seconds: a suite of several classes plays for many minutes."""
_CHANGES = ("PYTEST_", "PYTHONOPTIMIZE", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONINSPECT", "PYTHONBREAKPOINT")
_DRIVING = "customer360_testkit.plugin_author.inspection.conformance.driving"  # not imported: it needs pytest


def conforms(subject: Subject) -> Iterator[Problem | Note]:
    """conformance: every verb does what it must, on the fake"""
    if find_spec("pytest") is None:
        yield Problem("pytest is not installed", "pip install pytest")
        return
    project = _project(subject)
    if project is None:
        yield Problem(
            "the suite did not run: nothing here is the plugin's project",
            "run it in the project's folder, where its tests are, or name that by --project; --quick leaves it out",
        )
        return
    path = _test_file(subject, project)
    if path is None:
        yield Problem(
            f"there is no tests/{_FILE}",
            "fifteen lines that subclass ConnectorConformance: docs/how-to/write-a-plugin.md shows them",
        )
        return
    if subject.fake is None:
        yield Problem("the suite did not run: there is no fake", "install one: see above")
        return
    yield from _told(subject.key, path, project)


def _told(key: str, path: Path, project: Path) -> Iterator[Problem | Note]:
    from customer360_testkit.conformance.suite import CHECKS

    played = _played(key, path, project)
    told = path.relative_to(project) if path.is_relative_to(project) else path
    if not played.cases:
        yield Problem(
            f"{path.name} runs none of the checks",
            played.said or f"no class in it is a TestSomething(ConnectorConformance) of the connector {key!r}",
        )
    for other in played.others:
        yield Problem(
            f"{other}, and not what is installed", "the checks ran on the connector of the entry point; test that one"
        )
    for what, next_step in played.faults:
        yield Problem(what, next_step)
    for name in dict.fromkeys(each.suite for each in played.cases):
        yield from told_of(name, [each for each in played.cases if each.suite == name], CHECKS, f"pytest {told}")
    yield from unplayed_of(played)


def _played(key: str, path: Path, project: Path) -> Played:
    """What a run of the file tells, in a process that nothing of the project's but that file has a say in."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-P", "-m", _DRIVING, key, str(path), str(report)]
        try:
            done = subprocess.run(
                command,
                cwd=project,
                env=_environment(),
                capture_output=True,
                text=True,
                timeout=_LONGEST,
                check=False,
                encoding="utf-8",
            )
        except subprocess.TimeoutExpired:
            return Played(said=f"it did not end within {_LONGEST:.0f} seconds")
        if not report.is_file():
            return Played(said=(done.stderr.strip().splitlines() or ["it ended without a word"])[-1])
        return Played.read(report.read_text(encoding="utf-8"))


def _environment() -> dict[str, str]:
    """Ours, without what changes how Python or pytest run: asserts are asserts, and no plugin has a say."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_CHANGES)}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def _project(subject: Subject) -> Path | None:
    """The folder with the plugin's ``pyproject.toml``: as told, around its code, or where the command was given."""
    if subject.project is not None:
        return subject.project.resolve()
    for folder in (subject.package, *subject.package.parents[:2]):
        if (folder / "pyproject.toml").is_file():
            return folder
    here = Path.cwd()
    named = "" if subject.distribution is None else subject.distribution.name
    try:
        label = tomllib.loads((here / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return None
    return here if _plain(str(label.get("project", {}).get("name", ""))) == _plain(named) else None


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _test_file(subject: Subject, project: Path) -> Path | None:
    package = subject.point.module.partition(".")[0]
    around = (
        project / "tests" / _FILE,
        *(each / "tests" / package / _FILE for each in (project, *project.parents[:2])),
    )
    return next((path for path in around if path.is_file()), None)
