"""Every house on the street bears a true label and has the same rooms."""

from __future__ import annotations

import tomllib
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
    assert {path.stem for path in house.glob("*.py")} == ROOMS
    assert len((house / "__init__.py").read_text(encoding="utf-8").splitlines()) < 30
