"""Everything that is true of SQLite only; PostgreSQL gets a neighbour of this module.

* ``BEGIN IMMEDIATE`` always: a transaction that begins as a reader and then writes fails at once with "database is
  locked", whatever the busy timeout (python/cpython#124510; measured: 1,118 of 1,200), and with the driver's default
  two workers claim the same row.
* Whoever waits for the write lock asks for it every other millisecond. SQLite's own busy handler waits longer and
  longer (up to 100 ms), so newcomers overtake it: of four busy processes one now and then starved for five seconds
  (R13).
* WAL, so that a ``Peek`` never waits for a writer; ``synchronous=FULL``, because a wrap-up that was acknowledged must
  survive a power cut, not only a crash (R2).
* The file is made readable by its owner alone: it holds sealed tokens and customers' names.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from customer360.core.errors import StoreBusy, StoreError, StoreFull

_MEANINGS: Final = {
    sqlite3.SQLITE_BUSY: (StoreBusy, "another process holds the store locked", "try again; stop whatever holds it"),
    sqlite3.SQLITE_LOCKED: (StoreBusy, "another connection holds the store locked", "try again"),
    sqlite3.SQLITE_FULL: (
        StoreFull,
        "the store has no space left",
        "free disk space; what is stored can still be read",
    ),
    sqlite3.SQLITE_READONLY: (StoreError, "the store cannot be written", "make its file and folder writable"),
    sqlite3.SQLITE_CORRUPT: (StoreError, "the store's file is damaged", "restore it from a backup"),
    sqlite3.SQLITE_NOTADB: (StoreError, "the store's file is no SQLite database", "check the store's URL"),
    sqlite3.SQLITE_CANTOPEN: (
        StoreError,
        "the store's file cannot be opened",
        "check that its folder exists and is writable",
    ),
    sqlite3.SQLITE_IOERR: (StoreError, "the store's file cannot be read or written", "check the disk"),
}


def meaning(error: BaseException) -> StoreError:
    """The typed error for what SQLite raised (X17).

    By error code, never by text; the primary code is the low byte.
    """
    code = getattr(error, "sqlite_errorcode", None)
    known = _MEANINGS.get(code & 0xFF) if isinstance(code, int) else None
    name = getattr(error, "sqlite_errorname", None)
    if known is None:
        return StoreError("the store failed", vendor_code=name or type(error).__name__)
    kind, what, next_step = known
    return kind(what, next_step=next_step, vendor_code=name)


def engine_for_writes(url: sa.URL, *, busy_timeout: float) -> sa.Engine:
    """An engine whose every transaction begins as a writer."""
    if in_memory(url):
        engine = sa.create_engine(
            url, poolclass=StaticPool, connect_args={"check_same_thread": False}, hide_parameters=True
        )
    else:
        engine = sa.create_engine(
            url,
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=12,
            connect_args={"check_same_thread": False, "timeout": busy_timeout},
            hide_parameters=True,
        )

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours to say, see below
        for pragma in ("foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
        try:
            driver.execute("PRAGMA busy_timeout=0")
            try:
                _begin_as_writer(driver, time.monotonic() + busy_timeout)
            finally:
                driver.execute(f"PRAGMA busy_timeout={int(busy_timeout * 1000)}")
        except sqlite3.Error as failed:
            raise sa.exc.DBAPIError(None, None, failed) from failed

    return engine


def _begin_as_writer(driver: sqlite3.Connection, give_up: float) -> None:
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as busy:
            if busy.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(random.uniform(0.0005, 0.002))  # spread, so that waiters do not march in step


def engine_for_reads(url: sa.URL, *, busy_timeout: float) -> sa.Engine:
    """An engine for ``Peek``: no transaction around a statement, and nothing can be written."""
    engine = sa.create_engine(
        url,
        poolclass=NullPool,  # one connection per thread, kept by the store
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "timeout": busy_timeout},
        hide_parameters=True,
    )

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA query_only=ON")

    return engine


def in_memory(url: sa.URL) -> bool:
    """Whether the store lives in this process only."""
    return url.database in (None, "", ":memory:")


def identity(url: sa.URL) -> tuple[int, int] | None:
    """Which file stands at ``url`` now, or None if there is none (or the store lives in memory)."""
    if in_memory(url):
        return None
    try:
        stat = os.stat(str(url.database))
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def prepare(url: sa.URL, *, busy_timeout: float) -> None:
    """Create the file (owner only) and put it in WAL mode, once per file.

    Raises the errors of :func:`meaning`.
    """
    if in_memory(url):
        return
    path = Path(str(url.database))
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as cannot:
        raise StoreError(
            f"the store's file cannot be created ({cannot.strerror})",
            next_step="check that its folder exists and is writable",
        ) from None
    give_up = time.monotonic() + busy_timeout
    try:
        connection = sqlite3.connect(path, timeout=busy_timeout, isolation_level=None)
        try:
            while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                # Two processes may open a new store together: switching needs the file alone, and does not wait for it.
                try:
                    connection.execute("PRAGMA journal_mode=WAL")
                except sqlite3.OperationalError as busy:
                    if busy.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                        raise
                    time.sleep(0.01)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise meaning(error) from error
