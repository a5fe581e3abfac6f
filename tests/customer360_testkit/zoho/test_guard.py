"""What stands before every endpoint: header, host, scopes, rights, credits, requests in flight."""

from __future__ import annotations

import pytest
from tests.customer360_testkit.zoho.by_hand import SCOPES, Client, Make, code, wait

from customer360_testkit.fakes.exchange import WireRequest

ORG = "https://www.zohoapis.eu/crm/v8/org"


@pytest.mark.parametrize("header", [None, "", "Bearer {}", "zoho-oauthtoken {}", "Zoho-oauthtoken", "{}"])
def test_the_header(client: Client, header: str | None) -> None:
    """``Authorization: Zoho-oauthtoken`` and nothing else."""
    pairs = () if header is None else (("authorization", header.format(client.token)),)
    assert code(client.fake.answer(WireRequest("GET", ORG, pairs))) == (401, "AUTHENTICATION_FAILURE")


def test_a_token_that_nobody_gave_out(client: Client) -> None:
    """Refused as unknown: refreshing would not help."""
    client.token = "1000.other"
    assert code(client.get("/org")) == (401, "AUTHENTICATION_FAILURE")


@pytest.mark.parametrize(
    ("scopes", "method", "path", "query"),
    [
        (("ZohoCRM.modules.ALL",), "GET", "/Contacts/search", {"phone": "123"}),
        (("ZohoSearch.securesearch.READ",), "GET", "/Contacts/search", {"phone": "123"}),
        (("ZohoCRM.modules.ALL",), "GET", "/Contacts/actions/count", {}),
        (("ZohoCRM.modules.leads.READ",), "GET", "/Contacts", {"fields": "id"}),
        (("ZohoCRM.modules.contacts.READ",), "POST", "/Contacts", {}),
        (("ZohoCRM.modules.ALL",), "GET", "/settings/fields", {"module": "Contacts"}),
        (("ZohoCRM.settings.fields.READ",), "GET", "/settings/layouts", {"module": "Contacts"}),
        (("ZohoCRM.modules.ALL",), "GET", "/users", {"type": "CurrentUser"}),
        (("ZohoCRM.users.READ",), "GET", "/org", {}),
        (("ZohoCRM.modules.ALL",), "POST", "/__composite_requests", {}),
    ],
)
def test_a_scope_that_is_missing(
    make: Make, scopes: tuple[str, ...], method: str, path: str, query: dict[str, str]
) -> None:
    """401 OAUTH_SCOPE_MISMATCH, before anything else is looked at."""
    assert code(make(scopes=scopes)(method, path, **query)) == (401, "OAUTH_SCOPE_MISMATCH")


@pytest.mark.parametrize(
    ("scopes", "path", "query"),
    [
        (("ZohoCRM.modules.contacts.READ", "ZohoSearch.securesearch.READ"), "/Contacts/search", {"phone": "123"}),
        (("ZohoCRM.modules.contacts.ALL",), "/Contacts", {"fields": "id"}),
        (("ZohoCRM.settings.fields.READ",), "/settings/fields", {"module": "Contacts"}),
    ],
)
def test_the_narrowest_scopes_suffice(make: Make, scopes: tuple[str, ...], path: str, query: dict[str, str]) -> None:
    """No more is needed than the contract says."""
    assert make(scopes=scopes).get(path, **query).status in (200, 204)


def test_rights_of_a_profile(client: Client) -> None:
    """403 NO_PERMISSION names the permission; the data that a user may not see is 400 AUTHORIZATION_FAILED."""
    client.fake.guard.forbidden.add(("kim", "Calls", "CREATE"))
    answer = client("POST", "/Calls", {"data": [{}]})
    assert code(answer) == (403, "NO_PERMISSION")
    assert answer.json()["details"]["permissions"]
    client.fake.guard.withheld.add(("kim", "Deals"))
    assert code(client.get("/Deals", fields="id")) == (400, "AUTHORIZATION_FAILED")
    assert client.get("/Calls", fields="id").status == 200


@pytest.mark.fault("X4")
def test_credits_come_back_after_a_day(client: Client) -> None:
    """Each call takes one; none left is 429; a day after it was used, it is there again."""
    guard = client.fake.guard
    guard.credits = 2
    assert client.get("/org").status == 200
    wait(client.fake, 1800)
    assert client.get("/org").status == 200
    assert code(client.get("/org")) == (429, "LIMIT_EXCEEDED")
    assert client.get("/org").header("retry-after") is None
    wait(client.fake, 86_400 - 1800)
    client.token = client.fake.oauth.issue("kim", SCOPES).access_token
    assert client.get("/org").status == 200
    assert client.get("/org").status == 429, "only the first has come back"


@pytest.mark.fault("X4")
def test_too_many_in_flight(client: Client) -> None:
    """The eleventh is refused while ten are open, and not afterwards."""
    request = WireRequest("GET", ORG, (("authorization", f"Zoho-oauthtoken {client.token}"),))
    exchanges = [client.fake.open(request) for _ in range(11)]
    answers = [one.answer for one in exchanges if one.answer is not None]
    assert [answer.status for answer in answers] == [200] * 10 + [429]
    assert code(answers[-1]) == (429, "TOO_MANY_REQUESTS")
    for exchange in exchanges:
        client.fake.close(exchange)
    assert client.get("/org").status == 200


def test_heavy_calls_count_by_themselves(client: Client) -> None:
    """COQL and writes of more than ten records have a limit of their own."""
    client.fake.guard.concurrency = 25
    url = "https://www.zohoapis.eu/crm/v8/"
    headers = (("authorization", f"Zoho-oauthtoken {client.token}"),)
    query = b'{"select_query": "select id from Leads where id is not null"}'
    open_now = [client.fake.open(WireRequest("POST", url + "coql", headers, query)) for _ in range(10)]
    assert code(client.coql("select id from Leads where id is not null")) == (429, "TOO_MANY_REQUESTS")
    assert code(client("POST", "/Leads", {"data": [{"Last_Name": "L"}] * 11})) == (429, "TOO_MANY_REQUESTS")
    assert client("POST", "/Leads", {"data": [{"Last_Name": "L"}] * 10}).status == 201
    client.fake.close(open_now[0])
    assert client.coql("select id from Leads where id is not null").status == 200


def test_a_composite_request_weighs_five(client: Client) -> None:
    """With six others open there is no room for one."""
    headers = (("authorization", f"Zoho-oauthtoken {client.token}"),)
    body = {"__composite_requests": [{"method": "GET", "uri": "/crm/v8/org"}]}
    others = [client.fake.open(WireRequest("GET", ORG, headers)) for _ in range(6)]
    assert code(client("POST", "/__composite_requests", body)) == (429, "TOO_MANY_REQUESTS")
    client.fake.close(others[0])
    assert client("POST", "/__composite_requests", body).status == 200
    assert client.get("/org").status == 200, "its weight left with it"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/Nowhere?fields=id", (404, "INVALID_MODULE")),
        ("GET", "/Reports?fields=id", (400, "NOT_SUPPORTED")),
        ("PATCH", "/Contacts/6100000000000100001", (400, "INVALID_REQUEST_METHOD")),
        ("POST", "/Contacts/6100000000000100001", (400, "INVALID_REQUEST_METHOD")),
        ("GET", "/a/b/c/d/e", (404, "INVALID_URL_PATTERN")),
        ("GET", "/settings/nothing", (404, "INVALID_MODULE")),
    ],
)
def test_paths(client: Client, method: str, path: str, expected: tuple[int, str]) -> None:
    """A wrong verb is 400, not 405."""
    assert code(client(method, path)) == expected


def test_other_versions_are_not_there(client: Client) -> None:
    """This fake is v8."""
    headers = (("authorization", f"Zoho-oauthtoken {client.token}"),)
    answer = client.fake.answer(WireRequest("GET", "https://www.zohoapis.eu/crm/v2/Contacts", headers))
    assert code(answer) == (404, "INVALID_URL_PATTERN")
