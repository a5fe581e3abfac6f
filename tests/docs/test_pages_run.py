"""What the pages show is what happens: their Python blocks are run, in order."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
FIRST = ("README.md", "docs/tutorial.md")
PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in (*(ROOT / "docs").rglob("*.md"), *ROOT.glob("src/*/README.md"))
    if "_build" not in path.parts and BLOCK.search(path.read_text(encoding="utf-8"))
)


def run(page: str) -> None:
    """One namespace per page; a traceback shows the page's own lines."""
    text = (ROOT / page).read_text(encoding="utf-8")
    namespace: dict[str, Any] = {"__name__": "page"}
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(1))
        exec(compile("\n" * line + block[1], page, "exec"), namespace)


@pytest.mark.feature("M15")
@pytest.mark.parametrize("page", FIRST)
def test_the_first_pages_find_the_caller(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What a newcomer pastes finds the caller and says so."""
    run(page)
    assert "Ada Lovelace" in capsys.readouterr().out


@pytest.mark.feature("M15")
@pytest.mark.parametrize("page", [page for page in PAGES if page not in FIRST])
def test_the_code_of_every_other_page_runs(page: str) -> None:
    """How-tos, explanations and the houses' own pages too, with what they assert."""
    run(page)
