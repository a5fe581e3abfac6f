"""A client may live for months: what ten thousand calls leave behind (R8); the promise's own size is a command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.faults.stack import FACES, Face

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.promise("R8")
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="resident memory is read as Linux tells it")
@pytest.mark.parametrize("face", FACES)
def test_memory_stays_where_it_is(face: Face) -> None:
    """Read, searched, missed, cancelled, popped: within a megabyte, over the connections that there were; no warning
    either, each would be an error there."""
    command = [sys.executable, "-W", "error", "-m", "tests.faults.soak", "--face", face, "--calls", "10000"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["requests"] > told["calls"]
    assert told["connections"] <= 10
    assert done.stderr == ""
