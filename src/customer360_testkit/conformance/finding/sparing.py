"""What a verb costs: one contact is read alone, and many hits are read as one is."""

from __future__ import annotations

from typing import Any

from customer360.core.capabilities import Capability
from customer360.core.effects import Operation
from customer360.core.search import NameHas, PhoneIs, Query
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.verbs import Verbs

_CREATE, _NAMES = Capability.CREATE_CONTACT, Capability.SEARCH_NAME
_MANY = 6


class SparingChecks(Verbs):
    """See the module."""

    @catches("asks for each hit by itself", _CREATE, _NAMES)
    def test_many_hits_take_as_many_requests_as_one(self, link: Link) -> None:
        """A match is made while the phone rings, and requests are counted by the vendor (P1)."""
        self.make(link, "Quillsole", "+442079460124")
        for number in range(_MANY):
            self.make(link, f"Quillmany Number{number}", "+442079460125")
        link.wait(LAG)
        pairs: list[tuple[Query, Query]] = [(NameHas("Quillsole"), NameHas("Quillmany"))]
        if self.can(link, Capability.SEARCH_PHONE):
            numbers = ("+442079460124", "2079460124", "GB"), ("+442079460125", "2079460125", "GB")
            pairs.append((PhoneIs(*numbers[0]), PhoneIs(*numbers[1])))
        for pair in pairs:
            took = list[int]()
            for query, hits in zip(pair, (1, _MANY), strict=True):
                before = link.requests
                assert len(self.found(link, query)) == hits, query
                took.append(link.requests - before)
            assert took[0] == took[1], (type(pair[0]).__name__, took)

    @catches("asks for each record by itself", _CREATE)
    def test_many_records_take_as_many_requests_as_one(self, link: Link) -> None:
        """Of a list of what happened, and of what has changed: a page is a page (P1)."""
        few, many = self.make(link, "Quillfew"), self.make(link, "Quillplenty")
        for kind in self.kinds(link, apart=True):
            for number in range(_MANY):
                for contact in (few, many) if number == 0 else (many,):
                    self.written(link, self.draft(link, kind, contact, f"plenty-{kind}-{number}-{contact.id}"))
            link.wait(LAG)
            took = [self._took(link, self.connector.related(link.facts, contact, kind)) for contact in (few, many)]
            assert took[0] == took[1], (kind, took)
        if self.can(link, Capability.DELTA):
            took, cursor = [], self._caught_up(link)
            for number in (1, _MANY):
                for each in range(number):
                    self.make(link, f"Quillfresh Number{each} of{number}")
                link.wait(LAG)
                before = link.requests
                changes = link.run(self.connector.changes(link.facts, self.people, cursor))
                took.append(link.requests - before)
                cursor = changes.cursor
            assert took[0] == took[1], took

    def _took(self, link: Link, op: Operation[Any]) -> int:
        """How many requests an operation takes."""
        before = link.requests
        link.run(op)
        return link.requests - before

    def _caught_up(self, link: Link) -> str | None:
        """The cursor that stands behind all changes so far."""
        changes = link.run(self.connector.changes(link.facts, self.people))
        while changes.more:
            changes = link.run(self.connector.changes(link.facts, self.people, changes.cursor))
        cursor: str | None = changes.cursor
        return cursor

    @catches("reads others to read one", _CREATE)
    def test_one_contact_is_read_alone(self, link: Link) -> None:
        """However many there are: a list of all of them takes as many requests as there are pages (P1)."""
        ref = self.make(link, "Quillalone")
        self.make(link, "Quillbystander")
        link.wait(LAG)
        _, answers = self.heard(link, self.connector.get(link.facts, ref))
        assert not any(b"Quillbystander" in answer.content for answer in answers)
