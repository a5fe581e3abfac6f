"""The fake's directory: who may look, and by what."""

from __future__ import annotations

from typing import Any

import pytest

COUNTED = "&$count=true"
EVENTUAL = {"ConsistencyLevel": "eventual"}


def test_the_directory_takes_a_permission_of_its_own(client: Any, make: Any) -> None:
    """Without it the answer is 403 Authorization_RequestDenied; with it colleagues are listed."""
    answer = client("GET", "/users")
    assert (answer.status, answer.json()["error"]["code"]) == (403, "Authorization_RequestDenied")
    allowed = make(scopes=("User.ReadBasic.All",))
    assert [row["displayName"] for row in allowed("GET", "/users").json()["value"]] == ["Kim Akers", "Lee Gu"]
    assert allowed("GET", "/users?$select=fax").status == 400


def test_who_signs_in_by_another_name_has_an_address_all_the_same(make: Any) -> None:
    """Work accounts tell both; personal ones are known by their address alone."""
    names = ("mail", "userPrincipalName")
    work, personal = (make(account=account)("GET", "/me").json() for account in ("work", "personal"))
    assert [work[name] for name in names] == ["kim@contoso.example", "k.akers@contoso.onmicrosoft.example"]
    assert [personal[name] for name in names] == [None, "kim@contoso.example"]
    for known in ("k.akers@contoso.onmicrosoft.example", work["id"]):
        assert make()("GET", f"/users/{known}/contacts?$top=1").status == 200
    assert make()("GET", "/users/kim@contoso.example/contacts?$top=1").status == 403


@pytest.mark.feature("F010")
def test_a_colleague_is_found_by_mobile_number_as_spelled(make: Any) -> None:
    """An advanced query: with the header and the count, and the number exactly as it is stored."""
    client = make(scopes=("User.Read.All",))
    exact = "mobilePhone eq '+44 7700 900981'"
    found = client.filter(exact, "/users", COUNTED, **EVENTUAL).json()
    assert (found["@odata.count"], found["value"][0]["displayName"]) == (1, "Kim Akers")
    assert client.filter("mobilePhone eq '+447700900981'", "/users", COUNTED, **EVENTUAL).json()["value"] == []
    for answer in (client.filter(exact, "/users", COUNTED), client.filter(exact, "/users", **EVENTUAL)):
        assert (answer.status, answer.json()["error"]["code"]) == (400, "Request_UnsupportedQuery")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("businessPhones/any(p:p eq '+49 30 23125 982')", "Request_UnsupportedQuery"),
        ("mobilePhone ne 'x'", "Request_UnsupportedQuery"),
        ("mobilePhone eq null", "Request_UnsupportedQuery"),
        ("contains(mobilePhone,'9')", "Request_UnsupportedQuery"),
        ("mobilePhone eq 'x' or mobilePhone eq 'y'", "Request_UnsupportedQuery"),
        ("fax eq 'x'", "RequestBroker--ParseUri"),
        ("mobilePhone eq 'x", "BadRequest"),
    ],
)
def test_filters_that_the_directory_refuses(make: Any, text: str, code: str) -> None:
    """Everything else is a 400."""
    answer = make(scopes=("User.Read.All",)).filter(text, "/users", COUNTED, **EVENTUAL)
    assert (answer.status, answer.json()["error"]["code"]) == (400, code)
