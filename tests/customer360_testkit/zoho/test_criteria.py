"""The language of ``criteria=``: what it takes, what it refuses and how, what it finds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer360_testkit.zoho.by_hand import Client, Make, code

from customer360_testkit.fakes.zoho.criteria import parse, split_values
from customer360_testkit.fakes.zoho.errors import ZohoError

NAME = "Last_Name:equals"
ACCEPTED = [
    "(Last_Name:equals:Burns)",
    "Last_Name:equals:Burns",
    r"(Last_Name:equals:Burns\,B \(x\))",
    "((Phone:equals:123)or(Mobile:equals:123))",
    "((Last_Name:starts_with:A)and(Email:equals:a@x.example))",
    "(((Last_Name:equals:A)and(First_Name:equals:B))or(Email:in:a@x.example,b@x.example))",
    "((Last_Name:equals:A) and (First_Name:equals:B))",
    "(Date_of_Birth:between:1990-01-01,1999-12-31)",
    "(Created_Time:greater_than:2026-05-14T12:53:58+03:00)",
    "(Email_Opt_Out:equals:true)",
    "(Lead_Source:not_equal:Chat)",
    "(Account_Name:equals:6100000000000100001)",
    "(Description:starts_with:Call)",
    "(Last_Name:equals:a:b)",
    "(id:in:6100000000000100001,6100000000000100002)",
    "(Last_Name:equals:" + "x" * 2970 + ")",
    "(" + "or".join(["(Last_Name:equals:A)"] * 10) + ")",
    "(id:in:" + ",".join(["6100000000000100001"] * 100) + ")",
    "(Owner:equals:6100000000000050002)",
]
REFUSED = [
    ("(Last_Name:equals:Burns", "INVALID_QUERY"),
    ("Last_Name:equals:Burns)", "INVALID_QUERY"),
    ("()", "INVALID_QUERY"),
    ("(Last_Name:equals:)", "INVALID_QUERY"),
    ("(Last_Name:equals: )", "INVALID_QUERY"),
    ("(Last_Name equals Burns)", "INVALID_QUERY"),
    ("(Last_Name:equals:Burns (x))", "INVALID_QUERY"),
    ("(Last_Name:equals:Burns,B)", "INVALID_QUERY"),
    ("(Last_Name:equals:A)(First_Name:equals:B)", "INVALID_QUERY"),
    ("((Last_Name:equals:A)xor(First_Name:equals:B))", "INVALID_QUERY"),
    ("((Last_Name:equals:A)and)", "INVALID_QUERY"),
    ("(Last_Name:contains:A)", "INVALID_QUERY"),
    ("(Last_Name:greater_than:A)", "INVALID_QUERY"),
    ("(Lead_Source:starts_with:A)", "INVALID_QUERY"),
    ("(Description:in:A)", "INVALID_QUERY"),
    ("(Email_Opt_Out:equals:yes)", "INVALID_QUERY"),
    ("(Date_of_Birth:equals:14.05.2026)", "INVALID_QUERY"),
    ("(Created_Time:greater_than:2026-05-14T12:53:58Z)", "INVALID_QUERY"),
    ("(Created_Time:greater_than:2026-05-14T12:53:58 03:00)", "INVALID_QUERY"),
    ("(Date_of_Birth:between:1990-01-01)", "INVALID_QUERY"),
    ("(Account_Name:equals:Acme)", "INVALID_QUERY"),
    ("(No_Such_Field:equals:A)", "INVALID_QUERY"),
    ("($se_module:equals:Leads)", "INVALID_QUERY"),
    (r"(Last_Name:equals:a\b)", "INVALID_QUERY"),
    ("(Last_Name:equals:Burns\\", "INVALID_QUERY"),
    ("", "INVALID_DATA"),
    ("(Last_Name:equals:" + "x" * 3000 + ")", "CRITERIA_LIMIT_EXCEEDED"),
    ("(" + "or".join(["(Last_Name:equals:A)"] * 11) + ")", "CRITERIA_LIMIT_EXCEEDED"),
    ("(id:in:" + ",".join(["6100000000000100001"] * 101) + ")", "LIMIT_EXCEEDED"),
]


def escaped(text: str) -> str:
    return "".join("\\" + one if one in "(),\\" else one for one in text)


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted(client: Client, text: str) -> None:
    """It is answered, with records or with nothing."""
    assert client.get("/Contacts/search", criteria=text).status in (200, 204)


@pytest.mark.parametrize(("text", "expected"), REFUSED)
def test_refused(client: Client, text: str, expected: str) -> None:
    """It is refused with 400 and the code that names the reason."""
    assert code(client.get("/Contacts/search", criteria=text)) == (400, expected)


def test_a_refusal_names_field_and_operator(client: Client) -> None:
    """``details`` say what was wrong with which condition."""
    details = client.get("/Contacts/search", criteria="(Last_Name:less_than:A)").json()["details"]
    assert (details["api_name"], details["operator"]) == ("Last_Name", "less_than")
    assert details["reason"]


@given(st.text(min_size=1))
def test_any_text_can_be_said(text: str) -> None:
    """What was escaped comes back as it was, as one value of one condition."""
    assert parse(f"({NAME}:{escaped(text)})") == ("leaf", "Last_Name", "equals", escaped(text))
    assert split_values(escaped(text), "refused") == [text]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_values_of_a_list_are_told_apart(texts: list[str]) -> None:
    """Only commas that are not escaped separate."""
    assert split_values(",".join(map(escaped, texts)), "refused") == texts


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    """Whatever is sent is a tree or a refusal."""
    try:
        answer = parse(text)[0]
    except ZohoError as refused:
        answer = refused.code
    assert answer in ("leaf", "and", "or", "INVALID_QUERY")


NODES = st.recursive(
    st.text("ab", min_size=1).map(lambda text: f"({NAME}:{text})"),
    lambda inner: st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)).map(
        lambda made: "(" + made[0].join(made[1]) + ")"
    ),
    max_leaves=8,
)


@given(NODES)
def test_groups_within_groups(text: str) -> None:
    """Every well-formed tree is taken, with every condition in it."""

    def leaves(node: Any) -> int:
        return 1 if node[0] == "leaf" else sum(map(leaves, node[1:]))

    assert leaves(parse(text)) == text.count(NAME)


def test_equals_is_contains(client: Client) -> None:
    """On text ``equals`` finds what merely contains the value, in groups as well; a client must look again."""
    exact, longer = (client.add("Contacts", Last_Name=name) for name in ("Qubert", "van Qubertsen"))
    client.settle()
    for criteria in ("(Last_Name:equals:qubert)", "((Last_Name:equals:Qubert)or(Last_Name:equals:xyzzy))"):
        assert client.search(criteria=criteria) == [longer, exact]
    assert client.search(criteria="(Last_Name:starts_with:Qubert)") == [exact]


@pytest.mark.parametrize("near", ["a-b@x.example", "a_b@x.example", "a:b@x.example", "a b x.example", "a*b@x.example"])
def test_special_characters_are_one(client: Client, near: str) -> None:
    """``a-b@x`` finds ``a_b@x``."""
    found = client.add("Contacts", Last_Name="Near", Email="a_b@x.example")
    client.settle()
    assert client.search(criteria=f"(Email:equals:{near})") == [found]


def test_values_with_parentheses_and_commas_are_found(client: Client) -> None:
    """Escaping says them, and they are found."""
    name = "Burns, B (x) \\ Sons"
    found = client.add("Accounts", Account_Name=name)
    client.settle()
    assert client.search("Accounts", criteria=f"(Account_Name:equals:{escaped(name)})") == [found]


def test_operators_compare(client: Client) -> None:
    """Numbers, dates, choices, lookups and truth values are compared as what they are."""
    account = client.add("Accounts", Account_Name="Zeta", Employees=7, Annual_Revenue=12.5)
    who = client.add("Contacts", Last_Name="Zet", Account_Name={"id": account}, Date_of_Birth="1990-05-14")
    client.settle()
    for criteria in (
        "(Employees:equals:7)", "(Employees:between:6,7)", "(Employees:in:1,7)", "(Annual_Revenue:greater_equal:12.5)",
        "((Employees:greater_than:6)and(Employees:less_than:8))",
        "((Employees:less_equal:7)and(Employees:not_equal:6))",
    ):  # fmt: skip
        assert account in client.search("Accounts", criteria=criteria), criteria
    assert client.search("Accounts", criteria="(Employees:greater_than:7)") == []
    assert client.search(criteria=f"(Account_Name:equals:{account})") == [who]
    assert client.search(criteria="(Date_of_Birth:between:1990-05-14,1990-05-14)") == [who]
    moment = "2026-05-14T10:00:00+01:00"
    assert client.search(criteria=f"(Created_Time:greater_equal:{moment})") == [who]
    assert who not in client.search(criteria=f"((Last_Name:equals:Zet)and(Account_Name:not_equal:{account}))")


@pytest.mark.parametrize(("reading", "found"), [("escape", True), ("literal", False)])
def test_a_backslash_in_the_middle(make: Make, reading: str, found: bool) -> None:
    """Escape before anything, or a character like others."""
    client = make(criteria_backslash=reading)
    who = client.add("Contacts", Last_Name="abc")
    client.settle()
    assert client.search(criteria=r"(Last_Name:equals:a\bc)") == ([who] if found else [])
