"""People are found as they are called and written to: long names, long addresses, several words."""

from __future__ import annotations

from contextlib import suppress

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Unsupported, ValidationFailed
from customer360.core.metadata import StandardField
from customer360.core.search import EmailIs, FieldIs, NameHas, TextHas
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.finding.searching import HOSTILE
from customer360_testkit.conformance.newcomers import Newcomers

_CREATE, _NAME, _TEXT = Capability.CREATE_CONTACT, Capability.SEARCH_NAME, Capability.SEARCH_TEXT
_LONG = f"{'q' * 44}@{'quill' * 3}.conform.example"
"""As long as vendors take them: the shortest limit is 80."""


class SpelledChecks(Newcomers):
    """See the module."""

    @catches("takes the second first name for the last", _CREATE, _NAME)
    def test_a_name_of_three_words_is_found(self, link: Link) -> None:
        """Two first names, or two last ones, or both: typed whole, to the last of them (F008)."""
        standard = self.resource(link).standard
        given, family = standard.get(StandardField.GIVEN_NAME), standard.get(StandardField.FAMILY_NAME)
        if given is None or family is None:
            pytest.skip("names have no parts")
        for first, last in (("Quillada Maria", "Quillrossi"), ("Quillbea", "van Quillrossi")):
            ref = self.made_with(link, last, {given: first, family: last})
            link.wait(LAG)
            assert ref in {hit.ref for hit in self.found(link, NameHas(f"{first} {last}"))}, first
        made = {
            last: self.made_with(link, last, {given: "Quillcara Maria", family: last})
            for last in ("van Quillnorth", "van Quillsouth")
        }
        link.wait(LAG)
        for last, ref in made.items():
            assert {hit.ref for hit in self.found(link, NameHas(f"Quillcara Maria {last}"))} == {ref}, last

    @catches("asks for a name up to its hyphen", _CREATE, _NAME)
    def test_what_follows_a_sign_in_a_name_counts(self, link: Link) -> None:
        """Smith-Jones is no Smith-Brown (F008)."""
        for sign in ("-", "'", " & ", ", "):
            one, other = (self.make(link, f"Quillsmith{sign}{name}") for name in ("Jones", "Brown"))
            link.wait(LAG)
            with suppress(Unsupported):
                hits = {hit.ref for hit in self.found(link, NameHas(f"Quillsmith{sign}Jones"))}
                assert (one in hits, other in hits) == (True, False), sign

    @catches("cuts a long address", _CREATE, Capability.SEARCH_EMAIL)
    def test_a_long_address_is_found(self, link: Link) -> None:
        """To its last letter; another one that begins alike is somebody else's (F009)."""
        try:
            one, other = (self.make(link, f"Quilllonger{n}", email=f"{n}{_LONG}") for n in range(2))
        except ValidationFailed:
            pytest.skip("an address is never as long")
        link.wait(LAG)
        assert {hit.ref for hit in self.found(link, EmailIs(f"0{_LONG}"))} == {one}
        assert self.found(link, EmailIs(f"0{_LONG[:-2]}")) == ()
        assert other != one

    @catches("knows capitals of ASCII only", _CREATE, Capability.SEARCH_EMAIL)
    def test_the_case_of_an_address_beyond_ascii_does_not_matter(self, link: Link) -> None:
        """An umlaut has two of them, like any letter (F009)."""
        try:
            ref = self.make(link, "Quillumlaut", email="J\u00d6RG.Quill@conform.example")
        except ValidationFailed:
            pytest.skip("addresses are of ASCII")
        link.wait(LAG)
        assert ref in {hit.ref for hit in self.found(link, EmailIs("j\u00f6rg.quill@conform.example"))}

    @catches("compares no number as a field", _CREATE, Capability.SEARCH_FIELD)
    def test_a_number_is_compared_as_a_field(self, link: Link) -> None:
        """Exactly as it stands there, or it is said that it cannot (F118)."""
        searchable = {field.name for field in self.schema(link).fields if field.searchable}
        for number, field in enumerate(self.writable(link, self.resource(link).phones)):
            if field in searchable:
                text = f"+4420794613{number:02d}"
                ref = self.made_with(link, f"Quillcompare{number}", {field: text})
                link.wait(LAG)
                with suppress(Unsupported):
                    assert ref in {hit.ref for hit in self.found(link, FieldIs(field, text))}, field

    @catches("finds no word but the first", _CREATE, _TEXT)
    def test_any_word_of_a_name_is_found(self, link: Link) -> None:
        """Who is sought by a word stands in the middle of a text, or it is what they do (F010)."""
        searchable = {field.name for field in self.schema(link).fields if field.searchable}
        title = self.resource(link).standard.get(StandardField.TITLE)
        does = {title: "Quilltitle"} if title in searchable else {}
        ref = self.made_with(link, "Quillfront Quillmiddle B\u00fcrgerquill Quillback", does)
        link.wait(LAG)
        for word in ("Quillfront", "Quillmiddle", "B\u00fcrgerquill", "Quillback", *does.values()):
            try:
                assert ref in {hit.ref for hit in self.found(link, TextHas(word))}, word
            except Unsupported:
                pytest.skip("not of these people")

    @catches("finds no word of others", _CREATE, _TEXT)
    def test_a_word_is_found_of_anybody(self, link: Link) -> None:
        """Of leads and companies as of people, or it is said that it cannot; not that of everybody (F010)."""
        made, answered = [self.make(link, "Quillwordly")], 0
        for place in [each.name for each in self.connector.resources(link.facts) if each.contact_kind is not None]:
            with suppress(Unsupported):
                link.run(self.connector.search(link.facts, place, TextHas("Quillwordly")))
                answered += 1
        assert answered
        with suppress(pytest.skip.Exception):  # there is one resource of people
            made += [ref for _, _, ref in self.newcomers(link, "Quillwordly")]
        link.wait(LAG)
        for ref in made:
            read = self.get(link, ref)
            with suppress(Unsupported):
                query = TextHas(read.family_name or read.name)
                page = link.run(self.connector.search(link.facts, ref.resource, query, limit=50))
                assert ref.resource == self.people or ref in {hit.ref for hit in page.items}, ref.resource

    @catches("stumbles over a sign in a text", _TEXT)
    def test_any_text_can_be_asked_for(self, link: Link) -> None:
        """It is answered, or refused before any request: what people type is no order (injection)."""
        for text in HOSTILE:
            before = len(link.asked)
            try:
                self.found(link, TextHas(text), limit=5)
            except Unsupported:
                assert len(link.asked) == before, text

    @catches("asks for one of several words", _CREATE, _TEXT)
    def test_every_word_of_a_text_counts(self, link: Link) -> None:
        """Who has all but the last of two, or of three, is somebody else; a number is a word, too (F010)."""
        texts = (
            "Quilltwin Quillnorth",
            "Quilltwin Quillsouth",
            "Quilltriplet Quilleast 4711",
            "Quilltriplet Quilleast 4712",
        )
        made = {text: self.make(link, text) for text in texts}
        link.wait(LAG)
        for text, ref in made.items():
            try:
                assert {hit.ref for hit in self.found(link, TextHas(text))} <= {ref}, text
            except Unsupported:
                pytest.skip("not of these people")

    @catches("hides that more people are called by a word", _CREATE, _TEXT)
    def test_words_are_searched_like_names(self, link: Link) -> None:
        """As many as were asked for, and it is said when there are more (F010)."""
        made = {self.make(link, f"Quillwordy{number}") for number in range(3)} | {self.make(link, "Quillwordy")}
        link.wait(LAG)
        try:
            whole = {hit.ref for hit in self.found(link, TextHas("Quillwordy"))}
            page = link.run(self.connector.search(link.facts, self.people, TextHas("Quillwordy"), limit=1))
        except Unsupported:
            pytest.skip("not of these people")
        assert whole <= made
        assert len(page.items) == 1
        assert (page.next is not None) is (len(whole) > 1)

    @catches("finds people without their owner", _CREATE, _NAME)
    def test_a_hit_says_what_reading_says(self, link: Link) -> None:
        """Whose it is, when it was changed, and each number and address as it was typed: routing goes by it (F031)."""
        given = self.ways(link, "+44 20 7946 15{:02d}", "Quill.Says{}@Conform.example")
        ref = self.made_with(link, "Quillsays", given)
        link.wait(LAG)
        read = self.get(link, ref)
        (hit,) = [hit for hit in self.found(link, NameHas("Quillsays")) if hit.ref == ref]
        assert (hit.owner, hit.modified_at) == (read.owner, read.modified_at)
        assert {*hit.phones} <= {*read.phones}
        assert {*hit.emails} <= {*read.emails}
