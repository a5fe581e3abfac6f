"""Leads and companies are found and read like everybody else: each contact resource in its own right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from customer360.core.capabilities import Capability
from customer360.core.metadata import Resource
from customer360.core.records import Contact
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query
from customer360_testkit.conformance.bench import Bench, Link, catches

_DELTA, _FIELD = Capability.DELTA, Capability.SEARCH_FIELD
_FEW = 4
_CODES = {
    "44": "GB", "49": "DE", "33": "FR", "61": "AU", "39": "IT", "34": "ES", "48": "PL", "55": "BR", "81": "JP",
    "1": "US",
}  # fmt: skip


class ResourceChecks(Bench):
    """See the module."""

    def others(self, link: Link) -> Iterator[tuple[Resource, tuple[Contact, ...]]]:
        """The other contact resources that can be followed, and who is in them. Skips where there are none."""
        seen = 0
        for resource in link.run(self.connector.list_resources(link.facts)):
            if resource.contact_kind is not None and resource.name != self.people and not resource.private:
                page = link.run(self.connector.changes(link.facts, resource.name))
                if own := tuple(each for each in page.changed if each.ref.resource == resource.name):
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
                assert contact.ref.id in self.refs(link, resource, _asked(e164)), resource.name

    @catches("does not know the address of a lead", _DELTA, Capability.SEARCH_EMAIL)
    def test_everybody_is_found_by_address(self, link: Link) -> None:
        """Who writes is no stranger (F009)."""
        for resource, contacts in self.others(link):
            for contact in [each for each in contacts if each.emails][:_FEW]:
                address = contact.emails[0].address
                assert contact.ref.id in self.refs(link, resource, EmailIs(address)), resource.name

    @catches("does not compare a field of a lead", _DELTA, _FIELD)
    def test_everybody_is_found_by_a_field(self, link: Link) -> None:
        """Rules route by it (F118)."""
        for resource, contacts in self.others(link):
            for contact in [each for each in contacts if each.emails][:_FEW]:
                query = FieldIs(contact.emails[0].field, contact.emails[0].address)
                assert contact.ref.id in self.refs(link, resource, query), resource.name

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
                assert (read.kind, read.partial) == (resource.contact_kind, False)
                assert {phone.field for phone in read.phones} <= read.fields.keys(), resource.name
                assert (read.version is not None) == versioned, resource.name

    def _whole(self, link: Link, contact: Contact) -> Contact:
        return self.get(link, contact.ref)


def _asked(e164: str) -> PhoneIs:
    """The number as a question; its country is one of the cast's."""
    code, region = next((code, region) for code, region in _CODES.items() if e164.startswith(f"+{code}"))
    return PhoneIs(e164, e164[1 + len(code) :], region)
