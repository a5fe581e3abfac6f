"""Leads and companies are made, changed, read on and written about like everybody else, each in its own right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from customer360.core.activities import ActivityChange, ActivityDraft
from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error, Unsupported, ValidationFailed
from customer360.core.metadata import FieldType, StandardField
from customer360.core.records import Contact, ContactChange, Fields, RecordRef
from customer360.core.search import NameHas
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.newcomers import Newcomers
from customer360_testkit.fakes.faults import status

_CREATE, _DELTA, _UPDATE = Capability.CREATE_CONTACT, Capability.DELTA, Capability.UPDATE_CONTACT
_SOME = 8
"""Of those whom the fake holds."""
_TYPED = ("+44 20 7946 0706", "(020) 7946 0706", "020 7946 0706 x42", "020 7946 0706 ext. 42")


class OtherResourceChecks(Newcomers):
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
        """One of each kind that another resource holds and that can be changed, and a text field of it."""
        found = 0
        for name, changed in self.of_other_resources(link):
            texts = [
                field.name
                for field in self.schema(link, name).fields
                if field.type is FieldType.TEXT and field.editable and field.creatable and not field.choices
                if not field.required and (field.max_length or 255) > 20
            ]
            for contact in {each.kind: each for each in reversed(changed)}.values():
                for text in texts:
                    try:
                        self.change(link, contact.ref, {text: "Quill"})
                    except ValidationFailed:  # companies have it, and the people who are kept among them have not
                        continue
                    except Unsupported:
                        break
                    link.wait(2.0)
                    found += 1
                    yield self.get(link, contact.ref), text
                    break
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
        for place, (_, changed) in enumerate(self.of_other_resources(link)):
            for kind in self.kinds(link, apart=True):
                for contact in changed[:1]:
                    draft = self.draft(link, kind, contact.ref, f"anybody-{place}-{kind}", text="Quill")
                    with suppress(Unsupported):
                        self._lists(link, draft)
                        tried += 1
        if not tried:
            pytest.skip("nothing happens to anybody else")

    @catches("writes about nobody in a folder", _CREATE)
    def test_whoever_is_kept_like_these_people_is_written_about_like_them(self, link: Link) -> None:
        """In another folder of a mailbox nothing is impossible that is possible in the first (F044, F051)."""
        own, mine, tried = self.resource(link), self.make(link, "Quillroom"), 0
        for place, (resource, _, ref) in enumerate(self.newcomers(link, "Quillroommate")):
            if (resource.standard, resource.contact_kind) == (own.standard, own.contact_kind):
                tried += 1
                for kind in self.every_kind(link):
                    one, other = (
                        self._kept(link, self.draft(link, kind, each, f"room{place}{number}-{kind}", text="Quill"))
                        for number, each in enumerate((mine, ref))
                    )
                    assert one == other, (resource.name, kind)
        if not tried:
            pytest.skip("nobody is kept in another place like these people")

    def _kept(self, link: Link, draft: ActivityDraft) -> tuple[bool, bool]:
        """Whether it is found by its key, and can be corrected."""
        ref = self._lists(link, draft)
        found, corrected = self.sought(link, draft.kind) and self.look(link, draft) == ref, False
        if self.can(link, Capability.UPDATE_ACTIVITY):
            with suppress(Unsupported):
                change = ActivityChange(ref=ref, kind=draft.kind, text="Quillcorrected")
                link.run(self.connector.update_activity(link.facts, change))
                corrected = True
        return found, corrected

    def _lists(self, link: Link, draft: ActivityDraft) -> RecordRef:
        """It is listed of whom it is about."""
        ref = self.written(link, draft)
        link.wait(LAG)
        listed = {each.ref for each in self.listed(link, draft.contact, draft.kind)}
        assert ref in listed, (draft.contact.resource, draft.kind)
        return ref

    @catches("makes a contact of a lead", _CREATE)
    def test_who_is_created_is_of_the_resource_that_was_asked_for(self, link: Link) -> None:
        """In the CRM itself: salespeople work through their leads, and a contact is none of these (F012)."""
        keyed = self.newcomers(link, "Quillkeyed", key="quillnewcomer")
        made = (*self.newcomers(link, "Quillnewcomer"), *keyed)
        link.wait(LAG)
        for resource, _, ref in made:
            assert ref.resource == resource.name
            read = self.get(link, ref)
            assert read.kind is resource.contact_kind, resource.name
            if resource.name in link.fake.modules:
                held = link.fake.records(resource.name)
                assert any(ref.id in map(str, row.values()) for row in held), resource.name
            if self.can(link, Capability.SEARCH_NAME):
                asked = self.connector.search(link.facts, resource.name, NameHas(read.family_name or read.name))
                assert ref in {hit.ref for hit in link.run(asked).items}, resource.name

    @catches("writes people of another resource by halves", _CREATE, _UPDATE)
    def test_people_of_every_resource_are_written_whole(self, link: Link) -> None:
        """Leads have numbers and addresses, too: created, changed and read (F012)."""
        for resource, draft, ref in self.newcomers(link, "Quillother"):
            self._as_written(link, ref, draft.fields)
            if phone := resource.standard.get(StandardField.PHONE):
                link.wait(60.0)
                self.change(link, ref, {phone: "+442079460702"})
                self._as_written(link, ref, {phone: "+442079460702"})

    @catches("creates a lead again that was refused", _CREATE)
    def test_a_create_of_anybody_is_one_request_that_writes(self, link: Link) -> None:
        """Whatever comes of it: a second one is the outbox' to send, or there are two (R1)."""
        for resource, draft, _ in self.newcomers(link, "Quillagain"):
            for code in (None, 500, 503):
                if code is not None:
                    link.fake.faults.add(status(code), when=lambda method, path: method != "GET")
                before = link.writes
                with suppress(Customer360Error):
                    link.run(self.connector.create(link.facts, draft))
                link.fake.faults.clear()
                assert link.writes - before == 1, (resource.name, code)

    @catches("cuts the number of a lead", _CREATE, _UPDATE)
    def test_a_number_of_anybody_is_changed_to_what_was_typed(self, link: Link) -> None:
        """With its gaps and its extension: whoever calls back dials it (F012)."""
        for resource, _, ref in self.newcomers(link, "Quillextended"):
            described = {each.name for each in self.schema(link, resource.name).fields if each.editable}
            for field in [name for name in resource.phones if name in described]:
                for text in _TYPED:
                    link.wait(60.0)
                    with suppress(ValidationFailed):  # some CRMs are particular about what a number looks like
                        self.change(link, ref, {field: text})
                        self._as_written(link, ref, {field: text})

    def _as_written(self, link: Link, ref: RecordRef, given: Fields) -> None:
        read = self.get(link, ref)
        values = {**read.fields, **{each.field: each.text for each in read.phones}}
        values |= {each.field: each.address for each in read.emails}
        assert {field: values.get(field) for field in given} == given, ref.resource


def said(contact: Contact) -> tuple[object, ...]:
    """What matching compares of a contact, and whom it shows."""
    phones = {(each.field, each.text) for each in contact.phones}
    emails = {(each.field, each.address) for each in contact.emails}
    return phones, emails, contact.name, contact.given_name, contact.family_name, contact.region
