"""P1, P2: a request and its JSON through our ports, beside bare clients: what connections, deadlines and guards cost.

Run: python -m benchmarks transport
The answer has two contacts, 2 KB. aiohttp and pyreqwest, which the extra ``fast`` might have been built on, run in an
environment and processes of their own; where the registry is away they are left out, visibly.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from benchmarks.stage.figures import Table, each, each_of, sized
from benchmarks.stage.playing import alone, playing, without_proxies
from benchmarks.stage.workers import working
from tests.judges.environments import NotInstalled

from customer360.core.effects import Send
from customer360.transport.fast_adapter import AsyncFastPort, FastPort
from customer360.transport.httpx_adapter import AsyncHttpxPort, HttpxPort
from customer360.transport.port import AsyncHttpPort, HttpPort

ROUNDS = sized(9, 2)
TIMES = sized(400, 3)
CLIENTS = ("httpx", "httpx2")
ALTERNATIVES = ("alternatives", "aiohttp", "pyreqwest")
HEADERS = {"Accept": "application/json", "Authorization": "Bearer 0123456789abcdef0123456789abcdef"}
CONTACT = {f"field_{number}": f"value {number} of a contact" for number in range(24)}
ANSWER = {"data": [CONTACT, CONTACT], "more": False}


def blocking() -> None:
    with playing("zoho") as play, ExitStack() as ending:
        play.stage.fixed("zoho", ANSWER)
        url = play.stage.url("zoho") + "/search?phone=%2B442079460958"
        send = Send(method="GET", url=url, headers=tuple(HEADERS.items()))
        cases: dict[str, Callable[[], Any]] = {}
        for name in CLIENTS:
            bare = ending.enter_context(importlib.import_module(name).Client(headers=HEADERS))
            cases[f"bare {name}"] = partial(got, bare, url)
        ports = {name: HttpxPort(importlib.import_module(name)) for name in CLIENTS} | {"fast": FastPort()}
        for name, port in ports.items():
            ending.callback(port.close)
            cases[f"port over {name}"] = partial(sent, port, send)
        table = Table("A request and its JSON on a thread", base="bare httpx2")
        for call in cases.values():
            assert call() == ANSWER
        for _ in range(ROUNDS):
            for case, call in cases.items():
                table.add(case, each(call, TIMES))
        table.tell()


async def waiting() -> None:
    with playing("zoho") as play, ExitStack() as ending:
        play.stage.fixed("zoho", ANSWER)
        url = play.stage.url("zoho") + "/search?phone=%2B442079460958"
        send = Send(method="GET", url=url, headers=tuple(HEADERS.items()))
        cases: dict[str, Callable[[], Any]] = {}
        bare_clients = {name: importlib.import_module(name).AsyncClient(headers=HEADERS) for name in CLIENTS}
        for name, bare in bare_clients.items():
            cases[f"bare {name}"] = partial(got_waiting, bare, url)
        ports: dict[str, AsyncFastPort | AsyncHttpxPort] = {
            name: AsyncHttpxPort(importlib.import_module(name), per_host=100) for name in CLIENTS
        }
        ports |= {"fast": AsyncFastPort(per_host=100)}
        for name, port in ports.items():
            cases[f"port over {name}"] = partial(sent_waiting, port, send)
        others = {}
        try:
            for name in ALTERNATIVES[1:]:
                others[name] = ending.enter_context(working(play, ALTERNATIVES, "alternative.py", name, url))
        except NotInstalled as why:
            print(f"\nleft out: aiohttp and pyreqwest: {why}", file=sys.stderr, flush=True)
        for call in cases.values():
            assert await call() == ANSWER
        for at_once in (1, sized(50, 3)):
            table = Table(f"A request and its JSON under asyncio, {at_once} at once", base="bare httpx2")
            for _ in range(ROUNDS):
                for case, call in cases.items():
                    table.add(case, await each_of(call, max(TIMES, at_once), at_once))
                for name, other in others.items():
                    table.add(f"bare {name}", other.each(max(TIMES, at_once), at_once))
            table.tell()
        for port in ports.values():
            await port.close()
        for bare in bare_clients.values():
            await bare.aclose()


def got(client: Any, url: str) -> Any:
    return client.get(url).json()


def sent(port: HttpPort, send: Send) -> Any:
    return port.send(send).json()


async def got_waiting(client: Any, url: str) -> Any:
    return (await client.get(url)).json()


async def sent_waiting(port: AsyncHttpPort, send: Send) -> Any:
    return json.loads((await port.send(send)).content)


if __name__ == "__main__":
    without_proxies()
    blocking()
    alone(waiting)
