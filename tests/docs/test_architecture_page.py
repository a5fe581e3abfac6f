"""The architecture page draws the tree that there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.test_houses import ROOMS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8")
TREE = PAGE.partition("## The tree\n\n```text\n")[2].partition("```")[0]


def drawn() -> Iterator[Path]:
    """Every file and folder of the drawing; two spaces deeper is inside, two spaces end the names."""
    above: list[Path] = [ROOT]
    for line in TREE.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        names = line.strip().partition("  ")[0].split(", ")
        del above[depth + 1 :]
        paths = [above[depth] / name for name in names]
        above.append(paths[0])
        yield from paths


def test_everything_drawn_is_there() -> None:
    """At its place: what is moved or removed changes the page."""
    paths = list(drawn())
    assert len(paths) > 40
    assert [str(path.relative_to(ROOT)) for path in paths if not path.exists()] == []


@pytest.mark.parametrize("folder", ["src/customer360", "src/customer360/core", "src/customer360_testkit"])
def test_everything_there_is_drawn(folder: str) -> None:
    """A new room or file has its line."""
    inside = (ROOT / folder).iterdir()
    there = {path for path in inside if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert {path for path in there if not path.name.startswith("__")} <= set(drawn())


def test_the_table_of_rooms_is_that_of_the_houses() -> None:
    """A plugin's files, as the test of the houses demands them."""
    table = PAGE.partition("## What a plugin consists of")[2].partition("## ")[0]
    assert {name.removesuffix(".py") for name in re.findall(r"^\| `(\w+\.py)` \|", table, re.MULTILINE)} == ROOMS


def test_every_name_of_code_in_the_drawings_exists() -> None:
    """What the two paths call ``Thing.verb`` is a class and a function of ours."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/customer360").rglob("*.py"))
    paths = PAGE.partition("## The path of a call")[2].partition("## Where things live")[0]
    named = re.findall(r"\b([A-Z][A-Za-z]+)\.([a-z_]+)\b", paths)
    assert len(named) > 8
    assert [f"{a}.{b}" for a, b in named if f"class {a}" not in code or f"def {b}(" not in code] == []
