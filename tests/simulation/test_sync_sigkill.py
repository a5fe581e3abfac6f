"""A sync of a whole CRM in a process that is killed again and again: real processes, real HTTP, a crowd of contacts."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from customer360 import Customer360
from customer360.core.effects import Tx
from customer360.core.matching import MatchPolicy
from customer360.desk.account import Account
from customer360.desk.deadlines import Deadlines
from customer360.drivers.blocking import BlockingDriver
from customer360.index.sync import SyncReport
from customer360.index.tables import contact, number
from customer360.opening import Opened, open_office
from customer360.transport.httpx_adapter import HttpxPort
from customer360.vault import MasterKey
from customer360_testkit.fakes.crowd import crowd
from customer360_testkit.fakes.faults import slow, status
from customer360_testkit.sandbox import Sandbox, SandboxedCrm

# CRM -> its people's module, and how many make half a dozen pages.
CRMS = {
    "bullhorn": ("Candidate", 1_200),
    "zoho": ("Contacts", 1_200),
    "microsoft365": ("contacts", 1_200),
    "salesforce": ("Contact", 10_000),
}
# What was deleted is gone from the index of these at once, and not a minute later.
AT_ONCE = {"bullhorn": {"index_lag": "none"}}
KILLS = 3
KIM = "kim"

pytestmark = [pytest.mark.slow, pytest.mark.feature("D13")]


@contextmanager
def office(store: str, key: str, endpoints: Mapping[str, str]) -> Iterator[tuple[Opened, BlockingDriver]]:
    opened = open_office(
        tenant_id="default",
        store=store,
        key=MasterKey.from_text(key),
        match=MatchPolicy(regions=("US",)),
        deadlines=Deadlines(),
        endpoints=endpoints,
        plugins=None,
    )
    http = HttpxPort()
    driver = BlockingDriver(http=http, store=opened.store)
    try:
        yield opened, driver
    finally:
        driver.close()
        http.close()
        opened.store.close()


def synced(store: str, key: str, endpoints: Mapping[str, str], crm: str, pages: str) -> SyncReport:
    """One life: a sync that leaves a mark for each page."""
    file = os.open(pages, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        with office(store, key, endpoints) as (opened, driver):
            sync = Account(opened.office).sync_index(crm, KIM)

            def noted(_: object) -> None:
                os.write(file, b".")

            return driver.run(sync, emit=noted)
    finally:
        os.close(file)


def linked(crm: SandboxedCrm, store: str, key: str) -> None:
    with Customer360(store=store, key=MasterKey.from_text(key), endpoints=crm.endpoints) as client:
        client.link(crm.key, settings=crm.fake.link_settings, application=crm.application)
        for agent in ("", KIM):
            url = client.begin_login(crm.key, agent, redirect_uri="http://localhost/back")
            client.complete_login(crm.authorize(url, KIM))


def indexed(store: str, key: str, endpoints: Mapping[str, str]) -> list[str]:
    """The names of the crowd that are indexed, once for each row that holds a number of theirs."""
    found = sa.select(contact.c.snapshot).join(
        number, sa.and_(number.c.scope == contact.c.scope, number.c.contact == contact.c.contact)
    )
    with office(store, key, endpoints) as (opened, _):
        snapshots = opened.store.run(Tx(lambda c: c.scalars(found).all()))
    names = [snapshot.split("Family", 1)[1].split('"', 1)[0] for snapshot in snapshots if "Family" in snapshot]
    return sorted(names, key=int)


@pytest.mark.parametrize("key", CRMS)
def test_a_sync_killed_again_and_again_ends_whole(key: str, tmp_path: Path) -> None:
    """Nobody is missing and nobody is there twice; each life goes on at the page at which the one before it died, and
    at once, for the one before is known to be dead; who is deleted or merged away between two lives is not there in the
    end."""
    module, size = CRMS[key]
    store, pages, secret = f"sqlite:///{tmp_path / 'c360.db'}", tmp_path / "pages", MasterKey.new_text()
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["customer360.client", "customer360.transport.httpx_adapter", __name__])
    chance = random.Random(key)
    with Sandbox(key, cast=crowd(size), switches=AT_ONCE.get(key)) as crm:
        linked(crm, store, secret)
        before, killed = len(crm.fake.journal), 0
        crm.fake.faults.add(slow(0.1), times=None)  # so that most die while they wait for a page
        for lives in range(KILLS):
            args = (store, secret, dict(crm.endpoints), key, str(pages))
            process = processes.Process(target=synced, args=args, daemon=True)
            process.start()
            wait_for_a_page(pages)
            time.sleep(chance.uniform(0.0, 0.2))
            process.kill()
            process.join()
            killed += process.exitcode == -9
            if lives == 1:
                gone = changed_meanwhile(crm.fake, module)
        crm.fake.faults.clear()
        assert killed >= 2
        assert indexed(store, secret, crm.endpoints) != []
        report = synced(store, secret, crm.endpoints, key, str(pages))
        assert report.complete
        read = len(crm.fake.journal) - before
        again = synced(store, secret, crm.endpoints, key, str(pages))
        assert again.complete
        expected = [str(at) for at in range(size) if at not in gone]
        assert indexed(store, secret, crm.endpoints) == expected
        whole = pages.stat().st_size
        print(f"{key}: {size} contacts, {killed} kills, {read} requests for {whole} pages")
        assert read <= whole + 3 * (KILLS + 2) + 10


def wait_for_a_page(pages: Path) -> None:
    """Until another page has been read."""
    began = pages.stat().st_size if pages.exists() else 0
    for _ in range(3_000):
        if pages.exists() and pages.stat().st_size > began:
            return
        time.sleep(0.01)
    raise AssertionError("no page was read within half a minute")


def changed_meanwhile(fake: Any, module: str) -> set[int]:
    """Delete one who has been read and one who has not; merge two, where the CRM can. Who is gone, by place."""
    records = fake.records(module)
    people = [record for record in records if "Family" in str(record)]
    at = [0, len(people) - 1]
    for place in at:
        fake.remove(module, identifier(people[place]))
    if fake.merge(module, identifier(people[2]), identifier(people[1])):
        at.append(1)
    return set(at)


def identifier(record: Mapping[str, object]) -> str:
    return str(record.get("id") or record["Id"])


@pytest.mark.fault("X4")
@pytest.mark.promise("R5")
@pytest.mark.parametrize("key", CRMS)
def test_a_sync_keeps_to_a_pause_that_the_crm_asks_for(key: str, tmp_path: Path) -> None:
    """Nothing is sent inside it, and the sync goes on afterwards as if nothing had been."""
    store, secret = f"sqlite:///{tmp_path / 'c360.db'}", MasterKey.new_text()
    with Sandbox(key, cast=crowd(700)) as crm:
        linked(crm, store, secret)
        crm.fake.faults.add(status(429, headers=(("Retry-After", "2"),)), nth=2)
        before = len(crm.fake.journal)
        assert synced(store, secret, crm.endpoints, key, str(tmp_path / "pages")).complete
        asked = list(crm.fake.journal)[before:]
        (refused,) = [place for place, entry in enumerate(asked) if entry.status == 429]
        assert asked[refused + 1].at - asked[refused].at >= 2.0
        assert indexed(store, secret, crm.endpoints) == [str(at) for at in range(700)]
