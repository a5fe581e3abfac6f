"""An asyncio desktop: the panel's parts are drawn as they come; on Microsoft 365, played by a fake."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from customer360 import AsyncCustomer360, AsyncSession, Interaction, MasterKey, MatchPolicy
from customer360_testkit import Sandbox


async def draw(session: AsyncSession) -> None:
    """What a desktop would do with each change."""
    async for change in session.changes():
        print(f"{change.interaction_id}: {change.part.name} is {change.part.state} {change.part.why}".rstrip())


async def main() -> None:
    with Sandbox("microsoft365") as crm:
        async with AsyncCustomer360(
            store="sqlite://", key=MasterKey.in_memory(), match=MatchPolicy(regions=("GB",)), endpoints=crm.endpoints
        ) as client:
            await client.link(crm.key, settings=crm.fake.link_settings, application=crm.application)
            for agent_id in ("", "kim"):
                url = await client.begin_login(crm.key, agent_id, redirect_uri="http://localhost/back")
                await client.complete_login(crm.authorize(url, "kim"))
            # This CRM cannot be searched by phone: the agent's own index is filled first, in life by a worker.
            await client.sync_index(crm.key, "kim", on_progress=lambda step: print(f"{step.records} contacts indexed"))
            session = await client.session(crm.key, "kim")
            drawing = asyncio.create_task(draw(session))
            await asyncio.sleep(0)  # it listens from its first step on
            call = await session.begin(Interaction(id="1", customer="+44 20 7946 0000", started_at=datetime.now(UTC)))
            print("open:", call.panel.contact.name if call.panel.contact else "nobody")
            await call.end()
            drawing.cancel()


if __name__ == "__main__":
    asyncio.run(main())
