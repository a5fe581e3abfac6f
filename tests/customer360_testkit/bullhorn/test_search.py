"""/search and /find: what is found, when, in which order, and what comes with it."""

from __future__ import annotations

import pytest
from tests.customer360_testkit.bullhorn.by_hand import Client, Make, key, refusal


def test_a_page_of_rows(client: Client) -> None:
    """Total, window, the fields asked for, id and a score."""
    mine = client.person(firstName="Zenobia", name="Zenobia Smith", phone="(617) 555-0134")
    client.settle()
    answer = client.search("phone:6175550134 AND isDeleted:false", fields="name,phone,owner(id,firstName)").json()
    row = {"id": mine, "name": "Zenobia Smith", "phone": "(617) 555-0134", "_score": 1.0}
    assert answer == {"total": 1, "start": 0, "count": 1, "data": [{**row, "owner": {"id": 1315, "firstName": "Kim"}}]}


def test_without_fields_there_are_ids(client: Client) -> None:
    """A plain list of them; with a layout, rows."""
    assert all(isinstance(one, int) for one in client.search("*:*").json()["data"])
    assert client.search("*:*", layout="Edit").json()["data"][0].keys() >= {"id", "firstName", "status", "_score"}


def test_by_post(client: Client) -> None:
    """The text in the body, the rest in the query."""
    answer = client("POST", "/search/ClientContact", {"query": "isDeleted:0"}, fields="id", count=3)
    assert answer.json()["count"] == 3
    assert client("POST", "/search/ClientContact", {"where": "isDeleted:0"}).status_code == 400


def test_pages(client: Client) -> None:
    """20 rows unless asked, 500 at most, in order."""
    assert client.search("*:*", "ClientContact").json()["count"] == 20
    every = client.search("*:*", "ClientContact", count=10_000, sort="-id").json()
    assert every["count"] == every["total"] == len(every["data"])
    assert every["data"] == sorted(every["data"], reverse=True)
    part = client.search("*:*", "ClientContact", count=7, start=14, sort="-id").json()
    assert part["data"] == every["data"][14:21]
    assert (part["start"], part["count"], part["total"]) == (14, 7, every["total"])
    beyond = client.search("*:*", "ClientContact", start=9999).json()
    assert (beyond["count"], beyond["data"]) == (0, [])


def test_at_most_500_rows(client: Client) -> None:
    """A larger count is cut, without a word."""
    for _ in range(501):
        client.fake.writing.insert(client.fake.schema.entities["Tearsheet"], {"name": "T"}, client.fake.users["kim"])
    assert client.query("id > 0", "Tearsheet", count=1000).json()["count"] == 500


@pytest.mark.parametrize("window", [{"count": "x"}, {"count": "-1"}, {"start": "1.5"}, {"sort": "name;id"}])
def test_windows_that_are_none(client: Client, window: dict[str, str]) -> None:
    """They are refused."""
    assert client.search("*:*", **window).status_code == 400


def test_sorting(client: Client) -> None:
    """By several fields; a field that does not exist is refused."""
    rows = client.search("*:*", fields="lastName,id", sort="lastName,-id", count=500).json()["data"]
    names = [row["lastName"].casefold() for row in rows if "_error" not in row]
    assert names == sorted(names)
    assert client.search("*:*", sort="-nonsense").status_code == 400


def test_the_fields_of_an_index(client: Client) -> None:
    """Asked for without any parameter."""
    assert {"id", "phone", "isDeleted"} <= set(client.get("/search/Candidate").json())


def test_entities_without_an_index(client: Client) -> None:
    """A key of its own, and another for an entity that does not exist."""
    for entity in ("NoteEntity", "Appointment", "CorporateUser"):
        assert key(client.search("id:1", entity)) == (400, "errors.searchUnknownEntity")
    assert key(client.search("id:1", "Nowhere")) == (400, "errors.unknownEntity")


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("accepted", 200)])
def test_search_job_submission(make: Make, reading: str, status: int) -> None:
    """An index that only the vendor's SDK knows of."""
    assert make(search_job_submission=reading).search("*:*", "JobSubmission").status_code == status


@pytest.mark.parametrize(("reading", "found"), [("empty", False), ("works", True)])
def test_note_index(make: Make, reading: str, found: bool) -> None:
    """On some tenants it is empty, whatever is asked."""
    client = make(note_index=reading)
    note = client.note(client.person(), comments="Zeppelin")
    client.settle()
    assert client.found("comments:zeppelin", "Note") == ({note} if found else set())


@pytest.mark.parametrize(("reading", "seconds"), [("60_s", 60), ("5_s", 5), ("none", 0)])
def test_index_lag(make: Make, reading: str, seconds: int) -> None:
    """What was written is found later; what was changed is found by what it was, and told as it is."""
    client = make(index_lag=reading)
    mine = client.person(firstName="Zenobia")
    if seconds:
        assert client.found("firstName:zenobia") == set()
        client.wait(seconds - 1)
        assert client.found("firstName:zenobia") == set()
        client.wait(1)
    assert client.found("firstName:zenobia") == {mine}
    client("POST", f"/entity/Candidate/{mine}", {"firstName": "Zoe"})
    if seconds:
        assert client.search("firstName:zenobia", fields="firstName").json()["data"][0]["firstName"] == "Zoe"
        client.wait(seconds)
    assert client.found("firstName:zoe") == {mine}
    assert client.found("firstName:zenobia") == set()


def test_a_row_whose_record_is_gone(client: Client) -> None:
    """The index has it, the database does not: the row says so."""
    mine = client.person(firstName="Zenobia")
    client.settle()
    client.fake.erase("Candidate", mine)
    (row,) = client.search("firstName:zenobia", fields="firstName").json()["data"]
    assert "_error" in row
    assert "firstName" not in row
    client.settle()
    assert client.found("firstName:zenobia") == set()


def test_deleted_records_are_found_unless_excluded(client: Client) -> None:
    """isDeleted is a field like another."""
    mine = client.person(firstName="Zenobia")
    client("DELETE", f"/entity/Candidate/{mine}")
    client.settle()
    assert client.found("firstName:zenobia") == {mine}
    assert client.found("firstName:zenobia AND isDeleted:false") == set()


def found(client: Client, text: str) -> list[tuple[str, int]]:
    answer = client.get("/find", query=text, countPerEntity=5, meta="off")
    assert answer.status_code == 200, answer.text
    return [(row[client.fake.switches["find_type"]], row["id"]) for row in answer.json()["data"]]


@pytest.mark.parametrize("find_type", ["_subtype", "entity"])
def test_find_tells_what_a_text_is(make: Make, find_type: str) -> None:
    """E-mail, phone, id, name, in this order."""
    client = make(find_type=find_type)
    person = ("Candidate", client.person(firstName="Zenobia", name="Zenobia Smith", email="z@own.example"))
    client("POST", f"/entity/Candidate/{person[1]}", {"mobile": "+44 20 7946 0777"})
    company = ("ClientCorporation", client.add("ClientCorporation", name="Zenith", billingPhone="617-555-0199"))
    client.settle()
    assert found(client, "Z@own.example") == [person]
    assert found(client, "+442079460777") == [person]
    assert found(client, "617.555.0199") == [company]
    assert found(client, "6175550199") == [company]
    assert found(client, "442079460777") == [], "more than ten bare digits are an id"
    assert person in found(client, str(person[1]))
    assert found(client, "zeno smi") == [person]
    assert client.get("/find", query="").status_code == 400
    client("DELETE", f"/entity/Candidate/{person[1]}")
    client.settle()
    assert found(client, "zeno smi") == [], "whoever is deleted is not found"


@pytest.mark.parametrize("query", ["id,title", "id,firstName,lastName,title"])
def test_fields_that_do_not_exist(client: Client, query: str) -> None:
    """Where it stands is told; job titles are occupation, never title."""
    message = f"Invalid field 'title' at position {query.index('title') + 1}."
    assert refusal(client.search("*:*", fields=query)) == (400, message)
    assert refusal(client.query("id > 0", fields=query)) == (400, message)
    assert refusal(client.get("/entity/Candidate/5059002", fields=query)) == (400, message)
