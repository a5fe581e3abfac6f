"""What two agents do at the same time, or one after the other, does not mix: a connector keeps nothing."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import attrs
import pytest

from customer360.core.capabilities import CREATE, RELATED, Capability
from customer360.core.connector import SEARCHES
from customer360.core.effects import Cancelled, Operation, Request
from customer360.core.errors import Customer360Error, Duplicate
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactChange, Fields, RecordRef, RelatedKind
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query
from customer360.core.wire import Response
from customer360_testkit.by_hand import play
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.verbs import Verb, Verbs

_CREATE = Capability.CREATE_CONTACT
_NAMES = ("Quillone", "Quilltwo")


class InterleavingChecks(Verbs):
    """See the module."""

    def meanwhile(self, link: Link, op: Operation[Any], other: Verb) -> Any:
        """What an operation comes to while another one is run whole, before and after each of its answers."""

        def answer(request: Request) -> Response:
            with suppress(Customer360Error):
                link.run(other())
            try:
                return link.send(request)
            finally:
                with suppress(Customer360Error):
                    link.run(other())

        return play(op, answer, now=link.fake.clock.time)

    def two(self, link: Link) -> list[RecordRef]:
        """Two people, each with a name, a number and an address of their own."""
        refs = [
            self.make(link, name, f"+4420794607{number:02d}", f"{name.lower()}@conform.example")
            for number, name in enumerate(_NAMES)
        ]
        link.wait(LAG)
        return refs

    def questions(self, number: int) -> list[Query]:
        """Each kind of question for one of the two."""
        name, text = _NAMES[number], f"+4420794607{number:02d}"
        address = EmailIs(f"{name.lower()}@conform.example")
        return [NameHas(name), address, PhoneIs(text, text[3:], "GB"), FieldIs(self.name_field, name)]

    @catches("mixes up two searches", _CREATE)
    def test_two_searches_at_once_do_not_mix(self, link: Link) -> None:
        """Each agent gets who was asked for, and nobody whom another one asked for."""
        refs = self.two(link)
        for one, other in zip(self.questions(0), self.questions(1), strict=True):
            if self.can(link, SEARCHES[type(one)]):
                look, ask = self._look(link, other), self.connector.search(link.facts, self.people, one)
                alone = link.run(self.connector.search(link.facts, self.people, one))
                assert refs[0] in {hit.ref for hit in alone.items}
                assert self.meanwhile(link, ask, look) == alone, type(one)

    def _look(self, link: Link, query: Query) -> Verb:
        return lambda: self.connector.search(link.facts, self.people, query)

    @catches("reads a contact by another link", _CREATE)
    def test_two_reads_at_once_do_not_mix(self, link: Link) -> None:
        """Neither with somebody else, nor with what is known of another link."""
        one, other = self.two(link)
        apart = self._other(link)
        alone = self.get(link, one)
        reads: list[Verb] = [
            lambda: self.connector.get(link.facts, other),
            lambda: self.connector.get(apart, one),
            lambda: self.connector.describe(apart, self.people),
        ]
        for read in reads:
            assert self.meanwhile(link, self.connector.get(link.facts, one), read) == alone

    def _other(self, link: Link) -> LinkFacts:
        """What is known of a link to another place, as far as the settings have one."""
        settings = dict(link.facts.settings)
        for setting in self.connector.linking.settings:
            other = [value for value in setting.choices if value != settings.get(setting.name)]
            settings |= {setting.name: other[0]} if other else {}
        return attrs.evolve(link.facts, settings=settings, user="another")

    @catches("writes down what another agent said", _CREATE)
    def test_two_activities_at_once_do_not_mix(self, link: Link) -> None:
        """Each is written once, as it was said, under whom it was about."""
        refs, seen = self.two(link), 0
        for kind, capability in CREATE.items():
            if self.can(link, capability) and self.can(link, RELATED[kind]):
                seen += 1
                drafts = [self.draft(link, kind, ref, f"{kind}-{number}") for number, ref in enumerate(refs)]
                self.meanwhile(link, self._create(link, drafts[0])(), _once(self._create(link, drafts[1])))
                link.wait(LAG)
                for number, ref in enumerate(refs):
                    said = f"About {kind}-{number}"
                    assert link.fake.count_holding(said) == 1, kind
                    if kind is not RelatedKind.CALL:  # whose calls are listed is a check of its own
                        titles = [f"{each.title} {each.text}" for each in self.listed(link, ref, kind)]
                        assert [said in title for title in titles] == [True], kind
        if not seen:
            pytest.skip("nothing is written down that can be listed")

    def _create(self, link: Link, draft: Any) -> Verb:
        return lambda: self.connector.create_activity(link.facts, draft)

    @catches("changes somebody else", _CREATE, Capability.UPDATE_CONTACT)
    def test_two_changes_at_once_do_not_mix(self, link: Link) -> None:
        """Each contact is as its own agent left it."""
        one, other = self.two(link)
        changes = [(one, "Quillfirst"), (other, "Quillsecond")]
        ops = [self._change(link, ref, text) for ref, text in changes]
        self.meanwhile(link, ops[0](), _once(ops[1]))
        assert [self.get(link, ref).fields[self.spare_field] for ref, _ in changes] == [text for _, text in changes]

    def _change(self, link: Link, ref: RecordRef, text: str) -> Verb:
        change = ContactChange(ref=ref, fields={self.spare_field: text})
        return lambda: self.connector.update(link.facts, change)

    @catches("overwrites what a colleague wrote meanwhile", _CREATE)
    def test_what_was_written_between_reading_and_writing_stays(self, link: Link) -> None:
        """A second number, a note in the same text: both are there, or the later one is refused (R2)."""
        for ref, field, (first, new, third) in self._several(link):
            link.wait(60.0)
            ours = self._change_of(link, ref, {field: new})
            refused = self._between(link, ours(), self._change_of(link, ref, {field: (first, third)}))
            read = self.get(link, ref)
            held = {each.text for each in read.phones} | {each.address for each in read.emails}
            assert (third in held, new in held) == (True, refused is None), field
        contact = self.make(link, "Quillmeanwhile")
        for kind, capability in CREATE.items():
            if self.can(link, capability):
                ours, theirs = (
                    self._create(link, self.draft(link, kind, contact, f"{word}-{kind}")) for word in ("our", "their")
                )
                link.wait(60.0)
                refused = self._between(link, ours(), theirs)
                assert link.fake.count_holding(f"About their-{kind}") == 1, kind
                assert link.fake.count_holding(f"About our-{kind}") == (refused is None), kind

    def _between(self, link: Link, op: Operation[Any], other: Verb) -> Customer360Error | None:
        """The error that an operation ends in while another one is run whole before its first request that writes."""
        waiting = [other]

        def answer(request: Request) -> Response:
            if request.method != "GET" and not request.repeatable and waiting:
                link.run(waiting.pop()())
            return link.send(request)

        try:
            play(op, answer, now=link.fake.clock.time)
        except Customer360Error as error:
            return error
        return None

    def _several(self, link: Link) -> Iterator[tuple[RecordRef, str, tuple[str, str, str]]]:
        """The fields that hold several numbers or addresses: who has two there, the first of them, and two more."""
        resource = self.resource(link)
        for number, field in enumerate(self.writable(link, (*resource.phones, *resource.emails))):
            first, second, new, third = (f"+44207946{number}8{each}7" for each in range(4))
            if field in resource.emails:
                first, second, new, third = (f"quillbetween{number}{each}@conform.example" for each in range(4))
            with suppress(Customer360Error):  # it takes one
                ref = self.made_with(link, "Quillseveral", {field: (first, second)})
                if self.get(link, ref).fields.get(field) == (first, second):
                    yield ref, field, (first, new, third)

    def _change_of(self, link: Link, ref: RecordRef, fields: Fields) -> Verb:
        return lambda: self.connector.update(link.facts, ContactChange(ref=ref, fields=fields))

    @catches("goes on after it was told to stop", _CREATE)
    def test_what_is_given_up_asks_for_nothing_more(self, link: Link) -> None:
        """An agent who closed the panel, a deadline that is over: nothing is written after that (R1)."""
        ref = self.two(link)[0]
        for name, verb in (*self.reading(link, ref, "Quillone"), *self.writing(link, ref, "Quillone")):
            for number in (1, 2):
                assert self._stops(link, verb(), number), name

    def _stops(self, link: Link, op: Operation[Any], number: int) -> bool:
        """Whether an operation that is given up at that request of its asks for nothing more."""
        asked = 0

        def answer(request: Request) -> Response:
            nonlocal asked
            asked += 1
            if asked == number:
                raise Cancelled
            return link.send(request)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # what it gathers is given up before it began
            with suppress(Cancelled, Customer360Error):
                play(op, answer, now=link.fake.clock.time)
            try:
                op.close()
            except RuntimeError:  # it awaits something
                return False
            return True

    @catches("remembers who was found", _CREATE)
    def test_who_came_in_between_is_found(self, link: Link) -> None:
        """By the same question as before: the answer is the CRM's, not yesterday's."""
        address, number = "quillremembered@conform.example", "+442079460755"
        asked: list[tuple[Query, dict[str, str]]] = [
            (EmailIs(address), {"name": "Quillmail", "email": address}),
            (PhoneIs(number, number[3:], "GB"), {"name": "Quillring", "phone": number}),
            (NameHas("Quillremembered"), {"name": "Quillremembered"}),
        ]
        before = self.make(link, "Quillremembered", number, address)
        link.wait(LAG)
        for query, given in asked:
            if self.can(link, SEARCHES[type(query)]):
                assert {hit.ref for hit in self.found(link, query)} == {before}
                try:
                    after = self.make(link, **given)
                except Duplicate:  # the CRM keeps addresses apart
                    continue
                link.wait(LAG)
                assert {hit.ref for hit in self.found(link, query)} == {before, after}, type(query)
                self.delete(link, after)
                link.wait(LAG)
                assert {hit.ref for hit in self.found(link, query)} == {before}, type(query)


def _once(verb: Verb) -> Verb:
    """The verb the first time, and nothing after that: what is written is written once."""
    waiting = [verb]

    async def nothing() -> None:
        return None

    return lambda: waiting.pop()() if waiting else nothing()
