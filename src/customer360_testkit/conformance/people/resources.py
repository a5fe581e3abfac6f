"""Leads and companies are found and read like everybody else: each contact resource in its own right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from customer360.core.capabilities import Capability
from customer360.core.effects import Request
from customer360.core.errors import Conflict
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import Contact, ContactChange, ContactKind, RecordRef
from customer360.core.search import EmailIs, NameHas, PhoneIs, Query
from customer360.core.wire import Response
from customer360_testkit.by_hand import play
from customer360_testkit.conformance.bench import Link, catches
from customer360_testkit.conformance.syncing.changes import SyncingChecks, kinds_in

_DELTA, _FIELD = Capability.DELTA, Capability.SEARCH_FIELD
_FEW = 4
_CODES = {
    "44": "GB", "49": "DE", "33": "FR", "61": "AU", "39": "IT", "34": "ES", "48": "PL", "55": "BR", "81": "JP",
    "1": "US",
}  # fmt: skip


class ResourceChecks(SyncingChecks):
    """See the module."""

    def others(self, link: Link) -> Iterator[tuple[Resource, tuple[Contact, ...]]]:
        """The other contact resources that can be followed, and who is in them. Skips where there are none."""
        seen = 0
        for resource in link.run(self.connector.list_resources(link.facts)):
            other = resource.contact_kind is not None and resource.name != self.people and not resource.private
            if other and (own := self._changes(link, resource)):
                seen += 1
                yield resource, own
        if not seen:
            pytest.skip("there are no others")

    def refs(self, link: Link, resource: Resource, query: Query) -> set[str]:
        page = link.run(self.connector.search(link.facts, resource.name, query, limit=100))
        return {hit.ref.id for hit in page.items}

    @catches("does not find companies by name", _DELTA, Capability.SEARCH_NAME)
    def test_everybody_is_found_by_name(self, link: Link) -> None:
        """A company by its own (F008)."""
        for resource, contacts in self.others(link):
            for contact in contacts[:_FEW]:
                read = self._whole(link, contact)
                word = (read.family_name or read.name).split()[0]
                assert contact.ref.id in self.refs(link, resource, NameHas(word)), resource.name

    @catches("does not know the number of a company", _DELTA, Capability.SEARCH_PHONE)
    def test_everybody_is_found_by_number(self, link: Link) -> None:
        """A lead that calls is no stranger (D4)."""
        true = {phone.spelled: phone.e164 for member in link.fake.cast for phone in member.phones if phone.e164}
        for resource, contacts in self.others(link):
            called = [(each, true.get(phone.text)) for each in contacts for phone in each.phones[:1]]
            for contact, e164 in [(each, number) for each, number in called if number][:_FEW]:
                assert contact.ref.id in self.refs(link, resource, asked(e164)), resource.name

    @catches("does not know the address of a lead", _DELTA, Capability.SEARCH_EMAIL)
    def test_everybody_is_found_by_address(self, link: Link) -> None:
        """Who writes is no stranger (F009)."""
        for resource, contacts in self.others(link):
            for contact in [each for each in contacts if each.emails][:_FEW]:
                address = contact.emails[0].address
                assert contact.ref.id in self.refs(link, resource, EmailIs(address)), resource.name

    @catches("reads half of a lead", _DELTA)
    def test_everybody_is_read_whole(self, link: Link) -> None:
        """With every number, every address, the fields, and what a change of it needs (F011)."""
        people = link.run(self.connector.changes(link.facts, self.people)).changed
        versioned = bool(people) and self._whole(link, people[0]).version is not None
        for resource, contacts in self.others(link):
            for contact in contacts[:_FEW]:
                read = self._whole(link, contact)
                assert {*contact.phones} <= {*read.phones}, resource.name
                assert {*contact.emails} <= {*read.emails}, resource.name
                assert (read.kind, read.partial) == (contact.kind, False)
                assert read.kind in kinds_in(resource), resource.name
                assert {phone.field for phone in read.phones} <= read.fields.keys(), resource.name
                assert (read.version is not None) == versioned, resource.name

    @catches("takes people for companies", _DELTA)
    def test_people_are_no_companies(self, link: Link) -> None:
        """Nor companies people, where both are kept in one place: a panel shows, and fills, another form (F011)."""
        truth = dict[str, set[bool]]()
        for member in link.fake.cast:
            truth.setdefault(member.name, set()).add(member.kind == "company")
        for resource in link.run(self.connector.list_resources(link.facts)):
            for contact in self._changes(link, resource) if resource.contact_kind and not resource.private else ():
                known, company = truth.get(contact.name), contact.kind is ContactKind.COMPANY
                assert not company or known != {False}, (resource.name, contact.name)
                assert company or known != {True} or resource.contact_kind is not ContactKind.COMPANY, contact.name

    @catches("keeps the leads that are gone", _DELTA)
    def test_leads_who_are_gone_are_told(self, link: Link) -> None:
        """One that was cleared away would still be shown (F117); not companies, with which their people would go."""
        for resource, contacts in self.others(link):
            if resource.contact_kind is ContactKind.LEAD:
                link.wait(120.0)
                _, _, cursor = self.sync(link, of=resource.name)
                self.delete(link, contacts[-1].ref)
                link.wait(120.0)
                _, gone, _ = self.sync(link, cursor, of=resource.name)
                assert contacts[-1].ref.id in gone, resource.name

    @catches("lets a lead be overwritten", _DELTA, Capability.UPDATE_CONTACT)
    def test_everybody_is_guarded(self, link: Link) -> None:
        """A colleague's newer change of a lead stays (R2)."""
        for resource, contacts in self.others(link):
            field, read = resource.standard.get(StandardField.PHONE), self._whole(link, contacts[0])
            if field is not None and read.version is not None:
                link.wait(60.0)
                self.change(link, read.ref, {field: "+442079460881"}, read.version)
                link.wait(60.0)
                late = ContactChange(ref=read.ref, fields={field: "+442079460882"}, version=read.version)
                self.refusal(link, self.connector.update(link.facts, late), Conflict)
                assert self._whole(link, contacts[0]).fields[field] == "+442079460881", resource.name

    @catches("writes back what it has just read", _DELTA, Capability.UPDATE_CONTACT)
    def test_a_change_writes_no_more_than_it_changes(self, link: Link) -> None:
        """What a colleague changes at that very moment stays, of people, leads and companies (F012)."""
        for resource in link.run(self.connector.list_resources(link.facts)):
            page = None if resource.contact_kind is None or resource.private else self._changes(link, resource)
            one, other = (resource.standard.get(each) for each in (StandardField.PHONE, StandardField.EMAIL))
            if page and one is not None and other is not None:
                ref, written = page[0].ref, list[str]()

                def first(
                    request: Request, ref: RecordRef = ref, one: str = one, written: list[str] = written
                ) -> Response:
                    written.append(f"+44207946031{len(written)}")
                    self.change(link, ref, {one: written[-1]})
                    return link.send(request)

                link.wait(60.0)
                change = ContactChange(ref=ref, fields={other: f"quill{resource.name.lower()}@conform.example"})
                play(self.connector.update(link.facts, change), first, now=link.fake.clock.time)
                assert self.get(link, ref).fields[one] == written[-1], resource.name

    def _changes(self, link: Link, resource: Resource) -> tuple[Contact, ...]:
        changed: tuple[Contact, ...] = link.run(self.connector.changes(link.facts, resource.name)).changed
        return tuple(each for each in changed if each.ref.resource == resource.name)

    def _whole(self, link: Link, contact: Contact) -> Contact:
        return self.get(link, contact.ref)


def asked(e164: str) -> PhoneIs:
    """The number as a question; its country is one of the cast's."""
    code, region = next((code, region) for code, region in _CODES.items() if e164.startswith(f"+{code}"))
    return PhoneIs(e164, e164[1 + len(code) :], region)
