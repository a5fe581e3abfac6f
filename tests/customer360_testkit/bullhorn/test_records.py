"""Reading by id: fields, sub-fields, to-many lists, associations."""

from __future__ import annotations

from typing import Any

import pytest
from tests.customer360_testkit.bullhorn.by_hand import Client, Make, key, refusal


def test_the_cast_is_there(client: Client) -> None:
    """More than 200 customers, each kind in an entity of its own, with every number as it was typed."""
    fake = client.fake
    assert len(fake.cast) >= 200
    people = [row for name in ("Candidate", "ClientContact", "Lead") for row in fake.records(name)]
    names = {row["name"] for row in [*people, *fake.records("ClientCorporation")]}
    assert {member.name for member in fake.cast} <= names
    typed = {phone.spelled for member in fake.cast for phone in member.phones}
    phones = ("phone", "mobile", "phone2", "phone3", "workPhone", "billingPhone")
    held = {row.get(name) for row in [*people, *fake.records("ClientCorporation")] for name in phones}
    assert typed <= held
    assert all(len(phone) <= 20 for phone in typed)


def test_one_and_several(client: Client) -> None:
    """A record is an object, several are a list without those that do not exist."""
    one, two = client.person(), client.person(lastName="Byron")
    assert client.read("Candidate", one, "lastName") == {"id": one, "lastName": "Lovelace"}
    answer = client.get(f"/entity/Candidate/{one},1,{two}", fields="id,lastName").json()
    assert [row["id"] for row in answer["data"]] == [one, two]
    missing = client.get("/entity/Candidate/1,2", fields="id")
    assert (missing.status_code, missing.json()["errorCode"]) == (404, 404)


@pytest.mark.parametrize("record", ["x", "1,,2", "-1", "1.5"])
def test_ids_that_are_none(client: Client, record: str) -> None:
    """They are refused."""
    assert client.get(f"/entity/Candidate/{record}", fields="id").status_code == 400


def test_fields_are_needed(client: Client) -> None:
    """Or a layout."""
    mine = client.person()
    assert key(client.get(f"/entity/Candidate/{mine}")) == (400, "errors.fieldsRequired")
    assert client.get(f"/entity/Candidate/{mine}", layout="Edit").json()["data"]["firstName"] == "Ada"


@pytest.mark.parametrize(
    "fields",
    [
        "",
        "id,,name",
        "id,",
        "owner(",
        "owner(id",
        "owner()",
        "id name",
        "notes[x]",
        "notes[5",
        "notes{x",
        "name.x",
        "1",
    ],
)
def test_fields_that_cannot_be_read(client: Client, fields: str) -> None:
    """They are refused."""
    assert client.get(f"/entity/Candidate/{client.person()}", fields=fields).status_code == 400


@pytest.mark.parametrize(
    "fields", ["name(id)", "owner(nonsense)", "owner[2]", "address(planet)", "clientCorporation(clientContacts)"]
)
def test_sub_fields_that_do_not_exist(client: Client, fields: str) -> None:
    """Nor to-many lists below the top level."""
    status, message = refusal(client.get(f"/entity/ClientContact/{client.person('ClientContact')}", fields=fields))
    assert status == 400
    assert message.startswith("Invalid field")


@pytest.mark.parametrize("reading", ["refused", "administrators"])
def test_all_fields(make: Make, reading: str) -> None:
    """Refused to agents always; to administrators in one reading."""
    agent, boss = make("kim", all_fields=reading), make("alex", all_fields=reading)
    told = (400, "errors.allFieldsNotAllowed")
    assert key(agent.get("/entity/ClientContact/5059001", fields="*")) == told
    answer = boss.get("/entity/ClientContact/5059001", fields="*")
    if reading == "refused":
        assert key(answer) == told
    else:
        assert answer.json()["data"]["name"] == "Ada Lovelace"


def test_to_one_and_composite(client: Client) -> None:
    """A link is an id; of a person, with what kind; an address is an object or part of it."""
    company = client.add("ClientCorporation", name="Zenith", status="Prospect")
    link = {"clientCorporation": {"id": company}, "address": {"city": "Leeds", "countryID": 2359}}
    mine = client.person("ClientContact", **link, linkedPerson={"id": 5059002})
    row = client.read("ClientContact", mine, "clientCorporation,linkedPerson,address,owner(firstName)")
    assert row["clientCorporation"] == {"id": company}
    assert row["linkedPerson"] == {"id": 5059002, "_subtype": "Candidate"}
    assert row["address"].items() >= {"city": "Leeds", "countryID": 2359, "state": None}.items()
    assert row["owner"] == {"id": 1315, "firstName": "Kim"}
    some = client.read("ClientContact", mine, "address(city),linkedPerson(id,lastName)")
    assert some["address"] == {"city": "Leeds"}
    assert some["linkedPerson"]["lastName"] == "D'Angelo"


def test_to_many_inside(client: Client) -> None:
    """Five unless asked, the total of all, filtered; deleted ones are left out."""
    mine = client.person()
    notes = [client.note(mine, action="Email" if number % 2 else "Other") for number in range(8)]
    client("DELETE", f"/entity/Note/{notes[0]}")
    told = client.read("Candidate", mine, "notes")["notes"]
    assert told == {"total": 7, "data": [{"id": note} for note in notes[1:6]]}
    assert len(client.read("Candidate", mine, "notes[10]")["notes"]["data"]) == 7
    mails = client.read("Candidate", mine, "notes[10](id,action){action='Email'}")["notes"]
    assert mails["total"] == 4
    assert {row["action"] for row in mails["data"]} == {"Email"}


def test_a_list_in_full(client: Client) -> None:
    """Ordered, in pages, filtered, with the total when asked."""
    mine = client.person("ClientContact")
    for number in range(6):
        client.note(mine, comments=str(number), dateAdded=client.fake.now + number)
    path = f"/entity/ClientContact/{mine}/notes"
    asked: dict[str, Any] = {
        "fields": "id,comments,commentingPerson(id,firstName)",
        "orderBy": "-dateAdded",
        "count": 4,
    }
    answer = client.get(path, **asked, showTotalMatched="true").json()
    assert [row["comments"] for row in answer["data"]] == ["5", "4", "3", "2"]
    assert (answer["total"], answer["start"], answer["count"]) == (6, 0, 4)
    assert answer["data"][0]["commentingPerson"]["firstName"] == "Kim"
    rest = client.get(path, **asked, start=4).json()
    assert [row["comments"] for row in rest["data"]] == ["1", "0"]
    assert "total" not in rest
    assert client.get(path, **asked, where="comments = '3'").json()["count"] == 1
    assert client.get(f"/entity/ClientContact/{mine}/name", fields="id").status_code == 400
    assert client.get("/entity/ClientContact/1/notes", fields="id").status_code == 404


def test_pairs_of_associations(client: Client) -> None:
    """Ids of many records with those of their notes."""
    one, two = client.person(), client.person()
    notes = [client.note(one), client.note(one), client.note(two)]
    sent = {"ids": [one, two], "count": 2, "showTotalMatched": True}
    answer = client("POST", "/association/Candidate/notes", sent).json()
    assert answer == {"total": 3, "data": [[one, notes[0]], [one, notes[1]]]}
    assert client("POST", "/association/Candidate/notes", {"ids": [one], "count": 10_001}).status_code == 400
    assert client("POST", "/association/Candidate/name", {"ids": [one]}).status_code == 400


def test_notes_of_a_company(client: Client) -> None:
    """Of everybody who works there."""
    company = client.add("ClientCorporation", name="Zenith", status="Prospect")
    mine = client.person("ClientContact", clientCorporation={"id": company})
    note = client.note(mine)
    answer = client.get("/allCorpNotes", clientCorpId=company, fields="id").json()
    assert [row["id"] for row in answer["data"]] == [note]


@pytest.mark.parametrize(("reading", "total"), [("ignored", None), ("told", 1)])
def test_query_total(make: Make, reading: str, total: int | None) -> None:
    """totalOnly gives the number alone; showTotalMatched perhaps beside the rows; else there is none."""
    client = make(query_total=reading)
    mine = client.person("ClientContact")
    assert client.query(f"id = {mine}").json() == {"start": 0, "count": 1, "data": [{"id": mine}]}
    assert client.query(f"id = {mine}", totalOnly="true").json() == {"total": 1}
    assert client.query(f"id = {mine}", showTotalMatched="true").json().get("total") == total


def test_confidential_values(client: Client) -> None:
    """They read as a word."""
    mine = client.person(email="a@own.example")
    assert client.fake.hide("Candidate", "email", "kim")
    assert client.read("Candidate", mine, "email")["email"] == "**CONFIDENTIAL**"
    assert client.read("Candidate", mine, "email2")["email2"] is None
