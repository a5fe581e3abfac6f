"""Leads and companies are changed, read on and written about like everybody else: each resource in its own right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.metadata import FieldType
from customer360.core.records import Contact, ContactChange
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches
from customer360_testkit.fakes.faults import status

_DELTA, _UPDATE = Capability.DELTA, Capability.UPDATE_CONTACT
_SOME = 8
"""Of those whom the fake holds."""


class OtherResourceChecks(Bench):
    """See the module."""

    def of_other_resources(self, link: Link) -> Iterator[tuple[str, tuple[Contact, ...]]]:
        """Some of whom the fake holds in each contact resource but ``people``, as changes tell them."""
        found = 0
        for resource in link.run(self.connector.list_resources(link.facts)):
            if resource.contact_kind is None or resource.name == self.people:
                continue
            with suppress(Unsupported):  # it says that it cannot
                page = link.run(self.connector.changes(link.facts, resource.name))
                changed = tuple(each for each in page.changed if each.ref.resource == resource.name)[:_SOME]
                found += len(changed)
                yield resource.name, changed
        if not found:
            pytest.skip("there is one resource of people")

    def changeable(self, link: Link) -> Iterator[tuple[Contact, str]]:
        """One of each other resource that can be changed, and a text field of it."""
        found = 0
        for name, changed in self.of_other_resources(link):
            texts = [
                field.name
                for field in self.schema(link, name).fields
                if field.type is FieldType.TEXT and field.editable and field.creatable and not field.choices
                if not field.required and (field.max_length or 255) > 20
            ]
            for contact in changed[:1]:
                if texts:
                    with suppress(Unsupported):
                        self.change(link, contact.ref, {texts[0]: "Quill"})
                        link.wait(2.0)
                        found += 1
                        yield self.get(link, contact.ref), texts[0]
        if not found:
            pytest.skip("nobody else can be changed")

    @catches("takes a failed change of a lead for done", _DELTA, _UPDATE)
    def test_a_failed_change_of_anybody_is_raised(self, link: Link) -> None:
        """Whoever it is, an agent must know that it went nowhere."""
        for contact, first in self.changeable(link):
            for code in (400, 403, 404, 409, 410, 500):
                link.fake.faults.add(status(code), times=None)
                change = ContactChange(ref=contact.ref, fields={first: "Quill"})
                self.refusal(link, self.connector.update(link.facts, change), Customer360Error)
                link.fake.faults.clear()

    @catches("reads changes of leads without their numbers", _DELTA)
    def test_a_change_of_anybody_says_what_reading_says(self, link: Link) -> None:
        """Numbers, addresses, name and country: the index lives on them (D4)."""
        for name, changed in self.of_other_resources(link):
            for contact in changed:
                assert said(contact) == said(self.get(link, contact.ref)), name

    @catches("lists the calls of a lead only", _DELTA)
    def test_what_happened_is_listed_of_anybody(self, link: Link) -> None:
        """Notes, tasks, appointments and cases, or it is said that they cannot be (F044)."""
        tried = 0
        for name, changed in self.of_other_resources(link):
            for kind in self.kinds(link, apart=True):
                for contact in changed[:1]:
                    draft = self.draft(link, kind, contact.ref, f"anybody-{kind}", text="Quill")
                    with suppress(Unsupported):
                        ref = self.written(link, draft)
                        link.wait(LAG)
                        assert ref in {each.ref for each in self.listed(link, contact.ref, kind)}, (name, kind)
                        tried += 1
        if not tried:
            pytest.skip("nothing happens to anybody else")


def said(contact: Contact) -> tuple[object, ...]:
    """What matching compares of a contact, and whom it shows."""
    phones = {(each.field, each.text) for each in contact.phones}
    emails = {(each.field, each.address) for each in contact.emails}
    return phones, emails, contact.name, contact.given_name, contact.family_name, contact.region
