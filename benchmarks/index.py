"""P8: what a look-up in the phone index costs, beside SQLite's own price for the same rows.

Run: python benchmarks/index.py [--five-million]
Fills a store with numbers as a sync would leave them, then looks up numbers that are there and numbers that are not,
alternating with a bare sqlite3 look-up by an integer key. Prints p50 and p99 in microseconds, the ratio, bytes per row,
and what one page of a sync costs. Targets in brackets are those of a look-up by key alone.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from customer360.core.effects import Peek, Tx
from customer360.core.phones import compare, keys_for, read
from customer360.core.records import Changes, Contact, Phone, RecordRef
from customer360.index import phone_index, rows, snapshots, tables
from customer360.store.engine import Store, open_store

OWNED = rows.Owned("6f1c1de2-6a0e-4f43-9f0b-5a4f1f6f0a11", "zoho", "")
NOW = 1_800_000_000.0


def contact(at: int) -> Contact:
    return Contact(
        ref=RecordRef("zoho", "Contacts", str(4_000_000_000_000 + at)),
        name=f"Contact {at}",
        phones=(Phone("Phone", f"+1{2_010_000_000 + at * 797 % 6_000_000_000}"),),
        region="US",
    )


def fill(store: Store, count: int) -> None:
    """As a first sync leaves it; contacts in bulk, because parsing is measured elsewhere."""
    here = {"tenant_id": OWNED.tenant_id, "scope": 1}

    def batch(connection: sa.Connection, chosen: range) -> None:
        contacts = [contact(at) for at in chosen]
        connection.execute(
            tables.contact.insert(),
            [
                {
                    **here,
                    "contact": at,
                    "resource": "Contacts",
                    "record_id": each.ref.id,
                    "round": 1,
                    "tails": f"[{int(each.phones[0].text[-8:])}]",
                    "addresses": "[]",
                    "snapshot": snapshots.pack(each),
                }
                for at, each in zip(chosen, contacts, strict=True)
            ],
        )

    store.run(Tx(lambda c: rows.begin(c, OWNED, ["Contacts"], "benchmark", NOW)))
    for begin in range(0, count, 50_000):
        chosen = range(begin, min(begin + 50_000, count))
        store.run(Tx(lambda c, chosen=chosen: batch(c, chosen)))
    store.run(Tx(lambda c: c.execute(tables.progress.update().values(ready_at=NOW, whole=False))))


def fill_numbers(store: Store, count: int) -> None:
    ordered = sorted((int(contact(at).phones[0].text[-8:]), at) for at in range(count))

    def batch(connection: sa.Connection, chosen: list[tuple[int, int]]) -> None:
        connection.execute(
            tables.number.insert(),
            [{"tenant_id": OWNED.tenant_id, "scope": 1, "tail": tail, "contact": at} for tail, at in chosen],
        )

    for begin in range(0, count, 50_000):
        store.run(Tx(lambda c, chosen=ordered[begin : begin + 50_000]: batch(c, chosen)))


def timed(look_up: Callable[[int], object], numbers: list[int]) -> Iterator[float]:
    for number in numbers:
        begun = time.perf_counter()
        look_up(number)
        yield (time.perf_counter() - begun) * 1e6


def told(title: str, times: list[float], base: float | None = None) -> float:
    times.sort()
    middle = times[len(times) // 2]
    ratio = "" if base is None else f", {middle / base:.1f} x the bare look-up"
    print(f"{title}: p50 {middle:.1f} us, p99 {times[int(len(times) * 0.99)]:.1f} us{ratio}")
    return middle


def size(store: Store) -> int:
    store.run(Tx(lambda connection: None))
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(str(store.engine.url.database)).stat().st_size


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/store.db") as store:
        fill(store, count)
        before = size(store)
        fill_numbers(store, count)
        print(f"{count:,} numbers: {(size(store) - before) / count:.1f} bytes a row (<= 45), tenant's UUID included;")
        print(f"and {before / count:.0f} bytes for each contact's snapshot")

        bare = sqlite3.connect(f"{folder}/bare.db")
        bare.execute("CREATE TABLE n (num INTEGER, contact INTEGER, PRIMARY KEY (num, contact)) WITHOUT ROWID")
        bare.executemany(
            "INSERT INTO n VALUES (?, ?)", ((int(contact(at).phones[0].text[1:]), at) for at in range(count))
        )
        bare.commit()
        chance = random.Random(1)
        there = [int(contact(chance.randrange(count)).phones[0].text[1:]) for _ in range(5_000)]
        absent = [13_010_000_000 + chance.randrange(900_000_000) for _ in range(5_000)]
        hidden = store.engine.url.database
        assert hidden is not None
        driver = sqlite3.connect(hidden)
        statement = phone_index._compiled("number", store.engine.dialect)
        who = (OWNED.tenant_id, OWNED.crm, OWNED.owner)

        def whole(number: int) -> object:
            wanted = read(f"+{number}")
            assert wanted is not None
            keys = keys_for(wanted)
            answer = store.peek(Peek(lambda c: phone_index._look_up(c, OWNED, ("Contacts",), keys)))
            return [each for each in answer.contacts if compare(wanted, each.phones[0].text, own=each.region)]

        cases: dict[str, Callable[[int], object]] = {
            "bare sqlite3, integer key": lambda n: bare.execute("SELECT contact FROM n WHERE num = ?", (n,)).fetchall(),
            "the index's statement, with the snapshot": lambda n: driver.execute(
                statement, (*who, n % 100_000_000)
            ).fetchall(),
            "whole answer: new text to verified contact": whole,
            "whole answer: texts met before (<= 22 by key alone)": whole,
        }
        times: dict[str, list[float]] = {title: [] for title in cases}
        for begin in range(0, 5_000, 500):
            for title, look_up in cases.items():
                times[title].extend(timed(look_up, there[begin : begin + 500] + absent[begin : begin + 500]))
        base: float | None = None
        for title, measured in times.items():
            middle = told(title, measured, base)
            base = base or middle
        bare.close()
        driver.close()

        page = Changes(changed=tuple(contact(count + at) for at in range(200)), cursor="1", more=True)
        place = rows.Place(1, "Contacts", 1, False, 0)
        begun = time.perf_counter()
        store.run(Tx(lambda c: rows.apply(c, OWNED, place, page, ("US",), "benchmark", NOW)))
        print(f"a page of 200 new contacts applied: {(time.perf_counter() - begun) / 200 * 1e6:.0f} us a contact")


if __name__ == "__main__":
    main(5_000_000 if "--five-million" in sys.argv else 1_000_000)
