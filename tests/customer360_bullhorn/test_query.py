"""No text of a user is ever read as anything but a value, in either language."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.activities import Condition, Operator
from customer360.core.errors import InvalidValue, Unsupported
from customer360.core.phones import read
from customer360_bullhorn import query as q

TEXT = st.text(max_size=40) | st.text(alphabet="a'\\\"%_\n\t{}()[]*?:^~&|!/ -+ANDORTO\x00\u2028", max_size=30)
RESERVED = set('+-&|!(){}[]^"~*?:\\/')


def unsayable(text: str) -> bool:
    return not text.strip() or bool(re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", text))


# Lucene -------------------------------------------------------------------------------------------------------------


def phrases(clause: str) -> tuple[str, list[str]]:
    """An independent reader of Lucene: the clause with each quoted term replaced by ``?``, and what the terms say."""
    shape, values, place = "", [], 0
    while place < len(clause):
        if clause[place] == "\\":
            shape, place = shape + clause[place : place + 2], place + 2
            continue
        if clause[place] != '"':
            shape, place = shape + clause[place], place + 1
            continue
        value, place = "", place + 1
        while clause[place] != '"':
            place += clause[place] == "\\"
            value, place = value + clause[place], place + 1
        shape, place = shape + "?", place + 1
        values.append(value)
    return shape, values


@given(TEXT)
def test_any_text_is_exactly_one_phrase(text: str) -> None:
    """It reads back as itself, whatever quotes and backslashes it holds; what the index cannot hold is refused."""
    try:
        clause = q.every(q.holds("lastName", text), q.holds_flag("isDeleted", False))
    except Unsupported:
        assert unsayable(text) or not any(map(str.isalnum, text))
        return
    assert phrases(clause.text) == ("(lastName:? AND isDeleted:false)", [text])


@given(TEXT)
def test_any_word_is_one_term_that_ends_in_a_wildcard(text: str) -> None:
    """No sign of it acts, no operator is among it: those are in capitals."""
    try:
        term = q.beginning(text)
    except Unsupported:
        assert unsayable(text) or any(map(str.isspace, text)) or not any(map(str.isalnum, text))
        return
    assert term.endswith("*")
    said, place = "", 0
    while place < len(term) - 1:
        if term[place] == "\\":
            place += 1
        else:
            assert term[place] not in RESERVED
        said, place = said + term[place], place + 1
    assert said == text.lower()


@given(TEXT)
def test_words_are_asked_for_by_field(text: str) -> None:
    """Every clause has its field: one without may match everything (gotcha 5)."""
    try:
        clause = q.words(("name", "occupation"), text)
    except Unsupported:
        assert unsayable(text) or not any(map(str.isalnum, text))
        return
    shape, _ = phrases(clause.text)
    for term in re.split(r" (?:AND|OR) ", re.sub(r"\\.", "x", shape).replace("(", "").replace(")", "")):
        assert re.fullmatch(r"(?:name|occupation):[^\s:]+", term), term


def test_how_a_word_is_cut_is_left_open() -> None:
    """Whole, as a phrase, or at its signs."""
    assert q.words(("name",), "O'Neil").text == "(name:o'neil* OR name:\"O'Neil\" OR (name:o* AND name:neil*))"
    assert q.words(("name",), "Jo Smi").text == "(name:jo* AND name:smi*)"


def test_times_of_the_index() -> None:
    """Fourteen digits, in UTC."""
    moment = datetime(2026, 7, 21, 2, 30, 5, 999, tzinfo=timezone(timedelta(hours=2)))
    assert q.since("dateLastModified", moment).text == "dateLastModified:[20260721003005 TO *]"
    with pytest.raises(InvalidValue):
        q.since("dateLastModified", datetime(2026, 7, 21))


def test_an_id_is_a_number() -> None:
    """Nothing else reaches a query as one."""
    assert q.holds_id("id", "42").text == "id:42"
    for text in ("", "0", "4 OR 1", "4²", "-1", "1" * 13):
        with pytest.raises(Unsupported):
            q.holds_id("id", text)


# Phone numbers ------------------------------------------------------------------------------------------------------

NUMBERS = [
    "+15127576000",
    "+442079460991",
    "+4930901820",
    "+33123456789",
    "+61291234567",
    "+390612345678",
    "+6564123456",
]


def terms(e164: str, national: str) -> tuple[set[str], set[str]]:
    """The prefixes and the texts that a search for a number asks for."""
    clause = q.phone(("phone", "mobile"), e164, national).text
    shape, texts = phrases(clause)
    parts = shape.removeprefix("(").removesuffix(")").split(" OR ")
    assert all(part.startswith(("phone:", "mobile:")) for part in parts)
    return {part.partition(":")[2].rstrip("*") for part in parts if part.endswith("*")}, set(texts)


@pytest.mark.feature("D1")
@pytest.mark.parametrize("e164", NUMBERS)
def test_the_digits_with_whatever_stands_before_them(e164: str) -> None:
    """Nothing, the country code, an exit code, a trunk zero, not even the area code; an extension may follow."""
    number = read(e164)
    assert number is not None
    prefixes, _ = terms(number.e164, number.national)
    country = number.e164[1:].removesuffix(number.national)
    for head in ("", "0", country, f"{country}0", f"00{country}", f"011{country}"):
        assert head + number.national in prefixes
    assert number.national[-7:] in prefixes


@pytest.mark.feature("D1")
def test_the_usual_spellings() -> None:
    """Should the index keep what was typed."""
    _, american = terms("+15127576000", "5127576000")
    assert {"(512) 757-6000", "512-757-6000", "512.757.6000", "+1 512-757-6000", "1-512-757-6000"} <= american
    _, british = terms("+442079460991", "2079460991")
    assert {"020 7946 0991", "+44 20 7946 0991", "020-7946-0991", "+44 (0)20 7946 0991"} <= british


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_number_is_digits_and_phrases(e164: str, national: str) -> None:
    """Whatever is taken for a number: nothing of it acts."""
    try:
        clause = q.phone(("phone",), e164, national)
    except Unsupported:
        return
    shape, _ = phrases(clause.text)
    assert re.fullmatch(r"\(phone:(?:[0-9]+\*|\?)(?: OR phone:(?:[0-9]+\*|\?))*\)", shape)


# JPQL ---------------------------------------------------------------------------------------------------------------


@given(TEXT)
def test_any_text_is_exactly_one_literal(text: str) -> None:
    """How a quote is escaped is not known: such text is refused."""
    try:
        clause = q.all_of(q.equals("lastName", text), q.is_null("fax"))
    except Unsupported:
        assert unsayable(text) or "'" in text or "\\" in text
        return
    assert clause.text == f"lastName = '{text}' AND fax IS NULL"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (7, "7"),
        (1.5, "1.500000"),
        (datetime(2026, 7, 21, 0, 0, 0, 1500, tzinfo=UTC), "1784592000001"),
        (date(2026, 7, 21), "1784592000000"),
        (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), "-1000"),
        ("Jo", "'Jo'"),
    ],
)
def test_values(value: object, written: str) -> None:
    """Times are bare milliseconds: quoted ones are refused, seconds compare wrong (gotcha 6)."""
    assert q.literal(value) == written  # type: ignore[arg-type]


def test_conditions() -> None:
    """Each operator."""
    told = [
        q.condition(Condition("status", Operator.EQUALS, ("Open",))).text,
        q.condition(Condition("status", Operator.NOT_EQUALS, ("Open",))).text,
        q.condition(Condition("status", Operator.IN, ("A", "B", "A"))).text,
        q.condition(Condition("owner.id", Operator.LESS, (5,))).text,
        q.condition(Condition("owner.id", Operator.GREATER, (5,))).text,
        q.condition(Condition("dateBegin", Operator.BETWEEN, (1, 2))).text,
        q.condition(Condition("jobOrder", Operator.IS_EMPTY)).text,
    ]
    assert told == [
        "status = 'Open'",
        "status <> 'Open'",
        "status IN ('A','B')",
        "owner.id < 5",
        "owner.id > 5",
        "dateBegin >= 1 AND dateBegin <= 2",
        "jobOrder IS NULL",
    ]
    assert (
        q.any_of(q.equals("a", 1), q.all_of(q.equals("b", 2), q.equals("c", 3))).text
        == "((a = 1) OR (b = 2 AND c = 3))"
    )
    assert q.ordered(("dateBegin", True), ("id", False)) == "-dateBegin,id"


@given(st.text(max_size=20))
def test_a_name_is_a_name(text: str) -> None:
    """Nothing else reaches a query as a field."""
    try:
        assert q.named(text) == text
    except Unsupported:
        assert not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,3}", text, re.ASCII)


def test_text_has_a_longest_length() -> None:
    """More is refused before any request."""
    for made in (q.quoted, q.beginning, q.literal):
        with pytest.raises(Unsupported):
            made("a" * 1001)


def test_a_number_that_is_not_finite() -> None:
    """It cannot be compared with."""
    with pytest.raises(Unsupported):
        q.literal(float("inf"))
