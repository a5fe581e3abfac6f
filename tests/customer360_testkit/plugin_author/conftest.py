"""How these tests have a plugin installed: its wheel, unpacked where only a subprocess looks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import attrs
import pytest

from customer360_testkit.plugin_author.naming import naming
from customer360_testkit.plugin_author.project import write_project


@attrs.frozen
class Author:
    """Somebody with a plugin's project, in which commands are run as in an environment that has it installed."""

    folder: Path
    site: Path

    def install(self) -> None:
        """As ``pip install .`` does."""
        dist = self.folder / "dist"
        done = self.run("-m", "hatchling", "build", "-t", "wheel", "-d", str(dist))
        assert done.returncode == 0, done.stdout + done.stderr
        (wheel,) = dist.glob("*.whl")
        ZipFile(wheel).extractall(self.site)
        wheel.unlink()

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """``python COMMAND`` in the project's folder."""
        environment = {**os.environ, "PYTHONPATH": str(self.site), "NO_COLOR": "1", "COLUMNS": "160"}
        return subprocess.run(
            [sys.executable, *command], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=300
        )


@pytest.fixture(scope="session")
def new_author(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Author]:
    """Somebody who has just run ``customer360 plugin new KEY --name NAME`` and installed what it wrote."""

    def made(key: str = "acme", name: str | None = None) -> Author:
        place = tmp_path_factory.mktemp(key)
        author = Author(write_project(naming(key, name), place), place / "site")
        author.install()
        return author

    return made
