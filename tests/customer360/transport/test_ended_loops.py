"""One client, a new event loop for each piece of work: as asynchronous views of a blocking server do."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from customer360 import AsyncCustomer360, Interaction, MasterKey, MatchPolicy
from customer360_testkit import Sandbox


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux shows them")
def test_no_socket_outlives_its_loop() -> None:
    """However many loops there were, and without a warning."""
    with Sandbox("zoho") as crm:

        async def opened() -> AsyncCustomer360:
            client = AsyncCustomer360(
                store="sqlite://",
                key=MasterKey.in_memory(),
                endpoints=crm.endpoints,
                match=MatchPolicy(regions=("GB",)),
            )
            await client.link("zoho", settings=crm.fake.link_settings, application=crm.application)
            for agent in ("", "kim"):
                url = await client.begin_login("zoho", agent, redirect_uri="http://localhost/back")
                await client.complete_login(await asyncio.to_thread(crm.authorize, url, "kim"))
            return client

        async def work(client: AsyncCustomer360, number: int) -> None:
            session = await client.session("zoho", "kim")
            call = Interaction(id=f"call-{number}", customer="020 7946 0000", started_at=datetime.now(UTC))
            await (await session.begin(call)).end()

        client = asyncio.run(opened())
        asyncio.run(work(client, 0))
        before = client_sockets()
        for number in range(1, 6):
            asyncio.run(work(client, number))
        assert await_sockets(before) <= before
        asyncio.run(client.close())


def await_sockets(most: int) -> int:
    """How many are open once the fake, in the same process, has noticed who left: at most half a minute later."""
    for _ in range(600):
        if client_sockets() <= most:
            break
        time.sleep(0.05)
    return client_sockets()


def client_sockets() -> int:
    return sum(1 for each in Path("/proc/self/fd").iterdir() if each.exists() or each.is_symlink())
