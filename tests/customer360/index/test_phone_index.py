"""The index finds by number and address, is filled page by page, and forgets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

import attrs
import pytest
import sqlalchemy as sa
from tests.customer360.flows.stand_in import LEADS, MAILBOX, PEOPLE, Card, Killed, Player, StandIn, refs

from customer360.connections import Connection
from customer360.core.effects import Tx
from customer360.core.errors import CrmUnavailable, Gone, InvalidValue, PageLoop, Truncated
from customer360.core.phones import read
from customer360.core.records import Changes, Phone
from customer360.core.search import EmailIs, PhoneIs
from customer360.flows.match import IndexAnswer
from customer360.index import rows, tables
from customer360.index.phone_index import MOST, PhoneIndex
from customer360.index.standing import IndexState
from customer360.index.sync import SyncProgress
from customer360.store.engine import open_store
from customer360.store.metadata import metadata

REGIONS = ("GB",)
INDEX = PhoneIndex()


@pytest.fixture
def player() -> Iterator[Player]:
    with open_store() as store:
        yield Player(StandIn(), store)


def ask(player: Player, connection: Connection, number: str) -> IndexAnswer:
    wanted = read(number, REGIONS)
    assert wanted is not None
    return player.run(INDEX.candidates(connection, PhoneIs(wanted.e164, wanted.national, wanted.region), wanted))


def mailed(player: Player, connection: Connection, address: str) -> IndexAnswer:
    return player.run(INDEX.candidates(connection, EmailIs(address), None))


def rows_left(player: Player) -> int:
    each = [table for name, table in metadata.tables.items() if name.startswith("index_")]
    count = Tx(lambda connection: sum(connection.scalar(sa.select(sa.func.count()).select_from(t)) for t in each))
    return int(player.store.run(count))


@pytest.mark.feature("F020")
@pytest.mark.feature("D1")
def test_finds_a_number_however_it_is_spelt(player: Player) -> None:
    """One look-up finds all spellings of a number, in every phone field, and no other contact."""
    spellings = ["+44 20 7946 0018", "020 7946 0018 ext. 7", "(020)79460018", "00442079460018", "tel:+44-20-7946-0018"]
    player.crm.put(*(Card(str(at), phone=text) for at, text in enumerate(spellings)))
    player.crm.put(Card("m", mobile="020 7946 0018"), Card("x", phone="020 7946 0019"), Card("none", name="No phone"))
    connection = player.connection()
    player.run(INDEX.sync(connection, REGIONS))
    answer = ask(player, connection, "+442079460018")
    assert answer.ready
    assert refs(answer.contacts) == {f"people/{at}" for at in range(len(spellings))} | {"people/m"}


@pytest.mark.feature("D2")
def test_a_number_that_thousands_hold_is_cut_off(player: Player) -> None:
    """What was typed instead of a number does not make a pop wait for all who have it."""
    player.crm.page_size = 700
    player.crm.put(*(Card(str(at), phone="020 7946 0000") for at in range(1_400)))
    connection = player.connection(PEOPLE)
    player.run(INDEX.sync(connection, REGIONS))
    answer = ask(player, connection, "+442079460000")
    assert answer.ready
    assert len(answer.contacts) == MOST


@pytest.mark.feature("F022")
def test_finds_an_address_whatever_its_case(player: Player) -> None:
    """Addresses are compared without case and outer space."""
    player.crm.put(Card("1", email=" Ann.Lee@Example.COM "), Card("2", email="ann@example.com"))
    connection = player.connection()
    player.run(INDEX.sync(connection))
    assert refs(mailed(player, connection, "ann.lee@example.com").contacts) == {"people/1"}


def test_is_not_ready_before_everything_was_read_once(player: Player) -> None:
    """Before the first sync, and while it is under way, the index says that it cannot say."""
    player.crm.put(*(Card(str(at), phone=f"020 7946 00{at:02}") for at in range(6)))
    connection = player.connection(PEOPLE)
    assert not ask(player, connection, "+442079460001").ready
    player.lives = 7
    with pytest.raises(Killed):
        player.run(INDEX.sync(connection, REGIONS))
    player.lives = None
    answer = ask(player, connection, "+442079460001")
    assert not answer.ready
    assert answer.why == "people has not been read to the end yet, 2 records so far"


@pytest.mark.feature("D13")
def test_says_how_far_it_is_to_whoever_watches(player: Player) -> None:
    """Never synced, killed after a page, its lease run out, whole: each is told, for each resource in its order."""
    player.crm.put(*(Card(str(at), phone=f"020 7946 00{at:02}") for at in range(6)))
    connection = player.connection(PEOPLE, LEADS)
    assert player.run(INDEX.state(connection)) == (IndexState(resource="people"), IndexState(resource="leads"))
    player.lives = 7
    with pytest.raises(Killed):
        player.run(INDEX.sync(connection, REGIONS))
    player.lives = None
    people, leads = player.run(INDEX.state(connection))
    assert people == IndexState(resource="people", syncing=True, records=2)
    assert (leads.ready, leads.records) == (False, 0)
    player.now += rows.LEASE
    assert not player.run(INDEX.state(connection))[0].syncing
    player.run(INDEX.sync(connection, REGIONS))
    for state, count in zip(player.run(INDEX.state(connection)), (6, 0), strict=True):
        assert (state.ready, state.syncing, state.whole, state.records) == (True, False, False, count)
        assert state.synced_at is not None
        assert 0 <= player.now - state.synced_at.timestamp() < 1


@pytest.mark.feature("D13")
def test_goes_on_where_a_killed_sync_had_come_to(player: Player) -> None:
    """Killed anywhere, the next sync continues; no page that was applied is asked for again."""
    player.crm.put(*(Card(str(at), phone=f"020 7946 00{at:02}") for at in range(6)))
    connection = player.connection(PEOPLE)
    for lives in range(60):
        player.lives, player.now = lives, player.now + rows.LEASE + 1
        before = len(player.crm.asked)
        try:
            player.run(INDEX.sync(connection, REGIONS))
            break
        except Killed:
            assert len(player.crm.asked) - before <= 3
    player.lives = None
    assert [len(ask(player, connection, f"+4420794600{at:02}").contacts) for at in range(6)] == [1] * 6
    assert len(player.crm.asked) < 20


@pytest.mark.promise("R13")
def test_a_large_page_is_applied_by_parts(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction keeps others waiting for thousands of contacts; killed between two, the page is read again; who
    comes twice, or comes and goes in one page, ends as the page ends."""
    many = [Card(str(at), phone=f"020 7946 {at:04}").contact(partial=True) for at in range(450)]
    again = attrs.evolve(many[0], phones=(Phone("phone", "020 7946 9999"),))
    page = Changes(changed=(*many, again), gone=(many[1].ref, many[-1].ref), cursor="0:1", total=450)

    async def changes(self: object, facts: object, resource: str, cursor: str | None = None) -> Changes:
        return page

    connection = player.connection(PEOPLE)
    monkeypatch.setattr(type(connection.connector), "changes", changes)
    everybody = Tx(lambda c: c.scalar(sa.select(sa.func.count()).select_from(tables.contact)))
    seen = {0}
    for lives in (*range(16), 9):  # killed after each effect in turn: what stood in the store between any two
        player.run(INDEX.forget("acme", "stand-in"))
        player.lives, player.now = lives, player.now + rows.LEASE
        with suppress(Killed):
            player.run(INDEX.sync(connection, REGIONS))
        player.lives = None
        seen.add(player.store.run(everybody))
    steps = sorted(seen)
    assert len(steps) >= 3
    assert all(after - before <= 200 for before, after in pairwise(steps))
    assert 0 < player.store.run(everybody) < 448, "the last one died in the midst of the page"
    player.now += rows.LEASE
    (report,) = player.run(INDEX.sync(connection, REGIONS)).resources
    assert (report.pages, report.changed, report.gone) == (1, 451, 2)
    held = {last: refs(ask(player, connection, f"+44207946{last}").contacts) for last in ("0000", "0001", "9999")}
    assert held == {"0000": set(), "0001": set(), "9999": {"people/0"}}
    assert player.store.run(everybody) == 448


def test_tells_its_progress_in_counts(player: Player) -> None:
    """After every page: records so far and in all, and no word of any contact."""
    player.crm.put(*(Card(str(at), name="Ann", phone=f"020 7946 00{at:02}") for at in range(5)))
    player.run(INDEX.sync(player.connection(PEOPLE), REGIONS))
    told = [each for each in player.told if isinstance(each, SyncProgress)]
    assert [(each.records, each.total, each.whole) for each in told] == [(2, 5, True), (4, 5, True), (5, 5, True)]
    assert "Ann" not in repr(told)
    assert "7946" not in repr(told)


def test_the_next_sync_reads_only_what_changed(player: Player) -> None:
    """Changed numbers move, deleted contacts go, new ones come; nothing else is read."""
    player.crm.put(Card("1", phone="020 7946 0001"), Card("2", phone="020 7946 0002"), Card("3", phone="020 7946 0003"))
    connection = player.connection(PEOPLE)
    assert player.run(INDEX.sync(connection, REGIONS)).resources[0].whole
    player.crm.put(Card("1", phone="020 7946 0099"), Card("4", phone="020 7946 0004"))
    player.crm.delete("people", "2")
    report = player.run(INDEX.sync(connection, REGIONS))
    assert [(each.whole, each.changed, each.gone) for each in report.resources] == [(False, 2, 1)]
    held = {
        last: refs(ask(player, connection, f"+44207946{last}").contacts) for last in ("0001", "0002", "0099", "0004")
    }
    assert held == {"0001": set(), "0002": set(), "0099": {"people/1"}, "0004": {"people/4"}}


def test_a_contact_that_lost_its_numbers_is_not_kept(player: Player) -> None:
    """What has neither number nor address is no business of the index."""
    player.crm.put(Card("1", phone="020 7946 0001", name="Ann"))
    connection = player.connection(PEOPLE)
    player.run(INDEX.sync(connection, REGIONS))
    player.crm.put(Card("1", name="Ann"))
    player.run(INDEX.sync(connection, REGIONS))
    everything = Tx(lambda c: c.execute(sa.select(tables.contact)).all())
    assert player.store.run(everything) == []


def test_starts_over_when_its_cursor_is_no_longer_accepted(player: Player) -> None:
    """The old content answers until the new is whole, then what is no longer in the CRM is gone."""
    player.crm.put(*(Card(str(at), phone=f"020 7946 00{at:02}") for at in range(4)))
    connection = player.connection(PEOPLE)
    player.run(INDEX.sync(connection, REGIONS))
    player.crm.cards.pop(("people", "0"))  # deleted so long ago that no delta says so
    player.crm.lose_the_log()
    player.lives = 9
    with pytest.raises(Killed):
        player.run(INDEX.sync(connection, REGIONS))
    player.lives, player.now = None, player.now + rows.LEASE
    assert ask(player, connection, "+442079460000").ready
    assert refs(ask(player, connection, "+442079460000").contacts) == {"people/0"}
    report = player.run(INDEX.sync(connection, REGIONS))
    assert report.complete
    assert refs(ask(player, connection, "+442079460000").contacts) == set()
    assert refs(ask(player, connection, "+442079460003").contacts) == {"people/3"}


def test_a_cursor_that_is_refused_for_ever_is_a_problem_not_a_loop(player: Player) -> None:
    """It starts over once in a sync; the second refusal is reported."""
    player.crm.put(*(Card(str(at), phone=f"020 7946 00{at:02}") for at in range(4)))
    connection = player.connection(PEOPLE)
    player.run(INDEX.sync(connection, REGIONS))
    player.crm.accepts_cursors = False
    report = player.run(INDEX.sync(connection, REGIONS))
    assert isinstance(report.resources[0].problem, Gone)
    assert not report.complete


@pytest.mark.fault("X11")
@pytest.mark.promise("R9")
def test_pages_in_a_circle_are_stopped(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CRM whose pages never end fails its resource; the others are synced."""
    connection = player.connection()
    endless = Changes(cursor="0", more=True)
    real = type(connection.connector).changes

    async def changes(self: object, facts: object, resource: str, cursor: str | None = None) -> Changes:
        return endless if resource == "people" else await real(connection.connector, connection.facts, resource, cursor)

    monkeypatch.setattr(type(connection.connector), "changes", changes)
    people, leads = player.run(INDEX.sync(connection)).resources
    assert isinstance(people.problem, PageLoop)
    assert leads.problem is None


def test_a_resource_that_fails_does_not_stop_the_others(player: Player) -> None:
    """The failure is in the report, and the lease is free again."""
    player.crm.put(Card("1", "leads", phone="020 7946 0001"))
    player.crm.failing["/changes/people"] = 503
    connection = player.connection()
    people, leads = player.run(INDEX.sync(connection, REGIONS)).resources
    assert isinstance(people.problem, CrmUnavailable)
    assert leads.problem is None
    player.crm.failing.clear()
    assert player.run(INDEX.sync(connection, REGIONS)).complete


@pytest.mark.promise("R9")
def test_what_the_crm_does_not_hand_out_is_told(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor's cap is a problem of its resource, and an index that is not whole does not answer for it."""
    connection = player.connection()
    real = type(connection.connector).changes

    async def changes(self: object, facts: object, resource: str, cursor: str | None = None) -> Changes:
        if resource == "people":
            raise Truncated("more were changed in one second than the CRM hands out")
        return await real(connection.connector, connection.facts, resource, cursor)

    monkeypatch.setattr(type(connection.connector), "changes", changes)
    report = player.run(INDEX.sync(connection))
    assert isinstance(report.resources[0].problem, Truncated)
    assert not report.complete
    assert not ask(player, connection, "+442079460001").ready
    assert [state.ready for state in player.run(INDEX.state(connection))] == [False, True]


def test_private_contacts_are_their_owners_alone(player: Player) -> None:
    """What Kim's mailbox holds is not found for Lee, who shares the account and the CRM."""
    player.crm.put(Card("1", "mailbox", phone="020 7946 0001", email="ann@example.com"))
    kim, lee = player.connection(MAILBOX), player.connection(MAILBOX, agent_id="lee")
    player.run(INDEX.sync(kim, REGIONS))
    assert refs(ask(player, kim, "+442079460001").contacts) == {"mailbox/1"}
    assert not ask(player, lee, "+442079460001").ready
    player.crm.cards.clear()
    player.crm.log.clear()
    player.run(INDEX.sync(lee, REGIONS))
    for answer in (ask(player, lee, "+442079460001"), mailed(player, lee, "ann@example.com")):
        assert (answer.ready, answer.contacts) == (True, ())


def test_private_contacts_need_an_agent(player: Player) -> None:
    """Without one they would be everybody's."""
    with pytest.raises(InvalidValue, match="private to an agent"):
        player.run(INDEX.sync(player.connection(MAILBOX, agent_id="")))


def test_accounts_do_not_see_each_other(player: Player) -> None:
    """The same CRM linked by two accounts is two indexes."""
    player.crm.put(Card("1", phone="020 7946 0001"))
    player.run(INDEX.sync(player.connection(), REGIONS))
    assert not ask(player, player.connection(tenant_id="other"), "+442079460001").ready


def test_a_resource_taken_out_of_the_configuration_is_dropped(player: Player) -> None:
    """Its contacts are erased at the next sync, and not found before it."""
    player.crm.put(Card("1", phone="020 7946 0001"), Card("2", "leads", phone="020 7946 0001"))
    player.run(INDEX.sync(player.connection(), REGIONS))
    fewer = player.connection(LEADS)
    assert refs(ask(player, fewer, "+442079460001").contacts) == {"leads/2"}
    player.run(INDEX.sync(fewer, REGIONS))
    left = player.store.run(Tx(lambda c: c.execute(sa.select(tables.contact.c.resource)).scalars().all()))
    assert left == ["leads"]
    assert not ask(player, player.connection(), "+442079460001").ready


@pytest.mark.parametrize("owner", [None, "kim"])
def test_forgetting_leaves_nothing(player: Player, owner: str | None) -> None:
    """Erasure is complete, and a sync that was under way does not bring anything back."""
    player.crm.put(*(Card(str(at), "mailbox", phone=f"020 7946 00{at:02}", email="a@b.example") for at in range(6)))
    connection = player.connection(MAILBOX)
    player.run(INDEX.sync(connection, REGIONS))
    player.run(INDEX.forget("acme", "stand-in", owner))
    assert rows_left(player) <= 1  # the empty lease table of the account's own index
    assert not ask(player, connection, "+442079460001").ready

    progress: list[object] = []

    class Forgetting(list[object]):
        def append(self, event: object) -> None:
            progress.append(event)
            player.run(INDEX.forget("acme", "stand-in", owner))

    player.told = Forgetting()
    report = player.run(INDEX.sync(connection, REGIONS))
    assert report.busy == ("mailbox",)
    assert len(progress) == 1
    assert rows_left(player) == 0


def test_two_workers_do_not_mix(player: Player) -> None:
    """While one syncs the other reports busy; whoever lost its lease writes nothing more."""
    player.crm.put(*(Card(str(at), phone=f"020 7946 00{at:02}") for at in range(6)))
    connection = player.connection(PEOPLE)
    reports = []

    class Second(list[object]):
        def append(self, event: object) -> None:
            player.told = []
            reports.append(player.run(INDEX.sync(connection, REGIONS)))
            player.now += rows.LEASE
            reports.append(player.run(INDEX.sync(connection, REGIONS)))

    player.told = Second()
    first = player.run(INDEX.sync(connection, REGIONS))
    busy, took_over = reports
    assert busy.busy == ("people",)
    assert took_over.complete
    assert first.busy == ("people",)
    assert [len(ask(player, connection, f"+4420794600{at:02}").contacts) for at in range(6)] == [1] * 6


def test_keeps_no_field_that_it_does_not_need(player: Player) -> None:
    """A snapshot holds what is shown and ranked by, not the CRM's other fields."""
    player.crm.put(Card("1", phone="020 7946 0001", fields={"Diagnosis": "secret-word"}))
    player.run(INDEX.sync(player.connection(), REGIONS))
    stored = player.store.run(Tx(lambda c: c.execute(sa.select(tables.contact)).all()))
    assert stored
    assert "secret-word" not in repr(stored)


def test_a_snapshot_ranks_like_its_contact() -> None:
    """Name, kind, region, times, phones and addresses come back; the copy says that it is partial."""
    from datetime import UTC, datetime

    from customer360.index.snapshots import pack, unpack

    whole = attrs.evolve(
        Card("1", name="Ann", phone="020 7946 0001", email="a@b.example", region="GB").contact(),
        company="Acme",
        url="https://crm.example/1",
        modified_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    assert unpack(whole.ref, pack(whole)) == attrs.evolve(whole, partial=True)


def test_a_large_index_is_forgotten_by_parts(player: Player) -> None:
    """No transaction erases more than a few hundred contacts; killed between two, the next call erases the rest."""
    player.crm.page_size = 700
    player.crm.put(*(Card(str(at), phone=f"020 7946 {at:04}") for at in range(1200)))
    connection = player.connection(PEOPLE)
    player.run(INDEX.sync(connection, REGIONS))
    player.lives = 1
    with pytest.raises(Killed):
        player.run(INDEX.forget("acme", "stand-in"))
    player.lives = None
    assert not ask(player, connection, "+442079460001").ready
    assert rows_left(player) > 0
    player.run(INDEX.forget("acme", "stand-in"))
    assert rows_left(player) == 0
