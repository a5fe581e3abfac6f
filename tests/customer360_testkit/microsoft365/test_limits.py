"""The fake's limits: how many at once, in a batch, in ten minutes, and who at all."""

from __future__ import annotations

from typing import Any

import pytest

from customer360_testkit.fakes.exchange import AnswerLost, WireRequest
from customer360_testkit.fakes.faults import late, partial


@pytest.mark.fault("X12")
def test_batch(client: Any) -> None:
    """Each part is answered on its own; what depends on a failure is a 424; more than 20 are refused."""
    parts: list[dict[str, Any]] = [
        {"id": "1", "method": "GET", "url": "/me/contacts?$top=1"},
        {"id": "2", "method": "GET", "url": "/me/contacts/AAMkAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"id": "3", "method": "GET", "url": "/me", "dependsOn": ["2"]},
    ]
    answers = client("POST", "/$batch", {"requests": parts}).json()["responses"]
    assert {one["id"]: one["status"] for one in answers} == {"1": 200, "2": 404, "3": 424}
    assert client("POST", "/$batch", {"requests": [{**parts[0], "id": str(n)} for n in range(21)]}).status == 400
    assert client("POST", "/$batch", {"requests": [parts[0], parts[0]]}).status == 400


@pytest.mark.fault("X4")
def test_four_at_once_and_ten_thousand(client: Any) -> None:
    """The fifth concurrent request of a mailbox is throttled, and so is the 10,001st within ten minutes."""
    request = WireRequest("GET", "https://graph.microsoft.com/v1.0/me", (("authorization", f"Bearer {client.token}"),))
    flying = [client.fake.open(request) for _ in range(5)]
    assert [one.answer.status for one in flying if one.answer] == [200, 200, 200, 200, 429]
    for one in flying:
        client.fake.close(one)
    while (answer := client("GET", "/me")).status == 200:
        assert client.fake.journal.count < 10_010
    assert (answer.status, answer.json()["error"]["code"], answer.header("retry-after")) == (
        429,
        "ApplicationThrottled",
        "1",
    )
    client.fake.clock.advance(600)
    assert client("GET", "/me").status == 200


@pytest.mark.fault("X5")
def test_tokens(client: Any) -> None:
    """No token, a wrong one and an expired one are 401; a scope that is missing is 403."""
    assert client("GET", "/me/mailboxSettings").json()["error"]["code"] == "ErrorAccessDenied"
    client.fake.oauth.expire_access_tokens()
    answer = client("GET", "/me")
    assert (answer.status, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    client.token = "other"
    assert client("GET", "/me").status == 401


@pytest.mark.fault("X12")
def test_a_batch_that_fails_in_part(client: Any) -> None:
    """The parts that are struck are 503 and leave nothing, the others are done, in an answer of 200 in any order."""
    client.fake.faults.add(partial(1, 3), method="POST", path=r"/v1.0/\$batch$")
    parts = [
        {"id": str(n), "method": "POST", "url": "/me/contacts", "headers": {"Content-Type": "application/json"},
         "body": {"givenName": f"Batched {n}"}}
        for n in range(5)
    ]  # fmt: skip
    parts[4]["dependsOn"] = ["3"]
    answer = client("POST", "/$batch", {"requests": parts})
    told = {one["id"]: one["status"] for one in answer.json()["responses"]}
    assert answer.status == 200
    assert told == {"0": 201, "1": 503, "2": 201, "3": 503, "4": 424}
    assert [client.fake.count_holding(f"Batched {n}") for n in range(5)] == [1, 0, 1, 0, 0]


def test_the_answers_of_a_batch_come_in_any_order(client: Any) -> None:
    """Only the id says which answer is whose."""
    parts = [{"id": str(n), "method": "GET", "url": "/me"} for n in range(20)]
    answers = client("POST", "/$batch", {"requests": parts}).json()["responses"]
    ids = [one["id"] for one in answers]
    assert ids != sorted(ids, key=int)
    assert sorted(ids, key=int) == [str(n) for n in range(20)]


@pytest.mark.parametrize(
    "requests",
    [
        None, [], {}, [1], [{"id": 1, "method": "GET", "url": "/me"}], [{"id": "1", "method": "HEAD", "url": "/me"}],
        [{"id": "1", "method": "GET", "url": "https://other.example/me"}], [{"id": "1", "method": "GET"}],
        [{"id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"]}],
        [{"id": "1", "method": "GET", "url": "/me", "dependsOn": "1"}],
        [{"id": "1", "method": "POST", "url": "/me/contacts", "body": {}}],
        [{"id": "1", "method": "POST", "url": "/$batch", "headers": {}, "body": {"requests": []}}],
    ],
)  # fmt: skip
def test_batches_that_are_refused(client: Any, requests: Any) -> None:
    """A malformed batch is refused whole."""
    assert client("POST", "/$batch", {"requests": requests}).status == 400


@pytest.mark.fault("X4")
def test_parts_of_a_batch_are_counted_each(client: Any) -> None:
    """A batch of twenty takes twenty of the ten thousand, and its parts are throttled each."""
    parts = [{"id": str(n), "method": "GET", "url": "/me"} for n in range(20)]
    for _ in range(9_990):
        client("GET", "/me")
    answers = client("POST", "/$batch", {"requests": parts}).json()["responses"]
    assert sorted(one["status"] for one in answers) == [200] * 9 + [429] * 11
    assert all("retry-after" in one["headers"] for one in answers if one["status"] == 429)


@pytest.mark.parametrize(
    ("state", "status", "code", "inner"),
    [
        ("suspended", 403, "ErrorAccountSuspend", False),
        ("missing", 404, "MailboxNotEnabledForRESTAPI", True),
    ],
)
def test_mailboxes_that_cannot_be_used(client: Any, state: Any, status: int, code: str, inner: bool) -> None:
    """A suspended or missing mailbox answers so everywhere, until it is well again."""
    client.fake.mailbox_state["kim"] = state
    for path in ("/me/contacts", "/me/events", "/me/todo/lists"):
        answer = client("GET", path)
        error = answer.json()["error"]
        assert (answer.status, error["code"], "innerError" in error) == (status, code, inner)
    del client.fake.mailbox_state["kim"]
    assert client("GET", "/me/contacts").status == 200


def test_a_full_mailbox_takes_nothing_in(client: Any) -> None:
    """What is there is read, and may be deleted."""
    identifier = client("POST", "/me/contacts", {"givenName": "Fits"}).json()["id"]
    assert client.fake.use_up()
    for method, path in (("POST", "/me/contacts"), ("PATCH", f"/me/contacts/{identifier}"), ("POST", "/me/events")):
        answer = client(method, path, {"givenName": "Does not"})
        assert (answer.status, answer.json()["error"]["code"]) == (507, "ErrorQuotaExceeded")
    parts = [{"id": "1", "method": "GET", "url": "/me"}]
    assert client("POST", "/$batch", {"requests": parts}).json()["responses"][0]["status"] == 200
    assert client("GET", "/me/contacts").status == 200
    client.fake.reset()


def test_a_mailbox_that_is_asked_as_much_as_it_may_be(client: Any) -> None:
    """Refuses the next one; what the fake tells of its limits is what it keeps to."""
    assert (client.fake.most_at_once, client.fake.most_within) == (4, (10_000, 600.0))
    assert client.fake.throttle()
    assert client("GET", "/me").status == 429


@pytest.mark.fault("X22")
def test_a_late_create_takes_effect_later(client: Any) -> None:
    """The connection ends, nothing is there; seconds later the contact is."""
    client.fake.faults.add(late(30), method="POST")
    with pytest.raises(AnswerLost):
        client("POST", "/me/contacts", {"givenName": "Belated"})
    assert client.fake.count_holding("Belated") == 0
    client.fake.clock.advance(30)
    client("GET", "/me")
    assert client.fake.count_holding("Belated") == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/me/nothing", 404), ("DELETE", "/me/contacts", 405), ("GET", "/organization", 404)],
)
def test_paths_that_do_not_exist(client: Any, method: str, path: str, status: int) -> None:
    """An unknown path is 404, a wrong method 405, each in the vendor's shape, with ids for tracing."""
    answer = client(method, path, client_request_id="my-id")
    assert answer.status == status
    assert answer.json()["error"]["innerError"]["client-request-id"] == "my-id"
    assert answer.header("request-id") == answer.json()["error"]["innerError"]["request-id"]
    assert client("GET", "/me").header("request-id")
