"""The store as drivers see it: :meth:`Store.run` carries out a ``Tx``, :meth:`Store.peek` a ``Peek``."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import sqlalchemy as sa

from customer360.core.effects import Peek, Tx
from customer360.core.errors import InvalidSettings, StoreError, Unsupported
from customer360.store import sqlite
from customer360.store.migrate import upgrade

T = TypeVar("T")

BUSY_TIMEOUT = 5.0
"""Seconds to wait for another process's transaction before :class:`StoreBusy` (R13)."""


def open_store(url: str = "sqlite://", *, busy_timeout: float = BUSY_TIMEOUT) -> Store:
    """Open the store at ``url`` and bring its schema up to date.

    ``sqlite:////absolute/path`` is a file, ``sqlite://`` lives in memory. Safe when several processes open a
    new file at once. Raises :class:`StoreError` and its kin when the file cannot be used, :class:`Unsupported` for
    another database, :class:`InvalidSettings` for what is no URL.
    """
    parsed = _url(url)
    if parsed.get_backend_name() != "sqlite":
        raise Unsupported(
            f"the store cannot live in {parsed.get_backend_name()}", next_step="give an URL that begins with sqlite:"
        )
    sqlite.prepare(parsed, busy_timeout=busy_timeout)
    store = Store(parsed, busy_timeout=busy_timeout)
    try:
        with _typed_errors():
            upgrade(store.engine)
    except BaseException:
        store.close()
        raise
    return store


def stands(url: str) -> bool:
    """Whether somebody has opened a store at ``url`` before. Raises :class:`InvalidSettings` for what is no URL."""
    database = _url(url).database
    return database is not None and Path(database).is_file()


def _url(text: str) -> sa.URL:
    try:
        return sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):  # its message may quote a password
        raise InvalidSettings(
            "the store's URL cannot be read", next_step="give one like sqlite:////path/to/file"
        ) from None


class Store:
    """One open store, for all threads of a process; not to be carried over a fork.

    ``engine`` serves transactions that write, one at a time per database.
    """

    def __init__(self, url: sa.URL, *, busy_timeout: float) -> None:
        self.engine = sqlite.engine_for_writes(url, busy_timeout=busy_timeout)
        self._memory = sqlite.in_memory(url)
        self._url = url
        self._file = sqlite.identity(url)
        self._reads = None if self._memory else sqlite.engine_for_reads(url, busy_timeout=busy_timeout)
        self._here = threading.local()
        self._readers: weakref.WeakSet[sa.Connection] = weakref.WeakSet()
        # SQLite's busy handler polls; threads of one process queue here instead, in order. It also guards the one
        # connection of a store in memory.
        self._turn = threading.Lock()

    def run(self, tx: Tx[T]) -> T:
        """Run ``tx.work(connection)`` in one transaction: commit when it returns, roll back when it raises."""
        with self._turn, _typed_errors(), self.engine.begin() as connection:
            done = tx.work(connection)
            self._must_be_there()
            return done

    def peek(self, peek: Peek[T]) -> T:
        """Run ``peek.work(connection)`` as a plain read on this thread's own connection; never waits for a writer."""
        if self._reads is None:
            return self.run(Tx(peek.work, peek.name))
        with _typed_errors():
            connection: sa.Connection | None = getattr(self._here, "connection", None)
            if connection is None:
                connection = self._here.connection = self._reads.connect()
                self._readers.add(connection)
            try:
                return peek.work(connection)
            except sa.exc.DBAPIError:
                # A connection that failed may be stuck; the next read takes a new one.
                del self._here.connection
                connection.close()
                raise

    def _must_be_there(self) -> None:
        """Raise, and so roll back, if the file was removed or replaced: POSIX lets us write on into what nobody will
        ever read, and whatever is accepted then is lost with this process."""
        if self._file is not None and sqlite.identity(self._url) != self._file:
            raise StoreError(
                "the store's file was removed or replaced while this client had it open; nothing was stored",
                next_step="put the file back from a backup if there is one, and open the client anew",
            )

    def close(self) -> None:
        """Close every connection; the store is not to be used again."""
        for connection in list(self._readers):
            connection.close()
        if self._reads is not None:
            self._reads.dispose()
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise sqlite.meaning(error.orig or error) from error
    except sa.exc.SQLAlchemyError as error:
        raise StoreError("the store failed", vendor_code=type(error).__name__) from error
