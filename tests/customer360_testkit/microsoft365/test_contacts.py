"""The fake's contacts answer and refuse as the vendor's do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer360_testkit.fakes.microsoft365.odata import parse_filter

EP = "String {00020329-0000-0000-C000-000000000046} Name c360Id"
ACCEPTED = [
    "emailAddresses/any(a:a/address eq 'ann@example.com')",
    "emailAddresses/any(x: x/address eq 'a''b@example.com')",
    "startswith(displayName,'Ann')",
    "startswith(givenName,'Ann')",
    "startswith(surname,'O''Neil')",
    "startswith(companyName,'A,(b)')",
    "displayName eq 'Ann Lee'",
    "lastModifiedDateTime ge 2026-05-01T00:00:00Z",
    f"singleValueExtendedProperties/Any(ep: ep/id eq '{EP}' and ep/value eq 'x')",
    f"singleValueExtendedProperties/any(ep: ep/id eq '{EP}' and ep/value ne 'x')",
    f"singleValueExtendedProperties/Any(ep: ep/id eq '{EP}' and contains(ep/value,'x'))",
    f"singleValueExtendedProperties/Any(ep: ep/id eq '{EP}' and startswith(ep/value,'x'))",
]
REFUSED = [
    ("businessPhones/any(p:p eq '1')", "ErrorInvalidUrlQueryFilter"),
    ("homePhones/any(p:p eq '1')", "ErrorInvalidUrlQueryFilter"),
    ("mobilePhone eq '1'", "ErrorInvalidUrlQueryFilter"),
    ("contains(displayName,'a')", "ErrorInvalidUrlQueryFilter"),
    ("endswith(displayName,'a')", "ErrorInvalidUrlQueryFilter"),
    ("displayName ne 'a'", "ErrorInvalidUrlQueryFilter"),
    ("emailAddresses/any(a:a/name eq 'a')", "ErrorInvalidUrlQueryFilter"),
    ("emailAddresses/any(a:a/address ne 'a')", "ErrorInvalidUrlQueryFilter"),
    ("emailAddresses/any(a:startswith(a/address,'a'))", "ErrorInvalidUrlQueryFilter"),
    ("emailAddresses/all(a:a/address eq 'a')", "ErrorInvalidUrlQueryFilter"),
    ("emailAddresses/any(a:b/address eq 'a')", "ErrorInvalidUrlQueryFilter"),
    ("singleValueExtendedProperties/Any(ep: ep/id eq 'x' and ep/value eq 'x')", "ErrorInvalidUrlQueryFilter"),
    ("displayName eq 'a' or displayName eq 'b'", "InefficientFilter"),
    ("not (displayName eq 'a')", "InefficientFilter"),
    ("phone eq 'a'", "RequestBroker--ParseUri"),
    ("displayName eq 'O'Neil'", "BadRequest"),
    ("displayName eq a b", "BadRequest"),
    ("displayName", "BadRequest"),
    ("", "BadRequest"),
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_filters_that_work(client: Any, text: str) -> None:
    """What the contract says works is answered."""
    assert client.filter(text).status == 200


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_filters_that_do_not(client: Any, text: str, code: str) -> None:
    """Everything else is refused with the vendor's own code."""
    answer = client.filter(text)
    assert (answer.status, answer.json()["error"]["code"]) == (400, code)
    assert set(answer.json()["error"]["innerError"]) == {"date", "request-id", "client-request-id"}


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_survives_quoting(text: str) -> None:
    """A doubled quote is all that a literal needs, whatever the text."""
    quoted = text.replace("'", "''")
    assert parse_filter(f"displayName eq '{quoted}'") == ("cmp", "displayName", "eq", text)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("$search=%22a%22&$filter=displayName%20eq%20%27a%27", "BadRequest"),
        ("$search=%22a%22&$orderby=displayName", "BadRequest"),
        ("$search=a%20b", "BadRequest"),
        ("$search=%22a%22b%22", "BadRequest"),
        ("$orderby=displayName&$filter=displayName%20eq%20%27a%27", "InefficientFilter"),
        ("$expand=photo", "BadRequest"),
        ("$expand=extensions(", "BadRequest"),
        ("$expand=singleValueExtendedProperties", "ErrorInvalidProperty"),
        ("$select=phone", "RequestBroker--ParseUri"),
        ("$top=1000", "BadRequest"),
        ("$top=0", "BadRequest"),
        ("$skip=-1", "BadRequest"),
        ("$apply=x", "BadRequest"),
    ],
)
def test_options_that_are_refused(client: Any, query: str, code: str) -> None:
    """Query options that do not exist, or do not go together, are a 400."""
    answer = client("GET", f"/me/contacts?{query}")
    assert (answer.status, answer.json()["error"]["code"]) == (400, code)


@pytest.mark.parametrize(
    ("switches", "text"),
    [
        ({"contains": "accepted"}, "contains(displayName,'a')"),
        ({"mobile_phone_filter": "exact"}, "mobilePhone eq '1'"),
        ({"combined_filter": "accepted"}, "displayName eq 'a' or displayName eq 'b'"),
    ],
)
def test_other_readings_accept_more(make: Any, switches: dict[str, str], text: str) -> None:
    """The other reading of a switch answers what the default refuses."""
    assert make(**switches).filter(text).status == 200


def test_pages_lead_through_everybody_once(client: Any) -> None:
    """Ten to a page; the links, on the Graph host, give every contact once."""
    seen, url = [], "/me/contacts?$count=true"
    while url:
        page = client("GET", url).json()
        assert page["@odata.count"] == len(client.fake.customers_of("kim"))
        seen += [row["id"] for row in page["value"]]
        url = page.get("@odata.nextLink", "")
        assert not url or url.startswith("https://graph.microsoft.com/v1.0/me/contacts?")
    assert len(seen) == len(set(seen)) == len(client.fake.customers_of("kim")) > 200


def test_mailboxes_are_private(make: Any) -> None:
    """Each user sees their own; some customers are in both."""
    kim = make()
    lee = type(kim)(kim.fake, kim.fake.oauth.issue("lee", ["Contacts.Read"]).access_token)
    contact = kim("GET", "/me/contacts?$top=1").json()["value"][0]["id"]
    assert lee("GET", f"/me/contacts/{contact}").status == 404
    assert lee("GET", "/users/kim@contoso.example/contacts").status == 403
    assert lee("POST", "/me/contacts", {"givenName": "A"}).status == 403


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


def test_extended_properties_compare_as_documented(client: Any) -> None:
    """Values compare without regard to case, names with; the property comes only when expanded."""
    property_ = {"id": EP, "value": "Key-1"}
    client("POST", "/me/contacts", {"givenName": "A", "singleValueExtendedProperties": [property_]})
    text = f"singleValueExtendedProperties/Any(ep: ep/id eq '{EP}' and ep/value eq 'key-1')"
    rows = client.filter(text).json()["value"]
    assert len(rows) == 1
    assert "singleValueExtendedProperties" not in rows[0]
    assert client.filter(text.replace("c360Id", "C360ID")).json()["value"] == []
    expand = f"&$expand=singleValueExtendedProperties($filter=id%20eq%20'{EP.replace(' ', '%20')}')"
    assert client.filter(text, more=expand).json()["value"][0]["singleValueExtendedProperties"] == [property_]


def test_delta_tells_changes_and_removals(client: Any) -> None:
    """Pages, then a link that gives what changed since; an expired one answers 410."""
    url, rows = "/me/contacts/delta", []
    while True:
        page = client("GET", url, prefer="odata.maxpagesize=100").json()
        rows += page["value"]
        if "@odata.deltaLink" in page:
            break
        url = page["@odata.nextLink"]
    assert len(rows) == len(client.fake.customers_of("kim"))
    link = page["@odata.deltaLink"]
    assert client("GET", link).json()["value"] == []
    client("DELETE", f"/me/contacts/{rows[0]['id']}")
    client("PATCH", f"/me/contacts/{rows[1]['id']}", {"surname": "New"})
    told = client("GET", link).json()["value"]
    assert told[0] == {"@removed": {"reason": "deleted"}, "id": rows[0]["id"]}
    assert told[1]["surname"] == "New"
    client.fake.expire_delta()
    answer = client("GET", link)
    assert (answer.status, answer.json()["error"]["code"]) == (410, "SyncStateNotFound")
    assert client("GET", "/me/contacts/delta?$skiptoken=junk").status == 400


def test_china_has_no_delta_and_no_linked_resources(make: Any) -> None:
    """Contact delta and linkedResources are absent there; a token of another cloud is worth nothing."""
    client = make(cloud="china", host="microsoftgraph.chinacloudapi.cn")
    assert client("GET", "/me/contacts").status == 200
    assert client("GET", "/me/contacts/delta").status == 400
    client.host = "graph.microsoft.com"
    assert client("GET", "/me/contacts").json()["error"]["code"] == "InvalidAuthenticationToken"


def test_people_and_search_are_fuzzy_and_late(make: Any) -> None:
    """People answer by name, never by phone or filter; search has an odd hit, and lags."""
    client = make(search_lag="30s")
    assert client("GET", "/me/people?$filter=displayName%20eq%20'a'").json()["error"]["code"] == "ErrorInvalidProperty"
    client("POST", "/me/contacts", {"givenName": "Xyzzyq"})
    assert len(client("GET", '/me/contacts?$search="xyzzyq"').json()["value"]) == 1
    client.fake.clock.advance(31)
    assert len(client("GET", '/me/contacts?$search="xyzzyq"').json()["value"]) == 2
    assert len(client("GET", '/me/people?$search="xyzzyq"').json()["value"]) == 1
