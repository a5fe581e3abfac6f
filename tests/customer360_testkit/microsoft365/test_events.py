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


NAME = "k.akers@contoso.onmicrosoft.example"
"""What Kim signs in with, which is not her address."""


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
    assert made.header("location") == f"https://graph.microsoft.com/v1.0/users('{NAME}')/events('{row['id']}')"
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


def test_a_colleagues_calendar_is_read_only(make: Any) -> None:
    """It may be called like one's own, which can be made beside it, and deleted; the default one stays.

    One's own is on no first page, for that is ten.
    """
    client = make()
    named = [each for each in client.fake.records("calendars") if each["mailbox"] == "kim"]
    default, shared = (next(each for each in named if each["name"] == name) for name in ("Calendar", "Customer calls"))
    assert shared["owner"]["name"] == "Lee Gu"
    assert client("GET", f"/me/calendars/{shared['id']}/events").json()["value"] == []
    assert client("POST", f"/me/calendars/{shared['id']}/events", EVENT).status == 403
    assert client.fake.furnish("kim")
    first = client("GET", "/me/calendars").json()
    assert [each["owner"]["name"] for each in first["value"] if each["name"] == "Customer calls"] == ["Lee Gu"]
    assert "@odata.nextLink" in first
    own = client("GET", "/me/calendars?$top=100").json()["value"][-1]
    assert (own["name"], own["canEdit"]) == ("Customer calls", True)
    assert client("POST", "/me/calendars", {"name": "Customer calls"}).status == 409
    assert client("POST", f"/me/calendars/{own['id']}/events", EVENT).status == 201
    assert client.fake.furnish("kim")
    assert client("GET", "/me/calendars?$top=100").json()["value"][-1] == own
    assert client.fake.remove("calendars", own["id"])
    assert client("GET", f"/me/calendars/{own['id']}/events").status == 404
    with pytest.raises(ValueError, match="does not let"):
        client.fake.remove("calendars", default["id"])


def test_calendars_are_made_renamed_and_deleted(client: Any) -> None:
    """A calendar of one's own may change and go, with its events; the default and read-only ones may not."""
    made = client("POST", "/me/calendars", {"name": "Customer calls", "color": "lightBlue"})
    row = made.json()
    assert (made.status, row["isDefaultCalendar"], row["canEdit"]) == (201, False, True)
    twice = client("POST", "/me/calendars", {"name": "Customer calls"})
    assert (twice.status, twice.json()["error"]["code"]) == (409, "ErrorFolderExists")
    path = f"/me/calendars/{row['id']}"
    assert client("PATCH", path, {"name": "Calls"}).json()["name"] == "Calls"
    assert client("PATCH", path, {"name": "Calendar"}).status == 409
    assert client("PATCH", path, {"color": "puce"}).status == 400
    event = client("POST", f"{path}/events", EVENT).json()["id"]
    rows = client("GET", "/me/calendars").json()["value"]
    default, birthdays = (f"/me/calendars/{one['id']}" for one in rows[:2])
    assert [one["id"] for one in client("GET", f"{path}/events").json()["value"]] == [event]
    assert client("GET", "/me/events").json()["value"] == []
    assert client("GET", f"/me/events/{event}").status == 200
    assert client("GET", f"{default}/events/{event}").status == 404
    assert [client("DELETE", one).status for one in (default, birthdays, path)] == [403, 403, 204]
    assert client("PATCH", birthdays, {"name": "Mine"}).status == 403
    assert client("POST", f"{birthdays}/events", EVENT).status == 403
    assert client("GET", f"/me/events/{event}").status == 404
    assert client.fake.records("events") == []


@pytest.mark.feature("F040")
def test_events_are_listed_by_what_they_are_tagged_with(client: Any) -> None:
    """The tag is compared without regard to case and comes back only when expanded; another value unlinks."""
    tag = "String {5d1c7c1e-2f0b-4a57-9a66-0c3600c36001} Name c360Contact"
    properties = {"singleValueExtendedProperties": [{"id": tag, "value": "AAMk1"}]}
    path = "/me/events/" + client("POST", "/me/events", {**EVENT, **properties}).json()["id"]
    text = f"singleValueExtendedProperties/Any(ep: ep/id eq '{tag}' and ep/value eq 'aamk1')"
    expand = f"&$expand=singleValueExtendedProperties($filter=id%20eq%20'{tag.replace(' ', '%20')}')"
    rows = client.filter(text, "/me/events", expand).json()["value"]
    assert [row["singleValueExtendedProperties"] for row in rows] == [properties["singleValueExtendedProperties"]]
    client("PATCH", path, {"singleValueExtendedProperties": [{"id": tag, "value": "none"}]})
    assert client.filter(text, "/me/events").json()["value"] == []


def test_an_index_that_lags_knows_what_was(make: Any) -> None:
    """While the index lags, a filter finds what the tag was before, not what it is."""
    client = make(extended_lag="600s")
    tag = "String {5d1c7c1e-2f0b-4a57-9a66-0c3600c36001} Name c360Contact"

    def tagged(value: str) -> dict[str, Any]:
        return {"singleValueExtendedProperties": [{"id": tag, "value": value}]}

    def found(value: str) -> int:
        text = f"singleValueExtendedProperties/Any(ep: ep/id eq '{tag}' and ep/value eq '{value}')"
        return len(client.filter(text, "/me/events").json()["value"])

    path = "/me/events/" + client("POST", "/me/events", {**EVENT, **tagged("a")}).json()["id"]
    client.fake.clock.advance(600)
    client("PATCH", path, tagged("b"))
    assert (found("a"), found("b")) == (1, 0)
    client.fake.clock.advance(600)
    assert (found("a"), found("b")) == (0, 1)


def test_times_are_shown_in_the_zone_that_is_preferred(client: Any) -> None:
    """Windows and IANA names are understood; another name is a 400."""
    path = "/me/events/" + client("POST", "/me/events", EVENT).json()["id"]
    shown = client("GET", path, prefer='outlook.timezone="Tokyo Standard Time"').json()["start"]
    assert shown == {"dateTime": "2026-05-21T22:04:00.0000000", "timeZone": "Tokyo Standard Time"}
    assert client("GET", path, prefer='outlook.timezone="Mars"').status == 400


def test_events_change_with_their_version(client: Any) -> None:
    """A PATCH with an old etag is refused; a DELETE ends it."""
    row = client("POST", "/me/events", EVENT).json()
    path = f"/me/events/{row['id']}"
    assert client("PATCH", path, {"subject": "Other"}, if_match=row["@odata.etag"]).json()["subject"] == "Other"
    assert client("PATCH", path, {"subject": "Late"}, if_match=row["@odata.etag"]).status == 412
    assert [client("DELETE", path).status for _ in range(2)] == [204, 404]


def test_categories(client: Any, make: Any) -> None:
    """The mailbox' categories are listed and made, each name once, with a permission of its own."""
    path = "/me/outlook/masterCategories"
    assert client("GET", path).status == 403
    owner = make(scopes=("MailboxSettings.ReadWrite",))
    made = owner("POST", path, {"displayName": "Call", "color": "preset3"})
    assert (made.status, made.json()["color"]) == (201, "preset3")
    assert owner("POST", path, {"displayName": "Call"}).json()["error"]["code"] == "nameAlreadyExists"
    assert owner("POST", path, {"displayName": "B", "color": "red"}).status == 400
    assert [row["displayName"] for row in owner("GET", path).json()["value"]] == ["Red category", "Call"]


def test_what_an_event_causes_besides_is_told(client: Any) -> None:
    """Mails at each change, what others see of it; nothing where it is as the calendar makes it by itself."""
    attendees = [{"emailAddress": {"address": "ann@example.com"}, "type": "required"}]
    row = client("POST", "/me/events", EVENT).json()
    assert client.fake.besides == []
    client("PATCH", f"/me/events/{row['id']}", {"attendees": attendees})
    client("PATCH", f"/me/events/{row['id']}", {"sensitivity": "private", "showAs": "oof", "attendees": []})
    assert client.fake.besides == [
        "mailed the attendees of an event",
        "hid an event from others",
        "said more of its owner than that they are busy",
    ]
