"""Rooms on one store, and the vendor that they talk to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.customer360.links.bent import Room, Vendor

from customer360.core.connector import Connector
from customer360.core.linking import Residency
from customer360.vault import MasterKey


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """A vendor that knows who signed in, and nothing else yet."""
    running = Vendor()
    running.routes["GET /me"] = (200, {"id": "1"})
    yield running
    running.close()


@pytest.fixture
def store_file(tmp_path: Path) -> Path:
    """Where the rooms of a test keep what they keep."""
    return tmp_path / "store.db"


@pytest.fixture
def room(vendor: Vendor, store_file: Path) -> Iterator[Callable[..., Room]]:
    """Makes rooms, each as a process of its own would: one store, one master key."""
    key, made = MasterKey.in_memory(), list[Room]()

    def make(connector: Connector, residency: Residency | None = None) -> Room:
        made.append(Room(connector, vendor, f"sqlite:///{store_file}", key, residency))
        return made[-1]

    yield make
    for each in made:
        each.close()
