"""Graph's records as our models, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.errors import InvalidValue
from customer360.core.records import FieldValue, RecordRef
from customer360_microsoft365.records import (
    ADDRESSES,
    COLLECTIONS,
    EMAILS,
    contact_of,
    merges,
    moment_of,
    person_of,
    renamed,
    time_of,
    value_of,
    when,
    wire_of,
)

ROW = {
    "@odata.etag": 'W/"EQAA"',
    "id": "AAMk=",
    "createdDateTime": "2026-11-20T13:38:33Z",
    "lastModifiedDateTime": "2026-11-21T13:48:05.8339192Z",
    "displayName": "Ann Lee",
    "givenName": "Ann",
    "surname": "Lee",
    "companyName": "Acme",
    "businessPhones": ["+1 617 555 0100", ""],
    "homePhones": [],
    "mobilePhone": "+1 617 555 0199",
    "emailAddresses": [{"name": "Ann Lee", "address": "ann@example.com"}, {"name": "empty"}],
    "businessAddress": {},
    "homeAddress": {"city": "Berlin", "countryOrRegion": "Deutschland"},
    "personalNotes": "2026-11-20T13:38:33Z",
    "singleValueExtendedProperties": [],
}
TEXTS = st.lists(st.text(min_size=1, max_size=8), max_size=3)


def test_a_contact() -> None:
    """Phones of every field in order, addresses, country, version; a note that looks like a time stays text."""
    contact = contact_of("contact", ROW)
    assert [(phone.field, phone.text) for phone in contact.phones] == [
        ("businessPhones", "+1 617 555 0100"),
        ("mobilePhone", "+1 617 555 0199"),
    ]
    assert [email.address for email in contact.emails] == ["ann@example.com"]
    assert (contact.region, contact.version, contact.company) == ("DE", 'W/"EQAA"', "Acme")
    assert contact.created_at == datetime(2026, 11, 20, 13, 38, 33, tzinfo=UTC)
    assert contact.fields["personalNotes"] == "2026-11-20T13:38:33Z"
    assert not {"@odata.etag", "singleValueExtendedProperties"} & set(contact.fields)
    assert "Lee" not in repr(contact)


@pytest.mark.feature("D1")
@pytest.mark.parametrize(
    ("places", "region"),
    [
        ({"businessAddress": {"countryOrRegion": "Portugal"}, "homeAddress": {"countryOrRegion": "Spain"}}, "PT"),
        ({"otherAddress": {"countryOrRegion": "The Netherlands"}}, "NL"),
        ({"homeAddress": {"countryOrRegion": "UK"}}, "GB"),
        ({"homeAddress": {"countryOrRegion": "Bavaria"}}, None),
        ({"homeAddress": {}}, None),
    ],
)
def test_the_country_of_a_contact(places: dict[str, dict[str, str]], region: str | None) -> None:
    """That of the first address that tells one: national numbers are read with it."""
    assert contact_of("contact", {"id": "1", **places}).region == region


def test_names_where_the_full_one_is_missing() -> None:
    """Given and last name, else the company."""
    assert contact_of("contact", {"id": "1", "givenName": "Ann", "surname": None}).name == "Ann"
    assert contact_of("contact", {"id": "1", "companyName": "Acme", "displayName": ""}).name == "Acme"


def test_a_person() -> None:
    """Addresses are scored, phones typed."""
    row = {"id": "1", "displayName": "Ann", "scoredEmailAddresses": [{"address": "a@x", "relevanceScore": 1}]}
    person = person_of({**row, "phones": [{"type": "mobile", "number": "+1"}, {"type": "home"}]})
    assert ([phone.text for phone in person.phones], [email.address for email in person.emails]) == (["+1"], ["a@x"])


@given(
    st.dictionaries(
        st.sampled_from([*ROW, "manager", "children"]),
        st.none()
        | st.integers()
        | st.text(max_size=5)
        | TEXTS
        | st.lists(st.dictionaries(st.text(max_size=3), st.none())),
    )
)
def test_any_row_is_a_contact(row: dict[str, Any]) -> None:
    """Wrong types never raise: at worst the field is empty."""
    contact_of("contact", row)
    person_of(row)


@given(st.sampled_from(sorted(COLLECTIONS)), TEXTS)
def test_texts_go_out_as_they_came(name: str, texts: list[str]) -> None:
    """Wire to model to wire: the same texts, and the names beside e-mail addresses are kept."""
    named: list[Any] = [{"address": each, "name": each.upper()} for each in dict.fromkeys(t.casefold() for t in texts)]
    wire = named if name == EMAILS else texts
    again = wire_of(name, value_of(name, wire), wire)
    if name == EMAILS:
        assert [each["address"] for each in again] == [each["address"] for each in named]
        assert all(each.get("name") for each in again if each["address"].strip())
    else:
        assert again == wire


@given(st.dictionaries(st.sampled_from(["displayName", "mobilePhone", "birthday"]), st.none() | st.text(max_size=9)))
def test_scalars_go_out_as_they_came(row: dict[str, Any]) -> None:
    """Wire to model to wire."""
    for name, wire in row.items():
        assert wire_of(name, value_of(name, wire)) == wire


def test_one_text_for_several_replaces_the_first() -> None:
    """The vendor replaces collections whole, so the others are put in again."""
    assert wire_of("businessPhones", "9", ["1", "2"]) == ["9", "2"]
    assert wire_of("businessPhones", "9", None) == ["9"]
    held = [{"address": "a@x", "name": "A"}, {"address": "b@x", "name": "B"}]
    assert wire_of(EMAILS, "c@x", held) == [{"address": "c@x"}, {"address": "b@x", "name": "B"}]
    assert wire_of("businessAddress", {"city": "Bonn"}, {"street": "x", "city": "y"}) == {"street": "x", "city": "Bonn"}
    assert merges({"businessPhones": "9", "mobilePhone": "1", "homePhones": ("1",), EMAILS: ("a",)}) == (
        "businessPhones",
        EMAILS,
    )


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"givenName": "Eva"}, "Eva Lee"),
        ({"surname": "Li"}, "Ann Li"),
        ({"middleName": "B."}, "Ann B. Lee"),
        ({"givenName": None}, "Lee"),
        ({"givenName": "Eva", "displayName": "E. Lee"}, None),
        ({"mobilePhone": "1"}, None),
    ],
)
def test_a_whole_name_goes_with_its_parts(fields: dict[str, FieldValue], told: str | None) -> None:
    """Outlook derives it once; where people called somebody otherwise it stays."""
    now = {"displayName": "Ann Lee", "givenName": "Ann", "surname": "Lee"}
    needed = {"displayName", "givenName", "middleName", "surname"}
    if told is not None:
        assert set(merges(fields)) == needed
        assert renamed(fields, now) == {"displayName": told}
        assert renamed(fields, {**now, "displayName": "Annie"}) == {}
    else:
        assert merges(fields) == ()
        assert renamed(fields, now if "displayName" in fields else {}) == {}


@pytest.mark.parametrize(
    ("name", "value", "wire"),
    [
        ("mobilePhone", None, None),
        ("businessPhones", None, []),
        ("homeAddress", None, dict.fromkeys(("street", "city", "state", "countryOrRegion", "postalCode"))),
        ("birthday", date(1974, 7, 22), "1974-07-22T00:00:00Z"),
        ("birthday", datetime(1974, 7, 22, tzinfo=UTC), "1974-07-22T00:00:00Z"),
    ],
)
def test_values_as_graph_takes_them(name: str, value: FieldValue, wire: object) -> None:
    """None clears each kind of field in its own way."""
    assert wire_of(name, value) == wire


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("@odata.type", "x"),
        ("a/b", "x"),
        ("manager", RecordRef("microsoft365", "contact", "1")),
        ("manager", ("a", "b")),
        ("businessPhones", 1),
    ],
)
def test_what_no_contact_holds(name: str, value: FieldValue) -> None:
    """It is refused before anything is sent."""
    with pytest.raises(InvalidValue):
        wire_of(name, value)


@given(st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_times_survive(moment: datetime) -> None:
    """To the second, as events keep them."""
    assert moment_of(when(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    "wire",
    [
        None,
        {},
        {"dateTime": "x", "timeZone": "UTC"},
        {"dateTime": "2026-11-21T15:04:00", "timeZone": "Moon/Base"},
        {"dateTime": "2026-11-21T15:04:00", "timeZone": "../../etc"},
        {"dateTime": "2026-13-41T15:04:00", "timeZone": "UTC"},
    ],
)
def test_times_that_cannot_be_placed(wire: Any) -> None:
    """They are none (D12)."""
    assert moment_of(wire) is None
    assert time_of("2026-05-14T12:53:58") is None


def test_zones_are_heeded() -> None:
    """Beside the time or in it."""
    berlin = moment_of({"dateTime": "2026-07-01T15:04:00.0000000", "timeZone": "Europe/Berlin"})
    assert berlin == datetime(2026, 7, 1, 13, 4, tzinfo=UTC)


def test_addresses_are_structures() -> None:
    """And stay so in the model."""
    value = contact_of("contact", ROW).fields[ADDRESSES[1]]
    assert isinstance(value, Mapping)
