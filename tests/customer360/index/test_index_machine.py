"""Whatever happens in whatever order, the index ends as a plain dict would."""

from __future__ import annotations

import atexit
from functools import cache

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.customer360.flows.stand_in import LEADS, MAILBOX, PEOPLE, Card, Killed, Player, StandIn

from customer360.core.effects import Tx
from customer360.core.phones import read
from customer360.core.search import EmailIs, PhoneIs
from customer360.index import rows
from customer360.index.phone_index import PhoneIndex
from customer360.store.engine import Store, open_store
from customer360.store.metadata import metadata

NUMBERS = [f"020 7946 00{at:02}" for at in range(4)]
ADDRESSES = ["ann@example.com", "Bob@Example.com", ""]
RESOURCES = (PEOPLE, LEADS, MAILBOX)
INDEX = PhoneIndex(("GB",))

ids = st.integers(0, 5).map(str)
resources = st.sampled_from([each.name for each in RESOURCES])


@cache
def one_store() -> Store:
    """A new store for every example would cost more than the example."""
    store = open_store()
    atexit.register(store.close)
    return store


def empty(connection: sa.Connection) -> None:
    for name, table in metadata.tables.items():
        if name.startswith("index_"):
            connection.execute(table.delete())


class IndexMachine(RuleBasedStateMachine):
    """The model is ``seen``: the CRM's contacts as they were when a sync last came to its end."""

    def __init__(self) -> None:
        super().__init__()
        store = one_store()
        store.run(Tx(empty))
        self.player = Player(StandIn(), store)
        self.connection = self.player.connection(*RESOURCES)
        self.seen: dict[tuple[str, str], Card] | None = None
        self.in_step = False

    @rule(
        resource=resources,
        record=ids,
        phone=st.sampled_from(["", *NUMBERS]),
        mobile=st.sampled_from(["", *NUMBERS]),
        email=st.sampled_from(ADDRESSES),
    )
    def change(self, resource: str, record: str, phone: str, mobile: str, email: str) -> None:
        self.player.crm.put(Card(record, resource, phone=phone, mobile=mobile, email=email))
        self.in_step = False

    @rule(resource=resources, record=ids)
    def delete(self, resource: str, record: str) -> None:
        self.player.crm.delete(resource, record)
        self.in_step = False

    @rule()
    def lose_the_log(self) -> None:
        self.player.crm.lose_the_log()
        self.in_step = False

    @rule(lives=st.integers(0, 40))
    def sync_and_be_killed(self, lives: int) -> None:
        self.player.lives = lives
        try:
            report = self.player.run(INDEX.sync(self.connection))
        except Killed:
            self.in_step = False
        else:
            self.note(report.complete)
        finally:
            self.player.lives = None
            self.player.now += rows.LEASE

    @rule()
    def sync(self) -> None:
        self.note(self.player.run(INDEX.sync(self.connection)).complete)

    def note(self, complete: bool) -> None:
        assert complete
        self.seen = dict(self.player.crm.cards)
        self.in_step = True

    @rule()
    def forget(self) -> None:
        self.player.run(INDEX.forget("acme", "stand-in"))
        self.seen, self.in_step = None, False

    @precondition(lambda self: self.in_step)
    @invariant()
    def answers_like_a_dict(self) -> None:
        assert self.seen is not None
        for text in NUMBERS:
            expected = {key for key, card in self.seen.items() if text in (card.phone, card.mobile)}
            assert self.by_phone(text) == (True, expected)
        for address in ("ann@example.com", "bob@example.com"):
            expected = {key for key, card in self.seen.items() if card.email.casefold() == address}
            answer = self.player.run(INDEX.candidates(self.connection, EmailIs(address), None))
            assert {(each.ref.resource, each.ref.id) for each in answer.contacts} == expected

    @invariant()
    def stays_ready_once_it_was(self) -> None:
        if self.seen is not None:
            assert self.by_phone(NUMBERS[0])[0]

    def by_phone(self, text: str) -> tuple[bool, set[tuple[str, str]]]:
        number = read(text, ("GB",))
        assert number is not None
        query = PhoneIs(number.e164, number.national, number.region)
        answer = self.player.run(INDEX.candidates(self.connection, query, number))
        return answer.ready, {(each.ref.resource, each.ref.id) for each in answer.contacts}


TestIndexMachine = IndexMachine.TestCase
TestIndexMachine.settings = settings(max_examples=25, stateful_step_count=25)
