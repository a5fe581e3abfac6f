"""The fake's calendars and events."""

from __future__ import annotations

from typing import Any

import pytest

EVENT = {
    "subject": "Call",
    "start": {"dateTime": "2026-05-21T15:04:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-05-21T15:07:04", "timeZone": "Europe/Berlin"},
    "transactionId": "t-1",
    "body": {"contentType": "text", "content": "a < b"},
}


@pytest.mark.feature("F050")
@pytest.mark.fault("X20")
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
