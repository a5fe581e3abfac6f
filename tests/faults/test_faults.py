"""Every fault that a transport can meet, through the whole stack, on both faces."""

from __future__ import annotations

from typing import Any

import pytest
from tests.faults.rows import ROWS, Row
from tests.faults.stack import stack
from tests.faults.table import written

SLACK = 20.0
"""Generous: only what has no bound at all fails."""
PROMISES = {
    "X1": "R1",
    "X2": "R1",
    "X3": "R1",
    "X4": "R5",
    "X5": "R7",
    "X9": "R4",
    "X10": "R11",
    "X11": "R9",
    "X14": "R1",
}


def cases() -> list[Any]:
    """Each row on each face, marked with its fault and the promise that it shows."""
    return [
        pytest.param(
            row,
            face,
            id=f"{row.id}-{face}",
            marks=[pytest.mark.fault(row.fault), pytest.mark.promise(PROMISES[row.fault])],
        )
        for row in ROWS
        for face in ("blocking", "asyncio")
    ]


@pytest.mark.parametrize(("row", "face"), cases())
def test_fault(row: Row, face: str) -> None:
    """So many requests, this error and no other, nothing applied twice, within the deadline; and the page says so."""
    outcome = row.play(face)
    assert (outcome.processed, type(outcome.error)) == (row.processed, row.error or type(None))
    assert outcome.applied == row.applied <= 1
    assert row.least <= outcome.elapsed <= row.deadline + SLACK
    if outcome.error is not None:
        assert (outcome.error.maybe_applied, outcome.error.retryable) == (row.doubt, row.retryable)
        assert outcome.error.attempts == outcome.processed or row.verb == "list" or row.fault == "X2"
    assert f"| {row.fault} | {row.title} | {outcome} | {row.peers} |" in written()


def test_the_page_has_no_row_that_is_not_measured() -> None:
    """Nor one fewer; ``python -m tests.faults --write`` mends it."""
    assert [line.split(" | ")[1] for line in written()[2:]] == [row.title for row in ROWS]


@pytest.mark.promise("R8")
@pytest.mark.parametrize("face", ["blocking", "asyncio"])
def test_after_each_fault_the_next_call_is_served(face: Any) -> None:
    """One client through all the faults of the wire, one after the other."""
    with stack(face) as running:
        for row in ROWS:
            if row.fault in ("X2", "X10", "X14"):
                running.wire.reset()
                row.arrange(running)
                running.call(row.verb, row.deadline)
                running.wire.reset()
                assert running.call("get", 20.0).value == {"id": "1", "name": "Ada"}
