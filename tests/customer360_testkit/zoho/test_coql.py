"""COQL: what it takes, what it refuses and how, what it answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer360_testkit.zoho.by_hand import SCOPES, Client, Make, code

from customer360_testkit.fakes.zoho import coql
from customer360_testkit.fakes.zoho.errors import ZohoError

HEAD = "select Last_Name from Contacts where"


def many(conditions: int, word: str = "or") -> str:
    """So many conditions, nested in pairs."""
    return "(" * (conditions - 1) + "id is not null" + f" {word} Last_Name = 'a')" * (conditions - 1)


ACCEPTED = [
    f"{HEAD} Last_Name = 'Burns'",
    f"{HEAD} (Phone = '+4930123') or (Mobile = '+4930123') limit 0, 200",
    f"{HEAD} ((Last_Name = 'A' and First_Name = 'B') or Email = 'c')",
    f"{HEAD} Last_Name = 'O''Brien'",
    f"{HEAD} Last_Name = ''",
    f"{HEAD} Last_Name like 'O%'",
    f"{HEAD} Last_Name like '%O'",
    f"{HEAD} Last_Name like '%O%'",
    f"{HEAD} Last_Name not like '%O%'",
    f"{HEAD} Last_Name in ('A', 'B')",
    f"{HEAD} Last_Name not in ('A')",
    f"{HEAD} Email is null",
    f"{HEAD} Email is not null",
    f"{HEAD} Created_Time between '2026-05-14T00:00:00+03:00' and '2026-05-15T00:00:00+03:00'",
    f"{HEAD} Modified_Time >= '2026-05-14T00:00:00+00:00' order by Modified_Time asc limit 200 offset 200",
    f"{HEAD} Account_Name = '6100000000000100001'",
    f"{HEAD} Email_Opt_Out = true",
    "SELECT Last_Name, Account_Name.Account_Name FROM Contacts WHERE id IS NOT NULL ORDER BY id DESC",
    "select 'What_Id->Leads.Last_Name' from Calls where What_Id is not null",
    "select Amount from Deals where Amount > 10.5",
    f"select {', '.join(['Last_Name'] * 50)} from Contacts where id is not null",
    HEAD + " Last_Name in ('x'" + ", 'x'" * 49 + ")",
    f"{HEAD} id is not null limit 9800, 200",
    f"{HEAD} {many(25)}",
    f"{HEAD} ({many(12)} and {many(13, 'and')})",
]
REFUSED = [
    ("", "SYNTAX_ERROR"),
    ("select Last_Name from Contacts", "SYNTAX_ERROR"),
    ("select * from Contacts where id is not null", "SYNTAX_ERROR"),
    (f"{HEAD} Last_Name = 'O'Brien'", "SYNTAX_ERROR"),
    (f'{HEAD} Last_Name = "Burns"', "SYNTAX_ERROR"),
    (f"{HEAD} Last_Name = Burns", "SYNTAX_ERROR"),
    (f"{HEAD} Last_Name = 'a' and First_Name = 'b' and Email = 'c'", "SYNTAX_ERROR"),
    (f"{HEAD} (Last_Name = 'a' or First_Name = 'b' or Email = 'c')", "SYNTAX_ERROR"),
    (f"{HEAD} Last_Name == 'a'", "SYNTAX_ERROR"),
    (f"{HEAD} Last_Name in ()", "SYNTAX_ERROR"),
    (f"{HEAD} Last_Name = 'a' limit", "SYNTAX_ERROR"),
    (f"{HEAD} Last_Name = 'a' limit -1", "SYNTAX_ERROR"),
    (f"{HEAD} Last_Name = 'a'; drop", "SYNTAX_ERROR"),
    (f"{HEAD} Last_Name = 'a' group by Email", "SYNTAX_ERROR"),
    (f"{HEAD} No_Such_Field = 'a'", "INVALID_QUERY"),
    ("select No_Such_Field from Contacts where id is not null", "INVALID_QUERY"),
    ("select Last_Name from Nowhere where id is not null", "INVALID_QUERY"),
    ("select Owner.name from Contacts where id is not null", "INVALID_QUERY"),
    ("select 'What_Id->Leads.Last_Name' from Deals where id is not null", "INVALID_QUERY"),
    (f"{HEAD} Last_Name > 'a'", "INVALID_QUERY"),
    (f"{HEAD} Account_Name like '%1%'", "INVALID_QUERY"),
    (f"{HEAD} Account_Name = 'Acme'", "INVALID_QUERY"),
    (f"{HEAD} Last_Name like 'a'", "INVALID_QUERY"),
    (f"{HEAD} Last_Name like '%'", "INVALID_QUERY"),
    (f"{HEAD} Last_Name like 'a%b%'", "INVALID_QUERY"),
    (f"{HEAD} Last_Name not like 'a%'", "INVALID_QUERY"),
    (f"{HEAD} Created_Time > 'yesterday'", "INVALID_QUERY"),
    (f"{HEAD} Email_Opt_Out > true", "INVALID_QUERY"),
    (HEAD + " Last_Name in ('x'" + ", 'x'" * 50 + ")", "LIMIT_EXCEEDED"),
    (f"select {', '.join(['Last_Name'] * 51)} from Contacts where id is not null", "LIMIT_EXCEEDED"),
    (f"{HEAD} id is not null order by {', '.join(['id'] * 11)}", "LIMIT_EXCEEDED"),
    (f"{HEAD} id is not null limit 201", "LIMIT_EXCEEDED"),
    (f"{HEAD} id is not null limit 9801, 200", "LIMIT_EXCEEDED"),
    (f"{HEAD} {many(26)}", "LIMIT_EXCEEDED"),
    (f"{HEAD} ({many(13, 'and')} or {many(13)})", "LIMIT_EXCEEDED"),
]


@pytest.mark.parametrize("query", ACCEPTED)
def test_accepted(client: Client, query: str) -> None:
    """It is answered, with rows or with nothing."""
    assert client.coql(query).status in (200, 204)


@pytest.mark.parametrize(("query", "expected"), REFUSED)
def test_refused(client: Client, query: str, expected: str) -> None:
    """It is refused with 400 and the code that names the reason."""
    assert code(client.coql(query)) == (400, expected)


def test_a_syntax_error_says_where(client: Client) -> None:
    """``near``, ``line`` and ``column`` point at it."""
    details = client.coql(f"{HEAD}\n Last_Name = Burns").json()["details"]
    assert details == {"near": "Burns", "line": 2, "column": 14}


@pytest.mark.parametrize("body", [{}, {"select_query": None}])
def test_the_query_is_mandatory(client: Client, body: object) -> None:
    """A body without one is refused as a missing field."""
    assert code(client("POST", "/coql", body)) == (400, "MANDATORY_NOT_FOUND")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"select_query": NaN}', b'{"select_query": 1}', b"\xff"])
def test_a_body_that_is_none(client: Client, body: bytes) -> None:
    """What is no JSON object with a text in it is refused, and nothing breaks."""
    assert code(client("POST", "/coql", body)) == (400, "INVALID_DATA")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@given(st.text())
def test_any_text_can_be_said(text: str) -> None:
    """What was quoted comes back as it was."""
    assert coql.parse(f"{HEAD} Last_Name = {quoted(text)}").where == ("=", "Last_Name", (text,))


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    """Whatever is sent is a query or a refusal."""
    try:
        answer = coql.parse(f"{HEAD} {text}").module
    except ZohoError as refused:
        answer = refused.code
    assert answer in ("Contacts", "SYNTAX_ERROR")


LEAF = st.text("x'%", max_size=3).map(lambda text: ("=", "Last_Name", (text,)))
TREES = st.recursive(LEAF, lambda inner: st.tuples(st.sampled_from(["and", "or"]), inner, inner), max_leaves=6)


def said(node: tuple[object, ...]) -> str:
    if node[0] in ("and", "or"):
        return f"({said(node[1])} {node[0]} {said(node[2])})"  # type: ignore[arg-type]  # a tree
    return f"Last_Name = {quoted(node[2][0])}"  # type: ignore[index]  # a leaf


@given(TREES)
def test_conditions_in_nested_pairs(tree: tuple[object, ...]) -> None:
    """Every tree of pairs comes back as it was."""
    assert coql.parse(f"{HEAD} {said(tree)}").where == tree


def test_it_sees_what_was_just_written(client: Client) -> None:
    """No index stands between: created, changed and deleted records are right at once (X23 does not strike here)."""
    who = client.add("Contacts", Last_Name="Now")
    query = f"{HEAD} Last_Name = 'Now'"
    assert client.coql(query).json() == {
        "data": [{"Last_Name": "Now", "id": who}],
        "info": {"count": 1, "more_records": False},
    }
    client("PUT", f"/Contacts/{who}", {"data": [{"Last_Name": "Then"}]})
    assert client.coql(query).status == 204
    client("DELETE", f"/Contacts/{who}")
    assert client.coql(f"{HEAD} Last_Name = 'Then'").status == 204


def test_strings_are_compared_exactly(client: Client) -> None:
    """No contains, no other case, no other spelling."""
    client.add("Contacts", Last_Name="Exact", Phone="+49 30 123")
    assert client.coql(f"{HEAD} Last_Name = 'exact'").status == 204
    assert client.coql(f"{HEAD} Last_Name = 'Exac'").status == 204
    assert client.coql(f"{HEAD} Phone = '+4930123'").status == 204
    assert client.coql(f"{HEAD} Phone = '+49 30 123'").status == 200


def test_lookups_give_ids_and_names_on_demand(client: Client) -> None:
    """A lookup is ``{"id"}`` alone; names come through it, also through What_Id of an activity."""
    account = client.add("Accounts", Account_Name="Zeta")
    client.add("Contacts", Last_Name="Zet", Account_Name={"id": account})
    row = client.coql(
        "select Account_Name, Account_Name.Account_Name, Owner from Contacts where Last_Name = 'Zet'"
    ).json()["data"][0]
    assert row["Account_Name"] == {"id": account}
    assert row["Account_Name.Account_Name"] == "Zeta"
    assert row["Owner"] == {"id": "6100000000000050002"}
    lead = client.add("Leads", Last_Name="Led")
    client.add("Tasks", Subject="T", What_Id={"id": lead}, **{"$se_module": "Leads"})
    found = client.coql(f"select 'What_Id->Leads.Last_Name' from Tasks where What_Id = '{lead}'").json()["data"]
    assert [one["What_Id->Leads.Last_Name"] for one in found] == ["Led"]


def test_order_and_pages(client: Client) -> None:
    """``order by`` several fields, ``limit offset, count`` and ``limit n offset m``; more_records tells the end."""
    for name in ("b", "a", "c"):
        client.add("Contacts", Last_Name=name, First_Name="Paged")

    def names(rest: str) -> tuple[list[str], bool]:
        answer = client.coql(f"{HEAD} First_Name = 'Paged' {rest}").json()
        return [row["Last_Name"] for row in answer["data"]], answer["info"]["more_records"]

    assert names("order by First_Name desc, Last_Name desc") == (["c", "b", "a"], False)
    assert names("order by Last_Name limit 0, 2") == (["a", "b"], True)
    assert names("order by Last_Name limit 2 offset 2") == (["c"], False)
    assert client.coql(f"{HEAD} First_Name = 'Paged' limit 3, 2").status == 204


def test_empty_values_fit_no_comparison(client: Client) -> None:
    """What is null is neither equal nor unequal; ``is null`` finds it."""
    who = client.add("Contacts", Last_Name="Nul")
    assert client.coql(f"{HEAD} (Last_Name = 'Nul' and Email != 'x')").status == 204
    assert client.coql(f"{HEAD} (Last_Name = 'Nul' and Email is null)").json()["data"][0]["id"] == who


def test_it_needs_a_scope_of_its_own(make: Make) -> None:
    """modules.ALL is not enough; nor is the scope of COQL without the module's."""
    without = make(scopes=tuple(scope for scope in SCOPES if "coql" not in scope))
    assert code(without.coql(ACCEPTED[0])) == (401, "OAUTH_SCOPE_MISMATCH")
    alone = make(scopes=("ZohoCRM.coql.READ", "ZohoCRM.modules.leads.READ"))
    assert code(alone.coql(ACCEPTED[0])) == (401, "OAUTH_SCOPE_MISMATCH")
    assert alone.coql("select id from Leads where id is not null limit 1").status == 200
