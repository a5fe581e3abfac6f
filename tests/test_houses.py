"""Every house on the street bears a true label and has the same rooms."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
HOUSES = sorted(path.parent for path in ROOT.glob("src/customer360_*/pyproject.toml"))
PLUGINS = [house for house in HOUSES if house.name != "customer360_testkit"]
ROOMS = {
    "__init__",
    "activities",
    "auth",
    "connector",
    "contacts",
    "errors",
    "metadata",
    "query",
    "records",
    "sync",
}


def label(folder: Path) -> dict[str, Any]:
    """A house's ``pyproject.toml``."""
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


CORE = label(ROOT)


def test_the_street_is_not_empty() -> None:
    """The tests below look at houses that are there."""
    assert len(PLUGINS) >= 2
    assert len(HOUSES) == len(PLUGINS) + 1


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.name)
def test_the_label_is_true(house: Path) -> None:
    """Name, lockstep version, mapping, licence, readme and typing marker of a house say what the folder is."""
    project, wheel = label(house)["project"], label(house)["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert project["name"] == house.name.replace("_", "-")
    assert project["version"] == CORE["project"]["version"]
    assert project["requires-python"] == CORE["project"]["requires-python"]
    assert "customer360>=0.1,<0.2" in project["dependencies"]
    assert wheel["sources"] == {"": house.name}
    assert wheel["dev-mode-dirs"] == [".."]
    assert (house / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert not (house / "LICENSE").is_symlink()
    assert (house / "README.md").read_text(encoding="utf-8").startswith(f"# {project['name']}\n\n")
    assert (house / "py.typed").read_bytes() == b""
    assert CORE["tool"]["uv"]["sources"][project["name"]] == {"workspace": True}
    assert f"-e src/{house.name}" in (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").split("\n")


@pytest.mark.parametrize("house", PLUGINS, ids=lambda house: house.name)
def test_a_plugin_is_found_and_brings_nothing(house: Path) -> None:
    """A plugin's entry point and extra bear its CRM's key, and it adds no distribution to an installation (P6)."""
    project, key = label(house)["project"], house.name.removeprefix("customer360_")
    assert project["entry-points"] == {"customer360": {key: house.name}}
    assert CORE["project"]["optional-dependencies"][key] == [project["name"]]
    assert project["name"] in CORE["project"]["optional-dependencies"]["all"]
    core = {requirement for requirement in CORE["project"]["dependencies"]}
    assert set(project["dependencies"]) - {"customer360>=0.1,<0.2"} <= core


@pytest.mark.parametrize("house", PLUGINS, ids=lambda house: house.name)
def test_every_house_has_the_same_rooms(house: Path) -> None:
    """Who knows one plugin knows where any line of another would go; the hook is short."""
    rooms = {path.stem for path in house.glob("*.py")}
    # The same rooms everywhere; a house whose CRM asks for more may have more, if the label tells what they are for.
    assert rooms >= ROOMS
    told = (house / "README.md").read_text(encoding="utf-8")
    assert [room for room in sorted(rooms - ROOMS) if f"`{room}.py`" not in told] == []
    assert not rooms & sys.stdlib_module_names
    assert len((house / "__init__.py").read_text(encoding="utf-8").splitlines()) < 30


def imported(paths: Iterable[Path]) -> set[str]:
    """The top-level modules from outside that code imports, where it can't do without them.

    An import inside ``try`` is optional: the code says what happens without it.
    """
    found: set[str] = set()
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        optional = {child for node in ast.walk(tree) if isinstance(node, ast.Try) for child in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import) and node not in optional:
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node not in optional and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return {name for name in found - sys.stdlib_module_names if not name.startswith("customer360")}


def named_for(path: Path, extras: Iterable[str]) -> str:
    """The extra whose name a module's name begins with, or a room around it has, or ""."""
    return next(
        (extra for extra in extras if path.name.startswith(f"{extra}_") or extra in path.relative_to(ROOT).parts), ""
    )


@pytest.mark.parametrize("house", [ROOT / "src" / "customer360", *HOUSES], ids=lambda house: house.name)
def test_what_a_house_imports_it_declares(house: Path) -> None:
    """A distribution works where nothing happens to be installed but what it asks for."""
    project = (CORE if house.name == "customer360" else label(house))["project"]
    extras = project.get("optional-dependencies", {})
    # What an extra asks for serves the modules and the room that carry its name, and no others.
    for extra in ("", *extras):
        wanted = [*project["dependencies"], *extras.get(extra, ())]
        declared = {re.split(r"[^a-z0-9-]", requirement)[0] for requirement in wanted}
        paths = [path for path in house.rglob("*.py") if named_for(path, extras) == extra]
        assert imported(paths) <= declared
