"""The fake's task lists, tasks and what they link to."""

from __future__ import annotations

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
