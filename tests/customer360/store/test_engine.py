"""Transactions, reads, and what happens when the file cannot be used (X17, R13)."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from customer360.core.effects import Peek, Tx
from customer360.core.errors import InvalidSettings, StoreBusy, StoreError, StoreFull, Unsupported
from customer360.store.engine import Store, open_store

ROW = "INSERT INTO interaction VALUES ('t', :id, 'a', 0, 0, :text, '{}', 0)"


def add(number: int, text: str = "{}") -> Tx[None]:
    def work(connection: sa.Connection) -> None:
        connection.execute(sa.text(ROW), {"id": str(number), "text": text})

    return Tx(work)


def count(connection: sa.Connection) -> int:
    return connection.scalar(sa.text("SELECT count(*) FROM interaction")) or 0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{path}", busy_timeout=0.05) as store:
        yield store


@pytest.fixture(params=["file", "memory"])
def either(request: pytest.FixtureRequest, path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{path}" if request.param == "file" else "sqlite://") as store:
        yield store


def test_a_transaction_commits_when_it_returns(either: Store) -> None:
    """What a Tx wrote is there for a Peek."""
    either.run(add(1))
    assert either.peek(Peek(count)) == 1


def test_a_transaction_that_raises_leaves_nothing(either: Store) -> None:
    """A Tx is whole or not at all, and the error is the function's own."""

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.text(ROW), {"id": "1", "text": "{}"})
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        either.run(Tx(work))
    assert either.peek(Peek(count)) == 0


def test_a_peek_cannot_write(store: Store) -> None:
    """A write that somebody slipped into a Peek is refused by the database."""
    with pytest.raises(StoreError):
        store.peek(Peek(lambda connection: connection.execute(sa.text("DELETE FROM interaction"))))
    assert store.peek(Peek(count)) == 0


def test_a_peek_does_not_wait_for_a_writer(store: Store) -> None:
    """WAL: a read sees the last commit while a transaction is open elsewhere."""
    store.run(add(1))

    def work(connection: sa.Connection) -> int:
        connection.execute(sa.text("DELETE FROM interaction"))
        seen: list[int] = []
        reader = threading.Thread(target=lambda: seen.append(store.peek(Peek(count))))
        reader.start()
        reader.join()
        return seen[0]

    assert store.run(Tx(work)) == 1


def test_foreign_keys_hold(either: Store) -> None:
    """A contact of an interaction that does not exist is refused, without a word of its content."""
    with pytest.raises(StoreError) as caught:
        either.run(
            Tx(
                lambda connection: connection.execute(
                    sa.text(
                        "INSERT INTO interaction_contact VALUES ('t', 'none', 'a', 'zoho', 'Contacts', 'secret', 0)"
                    )
                )
            )
        )
    assert "secret" not in str(caught.value)


def test_the_file_is_its_owners_alone(store: Store, path: Path) -> None:
    """The store holds sealed tokens and names: no other user may read any of its files."""
    store.run(add(1))
    assert {file.name: file.stat().st_mode & 0o077 for file in path.parent.glob("store.db*")} == dict.fromkeys(
        ("store.db", "store.db-wal", "store.db-shm"), 0
    )


def test_another_kind_of_database_is_refused() -> None:
    """A URL that cannot be served says so at once."""
    with pytest.raises(Unsupported):
        open_store("mysql://host/db")


@pytest.mark.fault("X17")
def test_locked_by_another_process_is_store_busy(store: Store, path: Path) -> None:
    """Beyond the wait it is StoreBusy, retryable; reads go on, and so do writes when the other is done."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy) as caught:
        store.run(add(1))
    assert caught.value.retryable
    assert store.peek(Peek(count)) == 0
    other.execute("ROLLBACK")
    other.close()
    store.run(add(1))
    assert store.peek(Peek(count)) == 1


@pytest.mark.fault("X17")
@pytest.mark.promise("R13")
def test_a_full_disk_is_store_full_and_the_store_stays_readable(path: Path) -> None:
    """No space: a typed error, nothing half-written, what was stored can be read."""
    with open_store(f"sqlite:///{path}") as store:
        store.run(add(1))

        def shrink(connection: sqlite3.Connection, _: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")  # SQLite raises it to the present size

        sa.event.listen(store.engine, "connect", shrink)
        store.engine.dispose()
        with pytest.raises(StoreFull):
            store.run(add(2, text="x" * 100_000))
        assert store.peek(Peek(count)) == 1


@pytest.mark.fault("X17")
def test_a_read_only_store_says_so(store: Store, path: Path) -> None:
    """A store that cannot be written is a typed error with a next step; reads go on."""
    store.run(add(1))

    def read_only(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA query_only=ON")

    sa.event.listen(store.engine, "connect", read_only)
    store.engine.dispose()
    with pytest.raises(StoreError, match="cannot be written") as caught:
        store.run(add(2))
    assert caught.value.next_step
    assert store.peek(Peek(count)) == 1


@pytest.mark.fault("X17")
def test_a_damaged_page_is_a_store_error(path: Path) -> None:
    """A corrupt file is recognised; nobody gets an exception of the database library."""
    with open_store(f"sqlite:///{path}") as store:
        for number in range(50):
            store.run(add(number, text="x" * 4000))
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"), open_store(f"sqlite:///{path}") as store:
        store.peek(Peek(lambda connection: connection.execute(sa.text("SELECT * FROM interaction")).all()))


@pytest.mark.fault("X17")
def test_a_file_that_is_no_database_is_a_store_error(path: Path) -> None:
    """A wrong path in the settings does not destroy somebody's file."""
    path.write_bytes(b"minutes of the last meeting\n" * 100)
    with pytest.raises(StoreError, match="no SQLite database"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"minutes")


@pytest.mark.fault("X17")
def test_a_folder_that_is_missing_is_a_store_error(tmp_path: Path) -> None:
    """The error names what to check."""
    with pytest.raises(StoreError, match="cannot be created"):
        open_store(f"sqlite:///{tmp_path}/nowhere/store.db")


WRITER = """
import sys, time
import sqlalchemy as sa
from customer360.core.effects import Tx
from customer360.store.engine import open_store

url, who, writes = sys.argv[1], sys.argv[2], int(sys.argv[3])
took = []
with open_store(url) as store:
    for number in range(writes):
        def work(connection):  # reads, then writes: the shape that fails when begun as a reader
            connection.scalar(sa.text("SELECT count(*) FROM interaction WHERE interaction_id = :id"), {"id": who})
            connection.execute(
                sa.text("INSERT INTO interaction VALUES ('t', :id, :who, 0, 0, '{}', '{}', 0)"),
                {"id": str(number), "who": who},
            )
        began = time.perf_counter()
        store.run(Tx(work))
        took.append(time.perf_counter() - began)
print(sorted(took)[int(len(took) * 0.99)])
"""


def _four_writers(path: Path, writes: int) -> list[float]:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, f"sqlite:///{path}", str(who), str(writes)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for who in range(4)
    ]
    told = [writer.communicate() for writer in writers]
    assert [errors for _, errors in told if errors] == []
    with open_store(f"sqlite:///{path}") as store:
        assert store.peek(Peek(count)) == 4 * writes
    return [float(out) for out, _ in told]


@pytest.mark.promise("R13")
def test_four_processes_that_open_and_write_together_never_see_it_locked(path: Path) -> None:
    """Opening a new file included: nobody gets "database is locked", no write is lost."""
    _four_writers(path, 50)


@pytest.mark.slow
@pytest.mark.promise("R13")
def test_four_processes_write_a_thousand_times_each(path: Path) -> None:
    """The promise's own size; the 99th percentile of a write is printed."""
    print("p99 of a write, ms:", [round(p99 * 1e3, 1) for p99 in _four_writers(path, 1000)])


def test_what_is_no_url_is_an_error_that_does_not_quote_it() -> None:
    """It may hold a password."""
    with pytest.raises(InvalidSettings) as refused:
        open_store("not-an-url hunter2")
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
