"""A store, the three worlds, and blocking drivers that leave no thread behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.customer360.drivers.threads import Answer, Drive, Port, fine
from tests.customer360.drivers.worlds import WORLDS, Ran, World

from customer360.core.effects import Operation
from customer360.drivers.blocking import BlockingDriver
from customer360.store.engine import Store, open_store


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    with open_store() as opened:
        yield opened


@pytest.fixture(scope="session")
def worlds(store: Store) -> Iterator[list[World]]:
    made: list[World] = [world(store) for world in WORLDS]
    yield made
    for world in made:
        world.close()


@pytest.fixture
def everywhere(worlds: list[World]) -> Callable[[Callable[[], Operation[Any]]], Ran]:
    """Runs an operation in all three worlds and asserts that value, error and journal are the same."""

    def run(make: Callable[[], Operation[Any]]) -> Ran:
        ran = [world.run(make) for world in worlds]
        told = [each.told() for each in ran]
        assert told[0] == told[1], "threads and loop differ"
        assert told[0] == told[2], "threads and simulation differ"
        return ran[0]

    return run


@pytest.fixture
def drive(store: Store) -> Iterator[Drive]:
    """Makes drivers, closes them, and sees that they leave no thread behind."""
    made: list[BlockingDriver] = []
    before = set(threading.enumerate())

    def make(answer: Answer = fine, **rest: Any) -> BlockingDriver:
        driver = BlockingDriver(http=Port(answer), store=store, **rest)
        made.append(driver)
        return driver

    yield make
    for driver in made:
        driver.close(patience=5.0)
    assert {each.name for each in set(threading.enumerate()) - before} == set()
