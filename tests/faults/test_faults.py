"""Every fault that a call can meet, through the whole stack, at each CRM, on both faces."""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

import pytest
from tests.faults.row import Row
from tests.faults.rows import ROWS
from tests.faults.stack import CRMS, FACES, LONG, Face, Fakes, stack
from tests.faults.table import EVERYTHING, HEAD, line, written

from customer360.core.errors import Customer360Error, DeadlineExceeded, PageLoop, RateLimited
from customer360_testkit.fakes.fake import FakeCrm

SLACK = 20.0
"""Generous: only what has no bound at all fails."""
PROMISES = {
    "X1": "R1",
    "X2": "R1",
    "X3": "R1",
    "X4": "R5",
    "X5": "R7",
    "X6": "R3",
    "X9": "R4",
    "X10": "R11",
    "X11": "R9",
    "X14": "R1",
    "X22": "R1",
    "X23": "R1",
}
FAST = [("zoho", "blocking"), ("microsoft365", "asyncio")]
"""Each face once, but plain reads and rows that wait only at the first; the rest is of the slow tier."""


def cases() -> list[Any]:
    """Each row at each CRM on each face, marked with its fault and the promise that it shows."""
    return [
        pytest.param(
            row,
            crm,
            face,
            id=f"{row.id}-{crm}-{face}",
            marks=[
                pytest.mark.fault(row.fault),
                pytest.mark.promise(PROMISES[row.fault]),
                *(
                    []
                    if (crm, face) in (FAST[:1] if row.verb == "get" or row.deadline < LONG else FAST)
                    else [pytest.mark.slow]
                ),
            ],
        )
        for row in ROWS
        for crm in CRMS
        for face in FACES
    ]


def tells_what_a_caller_needs(error: Customer360Error) -> None:
    """Requests made, the wait that was asked for, the place in a list; what to do next."""
    assert error.next_step
    assert (type(error.retryable), type(error.maybe_applied)) == (bool, bool)
    # Only the kernel's own word, that time is over, counts no requests.
    assert error.attempts >= 1 or isinstance(error, DeadlineExceeded)
    if isinstance(error, RateLimited):
        assert error.wait
    if isinstance(error, PageLoop):
        assert re.search(r"cursor of|page \d|offset \d|after \d{4}-\d\d", str(error))


def logged(record: logging.LogRecord) -> str:
    """A line of the log, with all that hangs on to it if it is ours. (Uvicorn's are of the fake.)"""
    return f"{record.getMessage()} {vars(record) if record.name.startswith('customer360') else ''}"


def private(fake: FakeCrm) -> set[str]:
    """What nobody may read in a text: tokens and secrets, and names, addresses and numbers of the customers."""
    tokens = {token for grant in fake.oauth.grants for token in (*grant.access, grant.refresh_token) if token}
    people = {text for each in fake.cast for text in (each.name, *each.emails, *each.e164)}
    return tokens | people | {fake.oauth.client_secret, "mark "}


@pytest.mark.parametrize(("row", "crm", "face"), cases())
def test_fault(fakes: Fakes, row: Row, crm: str, face: Face, caplog: pytest.LogCaptureFixture) -> None:
    """So many requests, this error and no other, nothing written twice, within the deadline; and what is told of it
    helps the caller, and betrays nothing (R11)."""
    caplog.set_level(logging.DEBUG)
    outcome = row.play(*fakes[crm], face)
    assert str(outcome) == row.expected(crm)
    assert outcome.applied == row.applied <= 1
    assert row.least <= outcome.elapsed <= row.deadline + SLACK
    if outcome.error is not None and row.applied:
        assert outcome.error.maybe_applied
    for error in outcome.errors:
        tells_what_a_caller_needs(error)
        shown = "".join((str(error), repr(error), *traceback.format_exception(error)))
        said = shown + "\n".join(logged(record) for record in caplog.records if record.name.split(".")[0] != "uvicorn")
        assert not [needle for needle in private(fakes[crm][0].fake) if needle in said]
    if row.verb == "activity":
        assert outcome.settled == (0 if "held" in str(outcome) else 1)


def test_the_page_shows_what_is_tested() -> None:
    """No row more or fewer, each with the outcome asserted above; ``python -m tests.faults --write`` mends it."""
    assert written() == [*HEAD, *(line(row, {crm: row.expected(crm) for crm in CRMS}) for row in EVERYTHING)]


@pytest.mark.promise("R8")
@pytest.mark.parametrize("face", FACES)
def test_after_each_fault_the_next_call_is_served(fakes: Fakes, face: Face) -> None:
    """One client through the faults of the wire, one after the other."""
    with stack(*fakes["zoho"], face) as running:
        for row in ROWS:
            if row.fault in ("X2", "X10", "X14") and row.verb in ("get", "create"):
                running.wire.reset()
                row.arrange(running)
                running.call(row.verb, row.deadline)
                running.wire.reset()
                assert str(running.call("get", 20.0)) == "1 → ok"
