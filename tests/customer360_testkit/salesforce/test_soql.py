"""SOQL: what it takes, what it refuses and how, what it answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer360_testkit.salesforce.by_hand import Client, Make, code, signed_in, wait

from customer360_testkit.fakes.salesforce import soql
from customer360_testkit.fakes.salesforce.soql import Value

HEAD = "SELECT Id FROM Contact WHERE"
ACCEPTED = [
    "SELECT Id, Name, Email, Phone, MobilePhone, Account.Name, Owner.Name, LastModifiedDate\nFROM Contact "
    "WHERE Email = 'rose@example.com' ORDER BY LastModifiedDate DESC LIMIT 50",
    "select id from contact",
    "SELECT c.Id, c.Account.Name FROM Contact c WHERE c.LastName LIKE 'a%'",
    "SELECT Contact.Id FROM Contact",
    f"{HEAD} SystemModstamp >= 2026-11-22T00:00:00Z ORDER BY SystemModstamp, Id",
    f"{HEAD} SystemModstamp < 2026-11-22T00:00:00+02:00",
    f"{HEAD} Id > '003000000000000AAA' ORDER BY Id LIMIT 10",
    f"{HEAD} Phone IN ('+15127576000', '(512) 757-6000') OR MobilePhone LIKE '%512%757%6000'",
    f"{HEAD} (Phone = '1' OR Fax = '1') AND Email != null",
    f"{HEAD} NOT (Phone = '1')",
    f"{HEAD} LastName NOT IN ('a', 'b')",
    f"{HEAD} Interests__c INCLUDES ('Bread;Cake', 'Tea')",
    f"{HEAD} Interests__c EXCLUDES ('Bread')",
    f"{HEAD} CreatedDate = LAST_N_DAYS:30",
    f"{HEAD} CreatedDate = TODAY OR CreatedDate < THIS_MONTH",
    f"{HEAD} Birthdate = 1815-12-10",
    f"{HEAD} IsEmailBounced = false",
    f"{HEAD} LastName = 'O\\'Brien \\\\ \\\"x\\\" \\n\\r\\t\\b\\f\\u00e9'",
    f"{HEAD} LastName LIKE '100\\% \\_'",
    f"{HEAD} AccountId IN (SELECT Id FROM Account WHERE Name LIKE 'A%')",
    f"{HEAD} Id NOT IN (SELECT ContactId FROM Case)",
    "SELECT Id, (SELECT Subject, CreatedDate FROM Tasks ORDER BY CreatedDate DESC LIMIT 5) FROM Contact LIMIT 3",
    "SELECT Id, Who.Name, Who.Type, What.Name, What.Type FROM Task WHERE TaskSubtype = 'Call' AND IsClosed = true",
    "SELECT Id FROM Opportunity WHERE Id IN (SELECT OpportunityId FROM OpportunityContactRole) AND Amount > 1000.5",
    "SELECT Id FROM Event ORDER BY StartDateTime DESC NULLS LAST",
    "SELECT COUNT() FROM Contact",
    "SELECT Status, COUNT(Id) n FROM Case GROUP BY Status ORDER BY Status",
    "SELECT MAX(SystemModstamp) FROM Contact",
    "SELECT FIELDS(ALL) FROM Contact LIMIT 200",
    "SELECT FIELDS(STANDARD) FROM Lead",
    "SELECT Id, toLabel(LeadSource) FROM Contact LIMIT 1",
    "SELECT Id FROM Group ORDER BY Name",
    "SELECT Id FROM Contact LIMIT 50000 OFFSET 2000",
    f"SELECT Id FROM Contact WHERE LastName = '{'x' * 4000}'",
]
REFUSED = [
    ("", "MALFORMED_QUERY"),
    ("SELECT * FROM Contact", "MALFORMED_QUERY"),
    ("SELECT Id", "MALFORMED_QUERY"),
    ("SELECT Id, FROM Contact", "MALFORMED_QUERY"),
    ("UPDATE Contact SET Id = 1", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact; SELECT Id FROM Lead", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact -- hello", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact, Account", "MALFORMED_QUERY"),
    (f"{HEAD} Phone = '1' AND Fax = '2' OR Email = '3'", "MALFORMED_QUERY"),
    (f"{HEAD} LastName = 'O''Brien'", "MALFORMED_QUERY"),
    (f"{HEAD} LastName = 'O'Brien'", "MALFORMED_QUERY"),
    (f"{HEAD} LastName = 'a\\xb'", "MALFORMED_QUERY"),
    (f"{HEAD} LastName = 'a\\u12'", "MALFORMED_QUERY"),
    (f"{HEAD} LastName = '50\\%'", "MALFORMED_QUERY"),
    (f'{HEAD} LastName = "Burns"', "MALFORMED_QUERY"),
    (f"{HEAD} LastName = Burns", "MALFORMED_QUERY"),
    (f"{HEAD} LastName = :name", "MALFORMED_QUERY"),
    (f"{HEAD} LastName == 'a'", "MALFORMED_QUERY"),
    (f"{HEAD} LastName IN ()", "MALFORMED_QUERY"),
    (f"{HEAD} LastName IS NULL", "MALFORMED_QUERY"),
    (f"{HEAD} LastName = '{'x' * 4001}'", "MALFORMED_QUERY"),
    (f"{HEAD} CreatedDate = LAST_N_DAYS", "MALFORMED_QUERY"),
    (f"{HEAD} CreatedDate = LAST_FORTNIGHT", "MALFORMED_QUERY"),
    (f"{HEAD} CreatedDate > 2026-13-41T00:00:00Z", "MALFORMED_QUERY"),
    (f"{HEAD} LastName LIKE 'a%' LIMIT", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact LIMIT -1", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact OFFSET 5 LIMIT 5", "MALFORMED_QUERY"),
    ("SELECT Id FROM Contact LIMIT 50001", "MALFORMED_QUERY"),
    ("SELECT Id, Id FROM Contact", "MALFORMED_QUERY"),
    ("SELECT Id x FROM Contact", "MALFORMED_QUERY"),
    ("SELECT FIELDS(ALL) FROM Contact", "MALFORMED_QUERY"),
    ("SELECT FIELDS(CUSTOM) FROM Contact LIMIT 201", "MALFORMED_QUERY"),
    ("SELECT LastName, COUNT(Id) FROM Contact", "MALFORMED_QUERY"),
    ("SELECT Id FROM ContentDocumentLink", "MALFORMED_QUERY"),
    ("SELECT Id FROM ContentDocumentLink WHERE LinkedEntityId != null", "MALFORMED_QUERY"),
    (f"{HEAD} Id IN (SELECT WhoId, Id FROM Task)", "MALFORMED_QUERY"),
    (f"{HEAD} LastName IN (SELECT Subject FROM Task)", "MALFORMED_QUERY"),
    ("SELECT (SELECT Id FROM ActivityHistories) FROM Contact", "MALFORMED_QUERY"),
    ("SELECT Foo FROM Contact", "INVALID_FIELD"),
    ("SELECT Account.Foo FROM Contact", "INVALID_FIELD"),
    ("SELECT Foo.Name FROM Contact", "INVALID_FIELD"),
    ("SELECT AccountId.Name FROM Contact", "INVALID_FIELD"),
    ("SELECT What.Industry FROM Task", "INVALID_FIELD"),
    ("SELECT IsPersonAccount FROM Contact", "INVALID_FIELD"),
    ("SELECT Id FROM Contact ORDER BY Description", "INVALID_FIELD"),
    (f"{HEAD} Description = 'x'", "INVALID_FIELD"),
    (f"{HEAD} Description LIKE '%x%'", "INVALID_FIELD"),
    (f"{HEAD} LastName = 5", "INVALID_FIELD"),
    (f"{HEAD} CreatedDate > '2026-01-01'", "INVALID_FIELD"),
    (f"{HEAD} CreatedDate > 2026-01-01", "INVALID_FIELD"),
    (f"{HEAD} IsEmailBounced = 'true'", "INVALID_FIELD"),
    ("SELECT Id FROM Opportunity WHERE Amount > '5'", "INVALID_FIELD"),
    ("SELECT Id FROM Nowhere", "INVALID_TYPE"),
    ("SELECT Id FROM Contacts", "INVALID_TYPE"),
    ("SELECT (SELECT Id FROM Contact) FROM Account", "INVALID_TYPE"),
    ("SELECT Id FROM TaskRelation", "INVALID_TYPE"),
    ("SELECT Id FROM ActivityHistory", "INVALID_TYPE_FOR_OPERATION"),
    (f"{HEAD} Id = 'nonsense'", "INVALID_QUERY_FILTER_OPERATOR"),
    (f"{HEAD} AccountId LIKE '001%'", "INVALID_QUERY_FILTER_OPERATOR"),
    (f"{HEAD} CreatedDate LIKE '2026%'", "INVALID_QUERY_FILTER_OPERATOR"),
    (f"{HEAD} IsEmailBounced > false", "INVALID_QUERY_FILTER_OPERATOR"),
    (f"{HEAD} LastName INCLUDES ('a')", "INVALID_QUERY_FILTER_OPERATOR"),
    (f"{HEAD} Interests__c LIKE 'Bread%'", "INVALID_QUERY_FILTER_OPERATOR"),
    ("SELECT Id FROM Contact OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
]


@pytest.fixture(scope="module")
def reader() -> Client:
    """Somebody who only reads."""
    return signed_in()


@pytest.mark.parametrize("query", ACCEPTED)
def test_accepted(reader: Client, query: str) -> None:
    """It is answered."""
    answer = reader.soql(query)
    assert answer.status == 200, answer.json()


@pytest.mark.parametrize(("query", "wanted"), REFUSED)
def test_refused(reader: Client, query: str, wanted: str) -> None:
    """It is refused with exactly this code, in an array, with a message."""
    answer = reader.soql(query)
    assert code(answer) == (400, wanted)
    assert answer.json()[0]["message"]


def test_an_unknown_column_says_where_it_stands(reader: Client) -> None:
    """The message has row and column, as clients parse it."""
    message = reader.soql("SELECT Foo FROM Contact").json()[0]["message"]
    assert message == "ERROR at Row:1:Column:8\nNo such column 'Foo' on sobject of type Contact"


def quoted(text: str) -> str:
    """As the contract says it, in its order."""
    for raw, escaped in (
        *(("\\", "\\\\"), ("'", "\\'"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")),
        *(("\b", "\\b"), ("\f", "\\f")),
    ):
        text = text.replace(raw, escaped)
    return f"'{text}'"


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(TEXTS)
def test_any_text_can_be_quoted(text: str) -> None:
    """What was quoted by the rules is what is compared with, and nothing of it is read as SOQL."""
    query = soql.parse(f"{HEAD} LastName = {quoted(text)}")
    assert query.where is not None
    assert query.where[2] == (Value("string", text, quoted(text)[1:-1]),)


@given(TEXTS, TEXTS)
def test_a_quoted_like_matches_itself_alone(text: str, other: str) -> None:
    """With % and _ escaped too, LIKE finds exactly the text, whatever its case."""
    pattern = soql.like_pattern(quoted(text)[1:-1].replace("%", "\\%").replace("_", "\\_"))
    assert pattern.fullmatch(text.casefold())
    assert bool(pattern.fullmatch(other.casefold())) == (other.casefold() == text.casefold())


@given(TEXTS)
def test_any_statement_is_parsed_or_refused(text: str) -> None:
    """No text brings the fake down."""
    answer = _READER.soql(text)
    assert answer.status in (200, 400)


_READER = signed_in()


def test_text_is_compared_without_case(client: Client) -> None:
    """= and LIKE and IN alike; ids are compared with it."""
    mine = client.add("Contact", LastName="ÅNGSTRÖM-test")
    for condition in ("= 'ångström-TEST'", "LIKE 'ångström-t_s%'", "IN ('x', 'Ångström-Test')"):
        assert client.ids(f"{HEAD} LastName {condition}") == [mine]
    assert client.ids(f"{HEAD} Id = '{mine[:15]}'") == [mine]
    assert client.ids(f"{HEAD} Id = '{mine[:15].swapcase()}'") == []


def test_unequal_finds_what_is_empty(client: Client) -> None:
    """``!=`` is true of rows without a value, ``<`` and LIKE are not."""
    mine = client.add("Contact", LastName="Empty")
    assert client.ids(f"{HEAD} Id = '{mine}' AND Title != 'x'") == [mine]
    assert client.ids(f"{HEAD} Id = '{mine}' AND Title = null") == [mine]
    assert client.ids(f"{HEAD} Id = '{mine}' AND Title LIKE '%'") == []
    assert client.ids(f"{HEAD} Id = '{mine}' AND (NOT Title LIKE '%x%')") == [mine]


def test_phones_are_compared_as_stored(client: Client) -> None:
    """SOQL normalises nothing; digits with % between groups find what punctuation hides."""
    mine = client.add("Contact", LastName="Phone", Phone="(512) 757-6000")
    assert client.ids(f"{HEAD} Phone = '5127576000'") == []
    assert client.ids(f"{HEAD} Phone LIKE '%512%757%6000'") == [mine]


def test_parents_and_children_are_shown_with_their_attributes(client: Client) -> None:
    """Every record and every nested one carries type and address; an empty parent or no child is null."""
    account = client.add("Account", Name="Edge")
    mine = client.add("Contact", LastName="Gonzalez", FirstName="Rose", AccountId=account)
    client.add("Task", Subject="Call", WhoId=mine)
    row = client.rows(
        f"SELECT Account.Name, Id, ReportsTo.Name, (SELECT Subject FROM Tasks), (SELECT Id FROM Events) "
        f"FROM Contact WHERE Id = '{mine}'"
    )[0]
    assert list(row) == ["attributes", "Account", "Id", "ReportsTo", "Tasks", "Events"]
    assert row["attributes"] == {"type": "Contact", "url": f"/services/data/v62.0/sobjects/Contact/{mine}"}
    assert row["Account"]["attributes"]["url"].endswith(f"/Account/{account}")
    assert row["Account"]["Name"] == "Edge"
    assert row["ReportsTo"] is row["Events"] is None
    assert (row["Tasks"]["totalSize"], row["Tasks"]["records"][0]["Subject"]) == (1, "Call")


def test_a_polymorphic_parent_is_a_name(client: Client) -> None:
    """Who.Type tells a contact from a lead; of an owner a queue from a user."""
    lead = client.add("Lead", LastName="Prospect", Company="P")
    task = client.add("Task", Subject="Ring", WhoId=lead)
    row = client.rows(f"SELECT Who.Name, Who.Type, What.Name, Owner.Type FROM Task WHERE Id = '{task}'")[0]
    assert (row["Who"]["Name"], row["Who"]["Type"], row["What"]) == ("Prospect", "Lead", None)
    assert row["Who"]["attributes"]["type"] == "Name"
    assert row["Owner"]["Type"] == "User"


def test_order_limit_and_offset(client: Client) -> None:
    """Empty values come first ascending unless told otherwise; offset counts after sorting."""
    for last, title in (("P1", "b"), ("P2", None), ("P3", "A")):
        client.add("Contact", LastName=last, Title=title, Department="sorting")
    head = "SELECT LastName FROM Contact WHERE Department = 'sorting' ORDER BY Title"

    def names(more: str) -> list[str]:
        return [row["LastName"] for row in client.rows(head + more)]

    assert names("") == ["P2", "P3", "P1"]
    assert names(" NULLS LAST") == ["P3", "P1", "P2"]
    assert names(" DESC") == ["P2", "P1", "P3"]
    assert names(" DESC NULLS LAST LIMIT 1 OFFSET 1") == ["P3"]


def test_counting(client: Client) -> None:
    """COUNT() is a number without rows; groups are rows without a record."""
    total = client.soql("SELECT COUNT() FROM Case").json()
    assert total == {"totalSize": len(client.fake.records("Case")), "done": True, "records": []}
    row = client.rows("SELECT Status s, COUNT(Id), MAX(CreatedDate) last FROM Case GROUP BY Status")[0]
    assert (row["attributes"], row["s"], row["expr0"]) == ({"type": "AggregateResult"}, "New", total["totalSize"])
    assert row["last"].endswith(".000+0000")


def test_date_literals_are_days_of_the_user(make: Make) -> None:
    """TODAY begins at midnight where the user is."""
    lee = make("lee")  # New York: 09:00 UTC is 05:00 there
    wait(lee.fake, -6 * 3600)  # 23:00 the day before, there
    mine = lee.add("Contact", LastName="Yesterday")
    wait(lee.fake, 6 * 3600)
    lee.token = lee.fake.oauth.issue("lee", ("api",)).access_token
    assert lee.ids(f"{HEAD} Id = '{mine}' AND CreatedDate = TODAY") == []
    assert lee.ids(f"{HEAD} Id = '{mine}' AND CreatedDate = YESTERDAY") == [mine]
    assert lee.ids(f"{HEAD} Id = '{mine}' AND CreatedDate = LAST_N_DAYS:1") == [mine]
    assert lee.ids(f"{HEAD} Id = '{mine}' AND CreatedDate > TODAY") == []


def test_deleted_rows_are_in_query_all_only(client: Client) -> None:
    """/query forgets, /queryAll tells IsDeleted."""
    mine = client.add("Contact", LastName="Gone")
    assert client("DELETE", f"/sobjects/Contact/{mine}").status == 204
    query = f"SELECT Id, IsDeleted FROM Contact WHERE Id = '{mine}'"
    assert client.rows(query) == []
    assert client.rows(query, everything=True)[0]["IsDeleted"] is True


def test_a_hidden_field_does_not_exist(client: Client) -> None:
    """Field-level security: as unknown as a field that is not there, for this user alone."""
    client.fake.guard.hidden.add(("kim", "Contact", "MobilePhone"))
    assert code(client.soql("SELECT MobilePhone FROM Contact")) == (400, "INVALID_FIELD")
    assert code(client.soql("SELECT ReportsTo.MobilePhone FROM Contact")) == (400, "INVALID_FIELD")
    described = client.get("/sobjects/Contact/describe").json()["fields"]
    assert "MobilePhone" not in {field["name"] for field in described}
    client.fake.guard.hidden.clear()
    assert client.soql("SELECT MobilePhone FROM Contact").status == 200


def test_long_addresses_are_refused(client: Client) -> None:
    """16,384 bytes are the most; longer queries go into a composite request."""
    query = f"{HEAD} LastName IN ({', '.join(quoted('x' * 100) for _ in range(170))})"
    assert client.soql(query).status == 414
    part = {"method": "GET", "referenceId": "q", "url": "/services/data/v62.0/query?q=" + query.replace(" ", "+")}
    inner = client("POST", "/composite", {"compositeRequest": [part]}).json()["compositeResponse"][0]
    assert inner["httpStatusCode"] == 200
    assert client("GET", "/limits", headers={"x-long": "x" * 17_000}).status == 431


def test_long_statements_are_refused(client: Client) -> None:
    """100,000 characters are the most, however they arrive."""
    statement = f"{HEAD} LastName IN ({', '.join([quoted('x' * 900)] * 120)})"
    part = {"method": "GET", "referenceId": "q", "url": "/services/data/v62.0/query?q=" + statement.replace(" ", "+")}
    told = client("POST", "/composite", {"compositeRequest": [part]}).json()["compositeResponse"][0]
    assert (told["httpStatusCode"], told["body"][0]["errorCode"]) == (400, "MALFORMED_QUERY")
    assert "100000" in told["body"][0]["message"]


def test_deep_nesting_is_refused(client: Client) -> None:
    """However deep, it is an answer."""
    for query in (f"{HEAD} {'(' * 2500}Phone = '1'{')' * 2500}", f"{HEAD} {'NOT ' * 3000}Phone = '1'"):
        answer = client.soql(query)
        assert answer.status == 200 or code(answer) == (400, "QUERY_TOO_COMPLICATED")
    answer = client.sosl(f"FIND {{{'(' * 2500}rose{')' * 2500}}}")
    assert answer.status == 200 or code(answer) == (400, "MALFORMED_SEARCH")
