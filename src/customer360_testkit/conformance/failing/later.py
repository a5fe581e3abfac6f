"""A failure of any request is no end: nothing, or half of what there is, is never taken for all of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any, TypeAlias

import attrs

from customer360.core.activities import ActivityFilter
from customer360.core.capabilities import Capability
from customer360.core.connector import SEARCHES, Connector, Identity
from customer360.core.effects import Operation
from customer360.core.errors import CrmUnavailable, Customer360Error, Forbidden, UnexpectedAnswer, ValidationFailed
from customer360.core.linking import LinkFacts
from customer360.core.records import Page
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query, TextHas
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.crowds import Crowds
from customer360_testkit.conformance.syncing.resuming import ResumingChecks
from customer360_testkit.conformance.verbs import Verbs
from customer360_testkit.fakes import faults

Reading: TypeAlias = Callable[[], Any]
"""What a verb tells, or a whole round of a sync."""

_CREATE = Capability.CREATE_CONTACT
_PARTS, _MOST_PARTS = 3, 25
_FIRST, _LAST = 5, 2
"""Of many requests these fail in turn."""
_CROWD = 210
"""More than are asked for at once."""
_PAGE = 505
"""More than most vendors hand out at once."""
_LONGEST = 1004
"""More than any hands out at once."""
_CUT = b'{"'


class LaterChecks(ResumingChecks, Crowds, Verbs):
    """See the module."""

    @catches("takes half for all when a search fails", _CREATE)
    def test_a_search_that_failed_half_way_is_no_answer(self, link: Link) -> None:
        """Or it is said that there are more: a customer would be taken for nobody (F023, X3)."""
        number, address = "+442079460991", "quilllater{}@conform.example"
        self.crowd_of_people(link, "Quilllater", number, address.format(""), most=_CROWD)
        self.make(link, "Quillalone", "+442079460992")
        link.wait(LAG)
        self.make(link, "Quillfresh", "+442079460993")
        link.wait(60.0)  # an index may not know them by now
        queries: tuple[Query, ...] = (
            *(NameHas(name) for name in ("Quilllater", "Quillalone", "Quillfresh")),
            *(PhoneIs(f"+44{national}", national, "GB") for national in ("2079460992", "2079460993")),
            EmailIs(address.format(0)),
            PhoneIs(number, number[3:], "GB"),
            TextHas("Quilllater"),
            FieldIs(self.name_field, "Quilllater0"),
        )
        for query in queries:
            if self.can(link, SEARCHES[type(query)]):
                self._search_whole_or_refused(link, query)
        with suppress(ValidationFailed):  # of its own rules for addresses
            self.crowd_of_people(link, "Quillbeyond", None, "quillbeyondé@conform.example", most=_LONGEST)
            link.wait(LAG)
            if self.can(link, Capability.SEARCH_EMAIL):  # whose case is a matter of opinion: some read everybody
                self._search_whole_or_refused(link, EmailIs(f"quillbeyond{_LONGEST - 1}é@conform.example"))

    def _search_whole_or_refused(self, link: Link, query: Query) -> None:
        searching = partial(self.connector.search, link.facts, self.people, query, limit=200)
        self.whole_or_refused(link, self.read_once(link, searching), type(query).__name__)

    @catches("takes half for all when a list fails", _CREATE)
    def test_a_list_that_failed_half_way_is_no_answer(self, link: Link) -> None:
        """What happened would be forgotten: of every kind, of one person and as it is filtered (F040, X3)."""
        contact, resources = self.make(link, "Quilllater"), self.connector.resources(link.facts)
        for kind in self.every_kind(link):
            if kind in self.connector.within_contact:
                continue
            self.many(link, kind, contact, _CROWD)
            link.wait(LAG)
            listing = partial(self.connector.related, link.facts, contact, kind, limit=200)
            self.whole_or_refused(link, self.read_once(link, listing), kind)
            for name in [each.name for each in resources if each.related_kind is kind]:
                if self.can(link, Capability.LIST_ACTIVITIES):
                    query = ActivityFilter(resource=name, contact=contact, limit=200)
                    filtering = partial(self.connector.activities, link.facts, query)
                    self.whole_or_refused(link, self.read_once(link, filtering), name)

    @catches("writes again when it fails to look", _CREATE)
    def test_a_look_that_failed_half_way_is_no_answer(self, link: Link) -> None:
        """ "It is not there" lets the outbox write it a second time (R1, R2)."""
        contact, since = self.make(link, "Quilllater"), link.now
        for kind in self.every_kind(link):
            if kind not in self.connector.within_contact and self.sought(link, kind):
                written = self.many(link, kind, contact, _PAGE)
                link.wait(LAG)
                for draft, _ in (written[0], written[-1]):  # in whatever order they are looked through
                    looking = partial(self.connector.find_created, link.facts, draft, since=since)
                    self.whole_or_refused(link, self.read_once(link, looking), kind)

    @catches("takes half for all when a sync fails", _CREATE, Capability.DELTA)
    def test_a_sync_that_failed_half_way_is_not_over(self, link: Link) -> None:
        """Neither is who changed left out, nor who is gone: the round is begun again (P15, X3)."""
        refs = self.crowd_of_people(link, "Quilllater", most=_PAGE)
        link.wait(LAG)
        for resource in self.followed(link):
            _, _, cursor = self.sync(link, of=resource.name)
            if resource.name == self.people:
                with suppress(Forbidden):  # there are CRMs in which nobody deletes a company
                    for ref in refs[:_PARTS]:
                        self.delete(link, ref)
                link.wait(LAG)
            for place in (None, cursor):
                self.whole_or_refused(link, self.read_to_the_end(link, resource.name, place), resource.name)

    @catches("takes half for all when it fails to describe", _CREATE)
    def test_what_is_described_half_way_is_no_answer(self, link: Link) -> None:
        """Forms and searches are made of it, and stay so for hours (F115, X3)."""
        connector, facts, ref = self.connector, link.facts, self.make(link, "Quilllater", "+442079460991")
        ops: dict[str, Callable[[], Operation[Any]]] = {
            "identify": lambda: _identified(connector, facts),
            "list resources": lambda: connector.list_resources(facts),
            "get": lambda: connector.get(facts, ref),
        }
        for resource in link.run(connector.list_resources(facts)):
            ops[f"describe {resource.name}"] = partial(connector.describe, facts, resource.name)
        for name, op in ops.items():
            self.whole_or_refused(link, self.read_once(link, op), name)

    @catches("takes what is no record for no record", _CREATE)
    def test_a_list_of_something_else_is_no_answer(self, link: Link) -> None:
        """Numbers and texts where records are due: a customer would be taken for nobody (F023, X10)."""
        connector, facts, ref = self.connector, link.facts, self.make(link, "Quillobjects", "+442079460991")
        for kind in self.every_kind(link):
            link.run(connector.create_activity(facts, self.draft(link, kind, ref, f"objects-{kind}")))
        link.wait(LAG)
        verbs = dict(self.reading(link, ref, "Quillobjects"))
        verbs["identify"] = lambda: _identified(connector, facts)
        verbs["list resources"] = lambda: connector.list_resources(facts)
        if self.can(link, Capability.DELTA):
            verbs["changes"] = lambda: connector.changes(facts, self.people)
        if self.can(link, Capability.LIST_ACTIVITIES):
            for resource in connector.resources(facts):
                if resource.related_kind in self.every_kind(link):
                    query = ActivityFilter(resource=resource.name, contact=ref)
                    verbs[f"activities {resource.name}"] = partial(connector.activities, facts, query)
        for name, verb in verbs.items():
            try:
                whole, answers = self.heard(link, verb())
            except Customer360Error:  # what is declared is another check's matter
                continue
            for nth in range(len(answers)):
                with suppress(UnexpectedAnswer, CrmUnavailable):
                    told, _ = self.heard(link, verb(), _nth(nth, _of_no_objects))
                    assert told == whole, (name, nth)

    def whole_or_refused(self, link: Link, reading: Reading, what: object) -> None:
        """With any of its requests failing, and with failed parts of a batch."""
        link.fake.faults.clear()
        link.asked.clear()
        try:
            whole = reading()
        except Customer360Error:  # what is declared is another check's matter
            return
        requests = range(1, len(link.asked) + 1)
        for nth in sorted({*requests[:_FIRST], *requests[-_LAST:]}):
            for fault in (faults.status(503), faults.status(200, content=_CUT)):
                link.fake.faults.add(fault, nth=nth)
                self.same_or_refused(link, reading, whole, (what, nth, fault.name))
        for places in (*((place,) for place in range(_PARTS)), range(_MOST_PARTS)):
            link.fake.faults.add(faults.partial(*places), times=None)
            self.same_or_refused(link, reading, whole, (what, "parts", places))

    def same_or_refused(self, link: Link, reading: Reading, whole: Any, what: object) -> None:
        link.asked.clear()
        try:
            half = reading()
        except Customer360Error:
            return
        finally:
            link.fake.faults.clear()
        if isinstance(half, Page):
            some, every = ({item.ref for item in page.items} for page in (half, whole))
            more = half.next is not None  # so it is said
            assert some <= every, what
            assert more or (some, whole.next) == (every, None), what
        else:
            assert half == whole, what

    # What is read -----------------------------------------------------------------------------------------------------

    def read_once(self, link: Link, op: Callable[[], Operation[Any]]) -> Reading:
        return lambda: link.run(op())

    def read_to_the_end(self, link: Link, resource: str, cursor: str | None) -> Reading:
        def read() -> Any:
            changed, gone, _ = self.sync(link, cursor, of=resource)
            return changed.keys(), gone

        return read


def _nth(nth: int, alter: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Alters one of several answers."""
    number = count()
    return lambda content: alter(content) if next(number) == nth else content


def _of_no_objects(content: bytes) -> bytes:
    """An answer whose lists of objects hold something else, as many."""

    def told(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: told(each) for name, each in value.items()}
        return ["x"] * len(value) if isinstance(value, list) and isinstance((*value, None)[0], dict) else value

    try:
        return json.dumps(told(json.loads(content))).encode()
    except ValueError:
        return content


async def _identified(connector: Connector, facts: LinkFacts) -> Identity:
    """Who signed in, without what is kept to spare requests and the zone: nobody is kept out for want of those."""
    return attrs.evolve(await connector.identify(facts), extra={}, zone=None)
