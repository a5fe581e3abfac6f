"""A plugin that blocks, on an event loop: it is noticed once, and from then on it keeps nobody waiting but itself."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Iterator
from functools import wraps
from typing import Any

import pytest
from tests.customer360.drivers.loops import driving

from customer360.core.connector import Connector
from customer360.core.effects import Emit, Now, Sleep, gather, shares_its_thread, within
from customer360.core.errors import DeadlineExceeded, NotFound, PluginBroken
from customer360.core.guarding import CALM, guarded
from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, RecordRef
from customer360.drivers.aside import Sidings
from customer360.plugins import Plugins, installed
from customer360.store.engine import Store, open_store

pytestmark = [pytest.mark.fault("X19"), pytest.mark.promise("R12")]

FACTS = LinkFacts(crm="zoho", settings={"data_centre": "eu"})
REF = RecordRef("zoho", "Contacts", "42")
LONG = 20.0


def on_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """The test, which is a coroutine, on a loop of its own."""

    @wraps(test)
    def run(*args: Any, **options: Any) -> None:
        asyncio.run(test(*args, **options))

    return run


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store("sqlite://") as opened:
        yield opened


class Clock:
    """Its time passes at each look, as ``leaps`` says, and then no more."""

    def __init__(self, *leaps: float) -> None:
        self.leaps, self.time = list(leaps), 0.0

    def __call__(self) -> float:
        self.time += self.leaps.pop(0) if self.leaps else 0.0
        return self.time


def doing(clock: Clock, **verbs: Callable[..., Any]) -> Connector:
    kind = type(installed().connectors["zoho"])
    return guarded(type("Changed", (kind,), {name: staticmethod(verb) for name, verb in verbs.items()})(), clock)


class Held:
    """A verb that blocks its thread until it is let go."""

    def __init__(self) -> None:
        self.began, self.free = threading.Event(), threading.Event()
        self.thread: threading.Thread | None = None
        self.ended = threading.Event()

    async def get(self, *_: Any) -> Contact:
        self.thread = threading.current_thread()
        try:
            self.began.set()
            assert self.free.wait(LONG)
            await Sleep(0.0)
            return Contact(ref=REF)
        finally:
            self.ended.set()


async def seen_to_block(driver: Any, connector: Connector) -> None:
    """Its first step takes a second by its clock."""
    await driver.run(connector.update(FACTS, None))  # type: ignore[arg-type]


async def nothing(*_: Any) -> None:
    return None


async def is_set(event: threading.Event) -> bool:
    return await asyncio.to_thread(event.wait, LONG)


@on_a_loop
async def test_others_do_not_wait_for_a_plugin_that_was_seen_to_block(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """The loop goes on while the plugin holds a thread, and its value comes when it lets go."""
    held = Held()
    connector = doing(Clock(0.0, 1.0), update=nothing, get=held.get)
    async with driving(store) as driver:
        with caplog.at_level(logging.WARNING, "customer360.core"):
            await seen_to_block(driver, connector)
        (line,) = [record.getMessage() for record in caplog.records]
        assert line.startswith("the plugin for zoho blocked its thread for 1.0 s in update; from now on")
        waiting = asyncio.ensure_future(driver.run(connector.get(FACTS, REF)))
        assert await is_set(held.began)
        assert held.thread is not threading.current_thread()

        async def other() -> float:
            return await Now()

        assert await driver.run(other()) > 0
        assert not waiting.done()
        held.free.set()
        assert (await waiting).ref == REF


@on_a_loop
async def test_a_plugin_that_blocks_no_more_is_trusted_again(store: Store) -> None:
    """A machine that paused looks like a plugin that blocked; after twice as many steps when it was trusted in vain."""
    threads = list[threading.Thread]()

    async def get(*_: Any) -> Contact:
        threads.append(threading.current_thread())
        return Contact(ref=REF)

    clock = Clock()
    connector = doing(clock, update=nothing, get=get)
    async with driving(store) as driver:
        for proof in (CALM, 2 * CALM):
            clock.leaps += [0.0, 1.0]
            await seen_to_block(driver, connector)
            threads.clear()
            for _ in range(proof + 1):
                await driver.run(connector.get(FACTS, REF))
            here = [thread is threading.current_thread() for thread in threads]
            assert here == [False] * proof + [True]


@on_a_loop
async def test_a_plugin_that_blocks_now_and_then_is_not_trusted(store: Store) -> None:
    """Each time that it blocks, on a thread of its own too, the proof begins anew."""
    threads = list[threading.Thread]()

    async def update(*_: Any) -> None:
        threads.append(threading.current_thread())

    clock = Clock(0.0, 1.0)
    connector = doing(clock, update=update)
    async with driving(store) as driver:
        await seen_to_block(driver, connector)
        for _ in range(3):
            clock.leaps = [0.0] * 2 * (CALM - 1) + [0.0, 1.0]
            for _ in range(CALM):
                await seen_to_block(driver, connector)
        assert threading.current_thread() not in threads[1:]


@on_a_loop
async def test_a_deadline_ends_the_wait_for_a_plugin_that_blocks(store: Store) -> None:
    """The caller is told in time; the plugin's operation is ended when it lets go of its thread."""
    held = Held()
    connector = doing(Clock(0.0, 1.0), update=nothing, get=held.get)
    async with driving(store) as driver:
        await seen_to_block(driver, connector)

        async def bounded() -> Contact:
            return await within(0.01, connector.get(FACTS, REF))

        with pytest.raises(DeadlineExceeded):
            await driver.run(bounded())
        assert await is_set(held.began)
        assert not held.ended.is_set()
        held.free.set()
        assert await is_set(held.ended)


@on_a_loop
async def test_what_blocks_in_what_it_gathers_is_noticed_too(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """Parts that run side by side are tasks of their own, and the plugin's all the same."""

    async def part() -> None:
        await Sleep(0.0)

    async def gathers(*_: Any) -> None:
        await gather(part(), part())

    # Three looks are no step of a part's: the two of the first step, and the one before the first part's.
    connector = doing(Clock(0.0, 0.0, 0.0, 1.0), update=gathers)
    async with driving(store) as driver:
        with caplog.at_level(logging.WARNING, "customer360.core"):
            await seen_to_block(driver, connector)
    assert len(caplog.records) == 1


@pytest.mark.parametrize(("raised", "seen"), [(NotFound("gone"), NotFound), (KeyError("secret"), PluginBroken)])
@on_a_loop
async def test_what_it_raises_is_told_as_ever(store: Store, raised: Exception, seen: type[Exception]) -> None:
    """On a thread of its own as on the loop."""

    async def raises(*_: Any) -> Contact:
        raise raised

    connector = doing(Clock(0.0, 1.0), update=nothing, get=raises)
    async with driving(store) as driver:
        await seen_to_block(driver, connector)
        with pytest.raises(seen) as told:
            await driver.run(connector.get(FACTS, REF))
        assert "secret" not in str(told.value)


@on_a_loop
async def test_a_listener_may_use_the_other_face(store: Store) -> None:
    """What is heard is told on the loop's thread, where a blocking client runs like anywhere else."""
    heard: list[bool] = []

    async def tells() -> bool:
        await Emit("changed")
        return shares_its_thread.get()

    async with driving(store) as driver:
        assert await driver.run(tells(), emit=lambda _: heard.append(shares_its_thread.get()))
    assert heard == [False]
    assert not shares_its_thread.get()


def test_without_a_loop_a_plugin_stays_on_the_thread_of_its_caller() -> None:
    """There nobody else waits for it: nothing is asked of the driver that it does not know."""
    connector = doing(Clock(0.0, 1.0), update=nothing)
    for _ in range(2):
        with pytest.raises(StopIteration):
            connector.update(FACTS, None).send(None)  # type: ignore[arg-type]


def test_one_plugin_holds_so_many_threads_and_no_more() -> None:
    """What it is asked beyond them waits; another plugin's work does not."""
    sidings, free = Sidings(most=2), threading.Event()
    began, other, last = threading.Semaphore(0), threading.Event(), threading.Event()

    def holds() -> None:
        began.release()
        assert free.wait(LONG)

    for _ in range(2):
        sidings.take("bad", holds)
        assert began.acquire(timeout=LONG)
    sidings.take("bad", last.set)
    sidings.take("good", other.set)
    assert other.wait(LONG)
    assert not last.is_set()
    free.set()
    assert last.wait(LONG)


def test_what_was_seen_of_a_plugin_everybody_knows() -> None:
    """Each link asks for the connector anew."""
    plugins = Plugins({"zoho": installed().connectors["zoho"]}, {})
    assert plugins["zoho"] is plugins["zoho"]
