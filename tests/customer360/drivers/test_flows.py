"""The runtime's own flows, in three worlds: the same outcome, the same requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any

import attrs
import pytest
from tests.customer360.drivers.worlds import WORLDS, Outcome, World
from tests.customer360.flows.stand_in import HOME, LEADS, PEOPLE, Card, StandIn, connected, sent
from tests.simulation.vendors import ModelVendor

from customer360.connections import Connection
from customer360.core.effects import GET, Operation, Send, Tx
from customer360.core.errors import AnswerLost, ConnectFailed, DeadlineExceeded
from customer360.core.interactions import Interaction
from customer360.core.matching import Found, MatchPolicy
from customer360.core.panel import Part
from customer360.core.wire import Response
from customer360.flows.match import find
from customer360.flows.pop import pop
from customer360.index.phone_index import PhoneIndex
from customer360.outbox import rows
from customer360.outbox.delivery import Delivery
from customer360.outbox.promises import promise
from customer360.store.engine import Store, open_store

POLICY = MatchPolicy(regions=("GB",))
RINGING = Interaction(id="1", customer="+442079460018", started_at=datetime(2026, 1, 1, tzinfo=UTC))
DAY = 86_400.0


@attrs.define
class Desk:
    """One world with a store and a stand-in CRM of its own; ``silent`` paths are never answered."""

    store: Store
    crm: StandIn = attrs.field(factory=StandIn)
    silent: tuple[str, ...] = ()
    world: World = attrs.field(init=False)

    def answers(self, send: Send) -> Outcome:
        path = send.url.removeprefix(HOME)
        if self.silent and path.startswith(self.silent):
            return None, DeadlineExceeded("no answer in time"), send.timeout
        return self.crm.answer(GET(path)), None, 0.0

    def connection(self) -> Connection:
        return connected(self.crm, PEOPLE, LEADS, carry=sent)


@pytest.fixture
def desks() -> Iterator[list[Desk]]:
    with ExitStack() as stack:
        made = []
        for world in WORLDS:
            desk = Desk(stack.enter_context(open_store()))
            desk.world = world(desk.store, desk.answers)
            stack.callback(desk.world.close)
            made.append(desk)
        yield made


def same(desks: list[Desk], make: Callable[[Desk], Operation[Any]]) -> Any:
    """What the operation comes to in every world; asserts that it is the same, and so are the requests."""
    ran = []
    for desk in desks:
        desk.crm.asked.clear()
        outcome = desk.world.run(partial(make, desk))
        assert outcome.error is None
        ran.append((outcome.value, sorted(desk.crm.asked)))
    assert ran[0] == ran[1] == ran[2]
    return ran[0][0]


async def popped(desk: Desk, index: PhoneIndex | None = None, patience: float = 30.0) -> Any:
    """The match in words, and the last state of every part."""
    shown: dict[str, tuple[str, str]] = {}

    async def show(part: Part) -> None:
        shown[part.name.value] = (part.state.value, part.why)

    result = await pop(desk.connection(), RINGING, POLICY, show, index=index, patience=patience)
    return result and (result.found, result.sentence()), sorted(shown.items())


def people(desks: list[Desk]) -> None:
    for desk in desks:
        desk.crm.put(
            Card("1", name="Ann", phone="020 7946 0018"),
            Card("2", phone="+1 207 946 0018"),
            Card("3", "leads", phone="020 7946 0019"),
        )


FAILING: dict[str, tuple[Mapping[str, int], Found]] = {
    "nothing": ({}, Found.ONE),
    "one resource is down": ({"/search/leads": 503}, Found.PARTLY_FAILED),
    "one resource is forbidden": ({"/search/leads": 403}, Found.ONE),
    "every search": ({"/search": 503}, Found.FAILED),
    "the record": ({"/records": 503}, Found.ONE),
    "related records": ({"/related": 503}, Found.ONE),
}


@pytest.mark.feature("F001")
@pytest.mark.parametrize("failing", FAILING)
def test_the_screen_pop_is_the_same(desks: list[Desk], failing: str) -> None:
    """Parts, their reasons, the match and the requests, whatever fails."""
    people(desks)
    statuses, expected = FAILING[failing]
    for desk in desks:
        desk.crm.failing.update(statuses)
    (found, _), _ = same(desks, popped)
    assert found is expected


@pytest.mark.feature("F026")
@pytest.mark.parametrize("silent", [(), ("/search/leads",), ("/related",), ("/",)])
def test_the_index_and_a_silent_crm_are_the_same(desks: list[Desk], silent: tuple[str, ...]) -> None:
    """Synchronised, then popped with one round trip, or marked as unverified within the patience."""
    people(desks)
    index = PhoneIndex(("GB",))

    async def sync(desk: Desk) -> bool:
        return (await index.sync(desk.connection())).complete

    assert same(desks, sync)
    for desk in desks:
        desk.silent = silent
    assert same(desks, lambda desk: popped(desk, index, patience=0.3))


@pytest.mark.fault("X9")
def test_a_match_within_a_deadline_is_the_same(desks: list[Desk]) -> None:
    """One resource that is silent costs no more than the patience, and is told."""
    people(desks)
    for desk in desks:
        desk.silent = ("/search/leads",)

    async def matched(desk: Desk) -> Any:
        result = await find(desk.connection(), RINGING, POLICY, patience=0.3)
        return result.found, result.sentence(), [match.contact.ref for match in result.matches]

    assert same(desks, matched)[0] is Found.PARTLY_FAILED


# Delivery -----------------------------------------------------------------------------------------------------------


class Outbox:
    """One world with the model CRM; ``fates`` says what meets the first request of each kind."""

    def __init__(self, make: type[World], store: Store, fates: Mapping[str, str]) -> None:
        self.store = store
        self.vendor = ModelVendor()
        self.fates = dict(fates)
        self.world: World = make(store, self.answers)  # type: ignore[call-arg]  # every world takes both
        promised = partial(promise, tenant_id="acme", interaction_id="call-1", agent_id="kim", now=self.world.now())
        store.run(Tx(lambda connection: promised(connection, self.vendor.drafts)))
        self.delivery = Delivery(self.reach)

    def answers(self, send: Send) -> Outcome:
        fate = self.fates.pop(self.vendor.site(send), "fine")
        if fate == "no connection":
            return None, ConnectFailed("refused"), 0.0
        if fate == "down":
            return Response(503), None, 0.0
        answer = self.vendor.answer(send, self.world.now())
        return (None, AnswerLost("lost"), 0.0) if fate == "answer lost" else (answer, None, 0.0)

    async def reach(self, tenant_id: str, crm: str, agent_id: str) -> Connection:
        return Connection(
            tenant_id=tenant_id,
            agent_id=agent_id,
            connector=self.vendor.connector,
            facts=self.vendor.facts,
            exchange=self.vendor.exchange(),
            resources=(),
        )

    def round(self) -> tuple[Any, ...]:
        """Deliver what is due; the report's states, the rows' states, what the CRM holds, what was sent."""
        ran = self.world.run(self.delivery.deliver_due)
        assert ran.error is None
        found = [self.store.run(Tx(partial(rows.read, tenant_id="acme", key=each.key))) for each in self.vendor.drafts]
        return (
            sorted((each.key, each.state.value) for each in ran.value.activities),
            [row and (row.state.value, row.attempts) for row in found],
            {key: len(ids) for key, ids in self.vendor.written().items()},
            sorted(ran.journal),
        )


CREATES = ("create note", "create task", "create call")


@pytest.mark.feature("D3")
@pytest.mark.fault("X1")
@pytest.mark.parametrize("fate", ["fine", "no connection", "down", "answer lost"])
def test_delivery_is_the_same(fate: str) -> None:
    """Round after round, a day apart: states, attempts, requests and what the CRM holds in the end."""
    with ExitStack() as stack:
        boxes = []
        for make in WORLDS:
            box = Outbox(make, stack.enter_context(open_store()), dict.fromkeys(CREATES, fate))
            stack.callback(box.world.close)
            boxes.append(box)
        for number in range(4):
            for box in boxes:
                box.world.ahead = number * DAY
            rounds = [box.round() for box in boxes]
            assert rounds[0] == rounds[1] == rounds[2]
        _, states, written, _ = rounds[0]
        assert set(written.values()) == {1}
        assert {state for state, _ in states} <= {"done", "unknown"}
