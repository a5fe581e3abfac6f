"""Contacts written, read, changed and found again by their keys, under each reading."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from tests.customer360_microsoft365.against_fake.link import GRAPH, Link, delete, make, read

from customer360.core import errors as e
from customer360.core.records import ContactChange, ContactDraft, FieldValue, RecordRef


@pytest.mark.feature("F012")
@pytest.mark.feature("F013")
def test_create_read_change(link: Link) -> None:
    """Written, read back, changed in part, a field cleared, a lost update refused."""
    fields: dict[str, Any] = {
        "givenName": "Zoë",
        "surname": "O'Néill",
        "companyName": "Acme & Sons",
        "businessPhones": ("+49 30 1", "+49 30 2"),
        "mobilePhone": "+49 171 1",
        "emailAddresses": ("zoe@example.com", "z@example.org"),
        "businessAddress": {"city": "Berlin", "countryOrRegion": "Germany"},
    }
    ref = make(link, **fields)
    before = link.requests
    contact = read(link, ref)
    assert link.requests - before == 1
    for name in fields:
        if name != "businessAddress":
            assert contact.fields[name] == fields[name]
    assert (contact.region, contact.company, contact.partial) == ("DE", "Acme & Sons", False)
    assert [phone.text for phone in contact.phones] == ["+49 30 1", "+49 171 1"] or len(contact.phones) == 3
    link.run(GRAPH.update(link.facts, ContactChange(ref=ref, fields={"mobilePhone": None}, version=contact.version)))
    with pytest.raises(e.Conflict):
        link.run(GRAPH.update(link.facts, ContactChange(ref=ref, fields={"surname": "x"}, version=contact.version)))
    changes: dict[str, FieldValue] = {
        "businessPhones": "+49 30 9",
        "businessAddress": {"street": "Hauptstr. 1"},
        "homePhones": ("+1 2",),
    }
    link.run(GRAPH.update(link.facts, ContactChange(ref=ref, fields=changes)))
    changed = read(link, ref)
    assert changed.fields["businessPhones"] == ("+49 30 9", "+49 30 2")
    address = changed.fields["businessAddress"]
    assert isinstance(address, dict)
    assert (address["city"], address["street"]) == ("Berlin", "Hauptstr. 1")
    assert not changed.fields["mobilePhone"]
    assert changed.fields["surname"] == "O'Néill"
    cleared: dict[str, FieldValue] = {"businessPhones": None, "emailAddresses": None, "businessAddress": None}
    link.run(GRAPH.update(link.facts, ContactChange(ref=ref, fields=cleared)))
    emptied = read(link, ref)
    assert (emptied.fields["businessPhones"], emptied.emails, emptied.region) == ((), (), None)


@pytest.mark.feature("F012")
def test_a_changed_first_name_is_shown(link: Link) -> None:
    """In the whole name, which Outlook does not derive again; what people typed there stays."""
    ref = make(link, givenName="Ann", surname="Lee")
    for fields, name in (
        ({"givenName": "Eva"}, "Eva Lee"),
        ({"displayName": "Evita"}, "Evita"),
        ({"surname": "Li"}, "Evita"),
    ):
        link.run(GRAPH.update(link.facts, ContactChange(ref=ref, fields=fields, version=read(link, ref).version)))
        assert read(link, ref).name == name


def test_a_fresh_contact_can_be_changed_at_once(link: Link) -> None:
    """The conflict that Exchange reports for a busy record is tried once more."""
    ref = make(link, displayName="Fresh")
    link.run(GRAPH.update(link.facts, ContactChange(ref=ref, fields={"jobTitle": "CEO"})))
    assert read(link, ref).fields["jobTitle"] == "CEO"


@pytest.mark.feature("F012")
def test_refused_values_name_their_field(link: Link) -> None:
    """An unknown field."""
    with pytest.raises(e.ValidationFailed) as refused:
        make(link, displayName="x", noSuchField="1")
    assert "noSuchField" in [problem.field for problem in refused.value.problems]


@pytest.mark.feature("F011")
def test_a_record_that_is_not_there(link: Link) -> None:
    """Read or changed, a deleted one or nonsense: it is not found."""
    ref = make(link, displayName="Doomed")
    delete(link, ref)
    for nowhere in (ref, RecordRef("microsoft365", "contact", "nonsense"), RecordRef("microsoft365", "contact", "..")):
        with pytest.raises(e.NotFound):
            read(link, nowhere)
        with pytest.raises(e.NotFound):
            link.run(GRAPH.update(link.facts, ContactChange(ref=nowhere, fields={"jobTitle": None})))


def test_a_created_contact_is_found_by_its_key(link: Link) -> None:
    """Once the filter has caught up; a key that differs in case is another."""
    draft = ContactDraft(resource="contact", fields={"displayName": "Keyed"}, key="Key-1")
    ref = link.run(GRAPH.create(link.facts, draft))
    other = link.run(GRAPH.create(link.facts, attrs.evolve(draft, key="KEY-1")))
    link.filters_caught_up()
    since = link.fake.clock.now()
    assert link.run(GRAPH.find_created(link.facts, draft, since=since)) == ref
    assert link.run(GRAPH.find_created(link.facts, attrs.evolve(draft, key="KEY-1"), since=since)) == other
    assert link.run(GRAPH.find_created(link.facts, attrs.evolve(draft, key="key-2"), since=since)) is None
