"""Random operations: each comes to what it must, in all three worlds, under any order and any cancellation."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.customer360.drivers.trees import FAILS, Node, Probe, trees
from tests.customer360.drivers.worlds import Loop, World, outcome, send

from customer360.core.effects import Cancelled, Leaf, Peek, Release, Send, Tx
from customer360.core.errors import ConnectFailed, DeadlineExceeded
from customer360.drivers.simulation import Back, Process, Simulation
from customer360.store.engine import Store


def check(tree: Node, value: Any, error: BaseException | None, probe: Probe) -> None:
    if tree.means() == FAILS:
        assert isinstance(error, ConnectFailed | DeadlineExceeded)
    else:
        assert error is None
        assert value == tree.means()
    assert probe.entered == probe.cleaned_up
    assert probe.held == []


@settings(max_examples=60)
@given(tree=trees())
def test_every_tree_comes_to_the_same_in_all_worlds(worlds: list[World], tree: Node) -> None:
    """Value, error and clean-up as specified; where nothing is cut short, the journals are equal too."""
    journals = []
    for world in worlds:
        probe = Probe()
        ran = world.run(lambda probe=probe: tree.op(probe))  # type: ignore[misc]
        check(tree, ran.value, ran.error, probe)
        journals.append(sorted(ran.journal))
    if tree.calm:
        assert journals[0] == journals[1] == journals[2]


class Virtual:
    """A tree in virtual time, where requests take as long as chance has it; ``begun`` are the leaves in order."""

    def __init__(self, store: Store, tree: Node, seed: int) -> None:
        self.store = store
        self.begun: list[Leaf[Any]] = []
        self.probe = Probe()
        self.sim = Simulation(seed, self.leaf)
        self.process = self.sim.start("tree", tree.op(self.probe))
        self.steps = 0

    def leaf(self, process: Process, effect: Leaf[Any], back: Back) -> None:
        self.begun.append(effect)
        later = self.sim.now + self.sim.random.random() * 0.01
        if isinstance(effect, Send):
            response, error, seconds = outcome(effect)
            self.sim.at(later + seconds, lambda: back(response, error))
            return
        assert isinstance(effect, Tx | Peek)
        try:
            value = self.store.run(effect) if isinstance(effect, Tx) else self.store.peek(effect)
        except Exception as refusal:
            self.sim.at(later, lambda refusal=refusal: back(None, refusal))  # type: ignore[misc]
        else:
            self.sim.at(later, lambda: back(value, None))

    def run(self, cancel_at: int | None = None) -> bool:
        """Whether it was cancelled before its end."""
        cancelled = False

        def until() -> bool:
            nonlocal cancelled
            if self.steps == cancel_at and self.process.result is None:
                cancelled = True
                self.begun.clear()
                self.sim.cancel(self.process)
            self.steps += 1
            return self.process.result is not None

        assert self.sim.run(until, self.sim.now + 100_000)
        self.sim.close()
        return cancelled


@settings(max_examples=150)
@given(tree=trees(), seed=st.integers(0, 2**32))
def test_no_order_of_events_changes_what_a_tree_comes_to(store: Store, tree: Node, seed: int) -> None:
    """Requests and transactions are answered in any order."""
    world = Virtual(store, tree, seed)
    world.run()
    assert world.process.result is not None
    check(tree, *world.process.result, world.probe)
    assert not world.process.locks.held()


@pytest.mark.fault("X13")
@settings(max_examples=60)
@given(tree=trees(), seed=st.integers(0, 2**32), stride=st.integers(1, 3))
def test_a_tree_may_be_cancelled_at_every_step(store: Store, tree: Node, seed: int, stride: int) -> None:
    """Nothing begins after it but transactions and releases, all clean-up is done, and no lock stays held."""
    for moment in range(0, 300, stride):
        world = Virtual(store, tree, seed)
        cancelled = world.run(cancel_at=moment)
        assert world.process.result is not None
        value, error = world.process.result
        assert world.probe.entered == world.probe.cleaned_up
        assert world.probe.held == []
        assert not world.process.locks.held()
        if not cancelled:
            check(tree, value, error, world.probe)
            break
        own = [leaf for leaf in world.begun if not (isinstance(leaf, Send) and "shared" in leaf.url)]
        assert all(isinstance(leaf, Tx | Release) for leaf in own)
        assert isinstance(error, Cancelled | ConnectFailed | DeadlineExceeded) or error is None


@pytest.mark.fault("X13")
@settings(max_examples=150)
@given(tree=trees(), steps=st.integers(0, 100))
def test_a_tree_on_a_loop_may_be_cancelled_after_any_step(worlds: list[World], tree: Node, steps: int) -> None:
    """All clean-up is done, no lock stays held, no task runs on, and the next run works."""
    (loop,) = (world for world in worlds if isinstance(world, Loop))
    probe = Probe()

    async def run() -> Any:
        return await loop.driver.run(tree.op(probe))

    async def main() -> None:
        task = asyncio.ensure_future(run())
        for _ in range(steps):
            await asyncio.sleep(0)
        ended = task.done()
        task.cancel()
        result: Any = (await asyncio.gather(task, return_exceptions=True))[0]
        if ended:
            failed = isinstance(result, BaseException)
            check(tree, None if failed else result, result if failed else None, probe)
        else:
            assert isinstance(result, asyncio.CancelledError)
        assert probe.entered == probe.cleaned_up
        assert probe.held == []
        assert not loop.driver._locks.held()
        for _ in range(1000):  # shared work goes on for a moment
            if asyncio.all_tasks() == {asyncio.current_task()}:
                break
            await asyncio.sleep(0.001)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert await loop.driver.run(after()) == b"after"

    loop.runner.run(main())


async def after() -> bytes:
    return (await send("after", 0)).content
