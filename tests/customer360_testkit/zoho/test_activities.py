"""Tasks, calls, events, cases, deals and notes: their rules, and what hangs off what."""

from __future__ import annotations

from typing import Any

import pytest
from tests.customer360_testkit.zoho.by_hand import Client, code, wait

NOBODY = "6100000000000999999"
START = "2026-05-14T09:00:00+01:00"
CALL = {"Subject": "Inbound call", "Call_Type": "Inbound", "Call_Start_Time": START, "Call_Duration": "03:25"}


@pytest.fixture
def lead(client: Client) -> str:
    return client.add("Leads", Last_Name="Led")


def links(shown: dict[str, Any]) -> tuple[Any, Any, Any]:
    who, what = shown["Who_Id"], shown["What_Id"]
    return who and who["id"], what and what["id"], shown.get("$se_module")


@pytest.mark.parametrize("module", ["Tasks", "Calls", "Events"])
@pytest.mark.feature("F045")
def test_what_an_activity_hangs_off(client: Client, contact: str, lead: str, module: str) -> None:
    """A contact in Who_Id, anything else in What_Id with its module beside it."""
    values = {
        "Tasks": {"Subject": "T"},
        "Calls": CALL,
        "Events": {"Event_Title": "E", "Start_DateTime": START, "End_DateTime": START},
    }[module]
    account = client.add("Accounts", Account_Name="Zeta")

    def made(**more: Any) -> Any:
        return links(client.read(module, client.add(module, **values, **more)))

    def refused(**more: Any) -> tuple[str, str]:
        row = client.row("POST", f"/{module}", **values, **more)
        return row["code"], row["details"]["api_name"]

    who, what, account_id = {"id": contact}, {"id": lead}, {"id": account}
    assert made() == (None, None, None)
    assert made(Who_Id=who) == (contact, None, "Contacts")
    assert made(Who_Id=who, **{"$se_module": "Contacts"}) == (contact, None, "Contacts")
    assert made(What_Id=what, **{"$se_module": "Leads"}) == (None, lead, "Leads")
    assert made(Who_Id=who, What_Id=account_id, **{"$se_module": "Accounts"}) == (contact, account, "Accounts")
    assert refused(What_Id=what) == ("MANDATORY_NOT_FOUND", "$se_module")
    assert refused(Who_Id=what) == ("INVALID_DATA", "Who_Id")
    assert refused(What_Id=who, **{"$se_module": "Contacts"}) == ("INVALID_DATA", "$se_module")
    assert refused(What_Id=what, **{"$se_module": "Accounts"}) == ("INVALID_DATA", "What_Id")
    assert refused(What_Id=what, **{"$se_module": "Nowhere"}) == ("INVALID_DATA", "$se_module")
    assert refused(Who_Id=who, What_Id=what, **{"$se_module": "Leads"}) == ("INVALID_DATA", "Who_Id")
    assert refused(Who_Id={"id": NOBODY}) == ("INVALID_DATA", "Who_Id")
    assert refused(**{"$se_module": "Leads"}) == ("MANDATORY_NOT_FOUND", "What_Id")


def test_links_can_be_moved(client: Client, contact: str, lead: str) -> None:
    """To another record, and with null to none."""
    call = client.add("Calls", **CALL, Who_Id={"id": contact})
    row = client.row("PUT", f"/Calls/{call}", Who_Id=None, What_Id={"id": lead}, **{"$se_module": "Leads"})
    assert row["code"] == "SUCCESS"
    assert links(client.read("Calls", call)) == (None, lead, "Leads")
    client.row("PUT", f"/Calls/{call}", What_Id=None)
    assert links(client.read("Calls", call)) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Subject": None}, ("MANDATORY_NOT_FOUND", "Subject")),
        ({"Call_Type": None}, ("MANDATORY_NOT_FOUND", "Call_Type")),
        ({"Call_Start_Time": None}, ("MANDATORY_NOT_FOUND", "Call_Start_Time")),
        ({"Call_Duration": None}, ("MANDATORY_NOT_FOUND", "Call_Duration")),
        ({"Call_Type": "Incoming"}, ("INVALID_DATA", "Call_Type")),
        ({"Call_Start_Time": "2026-05-14T09:00:00Z"}, ("INVALID_DATA", "Call_Start_Time")),
        ({"Call_Duration": 205}, ("INVALID_DATA", "Call_Duration")),
        ({"Call_Duration": "205"}, ("INVALID_DATA", "Call_Duration")),
        ({"Call_Duration": "3:60"}, ("INVALID_DATA", "Call_Duration")),
        ({"Call_Duration": "00:00"}, ("DEPENDENT_MISMATCH", "Call_Duration")),
        ({"Call_Type": "Outbound", "Call_Duration": "00:00"}, ("DEPENDENT_MISMATCH", "Call_Duration")),
    ],
)
@pytest.mark.feature("F044")
def test_calls_that_are_refused(client: Client, changes: dict[str, Any], expected: tuple[str, str]) -> None:
    """Each for its reason."""
    row = client.row("POST", "/Calls", **{**CALL, **changes})
    assert (row["code"], row["details"]["api_name"]) == expected


@pytest.mark.parametrize(
    ("duration", "seconds"), [("00:15", 15), ("01:00", 60), ("10:00", 600), ("3:25", 205), ("75:01", 4501)]
)
def test_a_duration_is_minutes_and_seconds(client: Client, duration: str, seconds: int) -> None:
    """Whatever the documents say."""
    shown = client.read("Calls", client.add("Calls", **{**CALL, "Call_Duration": duration}))
    assert shown["Call_Duration_in_seconds"] == seconds


@pytest.mark.feature("F044")
def test_kinds_of_calls(client: Client, contact: str) -> None:
    """Missed ones have no duration; outbound ones of the future are scheduled, and for somebody."""
    status = {}
    missed = {"Subject": "M", "Call_Type": "Missed", "Call_Start_Time": START}
    future = {**CALL, "Call_Type": "Outbound", "Call_Start_Time": "2026-05-15T09:00:00+01:00", "Call_Duration": None}
    kinds: dict[str, dict[str, Any]] = {
        "inbound": CALL, "outbound": {**CALL, "Call_Type": "Outbound"}, "missed": missed,
        "scheduled": {**future, "Who_Id": {"id": contact}},
    }  # fmt: skip
    for name, values in kinds.items():
        shown = client.read("Calls", client.add("Calls", **values))
        status[name] = shown["Call_Status"], shown["Call_Duration_in_seconds"], shown["Outgoing_Call_Status"]
    assert status == {
        "inbound": ("Received", 205, None), "outbound": ("Completed", 205, "Completed"),
        "missed": ("Missed", None, None), "scheduled": ("Scheduled", None, "Scheduled"),
    }  # fmt: skip
    assert client.row("POST", "/Calls", **future)["code"] == "MANDATORY_NOT_FOUND"


def test_what_cannot_change_about_a_call(client: Client) -> None:
    """Its type, and whose it is once it is over."""
    call = client.add("Calls", **CALL)
    assert client.row("PUT", f"/Calls/{call}", Call_Type="Outbound")["code"] == "INVALID_DATA"
    assert client.row("PUT", f"/Calls/{call}", Owner={"id": "6100000000000050003"})["code"] == "INVALID_DATA"
    assert client.row("PUT", f"/Calls/{call}", Description="text", Call_Result="Interested")["code"] == "SUCCESS"


@pytest.mark.feature("F045")
def test_tasks(client: Client) -> None:
    """Not started unless said otherwise; closed when completed, and open again."""
    task = client.add("Tasks", Subject="T", Due_Date="2026-05-20", Priority="High")
    assert client.read("Tasks", task)["Status"] == "Not Started"
    client.row("PUT", f"/Tasks/{task}", Status="Completed")
    assert client.read("Tasks", task)["Closed_Time"] == "2026-05-14T10:00:00+01:00"
    client.row("PUT", f"/Tasks/{task}", Status="Deferred")
    assert client.read("Tasks", task)["Closed_Time"] is None
    assert client.row("POST", "/Tasks", Description="no subject")["code"] == "MANDATORY_NOT_FOUND"


def test_events(client: Client, contact: str, lead: str) -> None:
    """Participants by kind, read back with names and addresses; each kind has its own key."""
    times = {"Event_Title": "E", "Start_DateTime": START, "End_DateTime": "2026-05-14T09:30:00+01:00"}
    invited = [
        {"type": "contact", "participant": contact},
        {"type": "lead", "participant": lead},
        {"type": "user", "participant": "6100000000000050001"},
        {"type": "email", "Email": "x@y.example"},
    ]
    event = client.add("Events", **times, Participants=invited)
    shown = client.read("Events", event)["Participants"]
    assert [(one["type"], one["name"], one["Email"]) for one in shown] == [
        ("contact", "Ada Lovelace", "ada@own.example"),
        ("lead", "Led", None),
        ("user", "Alex Admin", "alex@acme.example"),
        ("email", None, "x@y.example"),
    ]
    assert all(one.keys() == {"name", "Email", "invited", "type", "participant", "status", "id"} for one in shown)
    for wrong in (
        {"type": "email", "participant": "x@y.example"},
        {"type": "contact", "participant": lead},
        {"type": "user", "participant": NOBODY},
        {"type": "group", "participant": contact},
        "x@y.example",
    ):
        assert client.row("POST", "/Events", **times, Participants=[wrong])["code"] == "INVALID_DATA", wrong
    assert client.row("POST", "/Events", **times, Participants={})["code"] == "INVALID_DATA"
    backwards = {**times, "End_DateTime": "2026-05-14T08:00:00+01:00"}
    assert client.row("POST", "/Events", **backwards)["code"] == "INVALID_DATA"
    for name in times:
        row = client.row("POST", "/Events", **{**times, name: None})
        assert (row["code"], row["details"]["api_name"]) == ("MANDATORY_NOT_FOUND", name)


def test_cases_and_deals(client: Client, contact: str) -> None:
    """What they require, what they hang off, and the number that Zoho gives a case."""
    values = {"Subject": "S", "Status": "New", "Case_Origin": "Phone"}
    case = client.read("Cases", client.add("Cases", **values, Related_To={"id": contact}, Case_Number="mine"))
    assert case["Case_Number"].startswith("CASE-")
    assert case["Related_To"] == {"name": "Ada Lovelace", "id": contact}
    for name in values:
        assert client.row("POST", "/Cases", **{**values, name: None})["details"]["api_name"] == name
    deal = client.read("Deals", client.add("Deals", Deal_Name="D", Stage="Qualification", Contact_Name={"id": contact}))
    assert deal["Contact_Name"]["name"] == "Ada Lovelace"
    assert client.row("POST", "/Deals", Deal_Name="D")["details"]["api_name"] == "Stage"


@pytest.mark.feature("F040")
def test_notes(client: Client, contact: str) -> None:
    """Below a record, by either path; changed, not moved, deleted."""
    place = {"module": {"api_name": "Contacts"}, "id": contact}
    one = client.add("Notes", Parent_Id=place, Note_Title="Wrap-up", Note_Content="text")
    two = client.row("POST", f"/Contacts/{contact}/Notes", Note_Content="below")["details"]["id"]
    shown = client.read("Notes", one)
    assert shown["Parent_Id"] == {
        "module": {"api_name": "Contacts", "id": "6100000000000000001"}, "name": "Ada Lovelace", "id": contact,
    }  # fmt: skip
    listed = client.get(f"/Contacts/{contact}/Notes", fields="Note_Title,Note_Content").json()["data"]
    assert [note["id"] for note in listed] == [one, two]
    assert client.row("PUT", f"/Notes/{one}", Note_Content="new")["code"] == "SUCCESS"
    other = client.add("Contacts", Last_Name="Other")
    moved = client.row("PUT", f"/Notes/{one}", Parent_Id={**place, "id": other})
    assert (moved["code"], moved["details"]["api_name"]) == ("INVALID_DATA", "Parent_Id")
    assert client("DELETE", f"/Notes/{one}").status == 200
    assert client.get(f"/Notes/{one}").status == 204


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        (None, "MANDATORY_NOT_FOUND"),
        ("{contact}", "INVALID_DATA"),
        ({"id": "{contact}"}, "MANDATORY_NOT_FOUND"),
        ({"id": "{contact}", "module": {"api_name": "Leads"}}, "INVALID_DATA"),
        ({"id": "{contact}", "module": {"api_name": "Nowhere"}}, "INVALID_DATA"),
        ({"id": NOBODY, "module": {"api_name": "Contacts"}}, "INVALID_DATA"),
        ({"module": {"api_name": "Contacts"}}, "MANDATORY_NOT_FOUND"),
    ],
)
def test_notes_below_nothing(client: Client, contact: str, parent: Any, expected: str) -> None:
    """A note needs a record, and the record's module inside Parent_Id."""
    if isinstance(parent, dict) and parent.get("id") == "{contact}":
        parent = {**parent, "id": contact}
    elif parent == "{contact}":
        parent = contact
    row = client.row("POST", "/Notes", Parent_Id=parent, Note_Content="text", se_module="Contacts")
    assert row["code"] == expected


def test_related_lists_show_what_is_open(client: Client, contact: str, lead: str) -> None:
    """Completed tasks, past events and calls that are over are not in them (section 7)."""
    who = {"Who_Id": {"id": contact}}
    later = "2026-05-20T09:00:00+01:00"
    open_task = client.add("Tasks", Subject="open", **who)
    client.add("Tasks", Subject="done", Status="Completed", **who)
    open_event = client.add("Events", Event_Title="to come", Start_DateTime=later, End_DateTime=later, **who)
    client.add("Events", Event_Title="past", Start_DateTime=START, End_DateTime=START, **who)
    client.add("Calls", **CALL, **who)
    scheduled = {"Subject": "C", "Call_Type": "Outbound", "Call_Start_Time": later}
    open_call = client.add("Calls", **scheduled, **who)
    client.add("Tasks", Subject="of the lead", What_Id={"id": lead}, **{"$se_module": "Leads"})

    def listed(name: str, module: str = "Contacts", record: str = contact) -> list[str]:
        answer = client.get(f"/{module}/{record}/{name}", fields="Subject")
        return [] if answer.status == 204 else [one["id"] for one in answer.json()["data"]]

    assert (listed("Tasks"), listed("Events"), listed("Calls")) == ([open_task], [open_event], [open_call])
    assert len(listed("Tasks", "Leads", lead)) == 1
    assert listed("Activities_Chronological_View") == [open_call, open_event, open_task]
    grouped = client.get(f"/Contacts/{contact}/Activities_Chronological_View_History", fields="Subject").json()["data"]
    assert sorted(one["$module"] for one in grouped) == ["Calls", "Events", "Tasks"]
    wait(client.fake, 7 * 86_400)
    client.token = client.fake.oauth.issue("kim", ("ZohoCRM.modules.ALL",)).access_token
    assert listed("Events") == [], "time passes"


def test_related_lists_refuse(client: Client, contact: str) -> None:
    """No fields, no such record, no such list; relations of many to many are not there to be linked."""
    assert code(client.get(f"/Contacts/{contact}/Notes")) == (400, "REQUIRED_PARAM_MISSING")
    assert code(client.get(f"/Contacts/{NOBODY}/Notes", fields="id")) == (400, "INVALID_DATA")
    assert code(client.get(f"/Contacts/{contact}/Nothing", fields="id")) == (404, "INVALID_URL_PATTERN")
    assert code(client.get(f"/Contacts/{contact}/Accounts", fields="id")) == (400, "INVALID_DATA")
    assert code(client.get(f"/Contacts/{contact}/Notes", fields="id", sort_by="Note_Title")) == (400, "INVALID_DATA")
    assert client.get(f"/Contacts/{contact}/Notes", fields="id").status == 204
    assert code(client("PUT", f"/Contacts/{contact}/Deals/1", {"data": [{}]})) == (400, "NOT_SUPPORTED")
    assert code(client("DELETE", f"/Contacts/{contact}/Deals/1")) == (400, "NOT_SUPPORTED")


def test_related_lists_of_what_changed(client: Client, contact: str) -> None:
    """``If-Modified-Since``: 304 when nothing did."""
    client.row("POST", f"/Contacts/{contact}/Notes", Note_Content="n")
    path = f"/Contacts/{contact}/Notes"
    late, early = ({"If-Modified-Since": f"2026-05-14T09:0{minute}:30+00:00"} for minute in (2, 0))
    assert client("GET", path, fields="id", headers=late).status == 304
    assert len(client("GET", path, fields="id", headers=early).json()["data"]) == 1


def test_last_activity(client: Client, contact: str) -> None:
    """What is written below a record is its last activity; its own Modified_Time stays."""
    modified = client.read("Contacts", contact)["Modified_Time"]
    client.add("Tasks", Subject="T", Who_Id={"id": contact})
    shown = client.read("Contacts", contact)
    assert shown["Last_Activity_Time"] == "2026-05-14T10:01:01+01:00"
    assert shown["Modified_Time"] == modified
