"""The conditions of /query: what they take, what they refuse, what they find."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer360_testkit.bullhorn.by_hand import Client, Make, key, refusal

from customer360_testkit.fakes.bullhorn import jpql
from customer360_testkit.fakes.bullhorn.errors import BullhornError

MALFORMED = (400, "errors.malformedWhereClause")
REFUSED = [
    "id",
    "id =",
    "= 5",
    "id == 5",
    "id != 5",
    "id = 5 AND",
    "AND id = 5",
    "(id = 5",
    "id = 5)",
    "id = 5; id = 6",
    "id = 5 -- hello",
    "id IN ()",
    "id IN 5",
    "id IN (1, 'a')",
    "id = null",
    "id IS 5",
    "id BETWEEN 1 AND 5",
    "lastName = Smith",
    'lastName = "Smith"',
    "lastName = 'Smith",
    "lastName = 'O'Neil'",
    "lastName = 5",
    "id = '5'",
    "isDeleted = 'false'",
    "isDeleted = 0",
    "isDeleted > false",
    "isDeleted:false",
    "dateAdded > '1784500000000'",
    "dateAdded > '2026-07-21'",
    "dateAdded > '2026-07-21T00:00:00'",
    "dateAdded > '20260721000000'",
    "dateAdded > '2026-13-41 00:00:00.000'",
    "dateAdded > [20260721 TO *]",
    "title = 'x'",
    "owner.title = 'x'",
    "nonsense.id = 5",
    "lastName.id = 5",
    "notes.id = 5",
    "address.planet = 'x'",
    "clientCorporation = 77",
    "notes IS NULL",
    "lastName IS EMPTY",
    "5 MEMBER OF lastName",
    "LOWER(lastName) = 'smith'",
    "id = 5 OR (SELECT 1)",
    "EXISTS (id = 5)",
    "*:*",
    "(" * 3000 + "id = 5" + ")" * 3000,
]
ACCEPTED = [
    "isDeleted = false",
    "isDeleted=FALSE and id<>5",
    "id IN (1,2) OR id NOT IN (3)",
    "NOT (lastName = 'Smith' OR lastName = 'Müller')",
    "owner.lastName = 'Agent'",
    "address.city IS NULL",
    "clientCorporation IS NOT NULL AND clientCorporation.name = 'A'",
    "dateAdded > 1784500000000",
    "dateAdded >= '2026-07-21 00:00:00.000'",
    "notes IS NOT EMPTY",
    "1001 MEMBER OF categories",
    "id MEMBER OF categories",
    "id > -1 AND id < 5.5",
]


@pytest.mark.parametrize("where", REFUSED)
def test_refused(client: Client, where: str) -> None:
    """By GET where that is long enough, and by POST."""
    assert key(client("POST", "/query/ClientContact", {"where": where}, fields="id")) == MALFORMED
    if len(where) < 1000:
        assert key(client.query(where)) == MALFORMED


@pytest.mark.parametrize("where", ACCEPTED)
def test_accepted(client: Client, where: str) -> None:
    """What the vendor's pages and live findings send."""
    answer = client.query(where, fields="id")
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("accepted", 200)])
def test_like(make: Make, reading: str, status: int) -> None:
    """Works in practice, perhaps."""
    client = make(like=reading)
    mine = client.person("ClientContact", lastName="Smithers")
    answer = client.query("lastName LIKE 'smi%' AND lastName NOT LIKE '%x'")
    assert answer.status_code == status
    assert status == 400 or mine in {row["id"] for row in answer.json()["data"]}


@pytest.mark.parametrize("where", ["lastName = 'O''Neil'", "lastName = 'a\\b'"])
@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("accepted", 200)])
def test_quotes_in_text(make: Make, where: str, reading: str, status: int) -> None:
    """A doubled quote, and a backslash."""
    assert make(quotes_in_text=reading).query(where).status_code == status


def test_a_doubled_quote_is_one(make: Make) -> None:
    """In the reading where it is accepted."""
    client = make(quotes_in_text="accepted")
    mine = client.person("ClientContact", lastName="O'Neil")
    assert mine in client.asked("lastName = 'O''Neil'")


def test_text_is_compared_as_stored(client: Client) -> None:
    """Phones too: no spelling but the stored one finds anybody."""
    mine = client.person("ClientContact", phone="(617) 555-0134")
    assert client.asked("phone = '(617) 555-0134'") == {mine}
    assert client.asked("phone = '6175550134'") == set()


def test_times_are_milliseconds(client: Client) -> None:
    """Seconds are no error: they are long ago."""
    mine = client.person("ClientContact")
    now = client.fake.now
    assert client.asked(f"dateAdded >= {now}") == {mine}
    assert client.asked("dateAdded >= '2026-05-14 09:00:00.000'") == {mine}
    assert client.asked(f"dateAdded > {now}") == set()
    assert len(client.asked(f"dateAdded > {now // 1000}")) > 50


def test_null_is_neither(client: Client) -> None:
    """A comparison with nothing is not true, nor is its opposite."""
    mine = client.person("ClientContact", division=None)
    here = f"id = {mine} AND "
    assert client.asked(f"{here}division = 'x'") == set()
    assert client.asked(f"{here}NOT division = 'x'") == set()
    assert client.asked(f"{here}division IS NULL") == {mine}
    assert client.asked(f"{here}(division = 'x' OR id > 0)") == {mine}


def test_paths_and_collections(client: Client) -> None:
    """Through to-one links; collections by EMPTY and MEMBER OF."""
    mine = client.person("ClientContact", owner={"id": 1316})
    assert mine in client.asked("owner.lastName = 'Agent' AND owner.firstName = 'Lee'")
    assert mine not in client.asked("notes IS NOT EMPTY")
    client.note(mine)
    assert mine in client.asked("notes IS NOT EMPTY")
    client("PUT", f"/entity/ClientContact/{mine}/categories/1002")
    assert client.asked("1002 MEMBER OF categories") == {mine}
    assert mine not in client.asked("1003 MEMBER OF categories")


@pytest.mark.parametrize("entity", ["Candidate", "Note"])
def test_entities_that_are_searched_only(client: Client, entity: str) -> None:
    """The message says what to use instead."""
    message = f"Query operation not supported for {entity}, please use /search call instead."
    assert refusal(client.query("id > 0", entity)) == (400, message)


@pytest.mark.parametrize("body", [{}, {"where": ""}, {"where": 5}, [], b"{"])
def test_a_query_without_where(client: Client, body: object) -> None:
    """It is refused."""
    assert client("POST", "/query/Task", body, fields="id").status_code == 400
    assert client.get("/query/Task", fields="id").status_code == 400


@given(st.text(alphabet="ab.=<>()', 15ANDORIS%-\"", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else happens."""
    try:
        jpql.parse(text)
    except BullhornError:
        return


@given(st.text().filter(lambda text: "'" not in text and "\\" not in text))
def test_a_quoted_text_is_itself(text: str) -> None:
    """Without quotes and backslashes nothing needs escaping."""
    found = jpql.parse(f"name = '{text}'")
    assert isinstance(found, jpql.Condition)
    assert found.values == (jpql.Literal("string", text),)
