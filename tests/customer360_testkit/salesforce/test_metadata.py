"""What describe tells, and that the records agree with it (contract section 3)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.customer360_testkit.salesforce.by_hand import Client, Make

from customer360_testkit.fakes.salesforce.fields import Field, phone

RECORDED = Path(__file__).parents[4] / "shared" / "specs" / "salesforce" / "describe"


def fields(client: Client, name: str) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in client.get(f"/sobjects/{name}/describe").json()["fields"]}


@pytest.mark.parametrize(
    ("name", "required"),
    [
        ("Contact", {"LastName"}),
        ("Lead", {"LastName", "Company"}),
        ("Account", {"Name"}),
        ("Opportunity", {"Name", "StageName", "CloseDate"}),
        ("Task", set()),
        ("Event", set()),
        ("Case", set()),
    ],
)
def test_what_is_required(client: Client, name: str, required: set[str]) -> None:
    """Createable, not nillable, not defaulted: the vendor's own rule."""
    found = fields(client, name).values()
    assert required == {
        f["name"] for f in found if f["createable"] and not f["nillable"] and not f["defaultedOnCreate"]
    }


def test_person_accounts_change_the_account(make: Make) -> None:
    """With them nothing shows as required; without them their fields do not exist."""
    off, on = fields(make(), "Account"), fields(make(person_accounts="on"), "Account")
    assert "PersonEmail" not in off
    assert "IsPersonAccount" not in off
    assert on["PersonEmail"]["type"] == "email"
    assert on["Name"]["nillable"]
    assert on["LastName"]["nillable"]
    assert on["Direct_Line__pc"]["type"] == "phone"


def test_shapes_of_fields(client: Client) -> None:
    """Types, references, picklists, compounds, custom fields."""
    contact = fields(client, "Contact")
    assert contact["MobilePhone"]["type"] == "phone"
    assert contact["MobilePhone"]["length"] == 40
    assert contact["AccountId"]["referenceTo"] == ["Account"]
    assert contact["AccountId"]["relationshipName"] == "Account"
    assert contact["MailingCity"]["compoundFieldName"] == "MailingAddress"
    assert not contact["MailingAddress"]["createable"]
    assert not contact["Description"]["filterable"]
    assert contact["Customer_Number__c"]["externalId"]
    assert contact["Level__c"]["restrictedPicklist"]
    levels = [(value["value"], value["label"]) for value in contact["Level__c"]["picklistValues"]]
    assert levels == [("Gold", "Gold"), ("Silver", "Silver (from 2020)")]
    assert contact["Referred_By__c"]["referenceTo"] == ["Contact"]
    task = fields(client, "Task")
    assert task["WhoId"]["polymorphicForeignKey"]
    assert {value["value"] for value in task["CallType"]["picklistValues"]} == {"Inbound", "Outbound", "Internal"}
    assert not task["TaskSubtype"]["updateable"]


@pytest.mark.parametrize("name", ["Contact", "Lead", "Account", "PersonAccount", "Case", "Event", "Opportunity"])
def test_fields_agree_with_what_was_recorded(make: Make, name: str) -> None:
    """Every standard field here is told as a real organisation tells it."""
    if not RECORDED.is_dir():
        pytest.skip("the recordings are not beside the repository")
    real = {field["name"]: field for field in json.loads((RECORDED / f"{name}.json").read_text())["fields"]}
    persons = "on" if name == "PersonAccount" else "off"
    mine = fields(make(person_accounts=persons), name.removeprefix("Person"))
    own = {"IsArchived"} if name == "Event" else set()
    compared = (
        *("type", "nillable", "createable", "updateable", "defaultedOnCreate", "filterable", "sortable"),
        *("restrictedPicklist", "idLookup", "nameField", "compoundFieldName", "relationshipName"),
    )
    checked = 0
    for field in mine.values():
        if field["custom"] or field["name"] not in real or field["name"] in own:
            continue
        theirs = real[field["name"]]
        checked += 1
        told = {key: field[key] for key in compared}
        assert told == {key: theirs[key] for key in compared}, field["name"]
        assert set(field) <= set(theirs) | {"caseSensitive"}
        if field["type"] not in ("picklist", "int", "double"):
            assert field["length"] == theirs["length"], field["name"]
    assert checked > 20


def test_describe_is_cached_by_time(client: Client) -> None:
    """304 while nothing changed; a change by an administrator is seen."""
    first = client.get("/sobjects/Contact/describe")
    assert first.header("etag")
    since = {"if-modified-since": first.header("last-modified")}
    again = client("GET", "/sobjects/Contact/describe", headers=since)
    assert (again.status, again.content) == (304, b"")
    client.fake.schema.put_field("Contact", phone("Pager__c", custom=True), client.fake.now)
    assert client("GET", "/sobjects/Contact/describe", headers=since).status == 200
    assert "Pager__c" in fields(client, "Contact")
    assert [client.fake.take_away("Contact", name) for name in ("Pager__c", "Fax")] == [True, False]
    assert "Pager__c" not in fields(client, "Contact")


def test_the_list_of_objects(client: Client) -> None:
    """What an agent may file things under can be told from it."""
    told = client.get("/sobjects").json()
    found = {one["name"]: one for one in told["sobjects"]}
    assert (told["encoding"], told["maxBatchSize"]) == ("UTF-8", 200)
    assert found["Membership__c"]["custom"]
    assert found["Contact"]["keyPrefix"] == "003"
    assert not found["ActivityHistory"]["queryable"]
    assert "TaskRelation" not in found
    offered = {n for n, one in found.items() if one["queryable"] and one["createable"] and one["layoutable"]}
    assert {"Contact", "Lead", "Account", "Task", "Event", "Case", "Opportunity", "Membership__c"} <= offered


def test_worlds_have_other_objects(make: Make) -> None:
    """Shared activities and enhanced notes bring objects with them."""
    client = make(shared_activities="on", enhanced_notes="off")
    found = {one["name"] for one in client.get("/sobjects").json()["sobjects"]}
    assert {"TaskRelation", "EventRelation", "Note"} <= found
    assert "ContentNote" not in found
    assert client.fake.records("ContentNote") == []


def test_places_are_chosen(make: Make) -> None:
    """Names and codes of countries and states stand beside each other, and tell the same; or names alone are typed."""
    asked = "SELECT Id, MailingStateCode, MailingState, MailingCountryCode, MailingCountry FROM Contact"
    chosen = make(places="chosen")
    told = [[*row.values()][2:] for row in chosen.soql(f"{asked} WHERE MailingCountryCode = 'US'").json()["records"]]
    assert ["CA", "California", "US", "United States"] in told
    code = next(each for each in chosen.get("/sobjects/Lead/describe").json()["fields"] if each["name"] == "StateCode")
    assert {"value": "CA", "label": "California"}.items() <= code["picklistValues"][0].items()
    assert not code["updateable"]
    typed = make(places="typed")
    assert typed.soql(asked).status == 400
    assert typed.soql("SELECT Id FROM Contact WHERE MailingState = 'CA'").json()["totalSize"]


def test_picklists_of_a_record_type(client: Client) -> None:
    """By record type; an unknown one is not found."""
    path = "/ui-api/object-info/Contact/picklist-values"
    told = client.get(f"{path}/012000000000000AAA").json()["picklistFieldValues"]
    assert [value["value"] for value in told["Level__c"]["values"]] == ["Gold", "Silver"]
    assert client.get(f"{path}/012000000000001AAA").status == 404


def test_required_can_be_added(client: Client) -> None:
    """A field that an administrator makes required is missed from then on."""
    made = Field("Region__c", "string", 20, nillable=False, custom=True)
    client.fake.schema.put_field("Lead", made, client.fake.now)
    answer = client("POST", "/sobjects/Lead", {"LastName": "x", "Company": "y"})
    assert answer.json()[0]["fields"] == ["Region__c"]
    assert client.add("Lead", LastName="x", Company="y", Region__c="EU")
