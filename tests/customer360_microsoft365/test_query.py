"""No text of a user is ever read as anything but a value."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.errors import Unsupported
from customer360_microsoft365 import query as q

TEXT = st.text(max_size=40) | st.text(alphabet="a'\\()%&#+,:/ \"eqor", max_size=30)


def literals(text: str) -> tuple[str, list[str]]:
    """An independent reader: the filter with each literal replaced by ``?``, and the literals decoded."""
    shape, values, place = "", [], 0
    while place < len(text):
        if text[place] != "'":
            shape, place = shape + text[place], place + 1
            continue
        value, place = "", place + 1
        while text[place] != "'" or text[place : place + 2] == "''":
            value, place = value + text[place], place + (2 if text[place] == "'" else 1)
        shape, place = shape + "?", place + 1
        values.append(value)
    return shape, values


@pytest.mark.parametrize(
    ("build", "shape"),
    [
        (q.email_is, "emailAddresses/any(a:a/address eq ?)"),
        (lambda text: q.starts_with("surname", text), "startswith(surname,?)"),
        (lambda text: q.equals("displayName", text), "displayName eq ?"),
        (q.linked_to, "linkedResources/any(l:l/externalId eq ?)"),
    ],
)
@given(text=TEXT)
def test_any_text_is_one_literal(build: Callable[[str], q.Filter], shape: str, text: str) -> None:
    """A filter keeps its shape and its value comes back code point by code point, or nothing is built."""
    try:
        built = build(text)
    except Unsupported:
        assert not text or any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" for c in text)
        return
    assert literals(built.text) == (shape, [text])


@given(TEXT.filter(bool), TEXT.filter(bool))
def test_an_extended_property_is_two_literals(name: str, value: str) -> None:
    """Neither the property's id nor its value leaves its literal."""
    try:
        built = q.property_is(name, value)
    except Unsupported:
        return
    assert literals(built.text) == (
        "singleValueExtendedProperties/Any(ep: ep/id eq ? and ep/value eq ?)",
        [name, value],
    )


@pytest.mark.parametrize("field", ["mobilePhone", "businessPhones", "displayName eq 'x' or surname", ""])
def test_other_fields_are_refused(field: str) -> None:
    """A property the vendor does not compare is refused before any request."""
    for build in (q.starts_with, q.equals):
        with pytest.raises(Unsupported):
            build(field, "Ann")


@given(TEXT)
def test_a_search_is_one_phrase(text: str) -> None:
    """No text ends its quotes, escapes, or breaks its line; text without any word is refused."""
    try:
        phrase = q.quoted(text)
    except Unsupported:
        return
    assert (phrase[0], phrase[-1]) == ('"', '"')
    assert phrase[1:-1].strip()
    assert not set(phrase[1:-1]) & set('"\\\n\r\u2028')


def test_properties_are_named_one_by_one() -> None:
    """The vendor shows only those."""
    assert q.with_properties("String {g} Name a", "b'c") == (
        "singleValueExtendedProperties($filter=id eq 'String {g} Name a' or id eq 'b''c')"
    )
