"""One call through everything: connector, exchange, driver, port, wire, fake; on either face."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias

import attrs
from tests.faults.acme import AcmeConnector, AcmeFake, Wallet

from customer360.core.effects import Operation, handling, within
from customer360.core.errors import Customer360Error
from customer360.core.linking import LinkFacts
from customer360.drivers.awaiting import AsyncioDriver
from customer360.drivers.blocking import BlockingDriver
from customer360.store.engine import open_store
from customer360.transport.exchange import Exchange
from customer360.transport.httpx_adapter import AsyncHttpxPort, HttpxPort
from customer360_testkit.fakes.proxy import FaultProxy
from customer360_testkit.fakes.serving import serve

Face: TypeAlias = Literal["blocking", "asyncio"]
Verb: TypeAlias = Literal["get", "list", "create"]
FACTS = LinkFacts(crm="acme")


@attrs.frozen
class Outcome:
    """What became of a call. ``applied`` is how many notes it left in the CRM, ``processed`` how many requests the
    server worked on."""

    processed: int
    applied: int
    elapsed: float
    value: Any = None
    error: Customer360Error | None = None

    def __str__(self) -> str:
        if self.error is None:
            return f"{self.processed} → ok"
        doubt = ", may be applied" if self.error.maybe_applied else ""
        again = ", retryable" if self.error.retryable else ""
        return f"{self.processed} → {type(self.error).__name__}{doubt}{again}"


@attrs.frozen
class Stack:
    """A served fake behind a proxy, and the runtime in front of it."""

    fake: AcmeFake
    wire: FaultProxy
    run: Callable[[Operation[Any]], Any]
    exchange: Exchange

    async def operation(self, verb: Verb, deadline: float) -> Any:
        """The connector's operation; its requests are answered by the exchange."""
        connector = AcmeConnector()
        op: Operation[Any] = {
            "get": lambda: connector.get(FACTS, None),
            "list": lambda: connector.search(FACTS, "people", None),
            "create": lambda: connector.create_activity(FACTS, None),
        }[verb]()
        return await within(deadline, handling(self.exchange, op))

    def call(self, verb: Verb, deadline: float) -> Outcome:
        """One call under a deadline. An exception that is none of ours is not caught (R11)."""
        before, notes, started = self.wire.processed, len(self.fake.notes), time.monotonic()
        value, error = None, None
        try:
            value = self.run(self.operation(verb, deadline))
        except Customer360Error as raised:
            error = raised
        elapsed = time.monotonic() - started
        return Outcome(self.wire.processed - before, len(self.fake.notes) - notes, elapsed, value, error)


@contextmanager
def stack(face: Face) -> Iterator[Stack]:
    """Everything started, on loopback, and ended."""
    with serve(AcmeFake()) as served, FaultProxy(served.url) as wire:
        fake = served.fake
        assert isinstance(fake, AcmeFake)
        exchange = Exchange(
            connector=AcmeConnector(),
            facts=FACTS,
            tokens=Wallet(),
            endpoints={host: wire.url for host in served.endpoints},
            max_body=1_000_000,
        )
        store = open_store()
        if face == "blocking":
            port = HttpxPort()
            driver = BlockingDriver(http=port, store=store)
            try:
                yield Stack(fake, wire, driver.run, exchange)
            finally:
                driver.close()
                port.close()
                store.close()
            return
        with asyncio.Runner() as runner:
            waiting = AsyncHttpxPort()
            awaiting = AsyncioDriver(http=waiting, store=store)
            try:
                yield Stack(fake, wire, lambda op: runner.run(awaiting.run(op)), exchange)
            finally:
                runner.run(awaiting.close())
                runner.run(waiting.close())
                store.close()
