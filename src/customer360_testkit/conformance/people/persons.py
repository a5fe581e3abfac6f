"""Every part of a contact is read as it was written, in its own place."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import unquote

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error, ValidationFailed
from customer360.core.metadata import FieldType, StandardField
from customer360.core.records import ContactChange, RecordRef
from customer360_testkit.conformance.bench import Link, catches
from customer360_testkit.conformance.newcomers import Newcomers

_CREATE, _UPDATE = Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT
_SOON = timedelta(minutes=2)


class PersonChecks(Newcomers):
    """See the module."""

    @catches("swaps two numbers", _CREATE)
    def test_every_number_is_read_from_its_field(self, link: Link) -> None:
        """All of them, each in the field that it was written to: a mobile is no landline (F011)."""
        fields = self.writable(link, self.resource(link).phones)
        given = {field: f"+44 20 7946 0{number:03d}" for number, field in enumerate(fields)}
        contact = self.get(link, self.made_with(link, "Manyphones", given))
        assert {phone.field: phone.text for phone in contact.phones} == given

    @catches("drops the second address", _CREATE)
    def test_every_address_is_read(self, link: Link) -> None:
        """All of them, each in the field that it was written to."""
        fields = self.writable(link, self.resource(link).emails)
        given = {field: f"quill{number}@conform.example" for number, field in enumerate(fields)}
        contact = self.get(link, self.made_with(link, "Manymails", given))
        assert {email.field: email.address for email in contact.emails} == given

    @catches("writes addresses in small letters", _CREATE)
    def test_an_address_is_read_as_it_was_typed(self, link: Link) -> None:
        """Comparing is one thing, changing what people see another."""
        self.addressed(link)
        contact = self.get(link, self.make(link, "Lettered", email="Quill.Mixed@Conform.example"))
        assert "Quill.Mixed@Conform.example" in [email.address for email in contact.emails]

    @catches("swaps first and last name", _CREATE)
    def test_first_and_last_name_keep_their_places(self, link: Link) -> None:
        """An agent says the right one."""
        standard = self.resource(link).standard
        given, family = standard.get(StandardField.GIVEN_NAME), standard.get(StandardField.FAMILY_NAME)
        if given is None or family is None:
            pytest.skip("names have no parts")
        contact = self.get(link, self.made_with(link, "Quillfamily", {given: "Quillgiven", family: "Quillfamily"}))
        assert (contact.given_name, contact.family_name) == ("Quillgiven", "Quillfamily")
        assert {"Quillgiven", "Quillfamily"} <= set(contact.name.replace(",", " ").split())

    @catches("reads a contact as somebody else", _CREATE)
    def test_a_contact_is_who_was_asked_for(self, link: Link) -> None:
        """Its reference leads back to it, and it is of its resource's kind."""
        ref = self.make(link, "Himself")
        contact = self.get(link, ref)
        assert (contact.ref, contact.kind) == (ref, self.resource(link).contact_kind)

    @catches("shifts when a contact was made", _CREATE)
    def test_it_is_told_when_a_contact_was_made(self, link: Link) -> None:
        """And changed, in whatever zone the CRM tells it; of anybody."""
        link.wait(7200.0)
        people, made = [self.make(link, "Born")], link.now
        with suppress(pytest.skip.Exception):
            people += [ref for _, _, ref in self.newcomers(link, "Quillborn")]
        for ref in people:
            link.wait(86_400.0)
            changed = made
            if self.can(link, _UPDATE) and (field := self._text_field(link, ref)):
                self.change(link, ref, {field: "Quill"})
                changed = link.now
            contact = self.get(link, ref)
            for told, then in ((contact.created_at, made), (contact.modified_at, changed)):
                times = [each for each in contact.fields.values() if isinstance(each, datetime)]
                known = any(abs(each - then) < _SOON for each in times)
                assert abs(told - then) < _SOON if told is not None else not known, (ref.resource, then - made)

    def _text_field(self, link: Link, ref: RecordRef) -> str | None:
        """A text field that may hold anything."""
        if ref.resource == self.people:
            return self.spare_field
        fields = (each for each in self.schema(link, ref.resource).fields if each.creatable and each.editable)
        texts = (each.name for each in fields if each.type is FieldType.TEXT and not (each.choices or each.required))
        return next(texts, None)

    @catches("says None where there is nothing", _CREATE)
    def test_what_is_not_there_is_not_made_up(self, link: Link) -> None:
        """No number, no address, no word for nothing."""
        given = self.fields("Bareperson")
        contact = self.get(link, self.make(link, "Bareperson"))
        assert (contact.phones, contact.emails) == ((), ())
        assert not contact.company or given.get(self.resource(link).standard.get(StandardField.COMPANY, ""))
        assert contact.region is None
        words = {value.casefold() for value in contact.fields.values() if isinstance(value, str)}
        assert not words & {"none", "null", "nan", "undefined"}

    @catches("reads a name as markup", _CREATE)
    def test_a_name_is_no_markup(self, link: Link) -> None:
        """Neither taken for HTML nor escaped as such."""
        for name in ("<b>Quill</b>", "R&D", "R&amp;D", "Quill &#38; Co", "a < b > c", '"Quill"'):
            contact = self.get(link, self.make(link, name))
            assert (contact.fields[self.name_field], name in contact.name) == (name, True)

    @catches("takes digits for a number", _CREATE)
    def test_digits_are_text(self, link: Link) -> None:
        """A customer number keeps its zeros, and the word for no remains a word."""
        for text in ("007", "1e5", "10.50", "false", "NaN"):
            ref = self.made_with(link, "Digital", {self.spare_field: text})
            assert self.get(link, ref).fields[self.spare_field] == text

    @catches("gives a contact to another owner", _CREATE)
    def test_a_contact_belongs_to_who_made_it(self, link: Link) -> None:
        """Where the CRM has owners, as it refers to its users."""
        owner = self.get(link, self.make(link, "Owned")).owner
        if owner is None:
            pytest.skip("contacts have no owner")
        assert owner == link.run(self.connector.identify(link.facts)).user

    @catches("takes part of an id for the id", _CREATE)
    def test_an_id_is_the_whole_id(self, link: Link) -> None:
        """Whatever it holds, it is quoted; nobody is read by an id that only contains theirs (injection)."""
        ref = self.make(link, "Identified")
        for text in (f"{ref.id}?a=b", f"{ref.id}#", f"x/../{ref.id}", f"{ref.id}/", f"{ref.id}' or 'a'='a", ""):
            self.refusal(link, self.connector.get(link.facts, RecordRef(ref.crm, ref.resource, text)), Customer360Error)

    @catches("changes one field after the other", _CREATE, _UPDATE)
    def test_a_change_is_one_request_that_writes(self, link: Link) -> None:
        """Else it is done by half when the second fails."""
        ref = self.make(link, "Changeable")
        link.wait(60.0)  # some CRMs are busy with a new record for a moment
        before = link.writes
        self.change(link, ref, {self.name_field: "Changed", self.spare_field: "Spare"})
        assert link.writes - before == 1

    @catches("changes the change that it is given", _CREATE, _UPDATE)
    def test_a_change_is_left_as_it_was(self, link: Link) -> None:
        """It may be sent again."""
        change = ContactChange(ref=self.make(link, "Kept"), fields={self.spare_field: "Spare"})
        link.run(self.connector.update(link.facts, change))
        assert dict(change.fields) == {self.spare_field: "Spare"}

    @catches("drops a field that it does not know", _CREATE)
    def test_what_a_field_cannot_hold_is_refused(self, link: Link) -> None:
        """Nor is there a field of any name: nothing may seem to be written that is not (F012)."""
        with pytest.raises(Customer360Error):
            self.made_with(link, "Nosuchfield", {"Quill_no_such_field": "x"})
        me: RecordRef = link.run(self.connector.identify(link.facts)).user
        with suppress(Customer360Error):
            made = self.made_with(link, "Misfit", {self.spare_field: me})
            assert me.id in repr(self.get(link, made).fields.get(self.spare_field))
        ref = self.make(link, "Misfitted")
        if self.can(link, _UPDATE):
            with suppress(Customer360Error):
                self.change(link, ref, {self.spare_field: me})
                assert me.id in repr(self.get(link, ref).fields.get(self.spare_field))

    @catches("takes a change of who is gone for done", _CREATE, _UPDATE)
    def test_a_change_of_who_is_gone_is_refused(self, link: Link) -> None:
        """An agent must know that it went nowhere."""
        ref = self.make(link, "Leftbehind")
        self.delete(link, ref)
        link.wait(1.0)
        change = ContactChange(ref=ref, fields={self.spare_field: "Spare"})
        self.refusal(link, self.connector.update(link.facts, change), Customer360Error)

    @catches("calls people by their address", _CREATE)
    def test_a_contact_is_called_by_its_name(self, link: Link) -> None:
        """Whatever else is known of them."""
        ref = self.make(link, "Quillcalled", phone="+442079460991", email="someone@conform.example")
        name = self.get(link, ref).name
        assert ("Quillcalled" in name, "@" in name) == (True, False)

    @catches("leads from a contact to the start page", _CREATE, Capability.RECORD_URL)
    def test_a_contact_brings_its_address(self, link: Link) -> None:
        """The one of this very record, where it brings one."""
        contact = self.get(link, self.make(link, "Quilladdress"))
        assert contact.url is None or contact.ref.id in unquote(contact.url)

    @catches("forgets where people work", Capability.DELTA)
    def test_some_people_have_a_company(self, link: Link) -> None:
        """Of those whom the fake holds, where the resource has a field for it (F011)."""
        if StandardField.COMPANY not in self.resource(link).standard:
            pytest.skip("people have no company")
        page = link.run(self.connector.changes(link.facts, self.people))
        assert any(self.get(link, contact.ref).company for contact in page.changed[:15])

    @catches("clears nothing while it sets something", _CREATE, _UPDATE)
    def test_one_field_is_cleared_while_another_is_set(self, link: Link) -> None:
        """In one change (F012)."""
        ref = self.made_with(link, "Mixedchange", {self.spare_field: "Spare"})
        self.change(link, ref, {self.name_field: "Mixedafter", self.spare_field: None})
        fields = self.get(link, ref).fields
        assert (fields[self.name_field], fields.get(self.spare_field) or None) == ("Mixedafter", None)

    @catches("changes addresses to small letters", _CREATE, _UPDATE)
    def test_a_changed_address_is_read_as_it_was_typed(self, link: Link) -> None:
        """Comparing is one thing, changing what people see another."""
        self.addressed(link)
        ref = self.make(link, "Readdressed", email="before@conform.example")
        field = self.get(link, ref).emails[0].field
        self.change(link, ref, {field: "After.Mixed@Conform.example"})
        assert "After.Mixed@Conform.example" in [email.address for email in self.get(link, ref).emails]

    @catches("reads the first of several texts only", _CREATE)
    def test_several_texts_in_one_field_are_all_read(self, link: Link) -> None:
        """Where a field takes several numbers or addresses."""
        resource = self.resource(link)
        for field in self.writable(link, (*resource.phones, *resource.emails)):
            texts = ("+442079460881", "+442079460882")
            if field in resource.emails:
                texts = ("one@conform.example", "two@conform.example")
            try:
                contact = self.get(link, self.made_with(link, "Severaltexts", {field: texts}))
            except Customer360Error:
                continue  # it takes one
            read = [phone.text for phone in contact.phones] + [email.address for email in contact.emails]
            assert all(any(text in each for each in read) for text in texts), field

    @catches("takes a refused change for done", _CREATE, _UPDATE)
    def test_a_refused_change_names_its_field(self, link: Link) -> None:
        """As a refused create does (F012)."""
        field, value = self.refused
        change = ContactChange(ref=self.make(link, "Rechanged"), fields={field: value})
        error = self.refusal(link, self.connector.update(link.facts, change), ValidationFailed)
        assert field in {problem.field for problem in error.problems}
