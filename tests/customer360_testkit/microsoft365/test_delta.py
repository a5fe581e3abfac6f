"""The fake's delta answers: contacts, folders, tasks, events."""

from __future__ import annotations

from typing import Any

import pytest

from customer360_testkit.fakes.faults import page_loop


def test_delta_tells_changes_and_removals(client: Any) -> None:
    """Pages, then a link that gives what changed since; an expired one answers 410."""
    url, rows = "/me/contacts/delta", []
    while True:
        page = client("GET", url, prefer="odata.maxpagesize=100").json()
        rows += page["value"]
        if "@odata.deltaLink" in page:
            break
        url = page["@odata.nextLink"]
    assert len(rows) == len(client.fake.customers_of("kim"))
    link = page["@odata.deltaLink"]
    assert client("GET", link).json()["value"] == []
    client("DELETE", f"/me/contacts/{rows[0]['id']}")
    client("PATCH", f"/me/contacts/{rows[1]['id']}", {"surname": "New"})
    told = client("GET", link).json()["value"]
    assert told[0] == {"@removed": {"reason": "deleted"}, "id": rows[0]["id"]}
    assert told[1]["surname"] == "New"
    client.fake.expire_delta()
    answer = client("GET", link)
    assert (answer.status, answer.json()["error"]["code"]) == (410, "SyncStateNotFound")
    assert client("GET", "/me/contacts/delta?$skiptoken=junk").status == 400


def test_china_has_no_delta_and_no_linked_resources(make: Any) -> None:
    """Contact delta and linkedResources are absent there; a token of another cloud is worth nothing."""
    client = make(cloud="china", host="microsoftgraph.chinacloudapi.cn")
    assert client("GET", "/me/contacts").status == 200
    assert client("GET", "/me/contacts/delta").status == 400
    client.host = "graph.microsoft.com"
    assert client("GET", "/me/contacts").json()["error"]["code"] == "InvalidAuthenticationToken"


def follow(client: Any, url: str, size: int = 100) -> tuple[list[dict[str, Any]], str]:
    """Every row, and the link for later."""
    rows: list[dict[str, Any]] = []
    while True:
        page = client("GET", url, prefer=f"odata.maxpagesize={size}").json()
        rows += page["value"]
        if "@odata.deltaLink" in page:
            return rows, page["@odata.deltaLink"]
        url = page["@odata.nextLink"]


def test_select_is_kept_in_the_links(client: Any) -> None:
    """``$select`` of the first request holds for all pages and rounds; the context names the kind."""
    rows, link = follow(client, "/me/contacts/delta?$select=surname")
    assert all(set(row) == {"@odata.type", "@odata.etag", "id", "surname"} for row in rows)
    client("PATCH", f"/me/contacts/{rows[0]['id']}", {"surname": "New"})
    page = client("GET", link).json()
    assert page["@odata.context"] == "https://graph.microsoft.com/v1.0/$metadata#Collection(contact)"
    assert [set(row) for row in page["value"]] == [{"@odata.type", "@odata.etag", "id", "surname"}]
    assert client("GET", "/me/contacts/delta?$filter=surname%20eq%20'a'").status == 400
    assert client("GET", "/me/contactFolders/delta" + link[link.index("?") :]).status == 400


def test_changes_between_pages_come_in_the_next_round(client: Any) -> None:
    """A contact that changes while the pages are walked is not lost."""
    first = client("GET", "/me/contacts/delta", prefer="odata.maxpagesize=50").json()
    later = client("POST", "/me/contacts", {"givenName": "Later"}).json()["id"]
    rows, link = follow(client, first["@odata.nextLink"])
    changed = first["value"][0]["id"]
    assert later not in {row["id"] for row in rows}
    client("PATCH", f"/me/contacts/{changed}", {"surname": "New"})
    assert {row["id"] for row in follow(client, link)[0]} == {later, changed}


def test_folders_are_followed(client: Any) -> None:
    """A new, a renamed and a deleted folder are told; what moves out of a folder is removed there."""
    rows, link = follow(client, "/me/contactFolders/delta()")
    assert [row["displayName"] for row in rows] == ["Suppliers"]
    made = client("POST", "/me/contactFolders", {"displayName": "New"}).json()["id"]
    client("PATCH", f"/me/contactFolders/{rows[0]['id']}", {"displayName": "Old"})
    told, link = follow(client, link)
    assert [row["displayName"] for row in told] == ["New", "Old"]
    inside = client("POST", f"/me/contactFolders/{made}/contacts", {"givenName": "A"}).json()["id"]
    _, contacts = follow(client, f"/me/contactFolders/{made}/contacts/delta")
    client.fake.move_contact("kim", inside, rows[0]["id"])
    assert [row["@removed"] for row in follow(client, contacts)[0]] == [{"reason": "deleted"}]
    assert client("DELETE", f"/me/contactFolders/{made}").status == 204
    assert follow(client, link)[0] == [{"@removed": {"reason": "deleted"}, "id": made}]


def test_tasks_are_followed(client: Any) -> None:
    """New, changed and deleted tasks of one list are told."""
    tasks = f"/me/todo/lists/{client('GET', '/me/todo/lists').json()['value'][0]['id']}/tasks"
    ids = [client("POST", tasks, {"title": title}).json()["id"] for title in ("a", "b")]
    rows, link = follow(client, tasks + "/delta")
    assert [row["title"] for row in rows] == ["a", "b"]
    client("PATCH", f"{tasks}/{ids[1]}", {"status": "completed"})
    client("DELETE", f"{tasks}/{ids[0]}")
    told, _ = follow(client, link)
    assert [(row.get("status"), row.get("@removed")) for row in told] == [
        ("completed", None),
        (None, {"reason": "deleted"}),
    ]


def test_a_calendar_view_is_followed(client: Any) -> None:
    """Events of the period are told; one that leaves it is removed; bounds are needed once."""

    def day(number: int) -> dict[str, Any]:
        moment = {"dateTime": f"2026-05-{number:02}T10:00:00", "timeZone": "UTC"}
        return {"start": moment, "end": moment}

    view = "/me/calendarView/delta?startDateTime=2026-05-20T00:00:00Z&endDateTime=2026-05-22T00:00:00Z"
    rows, link = follow(client, view)
    assert rows == []
    ids = [client("POST", "/me/events", day(number)).json()["id"] for number in (21, 25)]
    page = client("GET", link).json()
    assert page["@odata.context"].endswith("$metadata#Collection(event)")
    assert [(row["id"], row["@odata.type"]) for row in page["value"]] == [(ids[0], "#microsoft.graph.event")]
    client("PATCH", f"/me/events/{ids[0]}", day(26))
    assert [row["id"] for row in follow(client, page["@odata.deltaLink"])[0] if "@removed" in row] == ids[:1]
    assert client("GET", "/me/calendarView/delta").status == 400
    assert client("GET", view.replace("2026-05-22T00:00:00Z", "soon")).status == 400


@pytest.mark.fault("X11")
@pytest.mark.parametrize(
    ("kind", "seen", "links"),
    [
        ("same", [50, 0, 0, 0], 1),
        ("cycle", [50, 50, 0, 0], 2),
        ("endless", [50, 0, 0, 0], 4),
        ("empty", [0, 0, 0, 0], 4),
    ],
)
def test_changes_that_lead_astray(client: Any, kind: Any, seen: list[int], links: int) -> None:
    """The next page of changes is this page, a circle, ever new and nothing new, or empty."""
    url = "/me/contacts/delta"
    client.fake.faults.add(page_loop(kind), path=r".*/delta$", times=None)
    known: set[str] = set()
    fresh, followed = [], set()
    for _ in range(4):
        page = client("GET", url, prefer="odata.maxpagesize=50").json()
        ids = {row["id"] for row in page["value"]}
        fresh.append(len(ids - known))
        known |= ids
        url = page["@odata.nextLink"]
        followed.add(url)
    assert fresh == seen
    assert len(followed) == links


@pytest.mark.fault("X11")
def test_changes_that_shrink(client: Any) -> None:
    """Rows are lost while the pages are walked; the walk ends all the same."""
    client.fake.faults.add(page_loop("shrinks"), path=r".*/delta$", times=None)
    rows, _ = follow(client, "/me/contacts/delta", 50)
    assert len(client.fake.customers_of("kim")) - len(rows) == -(-len(client.fake.customers_of("kim")) // 50)


@pytest.mark.fault("X11")
@pytest.mark.parametrize("kind", ["same", "cycle", "endless", "empty"])
def test_an_end_that_is_none(client: Any, kind: Any) -> None:
    """Even a page that holds everything leads on, and never to the link for later."""
    client.fake.faults.add(page_loop(kind), path=r".*/delta$", times=None)
    page = client("GET", "/me/contacts/delta", prefer="odata.maxpagesize=999").json()
    for _ in range(5):
        assert "@odata.deltaLink" not in page
        page = client("GET", page["@odata.nextLink"], prefer="odata.maxpagesize=999").json()
