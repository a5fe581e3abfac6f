"""Sessions, hosts, rates, rights: what stands before every call."""

from __future__ import annotations

import pytest
from tests.customer360_testkit.bullhorn.by_hand import ROOT, Client, Make, refusal


def test_the_token_may_be_in_three_places(client: Client) -> None:
    """Header, query, cookie."""
    token, client.token = client.token, None
    assert client.get("/ping", BhRestToken=token).status_code == 200
    assert client("GET", "/ping", headers={"cookie": f"a=b; BhRestToken={token}"}).status_code == 200
    assert client("GET", "/ping", headers={"BHRestToken": str(token)}).status_code == 200


@pytest.mark.parametrize(("reading", "empty"), [("empty", True), ("json", False)])
def test_missing_token_body(make: Make, reading: str, empty: bool) -> None:
    """No token at all is 412, with a body or without."""
    client = make(missing_token_body=reading)
    client.token = None
    answer = client.get("/ping")
    assert answer.status_code == 412
    assert (answer.content == b"") is empty


def test_a_token_is_for_one_tenant(client: Client) -> None:
    """Under the path of another it is worth nothing."""
    told = client.at(client.host, "GET", "/rest-services/e999/ping", params={"BhRestToken": client.token})
    assert told.status_code == 401


def test_an_access_token_is_no_session(client: Client) -> None:
    """Only the REST login takes it."""
    client.token = super(type(client.fake.oauth), client.fake.oauth).issue("kim", ()).access_token
    assert client.get("/ping").status_code == 401


def test_what_is_revoked_is_over(client: Client) -> None:
    """The user's sessions, too."""
    client.fake.oauth.revoke_user("kim")
    assert client.get("/ping").status_code == 401


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("PUT", "/ping", 405)])
def test_paths_and_methods(client: Client, method: str, path: str, status: int) -> None:
    """That are none."""
    answer = client(method, path)
    assert (answer.status_code, answer.json()["errorCode"]) == (status, status)
    assert client.at(client.host, "GET", "/elsewhere").status_code == 404


@pytest.mark.parametrize(("reading", "status"), [("body", 200), ("status", 429)])
@pytest.mark.fault("X4")
def test_throttled(make: Make, reading: str, status: int) -> None:
    """The rate is in headers; above it, the code may be in the body only; a minute later all is well."""
    client = make(throttled=reading)
    client.fake.guard.per_minute = 3
    answers = [client.get("/ping") for _ in range(4)]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[0].headers["ratelimit-limit"] == "3"
    assert (answers[3].status_code, answers[3].json()["errorCode"]) == (status, 429)
    client.wait(60)
    assert client.get("/ping").json()["sessionExpires"]


def test_a_minute_that_is_used_up(client: Client) -> None:
    """The limit is said in the body only, in the hardest reading."""
    assert client.fake.most_within == (1500, 60.0)
    assert client.fake.throttle()
    answer = client.get("/ping")
    assert (answer.status_code, answer.json()["errorCode"]) == (200, 429)


@pytest.mark.parametrize(("reading", "days"), [("100000_a_month", 30), ("100000_a_day", 1)])
def test_quota(make: Make, reading: str, days: int) -> None:
    """Calls of a month or of a day."""
    client = make(quota=reading, throttled="status")
    client.fake.guard.quota = 1
    assert client.get("/ping").status_code == 200
    client.wait(86_400 * days - 1)
    client.renew()
    assert client.get("/ping").status_code == 429
    client.wait(1)
    assert client.get("/ping").status_code == 200


@pytest.mark.parametrize(("reading", "most"), [("25", 25), ("50", 50)])
def test_sessions(make: Make, reading: str, most: int) -> None:
    """More at once are refused until some end."""
    client = make(sessions=reading)
    for _ in range(most - 1):
        client.fake.oauth.issue("lee", ())
    access = super(type(client.fake.oauth), client.fake.oauth).issue("kim", ()).access_token
    path, asked = "/rest-services/login", {"version": "*", "access_token": access}
    assert client.at("rest-emea.bullhornstaffing.com", "POST", path, params=asked).status_code == 429
    assert client.get("/logout").status_code == 200
    access = super(type(client.fake.oauth), client.fake.oauth).issue("kim", ()).access_token
    asked = {"version": "*", "access_token": access}
    assert client.at("rest-emea.bullhornstaffing.com", "POST", path, params=asked).status_code == 200


@pytest.mark.parametrize("reading", ["400", "403"])
def test_no_right(make: Make, reading: str) -> None:
    """What the user type does not allow, each by its name."""
    client = make(no_right=reading)
    mine = client.person()
    client.fake.guard.forbidden |= {("kim", "Candidate", right) for right in ("CREATE", "READ", "UPDATE", "DELETE")}
    sent = {"firstName": "A", "lastName": "B", "name": "A B"}
    answers = {
        "INSERT": client("PUT", "/entity/Candidate", sent),
        "READ": client.get(f"/entity/Candidate/{mine}", fields="id"),
        "UPDATE": client("POST", f"/entity/Candidate/{mine}", {"phone": "1"}),
        "DELETE": client("DELETE", f"/entity/Candidate/{mine}"),
    }
    for operation, answer in answers.items():
        assert refusal(answer) == (int(reading), f"Operation {operation} not allowed")
    assert client.search("*:*").status_code == int(reading)
    client.renew("lee")
    assert client.get(f"/entity/Candidate/{mine}", fields="id").status_code == 200


def test_no_secret_is_told(client: Client) -> None:
    """Neither the journal nor any repr holds a token, a password or the client's secret."""
    assert client.token
    client.get("/ping", BhRestToken=client.token)
    client.at("auth-emea.bullhornstaffing.com", "GET", "/oauth/authorize?action=Login&password=hidden-word")
    told = repr(list(client.fake.journal)) + repr(client.fake.oauth) + repr(client.fake.oauth.sessions.values())
    told += "".join(entry.query for entry in client.fake.journal)
    assert client.token not in told
    assert "hidden-word" not in told
    assert client.fake.client_secret not in told
    assert client.fake.journal.select("GET", f"{ROOT}/ping$")[0].account == "kim"
