"""P1, P2, P4: what finding a contact costs beside the bare HTTP client's request and its JSON.

Run: python -m benchmarks search
The search is ``session.find_contacts(phone=...)`` in one resource: one request through connector, transport, kernel and
driver, every hit made a model and its numbers compared. The bare clients ask for the same answer with the same
headers, and decode it. P4 asks for 50 records and for 2, all of which become contacts, and tells what a further one
costs in this thread's own time: with numbers that were met before, and with one in each that never was.
"""

from __future__ import annotations

import importlib
import itertools
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import thread_time
from typing import Any

import attrs
from benchmarks.stage.figures import Table, each, each_of, sized
from benchmarks.stage.playing import AGENT, POLICY, Asked, Play, alone, playing, without_proxies

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
MOST = 50
"""Records of an answer; as many candidates are shown, else the rest would be left unread."""


def number(play: Play) -> str:
    """A number that one contact has."""
    found = [record["Phone"] for record in play.crm.fake.records(MODULE) if record.get("Phone")]
    return str(next(text for text in found if read(text, "GB") is not None and found.count(text) == 1))


def with_records(content: dict[str, Any], count: int) -> dict[str, Any]:
    """The answer with so many records, all alike but for their ids."""
    (first, *_) = content["data"]
    records = [{**first, "id": str(int(first["id"]) + at)} for at in range(count)]
    return {**content, "data": records, "info": {**content["info"], "count": count}}


_unmet = itertools.count(10_000_000)


def with_numbers_never_met(content: dict[str, Any]) -> dict[str, Any]:
    """The answer with a number in each record that was in no answer before."""
    records = [{**record, "Mobile": f"+49 151 {next(_unmet)}"} for record in content["data"]]
    return {**content, "data": records}


@contextmanager
def blocking() -> Iterator[tuple[Play, dict[str, Callable[[], Any]]]]:
    """The stage, and the cases on threads."""
    with playing(CRM) as play:
        text = number(play)
        cases: dict[str, Callable[[], Any]] = {}
        ports = {name: HttpxPort(importlib.import_module(name)) for name in CLIENTS} | {"fast": FastPort()}
        clients = []
        for name, port in ports.items():
            client = play.blocking(http=port, match=attrs.evolve(POLICY, limit=MOST))
            clients.append(client)
            with play.stage.recording():
                client.sync_resources(CRM)
                client.configure_resources(CRM, (MODULE,))
                session = client.session(CRM, AGENT)
                session.find_contacts(phone=text)
                play.stage.asked()
                session.find_contacts(phone=text)
            cases[f"ours over {name}"] = partial(session.find_contacts, phone=text)
        (asked,) = play.stage.asked()
        for name in CLIENTS:
            bare = importlib.import_module(name).Client(headers=HEADERS)
            clients.append(bare)
            cases[f"bare {name}"] = partial(decoded, bare, asked)
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

        more_records(play, cases, content)


def more_records(play: Play, cases: dict[str, Callable[[], Any]], content: dict[str, Any]) -> None:
    """P4."""
    met = Table("P4: a further record, of 50 against 2, above its JSON; numbers met before")
    met.targets = {"ours over httpx2": "<= 6", "ours over fast": "<= 6"}
    unmet = Table("P4: the same; one number in each never met")
    unmet.targets = {"ours over httpx2": "<= 45", "ours over fast": "<= 45"}
    for _ in range(ROUNDS):
        took: dict[tuple[str, int], float] = {}
        for count in (2, MOST):
            play.stage.fixed(CRM, with_records(content, count))
            for case, call in cases.items():
                answer = call()
                if case.startswith("ours") and len(answer.matches) != count:
                    raise RuntimeError(f"{len(answer.matches)} of {count} records became contacts")
                took[case, count] = each(call, max(3, TIMES // 5), thread_time)
        _above_json(met, cases, took)
        several: dict[tuple[str, int], list[float]] = {}
        for _ in range(max(3, TIMES // 20)):
            for count in (2, MOST):
                for case, call in cases.items():
                    play.stage.fixed(CRM, with_numbers_never_met(with_records(content, count)))
                    several.setdefault((case, count), []).append(each(call, 1, thread_time))
        _above_json(unmet, cases, {what: statistics.median(figures) for what, figures in several.items()})
    met.tell()
    unmet.tell()


def _above_json(table: Table, cases: dict[str, Callable[[], Any]], took: dict[tuple[str, int], float]) -> None:
    """One round: of a bare client what a record's JSON costs, of ours what it costs beyond."""
    further = {case: (took[case, MOST] - took[case, 2]) / (MOST - 2) for case in cases}
    for case, figure in further.items():
        bare = "bare httpx" if case.endswith("httpx") else "bare httpx2"
        table.add(case, figure if case == bare else figure - further[bare])


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
            cases[f"ours over {name}"] = partial(session.find_contacts, phone=text)
        (asked,) = play.stage.asked()
        bare_clients = {name: importlib.import_module(name).AsyncClient(headers=HEADERS) for name in CLIENTS}
        for name, bare in bare_clients.items():
            cases[f"bare {name}"] = partial(decoded_waiting, bare, asked)
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


def decoded(client: Any, asked: Asked) -> Any:
    return client.request(asked.method, asked.url, content=asked.content).json()


async def decoded_waiting(client: Any, asked: Asked) -> Any:
    return (await client.request(asked.method, asked.url, content=asked.content)).json()


if __name__ == "__main__":
    without_proxies()
    on_threads()
    alone(under_asyncio)
