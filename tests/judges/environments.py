"""Environments of their own for clients that others wrote, built once and shared by all runs and workers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).parents[2] / ".cache" / "judges"
"""Where they are kept; git ignores it."""


class NotInstalled(Exception):
    """The environment cannot be had: the registry is away, or holds no such package."""


def interpreter(home: Path) -> Path:
    return home / ("Scripts" if os.name == "nt" else "bin") / "python"


def prepare(home: Path, requirements: tuple[str, ...]) -> bool:
    """Install the environment unless it is there with the same requirements. True when it had to be installed.

    Workers that come at once wait for the first. Wheels are kept beside the environments for the next time, wherever
    the user's home is. NotInstalled says what pip said last.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    done, wanted = home / "installed.txt", "\n".join(sorted(requirements))
    with FileLock(home.with_suffix(".lock"), timeout=900):
        if done.exists() and done.read_text() == wanted:
            return False
        environ = {"PIP_CACHE_DIR": str(home.parent / "wheels"), "PIP_DISABLE_PIP_VERSION_CHECK": "1", **os.environ}
        pip = [sys.executable, "-m", "pip", "--python", str(interpreter(home)), "install", "-q"]
        for command in (
            [sys.executable, "-m", "venv", "--clear", "--without-pip", str(home)],
            [*pip, *requirements],
        ):
            run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env=environ)
            if run.returncode:
                last = next(iter(reversed(run.stderr.strip().splitlines())), "no reason given")
                raise NotInstalled(f"the judge {home.name!r} cannot be installed: {last}")
        done.write_text(wanted)
        return True
