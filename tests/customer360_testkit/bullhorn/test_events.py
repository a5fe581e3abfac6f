"""Changes: by subscriptions that are pulled, and by the time of the last change."""

from __future__ import annotations

import pytest
from tests.customer360_testkit.bullhorn.by_hand import Client, Make

ASKED = {"type": "entity", "names": "Candidate,ClientContact", "eventTypes": "INSERTED,UPDATED,DELETED"}
PLACE = "/event/subscription/mine"


def subscribed(client: Client) -> Client:
    answer = client("PUT", PLACE, **ASKED)
    assert answer.status_code == 200, answer.text
    assert answer.json().items() >= {"lastRequestId": 0, "subscriptionId": "mine"}.items()
    return client


def test_what_happens_is_told_once(client: Client) -> None:
    """In order, with the properties that changed and who changed them; a batch can be had again by its number."""
    subscribed(client)
    mine = client.person()
    client("POST", f"/entity/Candidate/{mine}", {"phone": "1", "mobile": "2"})
    client("DELETE", f"/entity/Candidate/{mine}")
    client.person("Lead")
    batch = client.get(PLACE, maxEvents=100).json()
    events = batch["events"]
    assert [one["entityEventType"] for one in events] == ["INSERTED", "UPDATED", "DELETED"]
    assert {(one["entityName"], one["entityId"]) for one in events} == {("Candidate", mine)}
    assert events[1]["updatedProperties"] == ["mobile", "phone"]
    assert events[0]["eventMetadata"]["PERSON_ID"] == "1315"
    assert events[0]["eventTimestamp"] == client.fake.now
    assert batch["requestId"] == 1
    assert client.get(PLACE).content == b""
    assert client.get(PLACE, requestId=1).json() == batch
    assert client.get(f"{PLACE}/lastRequestId").json() == {"result": 1}


def test_batches_are_cut(client: Client) -> None:
    """maxEvents at a time."""
    subscribed(client)
    people = [client.person() for _ in range(3)]
    first, second = client.get(PLACE, maxEvents=2).json(), client.get(PLACE, maxEvents=2).json()
    assert [one["entityId"] for one in (*first["events"], *second["events"])] == people
    assert (first["requestId"], second["requestId"]) == (1, 2)


@pytest.mark.parametrize(("reading", "body"), [("empty_body", b""), ("no_member", b"{}")])
def test_no_events(make: Make, reading: str, body: bytes) -> None:
    """Nothing new."""
    answer = subscribed(make(no_events=reading)).get(PLACE)
    assert (answer.status_code, answer.content) == (200, body)


@pytest.mark.parametrize(("reading", "status"), [("30_days", 404), ("endless", 200)])
def test_subscription_life(make: Make, reading: str, status: int) -> None:
    """Unread for more than a month."""
    client = subscribed(make(subscription_life=reading))
    client.wait(29 * 86_400)
    client.renew()
    assert client.get(PLACE).status_code == 200
    client.wait(31 * 86_400)
    client.renew()
    assert client.get(PLACE).status_code == status


@pytest.mark.parametrize(("reading", "status"), [("50", 400), ("unlimited", 200)])
def test_subscriptions(make: Make, reading: str, status: int) -> None:
    """The fifty-first."""
    client = make(subscriptions=reading)
    for number in range(50):
        assert client("PUT", f"/event/subscription/s{number}", **ASKED).status_code == 200
    assert client("PUT", "/event/subscription/s50", **ASKED).status_code == status
    assert client("PUT", "/event/subscription/s1", **ASKED).status_code == 200


@pytest.mark.parametrize("wrong", [{"type": "x"}, {"names": ""}, {"names": "Nowhere"}, {"eventTypes": "RENAMED"}])
def test_subscriptions_that_are_refused(client: Client, wrong: dict[str, str]) -> None:
    """For what does not exist."""
    assert client("PUT", PLACE, **{**ASKED, **wrong}).status_code == 400


def test_ending_a_subscription(client: Client) -> None:
    """It is gone; an unknown batch and an unknown queue are refused."""
    subscribed(client)
    assert client.get(PLACE, requestId=5).status_code == 400
    assert client.get(PLACE, maxEvents="x").status_code == 400
    assert client("DELETE", PLACE).json() == {"result": True}
    assert client.get(PLACE).status_code == 404


def test_changes_since(client: Client) -> None:
    """By the time of the last change: at once by /query, after the lag by /search."""
    client.wait(10)
    since = client.fake.now
    mine = client.person("ClientContact")
    other = next(iter(client.asked(f"dateLastModified < {since}")))
    client("POST", f"/entity/ClientContact/{other}", {"division": "x"})
    assert client.asked(f"dateLastModified >= {since}") == {mine, other}
    assert client.found("dateLastModified:[20260514090010 TO *]", "ClientContact") == set()
    client.settle()
    assert client.found("dateLastModified:[20260514090010 TO *]", "ClientContact") == {mine, other}
