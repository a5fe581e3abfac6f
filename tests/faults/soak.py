"""R8: memory stays where it is, however many calls a client has carried out.

Run: python -m tests.faults.soak [--face blocking|asyncio] [--calls 100000]
One client against a server in a process of its own: records read, people searched for, records that are not there, now
and then a whole interaction; on the asyncio face every tenth call is cancelled at some point on its way. Before that, a
tenth of the calls and a full store, so that every cache and pool is as full as it gets: SQLite keeps up to 2 MB of a
file's pages in memory, whatever the file has. Told is by how much the process has grown since, as a line of JSON; it
ends with 1 if that is more than ``ALLOWED``.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from benchmarks.stage.playing import AGENT, Play, call_from, caller, playing

from customer360 import AsyncCustomer360, AsyncSession, Customer360, NotFound, RecordRef, Session
from customer360.core.effects import Tx

CALLS: Final = 100_000
ALLOWED: Final = 1.0
"""MB of growth, the promise's."""
READINGS: Final = 10
CANCELLED: Final = 10
"""Each of so many calls is cancelled."""
INTERACTIONS: Final = 50
"""Each of so many calls is an interaction from its beginning to its end."""


def resident() -> float:
    """The process's resident memory in MB, when all garbage is gone. Linux only."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def fill(connection: sa.Connection) -> None:
    """More interactions than SQLite keeps in memory, as a centre has them after a while."""
    row = "INSERT INTO interaction VALUES ('another', :id, 'a', 0, 0, :text, '{}', 0)"
    connection.execute(sa.text(row), [{"id": str(number), "text": "x" * 1000} for number in range(6000)])
    connection.execute(sa.text("SELECT * FROM interaction")).all()


class Blocking:
    """The blocking face, call by call."""

    def __init__(self, play: Play) -> None:
        self.customer = caller(play.crm)
        self.client: Customer360 = play.blocking()
        self.session: Session = self.client.session(play.crm.key, AGENT)
        with play.stage.recording():
            self.ref = self.session.search_contacts(self.customer.emails[0]).contacts[0].ref
            self.gone = RecordRef(self.ref.crm, self.ref.resource, self.ref.id[:-1] + "x")
            for number in range(INTERACTIONS):
                self.call(number)

    def call(self, number: int) -> None:
        if number % INTERACTIONS == 0:
            conversation = self.session.begin(call_from(self.customer.e164[0]))
            assert conversation.panel.contact is not None
            conversation.end()
        elif number % 5 == 1:
            assert self.session.search_contacts(self.customer.emails[0]).contacts
        elif number % 5 == 2:
            with suppress(NotFound):
                self.session.get_contact(self.gone)
                raise AssertionError("a record that is not there was found")
        else:
            assert self.session.get_contact(self.ref).ref == self.ref

    def calls(self, first: int, count: int) -> None:
        for number in range(first, first + count):
            self.call(number)

    def close(self) -> None:
        self.client.close()


class Waiting:
    """The asyncio face, ten calls at a time."""

    def __init__(self, play: Play, runner: asyncio.Runner) -> None:
        self.runner = runner
        self.customer = caller(play.crm)
        self.chance = random.Random(8)
        runner.run(self._open(play))

    async def _open(self, play: Play) -> None:
        self.client: AsyncCustomer360 = await play.waiting()
        self.session: AsyncSession = await self.client.session(play.crm.key, AGENT)
        with play.stage.recording():
            self.ref = (await self.session.search_contacts(self.customer.emails[0])).contacts[0].ref
            self.gone = RecordRef(self.ref.crm, self.ref.resource, self.ref.id[:-1] + "x")
            for number in range(INTERACTIONS):
                await self.call(number)

    async def call(self, number: int) -> None:
        if number % INTERACTIONS == 0:
            conversation = await self.session.begin(call_from(self.customer.e164[0]))
            assert conversation.panel.contact is not None
            await conversation.end()
        elif number % 5 == 1:
            assert (await self.session.search_contacts(self.customer.emails[0])).contacts
        elif number % 5 == 2:
            with suppress(NotFound):
                await self.session.get_contact(self.gone)
                raise AssertionError("a record that is not there was found")
        else:
            assert (await self.session.get_contact(self.ref)).ref == self.ref

    def calls(self, first: int, count: int) -> None:
        self.runner.run(self._calls(first, count))

    async def _calls(self, first: int, count: int) -> None:
        for at in range(first, first + count, 10):
            await asyncio.gather(*map(self._perhaps_cancelled, range(at, min(at + 10, first + count))))

    async def _perhaps_cancelled(self, number: int) -> None:
        if number % CANCELLED != 7:
            return await self.call(number)
        task = asyncio.ensure_future(self.call(number))
        for _ in range(self.chance.randrange(40)):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def close(self) -> None:
        self.runner.run(self.client.close())


def soak(face: str, calls: int) -> dict[str, Any]:
    """What the process weighed, in MB, after each tenth of the ``calls``, and how much more that is than at first."""
    with playing("zoho") as play, asyncio.Runner() as runner:
        made = Blocking(play) if face == "blocking" else Waiting(play, runner)
        made.client._opened.store.run(Tx(fill))
        made.calls(0, calls // 10)
        play.stage.facts()
        weighed, began, done = [resident()], time.monotonic(), 0
        for reading in range(1, READINGS + 1):
            upto = calls * reading // READINGS
            made.calls(done, upto - done)
            done = upto
            weighed.append(resident())
        seconds, facts = time.monotonic() - began, play.stage.facts()
        made.close()
    return {
        "face": face,
        "calls": calls,
        "seconds": round(seconds, 1),
        "requests": facts["answered"],
        "connections": facts["accepted"] - 1,  # less the question's own
        "grown_mb": round(weighed[-1] - weighed[0], 2),
        "weighed_mb": [round(each, 2) for each in weighed],
    }


def main(arguments: list[str]) -> int:
    """0 if the process has not grown."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--face", choices=("blocking", "asyncio"), default="blocking")
    parser.add_argument("--calls", type=int, default=CALLS)
    asked = parser.parse_args(arguments)
    told = soak(asked.face, asked.calls)
    print(json.dumps(told), flush=True)
    return 0 if told["grown_mb"] <= ALLOWED else 1


if __name__ == "__main__":
    warnings.simplefilter("error")
    sys.exit(main(sys.argv[1:]))
