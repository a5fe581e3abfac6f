"""Several requests in one: composite, graph, batch, collections, tree (contract section 8)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.customer360_testkit.salesforce.by_hand import Client, code

from customer360_testkit.fakes.faults import partial

BASE = "/services/data/v62.0"


def part(method: str, path: str, name: str, body: Any = None, **more: Any) -> dict[str, Any]:
    told = {"method": method, "url": f"{BASE}{path}", "referenceId": name, **more}
    return told if body is None else {**told, "body": body}


def composite(client: Client, *parts: dict[str, Any], all_or_none: bool = False) -> list[dict[str, Any]]:
    answer = client("POST", "/composite", {"allOrNone": all_or_none, "compositeRequest": list(parts)})
    assert answer.status == 200
    told: list[dict[str, Any]] = answer.json()["compositeResponse"]
    return told


def contacts(client: Client) -> int:
    return len(client.fake.records("Contact"))


def test_parts_refer_to_earlier_ones(client: Client) -> None:
    """By their answers, in bodies and in addresses."""
    told = composite(
        client,
        part("POST", "/sobjects/Account", "account", {"Name": "Edge"}),
        part("POST", "/sobjects/Contact", "contact", {"LastName": "Rose", "AccountId": "@{account.id}"}),
        part("GET", "/sobjects/Contact/@{contact.id}?fields=Name,AccountId", "read"),
        part("GET", "/query?q=SELECT+Id+FROM+Contact+WHERE+AccountId='@{account.id}'", "asked"),
        part("PATCH", "/sobjects/Contact/@{asked.records[0].Id}", "changed", {"Title": "Dr. @{read.Name}"}),
        part("DELETE", "/sobjects/Account/@{account.id}", "gone"),
    )
    assert [one["httpStatusCode"] for one in told] == [201, 201, 200, 200, 204, 204]
    assert [one["referenceId"] for one in told] == ["account", "contact", "read", "asked", "changed", "gone"]
    assert told[0]["httpHeaders"]["Location"] == f"{BASE}/sobjects/Account/{told[0]['body']['id']}"
    assert told[2]["body"]["AccountId"] == told[0]["body"]["id"]
    assert told[4]["body"] is None


def test_a_failure_stands_alone_or_takes_all(client: Client) -> None:
    """The whole is 200 in either case."""
    good, bad = part("POST", "/sobjects/Contact", "a", {"LastName": "x"}), part("POST", "/sobjects/Contact", "b", {})
    later = part("POST", "/sobjects/Contact", "c", {"LastName": "y"})
    before = contacts(client)
    told = composite(client, good, bad, later)
    assert [one["httpStatusCode"] for one in told] == [201, 400, 201]
    assert told[1]["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert contacts(client) == before + 2
    told = composite(client, good, bad, later, all_or_none=True)
    assert [one["httpStatusCode"] for one in told] == [400, 400, 400]
    assert [one["body"][0]["errorCode"] for one in told] == [
        "PROCESSING_HALTED",
        "REQUIRED_FIELD_MISSING",
        "PROCESSING_HALTED",
    ]
    assert [one["referenceId"] for one in told] == ["a", "b", "c"]
    assert contacts(client) == before + 2


def test_a_reference_to_nothing(client: Client) -> None:
    """Halts the part that refers, not the whole."""
    told = composite(
        client,
        part("POST", "/sobjects/Contact", "a", {}),
        part("PATCH", "/sobjects/Contact/@{a.id}", "b", {"LastName": "x"}),
        part("GET", "/limits", "c"),
    )
    assert [one["httpStatusCode"] for one in told] == [400, 400, 200]
    assert told[1]["body"][0]["errorCode"] == "PROCESSING_HALTED"


def test_limits_of_a_composite_request(client: Client) -> None:
    """25 parts, 5 of them queries or collections."""
    limits = [part("GET", "/limits", f"r{at}") for at in range(26)]
    assert [one["httpStatusCode"] for one in composite(client, *limits[:25])] == [200] * 25
    told = composite(client, *limits)[0]
    assert (told["httpStatusCode"], told["body"][0]["errorCode"]) == (400, "LIMIT_EXCEEDED")
    queries = [part("GET", "/query?q=SELECT+Id+FROM+Case", f"q{at}") for at in range(6)]
    assert len(composite(client, *queries[:5])) == 5
    assert composite(client, *queries)[0]["body"][0]["errorCode"] == "LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({}, "JSON_PARSER_ERROR"),
        ({"compositeRequest": []}, "JSON_PARSER_ERROR"),
        ({"compositeRequest": [part("GET", "/limits", "a b")]}, "JSON_PARSER_ERROR"),
        ({"compositeRequest": [part("GET", "/limits", "a"), part("GET", "/limits", "a")]}, "INVALID_INPUT"),
    ],
)
def test_refused_composites(client: Client, body: Any, wanted: str) -> None:
    """Without usable references the whole is refused."""
    assert code(client("POST", "/composite", body)) == (400, wanted)


def test_a_composite_holds_no_composite(client: Client) -> None:
    """And nothing outside the data API."""
    told = composite(
        client,
        part("POST", "/composite", "a", {"compositeRequest": []}),
        {"method": "GET", "url": "/services/oauth2/userinfo", "referenceId": "b"},
        part("GET", "/limits", "c", httpHeaders={"If-None-Match": "x"}),
    )
    assert [one["httpStatusCode"] for one in told] == [400, 400, 200]


def test_deep_bodies_are_refused(client: Client) -> None:
    """By the part or by the whole, never by falling down."""
    for depth in (300, 950, 50_000):
        nested = '{"a":' * depth + "1" + "}" * depth
        whole = json.dumps({"compositeRequest": [part("POST", "/sobjects/Contact", "a", "HERE")]})
        body = whole.replace('"HERE"', nested)
        answer = client("POST", "/composite", body.encode())
        told = answer.json()
        refused = told["compositeResponse"][0]["body"] if answer.status == 200 else told
        assert refused[0]["errorCode"] in ("INVALID_FIELD", "JSON_PARSER_ERROR")


def test_graphs_are_all_or_nothing_each(client: Client) -> None:
    """One graph's failure is not the other's."""
    graphs = [
        {"graphId": "g1", "compositeRequest": [part("POST", "/sobjects/Contact", "a", {"LastName": "x"})]},
        {
            "graphId": "g2",
            "compositeRequest": [
                part("POST", "/sobjects/Contact", "a", {"LastName": "x"}),
                part("POST", "/sobjects/Contact", "b", {}),
            ],
        },
    ]
    before = contacts(client)
    told = client("POST", "/composite/graph", {"graphs": graphs}).json()["graphs"]
    assert [(one["graphId"], one["isSuccessful"]) for one in told] == [("g1", True), ("g2", False)]
    assert contacts(client) == before + 1


def test_batches_are_independent(client: Client) -> None:
    """Addresses begin with the version; on request the first error halts the rest."""
    parts = [
        {"method": "GET", "url": "v62.0/limits"},
        {"method": "POST", "url": "v62.0/sobjects/Contact", "richInput": {}},
        {"method": "POST", "url": "v62.0/sobjects/Contact", "richInput": {"LastName": "x"}},
    ]
    told = client("POST", "/composite/batch", {"batchRequests": parts}).json()
    assert told["hasErrors"]
    assert [one["statusCode"] for one in told["results"]] == [200, 400, 201]
    told = client("POST", "/composite/batch", {"haltOnError": True, "batchRequests": parts}).json()
    assert [one["statusCode"] for one in told["results"]] == [200, 400, 412]
    assert code(client("POST", "/composite/batch", {"batchRequests": parts[:1] * 26})) == (400, "LIMIT_EXCEEDED")


def row(**values: Any) -> dict[str, Any]:
    return {"attributes": {"type": "Contact"}, **values}


def test_collections_succeed_in_part(client: Client) -> None:
    """Each row has its own result, with statusCode instead of errorCode."""
    before = contacts(client)
    body = {
        "allOrNone": False,
        "records": [row(LastName="x"), row(), row(LastName="y", AccountId="001000000000001AAA")],
    }
    told = client("POST", "/composite/sobjects", body)
    assert told.status == 200
    good, missing, wrong = told.json()
    assert (good["success"], good["errors"]) == (True, [])
    assert missing["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert missing["errors"][0]["fields"] == ["LastName"]
    assert wrong["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
    assert contacts(client) == before + 1
    told = client("POST", "/composite/sobjects", {**body, "allOrNone": True}).json()
    assert [one["success"] for one in told] == [False] * 3
    assert told[0]["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert contacts(client) == before + 1


def test_collections_update_upsert_read_and_delete(client: Client) -> None:
    """Rows that are not there fail alone; a read gives null for them."""
    first, second = (client.add("Contact", LastName=name, Customer_Number__c=name) for name in ("one", "two"))
    nobody = "003000000000001AAA"
    told = client(
        "PATCH", "/composite/sobjects", {"records": [row(id=first, Title="t"), row(id=nobody, Title="t")]}
    ).json()
    assert [one["success"] for one in told] == [True, False]
    assert told[1]["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
    body = {"records": [row(Customer_Number__c="two", Title="u"), row(Customer_Number__c="three", LastName="z")]}
    told = client("PATCH", "/composite/sobjects/Contact/Customer_Number__c", body).json()
    assert [one["created"] for one in told] == [False, True]
    told = client("POST", "/composite/sobjects/Contact", {"ids": [first, nobody, second], "fields": ["Title"]}).json()
    assert [one and one["Title"] for one in told] == ["t", None, "u"]
    answer = client("DELETE", "/composite/sobjects", ids=f"{first},{nobody}", allOrNone="true").json()
    assert [one["success"] for one in answer] == [False, False]
    answer = client("DELETE", "/composite/sobjects", ids=f"{first},{nobody}", allOrNone="false").json()
    assert [one["success"] for one in answer] == [True, False]


def test_refused_collections(client: Client) -> None:
    """attributes come first; 200 rows are the most."""
    answer = client("POST", "/composite/sobjects", {"records": [{"LastName": "x", "attributes": {"type": "Contact"}}]})
    assert code(answer) == (400, "JSON_PARSER_ERROR")
    assert "must have an attributes field before any other fields" in answer.json()[0]["message"]
    assert code(client("POST", "/composite/sobjects", {"records": [row(LastName="x")] * 201})) == (
        400,
        "EXCEEDED_ID_LIMIT",
    )
    told = client("POST", "/composite/sobjects", {"records": [{"attributes": {"type": "Nowhere"}}]}).json()
    assert told[0]["errors"][0]["statusCode"] == "INVALID_TYPE"


@pytest.mark.fault("X12")
def test_parts_fail_on_demand(client: Client) -> None:
    """A partial fault strikes the rows at its places, wherever there are rows."""
    client.fake.faults.add(partial(1), times=3)
    told = client("POST", "/composite/sobjects", {"records": [row(LastName=name) for name in "abc"]}).json()
    assert [one["success"] for one in told] == [True, False, True]
    told = composite(client, part("GET", "/limits", "a"), part("GET", "/limits", "b"))
    assert [one["httpStatusCode"] for one in told] == [200, 400]
    parts = [{"method": "GET", "url": "v62.0/limits"}] * 2
    told = client("POST", "/composite/batch", {"batchRequests": parts}).json()["results"]
    assert [one["statusCode"] for one in told] == [200, 400]


def test_a_tree_stands_or_falls(client: Client) -> None:
    """Records with their children; one that is wrong fells all."""

    def planted(last: str | None) -> dict[str, Any]:
        child = {"attributes": {"type": "Contact", "referenceId": "c1"}, "LastName": last}
        root = {"attributes": {"type": "Account", "referenceId": "a1"}, "Name": "Tree"}
        return {"records": [{**root, "Contacts": {"records": [child]}}]}

    answer = client("POST", "/composite/tree/Account", planted("Leaf"))
    told = answer.json()
    assert (answer.status, told["hasErrors"]) == (201, False)
    ids = {one["referenceId"]: one["id"] for one in told["results"]}
    assert client.read("Contact", ids["c1"])["AccountId"] == ids["a1"]
    before = len(client.fake.records("Account"))
    answer = client("POST", "/composite/tree/Account", planted(None))
    assert (answer.status, answer.json()["hasErrors"]) == (400, True)
    assert answer.json()["results"][0]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert len(client.fake.records("Account")) == before
