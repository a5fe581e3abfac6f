"""The address books there are, under each reading."""

from __future__ import annotations

import pytest
from tests.customer360_microsoft365.against_fake.link import GRAPH, Link, found, make, read

from customer360.core.activities import NoteDraft
from customer360.core.records import ContactChange, RelatedKind
from customer360.core.search import NameHas


@pytest.mark.feature("F115")
def test_resources_and_identity(link: Link) -> None:
    """The address book with its folders; each holds contacts, and every one is private."""
    resources = link.run(GRAPH.list_resources(link.facts))
    names = [resource.name for resource in resources]
    assert names[0] == "contact"
    assert {"personalNotes", "todoTask", "call", "event"} <= set(names)
    folders = [resource for resource in resources if resource.name.startswith("contactFolder/")]
    assert folders
    assert all(resource.private for resource in resources)
    assert {"todo_list", "contact_folder"} <= set(link.facts.extra)
    for resource in resources:
        assert link.run(GRAPH.describe(link.facts, resource.name)).fields


def test_a_further_folder_is_an_address_book_of_its_own(link: Link) -> None:
    """What is created there is found, read, changed and noted there, and not in the default folder."""
    resource = next(r.name for r in link.run(GRAPH.list_resources(link.facts)) if r.name.startswith("contactFolder/"))
    ref = make(link, resource, displayName="Folder Person")
    assert ref.id in found(link, NameHas("Folder P"), resource)
    assert ref.id not in found(link, NameHas("Folder P"))
    link.run(GRAPH.update(link.facts, ContactChange(ref=ref, fields={"jobTitle": "CFO"})))
    assert read(link, ref).fields["jobTitle"] == "CFO"
    note = link.run(GRAPH.create_activity(link.facts, NoteDraft(contact=ref, key="folder", text="Hello")))
    listed = link.run(GRAPH.related(link.facts, ref, RelatedKind.NOTE)).items
    assert [each.ref for each in listed] == [note]
    changed, _, _ = link.everything(resource)
    assert ref.id in changed
