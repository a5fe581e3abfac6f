"""The same flows on the blocking driver, with real threads and real deadlines."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest
from tests.customer360.flows.stand_in import HOME, LEADS, PEOPLE, Card, StandIn, connected, sent

from customer360.connections import Connection
from customer360.core.effects import GET, Send
from customer360.core.errors import DeadlineExceeded
from customer360.core.interactions import Interaction
from customer360.core.matching import Found, MatchPolicy, MatchSource
from customer360.core.panel import Part, PartName, PartState
from customer360.core.wire import Response
from customer360.drivers.blocking import BlockingDriver
from customer360.flows.match import find
from customer360.flows.pop import pop
from customer360.index.phone_index import PhoneIndex
from customer360.index.sync import SyncProgress
from customer360.store.engine import open_store

INDEX = PhoneIndex(("GB",))
POLICY = MatchPolicy(regions=("GB",))
RINGING = Interaction(id="1", customer="+442079460018", started_at=datetime(2026, 1, 1, tzinfo=UTC))


@attrs.define(eq=False)
class Wire:
    """The network to the stand-in; ``silent`` paths get no answer before their time is over."""

    crm: StandIn
    silent: tuple[str, ...] = ()
    quiet: threading.Event = attrs.field(factory=threading.Event)

    def send(self, send: Send) -> Response:
        path = send.url.removeprefix(HOME)
        if self.silent and path.startswith(self.silent):
            self.quiet.wait(send.timeout)
            raise DeadlineExceeded("no answer in time")
        return self.crm.answer(GET(path))

    def warm(self, url: str, *, timeout: float = 5.0) -> None: ...

    def close(self) -> None:
        self.quiet.set()


@attrs.define
class Place:
    wire: Wire
    driver: BlockingDriver
    connection: Connection


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    wire = Wire(StandIn())
    connection = connected(wire.crm, PEOPLE, LEADS, carry=sent)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        driver = BlockingDriver(http=wire, store=store)
        try:
            yield Place(wire, driver, connection)
        finally:
            wire.close()
            driver.close()


def people(place: Place) -> None:
    place.wire.crm.put(
        Card("1", name="Ann", phone="020 7946 0018"),
        Card("2", phone="+1 207 946 0018"),
        Card("3", "leads", phone="020 7946 0019"),
    )


def test_sync_match_and_pop(place: Place) -> None:
    """From an empty store to an open contact, over threads, with progress told on the way."""
    people(place)
    told: list[object] = []
    report = place.driver.run(INDEX.sync(place.connection), emit=told.append)
    assert report.complete
    assert [each.records for each in told if isinstance(each, SyncProgress)] == [2, 2, 0, 1]
    shown: dict[PartName, Part] = {}

    async def show(part: Part) -> None:
        shown[part.name] = part

    for index in (None, INDEX):
        shown.clear()
        result = place.driver.run(pop(place.connection, RINGING, POLICY, show, index=index))
        assert result is not None
        assert result.found is Found.ONE
        assert {part.state for part in shown.values()} == {PartState.READY}


@pytest.mark.fault("X9")
def test_a_silent_crm_costs_no_more_than_the_patience(place: Place) -> None:
    """The index answers, marked, when the record cannot be read in time; without an index the search has failed."""
    people(place)
    assert place.driver.run(INDEX.sync(place.connection)).complete
    place.wire.silent = ("/",)
    result = place.driver.run(find(place.connection, RINGING, POLICY, index=INDEX, patience=0.05))
    assert [match.source for match in result.matches] == [MatchSource.INDEX]
    assert "DeadlineExceeded" in result.sentence()
    assert place.driver.run(find(place.connection, RINGING, POLICY, patience=0.05)).found is Found.FAILED


@pytest.mark.feature("M1")
def test_one_silent_resource_does_not_hold_up_the_other(place: Place) -> None:
    """What answered is shown; that it may not be all is said."""
    people(place)
    place.wire.silent = ("/search/leads",)
    result = place.driver.run(find(place.connection, RINGING, POLICY, patience=0.3))
    assert result.found is Found.PARTLY_FAILED
    assert [match.contact.name for match in result.matches] == ["Ann"]


def test_many_threads_sync_one_index(place: Place) -> None:
    """One does it, the others say that they were busy or find it done; the index is whole."""
    people(place)
    reports = []

    def sync() -> None:
        reports.append(place.driver.run(INDEX.sync(place.connection)))

    threads = [threading.Thread(target=sync) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 6
    assert any(report.complete for report in reports)
    assert all(report.complete or report.busy for report in reports)
    result = place.driver.run(find(place.connection, RINGING, POLICY, index=INDEX))
    assert [match.contact.name for match in result.matches] == ["Ann"]
