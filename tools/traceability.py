"""``python -m tools.traceability``: every promised behaviour with the tests that show it.

The behaviours are the rows of the tables in ``docs/reference/features.md`` and ``promises.md`` that begin with an id;
the tests are those that bear it in a marker. Nothing is run. ``--missing`` prints only the ids without a test.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import attrs
import pytest

MARKERS: Mapping[str, str] = {"feature": "FDM", "fault": "X", "promise": "R", "perf": "P"}
"""Marker -> first letters of the ids that it may name."""

PAGES = ("docs/reference/features.md", "docs/reference/promises.md")
_ROW = re.compile(r"^\| *([FDMXRP]\d+) *\| *(.+?) *\|$", re.MULTILINE)


@attrs.frozen
class Finding:
    """One test and the ids in its markers, each with the marker's name."""

    test: str
    ids: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, item: pytest.Item) -> Finding:
        """Read the markers of a collected test."""
        ids = tuple(
            (marker.name, str(id))
            for marker in item.iter_markers()
            if marker.name in MARKERS
            for id in marker.args or ("(no id)",)
        )
        return cls(item.nodeid, ids)


def promised(root: Path) -> dict[str, str]:
    """Id -> behaviour, in the order of the pages.

    Raises ValueError for an id that is promised twice.
    """
    found: dict[str, str] = {}
    for page in PAGES:
        for id, behaviour in _ROW.findall((root / page).read_text(encoding="utf-8")):
            if id in found:
                raise ValueError(f"{page}: {id} is promised twice")
            found[id] = behaviour
    return found


def unknown(behaviours: Mapping[str, str], findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """(test, marker and id) wherever a marker names what no page promises, or what is none of that marker's."""
    return [
        (finding.test, f"{marker}({id!r})")
        for finding in findings
        for marker, id in finding.ids
        if id not in behaviours or id[0] not in MARKERS[marker]
    ]


def shown(behaviours: Iterable[str], findings: Iterable[Finding]) -> dict[str, list[str]]:
    """Id -> the test functions that show it, without the parameters' names, each once."""
    tests: dict[str, dict[str, None]] = {id: {} for id in behaviours}
    for finding in findings:
        for _, id in finding.ids:
            tests[id].setdefault(finding.test.partition("[")[0])
    return {id: list(names) for id, names in tests.items()}


class _Collector:
    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.findings = [Finding.of(item) for item in session.items]


def collect(root: Path) -> list[Finding]:
    """Every test of the project, slow ones and judges too, without running any.

    Raises RuntimeError when pytest cannot collect them.
    """
    collector = _Collector()
    code = pytest.main(["--collect-only", "-qq", "--no-header", "--rootdir", str(root), str(root)], plugins=[collector])
    if code != pytest.ExitCode.OK:
        raise RuntimeError("the tests cannot be collected; pytest says why above")
    return collector.findings


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table and, last, the count."""
    parser = argparse.ArgumentParser(prog="python -m tools.traceability", description="Promised behaviours x tests.")
    parser.add_argument("--missing", action="store_true", help="only the ids without a test")
    arguments = parser.parse_args(argv)
    root = Path(__file__).parents[1]
    behaviours = promised(root)
    print("Collecting the tests ...", file=sys.stderr)
    tests = shown(behaviours, collect(root))
    for id, names in tests.items():
        if names and arguments.missing:
            continue
        print(f"{id}  {behaviours[id]}")
        for name in names:
            print(f"      {name}")
        if not names:
            print("      NO TEST")
    without = sum(not names for names in tests.values())
    print(f"{len(tests) - without} of {len(tests)} behaviours are shown by tests; {without} are not.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
