"""The examples run as they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))
SAID = {"screen_pop": "written down as zoho:Calls/", "live_panel": "open: Ada", "who_would_have_matched": "of 6 calls"}


@pytest.mark.feature("M15")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_says_what_it_promises(example: Path) -> None:
    """With every warning an error."""
    ran = subprocess.run([sys.executable, "-W", "error", str(example)], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert SAID[example.stem] in ran.stdout
