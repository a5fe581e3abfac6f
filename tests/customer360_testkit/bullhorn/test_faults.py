"""The frame's faults and journal, as this fake honours them."""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.customer360_testkit.bullhorn.by_hand import Client

import customer360_testkit
from customer360_testkit.fakes import faults
from customer360_testkit.fakes.bullhorn.fake import BullhornFake
from customer360_testkit.fakes.serving import serve

NOTE = {"comments": "Lost", "personReference": {"id": 5059002}}


def notes(client: Client) -> int:
    return client.fake.count_holding("Lost")


@pytest.mark.fault("X1")
@pytest.mark.fault("X2")
@pytest.mark.parametrize("applied", [True, False])
def test_an_answer_that_is_lost(client: Client, applied: bool) -> None:
    """The record is there, or not; the client cannot know."""
    client.fake.faults.add(faults.drop(applied=applied), method="PUT")
    with pytest.raises(httpx.TransportError):
        client("PUT", "/entity/Note", NOTE)
    assert notes(client) == applied
    assert [entry.applied for entry in client.fake.journal] == [applied]


@pytest.mark.fault("X3")
@pytest.mark.parametrize("applied", [True, False])
def test_a_status_instead_of_the_answer(client: Client, applied: bool) -> None:
    """HTML, as a load balancer sends it."""
    page = faults.status(503, headers=(("Content-Type", "text/html"),), content=b"<html>down</html>", applied=applied)
    client.fake.faults.add(page, method="PUT")
    answer = client("PUT", "/entity/Note", NOTE)
    assert (answer.status_code, answer.text) == (503, "<html>down</html>")
    assert notes(client) == applied


@pytest.mark.fault("X22")
def test_a_create_that_comes_late(client: Client) -> None:
    """It takes effect once its time has come, before the next request is answered."""
    client.fake.faults.add(faults.late(30.0), method="PUT")
    with pytest.raises(httpx.TransportError):
        client("PUT", "/entity/Note", NOTE)
    assert notes(client) == 0
    client.wait(30)
    client.get("/ping")
    assert notes(client) == 1


@pytest.mark.fault("X12")
def test_a_batch_that_succeeds_in_part(client: Client) -> None:
    """The records that the fault names are left as they were."""
    tasks = [row["id"] for row in client.fake.records("Task")][:3]
    client.fake.faults.add(faults.partial(0, 2), method="POST")
    assert client("POST", "/massUpdate/Task", {"ids": tasks, "isDeleted": True}).json() == {"count": 1}
    deleted = [client.read("Task", task, "isDeleted")["isDeleted"] for task in tasks]
    assert deleted == [False, True, False]


@pytest.mark.fault("X11")
@pytest.mark.parametrize("kind", ["same", "cycle", "endless", "empty", "shrinks"])
@pytest.mark.parametrize(
    "path", ["/search/ClientContact", "/query/ClientContact", "/entity/ClientCorporation/1/clientContacts"]
)
def test_lists_that_never_end(client: Client, kind: Any, path: str) -> None:
    """Each page says that it is full, for ever; what it holds is as the fault says."""
    for _ in range(12):
        client.person("ClientContact")
    client.settle()
    client.fake.faults.add(faults.page_loop(kind), times=None)
    asked = {"query": "*:*", "where": "id > 0", "fields": "id", "count": 5}
    pages = []
    for number in range(40, 46):
        answer = client.get(path, **asked, start=number * 5).json()
        assert answer["count"] == 5
        pages.append([row["id"] for row in answer["data"]])
    match kind:
        case "same":
            assert pages == [pages[0]] * 6
        case "cycle":
            assert pages[0] != pages[1]
            assert pages == pages[:2] * 3
        case "endless":
            assert all(len(page) == 5 for page in pages)
        case "empty":
            assert pages == [[]] * 6
        case "shrinks":
            whole = client.get(path, **asked, start=0).json()
            assert len(whole["data"]) == 4


def test_reset(client: Client) -> None:
    """Records, index, sessions, journal, limits, schema and queues are as at the start; ids begin anew."""
    fake = client.fake
    before = {module: fake.records(module) for module in fake.modules}
    first = client.person(firstName="Zenobia")
    client("DELETE", "/entity/Candidate/5059002")
    client("PUT", "/event/subscription/mine?type=entity&names=Candidate&eventTypes=INSERTED")
    fake.guard.per_minute = 1
    fake.lane = "rest98.bullhornstaffing.com"
    fake.schema.remove_entity("Lead")
    fake.reset()
    assert client.get("/ping").status_code == 401
    client.renew()
    assert {module: fake.records(module) for module in fake.modules} == before
    assert client.get("/event/subscription/mine").status_code == 404
    assert client.person() == first


def test_the_same_seed_the_same_fake() -> None:
    """Two fakes do not differ in anything that a client sees."""
    one, two = BullhornFake(), BullhornFake()
    assert {m: one.records(m) for m in one.modules} == {m: two.records(m) for m in two.modules}
    assert one.oauth.issue("kim", ()).access_token == two.oauth.issue("kim", ()).access_token


def test_it_is_registered() -> None:
    """The distribution names it in the group where fakes are found; its own hosts lead to it."""
    label = tomllib.loads((Path(customer360_testkit.__file__).parent / "pyproject.toml").read_text())
    module = import_module(label["project"]["entry-points"]["customer360.fakes"]["bullhorn"])
    assert list(module.customer360_fakes()) == [BullhornFake]
    with serve(BullhornFake()) as served:
        hosts = ("rest.bullhornstaffing.com", "auth-emea.bullhornstaffing.com", "rest99.bullhornstaffing.com")
        assert {served.endpoints[host] for host in hosts} == {served.url}


def test_what_others_do_in_bullhorn(client: Client) -> None:
    """Deleted, merged, converted by somebody else."""
    fake = client.fake
    one, two = client.person(), client.person()
    note = client.note(two)
    task = client.add("Task", subject="S", type="Call", dateBegin=1, dateEnd=2, candidate={"id": two})
    fake.merge("Candidate", one, two)
    assert client.read("Candidate", two, "isDeleted")["isDeleted"] is True
    assert client.read("Task", task, "candidate")["candidate"] == {"id": one}
    assert client.read("Candidate", one, "notes")["notes"]["data"] == [{"id": note}]
    fake.remove("Candidate", str(one))
    assert client.read("Candidate", one, "isDeleted")["isDeleted"] is True
    lead = client.person("Lead", lastName="Converted", name="Ada Converted")
    contact = int(fake.convert_lead(lead))
    assert client.read("ClientContact", contact, "name")["name"] == "Ada Converted"
    assert client.read("Lead", lead, "status")["status"] == "Converted"
    with pytest.raises(Exception, match="does not exist"):
        fake.remove("Candidate", 1)
