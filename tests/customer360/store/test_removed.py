"""The store's file goes away under a client that has it open."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from customer360.core.effects import Tx
from customer360.core.errors import StoreError
from customer360.store.engine import open_store

INSERT = sa.text("INSERT INTO interaction VALUES ('t', hex(randomblob(8)), 'a', 0, 0, '{}', '{}', 0)")


@pytest.mark.promise("R2")
@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_accepted_into_a_file_that_was_removed(tmp_path: Path, replaced: bool) -> None:
    """POSIX lets us write on, and nobody would ever read it."""
    with open_store(f"sqlite:///{tmp_path}/c360.db") as store:
        store.run(Tx(lambda connection: connection.execute(INSERT)))
        for each in tmp_path.iterdir():
            each.unlink()
        if replaced:
            os.close(os.open(tmp_path / "c360.db", os.O_CREAT | os.O_RDWR))
        with pytest.raises(StoreError, match=r"removed or replaced .*open the client anew"):
            store.run(Tx(lambda connection: connection.execute(INSERT)))


def test_a_store_in_memory_has_no_file_to_miss() -> None:
    """Nor is one looked for."""
    with open_store() as store:
        store.run(Tx(lambda connection: connection.execute(INSERT)))
