"""Clients that others wrote, in processes of their own: they do their one call as often as told, and say how long it
took."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.stage.figures import pin
from benchmarks.stage.playing import Play
from tests.judges.environments import ROOT, interpreter, prepare

SCRIPTS = Path(__file__).parents[1] / "vendors"


class Worker:
    """One of them, running."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def each(self, times: int, at_once: int) -> float:
        """Microseconds for one call."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(times, at_once, file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the client ended: {self._process.communicate(timeout=30)[1][-2000:]}")
        return float(line)


@contextmanager
def working(play: Play, environment: tuple[str, ...], script: str, *arguments: str) -> Iterator[Worker]:
    """``script`` in its environment (a name and requirements), on this process's core, after it has answered once.

    Raises :class:`tests.judges.environments.NotInstalled` where the environment cannot be had.
    """
    name, *requirements = environment
    prepare(ROOT / name, tuple(requirements))
    process = subprocess.Popen(
        [str(interpreter(ROOT / name)), str(SCRIPTS / script), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=play.home,
        preexec_fn=lambda: pin(0),
    )
    try:
        worker = Worker(process)
        with play.stage.recording():
            worker.each(1, 1)
        yield worker
    finally:
        process.communicate(timeout=30)
