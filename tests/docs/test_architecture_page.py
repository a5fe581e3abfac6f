"""The architecture page draws the tree that there is."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8")


def test_every_room_of_the_runtime_is_on_the_page_and_no_other() -> None:
    """A room that is added, renamed or removed changes the page."""
    package = ROOT / "src/customer360"
    there = {path.name for path in package.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    drawn = set(re.findall(r"^    ([a-z]+)/ ", PAGE, re.MULTILINE))
    assert drawn == there


def test_every_file_that_the_page_names_exists() -> None:
    """In the runtime, its core, or the plugins."""
    named = set(re.findall(r"\b([a-z_]+\.py)\b", PAGE))
    there = {path.name for path in (ROOT / "src").rglob("*.py")}
    assert named <= there
