"""A client in a process that was forked after it was opened, on both faces: servers fork their workers."""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import Callable

import pytest

from customer360 import AsyncCustomer360, Customer360, MasterKey, SetupError

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork"),
    pytest.mark.promise("R4"),
]


def in_a_child(does: Callable[[], str]) -> str:
    """What ``does`` told in a forked child."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python's own, about forks beside threads
        child = os.fork()
    if child == 0:
        try:
            told = does()
        except BaseException as error:
            told = f"{type(error).__name__}: {error}"
        os.write(writing, told.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return told


def test_a_client_that_blocks_says_so_at_once_and_leaves_the_parents_alone() -> None:
    """Not after a deadline; closing it in the child closes nothing; a client of the child's own works."""
    with Customer360(store="sqlite://", key=MasterKey.in_memory()) as client:
        assert client.links() == ()

        def child() -> str:
            with pytest.raises(SetupError, match="after the fork"):
                client.links()
            client.close()
            with Customer360(store="sqlite://", key=MasterKey.in_memory()) as own:
                return f"links {own.links()}"

        assert in_a_child(child) == "links ()"
        assert client.links() == ()


def test_so_does_one_that_is_awaited() -> None:
    """On a loop of the child's."""
    with asyncio.Runner() as runner:
        client = AsyncCustomer360(store="sqlite://", key=MasterKey.in_memory())
        assert runner.run(client.links()) == ()

        async def child() -> str:
            with pytest.raises(SetupError, match="after the fork"):
                await client.links()
            await client.close()
            async with AsyncCustomer360(store="sqlite://", key=MasterKey.in_memory()) as own:
                return f"links {await own.links()}"

        def on_a_loop() -> str:
            asyncio.set_event_loop(None)
            asyncio.events._set_running_loop(None)
            return asyncio.run(child())

        assert in_a_child(on_a_loop) == "links ()"
        assert runner.run(client.links()) == ()
        runner.run(client.close())
