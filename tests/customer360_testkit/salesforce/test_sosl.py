"""SOSL and parameterized search: what they take, what they refuse, what they find."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer360_testkit.salesforce.by_hand import Client, Make, code, signed_in, wait

from customer360_testkit.fakes.salesforce import sosl
from customer360_testkit.fakes.salesforce.errors import SalesforceError

ACCEPTED = [
    "FIND {5127576000 OR 15127576000} IN PHONE FIELDS\nRETURNING Contact(Id, Name, Phone, MobilePhone, Email, "
    "Account.Name LIMIT 20), Lead(Id, Name, Phone, Company WHERE IsConverted = false LIMIT 20), Account(Id)",
    "FIND {rose}",
    "find {rose} in all fields returning Contact",
    'FIND {"rose@example.com"} IN EMAIL FIELDS RETURNING Contact(Id)',
    "FIND {ro*} IN NAME FIELDS RETURNING Contact(Id), Lead(Id) LIMIT 10",
    "FIND {r?se} IN SIDEBAR FIELDS RETURNING Account(Id, Name)",
    "FIND {O\\'Brien} RETURNING Contact(Id)",
    "FIND {\\+44 AND \\(020\\)} IN PHONE FIELDS RETURNING Contact(Id)",
    "FIND {(rose OR anna) AND NOT smith} RETURNING Contact(Id ORDER BY LastName DESC LIMIT 5)",
    "FIND {rose smith} RETURNING Contact(Id WHERE (Email != null AND Phone LIKE '%5%') OR Fax = '1')",
    'FIND {"AND"} RETURNING Contact(Id)',
    "FIND {a\\}b} RETURNING Contact(Id)",
    'FIND {"say \\"hi\\" \\\\ now"} RETURNING Contact(Id)',
    'FIND {"a-b+c"} RETURNING Contact(Id)',
]
REFUSED = [
    ("", "MALFORMED_SEARCH"),
    ("rose", "MALFORMED_SEARCH"),
    ("FIND rose RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND 'rose' RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND {rose RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND {} RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND {a} RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND {a OR bob} RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND {a*} RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND {*rose} RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND {?rose} RETURNING Contact", "MALFORMED_SEARCH"),
    ('FIND {"*rose"} RETURNING Contact', "MALFORMED_SEARCH"),
    ("FIND {O'Brien} RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND {+441234} IN PHONE FIELDS RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND {020-7946} IN PHONE FIELDS RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND {(512 757} RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND {rose AND} RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND {OR rose} RETURNING Contact", "MALFORMED_SEARCH"),
    ('FIND {"rose} RETURNING Contact', "MALFORMED_SEARCH"),
    ("FIND {rose} IN COLOUR FIELDS RETURNING Contact", "MALFORMED_SEARCH"),
    ("FIND {rose} RETURNING", "MALFORMED_SEARCH"),
    ("FIND {rose} RETURNING Contact()", "MALFORMED_SEARCH"),
    ("FIND {rose}} RETURNING Contact(Id)", "MALFORMED_SEARCH"),
    ("FIND {rose} RETURNING Contact(Id LIMIT 2001)", "MALFORMED_SEARCH"),
    ("FIND {rose} RETURNING Contact(Id WHERE Email = 'a' AND Fax = 'b' OR Phone = 'c')", "MALFORMED_SEARCH"),
    ("FIND {rose} RETURNING Contact(Foo)", "INVALID_FIELD"),
    ("FIND {rose} RETURNING Contact(Id WHERE Description = 'x')", "INVALID_FIELD"),
    ("FIND {rose} RETURNING Nowhere(Id)", "INVALID_TYPE"),
    ("FIND {rose} RETURNING OpportunityContactRole(Id)", "INVALID_TYPE"),
]
ALL = "RETURNING Contact(Id), Lead(Id), Account(Id)"


@pytest.fixture(scope="module")
def reader() -> Client:
    """Somebody who only reads."""
    return signed_in()


@pytest.mark.parametrize("query", ACCEPTED)
def test_accepted(reader: Client, query: str) -> None:
    """It is answered, with a flat list."""
    answer = reader.sosl(query)
    assert answer.status == 200, answer.json()
    assert isinstance(answer.json()["searchRecords"], list)


@pytest.mark.parametrize(("query", "wanted"), REFUSED)
def test_refused(reader: Client, query: str, wanted: str) -> None:
    """It is refused with exactly this code."""
    assert code(reader.sosl(query)) == (400, wanted)


def escaped(text: str) -> str:
    """Every reserved character of the contract behind one backslash."""
    return "".join(f"\\{one}" if one in "?&|!{}[]()^~*:\\\"'+-" else one for one in text)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(TEXTS)
def test_any_text_can_be_escaped(text: str) -> None:
    """An escaped text stays within its braces: it is searched for, or too short, and never read as SOSL."""
    words = [f'"{escaped(word)}"' if word.upper() in ("AND", "OR", "NOT") else escaped(word) for word in text.split()]
    statement = f"FIND {{{' '.join(words)}}} IN NAME FIELDS RETURNING Contact(Id LIMIT 7)"
    if not words or min(map(len, text.split())) < 2:
        with pytest.raises(SalesforceError, match="MALFORMED_SEARCH") as refused:
            sosl.parse(statement)
        assert "longer than one character" in refused.value.message
    else:
        assert [one.limit for one in sosl.parse(statement).tail.sources] == [7]


@given(TEXTS)
def test_a_phrase_needs_three_escapes(text: str) -> None:
    """Inside quotes the backslash and the quote are escaped; a brace would end the clause, and wildcards act."""
    inner = "".join(f"\\{one}" if one in '\\"}*?' else one for one in text)
    if len(text) < 2:
        return
    assert sosl.parse(f'FIND {{"{inner}"}} RETURNING Contact(Id)', "harmful").tail.group == "ALL"


@given(TEXTS)
def test_any_statement_is_parsed_or_refused(text: str) -> None:
    """No text brings the fake down, as a statement, a term or plain text."""
    assert _READER.sosl(text).status in (200, 400)
    assert _READER.sosl(f"FIND {{{text}}}").status in (200, 400)
    assert _READER("POST", "/parameterizedSearch", {"q": text}).status in (200, 400)


_READER = signed_in()


def test_phones_are_found_by_their_digits(client: Client) -> None:
    """Whatever the punctuation, in any phone field, custom ones too; a country code is not put on or taken off."""
    mine = client.add("Contact", LastName="Dial", Phone="(512) 757-6000", Direct_Line__c="+1 512.757.6001 ext. 42")
    client.settle()
    returning = "IN PHONE FIELDS RETURNING Contact(Id)"
    assert client.found(f"FIND {{5127576000}} {returning}") == [mine]
    assert client.found(f"FIND {{512\\-757\\-6000}} {returning}") == [mine]
    assert client.found(f'FIND {{"(512) 757-6000"}} {returning}') == [mine]
    assert client.found(f"FIND {{15127576001}} {returning}") == [mine]
    assert client.found(f"FIND {{512757*}} {returning}") == [mine]
    assert client.found(f"FIND {{15127576000}} {returning}") == []
    assert client.found(f"FIND {{15127576000 OR 5127576000}} {returning}") == [mine]
    assert client.found("FIND {5127576000} IN NAME FIELDS RETURNING Contact(Id)") == []


def test_partial_suffixes_are_a_switch(make: Make) -> None:
    """In the hard reading only whole numbers match; in the other seven digits or more do."""
    for reading, hits in (("whole", 0), ("suffix", 1)):
        client = make(phone_match=reading, index_lag="none")
        client.add("Contact", LastName="Suffix", Phone="+1 512 757 6000")
        assert len(client.found("FIND {7576000} IN PHONE FIELDS RETURNING Contact(Id)")) == hits
        assert client.found("FIND {576000} IN PHONE FIELDS RETURNING Contact(Id)") == []


def test_words_are_found_in_their_groups(client: Client) -> None:
    """Names, e-mails and everything are different groups; a name on a contact is its account's too."""
    account = client.add("Account", Name="Zyx Industries")
    mine = client.add(
        "Contact",
        LastName="O'Brien-Smythe",
        Email="zo.b@zyx.example",
        AccountId=account,
        Description="likes xylophones",
    )
    lead = client.add("Lead", LastName="Smythe", Company="Zyx Holding")
    client.settle()
    assert set(client.found(f"FIND {{zyx}} IN NAME FIELDS {ALL}")) == {mine, lead, account}
    assert client.found(f"FIND {{O\\'Brien}} IN NAME FIELDS {ALL} LIMIT 2000").count(mine) == 1
    assert client.found('FIND {"zo.b@zyx.example"} IN EMAIL FIELDS RETURNING Contact(Id)') == [mine]
    assert client.found("FIND {zo\\.b@zyx\\.example} IN EMAIL FIELDS RETURNING Contact(Id)") == [mine]
    assert client.found("FIND {xylophones} IN NAME FIELDS RETURNING Contact(Id)") == []
    assert client.found("FIND {xylo*} RETURNING Contact(Id)") == [mine]
    assert client.found("FIND {xylo} RETURNING Contact(Id)") == []
    assert client.found("FIND {xylophones AND NOT smythe} RETURNING Contact(Id)") == []
    assert client.found('FIND {"smythe brien"} RETURNING Contact(Id)') == []


@pytest.mark.fault("X9")
def test_the_index_lags(make: Make) -> None:
    """New, changed and deleted records reach the index later; a row that is shown is the row as it is."""
    for reading, seconds in (("900s", 900), ("60s", 60)):
        client = make(index_lag=reading)
        mine = client.add("Contact", LastName="Laggard")
        find = "FIND {laggard} RETURNING Contact(Id, Title)"
        wait(client.fake, seconds - 1)
        assert client.found(find) == []
        assert client.ids("SELECT Id FROM Contact WHERE LastName = 'Laggard'") == [mine]
        wait(client.fake, 1)
        assert client.found(find) == [mine]
        client("PATCH", f"/sobjects/Contact/{mine}", {"LastName": "Quick", "Title": "Boss"})
        assert client.sosl(find).json()["searchRecords"][0]["Title"] == "Boss"
        client("DELETE", f"/sobjects/Contact/{mine}")
        assert client.found(find) == []


def test_two_thousand_rows_are_shared(client: Client) -> None:
    """LIMIT of a statement cuts across objects, in the order of RETURNING."""
    rows = client.sosl("FIND {example} IN EMAIL FIELDS RETURNING Lead(Id LIMIT 3), Contact(Id) LIMIT 5").json()
    assert [row["attributes"]["type"] for row in rows["searchRecords"]] == ["Lead"] * 3 + ["Contact"] * 2


def test_parameterized_search(client: Client, contact: str) -> None:
    """No SOSL to escape: the same records, by POST and by GET."""
    body = {
        "q": "4930123456",
        "in": "PHONE",
        "fields": ["Id", "Name"],
        "overallLimit": 50,
        "defaultLimit": 20,
        "spellCorrection": False,
        "sobjects": [
            {"name": "Contact", "fields": ["Id", "Phone"], "limit": 20},
            {"name": "Lead", "where": "IsConverted = false"},
        ],
    }
    row = client("POST", "/parameterizedSearch", body).json()["searchRecords"][0]
    assert (row["Id"], row["Phone"]) == (contact, "+4930123456")
    asked = {"q": "ada@own.example", "in": "EMAIL", "sobject": "Contact", "Contact.fields": "Id,Name"}
    rows = client.get("/parameterizedSearch", **asked).json()["searchRecords"]
    assert [row["Name"] for row in rows] == ["Augusta Lovelace"]
    assert client("POST", "/parameterizedSearch", {"q": "+4930123456", "in": "PHONE"}).json()["searchRecords"]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({}, "MALFORMED_SEARCH"),
        ({"q": "a"}, "MALFORMED_SEARCH"),
        ({"q": "*ose"}, "MALFORMED_SEARCH"),
        ({"q": "rose", "defaultLimit": 5}, "MALFORMED_SEARCH"),
        ({"q": "rose", "defaultLimit": 2001, "sobjects": [{"name": "Contact"}]}, "MALFORMED_SEARCH"),
        ({"q": "rose", "in": "COLOUR"}, "JSON_PARSER_ERROR"),
        ({"q": "rose", "colour": "red"}, "JSON_PARSER_ERROR"),
        ({"q": "rose", "sobjects": [{"name": "Contact", "where": "Foo = 1"}]}, "INVALID_FIELD"),
        ({"q": "rose", "sobjects": [{"name": "Nowhere"}]}, "INVALID_TYPE"),
        ({"q": "rose", "sobjects": [{"name": "Contact", "where": "Email = 'a"}]}, "MALFORMED_QUERY"),
    ],
)
def test_parameterized_refused(client: Client, body: object, wanted: str) -> None:
    """It is refused with exactly this code."""
    assert code(client("POST", "/parameterizedSearch", body)) == (400, wanted)
