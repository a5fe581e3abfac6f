"""What the fake answers is in the vendor's metadata, with the right type."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

CSDL = Path(__file__).parents[4] / "shared" / "specs" / "microsoft365" / "metadata.v1.0.xml"
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
SCALARS = {"Edm.Boolean": bool, "Edm.Int32": int, "Edm.Double": float}


@pytest.fixture(scope="module")
def types() -> dict[str, dict[str, str]]:
    """Type name -> property -> type, inherited ones included."""
    if not CSDL.exists():
        pytest.skip("the vendor's metadata is not beside the repository")
    found, bases = {}, {}
    for node in ET.parse(CSDL).iter():
        if node.tag in (EDM + "EntityType", EDM + "ComplexType"):
            name = node.get("Name", "")
            bases[name] = (node.get("BaseType") or "").removeprefix("graph.")
            found[name] = {
                one.get("Name", ""): one.get("Type", "").replace("graph.", "")
                for one in node
                if one.tag in (EDM + "Property", EDM + "NavigationProperty")
            }
    for name, base in bases.items():
        while base:
            found[name] = {**found[base], **found[name]}
            base = bases[base]
    return found


def wrong(types: dict[str, dict[str, str]], kind: str, value: Any) -> list[str]:
    """What does not fit the metadata, as paths."""
    if value is None:
        return []
    if kind.startswith("Collection("):
        if not isinstance(value, list):
            return [kind]
        return [fault for one in value for fault in wrong(types, kind[11:-1], one)]
    if kind in types:
        if not isinstance(value, dict):
            return [kind]
        known = types[kind]
        faults = [f"{kind}.{name}" for name in value if "@" not in name and name not in known]
        return faults + [f for n, one in value.items() if n in known for f in wrong(types, known[n], one)]
    return [] if type(value) is SCALARS.get(kind, str) else [kind]


def _rows(client: Any, make: Any) -> list[tuple[str, dict[str, Any]]]:
    moment = {"dateTime": "2026-05-21T15:04:00", "timeZone": "UTC"}
    categories = "/me/outlook/masterCategories"
    email = {"emailAddress": {"address": "a@example.com"}, "type": "required"}
    lists = client("GET", "/me/todo/lists").json()["value"]
    tasks = f"/me/todo/lists/{lists[0]['id']}/tasks"
    task = {"title": "T", "dueDateTime": moment, "linkedResources": [{"externalId": "x"}]}
    contact = {"givenName": "A", "emailAddresses": [{"address": "a@example.com"}], "homeAddress": {"city": "X"}}
    return [
        ("outlookCategory", make(scopes=("MailboxSettings.Read",))("GET", categories).json()["value"][0]),
        ("linkedResource", client("POST", tasks, task).json()["linkedResources"][0]),
        ("contact", client("POST", "/me/contacts", contact).json()),
        ("event", client("POST", "/me/events", {"start": moment, "end": moment, "attendees": [email]}).json()),
        ("todoTask", client("POST", tasks, task).json()),
        ("todoTaskList", lists[0]),
        ("calendar", client("GET", "/me/calendars").json()["value"][0]),
        ("contactFolder", client("GET", "/me/contactFolders").json()["value"][0]),
        ("person", client("GET", "/me/people").json()["value"][0]),
        ("user", client("GET", "/me").json()),
    ]


def test_answers_fit_the_metadata_and_mutated_ones_do_not(
    client: Any, make: Any, types: dict[str, dict[str, str]]
) -> None:
    """Every member is declared with its type; a renamed or wrongly typed member is found out."""
    for kind, row in _rows(client, make):
        assert wrong(types, kind, row) == []
        for name in [one for one in row if "@" not in one]:
            assert wrong(types, kind, {**row, name: {"x": object()}}) != [], name
            assert wrong(types, kind, {f"{name}X": row[name]}) == [f"{kind}.{name}X"]
