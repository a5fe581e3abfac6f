"""Sessions, hosts, versions, quotas, rights (contract sections 2.2 and 9)."""

from __future__ import annotations

import pytest
from tests.customer360_testkit.salesforce.by_hand import Client, Make, code, wait

from customer360_testkit.fakes.exchange import WireAnswer, WireRequest
from customer360_testkit.fakes.salesforce.fake import SalesforceFake

ROOT = "https://acme.my.salesforce.com/services/data"


def get(fake: SalesforceFake, url: str, *headers: tuple[str, str]) -> WireAnswer:
    return fake.answer(WireRequest("GET", url, headers))


def test_versions_need_no_session(client: Client) -> None:
    """Oldest first, named by release."""
    told = get(client.fake, ROOT).json()
    assert told[0]["version"] == "31.0"
    assert {"label": "Winter '25", "url": "/services/data/v62.0", "version": "62.0"} in told
    assert told[-1] == {"label": "Spring '26", "url": "/services/data/v66.0", "version": "66.0"}


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ((), "INVALID_AUTH_HEADER"),
        ((("authorization", "Bearer"),), "INVALID_AUTH_HEADER"),
        ((("authorization", "Basic a2lt"),), "INVALID_AUTH_HEADER"),
        ((("authorization", "Bearer nonsense"),), "INVALID_SESSION_ID"),
    ],
)
def test_no_session(client: Client, headers: tuple[tuple[str, str], ...], wanted: str) -> None:
    """401 in an array."""
    assert code(get(client.fake, f"{ROOT}/v62.0/limits", *headers)) == (401, wanted)


def test_both_words_for_a_token(client: Client) -> None:
    """OAuth is an old synonym of Bearer."""
    assert get(client.fake, f"{ROOT}/v62.0/limits", ("authorization", f"OAuth {client.token}")).status == 200


@pytest.mark.fault("X5")
def test_an_expired_session(client: Client) -> None:
    """The code and the message that clients refresh on."""
    client.fake.oauth.expire_access_tokens()
    told = client.get("/limits")
    assert told.status == 401
    assert told.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_the_data_are_at_the_own_host_only(client: Client) -> None:
    """The login host is the wrong host: the same code with another message."""
    bearer = ("authorization", f"Bearer {client.token}")
    for host in ("login.salesforce.com", "acme-dev-ed.develop.my.salesforce.com"):
        answer = get(client.fake, f"https://{host}/services/data/v62.0/limits", bearer)
        assert code(answer) == (401, "INVALID_SESSION_ID")


def test_the_api_scope_is_needed(make: Make) -> None:
    """A token for identity alone is no session of the REST API."""
    told = make("kim", ("id", "refresh_token")).get("/limits")
    assert (told.status, told.json()[0]["message"]) == (401, "This session is not valid for use with the REST API")


def test_retired_and_unknown_versions(client: Client) -> None:
    """Gone, or never there."""
    for version, wanted in (("v30.0", (410, "UNSUPPORTED_API_VERSION")), ("v67.0", (404, "NOT_FOUND"))):
        client.version = version
        assert code(client.get("/limits")) == wanted
    client.version = "62"
    assert code(client.get("/limits")) == (404, "NOT_FOUND")


def test_unknown_resources_and_methods(client: Client) -> None:
    """404 and 405."""
    assert code(client.get("/nowhere")) == (404, "NOT_FOUND")
    assert code(client.get("/sobjects/Nowhere/describe")) == (404, "NOT_FOUND")
    assert code(client("PUT", "/limits")) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.fault("X4")
def test_the_quota_of_a_day(client: Client) -> None:
    """Used up: 403, the status of "no permission", and no hint when to come back; a day later there is room again."""
    client.fake.guard.quota = 3
    for used in (1, 2, 3):
        assert client.get("/limits").header("sforce-limit-info") == f"api-usage={used}/3"
    answer = client.get("/limits")
    assert code(answer) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert answer.json()[0]["message"] == "TotalRequests Limit exceeded."
    assert answer.header("retry-after") is None
    wait(client.fake, 7199)
    assert client.get("/limits").status == 403
    wait(client.fake, 86_400 - 7199)
    client.token = client.fake.oauth.issue("kim", ("api",)).access_token
    assert client.get("/limits").json()["DailyApiRequests"] == {"Max": 3, "Remaining": 2}


def test_a_composite_request_counts_once(client: Client) -> None:
    """However many parts it has."""
    part = {"method": "GET", "url": "/services/data/v62.0/limits"}
    client("POST", "/composite", {"compositeRequest": [{**part, "referenceId": f"r{at}"} for at in range(9)]})
    assert client.fake.guard.used == 1


@pytest.mark.fault("X4")
def test_long_requests_at_once(client: Client) -> None:
    """Only those that run for 20 seconds count, and they are 25 at most."""
    bearer = (("authorization", f"Bearer {client.token}"),)
    request = WireRequest("GET", f"{ROOT}/v62.0/limits", bearer)
    running = [client.fake.open(request) for _ in range(25)]
    wait(client.fake, 19)
    assert client.get("/limits").status == 200
    wait(client.fake, 1)
    answer = client.get("/limits")
    assert code(answer) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert answer.json()[0]["message"].startswith("ConcurrentRequests")
    client.fake.close(running[0])
    assert client.get("/limits").status == 200


def test_no_api_access(client: Client) -> None:
    """For a user, for an organisation."""
    client.fake.guard.without_api = {"kim"}
    assert code(client.get("/limits")) == (403, "API_CURRENTLY_DISABLED")
    client.fake.guard.without_api = {"*"}
    assert code(client.get("/limits")) == (403, "API_DISABLED_FOR_ORG")


@pytest.mark.parametrize(("reading", "status"), [("403", 403), ("400", 400)])
def test_rights_of_a_profile(make: Make, reading: str, status: int) -> None:
    """Reading goes on where writing is not allowed; the list of objects tells which it is."""
    client = make(access_status=reading)
    mine = client.member(0)
    client.fake.guard.forbidden = {("kim", "Contact", "create"), ("kim", "*", "update"), ("kim", "Contact", "delete")}
    wanted = status, "INSUFFICIENT_ACCESS_OR_READONLY"
    assert code(client("POST", "/sobjects/Contact", {"LastName": "x"})) == wanted
    assert code(client("PATCH", f"/sobjects/Contact/{mine}", {"LastName": "x"})) == wanted
    assert code(client("DELETE", f"/sobjects/Contact/{mine}")) == wanted
    assert client.read("Contact", mine)["Id"] == mine
    assert client.add("Lead", LastName="x", Company="y")
    listed = {one["name"]: one for one in client.get("/sobjects").json()["sobjects"]}
    rights = [(listed[name]["createable"], listed[name]["updateable"]) for name in ("Contact", "Lead")]
    assert rights == [(False, False), (True, False)]


def test_a_hidden_object_is_not_there(client: Client) -> None:
    """Neither listed nor described nor queried."""
    client.fake.guard.hidden = {("kim", "Case", "*")}
    listed = {one["name"] for one in client.get("/sobjects").json()["sobjects"]}
    assert "Case" not in listed
    assert "Contact" in listed
    assert code(client.get("/sobjects/Case/describe")) == (404, "NOT_FOUND")
    assert code(client.soql("SELECT Id FROM Case")) == (400, "INVALID_TYPE")
