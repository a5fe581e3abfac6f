"""The fake's delta answers: contacts, folders, tasks, events."""

from __future__ import annotations

from typing import Any


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
