"""The set stored in a fake CRM and found again, both over HTTP, through the SDK as its users run it.

What is stored is what the CRM takes: text that it refuses is told apart from text that is not found. Every candidate of
every call is held against the truth, so a row that was meant for another call counts as mistaken all the same.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import attrs

from customer360 import Customer360, Deadlines, MasterKey, MatchPolicy
from customer360.core.effects import Send
from customer360.core.errors import InvalidValue, ValidationFailed
from customer360.core.matching import Found
from customer360.core.metadata import FieldType, Resource, Schema, StandardField
from customer360.core.phones import Grade
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360.transport.httpx_adapter import HttpxPort
from customer360_testkit.evaluation.judging import Tally, World
from customer360_testkit.evaluation.look_alikes import LookAlike, look_alikes
from customer360_testkit.evaluation.spellings import COUNTRIES, samples
from customer360_testkit.fakes.clock import FakeClock
from customer360_testkit.sandbox import Sandbox

_REDIRECT = "http://localhost/back"
_INDEXED_BY_THEN = 1200.0
"""Seconds until whatever a vendor indexes is indexed."""
_BETWEEN = 0.5
"""Seconds between requests, by the fake's clock: fakes limit rates as the vendors do."""
_CALLS_OF_A_CLIENT = 300
_PATIENT = Deadlines(pop=60.0, read=60.0, write=60.0)
"""A busy machine misses nobody."""
_ALL = 200
"""Candidates to hand out: all that hold a number, so that none hides behind others."""


@attrs.frozen
class Row:
    """A record to store: ``means`` is the number that its text truly is, None for the few digits of a house."""

    text: str
    means: str | None
    country: str
    what: str
    alike: LookAlike | None = None


def rows(each: int, alike: int, seed: int = 360, countries: Sequence[str] = COUNTRIES) -> list[Row]:
    """``each`` numbers of every country in every spelling, and ``alike`` look-alikes of each kind of some of them.

    One number in many spellings is what a switchboard's number is: shared by many records.
    """
    true = [Row(each_.text, each_.e164, each_.country, each_.style) for each_ in samples(each, seed, countries)]
    false = [
        Row(pair.text, pair.means, pair.country, f"{pair.kind}: {pair.style}", pair) for pair in look_alikes(alike)
    ]
    return true + false


@attrs.frozen
class Call:
    """One number that rang in one world, what was asked, and what came of it: record -> grade."""

    rings: str
    country: str
    world: World
    asked: tuple[Send, ...] = attrs.field(repr=False)
    found: Mapping[RecordRef, Grade]
    opened: RecordRef | None
    """What would be opened by itself."""


@attrs.define
class Report:
    """What came of one CRM."""

    crm: str
    stored: dict[RecordRef, Row] = attrs.field(factory=dict, repr=False)
    refused: Counter[str] = attrs.field(factory=Counter)
    """Style -> how many texts the CRM does not take."""
    calls: list[Call] = attrs.field(factory=list, repr=False)

    def recall(self, world: World) -> Tally:
        """Of the records that hold the number that rings: how surely each was found."""
        tally, holding = Tally(), self._holding()
        for call in self._in(world):
            for ref in holding.get(call.rings, ()):
                row = self.stored[ref]
                tally.add(call.found.get(ref, Grade.NONE), row.what, row.country)
        return tally

    def mistaken(self, world: World, *, twins: bool = False) -> Tally:
        """Of the look-alikes stored for each number that rings, and of every other record that came: what is taken
        for it. ``twins`` are counted apart."""
        tally = Tally()
        meant: dict[str, set[RecordRef]] = {}
        for ref, row in self.stored.items():
            if row.alike is not None and row.alike.kind.twin == twins:
                meant.setdefault(row.alike.rings, set()).add(ref)
        for call in self._in(world):
            others = {ref for ref in call.found if self._wrong(ref, call) and self._twin(ref, call) == twins}
            for ref in meant.get(call.rings, set()) | others:
                row = self.stored[ref]
                tally.add(call.found.get(ref, Grade.NONE), row.what, row.country)
        return tally

    def wrongly_opened(self, world: World, *, twins: bool = False) -> list[Row]:
        """What would be opened by itself and is somebody else; ``twins`` apart."""
        return [
            self.stored[call.opened]
            for call in self._in(world)
            if call.opened is not None and self._wrong(call.opened, call) and self._twin(call.opened, call) == twins
        ]

    def precision(self, world: World) -> float:
        """Per cent of all matches that are the number that rings."""
        right = wrong = 0
        for call in self._in(world):
            for ref, grade in call.found.items():
                if grade >= Grade.NATIONAL:
                    wrong += self._wrong(ref, call)
                    right += not self._wrong(ref, call)
        return 100 * right / max(1, right + wrong)

    def requests(self) -> float:
        """Requests for one call."""
        return sum(len(call.asked) for call in self.calls) / max(1, len(self.calls))

    def _in(self, world: World) -> Iterator[Call]:
        return (call for call in self.calls if call.world is world)

    def _holding(self) -> dict[str, list[RecordRef]]:
        holding: dict[str, list[RecordRef]] = {}
        for ref, row in self.stored.items():
            if row.means is not None:
                holding.setdefault(row.means, []).append(ref)
        return holding

    def _wrong(self, ref: RecordRef, call: Call) -> bool:
        return self.stored[ref].means != call.rings

    def _twin(self, ref: RecordRef, call: Call) -> bool:
        alike = self.stored[ref].alike
        return alike is not None and alike.kind.twin and call.rings in (alike.rings, alike.means)


@attrs.define
class _Recording:
    """A port that keeps what was asked."""

    port: HttpxPort
    asked: list[Send] = attrs.field(factory=list)

    def send(self, send: Send) -> Response:
        self.asked.append(send)
        return self.port.send(send)

    def warm(self, url: str, *, timeout: float = 5.0) -> None:
        self.port.warm(url, timeout=timeout)

    def close(self) -> None:
        self.port.close()

    def taken(self) -> tuple[Send, ...]:
        asked = tuple(self.asked)
        self.asked.clear()
        return asked


@attrs.define
class _Place:
    """Where rows of one resource go: its fields for numbers in turn."""

    resource: Resource
    fixed: dict[str, Any]
    name: str
    phones: tuple[str, ...]


def evaluate(crm: str, chosen: Sequence[Row], worlds: Sequence[World] = (World.ACCOUNT, World.WRONG)) -> Report:
    """Store the rows in the CRM's fake and ring every number once in each world.

    Raises ValueError for a world that rows without a country cannot be in, and what the SDK raises.
    """
    if World.RECORD in worlds:
        raise ValueError("the records of this set have no country; judge that world in memory")
    report, clock = Report(crm), FakeClock()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        crm_ = stack.enter_context(Sandbox(crm, cast=(), clock=clock))
        desk = _Desk(crm, crm_, f"sqlite:///{folder}/store.db", stack)
        desk.link()
        for position, row in enumerate(chosen):
            desk.store(row, position, report)
            clock.advance(_BETWEEN)
        clock.advance(_INDEXED_BY_THEN)
        if crm_.fake.needs_index:
            _, client = desk.client("ES")
            client.sync_index(crm, desk.agent)
        for world in worlds:
            for rings, country, region in _ringing(chosen, world):
                report.calls.append(desk.ring(rings, country, region, world))
                clock.advance(_BETWEEN)
    return report


def _ringing(chosen: Iterable[Row], world: World) -> list[tuple[str, str, str]]:
    """Each number that rings, its country, and the account's in this world; by country, so that a client is kept."""
    found = {(row.means, row.country) for row in chosen if row.means is not None and row.alike is None}
    found |= {(row.alike.rings, row.alike.rings_from) for row in chosen if row.alike is not None}
    return sorted(
        ((rings, country, world.known(country, country)[1][0]) for rings, country in found),
        key=lambda each: (each[2], each[0]),
    )


class _Desk:
    """Clients of one account, one for each country that the account may be thought to be in."""

    def __init__(self, crm: str, sandboxed: Any, store: str, stack: ExitStack) -> None:
        self._crm, self._sandboxed, self._store, self._stack = crm, sandboxed, store, stack
        self._key = MasterKey.in_memory()
        self._clients: dict[str, tuple[_Recording, Customer360, int]] = {}
        self._places: list[_Place] = []
        self.agent = next(iter(sandboxed.users))

    def client(self, region: str) -> tuple[_Recording, Customer360]:
        """Anew after some calls: the SDK keeps to a CRM's rates by the clock on the wall, the fake by its own."""
        port, client, left = self._clients.get(region) or (None, None, 0)
        if port is None or client is None or not left:
            port = _Recording(HttpxPort())
            client = Customer360(
                store=self._store,
                key=self._key,
                match=MatchPolicy(regions=(region,), limit=_ALL),
                endpoints=self._sandboxed.endpoints,
                http=port,
                deadlines=_PATIENT,
            )
            self._stack.enter_context(client)
            left = _CALLS_OF_A_CLIENT
        self._clients[region] = port, client, left - 1
        return port, client

    def link(self) -> None:
        _, client = self.client("ES")
        client.link(self._crm, settings=self._sandboxed.fake.link_settings, application=self._sandboxed.application)
        for agent in ("", self.agent):
            url = client.begin_login(self._crm, agent, redirect_uri=_REDIRECT)
            client.complete_login(self._sandboxed.authorize(url, self.agent))
        session = client.session(self._crm, self.agent)
        self._places = [
            place
            for resource in session.resources()
            if resource.contact_kind is not None and resource.phones
            if (place := _place(resource, session.describe(resource.name))) is not None
        ]

    def store(self, row: Row, position: int, report: Report) -> None:
        """In one resource and one field after the other."""
        place = self._places[position % len(self._places)]
        field = place.phones[position // len(self._places) % len(place.phones)]
        _, client = self.client("ES")
        fields = {**place.fixed, place.name: f"Row {position:05d}", field: row.text}
        try:
            contact = client.session(self._crm, self.agent).create_contact(place.resource.name, fields)
        except (ValidationFailed, InvalidValue):
            report.refused[row.what] += 1
        else:
            report.stored[contact.ref] = row

    def ring(self, rings: str, country: str, region: str, world: World) -> Call:
        port, client = self.client(region)
        session = client.session(self._crm, self.agent)
        port.taken()
        result = session.find_contacts(phone=rings)
        if result.found in (Found.FAILED, Found.PARTLY_FAILED):
            raise RuntimeError(f"{self._crm} could not be asked: {result.sentence()}")
        found = {match.contact.ref: match.grade for match in result.matches}
        best = result.best
        return Call(rings, country, world, port.taken(), found, None if best is None else best.contact.ref)


def _place(resource: Resource, schema: Schema) -> _Place | None:
    """How to make a record of this resource, None where it demands what this set does not have."""
    standard = resource.standard
    name = standard.get(StandardField.FAMILY_NAME) or standard.get(StandardField.NAME)
    phones = tuple(each for each in resource.phones if (info := schema.field(each)) is not None and info.creatable)
    if name is None or not phones:
        return None
    missing = [each for each in schema.fields if each.required and each.creatable and each.name != name]
    fixed = {each.name: each.choices[0].value if each.choices else "Somebody" for each in missing}
    if any(each.type not in (FieldType.TEXT, FieldType.CHOICE) for each in missing):
        return None
    return _Place(resource, fixed, name, phones)
