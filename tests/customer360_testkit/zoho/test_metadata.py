"""What the organisation says of itself."""

from __future__ import annotations

from typing import Any

import pytest
from tests.customer360_testkit.zoho.by_hand import Client, code

from customer360_testkit.fakes.zoho.fields import Field


def fields(client: Client, module: str = "Contacts", **query: str) -> dict[str, dict[str, Any]]:
    found = client.get("/settings/fields", module=module, **query).json()["fields"]
    return {field["api_name"]: field for field in found}


def test_modules(client: Client) -> None:
    """Also those that nobody gets at are listed; a client must look at api_supported and viewable."""
    found = {one["api_name"]: one for one in client.get("/settings/modules").json()["modules"]}
    usable = {name for name, one in found.items() if one["api_supported"] and one["viewable"]}
    assert usable == set(client.fake.modules)
    assert found.keys() - usable == {"Reports", "Contacts_X_Products", "Quotes"}
    assert found["Deals"]["module_name"] == "Potentials"
    assert (found["Memberships"]["module_name"], found["Memberships"]["generated_type"]) == ("CustomModule2", "custom")
    assert len({one["id"] for one in found.values()}) == len(found)
    visible = client.get("/settings/modules", status="visible").json()["modules"]
    assert {one["api_name"] for one in visible} == usable | {"Reports"}
    assert client.get("/settings/modules/Deals").json()["modules"] == [found["Deals"]]
    assert code(client.get("/settings/modules/Nowhere")) == (404, "INVALID_MODULE")


def test_fields(client: Client) -> None:
    """Types, what is mandatory, what may be written; hidden ones only with ``type=all``."""
    found = fields(client)
    assert {name for name, field in found.items() if field["data_type"] == "phone"} == {
        "Phone", "Mobile", "Fax", "Home_Phone", "Other_Phone", "Asst_Phone", "field1",
    }  # fmt: skip
    assert (found["field1"]["field_label"], found["field1"]["custom_field"]) == ("直通電話", True)
    assert {name for name, field in found.items() if field["system_mandatory"]} == {"Last_Name"}
    assert not found["Full_Name"]["operation_type"]["api_create"]
    owner = found["Owner"]
    assert owner["field_read_only"], "in real data this contradicts operation_type, which wins"
    assert owner["operation_type"]["api_update"]
    assert found["Account_Name"]["lookup"]["module"]["api_name"] == "Accounts"
    assert found["Customer_Number"]["custom_field"]
    assert found["Referred_By"]["lookup"]["module"]["api_name"] == "Contacts"
    assert "$se_module" not in fields(client, "Tasks")
    assert not fields(client, "Tasks", type="all")["$se_module"]["visible"]


def test_every_id_is_one(client: Client) -> None:
    """15 to 19 digits, and no two things share one."""
    ids = []
    for module in client.fake.modules:
        for field in fields(client, module, type="all").values():
            ids += [field["id"], *(choice["id"] for choice in field["pick_list_values"])]
    assert len(set(ids)) == len(ids)
    assert all(one.isdigit() and 15 <= len(one) <= 19 and one[0] != "0" for one in ids)


def test_picklists(client: Client) -> None:
    """What is displayed may differ from what is sent, and some entries are no longer used."""
    choices = fields(client)["Lead_Source"]["pick_list_values"]
    assert choices[0]["actual_value"] == "-None-"
    assert [(one["display_value"], one["type"]) for one in choices if one["actual_value"] == "Trade Show"] == [
        ("Trade show", "used")
    ]
    assert [one["actual_value"] for one in choices if one["type"] == "unused"] == ["Fax"]


def test_layouts(client: Client) -> None:
    """Layouts know what is required beyond what the system demands."""
    layout = client.get("/settings/layouts", module="Leads").json()["layouts"][0]
    required = {one["api_name"] for section in layout["sections"] for one in section["fields"] if one["required"]}
    assert required == {"Last_Name", "Company"}
    assert not fields(client, "Leads")["Company"]["system_mandatory"]


def test_a_second_layout(client: Client) -> None:
    """Administrators make more of them, each with what it wants."""
    layouts = client.get("/settings/layouts", module="Contacts").json()["layouts"]
    wanted = [
        {one["api_name"] for section in layout["sections"] for one in section["fields"] if one["required"]}
        for layout in layouts
    ]
    assert wanted == [{"Last_Name"}, {"Last_Name", "Department"}]
    assert len({layout["id"] for layout in layouts}) == 2


def test_related_lists(client: Client) -> None:
    """Names and where to ask; grouped ones have no address of their own."""
    found = {
        one["api_name"]: one for one in client.get("/settings/related_lists", module="Contacts").json()["related_lists"]
    }
    assert found["Notes"]["href"] == "Contacts/{ENTITYID}/Notes"
    assert found["Cases"]["module"]["api_name"] == "Cases"
    grouped = {name for name, one in found.items() if one["type"] == "grouped"}
    assert grouped == {"Activities_Chronological_View", "Activities_Chronological_View_History"}
    assert all(found[name]["href"] is None for name in grouped)
    assert client.get("/settings/related_lists", module="Notes").status == 204


def test_views(client: Client) -> None:
    """Each module has some; asked for by itself a view tells its criteria, and a list can be filtered by it."""
    answer = client.get("/settings/custom_views", module="Calls").json()
    views = {one["name"]: one["id"] for one in answer["custom_views"]}
    assert answer["info"]["default"] == views["All Calls"]
    view = client.get(f"/settings/custom_views/{views['My inbound calls']}", module="Calls").json()["custom_views"][0]
    assert view["criteria"]["group_operator"] == "AND"
    assert [leaf["comparator"] for leaf in view["criteria"]["group"]] == ["equal", "equal"]
    listed = client.get("/Calls", fields="Call_Type,Owner", cvid=view["id"]).json()["data"]
    assert {(one["Call_Type"], one["Owner"]["name"]) for one in listed} == {("Inbound", "Kim Agent")}
    assert code(client.get("/settings/custom_views/1", module="Calls")) == (400, "INVALID_DATA")
    assert code(client.get("/Calls", fields="id", cvid="1")) == (400, "INVALID_DATA")
    assert code(client.get("/Calls", fields="id", cvid=view["id"], sort_by="id")) == (
        400,
        "AMBIGUITY_DURING_PROCESSING",
    )
    tasks = client.get("/settings/custom_views", module="Tasks").json()["custom_views"]
    open_ones = client.get("/Tasks", fields="Status", cvid=tasks[2]["id"]).json()["data"]
    assert "Completed" not in {one["Status"] for one in open_ones}


@pytest.mark.parametrize("what", ["fields", "layouts", "related_lists", "custom_views"])
def test_the_module_is_a_parameter(client: Client, what: str) -> None:
    """Missing it names the parameter; an unknown one is an unknown module."""
    answer = client.get(f"/settings/{what}")
    assert code(answer) == (400, "REQUIRED_PARAM_MISSING")
    assert answer.json()["details"]["param_name"] == "module"
    assert code(client.get(f"/settings/{what}", module="Nowhere")) == (404, "INVALID_MODULE")


def test_people(client: Client) -> None:
    """Who calls, who is there, and the organisation with the number that deep links need."""
    me = client.get("/users", type="CurrentUser").json()["users"]
    assert [(one["full_name"], one["time_zone"], one["profile"]["name"]) for one in me] == [
        ("Kim Agent", "Europe/London", "Standard")
    ]
    everybody = client.get("/users", type="ActiveUsers", per_page=2).json()
    assert (len(everybody["users"]), everybody["info"]["more_records"]) == (2, True)
    assert len(client.get("/users", type="AdminUsers").json()["users"]) == 1
    assert client.get(f"/users/{me[0]['id']}").json()["users"] == me
    assert code(client.get("/users", type="Nobody")) == (400, "INVALID_DATA")
    assert code(client.get("/users/1")) == (400, "INVALID_DATA")
    org = client.get("/org").json()["org"][0]
    assert org["zgid"].isdigit()
    assert org["type"] == "production"


@pytest.mark.feature("F117")
def test_administrators_change_fields(client: Client) -> None:
    """A new field, one renamed, one gone, a choice more: metadata and records follow at once; reset undoes it."""
    schema = client.fake.schema
    schema.put_field("Contacts", Field("Shoe_Size", "integer", custom=True))
    schema.rename_field("Contacts", "Customer_Number", "Client_Number")
    schema.remove_field("Contacts", "Fax")
    schema.change_field("Contacts", "Priority_Level", values=("-None-", "Gold", "Silver", "Tin"))
    found = fields(client)
    assert found["Shoe_Size"]["json_type"] == "integer"
    assert "Client_Number" in found
    assert "Fax" not in found
    assert found["Priority_Level"]["pick_list_values"][-1]["actual_value"] == "Tin"
    who = client.add("Contacts", Last_Name="L", Shoe_Size=43)
    assert client.read("Contacts", who)["Shoe_Size"] == 43
    assert client.row("POST", "/Contacts", Last_Name="L", Fax="1")["code"] == "INVALID_DATA"
    client.fake.reset()
    client.token = client.fake.oauth.issue("kim", ("ZohoCRM.settings.ALL",)).access_token
    assert "Fax" in fields(client)
    assert "Shoe_Size" not in fields(client)


@pytest.mark.feature("F117")
def test_administrators_change_modules(client: Client) -> None:
    """A module of their own works like any other; one that is removed is unknown."""
    client.fake.schema.add_module("Boats", [Field("Radio", "phone", length=30)])
    boat = client.add("Boats", Name="Argo", Radio="+4930999")
    client.settle()
    assert client.search("Boats", phone="4930999") == [boat]
    assert client.coql("select Name from Boats where Name = 'Argo'").json()["data"][0]["id"] == boat
    client.fake.schema.remove_module("Boats")
    assert code(client.get("/Boats", fields="Name")) == (404, "INVALID_MODULE")


def test_what_administrators_take_away(client: Client) -> None:
    """All but what the system insists on."""
    assert [client.fake.take_away("Contacts", field) for field in ("Fax", "Last_Name")] == [True, False]
    assert "Fax" not in fields(client)
