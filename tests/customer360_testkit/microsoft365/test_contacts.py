"""The fake's contacts are read and written as the vendor's are."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.feature("F147")
def test_mailboxes_are_private(make: Any) -> None:
    """Each user sees their own; some customers are in both."""
    kim = make()
    lee = type(kim)(kim.fake, kim.fake.oauth.issue("lee", ["Contacts.Read"]).access_token)
    contact = kim("GET", "/me/contacts?$top=1").json()["value"][0]["id"]
    assert lee("GET", f"/me/contacts/{contact}").status == 404
    assert lee("GET", "/users/kim@contoso.example/contacts").status == 403
    assert lee("POST", "/me/contacts", {"givenName": "A"}).status == 403


@pytest.mark.feature("F011")
@pytest.mark.feature("F013")
def test_write_read_clear_delete(client: Any) -> None:
    """Absent members stay, collections are replaced, null clears; names are derived; a deleted contact is gone."""
    made = client(
        "POST", "/me/contacts", {"givenName": "Ann", "surname": "Lee", "businessPhones": ["1", "2"], "jobTitle": "x"}
    )
    row = made.json()
    assert (made.status, row["displayName"], row["fileAs"]) == (201, "Ann Lee", "Lee, Ann")
    path = f"/me/contacts/{row['id']}"
    changed = client("PATCH", path, {"businessPhones": ["3"], "jobTitle": None}).json()
    assert (changed["businessPhones"], changed["jobTitle"], changed["givenName"]) == (["3"], None, "Ann")
    stale = client("PATCH", path, {"jobTitle": "y"}, if_match=row["@odata.etag"])
    assert (stale.status, stale.json()["error"]["code"]) == (412, "ErrorIrresolvableConflict")
    assert client("PATCH", path, {"jobTitle": "y"}, if_match=changed["@odata.etag"]).status == 200
    assert client("DELETE", path).status == 204
    assert client("GET", path).json()["error"]["code"] == "ErrorItemNotFound"


@pytest.mark.feature("F012")
@pytest.mark.parametrize(
    "body",
    [
        {"phone": "1"}, {"businessPhones": "1"}, {"businessPhones": None}, {"businessPhones": ["1", "2", "3"]},
        {"emailAddresses": [{"address": str(n)} for n in range(4)]}, {"emailAddresses": [{"mail": "a"}]},
        {"mobilePhone": 1}, {"id": "x"}, {"homeAddress": {"zip": "1"}}, {"birthday": "soon"},
    ],
)  # fmt: skip
def test_bodies_that_are_refused(client: Any, body: dict[str, Any]) -> None:
    """Unknown members, wrong types and too many values are a 400, and nothing is stored."""
    before = len(client.fake.records("contacts"))
    assert client("POST", "/me/contacts", body).status == 400
    assert len(client.fake.records("contacts")) == before


def test_conflict_out_of_nothing(make: Any) -> None:
    """The first write right after creation may fail with 412; the second goes through."""
    client = make(spurious_conflict="once_after_create")
    path = "/me/contacts/" + client("POST", "/me/contacts", {"givenName": "A"}).json()["id"]
    assert [client("PATCH", path, {"surname": "B"}).status for _ in range(2)] == [412, 200]


def test_ids_change_on_move_unless_immutable(client: Any) -> None:
    """A move changes the default id; the immutable id stays, and the two do not mix."""
    fixed_prefer = 'IdType="ImmutableId"'
    loose = client("GET", "/me/contacts?$top=1").json()["value"][0]["id"]
    fixed = client("GET", "/me/contacts?$top=1", prefer=fixed_prefer).json()["value"][0]["id"]
    assert client("GET", f"/me/contacts/{fixed}").json()["error"]["code"] == "ErrorInvalidIdMalformed"
    folder = client("GET", "/me/contactFolders").json()["value"][0]["id"]
    client.fake.move_contact("kim", loose, folder)
    assert client("GET", f"/me/contacts/{loose}").status == 404
    assert client("GET", f"/me/contacts/{fixed}", prefer=fixed_prefer).status == 200
    assert len(client("GET", f"/me/contactFolders/{folder}/contacts").json()["value"]) == 1


@pytest.mark.feature("F008")
@pytest.mark.fault("X23")
def test_people_and_search_are_fuzzy_and_late(make: Any) -> None:
    """People answer by name, never by phone or filter; search has an odd hit, and lags."""
    client = make(search_lag="30s")
    assert client("GET", "/me/people?$filter=displayName%20eq%20'a'").json()["error"]["code"] == "ErrorInvalidProperty"
    client("POST", "/me/contacts", {"givenName": "Xyzzyq"})
    assert len(client("GET", '/me/contacts?$search="xyzzyq"').json()["value"]) == 1
    client.fake.clock.advance(31)
    assert len(client("GET", '/me/contacts?$search="xyzzyq"').json()["value"]) == 2
    assert len(client("GET", '/me/people?$search="xyzzyq"').json()["value"]) == 1
