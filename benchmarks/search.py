"""P1, P2, P4: what finding a contact costs beside the bare HTTP client's request and its JSON.

Run: python -m benchmarks search
The search is ``session.find_contacts(phone=...)`` in one resource: one request through connector, transport, kernel and
driver, every hit made a model and its numbers compared. The bare clients ask for the same answer with the same
headers, and decode it. P4 asks for 50 records and for 2, and tells what a further one costs.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.stage.figures import Table, each, each_of, sized
from benchmarks.stage.playing import AGENT, Asked, Play, alone, playing, without_proxies

from customer360.core.phones import read
from customer360.transport.fast_adapter import AsyncFastPort, FastPort
from customer360.transport.httpx_adapter import AsyncHttpxPort, HttpxPort

CRM = "zoho"
MODULE = "Leads"
ROUNDS = sized(9, 2)
TIMES = sized(200, 3)
HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "Authorization": "Zoho-oauthtoken 1000.0123456789abcdef0123456789abcdef",
}
CLIENTS = ("httpx", "httpx2")


def number(play: Play) -> str:
    """A number that one contact has."""
    found = [record["Phone"] for record in play.crm.fake.records(MODULE) if record.get("Phone")]
    return str(next(text for text in found if read(text, "GB") is not None and found.count(text) == 1))


def with_records(content: dict[str, Any], count: int) -> dict[str, Any]:
    """The answer with so many records, all alike but for their ids."""
    (first, *_) = content["data"]
    records = [{**first, "id": str(int(first["id"]) + at)} for at in range(count)]
    return {**content, "data": records, "info": {**content["info"], "count": count}}


@contextmanager
def blocking() -> Iterator[tuple[Play, dict[str, Callable[[], Any]]]]:
    """The stage, and the cases on threads."""
    with playing(CRM) as play:
        text = number(play)
        cases: dict[str, Callable[[], Any]] = {}
        ports = {name: HttpxPort(importlib.import_module(name)) for name in CLIENTS} | {"fast": FastPort()}
        clients = []
        for name, port in ports.items():
            client = play.blocking(http=port)
            clients.append(client)
            with play.stage.recording():
                client.sync_resources(CRM)
                client.configure_resources(CRM, (MODULE,))
                session = client.session(CRM, AGENT)
                session.find_contacts(phone=text)
                play.stage.asked()
                session.find_contacts(phone=text)
            cases[f"ours over {name}"] = lambda session=session: session.find_contacts(phone=text)
        (asked,) = play.stage.asked()
        for name in CLIENTS:
            bare = importlib.import_module(name).Client(headers=HEADERS)
            clients.append(bare)
            cases[f"bare {name}"] = lambda bare=bare: bare.request(
                asked.method, asked.url, content=asked.content
            ).json()
        yield play, cases
        for each_client in clients:
            each_client.close()


def on_threads() -> None:
    with blocking() as (play, cases):
        content = cases["bare httpx2"]()
        table = Table("P1: a blocking search", base="bare httpx2")
        table.targets = {"ours over httpx2": "<= 1.00", "ours over httpx": "<= 1.00", "ours over fast": "stretch 0.90"}
        play.stage.fixed(CRM, with_records(content, 2))
        for _ in range(ROUNDS):
            for case, call in cases.items():
                table.add(case, each(call, TIMES))
        table.tell()

        further = Table("P4: a further record, of 50 against 2, above its JSON")
        further.targets = {"ours over httpx2": "<= 6", "ours over fast": "<= 6"}
        sizes = (2, 50)
        found: dict[tuple[str, int], list[float]] = {}
        for _ in range(ROUNDS):
            for count in sizes:
                play.stage.fixed(CRM, with_records(content, count))
                for case, call in cases.items():
                    call()
                    found.setdefault((case, count), []).append(each(call, max(3, TIMES // 5)))
        for case in cases:
            for at in range(ROUNDS):
                bare = "bare httpx" if case.endswith("httpx") else "bare httpx2"
                mine, its = (
                    (found[which, 50][at] - found[which, 2][at]) / (sizes[1] - sizes[0]) for which in (case, bare)
                )
                further.add(case, its if case.startswith("bare") else mine - its)
        further.tell()


async def under_asyncio() -> None:
    with playing(CRM) as play:
        text = number(play)
        ports = {name: AsyncHttpxPort(importlib.import_module(name)) for name in CLIENTS} | {"fast": AsyncFastPort()}
        cases: dict[str, Callable[[], Any]] = {}
        clients = []
        for name, port in ports.items():
            client = await play.waiting(http=port)
            clients.append(client)
            with play.stage.recording():
                await client.sync_resources(CRM)
                await client.configure_resources(CRM, (MODULE,))
                session = await client.session(CRM, AGENT)
                await session.find_contacts(phone=text)
                play.stage.asked()
                await session.find_contacts(phone=text)
            cases[f"ours over {name}"] = lambda session=session: session.find_contacts(phone=text)
        (asked,) = play.stage.asked()
        bare_clients = {name: importlib.import_module(name).AsyncClient(headers=HEADERS) for name in CLIENTS}
        for name, bare in bare_clients.items():
            cases[f"bare {name}"] = lambda bare=bare: decoded(bare, asked)
        play.stage.fixed(CRM, with_records(await cases["bare httpx2"](), 2))
        for at_once, wanted in ((1, "<= 0.30"), (50, "<= 0.20")):
            table = Table(f"P2: a search under asyncio, {at_once} at once", base="bare httpx2")
            table.targets = {"ours over httpx2": "<= 1.05", "ours over fast": wanted}
            for _ in range(ROUNDS):
                for case, call in cases.items():
                    table.add(case, await each_of(call, max(TIMES, at_once), at_once))
            table.tell()
        for client in clients:
            await client.close()
        for bare in bare_clients.values():
            await bare.aclose()


async def decoded(client: Any, asked: Asked) -> Any:
    return (await client.request(asked.method, asked.url, content=asked.content)).json()


if __name__ == "__main__":
    without_proxies()
    on_threads()
    alone(under_asyncio)
