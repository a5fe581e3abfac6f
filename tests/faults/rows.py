"""The faults that a transport can meet, one row each: how it is brought about, and what must become of the call."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Final

import attrs
from tests.faults.stack import Outcome, Stack, Verb, stack

from customer360.core import errors as e
from customer360_testkit.fakes import wire
from customer360_testkit.fakes.faults import page_loop, status

LONG: Final = 20.0
SHORT: Final = 0.3


@attrs.frozen
class Row:
    """``processed`` requests that the server worked on; ``error`` None when the caller never notices; ``peers`` is
    what other clients do, by the figures of docs/reliability.md."""

    fault: str
    title: str
    verb: Verb
    arrange: Callable[[Stack], None]
    processed: int
    error: type[e.Customer360Error] | None = None
    doubt: bool = False
    retryable: bool = True
    applied: int = 0
    deadline: float = LONG
    least: float = 0.0
    """Seconds that the call must take: an announced pause."""
    peers: str = ""

    @property
    def id(self) -> str:
        return f"{self.fault} {self.title}"

    def play(self, face: str) -> Outcome:
        """The call, on a connection that has served before."""
        with stack("blocking" if face == "blocking" else "asyncio") as running:
            running.call("get", LONG)
            running.wire.reset()
            self.arrange(running)
            return running.call(self.verb, self.deadline)


def _wire(*faults: wire.WireFault) -> Callable[[Stack], None]:
    def arrange(running: Stack) -> None:
        for number, fault in enumerate(faults, start=1):
            running.wire.fault(number, fault)

    return arrange


def _always(fault: wire.WireFault) -> Callable[[Stack], None]:
    return lambda running: running.wire.always(fault)


def _status(
    code: int, *headers: tuple[str, str], applied: bool = False, times: int | None = 1
) -> Callable[[Stack], None]:
    return lambda running: running.fake.faults.add(status(code, headers=headers, applied=applied), times=times)


def _dated(running: Stack) -> None:
    soon = formatdate(time.time() + 2, usegmt=True)
    running.fake.faults.add(status(429, headers=(("retry-after", soon),)))


def _expired(running: Stack) -> None:
    running.fake.good.discard("t1")


def _revoked(running: Stack) -> None:
    running.fake.good.clear()


def _pages(kind: str) -> Callable[[Stack], None]:
    return lambda running: running.fake.faults.add(page_loop(kind), times=None)  # type: ignore[arg-type]


def _idle(running: Stack) -> None:
    running.wire.fault(1, wire.close_idle())
    running.call("get", LONG)
    time.sleep(0.05)


ROWS: Final = (
    Row(
        "X1",
        "create processed, connection closed",
        "create",
        _wire(wire.close()),
        1,
        e.AnswerLost,
        True,
        applied=1,
        peers="2 of 7 send again and duplicate; 4 raise the HTTP library's error",
    ),
    Row(
        "X1",
        "create processed, connection reset",
        "create",
        _wire(wire.close(reset=True)),
        1,
        e.AnswerLost,
        True,
        applied=1,
    ),
    Row("X1", "read dropped once", "get", _wire(wire.close()), 2, peers="5 of 7 fail"),
    Row("X1", "read dropped every time", "get", _always(wire.close()), 3, e.AnswerLost),
    Row(
        "X2",
        "create closed before it is processed",
        "create",
        _wire(wire.close(processed=False)),
        0,
        e.AnswerLost,
        True,
    ),
    Row("X2", "read reset before it is processed", "get", _wire(wire.close(processed=False, reset=True)), 1),
    Row(
        "X3",
        "create processed, then 503",
        "create",
        _status(503, applied=True),
        1,
        e.CrmUnavailable,
        True,
        applied=1,
        peers="2 of 7 send again and duplicate; 1 returns the 503 as a value",
    ),
    Row("X3", "read meets 502 once", "get", _status(502), 2),
    Row(
        "X4",
        "429, Retry-After in seconds",
        "get",
        _status(429, ("retry-after", "1")),
        2,
        least=1.0,
        peers="3 of 7 fail at once, 1 ignores the wait, 1 returns nothing",
    ),
    Row("X4", "429, Retry-After as a date", "get", _dated, 2, least=0.9, peers="1 of 7 right, 1 crashes on the date"),
    Row("X4", "429, Retry-After a day", "get", _status(429, ("retry-after", "86400")), 1, e.RateLimited),
    Row("X4", "create meets 429 without a wait", "create", _status(429), 2, applied=1),
    Row("X5", "401 before the token's time", "get", _expired, 2, peers="1 of 7 signs in again; 1 crashes on the body"),
    Row("X5", "create meets 401", "create", _expired, 2, applied=1),
    Row("X5", "401 on every call", "get", _revoked, 2, e.TokenExpired, retryable=False),
    Row(
        "X9",
        "never answers",
        "get",
        _always(wire.never()),
        1,
        e.DeadlineExceeded,
        deadline=SHORT,
        peers="3 of 7 hang for ever, the others 5 to 100 s",
    ),
    Row(
        "X9",
        "create never answered",
        "create",
        _always(wire.never()),
        1,
        e.DeadlineExceeded,
        True,
        applied=1,
        deadline=SHORT,
    ),
    Row("X9", "answers byte by byte", "get", _always(wire.drip()), 1, e.DeadlineExceeded, deadline=SHORT),
    Row("X9", "answers too late", "get", _always(wire.late(5.0)), 1, e.DeadlineExceeded, deadline=SHORT),
    Row(
        "X10",
        "half a body, then closed",
        "get",
        _always(wire.cut(5)),
        3,
        e.AnswerLost,
        peers="5 of 7 raise what lies below; 1 gives up after four tries",
    ),
    Row("X10", "half a body after a create", "create", _wire(wire.cut(3)), 1, e.AnswerLost, True, applied=1),
    Row("X10", "wrong Content-Length", "get", _wire(wire.wrong_length()), 2),
    Row("X10", "chunk cut", "get", _wire(wire.cut_chunk()), 2),
    Row("X10", "not HTTP", "get", _wire(wire.garbage()), 2),
    Row(
        "X10",
        "200 with a page of HTML",
        "get",
        _wire(wire.html()),
        1,
        e.UnexpectedAnswer,
        retryable=False,
        peers="7 of 7 crash: JSON errors, type errors, a bare Exception",
    ),
    Row(
        "X10",
        "a page of HTML after a create",
        "create",
        _wire(wire.html()),
        1,
        e.UnexpectedAnswer,
        True,
        False,
        applied=1,
    ),
    Row("X10", "decompression bomb", "get", _wire(wire.bomb()), 1, e.BodyTooLarge, retryable=False),
    Row(
        "X10",
        "NaN after a create",
        "create",
        _wire(wire.instead(b'{"id":NaN}')),
        1,
        e.UnexpectedAnswer,
        True,
        False,
        applied=1,
    ),
    Row(
        "X11",
        "next page is this page",
        "list",
        _pages("same"),
        1,
        e.PageLoop,
        retryable=False,
        peers="endless in 4 of 4 that follow pages",
    ),
    Row("X11", "pages in a circle", "list", _pages("cycle"), 2, e.PageLoop, retryable=False),
    Row("X11", "empty pages that lead on", "list", _pages("empty"), 4, e.PageLoop, retryable=False),
    Row("X14", "create on a connection closed while idle", "create", _idle, 1, applied=1),
    Row("X14", "read on a connection closed at its first byte", "get", _wire(wire.close(processed=False)), 1),
)
