"""The fake's contacts are read and written as the vendor's are."""

from __future__ import annotations

from typing import Any

import pytest

from customer360_testkit.fakes.exchange import WireRequest


@pytest.mark.feature("F147")
def test_mailboxes_are_private(make: Any) -> None:
    """Each user sees their own; some customers are in both."""
    kim = make()
    lee = type(kim)(kim.fake, kim.fake.oauth.issue("lee", ["Contacts.Read"]).access_token)
    contact = kim("GET", "/me/contacts?$top=1").json()["value"][0]["id"]
    assert lee("GET", f"/me/contacts/{contact}").status == 404
    assert lee("GET", "/users/kim@contoso.example/contacts").status == 403
    assert lee("POST", "/me/contacts", {"givenName": "A"}).status == 403


def test_people_live_where_somebody_typed_it(client: Any) -> None:
    """In the first address, in another one, or nowhere."""
    rows = client("GET", "/me/contacts?$top=100").json()["value"]
    names = ("businessAddress", "homeAddress", "otherAddress")
    told = [[name for name in names if row[name].get("countryOrRegion")] for row in rows]
    assert {tuple(each) for each in told} == {(), *((name,) for name in names)}


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


@pytest.mark.feature("F009")
def test_an_address_finds_its_contact_in_a_work_account(client: Any) -> None:
    """The one filter that is documented can be relied on there, at once and whatever the case."""
    made = client("POST", "/me/contacts", {"emailAddresses": [{"address": "Ann.O'Neil@Example.com"}]}).json()["id"]
    rows = client.filter("emailAddresses/any(a:a/address eq 'ann.o''neil@example.com')").json()["value"]
    assert [row["id"] for row in rows] == [made]


def test_contexts_name_the_user_and_the_containers(client: Any) -> None:
    """``@odata.context`` holds the user's id, whichever way the mailbox was asked for, and never a login name."""
    user = client.fake.users["kim"].id
    start = f"https://graph.microsoft.com/v1.0/$metadata#users('{user}')"
    page = client("GET", f"/users/{user}/contacts?$top=1").json()
    assert page["@odata.context"] == f"{start}/contacts"
    path = f"/me/contacts/{page['value'][0]['id']}"
    assert client("GET", path).json()["@odata.context"] == f"{start}/contacts/$entity"
    folder = client("GET", "/me/contactFolders").json()["value"][0]["id"]
    made = client("POST", f"/me/contactFolders/{folder}/contacts", {"givenName": "A"}).json()
    assert made["@odata.context"] == f"{start}/contactFolders('{folder}')/contacts/$entity"
    inside = client("GET", f"/me/contactFolders/{folder}/contacts").json()
    assert inside["@odata.context"] == f"{start}/contactFolders('{folder}')/contacts"
    assert client("GET", "/me").json()["@odata.context"].endswith("$metadata#users/$entity")


def test_ids_are_translated(client: Any) -> None:
    """Old ids become immutable ones and back; a wrong id, kind or too many are a 400."""
    loose = [row["id"] for row in client("GET", "/me/contacts?$top=2").json()["value"]]
    fixed = [row["id"] for row in client("GET", "/me/contacts?$top=2", prefer='IdType="ImmutableId"').json()["value"]]
    assert not set(loose) & set(fixed)

    def translate(ids: Any, source: str = "restId", target: str = "restImmutableEntryId") -> Any:
        body = {"inputIds": ids, "sourceIdType": source, "targetIdType": target}
        return client("POST", "/me/translateExchangeIds", body)

    there = translate(loose).json()["value"]
    assert [(one["sourceId"], one["targetId"]) for one in there] == list(zip(loose, fixed, strict=True))
    back = translate(fixed, "restImmutableEntryId", "restId").json()["value"]
    assert [one["targetId"] for one in back] == loose
    for refused in (translate(fixed), translate(loose * 501), translate("x"), translate(loose, target="other")):
        assert refused.status == 400


def test_open_extensions(client: Any) -> None:
    """Structured data under a name: made once, expanded, changed, deleted."""
    path = "/me/contacts/" + client("GET", "/me/contacts?$top=1").json()["value"][0]["id"]
    body = {
        "@odata.type": "microsoft.graph.openTypeExtension",
        "extensionName": "com.example.c360",
        "lastCall": {"at": "2026-05-21", "seconds": 3},
    }
    made = client("POST", path + "/extensions", body)
    again = client("POST", path + "/extensions", body)
    assert (made.status, again.status, again.json()["error"]["code"]) == (201, 409, "nameAlreadyExists")
    one = path + "/extensions/com.example.c360"
    assert client("PATCH", one, {"lastCall": None, "more": 1}).json()["more"] == 1
    shown = client("GET", path + "?$expand=extensions($filter=id%20eq%20'com.example.c360')").json()["extensions"]
    assert [(row["id"], row["lastCall"], row["more"]) for row in shown] == [("com.example.c360", None, 1)]
    assert "extensions" not in client("GET", path).json()
    assert client("GET", path + "?$expand=extensions($filter=id%20eq%20'other')").json()["extensions"] == []
    assert client("POST", path + "/extensions", {"extensionName": ""}).status == 400
    assert [client("DELETE", one).status for _ in range(2)] == [204, 404]


def test_folders(client: Any) -> None:
    """Folders hold contacts of their own; a name is taken once beside others; the default folder stays."""
    top = client("GET", "/me/contactFolders").json()["value"]
    made = client("POST", "/me/contactFolders", {"displayName": "VIP"})
    path = f"/me/contactFolders/{made.json()['id']}"
    assert made.status == 201
    twice = client("POST", "/me/contactFolders", {"displayName": "VIP"})
    assert (twice.status, twice.json()["error"]["code"]) == (409, "ErrorFolderExists")
    assert client("PATCH", path, {"displayName": top[0]["displayName"]}).status == 409
    assert client("POST", path + "/childFolders", {"displayName": "VIP"}).status == 201
    assert [row["displayName"] for row in client("GET", path + "/childFolders").json()["value"]] == ["VIP"]
    assert client("POST", "/me/contactFolders", {}).status == 400
    inside = client("POST", path + "/contacts", {"givenName": "Inside"}).json()
    assert inside["parentFolderId"] == made.json()["id"]
    assert client("GET", f"{path}/contacts/{inside['id']}").status == 200
    other = client("GET", "/me/contacts?$top=1").json()["value"][0]
    assert client("GET", f"{path}/contacts/{other['id']}").status == 404
    default = f"/me/contactFolders/{other['parentFolderId']}"
    assert [client(method, default, {"displayName": "X"}).status for method in ("PATCH", "DELETE")] == [403, 403]
    assert client("DELETE", path).status == 204
    assert client("GET", f"/me/contacts/{inside['id']}").status == 404


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/json"), (b"[]", "application/json"), (b"{", "application/json"),
        (b'{"surname": NaN}', "application/json"), (b'{"surname": "\\ud800"}', "application/json"),
        (b'{"surname": "\xff"}', "application/json"), (b'{"children":' + b"[" * 5000, "application/json"),
        (b'{"surname": "A"}', "text/plain"),
    ],
)  # fmt: skip
def test_bodies_that_are_no_bodies(client: Any, content: bytes, kind: str) -> None:
    """What is no JSON object of text is a 400 RequestBodyRead."""
    headers = (("authorization", f"Bearer {client.token}"), ("content-type", kind))
    answer = client.fake.answer(WireRequest("POST", "https://graph.microsoft.com/v1.0/me/contacts", headers, content))
    assert (answer.status, answer.json()["error"]["code"]) == (400, "RequestBodyRead")
