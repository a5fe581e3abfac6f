"""Who may import whom, and what an import costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {
    "alembic",
    "asyncio",
    "cattrs",
    "cryptography",
    "httpcore",
    "httpx",
    "httpx2",
    "keyring",
    "oauthlib",
    "phonenumbers",
    "requests",
    "rich",
    "sqlalchemy",
    "ssl",
    "truststore",
}


def loaded_by(statement: str) -> set[str]:
    """The names of all modules that a fresh interpreter holds after a statement."""
    script = f"import sys\n{statement}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


@pytest.mark.perf("P5")
@pytest.mark.parametrize(
    "module",
    [
        "customer360",
        "customer360.core.connector",
        "customer360.core.effects",
        "customer360.core.matching",
        "customer360.plugins",
        "customer360.cli",
        "customer360_bullhorn",
        "customer360_microsoft365",
        "customer360_salesforce",
        "customer360_zoho",
    ],
)
def test_an_import_loads_nothing_heavy(module: str) -> None:
    """Importing the package, the core or a plugin loads no HTTP client, database, keyring or event loop."""
    assert not loaded_by(f"import {module}") & HEAVY


@pytest.mark.perf("P5")
def test_the_package_loads_nothing_of_its_own() -> None:
    """``import customer360`` costs one small file."""
    ours = {name for name in loaded_by("import customer360") if name.startswith("customer360")}
    assert ours <= {"customer360"}


@pytest.mark.perf("P5")
def test_the_guard_sees_a_heavy_import() -> None:
    """The measure itself works: what does load an HTTP client is seen to."""
    assert "httpx" in loaded_by("import httpx") & HEAVY


def test_contracts_hold() -> None:
    """Every import-linter contract of pyproject.toml is kept."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr


def plugins() -> list[str]:
    """Every house beside the core that is neither the core nor the testkit."""
    houses = (path.parent.name for path in ROOT.glob("src/customer360_*/pyproject.toml"))
    return sorted(house for house in houses if house != "customer360_testkit")


def test_a_plugin_imports_of_ours_only_the_core() -> None:
    """A connector depends on the contract alone: whatever room the runtime gains, no plugin can come to lean on it."""
    graph = grimp.build_graph("customer360", *plugins(), cache_dir=None)
    strangers = {
        (room, imported)
        for house in plugins()
        for room in {house, *graph.find_descendants(house)}
        for imported in graph.find_modules_directly_imported_by(room)
        if imported.partition(".")[0] != house and not f"{imported}.".startswith("customer360.core.")
    }
    assert strangers == set()


def test_no_contract_forgets_a_house() -> None:
    """A new house is under the contracts from its first day."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for house in plugins():
        assert text.count(f'"{house}"') >= 4, f"{house} is missing from a contract of [tool.importlinter]"
