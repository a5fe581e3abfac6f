"""Who an agent is, and how long they may wait: what is refused before anything is sent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from customer360 import Application, AsyncCustomer360, Customer360, InvalidSettings, InvalidValue, MasterKey
from customer360.core.interactions import WrapUp
from customer360.core.records import ContactChange
from customer360.desk.deadlines import Deadlines
from customer360_testkit.sandbox import Sandbox


@pytest.mark.parametrize("agent_id", ["", " ", None])
def test_an_agent_without_an_id_gets_no_session(world: Any, agent_id: Any) -> None:
    """Or a desktop's slip would work with the account's own rights, and sign its logs so."""
    with pytest.raises(InvalidValue, match=r"no id|as agent_id"):
        world.client.session(world.crm.key, agent_id)


@pytest.mark.parametrize("tenant_id", ["", " ", "a\x00", "a" * 256])
def test_an_account_without_an_id_is_no_account(tenant_id: str) -> None:
    """Or two hosts that both forgot theirs would share links."""
    with pytest.raises(InvalidValue, match="1 to 255 printable"):
        Customer360(tenant_id=tenant_id, store="sqlite://", key=MasterKey.in_memory())


@pytest.mark.parametrize("given", [("",), (" ",), ("id", ""), ("id", " "), (None,), ("id", 7), ("id\ud800",)], ids=repr)
def test_a_registration_names_a_client(given: tuple[Any, ...]) -> None:
    """A form that was sent empty is told before the vendor's page is."""
    with pytest.raises(InvalidValue, match=r"Application\.(client_id|secret)"):
        Application(*given)
    assert Application("id").secret is None


@pytest.mark.parametrize("limit", [0, -1, 201, 60_000])
def test_a_search_gives_a_page(world: Any, limit: int) -> None:
    """The bounds are told, and nothing is asked."""
    with pytest.raises(InvalidValue, match="1 to 200"):
        world.session().search_contacts("Ada", limit=limit)


@pytest.mark.feature("F009")
def test_half_an_address_is_told_as_one(world: Any) -> None:
    """In words for whoever typed it: no contact was looked for."""
    found = world.session().search_contacts("ada@")
    assert [(gap.where, gap.detail) for gap in found.gaps] == [
        ("the search", "what was typed is no whole e-mail address; write it to its end")
    ]


@pytest.mark.promise("R4")
@pytest.mark.parametrize("seconds", [0.0, -1.0, float("inf"), float("nan"), "3", None, True])
def test_a_deadline_that_never_comes_or_is_over_is_refused(seconds: Any) -> None:
    """Every call ends, and none before it began."""
    with pytest.raises(InvalidSettings, match="pop"):
        Deadlines(pop=seconds)


@pytest.mark.feature("D11")
def test_a_second_wrap_up_with_other_words_says_that_they_are_not_written(world: Any) -> None:
    """One log for an interaction and agent: the first words stand, and nobody believes that the second do."""
    conversation = world.session().begin(world.call(world.person(21).e164[0]))
    ends = datetime.now(UTC)
    first = conversation.wrap_up(WrapUp(ended_at=ends, notes="first-words"))
    second = conversation.wrap_up(WrapUp(ended_at=ends, notes="second-words"))
    assert (first.unwritten, second.repeated, second.unwritten) == (False, True, True)
    assert world.crm.fake.count_holding("second-words") == 0
    conversation.end()


def test_changes_end_when_the_client_closes() -> None:
    """Whoever draws them is not left waiting; after the end there are none."""

    async def run(crm: Any) -> None:
        async with AsyncCustomer360(store="sqlite://", key=MasterKey.in_memory(), endpoints=crm.endpoints) as client:
            await client.link(crm.key, settings=crm.fake.link_settings, application=crm.application)
            for agent_id in ("", "kim"):
                url = await client.begin_login(crm.key, agent_id, redirect_uri="http://localhost/back")
                await client.complete_login(crm.authorize(url, "kim"))
            session = await client.session(crm.key, "kim")

            async def draw() -> list[object]:
                return [change async for change in session.changes()]

            drawing = asyncio.create_task(draw())
            await asyncio.sleep(0)
        assert await asyncio.wait_for(drawing, 5) == []
        assert await asyncio.wait_for(draw(), 5) == []

    with Sandbox("zoho") as crm:
        asyncio.run(run(crm))


def test_another_crms_record_is_refused_whatever_its_id(world: Any) -> None:
    """The same id may well be somebody else's here: neither shown nor changed."""
    session = world.session()
    mine = session.find_contacts(phone=world.person(17).e164[0]).best.contact.ref
    stranger = attrs.evolve(mine, crm="bullhorn")
    with pytest.raises(InvalidValue, match="a record of bullhorn"):
        session.get_contact(stranger)
    with pytest.raises(InvalidValue, match="a record of bullhorn"):
        session.update_contact(ContactChange(ref=stranger, fields={}))


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://desk.example/back", True),
        ("http://localhost:8000/back", True),
        ("http://127.0.0.1/back", True),
        ("com.example.desk:/back", True),
        ("http://desk.example/back", False),
        ("javascript:alert(1)", False),
        ("/back", False),
        ("https:///back", False),
    ],
)
def test_a_sign_in_leads_back_to_an_application_only(world: Any, address: str, good: bool) -> None:
    """What comes back is a code: it goes nowhere in the clear, and to no script."""
    if good:
        assert world.client.begin_login(world.crm.key, "kim", redirect_uri=address)
        return
    with pytest.raises(InvalidValue, match="redirect"):
        world.client.begin_login(world.crm.key, "kim", redirect_uri=address)
