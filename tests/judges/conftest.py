"""Judges: clients that others wrote, each in an environment of its own under ``.cache/judges`` (git ignores it)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CACHE = Path(__file__).parents[2] / ".cache" / "judges"


@pytest.fixture(scope="session")
def judge_python() -> Callable[..., str]:
    """``judge_python(name, *requirements)`` -> the interpreter of that environment, installed on first use.

    Skips when the registry is away; fails instead when ``CUSTOMER360_JUDGES=required``.
    """

    def build(name: str, *requirements: str) -> str:
        home = CACHE / name
        python, done = home / "bin" / "python", home / "installed.txt"
        wanted = "\n".join(sorted(requirements))
        if done.exists() and done.read_text() == wanted:
            return str(python)
        home.parent.mkdir(parents=True, exist_ok=True)
        for command in (
            [sys.executable, "-m", "venv", str(home)],
            [str(python), "-m", "pip", "install", "-q", *requirements],
        ):
            run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
            if run.returncode:
                why = f"the judge {name!r} cannot be installed: {run.stderr.strip().splitlines()[-1:]}"
                if os.environ.get("CUSTOMER360_JUDGES") == "required":
                    pytest.fail(why)
                pytest.skip(why)
        done.write_text(wanted)
        return str(python)

    return build
