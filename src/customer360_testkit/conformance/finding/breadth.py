"""A search reaches everybody: whoever shares a name or a number, all of many, and any way to be called."""

from __future__ import annotations

from contextlib import suppress

import pytest

from customer360.core.capabilities import Capability
from customer360.core.connector import SEARCHES
from customer360.core.errors import Duplicate, Unsupported, ValidationFailed
from customer360.core.metadata import FieldInfo, FieldType, StandardField
from customer360.core.records import Contact, RecordRef
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.people.resources import asked
from customer360_testkit.conformance.verbs import Verbs

_CREATE, _NAME, _PHONE = Capability.CREATE_CONTACT, Capability.SEARCH_NAME, Capability.SEARCH_PHONE
_ADDRESS, _NUMBER = "quillshared@conform.example", "+442079460766"
_SOME = 12
"""Of those whom the fake holds."""
_WORLD = (
    ("+4915112345678", "15112345678", "DE"), ("+3545551234", "5551234", "IS"), ("+6561234567", "61234567", "SG"),
    ("+5511912345678", "11912345678", "BR"), ("+8613812345678", "13812345678", "CN"),
    ("+390655512345", "0655512345", "IT"), ("+81335551234", "335551234", "JP"),
    ("+80012345678", "12345678", None), ("+12025550143", "2025550143", None),
)  # fmt: skip


class BreadthChecks(Verbs):
    """See the module."""

    def sharing(self, link: Link, count: int) -> list[tuple[Query, set[RecordRef]]]:
        """For each kind of question, as many people who share what is asked for; left out where none may share it."""
        found: list[tuple[Query, set[RecordRef]]] = []
        link.fake.allow_doubles()
        for query, phone, email in (
            (NameHas("Quillsharer"), None, None),
            (PhoneIs(_NUMBER, _NUMBER[3:], "GB"), _NUMBER, None),
            (EmailIs(_ADDRESS), None, _ADDRESS),
            (FieldIs(self.name_field, "Quillnamesake"), None, None),
        ):
            if self.can(link, SEARCHES[type(query)]):
                names = {NameHas: "Quillsharer", FieldIs: "Quillnamesake"}
                with suppress(Duplicate):  # the CRM keeps addresses apart
                    made = {
                        self.make(link, names.get(type(query), f"Quillapart{number}"), phone, email)
                        for number in range(count)
                    }
                    found.append((query, made))
        link.wait(LAG)
        return found

    @catches("finds one of two namesakes", _CREATE)
    def test_all_who_share_a_name_or_number_are_found(self, link: Link) -> None:
        """One of them alone would be taken for the caller (D5)."""
        for query, made in self.sharing(link, 3):
            assert {hit.ref for hit in self.found(link, query)} == made, type(query)

    @catches("hides that more people share a number", _CREATE)
    def test_more_than_the_limit_is_said_of_every_question(self, link: Link) -> None:
        """Else the first few are taken for all: a match would be certain that is not."""
        for query, _ in self.sharing(link, 4):
            page = link.run(self.connector.search(link.facts, self.people, query, limit=2))
            assert page.next is not None, type(query)

    @catches("is sure of the only one that was asked for", _CREATE)
    def test_one_of_several_is_not_the_only_one(self, link: Link) -> None:
        """Who asks for one hit is told of the others; who got them all is told that there are no more."""
        for query, made in self.sharing(link, 2):
            for limit, more in ((1, True), (2, False)):
                page = link.run(self.connector.search(link.facts, self.people, query, limit=limit))
                assert (page.next is not None) is more, (type(query), limit)
                assert len(page.items) <= limit or {hit.ref for hit in page.items} == made, type(query)

    @catches("finds one page of people", _CREATE)
    def test_many_who_match_are_all_found(self, link: Link) -> None:
        """More than any one page holds."""
        for query, made in self.sharing(link, 30):
            if len(made) == 30 and not isinstance(query, EmailIs):
                assert {hit.ref for hit in self.found(link, query, limit=60)} == made, type(query)
        if self.can(link, _NAME):
            before = len(link.asked)
            first = self.get(link, self.make(link, "Quillcrowd"))
            alone = len(link.asked) - before
            crowd = {first.ref} | {self.make(link, f"Quillcrowd {number}") for number in range(160)}
            link.wait(LAG)
            before = len(link.asked)
            self.get(link, self.make(link, "Quilloutside"))
            assert len(link.asked) - before <= alone, "it reads others to read one"
            assert {hit.ref for hit in self.found(link, NameHas("Quillcrowd"), limit=200)} == crowd

    @catches("finds one person in two places")
    def test_one_person_is_one_hit_in_any_organisation(self, link: Link) -> None:
        """Of whatever kind it is: an agent would have to choose between somebody and the same (D5)."""
        doubled = {member.twin for member in link.fake.cast}
        alone = [each for each in link.fake.cast if each.twin is None and each.number not in doubled and each.family]
        for name, _, other in self.elsewhere(link):
            own = {each.number for each in other.fake.customers_of(other.user)}
            people = [each for each in self.connector.resources(other.facts) if each.contact_kind is not None]
            places = [each.name for each in people if each.phones]  # what has none suggests those who are known

            def times(at: Link, query: Query, called: str, places: list[str] = places) -> int:
                return [hit.name for place in places for hit in self._hits(at, place, query)].count(called)

            for member, number in [(each, each.e164[0]) for each in alone if each.e164 and each.number in own][:_SOME]:
                questions: list[Query] = [asked(number), NameHas(member.name), *map(EmailIs, member.emails[:1])]
                for query in [each for each in questions if self.can(other, SEARCHES[type(each)])]:
                    found = times(other, query, member.name)
                    if found or times(link, query, member.name):  # whom nobody finds here is another check's matter
                        assert found == 1, (name, member.number, type(query))

    def _hits(self, link: Link, place: str, query: Query) -> tuple[Contact, ...]:
        with suppress(Unsupported):  # nobody there has an address, say
            items: tuple[Contact, ...] = link.run(self.connector.search(link.facts, place, query, limit=50)).items
            return items
        return ()

    @catches("knows numbers of its own country only", _CREATE, _PHONE)
    def test_numbers_of_the_world_are_found(self, link: Link) -> None:
        """Short ones, long ones, and those of no country (D1)."""
        made = {}
        for number, (e164, national, region) in enumerate(_WORLD):
            with suppress(ValidationFailed):
                made[e164, national, region] = self.make(link, f"Quillworld{number}", phone=e164)
        link.wait(LAG)
        for (e164, national, region), ref in made.items():
            assert ref in {hit.ref for hit in self.found(link, PhoneIs(e164, national, region))}, e164

    @catches("asks for the end of a number only", _CREATE, _PHONE)
    def test_whoever_shares_the_end_of_a_number_is_in_nobodys_way(self, link: Link) -> None:
        """The right one is among the first few, however many end alike (D1)."""
        numbers = [f"+4420794{n:02d}0764" for n in range(10, 30)]
        made = {number: self.make(link, f"Quillend{n}", phone=number) for n, number in enumerate(numbers)}
        link.wait(LAG)
        for number in (numbers[0], numbers[10], numbers[-1]):
            hits = self.found(link, PhoneIs(number, number[3:], "GB"), limit=5)
            assert made[number] in {hit.ref for hit in hits}, number

    @catches("finds people by one of their names", _CREATE, _NAME)
    def test_every_name_is_searched(self, link: Link) -> None:
        """First or last, either before the other, in small letters or capital ones: as an agent hears it (F008)."""
        standard = self.resource(link).standard
        given, family = standard.get(StandardField.GIVEN_NAME), standard.get(StandardField.FAMILY_NAME)
        if given is None or family is None:
            pytest.skip("names have no parts")
        ref = self.made_with(link, "Quillfamily", {given: "Quendolyn", family: "Quillfamily"})
        link.wait(LAG)
        for text in (
            "Quendolyn",
            "Quillfamily",
            "quillfam",
            "QUILLFAMILY",
            "quendo",
            " Quillfamily ",
            "Quendolyn Quillfamily",
            "Quillfamily Quendolyn",
            "quillfamily, quendolyn",
        ):
            assert ref in {hit.ref for hit in self.found(link, NameHas(text))}, text

    @catches("takes the beginning of a name for the name", _CREATE, _NAME)
    def test_a_long_name_is_asked_for_whole(self, link: Link) -> None:
        """Who is called otherwise in the end is somebody else (F008)."""
        mine, other = self.make(link, "Quilllongish Feather"), self.make(link, "Quilllongish Inkwell")
        link.wait(LAG)
        hits = {hit.ref for hit in self.found(link, NameHas("Quilllongish Feather"))}
        assert (mine in hits, other in hits) == (True, False)

    @catches("does not find a name beyond ASCII", _CREATE, _NAME)
    def test_a_name_beyond_ascii_is_found(self, link: Link) -> None:
        """As it was written."""
        composed = ("Müllerquill", "Łukaszquill", "山田花子", "\u0418\u0432\u0430\u043d\u043e\u0432quill")
        for name in (*composed, "Mu\u0308llerinquill"):
            ref = self.make(link, name)
            link.wait(LAG)
            assert ref in {hit.ref for hit in self.found(link, NameHas(name))}, name

    @catches("does not find a name with a sign", _CREATE, _NAME)
    def test_a_name_with_a_sign_is_found(self, link: Link) -> None:
        """Apostrophe, hyphen, comma: or it is said that it cannot be asked for (F008)."""
        names = ("O'Quillen", "D\u2019Quill", "Quill-Jones", "Quill, Jr.", "Quill (Ada)", "Quill & Sons", "Quill/Pen")
        for name in names:
            ref = self.make(link, name)
            link.wait(LAG)
            with suppress(Unsupported):
                assert ref in {hit.ref for hit in self.found(link, NameHas(name))}, name

    @catches("compares one field and not another", _CREATE, Capability.SEARCH_FIELD)
    def test_every_searchable_field_is_compared(self, link: Link) -> None:
        """The customer's own, too: a rule routes by it (F118)."""
        fields = [each for each in self.schema(link).fields if each.searchable and each.editable and each.creatable]
        plain = [
            each for each in fields if each.type in (FieldType.TEXT, FieldType.CHOICE) and each.name != self.name_field
        ]
        chosen = [*plain[:8], *(each for each in plain[8:] if each.custom)]
        given = {each.name: _value_of(each, n) for n, each in enumerate(chosen)}
        ref = self.made_with(link, "Quillcompared", given)
        link.wait(LAG)
        for name, value in given.items():
            with suppress(Unsupported):  # what is described as searchable is another check's matter
                assert ref in {hit.ref for hit in self.found(link, FieldIs(name, value))}, name

    @catches("compares the case of an address in a field", _CREATE, Capability.SEARCH_FIELD)
    def test_the_case_of_an_address_does_not_matter_in_a_field(self, link: Link) -> None:
        """As in every comparison of addresses (F118)."""
        for field in self.writable(link, self.resource(link).emails)[:1]:
            ref = self.made_with(link, "Quillfieldmail", {field: "Quill.Field@conform.example"})
            link.wait(LAG)
            with suppress(Unsupported):
                hits = self.found(link, FieldIs(field, "quill.FIELD@conform.example"))
                assert ref in {hit.ref for hit in hits}, field

    @catches("finds people with part of what is compared", _CREATE)
    def test_a_hit_of_any_question_brings_what_is_compared(self, link: Link) -> None:
        """All numbers and all addresses, and the region by which numbers are read (D3)."""
        given = self.ways(link, "+4420794604{:02d}", "quillbrings{}@conform.example")
        ref = self.made_with(link, "Quillbrings", given)
        link.wait(LAG)
        contact = self.get(link, ref)
        asked: list[Query] = [NameHas("Quillbrings"), FieldIs(self.name_field, "Quillbrings")]
        asked += [EmailIs(email.address) for email in contact.emails[:1]]
        asked += [PhoneIs(phone.text, phone.text[3:], "GB") for phone in contact.phones[:1]]
        for query in asked:
            if self.can(link, SEARCHES[type(query)]):
                (hit,) = [hit for hit in self.found(link, query) if hit.ref == ref]
                if not isinstance(query, NameHas):  # that is a check of its own
                    assert {*contact.phones} <= {*hit.phones}, type(query)
                assert {*contact.emails} <= {*hit.emails}, type(query)
                assert hit.region == contact.region, type(query)


def _value_of(field: FieldInfo, number: int) -> str:
    if field.choices:  # the first may be everybody's, the last that of whom nobody is to find any more
        return field.choices[len(field.choices) // 2].value
    return f"+4420794611{number:02d}" if field.type is FieldType.PHONE else f"Quillvalue{number}"[: field.max_length]
