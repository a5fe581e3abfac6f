"""No text of a user is ever read as anything but a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.activities import Condition, Operator
from customer360.core.errors import Unsupported
from customer360.core.search import NameHas
from customer360_zoho import query as q

TEXT = st.text(max_size=40) | st.text(alphabet="a'\\()%,_: \"or=and", max_size=30)


def literals(statement: str) -> tuple[str, list[str]]:
    """An independent reader: the statement with each literal replaced by ``?``, and the literals."""
    shape, values, place = "", [], 0
    while place < len(statement):
        if statement[place] != "'":
            shape += statement[place]
            place += 1
            continue
        value, place = "", place + 1
        while True:
            if statement[place] != "'":
                value, place = value + statement[place], place + 1
            elif statement[place : place + 2] == "''":
                value, place = value + "'", place + 2
            else:
                break
        shape, place = shape + "?", place + 1
        values.append(value)
    return shape, values


def values_of(criteria: str) -> tuple[str, list[str]]:
    """An independent reader of criteria: the shape, and the values without their backslashes."""
    shape, values, place = "", [], 0
    while place < len(criteria):
        shape += criteria[place]
        place += 1
        if not shape.endswith(":starts_with:"):
            continue
        value = ""
        while criteria[place] not in "(),":
            place += criteria[place] == "\\"
            value, place = value + criteria[place], place + 1
        shape += "?"
        values.append(value)
    return shape, values


@given(TEXT, TEXT)
def test_coql_literals_read_back(first: str, second: str) -> None:
    """Whatever a literal holds, the statement keeps its shape and the values come back code point by code point."""
    try:
        where = q.all_of([q.equals("Last_Name", first), q.one_of("Email", [second])])
    except Unsupported:
        return
    shape, values = literals(q.select(["id"], "Contacts", where))
    expected = "select id from Contacts where (Last_Name = ? and Email in (?)) order by id asc limit 0, 200"
    assert (shape, values) == (expected, [first, second])


@given(TEXT)
def test_criteria_values_read_back(text: str) -> None:
    """Whatever a criteria value holds, the criteria keep their shape and the value comes back."""
    try:
        criteria = q.criteria([q.starts_with("First_Name", text)], [q.starts_with("Last_Name", text)])
    except Unsupported:
        return
    assert values_of(criteria) == ("((First_Name:starts_with:?)or(Last_Name:starts_with:?))", [text, text])


@given(TEXT)
def test_a_field_is_always_asked_for_a_superset(text: str) -> None:
    """What is asked for holds every record that has the text: the text itself, or a stretch of it."""
    try:
        clause = q.holding("Last_Name", text)
    except Unsupported:
        return
    _, (value,) = literals(clause.text)
    if " like " in clause.text:
        assert value[0] == value[-1] == "%"
        assert value[1:-1] in text
        assert not set("%_\\") & set(value[1:-1])
    else:
        assert value == text


@given(TEXT)
def test_what_is_no_api_name_is_refused(text: str) -> None:
    """Field names never come from users; text that could be more than a name is refused."""
    if text.isascii() and text.replace("_", "").replace(".", "").isalnum():
        return
    with pytest.raises(Unsupported):
        q.named(text)


@pytest.mark.parametrize("text", ["", "a\nb", "a\x00b", "\ud800", "\u2028", "\x7f"])
def test_text_that_zoho_cannot_be_asked_for(text: str) -> None:
    """Control characters, line ends, lone surrogates and empty text are refused."""
    with pytest.raises(Unsupported):
        q.sayable(text)


def test_only_backslashes_cannot_be_searched_for() -> None:
    """Nothing can be asked of a text of backslashes, so it is refused."""
    with pytest.raises(Unsupported):
        q.holding("Last_Name", "\\\\")


@given(st.lists(st.sampled_from(["A", "B", "C"]), min_size=1, max_size=q.MAX_CONDITIONS))
def test_conditions_are_nested_in_pairs(fields: list[str]) -> None:
    """Every pair of parentheses joins exactly two conditions, as COQL demands beyond two."""
    text = q.any_of([q.is_null(field) for field in fields]).text
    assert text.count("(") == text.count(")") == text.count(" or ") == len(fields) - 1


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Condition("Status", Operator.EQUALS, ("Done",)), "Status = 'Done'"),
        (Condition("Status", Operator.NOT_EQUALS, ("Done",)), "Status != 'Done'"),
        (Condition("Priority", Operator.IN, ("High", "Low")), "Priority in ('High', 'Low')"),
        (Condition("Amount", Operator.LESS, (2.5,)), "Amount < 2.500000"),
        (Condition("Amount", Operator.GREATER, (2,)), "Amount > 2"),
        (
            Condition("Due_Date", Operator.BETWEEN, (date(2026, 5, 1), date(2026, 5, 31))),
            "Due_Date between '2026-05-01' and '2026-05-31'",
        ),
        (Condition("CTI_Entry", Operator.EQUALS, (True,)), "CTI_Entry = true"),
        (Condition("What_Id", Operator.IS_EMPTY), "What_Id is null"),
        (
            Condition(
                "Created_Time", Operator.GREATER, (datetime(2026, 5, 1, 9, tzinfo=timezone(timedelta(hours=2))),)
            ),
            "Created_Time > '2026-05-01T09:00:00+02:00'",
        ),
    ],
)
@pytest.mark.feature("F057")
def test_filters(condition: Condition, text: str) -> None:
    """Each operator of a filter, as COQL says it."""
    assert q.condition(condition).text == text


@pytest.mark.parametrize(
    "condition",
    [
        Condition("Amount", Operator.IN, tuple(range(51))),
        Condition("Sub ject", Operator.EQUALS, ("x",)),
        Condition("Subject", Operator.EQUALS, ("a\\b",)),
    ],
)
def test_filters_that_coql_cannot_express(condition: Condition) -> None:
    """They are refused before any request."""
    with pytest.raises(Unsupported):
        q.condition(condition)


@pytest.mark.parametrize("join", [q.all_of, q.any_of])
def test_more_conditions_than_coql_takes(join: Callable[[Sequence[q.Clause]], q.Clause]) -> None:
    """Twenty-five are said, whatever they are joined of; one more is refused before any request."""
    either = q.any_of([q.is_null(name) for name in ("A", "B")])
    asked = [either, *[q.is_not_null("id")] * 23]
    assert join(asked).text.count(" is ") == 25
    with pytest.raises(Unsupported, match="at most 25 conditions"):
        join([*asked, q.is_null("C")])


def test_an_escaped_criteria_value() -> None:
    """The vendor's own example."""
    assert q.starts_with("Last_Name", "Burns,B (x)").text == r"(Last_Name:starts_with:Burns\,B \(x\))"


@given(st.text(alphabet="abc ", min_size=1, max_size=60))
def test_names_stay_within_the_limits(name: str) -> None:
    """A name of many words is cut in at most nine places, in two questions: ten conditions are all that Zoho takes."""
    try:
        asked = q.name_criteria(NameHas(name), "First_Name", "Last_Name")
    except Unsupported:
        assert not name.strip()
        return
    assert len(asked) <= 2
    assert all(text.count(":starts_with:") <= q.MAX_CRITERIA for text in asked)


@pytest.mark.feature("F008")
@pytest.mark.parametrize(
    ("given", "family"),
    [("Ada Maria Luisa", "Rossi"), ("Ada Maria", "van Rossi"), ("Ada", "van der Rossi"), ("Ada Eva", "van der Rossi")],
)
@pytest.mark.parametrize("order", ["{0} {1}", "{1}, {0}"])
def test_a_name_of_many_words_is_cut_everywhere(given: str, family: str, order: str) -> None:
    """Wherever the one ends and the other begins."""
    asked = "".join(q.name_criteria(NameHas(order.format(given, family)), "First_Name", "Last_Name"))
    assert f"((First_Name:starts_with:{given})and(Last_Name:starts_with:{family}))" in asked


def test_too_long_a_name() -> None:
    """Zoho takes 3,000 characters; longer criteria are refused before any request."""
    with pytest.raises(Unsupported):
        q.name_criteria(NameHas("ü" * 600), "First_Name", "Last_Name")


@pytest.mark.parametrize("text", ["a", " a ", ""])
def test_a_word_needs_two_characters(text: str) -> None:
    """Zoho refuses shorter ones."""
    with pytest.raises(Unsupported):
        q.word(text)


@pytest.mark.feature("D1")
@pytest.mark.parametrize(("fields", "statements"), [(1, 1), (3, 1), (6, 2), (25, 7)])
def test_the_end_of_a_number_is_asked_for_as_people_part_it(fields: int, statements: int) -> None:
    """In pairs, in threes, in a row; in every field; no statement has more than the 25 conditions that Zoho takes."""
    names = [f"Phone_{number}" for number in range(fields)]
    asked = [clause.text for clause in q.phone_spellings(names, "2079460018")]
    assert len(asked) == statements
    assert all(1 <= text.count(" like ") <= 25 for text in asked)
    for text in ("0018", "00 18", "00-18", "00.18", "0 018", "0-018", "0.018"):
        for name in names:
            assert sum(f"{name} like '%{text}%'" in each for each in asked) == 1


def test_the_end_of_a_short_number_is_all_of_it() -> None:
    """Three digits are not parted."""
    (asked,) = q.phone_spellings(["Phone"], "145")
    assert asked.text == "Phone like '%145%'"
