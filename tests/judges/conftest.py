"""Judges: clients that others wrote, each in an environment of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.judges.environments import ROOT, NotInstalled, interpreter, prepare


@pytest.fixture
def judge_root() -> Path:
    """Where the environments are."""
    return ROOT


@pytest.fixture
def judge_python(judge_root: Path) -> Callable[..., str]:
    """``judge_python(name, *requirements)`` -> the interpreter of that environment, installed on first use.

    Skips when the registry is away; fails instead when ``CUSTOMER360_JUDGES=required``.
    """

    def build(name: str, *requirements: str) -> str:
        home = judge_root / name
        try:
            prepare(home, requirements)
        except NotInstalled as why:
            if os.environ.get("CUSTOMER360_JUDGES") == "required":
                pytest.fail(str(why))
            pytest.skip(str(why))
        return str(interpreter(home))

    return build
