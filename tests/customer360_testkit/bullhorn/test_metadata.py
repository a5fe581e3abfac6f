"""Entities, fields, pick lists, settings, entitlements."""

from __future__ import annotations

from typing import Any

import pytest
from tests.customer360_testkit.bullhorn.by_hand import Client, Make


def fields(client: Client, entity: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/meta/{entity}", **{"fields": "*", "meta": "full", **query})
    assert answer.status_code == 200, answer.text
    return {field["name"]: field for field in answer.json()["fields"]}


def test_entities(client: Client) -> None:
    """Each with the address of its metadata; what a user may not read is left out."""
    client.fake.guard.forbidden.add(("kim", "Lead", "READ"))
    told = {row["entity"]: row["metaUrl"] for row in client.get("/meta").json()}
    assert told["Candidate"] == "https://rest99.bullhornstaffing.com/rest-services/abc123/meta/Candidate"
    assert "Lead" not in told
    assert client.get("/meta/Lead", fields="*").status_code == 400


def test_fields(client: Client) -> None:
    """As the contract's example."""
    told = fields(client, "ClientContact")
    assert told["id"]["type"] == "ID"
    assert told["firstName"].items() >= {"dataType": "String", "maxLength": 50, "required": True}.items()
    assert {"value": "Archive", "label": "Archive"} in told["status"]["options"]
    assert told["status"].items() >= {"inputType": "SELECT", "defaultValue": "Active"}.items()
    assert told["dateAdded"].items() >= {"dataSpecialization": "SYSTEM", "readOnly": True}.items()
    assert told["address"]["type"] == "COMPOSITE"
    assert {part["name"] for part in told["address"]["fields"]} >= {"city", "countryID"}
    company = told["clientCorporation"]
    assert company.items() >= {"type": "TO_ONE", "required": True, "optional": False, "label": "Company"}.items()
    assert company["associatedEntity"]["entity"] == company["optionsType"] == "ClientCorporation"
    assert told["notes"]["type"] == "TO_MANY"
    assert told["customText1"]["label"] == "Customer Number"
    assert told["customText1"]["hideFromSearch"] is False
    assert told["customText3"]["hideFromSearch"] is True
    assert {"value": "N", "label": "Night"} in fields(client, "Candidate")["customText3"]["options"]
    assert "workPhone" not in told
    assert "externalID" not in fields(client, "Lead")


def test_what_only_the_full_metadata_hold(client: Client) -> None:
    """Without meta=full some keys are left out, options are not."""
    short = fields(client, "ClientContact", meta="basic")
    starred = {
        "optional",
        "required",
        "readOnly",
        "multiValue",
        "inputType",
        "optionsType",
        "optionsUrl",
        "defaultValue",
    }
    assert not starred & set().union(*(field.keys() for field in short.values()))
    assert short["status"]["options"]


def test_some_fields_and_those_of_links(client: Client) -> None:
    """Opened by name."""
    told = fields(client, "ClientContact", fields="id,clientCorporation(*)")
    assert set(told) == {"id", "clientCorporation"}
    inner = {field["name"] for field in told["clientCorporation"]["associatedEntity"]["fields"]}
    assert {"id", "name", "phone"} <= inner
    assert client.get("/meta/ClientContact", fields="title").status_code == 400


@pytest.mark.feature("F117")
def test_what_administrators_change(client: Client) -> None:
    """Labels, options, fields, entities."""
    schema = client.fake.schema
    schema.change_field("Candidate", "customText2", label="Shoe size", hidden=False)
    schema.remove_field("Candidate", "pager")
    schema.remove_entity("Lead")
    told = fields(client, "Candidate")
    assert told["customText2"]["label"] == "Shoe size"
    assert "pager" not in told
    assert client.search("pager:1").status_code == 400
    for path in ("/meta/Lead", "/entity/Lead/1", "/query/Lead", "/search/Lead"):
        assert client.get(path, fields="id", where="id=1", query="id:1").status_code == 400
    assert client.get("/find", query="ada lovelace").status_code == 200
    client.fake.reset()
    client.renew()
    assert "pager" in fields(client, "Candidate")


def test_a_tenant_without_leads(make: Make) -> None:
    """An optional module: whoever would be one is a contact of a client, or a candidate."""
    client = make(leads="absent")
    assert client.get("/meta/Lead", fields="*").status_code == 400
    assert "Lead" not in {each["entity"] for each in client.get("/meta").json()}
    people = [each["id"] for name in ("Candidate", "ClientContact") for each in client.fake.records(name)]
    assert len(people) == len([each for each in client.fake.cast if each.kind != "company"])


@pytest.mark.parametrize("reading", ["400", "404"])
def test_unknown_entity(make: Make, reading: str) -> None:
    """An entity that does not exist."""
    client = make(unknown_entity=reading)
    assert client.get("/meta/Nowhere", fields="*").status_code == int(reading)
    assert client.get("/entity/Nowhere/1", fields="id").status_code == int(reading)


def test_pick_lists(client: Client) -> None:
    """Filtered by the beginning of the label, or of any of its words; in pages."""
    assert {"value": "Country", "label": "Country"} in client.get("/options").json()["data"]
    assert client.get("/options/Country", filter="united s").json()["data"] == [{"value": 1, "label": "United States"}]
    assert client.get("/options/Country", filter="*king").json()["data"] == [{"value": 2359, "label": "United Kingdom"}]
    assert client.get("/options/Country", filter="king").json()["data"] == []
    assert len(client.get("/options/ClientCorporation").json()["data"]) == 20
    page = client.get("/options/ClientCorporation", start=20, count=5).json()["data"]
    assert [row["value"] for row in page] == [21, 22, 23, 24, 25]
    assert client.get("/options/Nowhere").status_code == 400
    assert client.get("/options/Country", count="x").status_code == 400


@pytest.mark.parametrize(("reading", "user"), [("strings", "1315"), ("numbers", 1315)])
def test_settings_values(make: Make, reading: str, user: object) -> None:
    """Who it is; what has no value is not there."""
    told = make(settings_values=reading).get("/settings/userId,corporationName,nonsense").json()
    assert told == {"userId": user, "corporationName": "Acme Staffing"}


def test_note_actions_are_a_setting(client: Client) -> None:
    """Per tenant."""
    client.fake.schema.actions = ("Ring", "Ping")
    assert client.get("/settings/commentActionList").json() == {"commentActionList": ["Ring", "Ping"]}


def test_actions_of_another_tenant(make: Make) -> None:
    """In its own words."""
    told = make(note_actions="own").get("/settings/commentActionList").json()["commentActionList"]
    assert "BD Call" in told
    assert "Inbound Call" not in told


def test_the_countries_are_some_250(client: Client) -> None:
    """Twenty of them unless more are asked for; each has an id of its own."""
    assert len(client.get("/options/Country").json()["data"]) == 20
    told = client.get("/options/Country", count=300).json()["data"]
    assert len({row["value"] for row in told}) == len({row["label"] for row in told}) == len(told) > 240
    assert told[0] == {"value": 2185, "label": "Afghanistan"}


def test_a_field_of_several_values(client: Client) -> None:
    """The metadata say so; a list of texts is written and read, and each of them is found."""
    (field,) = client.get("/meta/Candidate", fields="customText4", meta="full").json()["fields"]
    assert field["multiValue"]
    mine = client.person(customText4=["RN", "BLS, adult"])
    assert client.get(f"/entity/Candidate/{mine}", fields="customText4").json()["data"]["customText4"] == [
        "RN",
        "BLS, adult",
    ]
    client.settle()
    assert mine in client.found('customText4:"BLS, adult"')
    for wrong in ("RN", [1], ["x" * 60, "y" * 60]):
        assert client("POST", f"/entity/Candidate/{mine}", {"customText4": wrong}).status_code == 400


def test_who_am_i(client: Client) -> None:
    """By the user name of the sign-in."""
    (row,) = client.query("username='kim.acme'", "CorporateUser", fields="id,name,email").json()["data"]
    assert row == {"id": 1315, "name": "Kim Agent", "email": "kim@acme.example"}


def test_entitlements(client: Client) -> None:
    """What the user may do with an entity."""
    client.fake.guard.forbidden.add(("kim", "Candidate", "DELETE"))
    assert client.get("/entitlements/Candidate").json() == ["CREATE", "READ_CORPORATE", "UPDATE"]
    assert client.get("/entitlements/Placement").json() == ["READ_CORPORATE"]


def test_rights_in_a_department(make: Make) -> None:
    """Of another type of user."""
    told = make(rights="department").get("/entitlements/Candidate").json()
    assert set(told) == {"CREATE", "READ_CORPORATE", "UPDATE_DEPARTMENT", "UPDATE_OWNER", "DELETE_DEPARTMENT"}


def test_what_administrators_take_away(client: Client) -> None:
    """All but what a record cannot do without."""
    assert [client.fake.take_away("Candidate", field) for field in ("pager", "lastName")] == [True, False]
    assert "pager" not in fields(client, "Candidate")
