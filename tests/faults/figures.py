"""The figures of docs/reliability.md that are of time and load: ``python -m tests.faults.figures [R3 R4 R5 R6 R12]``.

Each is taken through the whole stack, over loopback, against the fake Zoho. A machine that is busy with other things
makes them worse; none of them is a test.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import attrs
from tests.faults.sick_plugins import Sickness, Verb, plugins_with, raises
from tests.faults.stack import FACES, LONG, Face, Hands, Stack, serving, stack

from customer360.core.connector import Connector
from customer360.core.effects import Err, Operation, Outcome, Sleep, settle
from customer360.core.errors import Customer360Error, RateLimited
from customer360.core.guarding import MOMENT, guarded
from customer360.core.linking import LinkFacts
from customer360_testkit.fakes import wire
from customer360_testkit.fakes.faults import slow, status
from customer360_testkit.fakes.serving import Served

CRM: Final = "zoho"
MANY: Final = {"blocking": 20, "asyncio": 50}


def refreshes(served: Served, hands: Hands, face: Face) -> str:
    """R3: how many refreshes an expiry costs, and how much longer than the refresh all callers take for it."""
    took: dict[bool, list[float]] = {False: [], True: []}
    counts = []
    with stack(served, hands, face) as running:
        for turn in range(20):
            if expired := turn % 2 == 1:
                hands.ahead += 7200.0
                running.fake.faults.add(slow(0.1), path=r".*/token$")
            running.fake.journal.clear()
            began = time.monotonic()
            running.many(lambda: running.operation("get", running.draft()), MANY[face])
            took[expired].append(time.monotonic() - began)
            counts.append(sum(entry.path.endswith("/token") for entry in running.fake.journal))
    calls = f"{MANY[face]} {'threads' if face == 'blocking' else 'tasks'}"
    more = statistics.median(took[True]) - statistics.median(took[False]) - 0.1
    return f"{max(counts)} refresh for {calls}; together they take {more * 1e3:.0f} ms longer than it and without it"


def overruns(served: Served, hands: Hands, face: Face) -> str:
    """R4: how long after its deadline a call ends, at worst, whatever keeps it waiting."""
    over = []
    with stack(served, hands, face) as running:
        for arrange in _waits(running):
            for _ in range(5):
                running.call("get", LONG)
                arrange()
                outcome = running.call("get", 0.3)
                assert isinstance(outcome.error, Customer360Error)
                over.append(outcome.elapsed - 0.3)
                running.wire.reset()
                running.fake.faults.clear()
    return f"{max(over) * 1e3:.0f} ms after its deadline at worst, of {len(over)} calls"


def _waits(running: Stack) -> list[Callable[[], None]]:
    def token() -> None:
        running.fake.oauth.expire_access_tokens()
        running.fake.faults.add(slow(1.0), path=r".*/token$")

    return [
        lambda: running.wire.always(wire.never()),
        lambda: running.wire.always(wire.drip()),
        lambda: running.wire.always(wire.late(5.0)),
        lambda: running.fake.faults.add(status(503), times=None),
        token,
    ]


def pauses(served: Served, hands: Hands, face: Face) -> str:
    """R5: what is sent inside an announced pause of a second, and how what waited for its end is spread."""
    with stack(served, hands, face) as running:
        running.fake.faults.add(status(429, headers=(("retry-after", "1"),)))
        outcome = running.call("get", 0.5)
        assert isinstance(outcome.error, RateLimited)
        running.fake.journal.clear()
        began = hands.time()
        running.many(lambda: running.operation("get", running.draft()), MANY[face])
        at = sorted(entry.at - began for entry in running.fake.journal)
    inside = sum(each < 0.9 for each in at)
    return f"{inside} requests inside it, then {len(at)} spread over {(at[-1] - at[0]) * 1e3:.0f} ms"


def outage(served: Served, hands: Hands, face: Face) -> str:
    """R6: what a CRM that fails every call gets to see of the calls that are made in ten seconds."""
    with stack(served, hands, face) as running:
        running.fake.faults.add(status(503), times=None)
        before, offered, until = running.wire.processed, 0, time.monotonic() + 10.0
        while time.monotonic() < until:
            offered += 1
            assert running.call("get", LONG).error is not None
            time.sleep(0.02)
        asked = running.wire.processed - before
    return f"{asked} requests for {offered} calls in ten seconds"


def isolation(served: Served, hands: Hands, face: Face) -> str:
    """R12: what a sick plugin adds to the pops of another's CRM. Before each, the sick one is asked twice: it answers,
    or it raises and gives the wrong thing; then it is asked once more beside the pop: it answers, or it blocks its
    thread from before the pop to its end."""
    sickness: Sickness = {"create_activity": raises}
    sick = guarded(_another(plugins_with(CRM, sickness).connectors[CRM]), time.monotonic)
    with stack(served, hands, face) as running:

        async def ask() -> Outcome[Any]:
            return (await settle(sick.create_activity(LinkFacts(crm=CRM), running.draft())))[0]

        async def answers(_: object) -> Any:
            return running.ref

        def popped(ill: bool) -> float:
            for verb in (raises, gives_text) if ill else (answers, answers):
                sickness["create_activity"] = verb
                assert isinstance(running.run(ask()), Err) is ill
            held, free = threading.Event(), threading.Event()
            sickness["create_activity"] = partial(_blocks if ill else _passes, held, free)
            return _beside(running, ask(), held, free)

        sickness["create_activity"] = _blocks_a_moment  # with asyncio everybody waits for it, this once
        running.run(ask())
        pairs = [(popped(False), popped(True)) for _ in range(200)]
    more = statistics.median(sick - well for well, sick in pairs)
    return f"{more * 1e3:+.2f} ms on a pop of {statistics.median(well for well, _ in pairs) * 1e3:.1f} ms"


def _another(connector: Connector) -> Connector:
    """The same under another name."""
    kind = type(connector)
    other: Connector = type("Another", (kind,), {"info": attrs.evolve(kind.info, key="sick")})()
    return other


def _beside(running: Stack, create: Operation[Any], held: threading.Event, free: threading.Event) -> float:
    """Seconds that a pop takes beside ``create``, which is ``held`` before the pop begins and ``free`` when it ends."""
    took: list[float] = []

    async def pop() -> None:
        while not held.is_set():
            await Sleep(0.001)
        began = time.perf_counter()
        assert (await running.pop()).contact is not None
        took.append(time.perf_counter() - began)
        free.set()

    ops = iter((create, pop()))
    running.many(lambda: next(ops), 2)
    return took[0]


async def gives_text(_: object) -> Any:
    """Where a record's address is due; nothing is sent, so that pops find no more than before."""
    return "done"


async def _blocks_a_moment(_: object) -> Any:
    time.sleep(2 * MOMENT)  # noqa: ASYNC251 - this is the fault
    return "done"


async def _passes(held: threading.Event, _: threading.Event, true: Verb) -> Any:
    held.set()
    return "done"


async def _blocks(held: threading.Event, free: threading.Event, true: Verb) -> Any:
    held.set()
    free.wait(LONG)
    raise RuntimeError("free again")


FIGURES: Final = {"R3": refreshes, "R4": overruns, "R5": pauses, "R6": outage, "R12": isolation}


def main(asked: list[str]) -> None:
    """Print them, face by face."""
    with serving(CRM) as (served, hands):
        for name in asked or FIGURES:
            for face in FACES:
                print(f"{name} {face}: {FIGURES[name](served, hands, face)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
