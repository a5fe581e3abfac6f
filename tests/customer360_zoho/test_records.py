"""Zoho's records as our models, and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.errors import InvalidValue, NotFound
from customer360.core.records import ContactKind, FieldValue, RecordRef, RelatedKind
from customer360_zoho.records import (
    ContactReader,
    columns_of,
    contact_of,
    identifier_of,
    resource_named,
    time_of,
    value_of,
    wire_fields,
    wire_of,
)
from customer360_zoho.related import related_of

ROW: dict[str, Any] = {
    "id": "6100000000000123001",
    "First_Name": "Ada",
    "Last_Name": "Lovelace",
    "Full_Name": "Ada Lovelace",
    "Email": "Ada@Example.org",
    "Phone": "(020) 7946-0958",
    "Mobile": None,
    "Second_Phone": "+44 20 7946 0000",
    "Account_Name": {"name": "Acme", "id": "77"},
    "Owner": {"name": "A", "id": "5", "email": "a@example.org"},
    "Mailing_Country": "United Kingdom",
    "Modified_Time": "2026-05-14T12:53:58+03:00",
    "Date_of_Birth": "1990-12-10",
    "Tag": [{"name": "vip", "id": "9"}],
    "Interests": ["a", "b"],
}
ZONES = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


def test_a_contact() -> None:
    """Standard readings beside all fields, custom phones included."""
    contact = contact_of(resource_named("Contacts"), ROW)
    assert contact.ref == RecordRef("zoho", "Contacts", "6100000000000123001")
    assert (contact.name, contact.given_name, contact.family_name) == ("Ada Lovelace", "Ada", "Lovelace")
    assert [(phone.field, phone.text) for phone in contact.phones] == [
        ("Phone", "(020) 7946-0958"),
        ("Second_Phone", "+44 20 7946 0000"),
    ]
    assert [email.address for email in contact.emails] == ["Ada@Example.org"]
    assert (contact.company, contact.company_ref) == ("Acme", RecordRef("zoho", "Accounts", "77"))
    assert contact.owner == RecordRef("zoho", "users", "5")
    assert contact.region == "GB"
    assert contact.version == "2026-05-14T12:53:58+03:00"
    assert contact.modified_at == datetime(2026, 5, 14, 9, 53, 58, tzinfo=UTC)
    assert contact.fields["Date_of_Birth"] == date(1990, 12, 10)
    assert contact.fields["Interests"] == ("a", "b")


def test_a_lead_and_a_company() -> None:
    """A lead's company is a text; a company's name is its account name."""
    lead = contact_of(resource_named("Leads"), {"id": "1", "Last_Name": "Doe", "Company": "Acme"})
    assert (lead.kind, lead.name, lead.company, lead.company_ref) == (ContactKind.LEAD, "Doe", "Acme", None)
    company = contact_of(resource_named("Accounts"), {"id": "2", "Account_Name": "Acme"})
    assert (company.kind, company.name, company.fields["Account_Name"]) == (ContactKind.COMPANY, "Acme", "Acme")


def test_rows_of_one_answer_may_differ() -> None:
    """What a reader has learnt of one row's fields is not held against the next."""
    reader = ContactReader(resource_named("Contacts"))
    rows: list[dict[str, Any]] = [ROW, {"id": "2", "Cell": "1"}, ROW, {"id": "3", "Phone": "2"}, {"id": "4"}]
    assert [reader.contact(row) for row in rows] == [contact_of(resource_named("Contacts"), row) for row in rows]


def test_a_row_of_coql() -> None:
    """Lookups come as bare ids there; the company's name is a column of its own."""
    row = {"id": "1", "Account_Name": {"id": "77"}, "Account_Name.Account_Name": "Acme", "Owner": {"id": "5"}}
    contact = contact_of(resource_named("Contacts"), row, partial=True)
    assert (contact.company, contact.partial) == ("Acme", True)


def test_a_call() -> None:
    """A call is sorted by its start."""
    row = {"id": "8", "Subject": "Call", "Call_Start_Time": "2026-05-14T10:00:00+02:00", "Call_Type": "Inbound"}
    call = related_of("Calls", row)
    assert (call.kind, call.title, call.status) == (RelatedKind.CALL, "Call", "Inbound")
    assert call.at == datetime(2026, 5, 14, 8, tzinfo=UTC)


def test_columns_stay_within_fifty() -> None:
    """COQL takes no more."""
    for name in ("Contacts", "Leads", "Accounts", "Vendors", "Members"):
        columns = columns_of(resource_named(name))
        assert columns[0] == "id"
        assert len(columns) <= 50


@given(
    st.text(max_size=20)
    | st.integers()
    | st.booleans()
    | st.none()
    | st.dates()
    | st.datetimes(timezones=ZONES, min_value=datetime(1900, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
)
def test_values_survive_the_wire(value: FieldValue) -> None:
    """What is written reads back as the same value."""
    wire = wire_of(value)
    read = value_of("Description", wire)
    assert read == value or wire == value


@given(
    st.dictionaries(
        st.sampled_from(["Phone", "Email", "Owner", "Account_Name", "Modified_Time", "Full_Name", "id", "Tag"]),
        st.none()
        | st.integers()
        | st.booleans()
        | st.text(max_size=5)
        | st.sampled_from(["2026-13-99T99:99:99+99:99", "2026-99-99"])
        | st.lists(st.integers() | st.text(max_size=3), max_size=2)
        | st.dictionaries(st.sampled_from(["id", "name"]), st.none() | st.integers() | st.text(max_size=3)),
    )
)
def test_reading_never_fails(row: dict[str, Any]) -> None:
    """Tags and picklists may be objects or lists where the documentation shows text (gotcha 15)."""
    for name in ("Contacts", "Leads", "Accounts", "Vendors", "Members"):
        contact_of(resource_named(name), row)
    for module in ("Notes", "Tasks", "Calls", "Events", "Cases", "Deals"):
        related_of(module, row)


def test_clearing_and_references() -> None:
    """None clears; a reference is sent as its id."""
    fields = {"Phone": None, "Account_Name": RecordRef("zoho", "Accounts", "77"), "Interests": ("a",)}
    assert wire_fields(fields) == {"Phone": None, "Account_Name": {"id": "77"}, "Interests": ["a"]}


@pytest.mark.parametrize("name", ["$approved", "First Name", "", "x'y", "id"])
def test_names_that_are_no_fields(name: str) -> None:
    """They are refused before anything is sent."""
    with pytest.raises(InvalidValue):
        wire_fields({name: "x"})


@pytest.mark.parametrize("identifier", ["", "../users", "12/Notes", "abc", "\u0661"])
def test_ids_that_zoho_cannot_have_made(identifier: str) -> None:
    """No record can have them, and none reaches a path."""
    with pytest.raises(NotFound):
        identifier_of(RecordRef("zoho", "Contacts", identifier))


def test_times_without_a_zone_are_no_times() -> None:
    """A naive time cannot be placed (D12)."""
    assert time_of("2026-05-14T12:53:58") is None
    assert value_of("X", "2026-05-14T12:53:58") == "2026-05-14T12:53:58"
