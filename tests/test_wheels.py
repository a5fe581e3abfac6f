"""What is published: every distribution built, installed where there is nothing else, and looked at from there."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import attrs
import pytest

ROOT = Path(__file__).parents[1]
HOUSES = {path.parent.name: path.parent for path in sorted(ROOT.glob("src/customer360_*/pyproject.toml"))}
HOUSES = {"customer360": ROOT, **HOUSES}
CRMS = {name.removeprefix("customer360_") for name in HOUSES} - {"customer360", "testkit"}
KINDS = ("*.py", "*.json", "*.lark", "*.mako", "*.tmpl", "py.typed")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheels")]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with no code of ours on the path."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=clean, timeout=300)


def contents(wheel: Path) -> dict[str, bytes]:
    """Name -> content of everything in a wheel."""
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Every house's wheel, made as a packager would: an sdist from the folder, the wheel from the sdist."""
    built = {}
    for name, folder in HOUSES.items():
        target = tmp_path_factory.mktemp(name)
        done = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", target, folder, cwd=target)
        assert done.returncode == 0, done.stdout + done.stderr
        (built[name],) = target.glob("*.whl")
    return built


@pytest.mark.parametrize("name", HOUSES)
def test_a_wheel_holds_its_package_and_nothing_else(name: str, wheels: Mapping[str, Path], tmp_path: Path) -> None:
    """All of the package, its data too, and neither tests nor labels; the same from the sdist as from the folder."""
    found = contents(wheels[name])
    done = run(
        sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path, HOUSES[name], cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (direct,) = tmp_path.glob("*.whl")
    assert contents(direct) == found

    package = HOUSES[name] if name != "customer360" else ROOT / "src" / "customer360"
    ours = {path.relative_to(package).as_posix() for kind in KINDS for path in package.rglob(kind)}
    inside = {str(PurePosixPath(file).relative_to(name)) for file in found if file.startswith(f"{name}/")}
    others = {file for file in found if not file.startswith(f"{name}/")}
    assert inside == ours
    assert "py.typed" in ours
    assert all(file.partition("/")[0].endswith(".dist-info") for file in others)
    assert any(file.endswith("/licenses/LICENSE") for file in others)


@attrs.frozen
class Environment:
    """A virtual environment with nothing of ours but what a test installs, used from an empty folder."""

    folder: Path
    elsewhere: Path

    def pip(self, *arguments: str | Path) -> None:
        """Run pip, which must succeed."""
        done = run(self.python, "-m", "pip", *arguments, cwd=self.elsewhere)
        assert done.returncode == 0, done.stdout + done.stderr

    def ask(self, code: str) -> str:
        """What a program prints there."""
        done = run(self.python, "-c", code, cwd=self.elsewhere)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command ``customer360``, run there."""
        return run(self.folder / "bin" / "customer360", *arguments, cwd=self.elsewhere)

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"


@pytest.fixture(scope="module")
def empty(wheels: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the core alone and what it depends on, from the registry."""
    environment = Environment(tmp_path_factory.mktemp("empty"), tmp_path_factory.mktemp("elsewhere"))
    venv.create(environment.folder, with_pip=True)
    environment.pip("install", "-q", wheels["customer360"])
    return environment


INSTALLED = (
    "from customer360.plugins import installed; p = installed(); "
    "print(*sorted(p.connectors), *(f'broken: {e!r}, {e.__cause__!r}' for e in p.broken.values()))"
)


@pytest.mark.feature("F093")
def test_the_core_alone_knows_no_crm_and_names_the_package(empty: Environment) -> None:
    """Without any plugin there is no CRM, and asking for one says which package to install."""
    assert empty.ask(INSTALLED) == ""
    for crm in CRMS:
        code = f"""
from customer360 import PluginMissing
from customer360.plugins import installed
try:
    installed()[{crm!r}]
except PluginMissing as missing:
    print(missing)
"""
        assert f"pip install ./src/customer360_{crm}" in empty.ask(code)
    listed = empty.command("crms")
    assert listed.returncode == 0
    assert "pip install ./src/customer360_zoho" in listed.stdout
    assert empty.command("sandbox", "zoho").returncode == 2


@pytest.mark.feature("F093")
@pytest.mark.perf("P6")
@pytest.mark.parametrize("crm", sorted(CRMS))
def test_one_plugin_makes_one_crm_known(crm: str, empty: Environment, wheels: Mapping[str, Path]) -> None:
    """The core and exactly one plugin, which adds no further distribution: exactly that CRM."""
    empty.pip("install", "-q", "--no-index", wheels[f"customer360_{crm}"])
    try:
        assert empty.ask(INSTALLED) == crm
        listed = empty.command("crms")
        assert listed.returncode == 0, listed.stdout
        assert f"pip install ./src/customer360_{crm}\n" not in listed.stdout
    finally:
        empty.pip("uninstall", "-q", "-y", f"customer360-{crm}")


@pytest.mark.perf("P6")
def test_a_default_installation_stays_small(empty: Environment) -> None:
    """At most 34 distributions, ours included and pip and setuptools not."""
    code = "from importlib.metadata import distributions; print(*sorted({d.name.lower() for d in distributions()}))"
    assert len(set(empty.ask(code).split()) - {"pip", "setuptools", "wheel"}) <= 34


def test_the_testkit_brings_its_command(empty: Environment, wheels: Mapping[str, Path]) -> None:
    """``customer360 sandbox`` is there once the testkit is, and knows the fakes that came with it."""
    empty.pip("install", "-q", wheels["customer360_testkit"])
    try:
        assert "sandbox" in empty.command("--help").stdout
        refused = empty.command("sandbox", "acme")
        assert refused.returncode == 1
        assert "zoho" in refused.stderr
        assert empty.ask(INSTALLED) == ""
    finally:
        empty.pip("uninstall", "-q", "-y", "customer360-testkit")
