"""The conformance suite, run in a process of its own on what the entry points give: ``python -m`` this module.

Of the project it takes the classes of ``tests/test_conformance.py``, for the names and samples that they give, and
nothing else: neither its configuration, its conftest, its plugins and marks, nor a connector or a fake other than those
that are installed. Each check is called here, and notes what came of it; pytest is there for the asserts to tell what
they compared.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from traceback import extract_tb, walk_tb
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, TypeAlias

import attrs
import pytest

from customer360.core.connector import Connector
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.plugin_author.inspection.outcome import NOT_BEGUN, Case, Played
from customer360_testkit.plugin_author.inspection.subject import find

if TYPE_CHECKING:
    from customer360_testkit.conformance import ConnectorConformance

Checks: TypeAlias = Mapping[str, Callable[..., None]]
_TOLD = 300
_OUTCOMES = (pytest.skip.Exception, pytest.fail.Exception, pytest.exit.Exception)


class _Loop:
    """Takes the place of pytest's own loop over what it collected, which is nothing."""

    def __init__(self, key: str, path: Path) -> None:
        self.key, self.path, self.played = key, path, Played()

    def pytest_runtestloop(self) -> bool:
        from customer360_testkit import conformance  # now, as pytest rewrites its asserts where it is imported
        from customer360_testkit.conformance.suite import CHECKS

        connector = find(self.key).connector
        try:
            module = _module(self.path)
        except (Exception, *_OUTCOMES, SystemExit) as raised:
            self.played.said = _told(raised)
            return True
        self.played = driven(_suites(module, conformance.ConnectorConformance), connector, CHECKS)
        return True


def _module(path: Path) -> ModuleType:
    """The project's file, by itself or as a part of its package."""
    root, parts = path.parent, [path.stem]
    while (root / "__init__.py").is_file():
        parts.insert(0, root.name)
        root = root.parent
    sys.path.append(str(root))
    if parts[:-1]:
        import_module(".".join(parts[:-1]))
    spec = importlib.util.spec_from_file_location(".".join(parts), path)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _suites(module: ModuleType, suite: type[ConnectorConformance]) -> Iterator[type[ConnectorConformance]]:
    """The classes that pytest would run."""
    for name, value in vars(module).items():
        if name.startswith("Test") and isinstance(value, type) and issubclass(value, suite) and value is not suite:
            yield value


def driven(suites: Iterable[type[ConnectorConformance]], connector: Connector, checks: Checks) -> Played:
    """What comes of these checks for each class that is of the CRM of ``connector``: on that one, and on its fake."""
    from customer360_testkit.conformance.unbent import waivers
    from customer360_testkit.conformance.unplayed import watch_of
    from customer360_testkit.plugin_author.inspection.conformance.honesty import faults

    played, faulty, watch = Played(), dict[str, str](), watch_of(connector)
    for each in suites:
        given = getattr(each, "connector", None)
        if not isinstance(given, Connector) or given.info.key != connector.info.key:
            continue
        if type(given) is not type(connector):
            played.others.append(f"{each.__name__} proves {type(given).__module__}.{type(given).__qualname__}")
        try:
            own = {"connector": connector, "__module__": each.__module__}
            kind: type[ConnectorConformance] = type(each.__name__, (each,), own)
            fake = kind.made()
            with watch:
                played.cases += _Run(kind, waivers(kind)).cases(fake, checks)
            faulty.update(faults(kind(), fake))
        except TypeError as refused:  # what was bent after the class was made
            played.cases += [Case(each.__name__, name, failed=f"{NOT_BEGUN}: {refused}") for name in checks]
    played.faults = list(faulty.items())
    if played.cases:
        played.unplayed = [(str(place), place.reason) for place in watch.places()]
    return played


@attrs.define
class _Run:
    """One class of the project's, with the connector that is installed, and what it waived when it was read."""

    kind: type[ConnectorConformance]
    waived: Mapping[str, str]

    def cases(self, fake: FakeCrm, checks: Checks) -> Iterator[Case]:
        from customer360_testkit.conformance.bench import Bench

        own = self.kind.signed_in is not Bench.signed_in
        for name, check in checks.items():
            if name in self.waived:
                yield Case(self.kind.__name__, name, waived=self.waived[name], signs_in=own)
            else:
                yield attrs.evolve(self._made(name, check, fake), signs_in=own)

    def _made(self, name: str, check: Callable[..., None], fake: FakeCrm) -> Case:
        from customer360_testkit.conformance.suite import refuse_bending

        told = Case(self.kind.__name__, name)
        begun = False
        try:
            bench = self.kind()
            refuse_bending(self.kind, bench)
            link = bench.linked(fake, check)
            begun = True
            check(bench, link)
            refuse_bending(self.kind, bench)
        except pytest.skip.Exception as skipped:
            return attrs.evolve(told, left_out=str(skipped), by_suite=self._by_suite(skipped.__traceback__))
        except (Exception, *_OUTCOMES, SystemExit) as raised:
            return attrs.evolve(told, failed=_told(raised) if begun else f"{NOT_BEGUN}: {_told(raised)}")
        return attrs.evolve(told, held=True)

    def _by_suite(self, trace: TracebackType | None) -> bool:
        """Whether a check was left out by a line of the suite's, and not by one that a sample of the project's runs."""
        from customer360_testkit.conformance.suite import TOOLS
        from customer360_testkit.conformance.unbent import code_of

        codes = [frame.f_code for frame, _ in walk_tb(trace)]
        if codes and codes[-1] in (code_of(pytest.skip), code_of(type(pytest.skip).__call__)):  # pytest 8, and since
            codes.pop()
        return bool(codes) and codes[-1] in {code for _, code in TOOLS.values()}


def _told(raised: BaseException) -> str:
    """The line that failed and why, as far as one line holds it."""
    why = " ".join(str(raised).split("\n")[:2]).strip()
    told = why if isinstance(raised, _OUTCOMES) else f"{type(raised).__name__}: {why}"
    if isinstance(raised, AssertionError):
        frames = extract_tb(raised.__traceback__)
        told = f"{frames[-1].line}: {told}" if frames else told
    return told if len(told) <= _TOLD else f"{told[:_TOLD]}..."


def main(key: str, path: str, report: str) -> None:
    """Writes what came of it to ``report``."""
    loop = _Loop(key, Path(path))
    with tempfile.TemporaryDirectory() as empty:
        own = Path(empty) / "pytest.ini"
        own.write_text("[pytest]\n", encoding="utf-8")
        alone = ["--noconftest", "-p", "no:cacheprovider", "-c", str(own), "--rootdir", empty, "-q", empty]
        pytest.main(alone, plugins=[loop])
    Path(report).write_text(json.dumps(attrs.asdict(loop.played)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
