"""Whether a process has ended: known of this machine's, and never guessed of others'."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from customer360.store import processes

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system tells nothing of processes")

CHILD = "from customer360.store import processes; print(processes.this(), flush=True); input()"


def test_a_process_that_was_killed_has_ended_and_one_that_runs_has_not() -> None:
    """Killed and not yet asked about by its parent, too."""
    with subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        mark = child.stdout.readline().decode().strip()
        assert mark != processes.this()
        assert not processes.ended(mark)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, and still on the list
        assert processes.ended(mark)
        child.wait()
        assert processes.ended(mark)


def test_this_process_has_not_ended() -> None:
    """Its mark fits a lease's column beside what tells runs apart."""
    assert not processes.ended(processes.this())
    assert 0 < len(processes.this()) <= 44


def test_a_later_process_of_the_same_number_is_another() -> None:
    """Numbers come again; starts do not."""
    here, _, start = processes.this().rpartition("-")
    assert processes.ended(f"{here}-{int(start) - 1}")


@pytest.mark.parametrize("mark", ["", "0.1234", "00000000:1-1-1", "some other words"])
def test_of_what_is_elsewhere_nothing_is_known(mark: str) -> None:
    """Another machine's, another container's, or no mark at all."""
    assert not processes.ended(mark)
