"""The frame's faults and journal, as this fake honours them; and the fake over HTTP."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.customer360_testkit.zoho.by_hand import SCOPES, Client, code, wait

from customer360_testkit.fakes import faults
from customer360_testkit.fakes.exchange import AnswerLost
from customer360_testkit.fakes.registry import fake_named
from customer360_testkit.fakes.serving import serve
from customer360_testkit.fakes.zoho.fake import ZohoFake

QUERY = "select id from Contacts where id is not null limit 0, 5"


@pytest.mark.fault("X1")
@pytest.mark.fault("X2")
@pytest.mark.parametrize("applied", [True, False])
def test_an_answer_that_is_lost(client: Client, applied: bool) -> None:
    """The record is there, or not; the client cannot know."""
    client.fake.faults.add(faults.drop(applied=applied), method="POST")
    before = len(client.fake.records("Leads"))
    with pytest.raises(AnswerLost):
        client("POST", "/Leads", {"data": [{"Last_Name": "L"}]})
    assert len(client.fake.records("Leads")) - before == applied
    assert [entry.applied for entry in client.fake.journal] == [applied]


@pytest.mark.fault("X22")
def test_a_create_that_comes_late(client: Client) -> None:
    """It takes effect once its time has come, before the next request is answered."""
    client.fake.faults.add(faults.late(30.0), method="POST")
    with pytest.raises(AnswerLost):
        client("POST", "/Leads", {"data": [{"Last_Name": "Late"}]})
    query = "select id from Leads where Last_Name = 'Late'"
    assert client.coql(query).status == 204
    wait(client.fake, 30)
    assert client.coql(query).status == 200


@pytest.mark.fault("X12")
def test_a_batch_that_succeeds_in_part(client: Client) -> None:
    """The records that the fault names fail, the others are done."""
    client.fake.faults.add(faults.partial(0, 2), method="POST")
    answer = client("POST", "/Leads", {"data": [{"Last_Name": str(number)} for number in range(3)]})
    assert [row["status"] for row in answer.json()["data"]] == ["error", "success", "error"]


@pytest.mark.fault("X11")
@pytest.mark.parametrize("kind", ["same", "cycle", "endless", "empty", "shrinks"])
def test_lists_that_never_end(client: Client, kind: Any) -> None:
    """Lists, searches and COQL promise more for ever; what they show is as the fault says."""
    client.fake.faults.add(faults.page_loop(kind), times=None)
    pages: list[list[str]] = []
    tokens: list[str] = []
    query: dict[str, str] = {}
    for _ in range(6):
        answer = client.get("/Contacts", fields="id", per_page=5, **query).json()
        pages.append([row["id"] for row in answer["data"]])
        assert answer["info"]["more_records"]
        tokens.append(answer["info"]["next_page_token"])
        query = {"page_token": tokens[-1]}
    assert client.get("/Contacts/search", word="ad", per_page=5).json()["info"]["more_records"]
    assert client.coql(QUERY).json()["info"]["more_records"]
    match kind:
        case "same":
            assert pages == [pages[0]] * 6
            assert len(set(tokens)) == 1
        case "cycle":
            assert pages[0] != pages[1]
            assert pages == pages[:2] * 3
        case "endless":
            assert len(set(tokens)) == 6
        case "empty":
            assert pages == [[]] * 6
        case "shrinks":
            assert [len(page) for page in pages] == [4] * 6


@pytest.mark.fault("X4")
def test_a_status_on_demand(client: Client) -> None:
    """Once, with the headers that it is given; then all is well."""
    client.fake.faults.add(faults.status(429, headers=(("Retry-After", "7"),)), path="/crm/v8/org")
    answer = client.get("/org")
    assert (answer.status, answer.header("retry-after")) == (429, "7")
    assert client.get("/org").status == 200


def test_reset(client: Client) -> None:
    """Records, index, tokens, journal, limits, locks and pages are as at the start; ids begin anew."""
    first = client.add("Leads", Last_Name="L")
    before = {module: len(client.fake.records(module)) for module in client.fake.modules}
    client.fake.locked.add(("Leads", first))
    client.fake.guard.credits = 0
    client.fake.reset()
    assert code(client.get("/org")) == (401, "AUTHENTICATION_FAILURE")
    client.token = client.fake.oauth.issue("kim", SCOPES).access_token
    assert len(client.fake.records("Leads")) == before["Leads"] - 1
    assert client.add("Leads", Last_Name="L") == first
    assert client.row("PUT", f"/Leads/{first}", Company="C")["code"] == "SUCCESS"


def test_the_same_seed_the_same_fake() -> None:
    """Two fakes do not differ in anything that a client sees."""
    one, two = ZohoFake(), ZohoFake()
    assert {m: one.records(m) for m in one.modules} == {m: two.records(m) for m in two.modules}
    assert one.oauth.issue("kim", SCOPES).access_token == two.oauth.issue("kim", SCOPES).access_token


def test_over_http() -> None:
    """The same answers as by hand: bodies, headers, 204 without content type, refusals; one exchange each."""
    fake = ZohoFake()
    token = fake.oauth.issue("kim", SCOPES).access_token
    assert fake_named("zoho") is ZohoFake
    with serve(fake) as served:
        assert "accounts.zoho.eu" in served.endpoints
        assert "www.zohoapis.eu" in served.endpoints

        def get(path: str, **headers: str) -> Any:
            given = {"Authorization": f"Zoho-oauthtoken {token}", **headers}
            return urlopen(Request(f"{served.url}/crm/v8{path}", headers=given), timeout=10)

        with get("/users?type=CurrentUser") as answer:
            assert json.load(answer)["users"][0]["full_name"] == "Kim Agent"
            assert answer.headers["content-type"] == "application/json;charset=UTF-8"
            assert answer.headers["x-accesstoken-reset"]
        with get("/Contacts/search?phone=4999999999") as answer:
            assert (answer.status, answer.read(), answer.headers["content-type"]) == (204, b"", None)
        with pytest.raises(HTTPError) as refused:
            get("/org", Authorization="Zoho-oauthtoken other")
        with refused.value as body:
            assert json.load(body)["code"] == "AUTHENTICATION_FAILURE"
    assert [entry.status for entry in fake.journal] == [200, 204, 401]


def test_no_secret_is_told(client: Client) -> None:
    """Neither the journal nor any repr holds a token or the client's secret."""
    client.get("/org")
    told = repr(list(client.fake.journal)) + repr(client.fake.oauth) + repr(client.fake.oauth.grants)
    assert client.token not in told
    assert client.fake.client_secret not in told
