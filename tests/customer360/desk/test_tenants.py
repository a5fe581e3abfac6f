"""Several accounts on one store: each client works for its own, on both faces."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.customer360.desk.conftest import World, opened

from customer360.core.interactions import WrapUp
from customer360.outbox.rows import DeliveryState
from customer360.vault import MasterKey
from customer360_testkit.sandbox import Sandbox


@pytest.fixture(params=["blocking", "asyncio"])
def two(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> Iterator[tuple[World, World]]:
    """Two accounts at the same CRM."""
    crm, key = sandbox["zoho"], MasterKey.in_memory()
    crm.fake.reset()
    with asyncio.Runner() as runner:
        store, made = f"sqlite:///{tmp_path / 'c360.db'}", list[World]()
        for tenant in ("acme", "other"):
            client = opened(request.param, sandbox, store, runner, key=key, tenant_id=tenant)
            client.link("zoho", settings=crm.fake.link_settings, application=crm.application)
            made.append(World(client, crm))
            for agent in ("", "kim"):
                made[-1].sign_in(agent)
        yield made[0], made[1]
        for each in made:
            each.client.close()


@pytest.mark.promise("R11")
def test_a_client_delivers_what_its_own_account_has_promised(two: tuple[Any, Any]) -> None:
    """Another's is not sent over its links, nor told of; a worker is of one account, too."""
    mine, others = two
    conversation = others.session().begin(others.call(others.person().e164[0]))
    others.client.log_out("zoho", "kim")
    conversation.wrap_up(WrapUp(ended_at=datetime.now(UTC), notes="of the other account"))
    others.sign_in("kim")
    assert mine.client.deliver().activities == ()
    assert [each.state for each in others.client.pending()] == [DeliveryState.DUE]
    looked = iter((False, True, True, True))
    mine.client.run_background(stop=lambda: next(looked), poll=0.1)
    assert [each.state for each in others.client.pending()] == [DeliveryState.DUE]
    assert others.client.deliver().count(DeliveryState.DONE) == 1
