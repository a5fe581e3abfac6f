"""``/search`` and ``/actions/count``: modes, lag, paging, what they refuse."""

from __future__ import annotations

import attrs
import pytest
from tests.customer360_testkit.zoho.by_hand import Client, code

from customer360_testkit.fakes.zoho.store import FIRST_ID


def test_nothing_found_is_204(client: Client) -> None:
    """Without a body and without a content type (gotcha 6)."""
    assert client.search(phone="4999999999") == []
    assert client.search(email="nobody@nowhere.example") == []
    assert client.search(word="xyzzy") == []
    assert client.search(criteria="(Last_Name:equals:xyzzy)") == []


@pytest.mark.feature("D15")
def test_one_mode_is_needed(client: Client) -> None:
    """Without any it is refused; of several the first in order counts and the others are ignored."""
    assert code(client.get("/Contacts/search", fields="id")) == (400, "EXPECTED_PARAM_MISSING")
    who = client.add("Contacts", Last_Name="Prior", Email="prior@own.example", Phone="+4930777")
    client.settle()
    assert client.search(email="prior@own.example", phone="1", word="x") == [who]
    assert client.search(criteria="(Last_Name:equals:xyzzy)", email="prior@own.example") == []


@pytest.mark.parametrize("asked", ["+4930 123456", "4930123456", "30 123456", "123456", "(30) 123-456", "30.123.456"])
def test_phones(client: Client, asked: str) -> None:
    """Every phone field of the module, however it was typed, by any part of its digits."""
    spelled = {"Phone": "+49 30 123456", "Mobile": "4930 123456", "Home_Phone": "0049-30-123456", "Fax": "49 30123456"}
    for name, number in spelled.items():
        who = client.add("Contacts", Last_Name=name, **{name: number})
        client.settle()
        assert who in client.search(phone=asked), name


@pytest.mark.parametrize("asked", ["12", "1" * 51, "abc", "+49;30", "49/30", "١٢٣٤", "49%"])
def test_phones_that_are_none(client: Client, asked: str) -> None:
    """3 to 50 characters that a number may have."""
    assert code(client.get("/Contacts/search", phone=asked)) == (400, "INVALID_DATA")


def test_a_plus_must_be_encoded(client: Client) -> None:
    """An unencoded plus is a space on the wire."""
    who = client.add("Contacts", Last_Name="Plus", Phone="+4930777")
    client.settle()
    for query in ("phone=%2B4930777", "phone=+4930777"):
        answer = client("GET", f"/Contacts/search?{query}")
        assert [row["id"] for row in answer.json()["data"]] == [who], query


def test_emails(client: Client) -> None:
    """Every e-mail field, whatever the case, and parts of addresses as well: a client must look again."""
    one = client.add("Contacts", Last_Name="One", Secondary_Email="Ann@own.example")
    other = client.add("Contacts", Last_Name="Other", Email="joann@own.example")
    client.settle()
    assert client.search(email="ann@own.example") == [other, one]
    assert code(client.get("/Accounts/search", email="ann@own.example")) == (400, "INVALID_DATA"), "no such field"


def test_words(client: Client) -> None:
    """Beginnings of words in any text field, all of them, two characters at least."""
    who = client.add("Contacts", Last_Name="Wordsworth", Description="Prefers the telephone")
    client.settle()
    for word in ("words", "WORDSWORTH", "telep words", "prefers"):
        assert client.search(word=word) == [who], word
    assert client.search(word="ordsworth") == []
    assert client.search(word="words xyzzy") == []
    assert client.search(word="--") == []
    assert code(client.get("/Contacts/search", word="w")) == (400, "INVALID_DATA")


def test_modules_that_cannot_be_searched(client: Client) -> None:
    """400 NOT_SUPPORTED."""
    modules = client.fake.schema.modules
    modules["Vendors"] = attrs.evolve(modules["Vendors"], searchable=False)
    assert code(client.get("/Vendors/search", word="paper")) == (400, "NOT_SUPPORTED")


@pytest.mark.fault("X23")
def test_the_index_lags(client: Client) -> None:
    """What was created, changed or deleted is found as it was, until the index has caught up."""
    who = client.add("Contacts", Last_Name="Lag", Email="lag@own.example")
    assert client.search(email="lag@own.example") == []
    client.settle()
    assert client.search(email="lag@own.example") == [who]
    client("PUT", f"/Contacts/{who}", {"data": [{"Email": "new@own.example"}]})
    assert client.search(email="new@own.example") == []
    stale = client.get("/Contacts/search", email="lag@own.example").json()["data"][0]
    assert (stale["id"], stale["Email"]) == (who, "lag@own.example")
    client.settle()
    assert client.search(email="new@own.example") == [who]
    client("DELETE", f"/Contacts/{who}")
    assert client.search(email="new@own.example") == [who]
    client.settle()
    assert client.search(email="new@own.example") == []


def test_the_lag_is_set_by_the_test(client: Client) -> None:
    """``index_lag = 0`` makes search as fresh as everything else."""
    client.fake.index_lag = 0
    who = client.add("Contacts", Last_Name="Fresh")
    assert client.search(word="fresh") == [who]
    client("DELETE", f"/Contacts/{who}")
    assert client.search(word="fresh") == []


def test_pages_and_order(client: Client) -> None:
    """Newest first unless asked; ``info`` tells; beyond 2000 records nobody gets."""
    made = [client.add("Contacts", Last_Name=f"Pager {name}") for name in "bca"]
    client.settle()
    first = client.get("/Contacts/search", word="pager", per_page=2).json()
    assert [row["id"] for row in first["data"]] == [made[2], made[1]]
    assert first["info"] == {
        "per_page": 2, "count": 2, "page": 1, "more_records": True, "sort_by": "id", "sort_order": "desc",
    }  # fmt: skip
    assert client.search(word="pager", per_page=2, page=2) == [made[0]]
    assert client.search(word="pager", sort_by="Last_Name", sort_order="asc") == [made[2], made[0], made[1]]
    assert client.search(word="pager", page=10) == []
    answer = client.get("/Contacts/search", word="pager", page=11)
    assert code(answer) == (400, "LIMIT_REACHED")
    assert answer.json()["details"]["limit"] == "2000"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"page": 0}, "INVALID_DATA"),
        ({"page": "x"}, "INVALID_DATA"),
        ({"per_page": 201}, "INVALID_DATA"),
        ({"per_page": -1}, "INVALID_DATA"),
        ({"sort_order": "up"}, "INVALID_DATA"),
        ({"sort_by": "No_Such_Field"}, "INVALID_DATA"),
        ({"converted": "maybe"}, "INVALID_DATA"),
        ({"fields": ",".join(["Last_Name"] * 51)}, "LIMIT_EXCEEDED"),
    ],
)
def test_parameters_that_are_refused(client: Client, query: dict[str, str], expected: str) -> None:
    """Each with its code."""
    assert code(client.get("/Contacts/search", word="ada", **query)) == (400, expected)


def test_only_the_fields_asked_for(client: Client, contact: str) -> None:
    """And the id; unknown names are left out."""
    answer = client.get("/Contacts/search", email="ada@own.example", fields="Last_Name,Nothing")
    assert answer.json()["data"] == [{"Last_Name": "Lovelace", "id": contact}]


def test_converted_leads_disappear(client: Client) -> None:
    """The person goes on under a new id, as a contact; the lead is found only when asked for."""
    lead = client.add("Leads", Last_Name="Convert", Phone="+4930888")
    client.settle()
    who = client.fake.convert_lead(lead)
    client.settle()
    assert client.search("Leads", phone="4930888") == []
    assert client.search("Leads", phone="4930888", converted="true") == [lead]
    assert client.search("Leads", phone="4930888", converted="both") == [lead]
    assert client.search(phone="4930888") == [who]
    assert client.get("/Leads", fields="id", ids=lead).status == 204
    shown = client.read("Leads", lead)
    assert (shown["Converted__s"], shown["Converted_Contact"]["id"]) == (True, who)
    assert who != lead


def test_counts(client: Client) -> None:
    """All records, or those that a search would find; converted leads do not count."""
    assert client.get("/Contacts/actions/count").json() == {"count": len(client.fake.records("Contacts"))}
    before = client.get("/Leads/actions/count").json()["count"]
    lead = client.add("Leads", Last_Name="Counted")
    client.settle()
    assert client.get("/Leads/actions/count").json() == {"count": before + 1}
    assert client.get("/Leads/actions/count", word="counted").json() == {"count": 1}
    client.fake.convert_lead(lead)
    assert client.get("/Leads/actions/count").json() == {"count": before}


@pytest.mark.feature("D15")
def test_the_cast_is_there(client: Client) -> None:
    """Every number and address of the shared cast is in some module, as it was typed."""
    records = [record for module in ("Contacts", "Leads", "Accounts") for record in client.fake.records(module)]
    text = {value for record in records for value in record.values() if isinstance(value, str)}
    assert [phone.spelled for one in client.fake.cast for phone in one.phones if phone.spelled not in text] == []
    assert {one for member in client.fake.cast for one in member.emails} <= text
    assert len(client.fake.cast) >= 200
    assert all(client.fake.records(module) for module in client.fake.modules)
    assert all(int(record["id"]) >= FIRST_ID for record in records)
