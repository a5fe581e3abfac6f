"""Real processes, real HTTP, real SIGKILLs: what a simulation can only claim about the operating system."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from customer360 import Customer360
from customer360.core.interactions import Interaction, WrapUp
from customer360.core.matching import MatchPolicy
from customer360.core.records import RecordRef
from customer360.desk.account import Account
from customer360.desk.deadlines import Deadlines
from customer360.drivers.blocking import BlockingDriver
from customer360.drivers.clock import SystemClock
from customer360.opening import open_office
from customer360.transport.httpx_adapter import HttpxPort
from customer360.vault import MasterKey
from customer360_testkit.sandbox import Sandbox, SandboxedCrm

KILLS = 120


class LaterClock(SystemClock):
    """Two days on: whatever was in doubt may be looked for and, if it is not there, sent again."""

    ahead = 2 * 86_400.0

    def now(self) -> float:
        return super().now() + self.ahead


def client_of(store: str, key: str, endpoints: Mapping[str, str]) -> Customer360:
    return Customer360(store=store, key=MasterKey.from_text(key), endpoints=endpoints)


def victim(store: str, key: str, endpoints: Mapping[str, str], contact: RecordRef, round_: int, acks: str) -> None:
    """Wraps up one interaction after the other, and notes each that was acknowledged, until it is killed."""
    file = os.open(acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with client_of(store, key, endpoints) as client:
        session = client.session("zoho", "kim")
        for number in itertools.count():
            name = f"killed-{round_}-{number}-"
            now = datetime.now(UTC)
            conversation = session.begin(Interaction(id=name, started_at=now, answered_at=now, pop=contact))
            conversation.wrap_up(WrapUp(ended_at=now, notes=name))
            os.write(file, f"{name}\n".encode())


@pytest.mark.slow
@pytest.mark.feature("M4")
@pytest.mark.promise("R1")
@pytest.mark.promise("R2")
def test_a_hundred_sigkills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """Every acknowledged wrap-up stands in the CRM exactly once, and so does every one that was only stored."""
    toll = killed_again_and_again(tmp_path, KILLS, longest=0.9)
    print(toll)
    assert len(toll.acknowledged) >= KILLS // 2
    assert toll.broken == []


@attrs.frozen
class Toll:
    """What became of the wrap-ups: the names of those ``acknowledged``, and how often each that was stored stands in
    the CRM."""

    kills: int
    acknowledged: tuple[str, ...]
    written: Counter[str]

    @property
    def broken(self) -> list[str]:
        """The names of those that are lost or doubled."""
        lost = [name for name in self.acknowledged if self.written[name] == 0]
        return lost + [name for name, count in self.written.items() if count != 1]

    def __str__(self) -> str:
        wrong = f"{len(self.broken)} lost or doubled"
        return f"{self.kills} kills, {len(self.acknowledged)} acknowledged, {len(self.written)} written, {wrong}"


def killed_again_and_again(folder: Path, kills: int, *, longest: float) -> Toll:
    """``kills`` lives of at most ``longest`` seconds, one after the other, over one store and one CRM."""
    store, acks, key = f"sqlite:///{folder / 'c360.db'}", folder / "acks", MasterKey.new_text()
    with Sandbox("zoho") as crm:
        contact = linked(crm, store, key)
        processes = multiprocessing.get_context("forkserver")
        processes.set_forkserver_preload(["customer360.client", "customer360.transport.httpx_adapter", __name__])
        chance = random.Random(0)
        for round_ in range(kills):
            args = (store, key, dict(crm.endpoints), contact, round_, str(acks))
            process = processes.Process(target=victim, args=args, daemon=True)
            process.start()
            time.sleep(chance.uniform(0.2, longest))
            process.kill()
            process.join()
            assert process.exitcode == -9
        acknowledged = acks.read_text().split() if acks.exists() else []
        settle_everything(store, key, crm)
        written = Counter(
            line
            for row in crm.fake.records("Calls")
            for line in (row["Description"] or "").splitlines()
            if line.startswith("killed-")
        )
        return Toll(kills, tuple(acknowledged), written)


def linked(crm: SandboxedCrm, store: str, key: str) -> RecordRef:
    """Link and sign in once; the victims use what is stored."""
    with client_of(store, key, crm.endpoints) as client:
        client.link("zoho", settings=crm.fake.link_settings, application=crm.application)
        for agent in ("", "kim"):
            url = client.begin_login("zoho", agent, redirect_uri="http://localhost/back")
            client.complete_login(crm.authorize(url, "kim"))
    return RecordRef("zoho", "Contacts", str(crm.fake.records("Contacts")[0]["id"]))


def settle_everything(store: str, key: str, crm: SandboxedCrm) -> None:
    """The worker of two days later."""
    opened = open_office(
        tenant_id="default",
        store=store,
        key=MasterKey.from_text(key),
        match=MatchPolicy(),
        deadlines=Deadlines(),
        endpoints=crm.endpoints,
        plugins=None,
    )
    http, clock = HttpxPort(), LaterClock()
    driver = BlockingDriver(http=http, store=opened.store, clock=clock)
    try:
        for _ in range(20):
            driver.run(opened.office.delivery.deliver_due())
            if not driver.run(Account(opened.office).pending()):
                return
            clock.ahead += 3600.0  # what waits for a busy CRM is due by then
        raise AssertionError(f"pending for ever: {driver.run(Account(opened.office).pending())}")
    finally:
        driver.close()
        http.close()
        opened.store.close()
