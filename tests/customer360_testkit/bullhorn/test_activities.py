"""Notes and their links, tasks, appointments, and what recruiters expect beside a person."""

from __future__ import annotations

import pytest
from tests.customer360_testkit.bullhorn.by_hand import Client, Make

SENT = {"comments": "<b>Inbound call</b>", "action": "Inbound Call", "minutesSpent": 6, "externalID": "call-7f2c"}


def links(client: Client, note: int) -> list[tuple[str, int]]:
    rows = [row for row in client.fake.records("NoteEntity") if row["note"]["id"] == note]
    return [(row["targetEntityName"], row["targetEntityID"]) for row in rows]


@pytest.mark.parametrize("entity", ["Candidate", "ClientContact"])
def test_a_call_is_a_note(client: Client, entity: str) -> None:
    """Linked by the server; the session's user made it; listed with its person in two ways."""
    mine = client.person(entity)
    note = client.note(mine, **SENT)
    row = client.read(
        "Note", note, "comments,action,minutesSpent,externalID,personReference,commentingPerson,dateAdded"
    )
    assert row.items() >= SENT.items()
    assert row["personReference"] == {"id": mine, "_subtype": entity}
    assert row["commentingPerson"] == {"id": 1315, "_subtype": "CorporateUser"}
    assert links(client, note) == [("User", mine)]
    listed = client.get(f"/entity/{entity}/{mine}/notes", fields="id").json()["data"]
    assert listed == [{"id": note}]
    where = f"targetEntityID={mine} AND targetEntityName='User' AND note.isDeleted=false"
    asked = {"fields": "id,note(id,action)", "orderBy": "-note.dateAdded"}
    (found,) = client.query(where, "NoteEntity", **asked).json()["data"]
    assert found["note"] == {"id": note, "action": "Inbound Call"}
    assert client.asked(f"targetEntityID={mine} AND targetEntityName='{entity}'", "NoteEntity") == set()


def test_a_note_at_another_time_by_somebody_else(client: Client) -> None:
    """Both may be said, and what kind of person is meant."""
    mine = client.person()
    by = {"id": 1316, "personSubtype": "CorporateUser"}
    note = client.note(
        mine,
        dateAdded=1_784_714_400_000,
        commentingPerson=by,
        personReference={"id": mine, "personSubtype": "Candidate"},
    )
    row = client.read("Note", note, "dateAdded,commentingPerson(id,lastName)")
    assert row["dateAdded"] == 1_784_714_400_000
    assert row["commentingPerson"]["id"] == 1316


@pytest.mark.parametrize(("reading", "status"), [("subtype_needed", 400), ("bare", 200)])
def test_lead_in_note(make: Make, reading: str, status: int) -> None:
    """Whether the bare id of a lead is enough."""
    client = make(lead_in_note=reading)
    mine = client.person("Lead")
    sent = {"comments": "x", "personReference": {"id": mine}}
    assert client("PUT", "/entity/Note", sent).status_code == status
    named = client.note(mine, personReference={"id": mine, "personSubtype": "Lead"})
    assert ("User", mine) in links(client, named)


def test_a_note_fails_without_detail(client: Client) -> None:
    """Without personReference."""
    body = client("PUT", "/entity/Note", {"comments": "x"}).json()
    assert body == {"errorMessage": "error persisting an entity of type: Note", "errors": [], "entityName": "Note"}


def test_a_note_about_a_job(client: Client) -> None:
    """It hangs off both, and the job's rows are a mix."""
    job = client.fake.records("JobOrder")[0]["id"]
    note = client.note(client.person(), jobOrder={"id": job})
    assert {name for name, _ in links(client, note)} == {"User", "JobOrder"}
    assert note in {row["id"] for row in client.get(f"/entity/JobOrder/{job}/notes", fields="id").json()["data"]}


def test_more_links(client: Client) -> None:
    """To people as User, to jobs and placements by name; once each."""
    note, other = client.note(client.person()), client.person("ClientContact")
    sent = {"note": {"id": note}, "targetEntityID": other, "targetEntityName": "User"}
    assert client("PUT", "/entity/NoteEntity", sent).status_code == 200
    again = client("PUT", "/entity/NoteEntity", sent)
    assert (again.status_code, again.json()["entityName"]) == (400, "NoteEntity")
    for name in ("Candidate", "ClientContact", "Nonsense"):
        assert client("PUT", "/entity/NoteEntity", {**sent, "targetEntityName": name}).status_code == 400
    placement = client.fake.records("Placement")[0]["id"]
    sent = {**sent, "targetEntityID": placement, "targetEntityName": "Placement"}
    assert client("PUT", "/entity/NoteEntity", sent).status_code == 200


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("accepted", 200)])
def test_note_links(make: Make, reading: str, status: int) -> None:
    """To an opportunity."""
    client = make(note_links=reading)
    deal = client.fake.records("Opportunity")[0]["id"]
    sent = {"note": {"id": client.note(client.person())}, "targetEntityID": deal, "targetEntityName": "Opportunity"}
    assert client("PUT", "/entity/NoteEntity", sent).status_code == status


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("accepted", 200)])
def test_note_candidates(make: Make, reading: str, status: int) -> None:
    """Another way to link."""
    client = make(note_candidates=reading)
    note, other = client.note(client.person()), client.person()
    assert client("PUT", f"/entity/Note/{note}/candidates/{other}").status_code == status
    assert (("User", other) in links(client, note)) is (status == 200)
    assert client("DELETE", f"/entity/Note/{note}/candidates/{other}").status_code == status
    assert ("User", other) not in links(client, note)


def test_the_action_of_a_note(client: Client) -> None:
    """Changing it needs a setting of the tenant; the rest may change."""
    note = client.note(client.person())
    path = f"/entity/Note/{note}"
    assert client("POST", path, {"comments": "Better", "action": "Email"}).status_code == 200
    assert client("POST", path, {"action": "Other"}).status_code == 403
    client.fake.guard.edit_notes = True
    assert client("POST", path, {"action": "Other"}).status_code == 200
    assert client.read("Note", note, "comments,action") == {"id": note, "comments": "Better", "action": "Other"}


def test_tasks(client: Client) -> None:
    """One link, defaults, completed, listed newest first."""
    mine, other = client.person("ClientContact"), client.person()
    sent = {"subject": "S", "type": "Call", "dateBegin": 1000, "dateEnd": 2000, "clientContact": {"id": mine}}
    first = client.add("Task", **sent)
    second = client.add("Task", **{**sent, "dateBegin": 1500})
    row = client.read("Task", first, "priority,isCompleted,owner,clientContact")
    assert row == {
        "id": first,
        "priority": 2,
        "isCompleted": False,
        "owner": {"id": 1315},
        "clientContact": {"id": mine},
    }
    done = {"isCompleted": True, "dateCompleted": client.fake.now}
    assert client("POST", f"/entity/Task/{first}", done).status_code == 200
    where = f"clientContact.id={mine} AND isDeleted=false"
    rows = client.query(where, "Task", fields="id,isCompleted", orderBy="-dateBegin").json()["data"]
    assert [(one["id"], one["isCompleted"]) for one in rows] == [(second, False), (first, True)]
    assert client("PUT", "/entity/Task", {**sent, "candidate": {"id": other}}).status_code == 400


@pytest.mark.parametrize(("reading", "kept"), [("ignored", True), ("clears", False)])
def test_task_unlink(make: Make, reading: str, kept: bool) -> None:
    """What null does to the one link of a task."""
    client = make(task_unlink=reading)
    mine = client.person()
    task = client.add("Task", subject="S", type="Call", dateBegin=1, dateEnd=2, candidate={"id": mine})
    assert client("POST", f"/entity/Task/{task}", {"candidate": None}).status_code == 200
    assert (client.read("Task", task, "candidate")["candidate"] == {"id": mine}) is kept


def test_appointments(client: Client) -> None:
    """Times by default, whoever makes it owns it, attendees, cancelled by deleting."""
    mine = client.person()
    made = client.add("Appointment", subject="S", type="Meeting", candidateReference={"id": mine})
    row = client.read("Appointment", made, "dateBegin,dateEnd,owner,parentAppointment")
    assert row["dateBegin"] == client.fake.now + 30 * 60_000  # 09:00: the next half hour
    assert row["dateEnd"] - row["dateBegin"] == 15 * 60_000
    assert row["owner"] == {"id": 1315}
    guest = client.add("AppointmentAttendee", appointment={"id": made}, attendee={"id": mine}, acceptanceStatus=0)
    assert client.read("Appointment", made, "attendees")["attendees"]["data"] == [{"id": guest}]
    where = f"candidateReference.id={mine} AND isDeleted=false AND parentAppointment IS NULL"
    assert client.asked(where, "Appointment") == {made}
    client("POST", f"/entity/Appointment/{made}", {"isDeleted": True})
    assert client.asked(where, "Appointment") == set()


def test_what_hangs_off_people(client: Client) -> None:
    """Jobs, deals, submissions, placements, sendouts can be asked for by person."""
    job = client.fake.records("JobOrder")[0]
    contact = job["clientContact"]["id"]
    assert job["id"] in client.asked(f"clientContact.id={contact} AND isDeleted=false", "JobOrder")
    assert client.asked(f"clientContact.id={contact}", "Opportunity")
    seeker = client.fake.records("JobSubmission")[0]["candidate"]["id"]
    for entity in ("JobSubmission", "Placement", "Sendout"):
        assert client.asked(f"candidate.id={seeker}", entity), entity
    work = {"candidate": {"id": seeker}, "jobOrder": {"id": job["id"]}, "sendingUser": {"id": 1315}}
    assert client.add("JobSubmission", **work, status="New Lead", dateWebResponse=client.fake.now)
    assert client("PUT", "/entity/Placement", {"candidate": {"id": seeker}}).status_code == 400
