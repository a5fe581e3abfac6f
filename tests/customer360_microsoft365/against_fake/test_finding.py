"""Contacts found by address, name and fields, under each reading."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.customer360_microsoft365.against_fake.link import FAKE, GRAPH, Link, found, make, read, sign_in

from customer360.core import errors as e
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, TextHas


@pytest.mark.feature("F009")
@pytest.mark.perf("P15")
def test_an_email_whatever_its_case(link: Link) -> None:
    """Any spelling of the address, no near one, in one request."""
    ref = make(link, displayName="Mail", emailAddresses=("other@example.org", "Mixed.Case+tag@Example.org"))
    near = make(link, displayName="Mail", emailAddresses=("aMixed.Case+tag@example.org",))
    before = link.requests
    hits = found(link, EmailIs("mixed.case+TAG@example.org"))
    assert link.requests - before == 1
    assert ref.id in hits
    assert near.id not in hits
    assert found(link, FieldIs("emailAddresses", "MIXED.case+tag@example.org")) == {ref.id}


@pytest.mark.feature("F008")
@pytest.mark.perf("P15")
def test_names(link: Link) -> None:
    """By the beginning of any name, in one request; each contact once."""
    ref = make(link, givenName="Anne-Marie (Ann)", surname="Vander, Beek", displayName="Ms Vander")
    for text in ("Vander", "Anne-Marie", "Anne-Marie (Ann)", "Ms V"):
        before = link.requests
        page = link.run(GRAPH.search(link.facts, "contact", NameHas(text), limit=200))
        assert link.requests - before == 1
        assert [hit.ref.id for hit in page.items].count(ref.id) == 1, text
    assert found(link, NameHas("nobody-at-all")) == set()
    assert not link.run(GRAPH.search(link.facts, "contact", NameHas("Ms V"))).items[0].partial


def test_what_outlook_cannot_be_asked(link: Link) -> None:
    """Phones, free text and other fields are refused before any request."""
    before = link.requests
    for query in (PhoneIs("+4930", "30"), TextHas("x"), FieldIs("mobilePhone", "1"), FieldIs("displayName", "")):
        with pytest.raises(e.Unsupported):
            found(link, query)
    assert link.requests == before


AWKWARD = (
    "O'Brien", "o'brien", "O''Brien", "100%", "100", "a_b", "a-b", "a b", "a\\b", "a\\\\b", "\\a", "a\\", "(x)", "x",
    "' or displayName ne '", "') or startswith(displayName,'", "Müller", "Mu\u0308ller", "Muller", "MÜLLER",
    "null", "NULL", "*", "?", '"quoted"', "quoted", "a&b=c", "a+b", "a%2Bb", "#", "日本", "😀", "a  b", "%",
    "x)", "and", "_", "'", "''", " lead", "trail ", "lead", "trail",
    "ß", "ss", "İ", "i", "select", "1", "1.0", "true", "a/b", "a;b", "[a]", "{a}", "^a", "!", "@", "a,b",
)  # fmt: skip


@pytest.fixture(scope="module")
def awkward(shared: Link) -> set[str]:
    """Contacts with awkward names, twice each."""
    for text in AWKWARD * 2:
        make(shared, displayName=text, givenName=text, surname=text, companyName=text)
    return set(AWKWARD)


def held_by(link: Link, field: str) -> dict[str, set[str]]:
    """The contacts of the default folder by a field's value, as the delta tells them."""
    changed, _, _ = link.everything("contact")
    held: dict[str, set[str]] = {}
    for contact in changed.values():
        value = contact.fields.get(field)
        if isinstance(value, str):
            held.setdefault(value, set()).add(contact.ref.id)
    return held


@pytest.mark.parametrize("field", ["displayName", "givenName", "surname", "companyName"])
def test_a_field_is_compared_by_code_points(link: Link, awkward: set[str], field: str) -> None:
    """For every text: exactly the contacts whose value it is, or a refusal before any request."""
    held = held_by(link, field)
    for text in awkward:
        expected = held.get(text, set())
        assert len(expected) >= 2 or text != text.strip()
        before = link.requests
        assert found(link, FieldIs(field, text)) == expected, text
        assert link.requests > before


@given(st.text(max_size=12) | st.text(alphabet="a'\\%_() ,:", max_size=8))
@settings(max_examples=100)
def test_any_text_at_all(plain: Link, text: str) -> None:
    """A contact that bears it is found by it; what cannot be expressed is refused before any request."""
    before = plain.requests
    try:
        hits = found(plain, FieldIs("displayName", text))
    except e.Unsupported:
        assert plain.requests == before
    else:
        ref = make(plain, displayName=text)
        stored = read(plain, ref).fields["displayName"]
        assert found(plain, FieldIs("displayName", text)) == (hits | {ref.id} if stored == text else hits)


@pytest.mark.parametrize("query", [NameHas, EmailIs])
@given(text=st.text(max_size=12) | st.text(alphabet="a'\\%_() ,:-@", max_size=8))
@settings(max_examples=60)
def test_any_text_is_a_valid_search(plain: Link, query: Any, text: str) -> None:
    """Whatever is asked, Graph reads it as a value: it never answers that the query is wrong."""
    before = plain.requests
    try:
        found(plain, query(text))
    except e.Unsupported:
        assert plain.requests == before


def test_people_where_they_may_be_read() -> None:
    """Asked for by a setting; searched by name and address."""
    fake = FAKE()
    link = sign_in(fake, people="yes", mailbox_settings="yes")
    assert "person" in [resource.name for resource in link.run(GRAPH.list_resources(link.facts))]
    member = next(each for each in fake.cast if each.family and each.emails)
    link.wait(60)
    page = link.run(GRAPH.search(link.facts, "person", NameHas(member.family)))
    assert all(hit.ref.resource == "person" for hit in page.items)
    assert page.items
    hits = link.run(GRAPH.search(link.facts, "person", EmailIs(member.emails[0]))).items
    assert hits
    assert all(member.emails[0].casefold() in [m.address.casefold() for m in hit.emails] for hit in hits)
