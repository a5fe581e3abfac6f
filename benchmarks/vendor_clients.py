"""P3: finding a contact by e-mail address, beside the clients that vendors and others publish.

Run: python -m benchmarks vendor_clients
Each of theirs runs in an environment and a process of its own, in turns with ours, against answers of the same fake,
played from memory. Where the registry is away that client is left out, visibly.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from typing import Any

import attrs
from benchmarks.stage.figures import Table, each, each_of, sized
from benchmarks.stage.playing import AGENT, Play, alone, caller, playing, without_proxies
from benchmarks.stage.workers import Worker, working
from tests.judges.environments import NotInstalled

from customer360.transport.fast_adapter import AsyncFastPort, FastPort
from customer360.transport.httpx_adapter import AsyncHttpxPort, HttpxPort

ROUNDS = sized(7, 2)
TIMES = sized(200, 2)
AT_ONCE = (1, sized(50, 3))


@attrs.frozen
class Theirs:
    """A client that others wrote: its environment, its script, and what the script is told after the address."""

    name: str
    environment: tuple[str, ...]
    script: str
    arguments: Callable[[Any, str], tuple[str, ...]]
    """(fake, home) -> arguments."""
    target: str
    resource: str


CLIENTS: Mapping[str, Theirs] = {
    "salesforce": Theirs(
        "simple-salesforce",
        ("salesforce", "simple-salesforce"),
        "salesforce_client.py",
        lambda fake, home: (fake.oauth.issue(AGENT, ("api",)).access_token,),
        "<= 0.50",
        "Contact",
    ),
    "zoho": Theirs(
        "zohocrmsdk8-0",
        ("zoho", "zohocrmsdk8-0"),
        "zoho_client.py",
        lambda fake, home: (
            fake.client_id,
            fake.client_secret,
            fake.oauth.issue(AGENT, ("ZohoCRM.modules.ALL", "ZohoSearch.securesearch.READ")).refresh_token,
            home,
        ),
        "<= 0.22",
        "Contacts",
    ),
    "microsoft365": Theirs(
        "msgraph-sdk",
        ("microsoft365", "msgraph-sdk", "requests-oauthlib"),
        "graph_client.py",
        lambda fake, home: (fake.oauth.issue(AGENT, ("User.Read", "Contacts.ReadWrite")).access_token,),
        "<= 0.07",
        "contact",
    ),
}


def theirs_at_work(theirs: Theirs, play: Play, email: str) -> AbstractContextManager[Worker]:
    """Their client in its process."""
    base = play.crm.fake.public_base = play.stage.url(play.crm.key)  # where its tokens say that they are good
    arguments = (base, *theirs.arguments(play.crm.fake, play.home), email)
    return working(play, theirs.environment, theirs.script, *arguments)


def blocking(crm: str, theirs: Theirs) -> None:
    """A client that blocks: ours and theirs on one thread, and on many."""
    with playing(crm) as play, ExitStack() as ending:
        email = caller(play.crm).emails[0].lower()
        cases: dict[str, Callable[[], Any]] = {}
        for name, port in (("the default", HttpxPort()), ("fast", FastPort())):
            client = ending.enter_context(play.blocking(http=port))
            with play.stage.recording():
                client.sync_resources(crm)
                client.configure_resources(crm, (theirs.resource,))
                session = client.session(crm, AGENT)
                found = session.find_contacts(email=email)
            assert found.best is not None, found.sentence()
            cases[f"ours over {name}"] = partial(session.find_contacts, email=email)
        worker = ending.enter_context(theirs_at_work(theirs, play, email))
        for at_once in AT_ONCE:
            table = named(theirs, at_once)
            with ThreadPoolExecutor(at_once) as pool:
                for _ in range(ROUNDS):
                    table.add(theirs.name, worker.each(TIMES, at_once))
                    for case, call in cases.items():
                        if at_once == 1:
                            table.add(case, each(call, TIMES))
                        else:
                            whole = each(partial(all_in, pool, call), 1)
                            table.add(case, whole / TIMES)
            table.tell()
        must_know(play)


def all_in(pool: ThreadPoolExecutor, call: Callable[[], Any]) -> list[Any]:
    """The call so many times, on as many threads as the pool has."""
    return list(pool.map(lambda _: call(), range(TIMES)))


async def waiting(crm: str, theirs: Theirs) -> None:
    """The same for a client under asyncio."""
    with playing(crm) as play, ExitStack() as ending:
        email = caller(play.crm).emails[0].lower()
        cases: dict[str, Callable[[], Any]] = {}
        clients = []
        for name, port in (("the default", AsyncHttpxPort()), ("fast", AsyncFastPort())):
            client = await play.waiting(http=port)
            clients.append(client)
            with play.stage.recording():
                await client.sync_resources(crm)
                await client.configure_resources(crm, (theirs.resource,))
                session = await client.session(crm, AGENT)
                found = await session.find_contacts(email=email)
            assert found.best is not None, found.sentence()
            cases[f"ours over {name}"] = partial(session.find_contacts, email=email)
        worker = ending.enter_context(theirs_at_work(theirs, play, email))
        for at_once in AT_ONCE:
            table = named(theirs, at_once)
            for _ in range(ROUNDS):
                table.add(theirs.name, worker.each(max(TIMES // 4, at_once), at_once))
                for case, call in cases.items():
                    table.add(case, await each_of(call, TIMES, at_once))
            table.tell()
        for client in clients:
            await client.close()
        must_know(play)


def named(theirs: Theirs, at_once: int) -> Table:
    table = Table(f"P3: finding a contact by address, beside {theirs.name}, {at_once} at once", base=theirs.name)
    table.targets = {f"ours over {name}": theirs.target for name in ("the default", "fast")}
    return table


def must_know(play: Play) -> None:
    """Whoever was answered with "unknown" did not do what was to be measured."""
    unknown = play.stage.facts()["unknown"]
    if unknown:
        raise RuntimeError(f"{unknown} requests to {play.crm.key} were never recorded")


if __name__ == "__main__":
    without_proxies()
    for crm, theirs in CLIENTS.items():
        try:
            if theirs.script == "graph_client.py":
                alone(partial(waiting, crm, theirs))
            else:
                blocking(crm, theirs)
        except NotInstalled as why:
            print(f"\nleft out: {theirs.name}: {why}", file=sys.stderr, flush=True)
