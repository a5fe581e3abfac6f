"""The faults, one row each: how it is brought about, and what must become of the call."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Final

import attrs
from tests.faults.stack import FACES, Face, Hands, Outcome, Stack, Verb, everywhere, stack

from customer360.desk.deadlines import Deadlines
from customer360_testkit.fakes import wire
from customer360_testkit.fakes.faults import Fault, late, page_loop, slow, status
from customer360_testkit.fakes.serving import Served

LONG: Final = 20.0
SHORT: Final = 0.3
TOKENS: Final = r".*/token$"
API: Final = r"(?!.*/token$)"
"""Every path but that of the token endpoint."""


@attrs.frozen
class Row:
    """``outcome``: what is shown of it (see :meth:`Outcome.__str__`), of each CRM where they differ; the number before
    the arrow is of requests that the CRM worked on, those to its sign-in server included. ``applied`` is how many
    records are there when the call has ended. ``peers`` is what other clients do, by the figures of
    docs/reliability.md."""

    fault: str
    title: str
    verb: Verb
    arrange: Callable[[Stack], None]
    outcome: str | Mapping[str, str]
    applied: int = 0
    deadline: float = LONG
    least: float = 0.0
    """Seconds that the call must take: an announced pause."""
    peers: str = ""

    @property
    def id(self) -> str:
        return f"{self.fault} {self.title}"

    @property
    def faces(self) -> tuple[Face, ...]:
        """Where it is played: on every face."""
        return FACES

    def expected(self, crm: str) -> str:
        """The outcome at one CRM."""
        return self.outcome if isinstance(self.outcome, str) else self.outcome[crm]

    def play(self, served: Served, hands: Hands, face: Face) -> Outcome:
        """The call, on a connection that has served before. An activity is followed until the worker has settled it."""
        deadlines = Deadlines(write=self.deadline if self.deadline < 10.0 else 10.0)
        with stack(served, hands, face, deadlines=deadlines) as running:
            running.call("get", LONG)
            running.wire.reset()
            self.arrange(running)
            outcome = running.call(self.verb, LONG if self.verb == "activity" else self.deadline)
            if self.verb != "activity":
                return outcome
            running.wire.reset()
            running.fake.faults.clear()
            return attrs.evolve(outcome, settled=running.worked())


def _wire(*faults: wire.WireFault) -> Callable[[Stack], None]:
    def arrange(running: Stack) -> None:
        for number, fault in enumerate(faults, start=1):
            running.wire.fault(number, fault)

    return arrange


def _always(fault: wire.WireFault) -> Callable[[Stack], None]:
    return lambda running: running.wire.always(fault)


def _at(fault: Fault, path: str = API, times: int | None = 1, method: str | None = None) -> Callable[[Stack], None]:
    return lambda running: running.fake.faults.add(fault, path=path, times=times, method=method)


def _status(code: int, *headers: tuple[str, str], applied: bool = False) -> Callable[[Stack], None]:
    return _at(status(code, headers=headers, applied=applied))


def _dated(running: Stack) -> None:
    soon = formatdate(time.time() + 2, usegmt=True)
    running.fake.faults.add(status(429, headers=(("retry-after", soon),)))


def _expired(running: Stack) -> None:
    running.fake.oauth.expire_access_tokens()


def _with_expired(*more: Callable[[Stack], None]) -> Callable[[Stack], None]:
    def arrange(running: Stack) -> None:
        _expired(running)
        for each in more:
            each(running)

    return arrange


def _refused(content: bytes, kind: str) -> Callable[[Stack], None]:
    """A 401 whose body is not the vendor's."""
    return _at(status(401, headers=(("content-type", kind),), content=content))


def _revoked(running: Stack) -> None:
    running.fake.oauth.revoke_user("kim")


def _rotating(running: Stack) -> None:
    running.fake.oauth.policy = attrs.evolve(running.fake.oauth.policy, rotate=True, revoke_on_reuse=True)


def _signed_in_to_rotate(running: Stack) -> None:
    """Two expiries: the second needs the refresh token that the first one gave."""
    _rotating(running)
    _expired(running)
    running.call("get", LONG)
    _expired(running)


def _pages(kind: str) -> Callable[[Stack], None]:
    return _at(page_loop(kind), times=None)  # type: ignore[arg-type]


def _idle(running: Stack) -> None:
    running.wire.fault(1, wire.close_idle())
    running.call("get", LONG)
    time.sleep(0.05)


_RENEWED: Final = everywhere("3 → ok", bullhorn="4 → ok")
"""The call, the renewal, the call again; Bullhorn's tokens only open sessions, so that a login comes between."""

ROWS: Final = (
    Row("X1", "read dropped once", "get", _wire(wire.close()), "2 → ok", peers="5 of 7 fail"),
    Row("X1", "read dropped every time", "get", _always(wire.close()), "3 → AnswerLost, retryable"),
    Row(
        "X1",
        "create processed, connection closed",
        "create",
        _wire(wire.close()),
        "1 → AnswerLost, may be applied, retryable",
        applied=1,
        peers="2 of 7 send again and duplicate; 4 raise the HTTP library's error",
    ),
    Row(
        "X1",
        "create processed, connection reset",
        "create",
        _wire(wire.close(reset=True)),
        "1 → AnswerLost, may be applied, retryable",
        applied=1,
    ),
    Row(
        "X1",
        "activity processed, connection closed",
        "activity",
        _wire(wire.close()),
        "1 → kept, in doubt, 1 in the end",
        applied=1,
    ),
    Row(
        "X1",
        "activity dropped every time",
        "activity",
        _always(wire.close()),
        "1 → kept, in doubt, 1 in the end",
        applied=1,
    ),
    Row(
        "X2",
        "create closed before it is processed",
        "create",
        _wire(wire.close(processed=False)),
        "0 → AnswerLost, may be applied, retryable",
    ),
    Row(
        "X2",
        "activity closed before it is processed",
        "activity",
        _wire(wire.close(processed=False)),
        "0 → kept, in doubt, 1 in the end",
    ),
    Row("X2", "read reset before it is processed", "get", _wire(wire.close(processed=False, reset=True)), "1 → ok"),
    Row(
        "X3",
        "create processed, then 503",
        "create",
        _status(503, applied=True),
        "1 → CrmUnavailable, may be applied, retryable",
        applied=1,
        peers="2 of 7 send again and duplicate; 1 returns the 503 as a value",
    ),
    Row(
        "X3",
        "activity processed, then 500",
        "activity",
        _status(500, applied=True),
        "1 → kept, in doubt, 1 in the end",
        applied=1,
    ),
    Row("X3", "read meets 502 once", "get", _status(502), "2 → ok"),
    Row(
        "X4",
        "429, Retry-After in seconds",
        "get",
        _status(429, ("retry-after", "1")),
        "2 → ok",
        least=1.0,
        peers="3 of 7 fail at once, 1 ignores the wait, 1 returns nothing",
    ),
    Row(
        "X4",
        "429, Retry-After as a date",
        "get",
        _dated,
        "2 → ok",
        least=0.9,
        peers="1 of 7 right, 1 crashes on the date",
    ),
    Row("X4", "429, Retry-After a day", "get", _status(429, ("retry-after", "86400")), "1 → RateLimited, retryable"),
    Row("X4", "429, Retry-After below nought", "get", _status(429, ("retry-after", "-5")), "2 → ok"),
    Row("X4", "create meets 429 without a wait", "create", _status(429), "2 → ok", applied=1),
    Row(
        "X4",
        "activity told to wait a day",
        "activity",
        _status(429, ("retry-after", "86400")),
        "1 → kept, due, 1 in the end",
    ),
    Row(
        "X5",
        "401 before the token's time",
        "get",
        _expired,
        _RENEWED,
        peers="1 of 7 signs in again; 1 crashes on the body",
    ),
    Row("X5", "create meets 401", "create", _expired, _RENEWED, applied=1),
    Row("X5", "activity meets 401", "activity", _expired, _RENEWED, applied=1),
    Row("X5", "401 with a list as its body", "get", _refused(b'["expired"]', "application/json"), _RENEWED),
    Row("X5", "401 with a page of HTML", "get", _refused(b"<h1>401</h1>", "text/html"), _RENEWED),
    Row("X5", "401 without a body", "get", _at(status(401)), _RENEWED),
    Row("X5", "401 on every call", "get", _at(status(401), times=None), "3 → TokenExpired"),
    Row("X6", "token endpoint takes half a second", "get", _with_expired(_at(slow(0.5), TOKENS)), _RENEWED, least=0.5),
    Row(
        "X6",
        "token endpoint too slow",
        "get",
        _with_expired(_at(slow(1.0), TOKENS)),
        "1 → DeadlineExceeded, retryable",
        deadline=SHORT,
    ),
    Row(
        "X6",
        "token endpoint meets 503 once",
        "get",
        _with_expired(_at(status(503), TOKENS)),
        everywhere("4 → ok", bullhorn="5 → ok"),
    ),
    Row(
        "X6",
        "token endpoint down",
        "get",
        _with_expired(_at(status(503), TOKENS, None)),
        "4 → CrmUnavailable, retryable",
    ),
    Row(
        "X6",
        "activity while the token endpoint is down",
        "activity",
        _with_expired(_at(status(503), TOKENS, None)),
        "4 → kept, due, 1 in the end",
    ),
    Row(
        "X6",
        "sign-in revoked",
        "get",
        _revoked,
        {
            "zoho": "1 → NeedsAuthorization",
            "microsoft365": "2 → NeedsAuthorization",
            "salesforce": "2 → NeedsAuthorization",
            "bullhorn": "2 → NeedsAuthorization",
        },
    ),
    Row(
        "X6",
        "activity, sign-in revoked",
        "activity",
        _revoked,
        {
            "zoho": "1 → held, 0 in the end",
            "microsoft365": "2 → held, 0 in the end",
            "salesforce": "2 → held, 0 in the end",
            "bullhorn": "2 → held, 0 in the end",
        },
    ),
    Row("X6", "refresh tokens that work once", "get", _signed_in_to_rotate, _RENEWED),
    Row(
        "X9",
        "never answers",
        "get",
        _always(wire.never()),
        "1 → DeadlineExceeded, retryable",
        deadline=SHORT,
        peers="3 of 7 hang for ever, the others 5 to 100 s",
    ),
    Row(
        "X9",
        "create never answered",
        "create",
        _always(wire.never()),
        "1 → DeadlineExceeded, may be applied, retryable",
        applied=1,
        deadline=SHORT,
    ),
    Row(
        "X9",
        "activity never answered",
        "activity",
        _always(wire.never()),
        "1 → kept, in doubt, 1 in the end",
        applied=1,
        deadline=SHORT,
    ),
    Row("X9", "answers byte by byte", "get", _always(wire.drip()), "1 → DeadlineExceeded, retryable", deadline=SHORT),
    Row("X9", "answers too late", "get", _always(wire.late(5.0)), "1 → DeadlineExceeded, retryable", deadline=SHORT),
    Row(
        "X10",
        "half a body, then closed",
        "get",
        _always(wire.cut(5)),
        "3 → AnswerLost, retryable",
        peers="5 of 7 raise what lies below; 1 gives up after four tries",
    ),
    Row(
        "X10",
        "half a body after a create",
        "create",
        _wire(wire.cut(3)),
        "1 → AnswerLost, may be applied, retryable",
        applied=1,
    ),
    Row("X10", "wrong Content-Length", "get", _wire(wire.wrong_length()), "2 → ok"),
    Row("X10", "chunk cut", "get", _wire(wire.cut_chunk()), "2 → ok"),
    Row("X10", "not HTTP", "get", _wire(wire.garbage()), "2 → ok"),
    Row(
        "X10",
        "200 with a page of HTML",
        "get",
        _wire(wire.html()),
        "1 → UnexpectedAnswer",
        peers="7 of 7 crash: JSON errors, type errors, a bare Exception",
    ),
    Row(
        "X10",
        "200 with an empty object",
        "get",
        _wire(wire.instead(b"{}")),
        "1 → UnexpectedAnswer",
    ),
    Row("X10", "200 with a list", "search", _wire(wire.instead(b"[1]")), "1 → UnexpectedAnswer"),
    Row(
        "X10",
        "a page of HTML after a create",
        "create",
        _wire(wire.html()),
        "1 → UnexpectedAnswer, may be applied",
        applied=1,
    ),
    Row(
        "X10",
        "an empty object after a create",
        "create",
        _wire(wire.instead(b"{}", status=201)),
        "1 → UnexpectedAnswer, may be applied",
        applied=1,
    ),
    Row(
        "X10",
        "a page of HTML after an activity",
        "activity",
        _wire(wire.html()),
        "1 → kept, in doubt, 1 in the end",
        applied=1,
    ),
    Row("X10", "decompression bomb", "get", _wire(wire.bomb()), "1 → BodyTooLarge"),
    Row(
        "X10",
        "NaN after a create",
        "create",
        _wire(wire.instead(b'{"id":NaN}')),
        "1 → UnexpectedAnswer, may be applied",
        applied=1,
    ),
    Row(
        "X11",
        "search: next page is this page",
        "search",
        _pages("same"),
        everywhere("2 → PageLoop", bullhorn="1 → ok"),
        peers="endless in 4 of 4 that follow pages",
    ),
    Row(
        "X11",
        "search: pages in a circle",
        "search",
        _pages("cycle"),
        {"zoho": "2 → PageLoop", "microsoft365": "3 → PageLoop", "salesforce": "3 → PageLoop", "bullhorn": "1 → ok"},
    ),
    Row(
        "X11",
        "search: empty pages that lead on",
        "search",
        _pages("empty"),
        {
            "zoho": "1 → PageLoop",
            "microsoft365": "4 → PageLoop",
            "salesforce": "5 → PageLoop",
            "bullhorn": "1 → PageLoop",
        },
    ),
    Row(
        "X11",
        "changes: next page is this page",
        "sync",
        _pages("same"),
        {
            "zoho": "12 → PageLoop in the report",
            "microsoft365": "2 → PageLoop in the report",
            "salesforce": "6 → PageLoop in the report",
            "bullhorn": "11 → ok",
        },
    ),
    Row(
        "X11",
        "changes: pages in a circle",
        "sync",
        _pages("cycle"),
        {
            "zoho": "12 → PageLoop in the report",
            "microsoft365": "3 → PageLoop in the report",
            "salesforce": "6 → PageLoop in the report",
            "bullhorn": "11 → ok",
        },
    ),
    Row(
        "X11",
        "changes: empty pages that lead on",
        "sync",
        _pages("empty"),
        {
            "zoho": "8 → PageLoop in the report",
            "microsoft365": "51 → PageLoop in the report",
            "salesforce": "6 → PageLoop in the report",
            "bullhorn": "4 → PageLoop in the report",
        },
    ),
    Row(
        "X11",
        "search: ever-new cursors to the same records",
        "search",
        _pages("endless"),
        {"zoho": "2 → PageLoop", "microsoft365": "5 → PageLoop", "salesforce": "5 → PageLoop", "bullhorn": "1 → ok"},
    ),
    Row(
        "X11",
        "changes: ever-new cursors to the same records",
        "sync",
        _pages("endless"),
        {
            "zoho": "12 → PageLoop in the report",
            "microsoft365": "52 → PageLoop in the report",
            "salesforce": "6 → PageLoop in the report",
            "bullhorn": "11 → ok",
        },
    ),
    Row("X14", "create on a connection closed while idle", "create", _idle, "1 → ok", applied=1),
    Row("X14", "read on a connection closed at its first byte", "get", _wire(wire.close(processed=False)), "1 → ok"),
    Row(
        "X22",
        "activity applied 30 s after the connection ended",
        "activity",
        _at(late(30.0)),
        "0 → kept, in doubt, 1 in the end",
    ),
    Row(
        "X22",
        "create applied 30 s after the connection ended",
        "create",
        _at(late(30.0)),
        "0 → AnswerLost, may be applied, retryable",
    ),
    Row(
        "X23",
        "activity answered with 502, looked for before the index shows it",
        "activity",
        _status(502, applied=True),
        "1 → kept, in doubt, 1 in the end",
        applied=1,
    ),
)
