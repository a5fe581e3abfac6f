"""Creating, changing, upserting and deleting: what is refused, record by record."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer360_testkit.zoho.by_hand import Client, code, wait

from customer360_testkit.fakes.zoho.errors import RowError
from customer360_testkit.fakes.zoho.fields import Field
from customer360_testkit.fakes.zoho.values import Checker

NOBODY = "6100000000000999999"


def test_a_create_tells_the_id_and_no_more(client: Client) -> None:
    """201 and the vendor's details; the record itself must be read."""
    row = client.row("POST", "/Contacts", Last_Name="Lovelace")
    assert (row["code"], row["message"], row["status"]) == ("SUCCESS", "record added", "success")
    me = {"name": "Kim Agent", "id": "6100000000000050002"}
    now = "2026-05-14T10:00:00+01:00"
    assert row["details"] == {
        "id": row["details"]["id"], "Created_Time": now, "Modified_Time": now, "Created_By": me, "Modified_By": me,
        "$approval_state": "approved",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "field", "expected", "more"),
    [
        ({}, "Last_Name", "MANDATORY_NOT_FOUND", {}),
        ({"Last_Name": None}, "Last_Name", "MANDATORY_NOT_FOUND", {}),
        ({"Last_Name": "  "}, "Last_Name", "MANDATORY_NOT_FOUND", {}),
        ({"Last_Name": 1}, "Last_Name", "INVALID_DATA", {"expected_data_type": "text"}),
        ({"Last_Name": "x" * 81}, "Last_Name", "INVALID_DATA", {"maximum_length": 80}),
        ({"Last_Name": "a\x00b"}, "Last_Name", "INVALID_DATA", {}),
        ({"Last_Name": "L", "Email": "no address"}, "Email", "INVALID_DATA", {"expected_data_type": "email"}),
        ({"Last_Name": "L", "Email": "a@b"}, "Email", "INVALID_DATA", {"expected_data_type": "email"}),
        ({"Last_Name": "L", "Phone": "+49  30"}, "Phone", "INVALID_DATA", {"expected_data_type": "phone"}),
        ({"Last_Name": "L", "Phone": "1" * 31}, "Phone", "INVALID_DATA", {"maximum_length": 30}),
        ({"Last_Name": "L", "Phone": 4930}, "Phone", "INVALID_DATA", {}),
        ({"Last_Name": "L", "Email_Opt_Out": "true"}, "Email_Opt_Out", "INVALID_DATA", {}),
        ({"Last_Name": "L", "Date_of_Birth": "14.05.1990"}, "Date_of_Birth", "INVALID_DATA", {}),
        ({"Last_Name": "L", "Date_of_Birth": "1990-02-30"}, "Date_of_Birth", "INVALID_DATA", {}),
        ({"Last_Name": "L", "Account_Name": "Acme"}, "Account_Name", "INVALID_DATA", {}),
        ({"Last_Name": "L", "Account_Name": {"name": "Acme"}}, "Account_Name", "INVALID_DATA", {}),
        ({"Last_Name": "L", "Account_Name": {"id": NOBODY}}, "Account_Name", "INVALID_DATA", {}),
        ({"Last_Name": "L", "Owner": {"id": NOBODY}}, "Owner", "INVALID_DATA", {}),
        ({"Last_Name": "L", "Lead_Source": ["Chat"]}, "Lead_Source", "INVALID_DATA", {}),
        ({"Last_Name": "L", "No_Such_Field": 1}, "No_Such_Field", "INVALID_DATA", {}),
        ({"Last_Name": "L", "Layout": {"id": "1"}}, "Layout", "INVALID_DATA", {}),
    ],
)
def test_a_value_that_is_refused(
    client: Client, values: dict[str, Any], field: str, expected: str, more: dict[str, Any]
) -> None:
    """400, and inside ``data[0]`` the code, the field, its path, and what was expected; nothing is created."""
    before = len(client.fake.records("Contacts"))
    answer = client("POST", "/Contacts", {"data": [values]})
    assert code(answer) == (400, expected)
    row = answer.json()["data"][0]
    assert row["status"] == "error"
    assert row["details"].items() >= {"api_name": field, **more}.items()
    assert row["details"]["json_path"].startswith(f"$.data[0].{field}")
    assert len(client.fake.records("Contacts")) == before


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "MANDATORY_NOT_FOUND"),
        ({"data": {}}, "INVALID_DATA"),
        ({"data": []}, "INVALID_DATA"),
        ({"data": [{"Last_Name": "L"}] * 101}, "INVALID_DATA"),
        ({"data": ["L"]}, "INVALID_DATA"),
        ({"data": [{"Last_Name": "L"}], "trigger": ["everything"]}, "INVALID_DATA"),
        ({"data": [{"Last_Name": "L"}], "trigger": "workflow"}, "INVALID_DATA"),
        (b"", "INVALID_DATA"),
        (b"[]", "INVALID_DATA"),
        (b"{" * 5000, "INVALID_DATA"),
        (b'{"data": [{"Last_Name": NaN}]}', "INVALID_DATA"),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("POST", "/upsert"), ("PUT", "")])
def test_a_body_that_is_refused(client: Client, method: str, path: str, body: Any, expected: str) -> None:
    """What is not one to a hundred records in ``data`` is refused as a whole."""
    assert code(client(method, f"/Contacts{path}", body)) == (400, expected)


@pytest.mark.parametrize("trigger", [[], ["workflow", "approval", "blueprint", "pathfinder", "orchestration"]])
def test_triggers(client: Client, trigger: list[str]) -> None:
    """None, or some of the five."""
    assert client("POST", "/Leads", {"data": [{"Last_Name": "L"}], "trigger": trigger}).status == 201


def test_a_hundred_records(client: Client) -> None:
    """In one call, answered in order."""
    answer = client("POST", "/Leads", {"data": [{"Last_Name": f"L{number}"} for number in range(100)]})
    ids = [row["details"]["id"] for row in answer.json()["data"]]
    assert answer.status == 201
    assert [client.read("Leads", one)["Last_Name"] for one in ids[::33]] == ["L0", "L33", "L66", "L99"]


@pytest.mark.fault("X12")
def test_partial_success(client: Client) -> None:
    """Each record has an outcome of its own, in order; the status of the whole is a success (gotcha 5)."""
    answer = client("POST", "/Leads", {"data": [{"Last_Name": "Good"}, {}, {"Last_Name": "Fine"}]})
    assert answer.status == 200
    rows = answer.json()["data"]
    assert [row["status"] for row in rows] == ["success", "error", "success"]
    assert rows[1]["details"]["json_path"] == "$.data[1].Last_Name"


def test_read_only_fields_are_passed_over(client: Client) -> None:
    """No error, no effect."""
    who = client.add("Contacts", Last_Name="L", Full_Name="Somebody Else", Created_Time="2020-01-01T00:00:00+00:00")
    shown = client.read("Contacts", who)
    assert (shown["Full_Name"], shown["Created_Time"][:4]) == ("L", "2026")


def test_what_the_layout_requires(client: Client) -> None:
    """Only when the record names its layout."""
    layout = client.get("/settings/layouts", module="Leads").json()["layouts"][0]["id"]
    assert client.row("POST", "/Leads", Last_Name="L")["code"] == "SUCCESS"
    row = client.row("POST", "/Leads", Last_Name="L", Layout={"id": layout})
    assert (row["code"], row["details"]["api_name"]) == ("MANDATORY_NOT_FOUND", "Company")
    assert client.row("POST", "/Leads", Last_Name="L", Company="C", Layout={"id": layout})["code"] == "SUCCESS"
    standard, partners = (each["id"] for each in client.get("/settings/layouts", module="Contacts").json()["layouts"])
    assert client.row("POST", "/Contacts", Last_Name="L", Layout={"id": standard})["code"] == "SUCCESS"
    row = client.row("POST", "/Contacts", Last_Name="L", Layout={"id": partners})
    assert (row["code"], row["details"]["api_name"]) == ("MANDATORY_NOT_FOUND", "Department")


def test_duplicates(client: Client) -> None:
    """A unique field refuses a second record, names the first, and takes its own value again."""
    client.fake.schema.change_field("Contacts", "Customer_Number", unique=True)
    first = client.add("Contacts", Last_Name="L", Customer_Number="K1")
    row = client.row("POST", "/Contacts", Last_Name="L", Customer_Number="k1")
    assert (row["code"], row["details"]["api_name"]) == ("DUPLICATE_DATA", "Customer_Number")
    assert row["details"]["duplicate_record"]["id"] == first
    assert row["details"]["duplicate_record"]["module"]["api_name"] == "Contacts"
    assert client.row("PUT", f"/Contacts/{first}", Customer_Number="K1")["code"] == "SUCCESS"
    client.fake.schema.change_field("Contacts", "Department", unique=True)
    other = client.add("Contacts", Last_Name="L", Department="D")
    row = client.row("POST", "/Contacts", Last_Name="L", Customer_Number="K1", Department="D")
    assert row["code"] == "MULTIPLE_OR_MULTI_ERRORS"
    clashes = [one["details"]["duplicate_record"]["id"] for one in row["details"]["errors"]]
    assert set(clashes) == {first, other}


def test_an_update_is_partial(client: Client, contact: str) -> None:
    """Only the keys that are given change; null clears; what is mandatory cannot be cleared."""
    wait(client.fake, 60)
    row = client.row("PUT", f"/Contacts/{contact}", Title="Countess", Phone=None)
    assert (row["code"], row["message"]) == ("SUCCESS", "record updated")
    shown = client.read("Contacts", contact)
    assert (shown["Title"], shown["Phone"], shown["Email"]) == ("Countess", None, "ada@own.example")
    assert shown["Modified_Time"] > shown["Created_Time"]
    assert client.row("PUT", f"/Contacts/{contact}", Last_Name=None)["code"] == "MANDATORY_NOT_FOUND"


def test_updates_of_several(client: Client, contact: str) -> None:
    """Each names its record; those that name none, or one that is not there, fail alone."""
    rows = [{"id": contact, "Title": "T"}, {"Title": "T"}, {"id": NOBODY, "Title": "T"}]
    found = client("PUT", "/Contacts", {"data": rows}).json()["data"]
    assert [row["code"] for row in found] == ["SUCCESS", "MANDATORY_NOT_FOUND", "INVALID_DATA"]
    assert code(client("PUT", f"/Contacts/{NOBODY}", {"data": [{"Title": "T"}]})) == (400, "INVALID_DATA")
    assert code(client("PUT", f"/Contacts/{contact}", {"data": [{}, {}]})) == (400, "INVALID_DATA")


@pytest.mark.parametrize(("since", "status"), [("09:01:01", 200), ("09:01:00", 412)])
def test_an_update_that_comes_too_late(client: Client, since: str, status: int) -> None:
    """``If-Unmodified-Since``: 412 ALREADY_MODIFIED when somebody was faster, and nothing changes."""
    who = client.add("Contacts", Last_Name="L")
    wait(client.fake, 61)
    client("PUT", f"/Contacts/{who}", {"data": [{"Title": "first"}]})
    headers = {"If-Unmodified-Since": f"2026-05-14T{since}+00:00"}
    answer = client("PUT", f"/Contacts/{who}", {"data": [{"Title": "second"}]}, headers=headers)
    assert answer.status == status
    assert code(answer)[1] == ("SUCCESS" if status == 200 else "ALREADY_MODIFIED")
    assert client.read("Contacts", who)["Title"] == ("second" if status == 200 else "first")


def test_locked_records(client: Client, contact: str) -> None:
    """What a blueprint holds can be neither changed nor deleted."""
    client.fake.locked.add(("Contacts", contact))
    assert client.row("PUT", f"/Contacts/{contact}", Title="T")["code"] == "RECORD_IN_BLUEPRINT"
    assert code(client("DELETE", f"/Contacts/{contact}")) == (400, "RECORD_IN_BLUEPRINT")


def test_upsert(client: Client, contact: str) -> None:
    """The same e-mail is the same person; the row says which it was, and by which field."""
    body = {"data": [{"Last_Name": "Byron", "Email": "ADA@own.example"}], "duplicate_check_fields": ["Email"]}
    answer = client("POST", "/Contacts/upsert", body)
    row = answer.json()["data"][0]
    assert (answer.status, row["action"], row["duplicate_field"], row["details"]["id"]) == (
        200,
        "update",
        "Email",
        contact,
    )
    assert client.read("Contacts", contact)["Full_Name"] == "Ada Byron"
    row = client.row("POST", "/Contacts/upsert", Last_Name="New", Email="new@own.example")
    assert (row["action"], row["duplicate_field"]) == ("insert", None)
    wrong = {**body, "duplicate_check_fields": ["Phone"]}
    assert code(client("POST", "/Contacts/upsert", wrong)) == (400, "INVALID_DATA")
    for module in ("Tasks", "Calls", "Events", "Notes"):
        assert code(client("POST", f"/{module}/upsert", {"data": [{}]})) == (400, "NOT_SUPPORTED")


def test_deleting(client: Client) -> None:
    """One by its path, several by ``ids``, each with its outcome."""
    one, two = client.add("Leads", Last_Name="1"), client.add("Leads", Last_Name="2")
    answer = client("DELETE", f"/Leads/{one}")
    assert answer.json()["data"] == [
        {"code": "SUCCESS", "details": {"id": one}, "message": "record deleted", "status": "success"}
    ]
    rows = client("DELETE", "/Leads", ids=f"{one},{two}").json()["data"]
    assert [row["code"] for row in rows] == ["INVALID_DATA", "SUCCESS"]
    assert code(client("DELETE", f"/Leads/{two}")) == (400, "INVALID_DATA")
    assert code(client("DELETE", "/Leads")) == (400, "REQUIRED_PARAM_MISSING")
    assert code(client("DELETE", "/Leads", ids=",".join([one] * 101))) == (400, "INVALID_DATA")


@pytest.mark.parametrize("phone", ["+4930123", "030/123", "(030) 123", "030 123-45.67", "0800 FLOWERS", "+49 (30) 1"])
def test_phones_by_the_strict_rule(phone: str) -> None:
    """A plus, then letters and digits with single separators between; nothing doubled, nothing else."""
    checker = Checker("single", lambda module, record: True, lambda user: True)
    strict = not any(pair in phone for pair in (") ", " (", "/", "(0"))
    try:
        taken = checker.raw(Field("Phone", "phone", length=30), phone, "$") == phone
    except RowError:
        taken = False
    assert taken is strict


@given(st.text(max_size=40))
def test_no_text_breaks_the_checks(text: str) -> None:
    """Whatever is written into a field of any type is taken or refused."""
    checker = Checker("loose", lambda module, record: False, lambda user: False)
    for kind in ("text", "email", "phone", "date", "datetime", "boolean", "integer", "lookup", "multiselectpicklist"):
        try:
            taken = checker.raw(Field("F", kind, length=30), text, "$.F")
        except RowError as refused:
            taken = refused.code
        assert taken is None or isinstance(taken, (str, int))


def test_what_is_caused_besides_is_told(client: Client) -> None:
    """Rules that do not run, mails that go out, reminders; nothing where nothing of the kind was asked for."""
    task = client.add("Tasks", Subject="T")
    rules = [*("workflow", "approval", "blueprint", "pathfinder", "orchestration")]
    client("POST", "/Leads", {"data": [{"Last_Name": "L"}], "trigger": rules})
    client("POST", "/Leads", {"data": [{"Last_Name": "L"}]})
    assert client.fake.besides == []
    client("POST", "/Leads", {"data": [{"Last_Name": "L"}], "trigger": rules[1:], "lar_id": "6100000000000000001"})
    client("PUT", f"/Tasks/{task}", {"data": [{"Send_Notification_Email": True}]})
    client("PUT", f"/Tasks/{task}", {"data": [{"Subject": "U"}]})
    assert client.fake.besides == ["did not run: workflow", "ran an assignment rule", "mailed the owner of a task"]
