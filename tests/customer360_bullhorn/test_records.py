"""Bullhorn's records as our models, and back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer360_bullhorn.conftest import FACTS

from customer360.core.errors import InvalidValue, NotFound
from customer360.core.records import RecordRef
from customer360_bullhorn import records as r
from customer360_bullhorn.metadata import known_shape
from customer360_bullhorn.query import holds, milliseconds
from customer360_bullhorn.related import READINGS, marked_up, plain, related_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        *("id", "name", "firstName", "phone", "email", "owner", "clientCorporation", "address", "dateAdded"),
        *("dateLastModified", "isDeleted", "status", "jobOrder", "comments", "action", "commentingPerson", "priority"),
        "_score",
    ]
)
ROWS = st.dictionaries(FIELDS, JSON, max_size=10)


@given(ROWS, st.sampled_from([each.name for each in r.CONTACTS]))
def test_any_row_is_a_contact(row: dict[str, Any], name: str) -> None:
    """Whatever a tenant holds; times know their zone, or they are none."""
    form = r.usual_shape(name)
    assert form is not None
    contact = r.contact_of(form, row, partial=True)
    assert contact.kind is form.resource.contact_kind
    assert "_score" not in contact.fields
    assert all(value.tzinfo for value in contact.fields.values() if isinstance(value, datetime))


@given(ROWS, st.sampled_from(sorted(READINGS)))
def test_any_row_is_a_related_record(row: dict[str, Any], name: str) -> None:
    """A listing shows what there is."""
    assert related_of(name, row).ref.resource == name


def test_a_contact() -> None:
    """As Bullhorn sends one."""
    form = r.usual_shape("ClientContact")
    assert form is not None
    row = {
        "id": 2332,
        "name": "Jo Smith",
        "firstName": "Jo",
        "lastName": "Smith",
        "phone": "(617) 555-0134",
        "mobile": r.CONFIDENTIAL,
        "email": "jo@acme.test",
        "clientCorporation": {"id": 77, "name": "Acme"},
        "owner": {"id": 12, "firstName": "Kim"},
        "address": {"city": "Boston", "countryID": 1},
        "linkedPerson": {"id": 9, "_subtype": "Candidate"},
        "dateAdded": 1784714400000,
        "dateLastModified": 1784714400123,
        "categories": {"total": 1, "data": [{"id": 4}]},
    }
    contact = r.contact_of(form, row, partial=False)
    assert [phone.text for phone in contact.phones] == ["(617) 555-0134"]  # what is hidden is no number
    assert (contact.company, contact.company_ref) == ("Acme", RecordRef("bullhorn", "ClientCorporation", "77"))
    assert (contact.owner, contact.region) == (RecordRef("bullhorn", "CorporateUser", "12"), "US")
    assert contact.version == "1784714400123"
    assert contact.created_at == datetime(2026, 7, 22, 10, tzinfo=UTC)
    assert contact.fields["linkedPerson"] == RecordRef("bullhorn", "Candidate", "9")
    assert contact.fields["mobile"] == r.CONFIDENTIAL


@pytest.mark.parametrize(
    ("address", "region"),
    [
        ({"countryCode": "GB"}, "GB"),
        ({"countryName": "Germany"}, "DE"),
        ({"countryID": 2359}, "GB"),
        ({"countryID": 1}, "US"),
        ({"countryID": 99}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_country_of_a_record(address: Any, region: str | None) -> None:
    """By code, by name, or by the tenant's own number of it: national numbers are read with it."""
    form = r.usual_shape("Candidate")
    assert form is not None
    assert r.contact_of(form, {"address": address}, partial=True, countries={"2359": "GB"}).region == region


@pytest.mark.parametrize(
    ("field", "value", "wire"),
    [
        ("customDate1", datetime(2026, 7, 22, 12, tzinfo=UTC), 1784721600000),
        ("customDate1", date(2026, 7, 22), 1784678400000),
        ("owner", RecordRef("bullhorn", "CorporateUser", "12"), {"id": 12}),
        ("owner", "12", {"id": 12}),
        ("customText1", "12", "12"),
        ("skills", ("a", "b"), ["a", "b"]),
        ("address", {"city": "Boston"}, {"city": "Boston"}),
        ("phone", None, None),
        ("customFloat1", 1.5, 1.5),
    ],
)
def test_values_to_write(field: str, value: Any, wire: Any) -> None:
    """Times in milliseconds, references by id, null to clear."""
    assert r.wire_fields({field: value}) == {field: wire}


def test_what_is_hidden_is_never_written_back() -> None:
    """What stands for it would become the value."""
    with pytest.raises(InvalidValue):
        r.wire_fields({"ssn": r.CONFIDENTIAL})


@given(st.text(max_size=12))
def test_what_is_no_name_is_no_field(name: str) -> None:
    """Refused, without what was typed into it."""
    try:
        assert r.wire_fields({name: 1}) == {name: 1}
    except InvalidValue:
        assert not name.isidentifier() or not name.isascii() or name.startswith("_")


@given(st.integers(-(2**70), 2**70))
def test_any_number_is_a_time_or_none(wire: int) -> None:
    """Never a crash; what is a time reads back as itself."""
    moment = r.time_of(wire)
    assert moment is None or milliseconds(moment) == wire


@pytest.mark.parametrize("identifier", ["", "0", "x", "1/notes", "1,2", "12345678901234", "¹"])
def test_what_cannot_be_an_id(identifier: str) -> None:
    """A record that is not there."""
    with pytest.raises(NotFound):
        r.identifier_of(RecordRef("bullhorn", "Candidate", identifier))


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=40))
def test_a_line_of_a_note_is_read_as_it_was_written(line: str) -> None:
    """Whatever looks like HTML in it."""
    assert plain(marked_up(f"x\n{line}\ny")) == f"x\n{line}\ny"


def test_comments_of_others_are_read_as_text() -> None:
    """Tags vanish, lines stay, a paragraph is one; a smaller-than sign is none."""
    assert plain("<b>Inbound call</b><br />Asked about <i>R&amp;D</i>, 2 < 3<p>soon</p>") == (
        "Inbound call\nAsked about R&D, 2 < 3\nsoon"
    )


def test_a_shape_is_what_the_user_sees() -> None:
    """Fields that there are not are not asked for; custom phone fields are, and searched where the index holds them."""
    kinds = {"name": "", "phone": "phone", "customText5": "phone", "owner": "one:CorporateUser", "dateAdded": "time"}
    form = r.shape_of("Candidate", kinds, frozenset({"phone", "customText5", "name"}))
    assert form is not None
    assert form.resource.phones == ("phone", "customText5") == form.searched
    assert form.resource.emails == ()
    assert form.columns == ("id", "name", "dateAdded", "owner(id,firstName,lastName)", "phone", "customText5")
    assert "isDeleted" not in form.current(holds("name", "x")).text
    quiet = r.shape_of("Candidate", kinds, frozenset())  # the index does not say what it holds
    assert quiet is not None
    assert quiet.searched == ("phone",)
    assert r.shape_of("Task", kinds, frozenset()) is None
    assert known_shape(FACTS, "Task") is None


def test_an_url_has_an_end() -> None:
    """A tenant with hundreds of fields: the usual ones are asked for first."""
    usual = r.usual_shape("Candidate")
    assert usual is not None
    kinds = {**usual.kinds, **{f"customTextBlock{number}": "" for number in range(1000)}}
    form = r.shape_of("Candidate", kinds, frozenset())
    assert form is not None
    assert len(",".join(form.everything)) < 6100
    assert set(usual.columns) <= set(form.everything)
