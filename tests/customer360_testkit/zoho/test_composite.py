"""Five requests in one: references, limits, partial success, rollback."""

from __future__ import annotations

from typing import Any

import pytest
from tests.customer360_testkit.zoho.by_hand import Client, code

from customer360_testkit.fakes.exchange import WireAnswer

KEY = "__composite_requests"
QUERY = "select id from Contacts where id is not null"


def part(method: str, path: str, name: str | None = None, **more: Any) -> dict[str, Any]:
    return {"method": method, "uri": f"/crm/v8{path}", **({"sub_request_id": name} if name else {}), **more}


def send(client: Client, *parts: Any, **more: Any) -> WireAnswer:
    return client("POST", f"/{KEY}", {KEY: list(parts), **more})


def told(answer: WireAnswer) -> list[tuple[str, int | None]]:
    """Of each request: its code, and the status of its own answer."""
    return [(one["code"], one["details"].get("response", {}).get("status_code")) for one in answer.json()[KEY]]


def test_searches_in_one_round_trip(client: Client, contact: str) -> None:
    """Each is answered as by itself, nothing found included; the whole costs one credit and one exchange."""
    client.fake.guard.credits = 10
    answer = send(
        client,
        part("GET", "/Contacts/search", "1", params={"phone": "4930123"}),
        part("GET", "/Leads/search", "2", params={"phone": "4930123"}),
        part("POST", "/coql", body={"select_query": f"select id from Contacts where id = '{contact}'"}),
    )
    assert answer.status == 200
    assert told(answer) == [("SUCCESS", 200), ("SUCCESS", 204), ("SUCCESS", 200)]
    found = answer.json()[KEY][0]["details"]["response"]["body"]["data"]
    assert [one["id"] for one in found] == [contact]
    assert answer.json()[KEY][1]["details"]["response"]["body"] is None
    assert client.fake.guard.credits == 9
    assert len(client.fake.journal.select("POST", f".*/{KEY}$")) == 1


@pytest.mark.parametrize("parallel", [True, False])
def test_references(client: Client, parallel: bool) -> None:
    """What one request answered is used by the next, in path, parameters and body."""
    answer = send(
        client,
        part("POST", "/Contacts", "made", body={"data": [{"Last_Name": "Ref"}]}),
        part("GET", "/Contacts/@{made:$.data[0].details.id}", "read", params={"fields": "Last_Name"}),
        part(
            "POST",
            "/Notes",
            body={
                "data": [
                    {
                        "Parent_Id": {"module": {"api_name": "Contacts"}, "id": "@{made:$.data[0].details.id}"},
                        "Note_Content": "of @{read:$.data[0].Last_Name}",
                    }
                ]
            },
        ),
        parallel_execution=parallel,
    )
    assert told(answer) == [("SUCCESS", 201), ("SUCCESS", 200), ("SUCCESS", 201)]
    assert client.fake.records("Notes")[-1]["Note_Content"] == "of Ref"


def test_a_reference_that_looks_ahead(client: Client) -> None:
    """In parallel it waits; one after the other it is refused."""
    later = part("GET", "/Contacts/@{made:$.data[0].details.id}")
    made = part("POST", "/Contacts", "made", body={"data": [{"Last_Name": "Ref"}]})
    assert told(send(client, later, made)) == [("SUCCESS", 200), ("SUCCESS", 201)]
    answer = send(client, later, made, parallel_execution=False)
    assert (answer.status, told(answer)) == (207, [("INVALID_REFERENCE", None), ("SUCCESS", 201)])


@pytest.mark.parametrize("reference", ["@{1:$.data[7].id}", "@{1:$.nothing}", "@{2:$.data}", "@{1:data}", "@{1}"])
def test_references_to_nothing(client: Client, reference: str) -> None:
    """To a value that is not there, to itself, to nobody, or not well formed."""
    answer = send(client, part("GET", "/org", "1"), part("GET", "/users", "2", params={"type": reference}))
    assert answer.status == 207
    assert told(answer)[1][0] in ("INVALID_REFERENCE", "LOOPING_FOUND")


def test_a_circle(client: Client) -> None:
    """Two that wait for each other are both refused, and nothing else is left: 400."""
    one, two = (part("GET", f"/users/@{{{other}:$.id}}", name) for name, other in (("a", "b"), ("b", "a")))
    answer = send(client, one, two)
    assert (answer.status, told(answer)) == (400, [("LOOPING_FOUND", None)] * 2)


@pytest.mark.fault("X12")
def test_partial_success(client: Client) -> None:
    """207, and each request says how it went; that one was carried out does not mean that it succeeded."""
    answer = send(
        client,
        part("POST", "/Leads", body={"data": [{"Last_Name": "L"}]}),
        part("POST", "/Leads", body={"data": [{}]}),
    )
    assert (answer.status, told(answer)) == (207, [("SUCCESS", 201), ("SUCCESS", 400)])


@pytest.mark.parametrize("good", [True, False])
def test_rollback(client: Client, good: bool) -> None:
    """With ``rollback_on_fail`` all or nothing; all costs a credit more."""
    client.fake.guard.credits = 10
    before = len(client.fake.records("Leads"))
    second = {"Last_Name": "L"} if good else {}
    answer = send(
        client,
        part("POST", "/Leads", body={"data": [{"Last_Name": "L"}]}),
        part("POST", "/Leads", body={"data": [second]}),
        rollback_on_fail=True,
    )
    assert len(client.fake.records("Leads")) - before == (2 if good else 0)
    assert client.fake.guard.credits == (8 if good else 9)
    assert answer.status == (200 if good else 400)
    assert told(answer)[0][0] == ("SUCCESS" if good else "ROLLBACK_PERFORMED")
    if not good:
        assert answer.json()[KEY][0]["details"] == {"rollbacked_by_sub_request_index": 1}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "MANDATORY_NOT_FOUND"),
        ({KEY: {}}, "INVALID_DATA"),
        ({KEY: []}, "INVALID_DATA"),
        ({KEY: [part("GET", "/org")] * 6}, "INVALID_DATA"),
        ({KEY: [part("GET", "/org")], "rollback_on_fail": "yes"}, "INVALID_DATA"),
        (
            {KEY: [part("GET", "/org")], "rollback_on_fail": True, "parallel_execution": True},
            "AMBIGUITY_DURING_PROCESSING",
        ),
    ],
)
def test_the_whole_is_refused(client: Client, body: Any, expected: str) -> None:
    """400, and nothing is carried out."""
    assert code(client("POST", f"/{KEY}", body)) == (400, expected)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        ("GET /org", "INVALID_DATA"),
        ({"uri": "/crm/v8/org"}, "MANDATORY_NOT_FOUND"),
        ({"method": "GET"}, "MANDATORY_NOT_FOUND"),
        (part("LIST", "/org"), "INVALID_DATA"),
        (part("GET", "/org", "no-id"), "INVALID_DATA"),
        ({"method": "GET", "uri": "https://www.zohoapis.eu/crm/v8/org"}, "INVALID_DATA"),
        (part("GET", "/org?x=1"), "INVALID_DATA"),
        (part("GET", "/org", params=[]), "SUCCESS"),
        (part("GET", "/org", params="x"), "INVALID_DATA"),
        (part("GET", "/org", headers={"Authorization": "Zoho-oauthtoken other"}), "NOT_SUPPORTED"),
        (part("POST", f"/{KEY}", body={KEY: []}), "NOT_SUPPORTED"),
        (part("GET", "/org", "same"), "DUPLICATE_DATA"),
    ],
)
def test_one_is_refused(client: Client, one: Any, expected: str) -> None:
    """The others are carried out."""
    answer = send(client, part("GET", "/org", "same"), one)
    assert [item["code"] for item in answer.json()[KEY]] == ["SUCCESS", expected]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (part("GET", "/Contacts", params={"fields": "id", "per_page": 26}), "LIMIT_EXCEEDED"),
        (part("GET", "/Contacts/search", params={"word": "o'", "per_page": "26"}), "LIMIT_EXCEEDED"),
        (
            part("POST", "/coql", body={"select_query": "select id from Leads where id is not null limit 26"}),
            "LIMIT_EXCEEDED",
        ),
        (part("POST", "/Leads", body={"data": [{"Last_Name": "L"}] * 2}), "LIMIT_EXCEEDED"),
        (part("DELETE", "/Leads", params={"ids": "1,2"}), "NOT_SUPPORTED"),
        (part("GET", "/Contacts", params={}), "REQUIRED_PARAM_MISSING"),
    ],
)
def test_limits_inside(client: Client, one: Any, expected: str) -> None:
    """25 records of a list, one record of a write; refused as by itself."""
    response = send(client, one).json()[KEY][0]["details"]["response"]
    assert (response["status_code"], response["body"]["code"]) == (400, expected)


def test_lists_inside_are_short(client: Client) -> None:
    """25 unless fewer are asked for."""
    query = part("POST", "/coql", body={"select_query": QUERY})
    answer = send(client, part("GET", "/Contacts", params={"fields": "id"}), query)
    for item in answer.json()[KEY]:
        body = item["details"]["response"]["body"]
        assert (len(body["data"]), body["info"]["more_records"]) == (25, True)


def test_scopes_hold_inside(make: Any) -> None:
    """The scope of the composite request opens nothing else."""
    client = make(scopes=("ZohoCRM.composite_requests.CUSTOM", "ZohoCRM.org.READ"))
    answer = send(client, part("GET", "/org"), part("GET", "/Contacts", params={"fields": "id"}))
    assert told(answer) == [("SUCCESS", 200), ("SUCCESS", 401)]
