"""The fake's limits: how many at once, in a batch, in ten minutes, and who at all."""

from __future__ import annotations

from typing import Any

import pytest

from customer360_testkit.fakes.exchange import WireRequest


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
