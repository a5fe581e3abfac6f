"""P8: what the phone index costs: a look-up, a pop out of the store alone, a row, a contact more.

Run: python -m benchmarks index [--rows 5000000]
Fills a store as a first sync would leave it, and beside it the least that could answer: SQLite by the driver alone, one
table by number and one of snapshots. Both take turns; half of the numbers that are looked up are there. Look-ups are
told in this thread's own time: they wait for nothing, and what else the machine does is not theirs.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

import phonenumbers
import sqlalchemy as sa
from benchmarks.stage.figures import QUICK, Table, sized

from customer360.core.effects import Peek, Tx
from customer360.core.phones import compare, keys_for, read
from customer360.core.records import Changes, Contact, Phone, RecordRef
from customer360.index import phone_index, rows, snapshots, tables
from customer360.index.places import Owned, Place
from customer360.store.engine import Store, open_store

OWNED = Owned("6f1c1de2-6a0e-4f43-9f0b-5a4f1f6f0a11", "zoho", "")
NOW = 1_800_000_000.0
ROUNDS = sized(10, 2)
LOOK_UPS = sized(2_000, 50)
"""In a round."""
KEY = "SELECT contact FROM n WHERE num = ?"
JOINED = "SELECT c.body FROM n JOIN c ON c.id = n.contact WHERE n.num = ?"


class Numbers:
    """``count`` numbers of American kind, each once, in the order of nothing."""

    def __init__(self, count: int) -> None:
        self.count = count

    def of(self, at: int) -> int:
        return 12_010_000_000 + at * 797_003 % 7_900_000_000

    def contact(self, at: int) -> Contact:
        return Contact(
            ref=RecordRef("zoho", "Contacts", str(4_000_000_000_000 + at)),
            name=f"Contact {at}",
            phones=(Phone("Phone", f"+{self.of(at)}"),),
            region="US",
        )

    def half_there(self, many: int, chance: random.Random) -> list[int]:
        there = [self.of(chance.randrange(self.count)) for _ in range(many // 2)]
        absent = [self.of(self.count + chance.randrange(1_000_000)) for _ in range(many - len(there))]
        mixed = there + absent
        chance.shuffle(mixed)
        return mixed


def filled(store: Store, numbers: Numbers) -> None:
    """As a first sync leaves it; in bulk, because what a page costs is measured below."""

    def contacts(chosen: range, connection: sa.Connection) -> None:
        of = ((at, numbers.contact(at)) for at in chosen)
        connection.execute(
            tables.contact.insert(),
            [
                {
                    "scope": 1,
                    "contact": at + 1,
                    "resource": "Contacts",
                    "record_id": each.ref.id,
                    "round": 1,
                    "tails": f"[{numbers.of(at) % 10**8}]",
                    "addresses": "[]",
                    "snapshot": snapshots.pack(each),
                }
                for at, each in of
            ],
        )

    def keys(chosen: Sequence[tuple[int, int]], connection: sa.Connection) -> None:
        connection.execute(tables.number.insert(), [{"scope": 1, "tail": tail, "contact": at} for tail, at in chosen])

    store.run(Tx(lambda c: rows.begin(c, OWNED, ["Contacts"], "benchmark", NOW)))
    began = perf_counter()
    for begin in range(0, numbers.count, 50_000):
        chosen = range(begin, min(begin + 50_000, numbers.count))
        store.run(Tx(partial(contacts, chosen)))
    before, snapshots_took = size(store), perf_counter() - began
    began = perf_counter()
    ordered = sorted((numbers.of(at) % 10**8, at + 1) for at in range(numbers.count))
    for begin in range(0, numbers.count, 50_000):
        store.run(Tx(partial(keys, ordered[begin : begin + 50_000])))
    store.run(Tx(lambda c: c.execute(tables.progress.update().values(ready_at=NOW, synced_at=NOW, whole=False))))
    took = perf_counter() - began
    row = (size(store) - before) / numbers.count
    print(f"{numbers.count:,} numbers: {row:.1f} bytes a row (<= 45), built in {took:.1f} s;")
    print(f"their contacts' snapshots: {before / numbers.count:.0f} bytes each, built in {snapshots_took:.1f} s")


def size(store: Store) -> int:
    """Bytes of the store's file, with nothing left in its log."""
    store.run(Tx(lambda connection: None))
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(str(store.engine.url.database)).stat().st_size


def bare(path: Path, numbers: Numbers) -> sqlite3.Connection:
    """The least that could answer."""
    made = sqlite3.connect(path, isolation_level=None)
    made.execute("PRAGMA journal_mode=WAL")
    made.execute("CREATE TABLE n (num INTEGER, contact INTEGER, PRIMARY KEY (num, contact)) WITHOUT ROWID")
    made.execute("CREATE TABLE c (id INTEGER PRIMARY KEY, body TEXT)")
    made.execute("BEGIN")
    made.executemany("INSERT INTO n VALUES (?, ?)", sorted((numbers.of(at), at) for at in range(numbers.count)))
    made.executemany("INSERT INTO c VALUES (?, ?)", ((at, body(numbers, at)) for at in range(numbers.count)))
    made.execute("COMMIT")
    made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return made


def body(numbers: Numbers, at: int) -> str:
    return json.dumps([f"Contact {at}", f"+{numbers.of(at)}"])


def timed(look_up: Callable[[int], object], numbers: Sequence[int]) -> Iterator[float]:
    for number in numbers:
        begun = thread_time()
        look_up(number)
        yield (thread_time() - begun) * 1e6


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/store.db") as store:
        numbers = Numbers(count)
        filled(store, numbers)
        least = bare(Path(folder) / "bare.db", numbers)
        gc.collect()
        gc.freeze()  # what was built is no rubbish: collections in the midst of a look-up would look for it
        look_ups(store, least, numbers)
        least.close()
        additions(store, numbers)


def look_ups(store: Store, least: sqlite3.Connection, numbers: Numbers) -> None:
    name = store.engine.url.database
    assert name is not None
    driver = sqlite3.connect(name)
    by_tail = "SELECT contact FROM index_number WHERE scope = 1 AND tail = ?"
    behind, _ = phone_index._behind_number._compiled(store.engine.dialect)

    def bare_pop(number: int) -> object:
        parsed = phonenumbers.parse(f"+{number}")
        assert parsed.country_code is not None
        assert parsed.national_number is not None
        key = parsed.country_code * 10**10 + parsed.national_number
        return [json.loads(text) for (text,) in least.execute(JOINED, (key,))]

    def pop(number: int) -> object:
        wanted = read(f"+{number}")
        assert wanted is not None
        keys = keys_for(wanted)
        answer = store.peek(Peek(lambda c: phone_index._look_up(c, OWNED, ("Contacts",), keys)))
        return [each for each in answer.contacts if compare(wanted, each.phones[0].text, own=each.region)]

    cases: dict[str, Callable[[int], Any]] = {
        "bare: a number's contact": lambda n: least.execute(KEY, (n,)).fetchall(),
        "ours: a number's contact": lambda n: driver.execute(by_tail, (n % 10**8,)).fetchall(),
        "ours: a number's snapshot": lambda n: driver.execute(behind, (1, n % 10**8)).fetchall(),
        "bare: parse, look up, decode": bare_pop,
        "ours: parse, look up, decode, verify; texts never met": pop,
        "ours: the same; texts met before": pop,
    }
    middle, late = Table("P8: a look-up, p50", base="bare: a number's contact"), Table("P8: a look-up, p99")
    middle.targets = {
        "ours: a number's contact": "<= 1.4 x the bare one (4 us of 2.9)",
        "ours: the same; texts met before": "<= 22",
    }
    late.targets = {"ours: a number's contact": "<= 6", "ours: the same; texts met before": "<= 40"}
    chance = random.Random(1)
    for _ in range(ROUNDS):
        chosen = numbers.half_there(LOOK_UPS, chance)
        for title, look_up in cases.items():
            times = sorted(timed(look_up, chosen))
            middle.add(title, times[len(times) // 2])
            late.add(title, times[int(len(times) * 0.99)])
    driver.close()
    middle.tell()
    late.tell()


def additions(store: Store, numbers: Numbers) -> None:
    """What a contact more costs: alone in its page and its commit, and among two hundred; and a bare row's commit."""
    table = Table("P8: a contact more", "us")
    driver = sqlite3.connect(str(store.engine.url.database), isolation_level=None)
    driver.execute("PRAGMA synchronous=FULL")
    driver.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, body TEXT)")
    table.targets = {"of a page of 200, CPU": "<= 60"}
    place = Place(1, "Contacts", 1, False, 0)
    at = numbers.count
    for round_ in range(ROUNDS):
        for title, many in (("one, its own commit", 1), ("of a page of 200", 200)):
            page = Changes(
                changed=tuple(numbers.contact(at + each) for each in range(many)), cursor=f"{round_} {many}", more=True
            )
            for each in page.changed:
                snapshots.tails(each, ("US",))  # parsed once: what that costs is another measurement's
            began, cpu = perf_counter(), thread_time()
            after = store.run(Tx(lambda c: rows.apply(c, OWNED, place, page, ("US",), "benchmark", NOW)))  # noqa: B023
            table.add(title, (perf_counter() - began) / many * 1e6)
            table.add(f"{title}, CPU", (thread_time() - cpu) / many * 1e6)
            assert after is not None
            place, at = after, at + many
        cpu = thread_time()
        driver.execute("INSERT INTO bare (body) VALUES (?)", (body(numbers, at),))
        table.add("bare: a row, its own commit, CPU", (thread_time() - cpu) * 1e6)
    driver.close()
    table.tell()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000 if QUICK else 1_000_000)
    parser.add_argument("--quick", action="store_true")
    main(parser.parse_args().rows)
