"""Contacts found by number, address, name, words and fields, under each reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.customer360_bullhorn.against_fake.link import (
    BH,
    FAKE,
    PEOPLE,
    Link,
    as_they_are,
    delete,
    found,
    make,
    sign_in,
)

from customer360.core import errors as e
from customer360.core.phones import Grade, compare, read
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, TextHas
from customer360_testkit.fakes.cast import CastMember

ENTITIES = {"person": ("Candidate", "ClientContact"), "lead": ("Lead",), "company": ("ClientCorporation",)}


def look_for_every_number(link: Link, members: Sequence[CastMember]) -> None:
    """Each is found however it was typed, in one request for each entity."""
    link.index_caught_up()
    for member in members:
        for phone in member.phones:
            number = read(phone.e164, ()) if phone.e164 else None
            if number is None:
                continue
            query, names = PhoneIs(number.e164, number.national, number.region), set[Any]()
            for name in ENTITIES[member.kind]:
                before = link.requests
                page = link.run(BH.search(link.facts, name, query, limit=100))
                assert link.requests - before == 1
                for hit in page.items:
                    if any(compare(number, text.text, (member.country,)) > Grade.NONE for text in hit.phones):
                        names |= {hit.family_name, hit.name}
            assert (member.company if member.kind == "company" else member.family) in names, phone


@pytest.mark.feature("F010")
def test_numbers_of_the_cast_are_found(link: Link) -> None:
    """However they were typed, in one request for each entity (D1)."""
    look_for_every_number(link, link.fake.cast[:20] if as_they_are(link) else link.fake.cast[:6])


@pytest.mark.slow
@pytest.mark.feature("F010")
@pytest.mark.parametrize("reading", ["digits", "national"])
def test_every_number_of_the_cast_is_found(reading: str) -> None:
    """In either reading of how the index keeps numbers (D1)."""
    link = sign_in(FAKE(switches={"phone_index": reading}))
    look_for_every_number(link, link.fake.cast)


@pytest.mark.feature("F010")
@pytest.mark.feature("D4")
@pytest.mark.parametrize("resource", PEOPLE)
def test_every_phone_field_is_searched(link: Link, resource: str) -> None:
    """A second mobile, a pager, a custom field: whatever the index holds."""
    phones = next(each for each in BH.resources(link.facts) if each.name == resource).phones
    made = {field: make(link, resource, **{field: f"(020) 7946 07{at:02}"}).id for at, field in enumerate(phones)}
    link.index_caught_up()
    for at, (field, identifier) in enumerate(made.items()):
        query = PhoneIs(f"+442079460{700 + at}", f"2079460{700 + at}", "GB")
        assert identifier in found(link, resource, query), field


@pytest.mark.feature("F009")
def test_an_email_whatever_its_case(link: Link) -> None:
    """Any spelling of the address, in any field of it, no near one."""
    ref = make(link, lastName="Mailer", email2="Mixed.Case+tag@Example.org")
    near = make(link, lastName="Neighbour", email2="aMixed.Case+tag@example.org")
    link.index_caught_up()
    hits = found(link, "Candidate", EmailIs("mixed.case+TAG@example.org"))
    assert (ref.id in hits, near.id in hits) == (True, False)
    assert ref.id in found(link, "Candidate", FieldIs("email2", "mixed.case+tag@example.org"))
    for each in (ref, near):
        delete(link, each)


@pytest.mark.feature("F008")
def test_names_and_words(link: Link) -> None:
    """By either name, by both, by its parts, and by words of other fields."""
    ref = make(link, firstName="Anne-Marie (Ann)", lastName="O'Vander, Beek", occupation="Quillsmith")
    link.index_caught_up()
    for text in ("O'Vander", "Anne-Marie", "anne-m", "Marie", "Anne-Marie (Ann) O'Vander, Beek", "o'vander, b"):
        assert ref.id in found(link, "Candidate", NameHas(text)), text
    assert ref.id in found(link, "Candidate", TextHas("Quillsm beek"))
    assert found(link, "Candidate", NameHas("nobody-at-all")) == set()


AWKWARD = (
    "O'Brien", "o'brien", "O''Brien", "100%", "100", "a_b", "a-b", "a b", "a\\b", "a\\\\b", "\\a", "a\\", "(x)", "x",
    "Burns,B (x)", "a OR isDeleted:false", "a:equals:b", "Müller", "Mu\u0308ller", "Muller", "MÜLLER", "null", "NULL",
    "a*", "?a", '"quoted"', "quoted", "a&b=c", "a+b", "a%2Bb", "#1", "日本", "a  b", "x)", "and", "AND", "NOT", "TO",
    "ß", "ss", "İ", "i", "1", "1.0", "true", "a/b", "a;b", "[a]", "{a}", "^a", "a~", "a|b", ":a", "a&&b", "a||b",
)  # fmt: skip


@pytest.fixture(scope="module")
def awkward(shared: Link) -> dict[str, set[str]]:
    """Records with awkward names, twice each."""
    held: dict[str, set[str]] = {}
    for text in AWKWARD * 2 if as_they_are(shared) else AWKWARD[::5]:
        held.setdefault(text, set()).add(make(shared, lastName=text).id)
    shared.index_caught_up()
    return held


def exactly(link: Link, field: str, text: str) -> set[str]:
    return {
        str(row["id"])
        for row in link.fake.records("Candidate")
        if row[field] == text and row["isDeleted"] is False and row["status"] != "Archived"
    }


def test_a_field_is_compared_by_code_points(link: Link, awkward: dict[str, set[str]]) -> None:
    """For every text: exactly the records whose value it is."""
    for text, made in awkward.items():
        expected = exactly(link, "lastName", text)
        assert made <= expected
        assert found(link, "Candidate", FieldIs("lastName", text)) == expected, text


@given(st.text(max_size=12) | st.text(alphabet="a'\\%_() ,:\"{}*", max_size=8))
@settings(max_examples=100)
def test_any_text_at_all(plain: Link, text: str) -> None:
    """What is found has exactly that value; what cannot be expressed is refused before any request."""
    before = plain.requests
    try:
        hits = found(plain, "Candidate", FieldIs("lastName", text))
    except e.Unsupported:
        assert plain.requests == before
    else:
        assert hits == exactly(plain, "lastName", text)


@pytest.mark.parametrize("query", [NameHas, TextHas, EmailIs])
@given(text=st.text(max_size=12) | st.text(alphabet="a'\\%_() ,:-@\"{}?*&|", max_size=8))
@settings(max_examples=60)
def test_any_text_is_a_valid_search(plain: Link, query: Any, text: str) -> None:
    """Whatever is asked, Bullhorn reads it as a value: it never answers that the query is wrong."""
    before = plain.requests
    try:
        found(plain, "Candidate", query(text))
    except e.Unsupported:
        assert plain.requests == before
