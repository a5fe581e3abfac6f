"""Events, tasks, batch, limits and sign-in of the fake."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from customer360_testkit.fakes.exchange import WireAnswer, WireRequest
from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake

EVENT = {
    "subject": "Call",
    "start": {"dateTime": "2026-05-21T15:04:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-05-21T15:07:04", "timeZone": "Europe/Berlin"},
    "transactionId": "t-1",
    "body": {"contentType": "text", "content": "a < b"},
}
VERIFIER = "v" * 50
REDIRECT = "https://desk.example/back"
LOGIN = "https://login.microsoftonline.com/organizations/oauth2/v2.0"


def test_an_event_is_made_once(client: Any) -> None:
    """Defaults are filled in, zones become UTC, text comes back as HTML; a repeated transactionId is a 400."""
    made = client("POST", "/me/events", EVENT)
    row = made.json()
    assert (made.status, row["showAs"], row["isReminderOn"]) == (201, "busy", True)
    assert row["start"] == {"dateTime": "2026-05-21T13:04:00.0000000", "timeZone": "UTC"}
    assert row["body"]["contentType"] == "html"
    assert "a &lt; b" in row["body"]["content"]
    assert (
        made.header("location")
        == f"https://graph.microsoft.com/v1.0/users('kim@contoso.example')/events('{row['id']}')"
    )
    plain = client("GET", f"/me/events/{row['id']}", prefer='outlook.body-content-type="text"').json()
    assert plain["body"] == {"contentType": "text", "content": "a < b"}
    again = client("POST", "/me/events", EVENT)
    assert (again.status, again.json()["error"]["code"]) == (400, "ErrorDuplicateTransactionId")
    assert again.json()["error"]["@event.existingEventId"] == row["id"]
    view = client("GET", "/me/calendarView?startDateTime=2026-05-21T13:00:00Z&endDateTime=2026-05-21T14:00:00Z")
    assert [one["id"] for one in view.json()["value"]] == [row["id"]]


def test_attendees_are_written_to_at_once(client: Any) -> None:
    """Each new attendee gets one invitation."""
    attendee = {"emailAddress": {"address": "ann@example.com"}, "type": "required"}
    row = client("POST", "/me/events", {**EVENT, "attendees": [attendee]}).json()
    client("PATCH", f"/me/events/{row['id']}", {"subject": "Other"})
    assert [one.address for one in client.fake.invitations] == ["ann@example.com"]


@pytest.mark.parametrize(
    "change",
    [
        {"start": None}, {"showAs": "away"}, {"colour": "red"}, {"start": {"dateTime": "2026-05-21T15:04:00Z"}},
        {"start": {"dateTime": "2027-05-21T15:04:00"}}, {"isReminderOn": 1},
        {"end": {"dateTime": "2026-05-21T16:00:00", "timeZone": "Nowhere"}},
    ],
)  # fmt: skip
def test_events_that_are_refused(client: Any, change: dict[str, Any]) -> None:
    """Wrong events are a 400 and leave nothing."""
    assert client("POST", "/me/events", {**EVENT, **change}).status == 400
    assert client.fake.records("events") == []


def test_tasks_and_their_links(client: Any) -> None:
    """linkedResources come back on create and by $expand only; the lambda on them is refused."""
    tasks = "/me/todo/lists/" + client("GET", "/me/todo/lists").json()["value"][0]["id"] + "/tasks"
    made = client("POST", tasks, {"title": "Call", "linkedResources": [{"externalId": "c-1"}]})
    link = made.json()["linkedResources"][0]
    assert (made.status, link["externalId"]) == (201, "c-1")
    assert "linkedResources" not in client("GET", tasks).json()["value"][0]
    assert client("GET", tasks + "?$expand=linkedResources").json()["value"][0]["linkedResources"] == [link]
    assert client.filter("linkedResources/any(l:l/externalId eq 'c-1')", tasks).status == 400
    path = f"{tasks}/{made.json()['id']}"
    assert client("PATCH", path, {"status": "completed"}).json()["status"] == "completed"
    assert client("PATCH", path, {"status": "done"}).status == 400
    assert client("DELETE", f"{path}/linkedResources/{link['id']}").status == 204
    assert client("DELETE", path).status == 204


def test_batch(client: Any) -> None:
    """Each part is answered on its own; what depends on a failure is a 424; more than 20 are refused."""
    parts: list[dict[str, Any]] = [
        {"id": "1", "method": "GET", "url": "/me/contacts?$top=1"},
        {"id": "2", "method": "GET", "url": "/me/contacts/AAMkAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"id": "3", "method": "GET", "url": "/me", "dependsOn": ["2"]},
    ]
    answers = client("POST", "/$batch", {"requests": parts}).json()["responses"]
    assert [one["status"] for one in answers] == [200, 404, 424]
    assert client("POST", "/$batch", {"requests": [{**parts[0], "id": str(n)} for n in range(21)]}).status == 400
    assert client("POST", "/$batch", {"requests": [parts[0], parts[0]]}).status == 400


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


def test_tokens(client: Any) -> None:
    """No token, a wrong one and an expired one are 401; a scope that is missing is 403."""
    assert client("GET", "/me/mailboxSettings").json()["error"]["code"] == "ErrorAccessDenied"
    client.fake.oauth.expire_access_tokens()
    answer = client("GET", "/me")
    assert (answer.status, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    client.token = "other"
    assert client("GET", "/me").status == 401


def _authorize(fake: Microsoft365Fake, **changes: str) -> dict[str, list[str]]:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    query = {
        "client_id": fake.client_id, "response_type": "code", "redirect_uri": REDIRECT, "state": "s",
        "scope": "offline_access https://graph.microsoft.com/Contacts.Read", "code_challenge": challenge,
        "code_challenge_method": "S256", **changes,
    }  # fmt: skip
    return parse_qs(urlsplit(fake.authorize(f"{LOGIN}/authorize?{urlencode(query)}")).query)


def _token(fake: Microsoft365Fake, **form: str) -> WireAnswer:
    whole = {"client_id": fake.client_id, "client_secret": fake.client_secret, "redirect_uri": REDIRECT, **form}
    return fake.answer(WireRequest("POST", f"{LOGIN}/token", (), urlencode(whole).encode()))


def test_a_code_is_good_once_with_its_verifier() -> None:
    """PKCE is verified; a code works once, and for ten minutes."""
    fake = Microsoft365Fake()
    code = _authorize(fake)["code"][0]
    form = {"grant_type": "authorization_code", "code": code}
    assert _token(fake, **form, code_verifier="w" * 50).json()["error_codes"] == [501481]
    good = _token(fake, **form, code_verifier=VERIFIER).json()
    assert 3600 <= good["expires_in"] <= 5400
    assert _token(fake, **form, code_verifier=VERIFIER).json()["error_codes"] == [54005]
    late = _authorize(fake)["code"][0]
    fake.clock.advance(601)  # type: ignore[attr-defined]
    assert _token(fake, grant_type="authorization_code", code=late, code_verifier=VERIFIER).json()["error_codes"] == [
        70008
    ]


def test_refresh_tokens_are_new_each_time_and_old_ones_linger() -> None:
    """Every refresh gives another token; the old one works for an hour more."""
    fake = Microsoft365Fake()
    code = _authorize(fake)["code"][0]
    first = _token(fake, grant_type="authorization_code", code=code, code_verifier=VERIFIER).json()["refresh_token"]
    second = _token(fake, grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    assert second != first
    assert _token(fake, grant_type="refresh_token", refresh_token=first).status == 200
    fake.clock.advance(3601)  # type: ignore[attr-defined]
    answer = _token(fake, grant_type="refresh_token", refresh_token=first)
    assert (answer.status, answer.json()["error"], answer.json()["error_codes"]) == (400, "invalid_grant", [700082])
    assert _token(fake, grant_type="refresh_token", refresh_token=second).status == 200
    assert _token(fake, grant_type="refresh_token", refresh_token=second, client_secret="no").status == 401


def test_what_the_authorize_page_refuses() -> None:
    """A wrong redirect or client is shown, never redirected; a wrong scope is told to the application."""
    fake = Microsoft365Fake()
    for changes in ({"redirect_uri": "http://desk.example/"}, {"client_id": "x"}, {"redirect_uri": "javascript:1"}):
        with pytest.raises(ValueError, match="400"):
            _authorize(fake, **changes)
    assert _authorize(fake, scope="https://graph.microsoft.us/Contacts.Read")["error"] == ["invalid_resource"]
    assert _authorize(fake, scope="Contacts.Everything")["error"] == ["invalid_scope"]
    assert "code" in _authorize(fake, redirect_uri="http://localhost:5123/back")
