"""Who is found: every field is searched, nobody else answers, and what was typed stays text."""

from __future__ import annotations

from contextlib import suppress

import pytest

from customer360.core.capabilities import Capability
from customer360.core.connector import SEARCHES
from customer360.core.errors import Customer360Error, Unsupported, ValidationFailed
from customer360.core.records import RecordRef
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query, TextHas
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.finding.searching import HOSTILE
from customer360_testkit.conformance.newcomers import NUMBER, Newcomers
from customer360_testkit.fakes.faults import page_loop

_PHONE, _EMAIL, _NAME = Capability.SEARCH_PHONE, Capability.SEARCH_EMAIL, Capability.SEARCH_NAME
_FIELD, _TEXT, _CREATE = Capability.SEARCH_FIELD, Capability.SEARCH_TEXT, Capability.CREATE_CONTACT
_PAUSES = 0.0, 50.0, 70.0, 240.0, 400.0
"""Seconds, one after another: indexes are minutes behind."""


class FindingChecks(Newcomers):
    """See the module."""

    @catches("searches the first number only", _PHONE, _CREATE)
    def test_every_number_is_searched(self, link: Link) -> None:
        """A mobile rings, too (D4)."""
        made = {}
        for number, field in enumerate(self.writable(link, self.resource(link).phones)):
            text = f"+4420794602{number:02d}"
            made[text] = self.made_with(link, f"Ringer{number}", {field: text})
        link.wait(LAG)
        for text, ref in made.items():
            assert ref in {hit.ref for hit in self.found(link, PhoneIs(text, text[3:], "GB"))}, text

    @catches("does not know who came just now", _PHONE, _CREATE)
    def test_who_came_just_now_is_found_by_number(self, link: Link) -> None:
        """They ring again: where anything finds them at once, their number does, whatever the index knows (D1).

        And minutes later, when it may know or not.
        """
        name, address, tried = "Quilljustnow", "quilljustnow@conform.example", 0
        made = [self.make(link, name, NUMBER, address)]
        with suppress(pytest.skip.Exception):  # there is one resource of people
            made += [ref for _, _, ref in self.newcomers(link, name)]
        listed = {each.name: each for each in link.run(self.connector.list_resources(link.facts))}
        for ref in [each for each in made if listed[each.resource].phones]:
            asked: list[Query] = [NameHas(name), *([EmailIs(address)] if listed[ref.resource].emails else [])]
            if any(self._hit(link, ref, query) for query in asked):
                tried += 1
                for pause in _PAUSES:
                    link.wait(pause)
                    assert self._hit(link, ref, PhoneIs(NUMBER, NUMBER[3:], "GB")), (ref.resource, pause)
        if not tried:
            pytest.skip("nobody is found at once")

    def _hit(self, link: Link, ref: RecordRef, query: Query) -> bool:
        with suppress(Unsupported):
            page = link.run(self.connector.search(link.facts, ref.resource, query, limit=50))
            return ref in {hit.ref for hit in page.items}
        return False

    @catches("searches the first address only", _EMAIL, _CREATE)
    def test_every_address_is_searched(self, link: Link) -> None:
        """The private one writes, too (F009)."""
        made = {}
        for number, field in enumerate(self.writable(link, self.resource(link).emails)):
            address = f"quill.{number}@conform.example"
            made[address] = self.made_with(link, f"Writer{number}", {field: address})
        link.wait(LAG)
        for address, ref in made.items():
            assert ref in {hit.ref for hit in self.found(link, EmailIs(address))}, address

    @catches("reads signs in an address as something else", _EMAIL, _CREATE)
    def test_an_address_with_signs_is_an_address(self, link: Link) -> None:
        """Plus, apostrophe, and what is a wildcard elsewhere."""
        local = ("quill+crm", "o'quill", "first_quill", "quill-jones", "quill.a.b", "q" * 40, "quill%2b", "jörg.quill")
        for number, host in enumerate(("t-quill.example", "4quill.co.example", "q.quill-und-sohn.example")):
            ref = self.make(link, f"Hosted{number}", email=f"quill@{host}")  # which every CRM takes
            link.wait(LAG)
            assert ref in {hit.ref for hit in self.found(link, EmailIs(f"quill@{host}"))}, host
        for number, address in enumerate((*(f"{each}@conform.example" for each in local), "quill@bücher.example")):
            try:
                ref = self.make(link, f"Signs{number}", email=address)
            except ValidationFailed:  # of its own rules for addresses
                continue
            link.wait(LAG)
            assert ref in {hit.ref for hit in self.found(link, EmailIs(address))}, address
        assert self.found(link, EmailIs("%@conform.example")) == ()

    @catches("finds somebody twice", _PHONE, _CREATE)
    def test_who_has_a_number_twice_is_found_once(self, link: Link) -> None:
        """One caller, not two to choose from."""
        fields = self.writable(link, self.resource(link).phones)[:2]
        ref = self.made_with(link, "Doubled", dict.fromkeys(fields, "+442079460777"))
        link.wait(LAG)
        hits = [hit.ref for hit in self.found(link, PhoneIs("+442079460777", "2079460777", "GB"))]
        assert hits.count(ref) == 1

    @catches("finds people without their names", _NAME, _CREATE)
    def test_a_hit_says_who_it_is(self, link: Link) -> None:
        """An agent chooses by the name, and by the address."""
        ref = self.make(link, "Quillsayer", email="quillsayer@conform.example")
        link.wait(LAG)
        (hit,) = [hit for hit in self.found(link, NameHas("Quillsayer")) if hit.ref == ref]
        assert "Quillsayer" in hit.name
        assert "quillsayer@conform.example" in [email.address for email in hit.emails] or not self.resource(link).emails
        assert hit.kind is self.resource(link).contact_kind

    @catches("takes a part of a record for the whole", _NAME, _CREATE)
    def test_a_hit_that_is_a_part_says_so(self, link: Link) -> None:
        """The desktop reads it again only then."""
        ref = self.make(link, "Quillpart")
        link.wait(LAG)
        (hit,) = [hit for hit in self.found(link, NameHas("Quillpart")) if hit.ref == ref]
        assert hit.partial or set(self.get(link, ref).fields) <= set(hit.fields)

    @catches("finds who was deleted", _NAME, _CREATE)
    def test_who_was_deleted_is_not_found(self, link: Link) -> None:
        """Nobody talks to a ghost."""
        ref = self.make(link, "Quillghost")
        link.wait(LAG)
        assert ref in {hit.ref for hit in self.found(link, NameHas("Quillghost"))}
        self.delete(link, ref)
        link.wait(LAG)
        assert ref not in {hit.ref for hit in self.found(link, NameHas("Quillghost"))}

    @catches("answers from another resource", _NAME, _CREATE)
    def test_other_resources_answer_for_themselves(self, link: Link) -> None:
        """A lead is asked for among leads."""
        ref = self.make(link, "Quillelsewhere")
        link.wait(LAG)
        for resource in link.run(self.connector.list_resources(link.facts)):
            if resource.contact_kind is not None and resource.name != self.people:
                look = self.connector.search(link.facts, resource.name, NameHas("Quillelsewhere"))
                assert ref.id not in {hit.ref.id for hit in link.run(look).items}, resource.name
        with suppress(pytest.skip.Exception):
            found = self.newcomers(link, "Quillforeign")  # what they are made as is another check's matter
            others = {other for place, _, other in found if other.resource == place.name}
            link.wait(LAG)
            asked = NameHas("Quillforeign"), EmailIs("quillforeign@conform.example"), PhoneIs(NUMBER, NUMBER[3:], "GB")
            for query in [each for each in asked if self.can(link, SEARCHES[type(each)])]:
                assert others.isdisjoint({hit.ref for hit in self.found(link, query)}), type(query)

    @catches("reads a wildcard in a name", _NAME, _CREATE)
    def test_no_letter_of_a_name_stands_for_others(self, link: Link) -> None:
        """What people type is text."""
        ref = self.make(link, "Quillwild")
        link.wait(LAG)
        for text in ("%uillwild", "Quillw_ld", "*uillwild", "Quill*d", "Quillw?ld", "Quill%", ".*wild"):
            try:
                hits = self.found(link, NameHas(text))
            except Unsupported:
                continue
            assert ref not in {hit.ref for hit in hits}, text

    @catches("stumbles over a sign in a name", _NAME)
    def test_any_name_can_be_asked_for(self, link: Link) -> None:
        """It is answered, or refused before any request."""
        for text in HOSTILE:
            before = len(link.asked)
            try:
                self.found(link, NameHas(text), limit=5)
            except Unsupported:
                assert len(link.asked) == before, text

    @catches("does not find a word", _TEXT, _CREATE)
    def test_a_word_is_found(self, link: Link) -> None:
        """By the CRM's own search (F010)."""
        try:
            self.found(link, TextHas("Quillword"))
        except Unsupported:
            pytest.skip("not of these people")
        ref = self.make(link, "Quillword")
        link.wait(LAG)
        assert ref in {hit.ref for hit in self.found(link, TextHas("Quillword"))}

    @catches("answers in any order", _NAME, _CREATE)
    def test_the_same_question_has_the_same_answer(self, link: Link) -> None:
        """Or a list jumps under the agent's finger."""
        for number in range(3):
            self.make(link, f"Quillsame{number}")
        link.wait(LAG)
        answers = [[hit.ref for hit in self.found(link, NameHas("Quillsame"))] for _ in range(3)]
        assert answers[0] == answers[1] == answers[2]

    @catches("follows pages in circles", _NAME)
    def test_pages_that_go_in_circles_end(self, link: Link) -> None:
        """With what there is, or an error; a desktop must not hang (X11)."""
        link.fake.faults.add(page_loop("cycle"), times=None)
        with suppress(Customer360Error):
            link.run(self.connector.search(link.facts, self.people, NameHas("a"), limit=200))
        with suppress(Customer360Error):
            link.run(self.connector.list_resources(link.facts))
        assert len(link.asked) < 300

    @catches("searches as it must not")
    def test_a_search_that_is_not_declared_is_refused(self, link: Link) -> None:
        """Before any request; nobody found would be a wrong answer (F095)."""
        asked = (PhoneIs("+442079460991", "2079460991", "GB"), EmailIs("q@conform.example"), NameHas("Quill"))
        for query in (*asked, FieldIs(self.name_field, "Quill"), TextHas("Quill")):
            if not self.can(link, SEARCHES[type(query)]):
                self.refusal(link, self.connector.search(link.facts, self.people, query), Unsupported)
        assert link.asked == []

    @catches("quotes what was asked for", _NAME)
    def test_a_refused_search_does_not_quote(self, link: Link) -> None:
        """Errors are logged; what callers are called is not."""
        queries = (
            FieldIs(self.name_field, "Quillsecret\u2028\x00\n"), NameHas("Quillsecret\x00\n"), TextHas("Quillsecret"),
            EmailIs("Quillsecret\x00 @"), PhoneIs("+Quillsecret", "Quillsecret", "GB"),
            FieldIs("Quill'secret", "Quillsecret"),
        )  # fmt: skip
        told = ""
        for query in queries:
            try:
                self.found(link, query)
            except Customer360Error as error:
                told += f"{error} {error!r} {vars(error)}"
        assert "Quillsecret" not in told

    @catches("finds who is not asked for by a reference", _NAME, _CREATE)
    def test_a_hit_can_be_read(self, link: Link) -> None:
        """By the reference that it brings."""
        self.make(link, "Quillread")
        link.wait(LAG)
        hits = self.found(link, NameHas("Quillread"))
        read: list[RecordRef] = [self.get(link, hit.ref).ref for hit in hits]
        assert read == [hit.ref for hit in hits]
        assert read

    @catches("finds people with one of their numbers", _NAME, _CREATE)
    def test_a_hit_brings_all_its_numbers(self, link: Link) -> None:
        """The one that rang may be the last of them."""
        fields = self.writable(link, self.resource(link).phones)
        given = {field: f"+4420794605{number:02d}" for number, field in enumerate(fields)}
        ref = self.made_with(link, "Quillnumbers", given)
        link.wait(LAG)
        (hit,) = [hit for hit in self.found(link, NameHas("Quillnumbers")) if hit.ref == ref]
        assert {phone.text for phone in hit.phones} == set(given.values())

    @catches("finds people as they were once", _NAME, _CREATE, Capability.UPDATE_CONTACT)
    def test_a_hit_has_the_version_of_its_record(self, link: Link) -> None:
        """Else a change made from it is refused, or worse, not."""
        ref = self.make(link, "Quillversion")
        self.change(link, ref, {self.spare_field: "Spare"})
        link.wait(LAG)
        (hit,) = [hit for hit in self.found(link, NameHas("Quillversion")) if hit.ref == ref]
        assert hit.version in (None, self.get(link, ref).version)

    @catches("finds the first few only", _NAME, _CREATE)
    def test_all_who_match_are_found(self, link: Link) -> None:
        """As many as were asked for, and then there are no more."""
        made = {self.make(link, f"Quillthrong {number}") for number in range(12)}
        link.wait(LAG)
        page = link.run(self.connector.search(link.facts, self.people, NameHas("Quillthrong"), limit=100))
        assert {hit.ref for hit in page.items} == made
        assert page.next is None
