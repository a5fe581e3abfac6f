"""The figures of docs/reliability.md can be taken again; how good they are on a busy machine fails no test."""

from __future__ import annotations

import pytest
from tests.faults import figures


@pytest.mark.slow
@pytest.mark.promise("R5")
def test_figures_are_told_for_both_faces(capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is ever sent inside an announced pause."""
    figures.main(["R5"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["R5 blocking", "R5 asyncio"]
    assert all(": 0 requests inside it, then " in line for line in lines)
