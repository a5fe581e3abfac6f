"""Contacts written, read, changed and found again by their keys, under each reading."""

from __future__ import annotations

from typing import Any

import pytest
from tests.customer360_bullhorn.against_fake.link import BH, COMPANY, PEOPLE, Link, delete, found, make

from customer360.core import errors as e
from customer360.core.records import ContactChange, ContactDraft, RecordRef
from customer360.core.search import EmailIs, NameHas


@pytest.mark.feature("F012")
@pytest.mark.parametrize("resource", [*PEOPLE, "ClientCorporation"])
def test_create_read_change(link: Link, resource: str) -> None:
    """A contact of each kind: written, read back, changed in part, a field cleared, a lost update refused."""
    given_fields = {"firstName": "Zoë", "lastName": "O'Néill"} if resource in PEOPLE else {"name": "O'Néill & Sons"}
    ref = make(link, resource, phone="+49 30 1234567", **given_fields)
    contact = link.run(BH.get(link.facts, ref))
    assert {name: contact.fields[name] for name in given_fields} == given_fields
    assert contact.name == ("Zoë O'Néill" if resource in PEOPLE else "O'Néill & Sons")
    assert not contact.partial
    assert contact.url is not None
    assert [phone.text for phone in contact.phones] == ["+49 30 1234567"]
    link.wait(2)
    link.run(BH.update(link.facts, ContactChange(ref=ref, fields={"phone": None}, version=contact.version)))
    changed = link.run(BH.get(link.facts, ref))
    assert changed.phones == ()
    assert {name: changed.fields[name] for name in given_fields} == given_fields
    with pytest.raises(e.Conflict):
        link.run(BH.update(link.facts, ContactChange(ref=ref, fields={"phone": "1"}, version=contact.version)))


@pytest.mark.feature("F013")
def test_the_whole_name_follows(link: Link) -> None:
    """Bullhorn does not derive it (gotcha 9)."""
    ref = make(link, firstName="Ada", lastName="Byron")
    link.run(BH.update(link.facts, ContactChange(ref=ref, fields={"lastName": "Lovelace"})))
    contact = link.run(BH.get(link.facts, ref))
    assert (contact.name, contact.fields["name"], contact.given_name) == ("Ada Lovelace", "Ada Lovelace", "Ada")


@pytest.mark.feature("F012")
def test_refused_values_name_their_field(link: Link) -> None:
    """A text that is too long, a field that there is not."""
    with pytest.raises(e.ValidationFailed) as long:
        make(link, lastName="x" * 51)
    assert [problem.field for problem in long.value.problems] == ["lastName"]
    with pytest.raises(e.ValidationFailed) as unknown:
        make(link, title="Dr")
    assert [problem.field for problem in unknown.value.problems] == ["title"]


@pytest.mark.feature("D14")
def test_a_stray_contact_belongs_to_the_placeholder(link: Link) -> None:
    """A client contact needs a company: the one that the link names, or it is refused before any request."""
    fields = {"firstName": "A", "lastName": "Stray", "status": "Active"}
    before = link.requests
    with pytest.raises(e.ValidationFailed) as refused:
        link.run(BH.create(link.facts, ContactDraft(resource="ClientContact", fields=fields)))
    assert [problem.field for problem in refused.value.problems] == ["clientCorporation"]
    assert link.requests == before
    told = {**link.facts.settings, "placeholder_company": "1"}
    facts = type(link.facts)(crm="bullhorn", settings=told, extra=link.facts.extra, user=link.facts.user)
    ref = link.run(BH.create(facts, ContactDraft(resource="ClientContact", fields=fields)))
    assert link.run(BH.get(facts, ref)).company_ref == COMPANY


@pytest.mark.feature("F011")
@pytest.mark.feature("D6")
def test_a_record_that_is_not_there(link: Link) -> None:
    """Never there, or deleted: read or changed, it is not found, and a search does not show it."""
    gone = make(link, lastName="Quillgone")
    delete(link, gone)
    link.index_caught_up()
    for ref in (gone, RecordRef("bullhorn", "Candidate", "99999999")):
        with pytest.raises((e.NotFound, e.Gone)):
            link.run(BH.get(link.facts, ref))
        with pytest.raises((e.NotFound, e.Gone)):
            link.run(BH.update(link.facts, ContactChange(ref=ref, fields={"phone": None})))
    assert found(link, "Candidate", NameHas("Quillgone")) == set()


@pytest.mark.parametrize(
    ("resource", "status"), [("Candidate", "Archived"), ("ClientContact", "Archive"), ("Lead", "Converted")]
)
def test_who_is_nobody_any_more_is_not_found(link: Link, resource: str, status: str) -> None:
    """Archived, or somebody else by now; the record can still be read."""
    ref = make(link, resource, lastName="Quillformer", email="former@quill.example", status=status)
    here = make(link, resource, lastName="Quillformer", email="former@quill.example", status="Active")
    link.index_caught_up()
    for query in (NameHas("Quillformer"), EmailIs("former@quill.example")):
        hits = found(link, resource, query)
        assert (here.id in hits, ref.id in hits) == (True, False)
    assert link.run(BH.get(link.facts, ref)).fields["status"] == status
    delete(link, here)


@pytest.mark.promise("R2")
@pytest.mark.parametrize("resource", ["Candidate", "ClientContact"])
def test_a_contact_is_found_by_its_key(link: Link, resource: str) -> None:
    """By the external id, once the index has it; another key that begins so is not it."""
    fields: dict[str, Any] = {
        "firstName": "A",
        "lastName": "Keyed",
        "status": "Active",
        "clientCorporation": COMPANY,
    }
    fields = {name: value for name, value in fields.items() if resource == "ClientContact" or name[0] != "c"}
    draft = ContactDraft(resource=resource, fields=fields, key="k12")
    now = link.fake.clock.now()
    assert link.run(BH.find_created(link.facts, draft, since=now)) is None
    ref = link.run(BH.create(link.facts, draft))
    link.index_caught_up()
    assert link.run(BH.find_created(link.facts, draft, since=now)) == ref
    other = ContactDraft(resource=resource, fields=fields, key="k1")
    assert link.run(BH.find_created(link.facts, other, since=now)) is None
    link.run(BH.update(link.facts, ContactChange(ref=ref, fields={"externalID": None})))
