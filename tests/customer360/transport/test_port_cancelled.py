"""Cancelled at every point (X13, R8): the pool serves on, and never holds more connections than allowed."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest

from customer360.core import errors as e
from customer360.core.effects import Send
from customer360.core.wire import Response

LIMIT = 2


@pytest.mark.fault("X13")
@pytest.mark.promise("R8")
@pytest.mark.parametrize("burst", [1, 5])
def test_cancelled_after_any_number_of_steps(server: Any, makes: Callable[..., Any], burst: int) -> None:
    """After each of 0 to 200 steps of the loop; twice in a row, as a caller in a hurry does."""

    async def run() -> None:
        port = makes(per_host=LIMIT)
        for steps in range(201):
            tasks = [
                asyncio.create_task(port.send(Send(method="GET", url=server.url, timeout=20.0))) for _ in range(burst)
            ]
            for _ in range(steps):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            for outcome in outcomes:
                assert isinstance(outcome, asyncio.CancelledError | Response)
            answer = await port.send(Send(method="GET", url=server.url, timeout=20.0))
            assert answer.content == b'{"ok":true}'
            assert port.held(server.url) <= LIMIT
        await port.close()

    asyncio.run(run())


@pytest.mark.fault("X13")
def test_a_cancelled_caller_does_not_wait_for_a_dead_server(server: Any, makes: Callable[..., Any]) -> None:
    """Its exchange is thrown away behind it, with its connection."""
    server.script[1] = server.steps.never()

    async def run() -> None:
        port = makes(per_host=1)
        task = asyncio.create_task(port.send(Send(method="GET", url=server.url, timeout=60.0)))
        await server.asked()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The one connection comes free long before those 60 seconds are over.
        assert (await port.send(Send(method="GET", url=server.url, timeout=20.0))).status == 200
        await port.close()

    asyncio.run(run())


@pytest.mark.fault("X16")
@pytest.mark.promise("R8")
def test_a_name_that_fails_when_its_caller_has_gone_is_no_news(makes: Callable[..., Any]) -> None:
    """The loop is not told of an exception that nobody fetches."""
    said: list[Any] = []
    ended = threading.Event()

    def lookup(host: str, port: int) -> Any:
        ended.wait(20)
        raise OSError("no such name")

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))
        port = makes(lookup=lookup)
        with pytest.raises(e.DeadlineExceeded):
            await port.send(Send(method="GET", url="http://crm.example/", timeout=0.05))
        ended.set()
        for looking in [each for each in threading.enumerate() if each.name == "customer360-dns"]:
            await asyncio.to_thread(looking.join)
        await asyncio.sleep(0.01)
        gc.collect()
        await port.close()

    asyncio.run(run())
    assert said == []


@pytest.mark.promise("R11")
def test_closing_under_a_request_is_an_error_of_ours(server: Any, makes: Callable[..., Any]) -> None:
    """Not a cancellation that nobody asked for."""
    server.script[1] = server.steps.never()

    async def run() -> None:
        port = makes()
        task = asyncio.create_task(port.send(Send(method="POST", url=server.url, timeout=20.0)))
        await server.asked()
        await port.close()
        with pytest.raises(e.AnswerLost) as caught:
            await task
        assert caught.value.maybe_applied

    asyncio.run(run())


@pytest.mark.promise("R11")
def test_the_libraries_underneath_write_no_log(
    server: Any, caplog: pytest.LogCaptureFixture, opens: Callable[..., Any]
) -> None:
    """Theirs hold URLs and headers, which name customers and carry tokens."""
    caplog.set_level(logging.DEBUG, logger="")
    opens().send(server.url + "/a?phone=%2B442079460958", headers=(("Authorization", "Bearer secret-token"),))
    text = "\n".join(record.getMessage() for record in caplog.records)
    assert "442079460958" not in text
    assert "secret-token" not in text
