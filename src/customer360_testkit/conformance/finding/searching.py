"""A search finds who is meant, and nobody else."""

from __future__ import annotations

from contextlib import suppress

from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.errors import Unsupported, ValidationFailed
from customer360.core.records import RecordRef
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches

_PHONE, _EMAIL, _NAME, _FIELD = (
    Capability.SEARCH_PHONE,
    Capability.SEARCH_EMAIL,
    Capability.SEARCH_NAME,
    Capability.SEARCH_FIELD,
)
_CREATE = Capability.CREATE_CONTACT
_NUMBER = PhoneIs("+442079460991", "2079460991", "GB")
_SPELLED = {
    _NUMBER: (
        "+442079460991", "020 7946 0991", "+44 (0)20 7946-0991", "(020) 79460991", "00442079460991",
        "011 44 20 7946 0991", "0011442079460991", "44 20 7946 0991", "020/79460991",
    ),
    PhoneIs("+33142685809", "142685809", "FR"): (
        "01 42 68 58 09", "01.42.68.58.09", "+33 1 42 68 58 09", "0142-685809",
    ),
    PhoneIs("+49711634128", "711634128", "DE"): (
        "0711/634128", "0711 - 63 41 28", "+49 (711) 634128", "(0711) 63 41-28",
    ),
    PhoneIs("+12027576000", "2027576000", "US"): ("(202) 757-6000", "202.757.6000", "1-202-757-6000", "202 7576000"),
}  # fmt: skip
_LOCAL = {_NUMBER: ("7946 0991", "79460991"), PhoneIs("+12027576000", "2027576000", "US"): ("757-6000", "7576000")}
_OTHER_DIGITS = {
    PhoneIs("+201001234567", "1001234567", "EG"): ("٠١٠٠١٢٣٤٥٦٧", "+٢٠١٠٠١٢٣٤٥٦٧"),
    PhoneIs("+81312345678", "312345678", "JP"): ("０３１２３４５６７８", "+８１３１２３４５６７８"),  # noqa: RUF001
}
_INDEXED = 2 * 3600.0
_MORE = 105
"""More than a list may show at once."""
HOSTILE = (
    "O'Brien", "o'Brien'", "a'b''c", "back\\slash", "100%", "under_score", "(brackets)", "a, b", "x: y", '"quoted"',
    "' or 1=1 --", "*", "{a}", "a&b=c", "a+b", "#", "null", "日本", "😀",
)  # fmt: skip


class SearchingChecks(Bench):
    """See the module."""

    @catches("knows one spelling of a number", _PHONE, _CREATE)
    def test_any_spelling_of_a_number_is_found(self, link: Link) -> None:
        """International, national, as dialled from elsewhere, with punctuation, without the area code (D1).

        Long after it was typed: what is new is often read in another way.
        """
        near = link.fake.knows_local_numbers and self.connector.phone_search(link.facts) is PhoneSearch.NORMALISED
        questions = {asked: spelled + (_LOCAL.get(asked, ()) if near else ()) for asked, spelled in _SPELLED.items()}
        questions |= _OTHER_DIGITS if link.fake.knows_other_digits else {}
        made = dict[PhoneIs, dict[RecordRef, str]]()
        for asked, spelled in questions.items():
            made[asked] = {}
            for number, text in enumerate(spelled):
                with suppress(ValidationFailed):  # some CRMs are particular about what a number looks like
                    made[asked][self.make(link, f"Speller{asked.region}{number}", phone=text)] = text
        link.wait(_INDEXED)
        assert len(made[_NUMBER]) > 2
        for asked, typed in made.items():
            hits = {hit.ref for hit in self.found(link, asked)}
            assert [text for ref, text in typed.items() if ref not in hits] == []

    @catches("finds people without their numbers", _PHONE, _CREATE)
    def test_a_hit_brings_its_numbers(self, link: Link) -> None:
        """Every hit is compared again, so it must bring what to compare."""
        ref = self.make(link, "Bringer", phone="+442079460991")
        link.wait(LAG)
        (hit,) = [hit for hit in self.found(link, _NUMBER) if hit.ref == ref]
        assert "+442079460991" in [phone.text for phone in hit.phones]

    @catches("takes a like address for the same", _EMAIL, _CREATE)
    def test_an_address_is_the_whole_address(self, link: Link) -> None:
        """Not one that contains it, wherever people are, and with every setting that may be given (F009)."""
        asked = EmailIs("quill@conform.example")
        mine = self.make(link, "Mine", email=asked.address)
        near = self.make(link, "Near", email=f"a{asked.address}")
        link.wait(LAG)
        hits = {hit.ref for hit in self.found(link, asked)}
        assert mine in hits
        assert near not in hits
        for each in self.links(link):
            for place in [place for place in each.run(self.connector.list_resources(each.facts)) if place.emails]:
                with suppress(Unsupported):  # what is searched of an object of the customer's own is another matter
                    found = each.run(self.connector.search(each.facts, place.name, asked)).items
                    whose = [{email.address.casefold() for email in hit.emails} for hit in found]
                    assert [addresses for addresses in whose if asked.address not in addresses] == [], place.name

    @catches("compares addresses letter by letter", _EMAIL, _CREATE)
    def test_the_case_of_an_address_does_not_matter(self, link: Link) -> None:
        """Mail systems do not care, so a match must not; nor for a space that was copied with it."""
        ref = self.make(link, "Cased", email="Mixed.Case@Conform.example")
        link.wait(LAG)
        for spelled in ("mixed.case@conform.EXAMPLE", " mixed.case@conform.example "):
            assert ref in {hit.ref for hit in self.found(link, EmailIs(spelled))}, spelled

    @catches("drops quotes from what it asks", _FIELD, _CREATE)
    def test_a_value_with_quotes_is_a_value(self, link: Link) -> None:
        """Any text is found exactly, or refused before any request (injection)."""
        made = {text: self.make(link, text) for text in HOSTILE}
        link.wait(LAG)
        for text, ref in made.items():
            before = len(link.asked)
            try:
                hits = self.found(link, FieldIs(self.name_field, text))
            except Unsupported:
                assert len(link.asked) == before, text
            else:
                assert ref in {hit.ref for hit in hits}, text
                assert {self.get(link, hit.ref).fields[self.name_field] for hit in hits} == {text}

    @catches("takes the beginning of a value for the value", _FIELD, _CREATE)
    def test_a_value_is_the_whole_value(self, link: Link) -> None:
        """Not one that begins with it."""
        whole, longer = self.make(link, "Quillfeather"), self.make(link, "Quillfeatherstone")
        link.wait(LAG)
        assert {hit.ref for hit in self.found(link, FieldIs(self.name_field, "Quillfeather"))} == {whole}
        assert {hit.ref for hit in self.found(link, FieldIs(self.name_field, "Quillfeatherstone"))} == {longer}

    @catches("does not find a name", _NAME, _CREATE)
    def test_a_name_is_found_by_its_beginning(self, link: Link) -> None:
        """As an agent types (F008)."""
        ref = self.make(link, "Quillington")
        link.wait(LAG)
        assert ref in {hit.ref for hit in self.found(link, NameHas("Quilling"))}

    @catches("finds somebody for a name that nobody has", _NAME)
    def test_a_name_that_nobody_has_finds_nobody(self, link: Link) -> None:
        """None is an answer, and not who comes nearest."""
        assert self.found(link, NameHas("Quillnobodyatall")) == ()

    @catches("takes a sign in a name for any letter", _NAME, _CREATE)
    def test_a_sign_in_a_name_is_no_wildcard(self, link: Link) -> None:
        """A slip of the finger does not find everybody; what cannot be asked is refused."""
        refs = {self.make(link, "Quillwild"), self.make(link, "Quillwilder")}
        link.wait(LAG)
        assert refs <= {hit.ref for hit in self.found(link, NameHas("Quillwil"))}
        for text in ("\\", "%", "Quillwil\\", "\\uillwild", "Quillwil%", "Quil%wild"):
            with suppress(Unsupported):
                assert not refs & {hit.ref for hit in self.found(link, NameHas(text), limit=200)}, text

    @catches("hands out more than was asked for", _NAME, _CREATE)
    def test_a_limit_is_kept(self, link: Link) -> None:
        """However many match."""
        for number in range(4):
            self.make(link, f"Quillmany{number}")
        link.wait(LAG)
        assert len(self.found(link, NameHas("Quillmany"), limit=2)) == 2

    @catches("hides that there are more", _NAME, _CREATE)
    def test_more_than_the_limit_is_said(self, link: Link) -> None:
        """Else an agent takes the first few for all."""
        for number in range(_MORE):
            self.make(link, f"Quillmore{number}")
        link.wait(LAG)
        for limit in (2, 100):
            look = self.connector.search(link.facts, self.people, NameHas("Quillmore"), limit=limit)
            assert link.run(look).next is not None, limit

    @catches("finds who was asked for under another resource", _NAME, _CREATE)
    def test_a_hit_is_of_the_resource_that_was_searched(self, link: Link) -> None:
        """References lead to the record."""
        ref = self.make(link, "Quillplace")
        link.wait(LAG)
        assert {hit.ref.resource for hit in self.found(link, NameHas("Quillplace"))} == {ref.resource}
