"""P11: many screen pops at once, each answer 100 ms away, beside bare clients and what physics allows.

Run: python -m benchmarks pops   (about five minutes on two quiet cores)
A pop is ``session.begin(...)``, each by another agent, all in one process: who it is (round trip one), the contact and
every kind of its related records side by side (round trip two). The bare clients, in their default settings, send the
very same requests in the same two steps and decode the JSON; they match nothing and store nothing.

* *In flight*: so many pops at every moment, one after the other by each agent, who ends each conversation before
  the next. The overhead is what a pop takes beyond its two answers; the levels rise until its p95 is above 50 ms twice.
* *A burst*: all begin at the same instant. Its floor is

      max(chain, work, connections), where
      chain = 2 x 100 ms, work = pops x processor time of one, connections = pops x requests x 100 ms / connections.

A client that has not come through a burst within 45 seconds is stopped, said so, and left out of what follows; so is
one that took so long for a hundred that ten times as long were more than half of that: a thousand take it longer.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import attrs
from benchmarks.stage.figures import Table, sized
from benchmarks.stage.playing import Asked, Play, alone, call_from, caller, named, playing, without_proxies

from customer360 import AsyncConversation, AsyncCustomer360, AsyncSession, Deadlines, MasterKey
from customer360.transport.fast_adapter import AsyncFastPort
from customer360.transport.httpx_adapter import AsyncHttpxPort
from customer360.transport.ports import PER_HOST

CRM = "zoho"
AWAY = 100.0
"""Milliseconds until an answer."""
OVERHEAD = 50.0
"""Milliseconds beyond the answers that a pop in flight may take at p95."""
IN_FLIGHT = (2, 4, 6, 9, 14, 20, 30, 45, 68, 100, 150, 230, 340, 500)[: sized(14, 1)]
LASTING = sized(3_000, 300) / 1000
"""Seconds that a level is kept up."""
BURSTS = ((sized(10, 2), 3, sized(100, 3)), (sized(100, 3), 3, sized(1000, 4)), (sized(1000, 4), 1, 0))
"""How many pops at once, how often, and how many will be next."""
PATIENCE = 45.0
MANY = 1000
"""Connections to one host, four times as many as unless given."""
BARE = 100
"""The same of the bare clients, unless given."""
HEADERS = {"Content-Type": "application/json", "Authorization": "Bearer 0123456789abcdef0123456789abcdef"}

Pop = Callable[[int], Awaitable[object]]
"""A pop of the agent of this number."""


@attrs.frozen
class Case:
    """One client."""

    pop: Pop
    connections: int


async def main() -> None:
    async with AsyncExitStack() as closing:
        play = closing.enter_context(playing(CRM))
        cases, requests = await on_stage(play, closing)
        as_a_server_does()
        work = {name: await alone_of(case.pop) for name, case in cases.items()}
        table = Table(f"P11: processor time of a pop of {requests} requests, one at a time", "ms")
        for name, each in work.items():
            table.add(name, each)
        table.tell()
        play.stage.delay(AWAY)
        await in_flight(cases)
        for count, rounds, after in BURSTS:
            gone = await bursts(cases, count, rounds, after, work, requests)
            cases = {name: case for name, case in cases.items() if name not in gone}
        play.stage.delay(0)


def as_a_server_does() -> None:
    """Leaves what stays out of the garbage collector's rounds, and has fewer of those (docs/how-to/make-it-fast.md).

    It is the process's own, and serves the bare clients as well; four thousand sessions looked through take 0.15 s.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


async def on_stage(play: Play, closing: AsyncExitStack) -> tuple[Mapping[str, Case], int]:
    """The clients, and how many requests a pop is."""
    customer = caller(play.crm).e164[0]
    agents = named(max(*[count for count, _, _ in BURSTS], *IN_FLIGHT))
    shared: dict[str, Any] = {
        "store": f"sqlite:///{play.home}/pops.db",
        "key": MasterKey.from_text(MasterKey.new_text()),
        "deadlines": Deadlines(pop=PATIENCE),
    }
    cases: dict[str, Case] = {}
    sessions: list[AsyncSession] = []
    for name, port in (("the default", AsyncHttpxPort), ("fast", AsyncFastPort)):
        for limit in (PER_HOST, MANY):
            if cases:
                client = AsyncCustomer360(**play.options(http=port(per_host=limit), **shared))
            else:  # the agents sign in once; the other clients open the same store
                client = await play.waiting(len(agents), http=port(per_host=limit), **shared)
            closing.push_async_callback(client.close)
            sessions = [await client.session(CRM, agent) for agent in agents]
            with play.stage.recording():
                begun = await sessions[0].begin(call_from(customer))
            assert begun.panel.contact is not None
            more = f", {limit} connections" if limit == MANY else ""
            cases[f"ours over {name}{more}"] = Case(ours(sessions, customer), limit)
    first, second = await steps(play, sessions[0], customer)
    for name in ("httpx2", "httpx"):
        bare = importlib.import_module(name).AsyncClient(headers=HEADERS, timeout=PATIENCE)
        closing.push_async_callback(bare.aclose)
        cases[f"bare {name}"] = Case(theirs(bare, first, second), BARE)
    return cases, len(first) + len(second)


def ours(sessions: Sequence[AsyncSession], customer: str) -> Pop:
    return lambda number: sessions[number].begin(call_from(customer))


def theirs(bare: Any, *requests: list[Asked]) -> Pop:
    async def pop(_: int) -> None:
        for step in requests:
            answers = await asyncio.gather(*[bare.request(r.method, r.url, content=r.content) for r in step])
            for answer in answers:
                if answer.content:
                    answer.json()

    return pop


async def steps(play: Play, session: Any, customer: str) -> tuple[list[Asked], list[Asked]]:
    """The requests of a pop, by round trip: those of the second begin when the first have been answered."""
    play.stage.delay(AWAY)
    play.stage.asked()
    begun = asyncio.ensure_future(session.begin(call_from(customer)))
    await asyncio.sleep(AWAY / 1000 * 0.7)
    first = await asyncio.to_thread(play.stage.asked)
    await begun
    second = play.stage.asked()
    play.stage.delay(0)
    return first, second


async def alone_of(pop: Pop) -> float:
    """Milliseconds of the processor for a pop, one at a time."""
    await asyncio.gather(*[pop(number) for number in range(sized(10, 2))])
    worked = []
    for _ in range(sized(20, 2)):
        began = time.process_time()
        await pop(0)
        worked.append((time.process_time() - began) * 1e3)
    return statistics.median(worked)


# So many at every moment --------------------------------------------------------------------------------------------


async def in_flight(cases: Mapping[str, Case]) -> None:
    """Level by level, the clients in turns."""
    reached = Table(f"P11: pops in flight with a p95 overhead of at most {OVERHEAD:.0f} ms", "pops", base="bare httpx")
    reached.targets = {"ours over the default": ">= 3 x httpx", "ours over fast": ">= 10 x httpx"}
    most = dict.fromkeys(cases, 0)
    climbing = set(cases)
    for level in IN_FLIGHT:
        table = Table(f"P11: {level} pops in flight, overhead of each at p95", "ms")
        for name in [name for name in cases if name in climbing]:
            overhead = await kept_up(cases[name].pop, level)
            if overhead > OVERHEAD:
                overhead = min(overhead, await kept_up(cases[name].pop, level))
            table.add(name, overhead)
            if overhead <= OVERHEAD:
                most[name] = level
            else:
                climbing.discard(name)
        if table.found:
            table.tell()
    for name, level in most.items():
        reached.add(name, max(level, 1))  # less than the lowest level
    reached.tell()


async def kept_up(pop: Pop, level: int) -> float:
    """Milliseconds that the slowest twentieth of the pops took beyond their answers."""
    overheads: list[float] = []
    gc.collect()
    began = time.perf_counter()
    counted, ends = began + LASTING / 4, began + LASTING

    async def agent(number: int) -> None:
        await asyncio.sleep(2 * AWAY / 1000 * number / level)  # they do not march in step
        while (now := time.perf_counter()) < ends:
            begun = await pop(number)
            if now >= counted:
                overheads.append((time.perf_counter() - now) * 1e3 - 2 * AWAY)
            if isinstance(begun, AsyncConversation):
                await begun.end()  # what is open is kept, and looked through by the garbage collector

    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*[agent(number) for number in range(level)])
    except TimeoutError:
        return PATIENCE * 1e3
    return late(overheads, 0.95)


def late(found: list[float], share: float) -> float:
    """The figure that this share of them does not exceed."""
    return sorted(found)[min(len(found) - 1, int(share * len(found)))] if found else PATIENCE * 1e3


# All at one instant -------------------------------------------------------------------------------------------------


async def bursts(
    cases: Mapping[str, Case], count: int, rounds: int, after: int, work: Mapping[str, float], requests: int
) -> set[str]:
    """Bursts of ``count``, the clients in turns; those that were stopped, or would be in one of ``after``."""
    gone: set[str] = set()
    slowest = dict.fromkeys(cases, 0.0)
    middle = Table(f"P11: a burst of {count}: overhead of the median pop", "ms")
    last = Table(f"P11: a burst of {count}: overhead at p99", "ms")
    against = Table(f"P11: a burst of {count}: the last pop, as a multiple of its floor", "x")
    if count == 100:
        last.targets = {"ours over the default": "<= 300", "ours over fast": "<= 100"}
    for _ in range(rounds):
        for name, case in cases.items():
            if name in gone:
                continue
            try:
                async with asyncio.timeout(PATIENCE):
                    took = await burst(case.pop, count)
            except Exception as stopped:  # a pool that never comes back, a timeout: a result, and told as one
                gone.add(name)
                print(f"{name}: stopped in a burst of {count} ({type(stopped).__name__})", flush=True)
                continue
            slowest[name] = max(slowest[name], *took)
            middle.add(name, statistics.median(took) - 2 * AWAY)
            last.add(name, late(took, 0.99) - 2 * AWAY)
            against.add(name, max(took) / floor(count, requests, work[name], case.connections))
    for table in (middle, last, against):
        if table.found:
            table.tell()
    hopeless = {name for name, took in slowest.items() if took * after / count > PATIENCE * 1e3 / 2}
    return gone | hopeless  # to cancel ten thousand requests takes a bare client minutes more


async def burst(pop: Pop, count: int) -> list[float]:
    """Milliseconds of each of ``count`` pops that begin at once."""

    async def timed(number: int) -> float:
        began = time.perf_counter()
        await pop(number)
        return (time.perf_counter() - began) * 1e3

    gc.collect()
    return await asyncio.gather(*[timed(number) for number in range(count)])


def floor(count: int, requests: int, work: float, connections: int) -> float:
    """Milliseconds that ``count`` pops take at the least."""
    return max(2 * AWAY, count * work, count * requests * AWAY / connections)


if __name__ == "__main__":
    without_proxies()
    alone(main)
