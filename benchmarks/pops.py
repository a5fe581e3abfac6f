"""P11: many screen pops at once, each answer 100 ms away, beside what physics allows and beside bare clients.

Run: python -m benchmarks pops
A pop is ``session.begin(...)``, each by another agent, all in one process: who it is (round trip one), the contact and
every kind of its related records side by side (round trip two), with the interaction stored. All begin at the same
instant; told is how long the median and the last of them took. The floor is

    max(chain, work, connections), where
    chain = 2 x 100 ms, work = pops x processor time of one, connections = pops x requests x 100 ms / connections.

The bare clients, in their default settings, send the very same requests in the same two steps and decode the JSON; they
match nothing and store nothing.
"""

from __future__ import annotations

import asyncio
import importlib
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
from benchmarks.stage.figures import Table, sized
from benchmarks.stage.playing import Asked, Play, alone, call_from, caller, named, playing, without_proxies

from customer360 import Deadlines
from customer360.transport.fast_adapter import AsyncFastPort
from customer360.transport.httpx_adapter import AsyncHttpxPort

CRM = "zoho"
AWAY = 100.0
"""Milliseconds until an answer."""
LEVELS = (sized(10, 2), sized(100, 3), sized(1000, 4))
ROUNDS = sized(5, 1)
PATIENCE = 120.0
HEADERS = {"Content-Type": "application/json", "Authorization": "Bearer 0123456789abcdef0123456789abcdef"}


@attrs.frozen
class Burst:
    """What a burst took, in milliseconds."""

    middle: float
    last: float
    work: float
    """Processor time for each pop."""


async def burst(pop: Callable[[int], Awaitable[object]], count: int) -> Burst:
    """``count`` pops that begin at once."""

    async def timed(number: int) -> float:
        began = time.perf_counter()
        await pop(number)
        return (time.perf_counter() - began) * 1e3

    worked = time.process_time()
    took = await asyncio.gather(*[timed(number) for number in range(count)])
    worked = time.process_time() - worked
    return Burst(statistics.median(took), max(took), worked / count * 1e3)


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


async def main() -> None:
    with playing(CRM) as play:
        customer = caller(play.crm).e164[0]
        ports = {
            f"ours over {name}, {limit} connections": make(limit)
            for limit in (100, 1000)
            for name, make in (
                ("the default", lambda limit: AsyncHttpxPort(per_host=limit)),
                ("fast", lambda limit: AsyncFastPort(per_host=limit)),
            )
        }
        pops: dict[str, Callable[[int], Awaitable[object]]] = {}
        clients = []
        agents = named(max(LEVELS))
        for case, port in ports.items():
            client = await play.waiting(len(agents), http=port, deadlines=Deadlines(pop=PATIENCE))
            clients.append(client)
            with play.stage.recording():
                sessions = [await client.session(CRM, agent) for agent in agents]
                begun = await sessions[0].begin(call_from(customer))
                assert begun.panel.contact is not None
            pops[case] = lambda number, sessions=sessions: sessions[number].begin(call_from(customer))
        first, second = await steps(play, sessions[0], customer)
        bare_clients = {
            name: importlib.import_module(name).AsyncClient(headers=HEADERS, timeout=PATIENCE)
            for name in ("httpx", "httpx2")
        }
        for name, bare in bare_clients.items():
            pops[f"bare {name}"] = lambda number, bare=bare: in_steps(bare, first, second)
        await tell(play, pops, len(first) + len(second))
        for client in clients:
            await client.close()
        for bare in bare_clients.values():
            await bare.aclose()


async def in_steps(bare: Any, *requests: list[Asked]) -> None:
    for step in requests:
        answers = await asyncio.gather(*[bare.request(r.method, r.url, content=r.content) for r in step])
        for answer in answers:
            if answer.content:
                answer.json()


async def tell(play: Play, pops: dict[str, Callable[[int], Awaitable[object]]], requests: int) -> None:
    work: dict[str, float] = {}
    for case, pop in pops.items():
        await burst(pop, LEVELS[0])
        work[case] = statistics.median([(await burst(pop, 1)).work for _ in range(sized(20, 2))])
    alone_ = Table(f"P11: processor time of a pop of {requests} requests, one at a time", "ms")
    for case, each in work.items():
        alone_.add(case, each)
    alone_.tell()
    play.stage.delay(AWAY)
    slow: set[str] = set()
    for count in LEVELS:
        table = Table(f"P11: {count} pops at once, {AWAY:.0f} ms away: the median one", "ms")
        last = Table(f"P11: {count} pops at once: the last one", "ms")
        against = Table(f"P11: {count} pops at once: the last one, as a multiple of its floor", "x")
        for _ in range(ROUNDS if count < 1000 else max(1, ROUNDS - 2)):
            for case, pop in pops.items():
                if case in slow:
                    continue
                try:
                    async with asyncio.timeout(PATIENCE):
                        found = await burst(pop, count)
                except Exception as stopped:  # a pool that never comes back, a timeout: a result, and told as one
                    slow.add(case)
                    print(f"{case}: stopped at {count} ({type(stopped).__name__})", flush=True)
                    continue
                table.add(case, found.middle)
                last.add(case, found.last)
                against.add(case, found.last / floor(count, requests, work[case], connections(case)))
        for each in (table, last, against):
            each.tell()


def connections(case: str) -> int:
    """How many a case may hold."""
    return int(case.split(", ")[1].split()[0]) if "connections" in case else 100


def floor(count: int, requests: int, work: float, connections: int) -> float:
    """Milliseconds that ``count`` pops take at the least."""
    return max(2 * AWAY, count * work, count * requests * AWAY / connections)


if __name__ == "__main__":
    without_proxies()
    alone(main)
