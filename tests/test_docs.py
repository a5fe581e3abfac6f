"""The documentation is built from what is there, and says the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tools import matrix, pages
from tools.traceability import Finding, promised, shown, unknown

from customer360.plugins import installed

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.mark.slow
def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    """Every reference leads somewhere (nitpicky), every page is reachable."""
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-n", "-W", "--keep-going", "-b", "html", ROOT / "docs", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "reference" / "api" / "errors.html").exists()


@pytest.mark.feature("M13")
def test_the_matrix_says_what_the_connectors_declare() -> None:
    """The page in the docs is what ``python -m tools.matrix`` makes of the installed connectors now."""
    plugins = installed()
    assert not plugins.broken
    assert matrix.PAGE.read_text(encoding="utf-8") == matrix.page(plugins.connectors), "run python -m tools.matrix"


def test_a_page_that_is_out_of_date_is_told_and_left_alone(tmp_path: Path) -> None:
    """``--check`` ends with 1 and writes nothing; without it the page is written, and then it is up to date."""
    page = tmp_path / "page.md"
    page.write_text("old\n", encoding="utf-8")
    assert pages.command("matrix", "", page, lambda: "new\n", ["--check"]) == 1
    assert page.read_text(encoding="utf-8") == "old\n"
    assert pages.command("matrix", "", page, lambda: "new\n", []) == 0
    assert pages.command("matrix", "", page, lambda: "new\n", ["--check"]) == 0


@pytest.mark.parametrize(
    ("page", "letters", "source"),
    [
        ("features", "FDM", ["features.md"]),
        ("promises", "XRP", ["reliability.md", "performance.md"]),
    ],
)
def test_every_agreed_id_has_its_row(page: str, letters: str, source: list[str]) -> None:
    """The ids of the feature list, the faults, promises and figures are all in our own pages, and no others."""
    if not all((SHARED / name).exists() for name in source):
        pytest.skip("the agreed lists are not beside this checkout")
    agreed = {
        id
        for name in source
        for id in re.findall(
            rf"^(?:\| |\*\*)([{letters}]\d+)\b", (SHARED / name).read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    ours = {id for id in promised(ROOT) if id[0] in letters}
    assert ours == agreed


def test_ids_are_matched_with_tests() -> None:
    """A test counts once for each id however many parameters it has; ids without a test are there, empty."""
    findings = [
        Finding("a.py::one[x]", (("feature", "F001"), ("fault", "X1"))),
        Finding("a.py::one[y]", (("feature", "F001"),)),
        Finding("b.py::two", (("feature", "F001"),)),
    ]
    assert shown(["F001", "X1", "R1"], findings) == {"F001": ["a.py::one", "b.py::two"], "X1": ["a.py::one"], "R1": []}


@pytest.mark.parametrize(
    ("marker", "id", "wrong"),
    [
        ("feature", "F001", False),
        ("feature", "F999", True),
        ("feature", "X1", True),
        ("fault", "X1", False),
        ("perf", "(no id)", True),
    ],
)
def test_a_marker_with_an_id_that_nobody_promised_is_found(marker: str, id: str, wrong: bool) -> None:
    """A misspelt id, another marker's id and a marker without one are errors, not silently nothing."""
    assert bool(unknown(promised(ROOT), [Finding("t", ((marker, id),))])) is wrong


def test_an_unknown_id_stops_the_run(tmp_path: Path) -> None:
    """Collection itself refuses it, so that no run with a misspelt id is green."""
    text = "import pytest\n\n@pytest.mark.feature('F9999')\ndef test_nothing():\n    pass\n"
    (tmp_path / "test_wrong.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, "--rootdir", str(ROOT), "-p", "tests.conftest", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    assert "F9999" in done.stdout + done.stderr
