"""No text of a user is ever read as anything but a value, in either language."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from string import punctuation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.activities import Condition, Operator
from customer360.core.errors import InvalidValue, Unsupported
from customer360_salesforce import query as q

TEXT = st.text(max_size=40) | st.text(alphabet="a'\\\"%_\n\t{}()*?: -+ANDOR\x00\u2028", max_size=30)
SHORT = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "'": "'", '"': '"', "\\": "\\"}


def literals(statement: str, also: str = "") -> tuple[str, list[str]]:
    """An independent reader of SOQL: the statement with each literal replaced by ``?``, and the literals.

    Any escape but the documented ones is an error, as it is for the vendor; ``also`` adds those of LIKE, kept as is.
    """
    shape, values, place = "", [], 0
    while place < len(statement):
        if statement[place] != "'":
            shape, place = shape + statement[place], place + 1
            continue
        value, place = "", place + 1
        while statement[place] != "'":
            if statement[place] != "\\":
                assert statement[place] >= " ", "a raw control character"
                value, place = value + statement[place], place + 1
            elif statement[place + 1] == "u":
                value, place = value + chr(int(statement[place + 2 : place + 6], 16)), place + 6
            elif statement[place + 1] in also:
                value, place = value + statement[place : place + 2], place + 2
            else:
                value, place = value + SHORT[statement[place + 1]], place + 2
        shape, place = shape + "?", place + 1
        values.append(value)
    return shape, values


@given(TEXT)
def test_any_text_is_exactly_one_literal(text: str) -> None:
    """It decodes back to itself, whatever quotes and backslashes it holds."""
    try:
        clause = q.all_of(q.equals("LastName", text), q.is_null("Fax"))
    except Unsupported:
        assert not text or re.search(r"[\ud800-\udfff]", text)
        return
    assert literals(clause.text) == ("(LastName = ? AND Fax = null)", [text])


def likes(pattern: str, text: str) -> bool:
    """An independent reader of LIKE."""
    expression, place = "", 0
    while place < len(pattern):
        if pattern[place] == "\\":
            expression, place = expression + re.escape(pattern[place + 1]), place + 2
            continue
        expression += {"%": "(?s:.*)", "_": "(?s:.)"}.get(pattern[place]) or re.escape(pattern[place])
        place += 1
    return re.fullmatch(expression, text) is not None


@given(TEXT, st.text(max_size=5))
def test_a_pattern_matches_what_begins_with_the_text(text: str, more: str) -> None:
    """One literal, and nothing of the text acts as a wildcard but where a backslash stood."""
    try:
        clause = q.begins("Name", text)
    except Unsupported:
        assert not text.strip("\\") or re.search(r"[\ud800-\udfff]", text)
        return
    shape, (pattern,) = literals(clause.text, also="%_")
    assert shape == "Name LIKE ?"
    assert likes(pattern, text + more)
    if "\\" not in text:
        assert not likes(pattern, "x" + text)


@pytest.mark.parametrize("text", ["100%", "a_b"])
def test_wildcards_of_a_text_do_not_act(text: str) -> None:
    """A percent sign means itself."""
    _, (pattern,) = literals(q.begins("Name", text).text, also="%_")
    assert not likes(pattern, text.replace("%", "x").replace("_", "x"))


def test_a_literal_has_a_longest_length() -> None:
    """4,000 characters are all that the vendor compares with, escapes counted; more is refused before any request."""
    assert len(q.quoted("a" * 4000)) == 4002
    for text in ("a" * 4001, "'" * 2001):
        with pytest.raises(Unsupported):
            q.quoted(text)


RESERVED = set("?&|!{}[]()^~*:\\\"'+-")


def terms_of(statement: str) -> tuple[list[str], str]:
    """An independent reader of SOSL: the terms between the braces, without escapes, and what follows the braces."""
    assert statement.startswith("FIND {")
    terms: list[str] = []
    term, place = "", 6
    while statement[place] != "}":
        char = statement[place]
        if char == "\\":
            term, place = term + statement[place + 1], place + 2
            continue
        if char == " ":
            terms, term = [*terms, term], ""
        elif char == "*":
            assert statement[place + 1] in " }", "a wildcard stands at the end of a term"
        elif char != '"':
            assert char not in RESERVED, "a reserved character that is not escaped"
            term += char
        place += 1
    return [*terms, term], statement[place + 1 :]


@given(TEXT)
def test_any_text_is_only_terms(text: str) -> None:
    """No brace ends the clause, no word is an operator; what is too short for the index is left out."""
    try:
        statement = q.find(q.words(text), "ALL", ("Id",), "Contact", None, limit=5)
    except Unsupported:
        return
    terms, rest = terms_of(statement)
    assert rest == " IN ALL FIELDS RETURNING Contact(Id LIMIT 5)"
    kept = [each.strip(punctuation) for each in text.split() if sum(map(str.isalnum, each)) >= 2]
    assert terms[::2] == kept
    assert set(terms[1::2]) <= {"AND"}


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Rose or not", 'Rose* AND "or" AND "not"'),
        ("C++ O'Hara-x {1}", r"O\'Hara\-x*"),
        ("é 12", "12*"),
        ("(Rose), Ltd.", "Rose* AND Ltd*"),
    ],
)
def test_words(text: str, terms: str) -> None:
    """An operator's word is quoted, signs within stand behind backslashes, those around and terms of one character are
    left out."""
    assert q.words(text) == terms


@pytest.mark.parametrize("text", ["", " ", "a", "-- !!", "x y z", "ab\x00c", "\ud800ab"])
def test_text_without_a_word(text: str) -> None:
    """It is refused before any request."""
    with pytest.raises(Unsupported):
        q.words(text)


@pytest.mark.feature("F025")
@pytest.mark.parametrize(
    "stored",
    [
        "+442079460958",
        "442079460958",
        "02079460958",
        "2079460958",
        "00442079460958",
        "4402079460958",
        "011442079460958",
        "0011442079460958",
        "010442079460958",
    ],
)
def test_every_spelling_is_a_term(stored: str) -> None:
    """Country code, exit code, trunk zero, none of them, an extension behind: some term begins the stored digits."""
    terms = q.phone_terms("+442079460958", "2079460958").split(" OR ")
    digits = stored.lstrip("+")
    assert all(re.fullmatch(r"[0-9]{2,}\*", term) for term in terms)
    assert any((digits + "12").startswith(term.rstrip("*")) for term in terms)


@given(TEXT)
def test_a_number_is_digits(text: str) -> None:
    """Nothing but digits gets into a phone search."""
    try:
        terms = q.phone_terms(text, text)
    except Unsupported:
        return
    assert re.fullmatch(r"[0-9]+\*(?: OR [0-9]+\*)*", terms)


@given(TEXT)
def test_what_is_no_api_name_is_refused(text: str) -> None:
    """Field names never come from users; text that could be more than a name is refused."""
    if text.isascii() and text.replace("_", "").replace(".", "").isalnum():
        return
    with pytest.raises(Unsupported):
        q.named(text)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Condition("Status", Operator.EQUALS, ("Done",)), "Status = 'Done'"),
        (Condition("Status", Operator.NOT_EQUALS, ("Done",)), "Status != 'Done'"),
        (Condition("Priority", Operator.IN, ("High", "Low")), "Priority IN ('High', 'Low')"),
        (Condition("Amount", Operator.LESS, (2.5,)), "Amount < 2.500000"),
        (Condition("Amount", Operator.GREATER, (2,)), "Amount > 2"),
        (
            Condition("ActivityDate", Operator.BETWEEN, (date(2026, 5, 1), date(2026, 5, 31))),
            "(ActivityDate >= 2026-05-01 AND ActivityDate <= 2026-05-31)",
        ),
        (Condition("IsClosed", Operator.EQUALS, (True,)), "IsClosed = true"),
        (Condition("WhatId", Operator.IS_EMPTY), "WhatId = null"),
        (
            Condition("CreatedDate", Operator.GREATER, (datetime(2026, 5, 1, 9, tzinfo=timezone(timedelta(hours=2))),)),
            "CreatedDate > 2026-05-01T07:00:00Z",
        ),
    ],
)
@pytest.mark.feature("F057")
def test_filters(condition: Condition, text: str) -> None:
    """Each operator of a filter, as SOQL says it; only text stands in quotes."""
    assert q.condition(condition).text == text


@pytest.mark.parametrize(
    "condition",
    [
        Condition("Sub ject", Operator.EQUALS, ("x",)),
        Condition("Subject = '' OR Id", Operator.EQUALS, ("x",)),
        Condition("Subject", Operator.EQUALS, ("",)),
    ],
)
def test_filters_that_soql_cannot_express(condition: Condition) -> None:
    """They are refused before any request."""
    with pytest.raises(Unsupported):
        q.condition(condition)


def test_a_time_needs_its_zone() -> None:
    """A naive time could mean any."""
    assert q.when(datetime(2026, 5, 1, 7, 0, 0, 5000, tzinfo=UTC)) == "2026-05-01T07:00:00.005Z"
    with pytest.raises(InvalidValue):
        q.when(datetime(2026, 5, 1))


def test_too_long_a_statement() -> None:
    """The vendor takes 100,000 characters."""
    with pytest.raises(Unsupported):
        q.select(("Id",), "Contact", q.any_of(*[q.equals("Name", "x" * 3000)] * 40))
