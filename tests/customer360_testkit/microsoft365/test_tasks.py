"""The fake's task lists, tasks and what they link to."""

from __future__ import annotations

import re
from typing import Any

import pytest


@pytest.mark.feature("F050")
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


def test_times_of_tasks_have_seven_digits(client: Any) -> None:
    """Unlike those of contacts and events, which are of whole seconds."""
    client.fake.clock.advance(0.25)
    row = client("POST", tasks_of(client), {"title": "Call"}).json()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.2500000Z", row["createdDateTime"])
    assert row["lastModifiedDateTime"] == row["createdDateTime"]


def tasks_of(client: Any) -> str:
    return f"{default_list(client)}/tasks"


def default_list(client: Any) -> str:
    lists = client("GET", "/me/todo/lists").json()["value"]
    return next(f"/me/todo/lists/{each['id']}" for each in lists if each["wellknownListName"] == "defaultList")


def test_lists_are_made_renamed_and_deleted(client: Any) -> None:
    """Two lists may have one name; a list goes with its tasks; the default list stays as it is."""
    default = default_list(client)
    made = client("POST", "/me/todo/lists", {"displayName": "Tasks"})
    assert (made.status, made.json()["wellknownListName"]) == (201, "none")
    path = f"/me/todo/lists/{made.json()['id']}"
    assert len(client.filter("displayName eq 'Tasks'", "/me/todo/lists").json()["value"]) == 2
    assert client("PATCH", path, {"displayName": "Calls"}).json()["displayName"] == "Calls"
    assert client("GET", path).json()["displayName"] == "Calls"
    client("POST", f"{path}/tasks", {"title": "T"})
    assert [client(method, default, {"displayName": "X"}).status for method in ("PATCH", "DELETE")] == [403, 403]
    assert client("DELETE", path).status == 204
    assert client("GET", f"{path}/tasks").status == 404
    assert client.fake.records("tasks") == []
    assert client("POST", "/me/todo/lists", {"displayName": ""}).status == 400


@pytest.mark.feature("F044")
@pytest.mark.feature("F045")
def test_links_are_added_read_changed_and_removed(client: Any) -> None:
    """One linkedResource is an item of its own, and the task changes with it."""
    row = client("POST", tasks_of(client), {"title": "T"}).json()
    links = f"{tasks_of(client)}/{row['id']}/linkedResources"
    made = client("POST", links, {"externalId": "c-1", "applicationName": "a"})
    path = f"{links}/{made.json()['id']}"
    assert made.status == 201
    assert client("PATCH", path, {"externalId": "c-2"}).json()["externalId"] == "c-2"
    read = client("GET", path).json()
    assert (read["externalId"], read["applicationName"]) == ("c-2", "a")
    assert [one["externalId"] for one in client("GET", links).json()["value"]] == ["c-2"]
    assert client("GET", links[: links.rindex("/")]).json()["@odata.etag"] != row["@odata.etag"]
    assert [client("DELETE", path).status for _ in range(2)] == [204, 404]
    assert client("PATCH", path, {"externalId": "x"}).status == 404
    assert client("POST", links, {"other": "x"}).status == 400


@pytest.mark.parametrize(
    ("path", "status", "outer", "inner"),
    [
        ("/me/todo/lists/x/tasks", 400, "invalidRequest", "ErrorInvalidIdMalformed"),
        ("/me/todo/lists/" + "A" * 60, 404, "itemNotFound", "ErrorItemNotFound"),
        ("TASKS/x", 400, "invalidRequest", "ErrorInvalidIdMalformed"),
        ("TASKS?$expand=photo", 400, "invalidRequest", "BadRequest"),
        ("TASKS?$select=phone", 400, "invalidRequest", "RequestBroker--ParseUri"),
    ],
)
def test_errors_stand_inside(client: Any, path: str, status: int, outer: str, inner: str) -> None:
    """To Do tells a generic code, and the exact one inside it; a token that is wrong is told as everywhere."""
    answer = client("GET", path.replace("TASKS", tasks_of(client)))
    error = answer.json()["error"]
    assert (answer.status, error["code"], error["innerError"]["code"]) == (status, outer, inner)
    client.token = "other"
    assert client("GET", "/me/todo/lists").json()["error"]["code"] == "InvalidAuthenticationToken"


@pytest.mark.parametrize(
    "body",
    [
        {}, {"title": ""}, {"title": 1}, {"title": "T", "status": "done"}, {"title": "T", "owner": "x"},
        {"title": "T", "linkedResources": {}}, {"title": "T", "linkedResources": [1]}, {"title": "T", "id": "x"},
        {"title": "T", "dueDateTime": "2026-05-21"}, {"title": "\ud800"},
    ],
)  # fmt: skip
def test_tasks_that_are_refused(client: Any, body: dict[str, Any]) -> None:
    """Wrong tasks are a 400 and leave nothing."""
    assert client("POST", tasks_of(client), body).status == 400
    assert client.fake.records("tasks") == []


def test_china_has_tasks_and_no_links(make: Any) -> None:
    """There linkedResources are refused in every form, and a task is made without them."""
    client = make(cloud="china", host="microsoftgraph.chinacloudapi.cn")
    tasks = tasks_of(client)
    linked = {"title": "T", "linkedResources": [{"externalId": "c-1"}]}
    assert client("POST", tasks, linked).status == 400
    assert client.fake.records("tasks") == []
    path = f"{tasks}/{client('POST', tasks, {'title': 'T'}).json()['id']}/linkedResources"
    assert client("GET", tasks + "?$expand=linkedResources").status == 400
    assert [client(method, path, {"externalId": "c-1"}).status for method in ("GET", "POST")] == [400, 400]
    assert [client(method, path + "/x", {}).status for method in ("GET", "PATCH", "DELETE")] == [400, 400, 400]
    assert client("GET", tasks + "/delta").status == 200
