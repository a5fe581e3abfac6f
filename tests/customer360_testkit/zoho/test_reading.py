"""Lists, records, pages, deltas, deletions."""

from __future__ import annotations

from typing import Any

import pytest
from tests.customer360_testkit.zoho.by_hand import SCOPES, Client, Make, code, wait


def test_a_record(client: Client, contact: str) -> None:
    """All fields, lookups with names, times in the user's zone, system keys; or the fields asked for."""
    shown = client.read("Contacts", contact)
    assert shown["Full_Name"] == "Ada Lovelace"
    assert shown["Owner"] == {"name": "Kim Agent", "id": "6100000000000050002", "email": "kim@acme.example"}
    assert shown["Created_Time"] == "2026-05-14T10:00:00+01:00"
    assert (shown["$approved"], shown["Tag"], shown["Account_Name"]) == (True, [], None)
    few = client.get(f"/Contacts/{contact}", fields="Email").json()["data"]
    assert few == [{"Email": "ada@own.example", "id": contact}]


def test_times_are_in_the_users_zone(client: Client, contact: str) -> None:
    """The same instant looks different to each user (gotcha 14), whatever zone it was written in."""
    times = {"Start_DateTime": "2026-01-14T10:00:00+05:30", "End_DateTime": "2026-01-14T06:00:00+00:00"}
    event = client.add("Events", Event_Title="E", **times)
    seen = []
    for login in ("alex", "kim", "lee"):
        client.token = client.fake.oauth.issue(login, SCOPES).access_token
        seen.append(client.read("Events", event)["Start_DateTime"])
    assert seen == ["2026-01-14T05:30:00+01:00", "2026-01-14T04:30:00+00:00", "2026-01-13T23:30:00-05:00"]


@pytest.mark.parametrize(("reading", "expected"), [("204", 204), ("404", 404)])
def test_a_record_that_is_not_there(make: Make, reading: str, expected: int) -> None:
    """Nothing, or an error about the id; a name where an id belongs is always an error."""
    client = make(missing_record=reading)
    assert client.get("/Contacts/6100000000000999999").status == expected
    assert code(client.get("/Contacts/somebody")) == (400, "INVALID_DATA")


def test_a_list_needs_fields(client: Client) -> None:
    """The names, fifty at most (gotcha 9)."""
    answer = client.get("/Contacts")
    assert code(answer) == (400, "REQUIRED_PARAM_MISSING")
    assert answer.json()["details"] == {"param_name": "fields"}
    assert code(client.get("/Contacts", fields=",".join(["id"] * 51))) == (400, "LIMIT_EXCEEDED")
    assert client.get("/Contacts", fields=",".join(["id"] * 50)).status == 200
    assert code(client.get("/Contacts", fields="id", sort_by="Last_Name")) == (400, "INVALID_DATA")


def test_a_list_of_certain_records(client: Client, contact: str) -> None:
    """``ids`` names them; those that are not there are left out."""
    answer = client.get("/Contacts", fields="Last_Name", ids=f"{contact},6100000000000999999").json()
    assert answer["data"] == [{"Last_Name": "Lovelace", "id": contact}]


def walk(client: Client, per_page: int, **more: Any) -> list[str]:
    """Every id of the contacts, by page tokens."""
    found: list[str] = []
    token: str | None = None
    while True:
        query = {"page_token": token} if token else {}
        answer = client.get("/Contacts", fields="id", per_page=per_page, **query, **more).json()
        found += [row["id"] for row in answer["data"]]
        token = answer["info"]["next_page_token"]
        assert bool(token) is answer["info"]["more_records"]
        if token is None:
            return found


def test_pages_by_token(client: Client) -> None:
    """Every record once, in order, in as many pages as it takes."""
    ids = walk(client, 50)
    assert ids == sorted((record["id"] for record in client.fake.records("Contacts")), key=int, reverse=True)
    assert walk(client, 200, sort_order="asc") == ids[::-1]


def test_page_tokens_lead_back(client: Client) -> None:
    """The previous page has a token too, once one has gone by token; each expires a day after it was given out."""
    first = client.get("/Contacts", fields="id", per_page=5).json()
    assert first["info"]["previous_page_token"] is None
    assert first["info"]["page_token_expiry"] == "2026-05-15T10:00:00+01:00"
    query = {"page_token": first["info"]["next_page_token"]}
    second = client.get("/Contacts", fields="id", per_page=5, **query).json()
    assert second["info"]["page"] == 2
    query = {"page_token": second["info"]["previous_page_token"]}
    assert client.get("/Contacts", fields="id", per_page=5, **query).json()["data"] == first["data"]


def test_misuse_of_pages(client: Client) -> None:
    """Beyond 2000 without a token; a token with a page, with other parameters, of another user, too late, or none."""
    assert code(client.get("/Contacts", fields="id", page=11)) == (400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED")
    assert client.get("/Contacts", fields="id", page=10).status == 204
    token = client.get("/Contacts", fields="id", per_page=5).json()["info"]["next_page_token"]

    def refused(**query: Any) -> str:
        return code(client.get("/Contacts", **{"fields": "id", "per_page": 5, "page_token": token, **query}))[1]

    assert refused(page=2) == "AMBIGUITY_DURING_PROCESSING"
    assert refused(per_page=6) == "TOKEN_BOUND_DATA_MISMATCH"
    assert refused(fields="Email") == "TOKEN_BOUND_DATA_MISMATCH"
    assert refused(page_token="other") == "INVALID_DATA"
    client.token = client.fake.oauth.issue("lee", SCOPES).access_token
    assert refused() == "INVALID_DATA"
    wait(client.fake, 86_401)
    client.token = client.fake.oauth.issue("kim", SCOPES).access_token
    assert refused() == "EXPIRED_VALUE"


def test_beyond_a_hundred_thousand(client: Client) -> None:
    """No token leads further."""
    row = next(iter(client.fake.store.rows("Contacts")))
    table = client.fake.store.table("Contacts").rows
    for number in range(100_001 - len(table)):
        table[str(7 * 10**18 + number)] = {**row, "id": str(7 * 10**18 + number)}
    token = client.get("/Contacts", fields="id").json()["info"]["next_page_token"]
    bound = client.fake.paginator._tokens[token]
    client.fake.paginator._tokens[token] = type(bound)(bound.user, bound.params, 99_801, bound.expires)
    assert code(client.get("/Contacts", fields="id", page_token=token)) == (400, "PAGINATION_LIMIT_EXCEEDED")


def test_what_changed_since(client: Client, contact: str) -> None:
    """``If-Modified-Since``: the records that changed later, or 304 and no body."""
    headers = {"If-Modified-Since": "2026-05-14T09:00:01+00:00"}
    answer = client("GET", "/Contacts", fields="id", headers=headers)
    assert (answer.status, answer.content) == (304, b"")
    client("PUT", f"/Contacts/{contact}", {"data": [{"Title": "Countess"}]})
    changed = client("GET", "/Contacts", fields="id,Title", headers=headers).json()["data"]
    assert changed == [{"id": contact, "Title": "Countess"}]
    headers = {"If-Modified-Since": "yesterday"}
    assert code(client("GET", "/Contacts", fields="id", headers=headers)) == (400, "INVALID_DATA")


def test_what_was_deleted(client: Client, contact: str) -> None:
    """Id, name, kind, when and by whom; since a moment, or 304; what was merged away is gone for good."""
    assert client.get("/Contacts/deleted", type="all").status == 204
    client("DELETE", f"/Contacts/{contact}")
    gone = client.get("/Contacts/deleted", type="recycle").json()["data"]
    assert gone == [
        {
            "id": contact, "display_name": "Ada Lovelace", "type": "recycle",
            "deleted_time": "2026-05-14T10:01:01+01:00",
            "deleted_by": {"name": "Kim Agent", "id": "6100000000000050002"},
            "created_by": {"name": "Kim Agent", "id": "6100000000000050002"},
        }
    ]  # fmt: skip
    assert client.get("/Contacts/deleted", type="permanent").status == 204
    late = {"If-Modified-Since": "2026-05-14T09:01:01+00:00"}
    assert client("GET", "/Contacts/deleted", type="all", headers=late).status == 304
    early = {"If-Modified-Since": "2026-05-14T09:01:00+00:00"}
    assert client("GET", "/Contacts/deleted", type="all", headers=early).json()["data"] == gone
    assert code(client.get("/Contacts/deleted", type="some")) == (400, "INVALID_DATA")


@pytest.mark.feature("F118")
def test_merged_records(client: Client, contact: str) -> None:
    """What hung off the duplicate hangs off the record that stays; the duplicate is deleted for good."""
    other = client.add("Contacts", Last_Name="Lovelace")
    place = {"module": {"api_name": "Contacts"}, "id": other}
    note = client.add("Notes", Parent_Id=place, Note_Content="n")
    task = client.add("Tasks", Subject="t", Who_Id={"id": other})
    deal = client.add("Deals", Deal_Name="d", Stage="Qualification", Contact_Name={"id": other})
    client.fake.merge("Contacts", contact, other)
    assert client.get(f"/Contacts/{other}").status == 204
    assert client.read("Tasks", task)["Who_Id"] == {"name": "Ada Lovelace", "id": contact}
    assert client.read("Deals", deal)["Contact_Name"]["id"] == contact
    notes = client.get(f"/Contacts/{contact}/Notes", fields="Note_Content").json()["data"]
    assert [one["id"] for one in notes] == [note]
    gone = client.get("/Contacts/deleted", type="permanent").json()["data"]
    assert [one["id"] for one in gone] == [other]


def test_removed_by_somebody_else(client: Client, contact: str) -> None:
    """It goes to the recycle bin, as if deleted in Zoho itself."""
    client.fake.remove("Contacts", contact)
    assert client.get(f"/Contacts/{contact}").status == 204
    assert client.get("/Contacts/deleted").json()["data"][0]["deleted_by"]["name"] == "Alex Admin"
    with pytest.raises(ValueError, match="no record"):
        client.fake.remove("Contacts", contact)


def test_all_notes_are_for_administrators(make: Make) -> None:
    """403 NOT_SUPPORTED for others."""
    assert code(make().get("/Notes", fields="Note_Content")) == (403, "NOT_SUPPORTED")
    assert make("alex").get("/Notes", fields="Note_Content").status == 200


def test_names_of_external_fields(client: Client) -> None:
    """``X-EXTERNAL`` lets the value of an external field stand for the id, in reading, changing and deleting."""
    client.fake.schema.change_field("Contacts", "Customer_Number", unique=True, external=True)
    who = client.add("Contacts", Last_Name="Ext", Customer_Number="C 77")
    headers = {"X-EXTERNAL": "Contacts.Customer_Number"}
    assert client("GET", "/Contacts/C%2077", headers=headers).json()["data"][0]["id"] == who
    changed = client("PUT", "/Contacts/C%2077", {"data": [{"Title": "T"}]}, headers=headers).json()["data"][0]
    assert changed["details"]["id"] == who
    assert client("GET", "/Contacts/C%2078", headers=headers).status == 204
    assert code(client("PUT", "/Contacts/C%2078", {"data": [{}]}, headers=headers)) == (400, "INVALID_DATA")
    for wrong in ("Contacts.Last_Name", "Leads.Customer_Number", "Customer_Number"):
        assert code(client("GET", "/Contacts/C%2077", headers={"X-EXTERNAL": wrong})) == (400, "INVALID_DATA")
    assert client("DELETE", "/Contacts/C%2077", headers=headers).status == 200
    assert client.get(f"/Contacts/{who}").status == 204
