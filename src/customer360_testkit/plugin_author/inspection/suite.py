"""The conformance suite on the project at hand: run by pytest in a process of its own, and told check by check.

The suite is what a plugin's own tests subclass, so it is found where they are: in ``tests/test_conformance.py`` of the
project, or of the folder of tests that bears the package's name.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

from customer360_testkit.plugin_author.inspection.outcome import Case, case, told_of
from customer360_testkit.plugin_author.inspection.subject import Note, NotMade, Problem, Subject

_FILE = "test_conformance.py"
_LONGEST = 600.0


def conforms(subject: Subject) -> Iterator[Problem | Note]:
    """conformance: every verb does what it must, on the fake"""
    project = _project(subject)
    if project is None:
        raise NotMade("run it in the project's folder, where its tests are")
    path = _test_file(subject, project)
    if path is None:
        yield Problem(
            f"there is no tests/{_FILE}",
            "fifteen lines that subclass ConnectorConformance: docs/how-to/write-a-plugin.md shows them",
        )
        return
    if find_spec("pytest") is None:
        yield Problem("pytest is not installed", "pip install 'customer360-testkit[conformance]'")
        return
    yield from _told(path, project)


def _told(path: Path, project: Path) -> Iterator[Problem | Note]:
    from customer360_testkit.conformance import ConnectorConformance
    from customer360_testkit.conformance.bench import checks_of

    checks = checks_of(ConnectorConformance)
    cases, said = _played(path, project)
    made = [each for each in cases if each.name in checks]
    told = path.relative_to(project) if path.is_relative_to(project) else path
    if not made:
        yield Problem(f"{path.name} runs none of the checks", said or "no class in it subclasses ConnectorConformance")
    for name in dict.fromkeys(each.suite for each in made):
        yield from told_of(name, [each for each in made if each.suite == name], checks, f"pytest {told}")


def _played(path: Path, project: Path) -> tuple[list[Case], str]:
    """What pytest says of the file, and the last it said where that is nothing."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", str(path)]
        try:
            done = subprocess.run(
                command, cwd=project, capture_output=True, text=True, timeout=_LONGEST, check=False, encoding="utf-8"
            )
        except subprocess.TimeoutExpired:
            return [], f"it did not end within {_LONGEST:.0f} seconds"
        if not report.is_file():
            return [], _last(done.stdout + done.stderr)
        # Written by pytest a moment ago, so no stranger's XML.
        cases = [case(element) for element in ElementTree.parse(report).iter("testcase")]
    return cases, "" if cases and any(each.name.startswith("test_") for each in cases) else _last(done.stdout)


def _last(output: str) -> str:
    errors = [line.strip() for line in output.splitlines() if line.startswith("E ")]
    return errors[-1].removeprefix("E").strip() if errors else (output.strip().splitlines() or ["it said nothing"])[-1]


def _project(subject: Subject) -> Path | None:
    """The folder with the plugin's ``pyproject.toml``: around its code, or where the command was given."""
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
