"""D13: how long a sync takes: all contacts of a large organisation into the phone index, and what changed since.

Run: python -m benchmarks sync [--rows 100000]
Every CRM that has a connector and a fake here, over HTTP; the fake in a process of its own, which it shares the machine
with, so that most of the time is the fake's. First everything, then after a hundred deletions and a merge what changed.
Memory is this process's, at the end beside after the first page and half way.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import sqlalchemy as sa
from benchmarks.stage.crowded import PEOPLE, Crowded, crowded
from benchmarks.stage.figures import QUICK, Table
from benchmarks.stage.playing import AGENT, POLICY, REDIRECT, without_proxies

from customer360 import Customer360, MasterKey
from customer360.core.effects import Tx
from customer360.index.sync import SyncProgress
from customer360.index.tables import contact, number
from customer360.plugins import installed
from customer360_testkit.fakes.registry import fake_names

REMOVED = 100


def main(size: int, only: str | None) -> None:
    table = Table(f"D13: a sync of {size:,} contacts", "s")
    pages = Table("D13: the same, a page and a contact", "count")
    for crm in sorted(set(fake_names()) & installed().connectors.keys() & PEOPLE.keys()):
        if only not in (None, crm):
            continue
        with crowded(crm, size) as fake, tempfile.TemporaryDirectory(prefix="customer360-bench-") as home:
            one(fake, Path(home), size, table, pages)
    table.tell()
    pages.tell()


def one(fake: Crowded, home: Path, size: int, table: Table, pages: Table) -> None:
    crm = fake.crm
    with Customer360(
        store=f"sqlite:///{home}/store.db", key=MasterKey.in_memory(), match=POLICY, endpoints=fake.endpoints
    ) as client:
        client.link(crm, settings=fake.settings, application=fake.application)
        for agent in ("", AGENT):
            url = client.begin_login(crm, agent, redirect_uri=REDIRECT)
            client.complete_login(fake.authorize(url, AGENT))
        fake.tell("requests")
        memory: list[int] = []

        def noted(progress: SyncProgress) -> None:
            memory.append(resident())

        began, cpu = perf_counter(), process_time()
        report = client.sync_index(crm, AGENT, on_progress=noted)
        took, ours = perf_counter() - began, process_time() - cpu
        if not report.complete:
            raise RuntimeError(f"{crm}: {report}")
        read = sum(each.changed for each in report.resources)
        table.add(f"{crm}: everything", took)
        table.add(f"{crm}: of it our own CPU", ours)
        pages.add(f"{crm}: contacts read", read)
        pages.add(f"{crm}: pages", sum(each.pages for each in report.resources))
        pages.add(f"{crm}: requests", fake.tell("requests"))
        pages.add(f"{crm}: our CPU for a contact, us", ours / read * 1e6)
        pages.add(f"{crm}: MB more in memory than after the first page", (memory[-1] - memory[0]) / 2**20)
        pages.add(f"{crm}: MB more in memory than half way", (memory[-1] - memory[len(memory) // 2]) / 2**20)
        stands(client, size)
        fake.tell("remove", REMOVED)
        lost = REMOVED + bool(fake.tell("merge"))
        fake.tell("requests")
        began = perf_counter()
        report = client.sync_index(crm, AGENT)
        table.add(f"{crm}: {REMOVED} deletions and a merge later", perf_counter() - began)
        pages.add(f"{crm}: requests for that", fake.tell("requests"))
        if sum(each.gone for each in report.resources) < lost:
            raise RuntimeError(f"{crm}: not all deletions were read: {report}")
        stands(client, size - lost)


def stands(client: Customer360, count: int) -> None:
    """Whether the index holds as many of the crowd as there are, each with a number."""
    same = sa.and_(number.c.scope == contact.c.scope, number.c.contact == contact.c.contact)
    who = sa.func.count(sa.distinct(contact.c.contact))
    theirs = sa.select(who).select_from(number.join(contact, same)).where(contact.c.snapshot.like("%Family%"))
    found = client._opened.store.run(Tx(lambda c: c.scalar(theirs)))
    if found != count:
        raise RuntimeError(f"{found} contacts are indexed, not {count}")


def resident() -> int:
    """Bytes of this process that are in memory."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    without_proxies()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=600 if QUICK else 100_000)
    parser.add_argument("--crm", help="of one CRM alone")
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    main(asked.rows, asked.crm)
