"""Many calls at once, calls that go away, names, redirects and batches (X7, X8, X12, X13, X16, X20, X21)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeAlias

import attrs
from tests.faults.at_home import store_file
from tests.faults.scenes import Scene
from tests.faults.stack import LONG, Face, Hands, Own, Stack, client, stack

from customer360.core.activities import NoteDraft
from customer360.core.effects import Operation, within
from customer360.core.errors import Customer360Error, DeadlineExceeded
from customer360.core.records import Contact
from customer360.outbox.rows import DeliveryState
from customer360.vault import MasterKey
from customer360_testkit.fakes.faults import partial, slow, status
from customer360_testkit.fakes.proxy import FaultProxy
from customer360_testkit.fakes.serving import Served

MANY: Final = {"blocking": 20, "asyncio": 50}
POINTS: Final = 40


def refreshes(running: Stack) -> int:
    """Requests that the CRM's token endpoint has seen since its journal was cleared."""
    return sum(entry.path.endswith("/token") for entry in running.fake.journal)


def _stampede(served: Served, hands: Hands, face: Face) -> str:
    with stack(served, hands, face) as running:
        oauth = running.fake.oauth
        oauth.policy = attrs.evolve(oauth.policy, rotate=True, revoke_on_reuse=True)
        oauth.expire_access_tokens()
        running.fake.journal.clear()
        found = running.many(lambda: running.operation("get", running.draft()), MANY[face])
        assert {contact.ref for contact in found} == {running.ref}
        return f"all answered, {refreshes(running)} refresh"


def _wrong_clock(off: float) -> Callable[[Served, Hands, Face], str]:
    def play(served: Served, hands: Hands, face: Face) -> str:
        with stack(served, hands, face, clock=Own(Hands(off, hands))) as running:
            running.fake.journal.clear()
            told = [running.call("get", LONG) for _ in range(10)]
            good = sum(each.error is None for each in told)
            more = "at most one" if refreshes(running) <= 1 else str(refreshes(running))
            return f"{good} of 10 calls ok, {more} refresh"

    return play


def _twice(served: Served, hands: Hands, face: Face) -> str:
    """The same key again, while the first answer is lost, after the worker has been, and from a client started anew."""
    with stack(served, hands, face) as running:
        draft = running.draft()
        running.fake.faults.add(status(503, applied=True), method="POST")
        for _ in range(2):
            running.run(running.desk.create_activity(draft))
        running.worked()
        running.run(running.desk.create_activity(draft))
        return f"{running.worked()} in the CRM"


def _redirected(served: Served, hands: Hands, face: Face) -> str:
    with FaultProxy(served.url) as elsewhere, stack(served, hands, face) as running:
        moved = status(302, headers=(("location", f"{elsewhere.url}/stolen"),))
        running.fake.faults.add(moved, times=None)
        outcome = running.call("get", LONG)
        return f"{outcome}, {elsewhere.connections} connections elsewhere"


def _gone_away(served: Served, hands: Hands, face: Face) -> str:
    """A caller whose time is over at each of so many points of a call; then one who stays."""
    with stack(served, hands, face) as running:
        running.fake.faults.add(slow(0.002), times=None)
        unserved = 0
        for point in range(POINTS):
            with suppress(DeadlineExceeded):
                running.run(_for_at_most(0.0002 * point, running.operation("get", running.draft())))
            unserved += running.call("get", LONG).error is not None
        assert running.wire.connections <= 2 * POINTS + 2
        return f"{POINTS - unserved} of {POINTS} next calls are served"


async def _for_at_most(seconds: float, op: Operation[Any]) -> Any:
    return await within(seconds, op)


Addresses: TypeAlias = list[tuple[socket.AddressFamily, tuple[Any, ...]]]


def _named(lookup: Callable[[str, int, threading.Event], Addresses], deadline: float = LONG) -> Any:
    """The CRM's name is looked up as ``lookup`` does."""

    def play(served: Served, hands: Hands, face: Face) -> str:
        ended = threading.Event()

        def look(host: str, port: int) -> Addresses:
            return lookup(host, port, ended)

        text = MasterKey.new_text()
        with store_file() as file:
            store = f"sqlite:///{file}"
            with (
                stack(served, hands, face, store=store, key=MasterKey.from_text(text)) as running,
                client(
                    served,
                    running.wire,
                    hands,
                    face,
                    store=store,
                    key=MasterKey.from_text(text),
                    signed_in=running,
                    at=running.wire.url.replace("127.0.0.1", "localhost"),
                    port={"lookup": look},
                ) as second,
            ):
                outcome = second.call("get", deadline)
                ended.set()
                assert outcome.elapsed < deadline + LONG
                return str(outcome)

    return play


def _fails(host: str, port: int, _: threading.Event) -> Addresses:
    raise socket.gaierror(-2, "unknown")


def _hangs(host: str, port: int, ended: threading.Event) -> Addresses:
    ended.wait(LONG)
    return []


def _first_dead(host: str, port: int, _: threading.Event) -> Addresses:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        dead = nobody.getsockname()
    return [(socket.AF_INET, dead), (socket.AF_INET, ("127.0.0.1", port))]


# X12: batches that succeed in part ------------------------------------------------------------------------------------


def _in_part(served: Served, hands: Hands, face: Face) -> str:
    """Each verb, with each of the first parts of whatever it sends as a batch failing: an error, or all of it."""
    with stack(served, hands, face) as running:
        reads: dict[str, Callable[[], Operation[Any]]] = {
            "a search by name": lambda: running.desk.find_contacts(name=running.person.name),
            "a search by address": lambda: running.desk.find_contacts(email=running.person.emails[0]),
            "a search by number": lambda: running.desk.find_contacts(phone=running.person.e164[0]),
            "a read": lambda: running.operation("get", running.draft()),
        }
        failed: set[str] = set()
        for name, read in reads.items():
            whole = _told(running, read())
            for place in range(4):
                running.fake.faults.add(partial(place), times=None)
                told = _told(running, read())
                running.fake.faults.clear()
                if told != whole:
                    assert told == "an error", f"{name} tells less, as if it were all: {told}"
                    failed.add(name)
        for name in ("a call", "a note"):
            running.fake.faults.add(partial(0), times=None)
            draft = running.draft()
            if name == "a note":
                draft = NoteDraft(contact=draft.contact, key=draft.key, text=draft.text)  # type: ignore[assignment]
            outcome = running.call("activity", LONG, draft)
            done = outcome.error is None and outcome.value.state is DeliveryState.DONE
            assert outcome.applied == int(done), f"{name} is reported as done and is not there"
            running.fake.faults.clear()
            if not done:
                failed.add(name)
        return f"errors: {', '.join(sorted(failed)) or 'none'}"


def _told(running: Stack, op: Operation[Any]) -> str:
    """What a read tells: whom it found, or that it is no answer."""
    try:
        value = running.run(_for_at_most(LONG, op))
    except Customer360Error:
        return "an error"
    if isinstance(value, Contact):
        return str(value.ref)
    if value.found.value == "failed":
        return "an error"
    return str(sorted(str(match.contact.ref) for match in value.matches))


TOGETHER: Final = (
    Scene(
        "X7",
        "R3",
        "20 threads or 50 tasks meet an expired token",
        _stampede,
        "all answered, 1 refresh",
        peers="20 refreshes for 20 threads in 2 of 2",
    ),
    Scene("X8", "R7", "clock an hour slow", _wrong_clock(-3600.0), "10 of 10 calls ok, at most one refresh"),
    Scene("X8", "R7", "clock an hour fast", _wrong_clock(3600.0), "10 of 10 calls ok, at most one refresh"),
    Scene(
        "X12",
        "R10",
        "each part of whatever is sent as a batch fails in turn",
        _in_part,
        {
            "zoho": "errors: a call, a note",
            "microsoft365": "errors: a search by name",
            "salesforce": "errors: a note, a read, a search by number",
            "bullhorn": "errors: none",
        },
    ),
    Scene(
        "X13",
        "R8",
        f"the caller goes away at {POINTS} points of a call",
        _gone_away,
        f"{POINTS} of {POINTS} next calls are served",
    ),
    Scene("X16", "R4", "the CRM's name cannot be resolved", _named(_fails), "0 → ConnectFailed, retryable"),
    Scene(
        "X16",
        "R4",
        "the resolver does not answer",
        _named(_hangs, 0.3),
        "0 → DeadlineExceeded, retryable",
    ),
    Scene("X16", "R4", "the first of two addresses is dead", _named(_first_dead), "1 → ok"),
    Scene("X20", "R1", "an activity promised again and again, its first answer lost", _twice, "1 in the CRM"),
    Scene(
        "X21",
        "R15",
        "redirected to another host",
        _redirected,
        {
            "zoho": "1 → HostRefused, 0 connections elsewhere",
            "microsoft365": "1 → HostRefused, 0 connections elsewhere",
            "salesforce": "1 → UnexpectedAnswer, 0 connections elsewhere",
            "bullhorn": "1 → HostRefused, 0 connections elsewhere",
        },
    ),
)
