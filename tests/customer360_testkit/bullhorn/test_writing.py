"""Creating, changing, deleting, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from tests.customer360_testkit.bullhorn.by_hand import Client, Make, refusal

NAMES = {"firstName": "Jo", "lastName": "Smith", "name": "Jo Smith"}


def test_create_and_read_back(client: Client) -> None:
    """Defaults, the owner and the times come by themselves; it is there at once."""
    sent = {**NAMES, "phone": "+16175550134", "status": "New Lead", "externalID": "c360-81"}
    answer = client("PUT", "/entity/Candidate", sent)
    assert answer.status_code == 200
    assert answer.json() == {"changedEntityId": answer.json()["changedEntityId"], "changeType": "INSERT"}
    row = client.read(
        "Candidate", answer.json()["changedEntityId"], "phone,externalID,owner,dateAdded,isDeleted,status"
    )
    assert row.items() >= {"phone": "+16175550134", "externalID": "c360-81", "owner": {"id": 1315}}.items()
    assert row["dateAdded"] == client.fake.now
    assert row["isDeleted"] is False


@pytest.mark.parametrize(("reading", "told"), [("absent", None), ("present", "Candidate")])
def test_changed_entity_type(make: Make, reading: str, told: str | None) -> None:
    """It may be missing."""
    assert make(changed_entity_type=reading)("PUT", "/entity/Candidate", NAMES).json().get("changedEntityType") == told


@pytest.mark.parametrize(("reading", "told"), [("absent", None), ("present", NAMES)])
def test_write_echo(make: Make, reading: str, told: Any) -> None:
    """What was sent may come back."""
    assert make(write_echo=reading)("PUT", "/entity/Candidate", NAMES).json().get("data") == told


def test_names_do_not_follow(client: Client) -> None:
    """name stays as it was written."""
    mine = client.person()
    client("POST", f"/entity/Candidate/{mine}", {"firstName": "Augusta"})
    assert client.read("Candidate", mine, "name")["name"] == "Ada Lovelace"


def test_update_in_part(client: Client) -> None:
    """Only what is sent changes; null clears; the last write wins."""
    mine = client.person(email="a@own.example", phone="1")
    client.wait(5)
    answer = client("POST", f"/entity/Candidate/{mine}", {"email": None, "mobile": "2"})
    assert answer.json() == {"changedEntityId": mine, "changeType": "UPDATE"}
    row = client.read("Candidate", mine, "email,phone,mobile,dateAdded,dateLastModified")
    assert (row["email"], row["phone"], row["mobile"]) == (None, "1", "2")
    assert row["dateLastModified"] - row["dateAdded"] == 5000


@pytest.mark.parametrize(
    ("entity", "sent"),
    [
        ("Candidate", {**NAMES, "nonsense": 1}),
        ("Candidate", {**NAMES, "title": "Buyer"}),
        ("Candidate", {**NAMES, "id": 5}),
        ("Candidate", {**NAMES, "phone": 5}),
        ("Candidate", {**NAMES, "phone": "1" * 21}),
        ("Candidate", {**NAMES, "firstName": "x" * 51}),
        ("Candidate", {**NAMES, "isDeleted": "false"}),
        ("Candidate", {**NAMES, "dateAdded": 5}),
        ("Candidate", {**NAMES, "owner": 1315}),
        ("Candidate", {**NAMES, "owner": {"id": 99}}),
        ("Candidate", {**NAMES, "owner": {"name": "Kim"}}),
        ("Candidate", {**NAMES, "categories": [{"id": 1001}]}),
        ("Candidate", {**NAMES, "notes": []}),
        ("Candidate", {**NAMES, "address": "Leeds"}),
        ("Candidate", {**NAMES, "address": {"planet": "Mars"}}),
        ("Candidate", {**NAMES, "address": {"countryID": "UK"}}),
        ("Candidate", {"firstName": "Jo", "lastName": "Smith"}),
        ("Candidate", {**NAMES, "lastName": ""}),
        ("ClientContact", NAMES),
        ("ClientContact", {**NAMES, "clientCorporation": {"id": 1}, "workPhone": "1"}),
        ("ClientContact", {**NAMES, "clientCorporation": {"id": 1}, "email": "x" * 61}),
        ("Lead", {**NAMES, "externalID": "x"}),
        ("Task", {"subject": "S", "type": "Call"}),
        ("Task", {"subject": "S", "type": "Call", "dateBegin": "2026-05-14", "dateEnd": 1}),
        ("Appointment", {"subject": "S", "type": "Meeting", "owner": {"id": 1315}}),
        ("JobOrder", {"title": "Nurse"}),
        ("JobSubmission", {"candidate": {"id": 5059002}}),
        ("Note", {"comments": "x"}),
        ("Note", {"personReference": {"id": 5059002}}),
        ("Note", {"comments": "x", "personReference": {"id": 1}}),
        ("Note", {"comments": "x", "personReference": {"id": 5059002}, "minutesSpent": 1.5}),
        ("Note", {"comments": "x", "personReference": {"id": 5059002}, "action": "x" * 31}),
        ("CorporateUser", NAMES),
        ("Country", {"name": "Utopia"}),
    ],
)
def test_refused(client: Client, entity: str, sent: dict[str, Any]) -> None:
    """400, and nothing is written."""
    before = client.fake.records(entity)
    answer = client("PUT", f"/entity/{entity}", sent)
    assert answer.status_code == 400, answer.text
    assert answer.json()["errorMessage"]
    assert client.fake.records(entity) == before


@pytest.mark.parametrize("sent", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000])
def test_bodies_that_are_none(client: Client, sent: bytes) -> None:
    """They are refused."""
    assert client("PUT", "/entity/Candidate", sent).status_code == 400


@pytest.mark.parametrize(("reading", "rows"), [("empty", []), ("rows", ["name"])])
def test_validation_rows(make: Make, reading: str, rows: list[str]) -> None:
    """A refusal names the entity; which property, perhaps."""
    answer = make(validation_rows=reading)("PUT", "/entity/Candidate", {"firstName": "Jo", "lastName": "S"})
    assert answer.status_code == 400
    body = answer.json()
    assert body["entityName"] == "Candidate"
    assert body["errorMessage"].startswith("error persisting an entity of type: Candidate")
    assert [row["propertyName"] for row in body["errors"]] == rows
    assert "messages" not in body


@pytest.mark.parametrize(("reading", "status"), [("enforced", 400), ("form_only", 200)])
def test_form_rules(make: Make, reading: str, status: int) -> None:
    """What the tenant's form asks for."""
    client = make(form_rules=reading)
    client.fake.schema.change_field("Candidate", "source", required=True)
    assert client("PUT", "/entity/Candidate", NAMES).status_code == status


def test_people_without_email(client: Client) -> None:
    """Marked not-null, and accepted."""
    assert client.person("ClientContact")
    assert client.person("Lead")


def test_deleting(client: Client) -> None:
    """Softly where there is a flag, for good where there is none, not at all for companies and lists."""
    mine = client.person()
    assert client("DELETE", f"/entity/Candidate/{mine}").json()["changeType"] == "DELETE"
    assert client.read("Candidate", mine, "isDeleted")["isDeleted"] is True
    other = client.person()
    assert client("POST", f"/entity/Candidate/{other}", {"isDeleted": True}).status_code == 200
    note = client.note(client.person())
    (link,) = [row["id"] for row in client.fake.records("NoteEntity") if row["note"]["id"] == note]
    assert client("DELETE", f"/entity/NoteEntity/{link}").status_code == 200
    assert client.get(f"/entity/NoteEntity/{link}", fields="id").status_code == 404
    assert refusal(client("DELETE", "/entity/ClientCorporation/1")) == (400, "Operation DELETE not allowed")
    assert client("DELETE", "/entity/Category/1001").status_code == 400
    assert client("DELETE", "/entity/Candidate/1").status_code == 404
    assert client("POST", "/entity/Candidate/1", {"phone": "1"}).status_code == 404


def test_a_company_brings_a_contact(client: Client) -> None:
    """Archived, and of that company."""
    company = client.add("ClientCorporation", name="Zenith", status="Prospect")
    (one,) = [row for row in client.fake.records("ClientContact") if row["clientCorporation"]["id"] == company]
    assert one["status"] == "Archive"


def test_to_many_links_need_a_call(client: Client) -> None:
    """Added, taken away; what is there already is refused."""
    mine = client.person()
    path = f"/entity/Candidate/{mine}/categories"
    assert client("PUT", f"{path}/1001,1002").status_code == 200
    assert client.read("Candidate", mine, "categories(id,name)")["categories"]["total"] == 2
    assert client("PUT", f"{path}/1002").status_code == 400
    assert client("PUT", f"{path}/77").status_code == 404
    assert client("DELETE", f"{path}/1001").status_code == 200
    assert client("DELETE", f"{path}/1001").status_code == 400
    assert client.get(path, fields="name").json()["data"] == [{"id": 1002, "name": "Finance"}]
    assert client("PUT", f"/entity/Candidate/{mine}/tasks/1").status_code == 400


def test_sms_consent_is_given_once(client: Client) -> None:
    """On create only."""
    mine = client.person(smsOptIn=True)
    assert client.read("Candidate", mine, "smsOptIn")["smsOptIn"] is True
    assert client("POST", f"/entity/Candidate/{mine}", {"smsOptIn": False}).status_code == 400


@pytest.mark.parametrize("reading", ["one", "per_type"])
def test_person_ids(make: Make, reading: str) -> None:
    """Whether a candidate and a contact may share an id."""
    client = make(person_ids=reading)
    seekers = {row["id"] for row in client.fake.records("Candidate")}
    contacts = {row["id"] for row in client.fake.records("ClientContact")}
    assert bool(seekers & contacts) is (reading == "per_type")


def test_many_at_once(client: Client) -> None:
    """massUpdate of what it takes; the names it takes are told."""
    tasks = [row["id"] for row in client.fake.records("Task")][:3]
    assert client("POST", "/massUpdate/Task", {"ids": tasks, "isDeleted": True}).json() == {"count": 3}
    assert client.read("Task", tasks[0], "isDeleted")["isDeleted"] is True
    assert "isDeleted" in client.get("/massUpdate/Task").json()
    assert client("POST", "/massUpdate/Task", {"ids": [], "isDeleted": True}).status_code == 400
    assert client("POST", "/massUpdate/Note", {"ids": [1], "isDeleted": True}).status_code == 400
    assert client("POST", "/massUpdate/Task", {"ids": tasks, "nonsense": True}).status_code == 400


def test_what_is_caused_besides_is_told(client: Client) -> None:
    """What others do not see, reminders, invitations, and the tenant's form triggers."""
    mine = client.person()
    made = client.add("Appointment", subject="S", type="Meeting", candidateReference={"id": mine})
    assert client.fake.besides == []
    client("POST", f"/entity/Appointment/{made}", {"notificationMinutes": 15, "isPrivate": True})
    client.add("AppointmentAttendee", appointment={"id": made}, attendee={"id": mine}, acceptanceStatus=0)
    client("POST", f"/entity/Candidate/{mine}", {"status": "Active"}, executeFormTriggers="true")
    told = ["hid a record from others", "set a reminder", "invited somebody", "ran form triggers"]
    assert client.fake.besides == told
