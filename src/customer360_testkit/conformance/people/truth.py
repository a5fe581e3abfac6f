"""Whom the CRM held before we came is read as they are: their numbers, names, work and country."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TypeVar

import pytest

from customer360.core.capabilities import Capability
from customer360.core.countries import country_of
from customer360.core.errors import Unsupported
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import Contact, ContactKind
from customer360.core.search import EmailIs
from customer360_testkit.conformance.bench import Bench, Link, catches
from customer360_testkit.fakes.cast import CastMember

_Told = TypeVar("_Told", str, int)
_EMAIL = Capability.SEARCH_EMAIL
_ENOUGH, _FEW = 8, 3


class TruthChecks(Bench):
    """See the module."""

    def known(self, link: Link) -> Iterator[tuple[CastMember, Contact]]:
        """Customers whom the fake holds among these people, each with what is read of them. Skips where none is."""
        seen, doubled = 0, {member.twin for member in link.fake.cast}
        for member in link.fake.customers_of(link.user):
            alone = member.twin is None and member.number not in doubled
            if member.kind == "company" or not member.emails or not alone or seen == _ENOUGH:
                continue
            hits = self.found(link, EmailIs(member.emails[0]), limit=5)
            if len(hits) == 1 and member.family and member.family in hits[0].name:  # not one of two who share it
                seen += 1
                yield member, self.get(link, hits[0].ref)
        if not seen:
            pytest.skip("the fake holds none of the cast among these people")

    @catches("does not read every number that is there", _EMAIL)
    def test_every_number_of_a_customer_is_read(self, link: Link) -> None:
        """As it was typed, wherever it stands: a mobile that is not read rings unknown (D4)."""
        for member, contact in self.known(link):
            texts = {phone.text.strip() for phone in contact.phones}
            assert {phone.spelled.strip() for phone in member.phones} <= texts, member.number

    @catches("takes a mobile for the desk", _EMAIL)
    def test_standard_fields_hold_what_they_are_called(self, link: Link) -> None:
        """The landline, the mobile, the names, the title: agents edit by these names (F011)."""
        standard = self.resource(link).standard
        for member, contact in self.known(link):
            labelled = {phone.label: phone.spelled for phone in member.phones}
            wanted = {
                StandardField.PHONE: labelled.get("work"), StandardField.MOBILE: labelled.get("mobile"),
                StandardField.GIVEN_NAME: member.given, StandardField.FAMILY_NAME: member.family,
                StandardField.TITLE: member.title,
            }  # fmt: skip
            for name, value in wanted.items():
                read = contact.fields.get(standard.get(name, ""))
                elsewhere = name is StandardField.MOBILE in standard and value in contact.fields.values()
                if value and (isinstance(read, str) or elsewhere):
                    assert isinstance(read, str), (member.number, name)
                    assert read.strip() == value.strip(), (member.number, name)

    @catches("does not say which field is the title", _EMAIL)
    def test_what_a_customer_has_is_a_standard_field(self, link: Link) -> None:
        """A title and a company that the CRM holds as texts are in every agent's form (F011)."""
        standard = self.resource(link).standard
        for member, contact in self.known(link):
            for name, value in ((StandardField.TITLE, member.title), (StandardField.COMPANY, member.company)):
                if value and name not in standard:
                    assert value not in [each for each in contact.fields.values() if isinstance(each, str)], name

    @catches("finds customers without what tells them apart", _EMAIL)
    def test_a_hit_says_what_tells_people_apart(self, link: Link) -> None:
        """Company, country and version, where they are read: an agent chooses by them, and changes from there."""
        for member, contact in self.known(link):
            (hit,) = self.found(link, EmailIs(member.emails[0]), limit=5)
            for read, told in ((contact.company, hit.company), (contact.version, hit.version)):
                assert bool(read) <= bool(told), member.number
            assert hit.region or contact.region != member.country, member.number

    @catches("does not say where somebody works", _EMAIL)
    def test_the_company_of_a_customer_is_read(self, link: Link) -> None:
        """Where the record tells it (F011)."""
        for member, contact in self.known(link):
            assert contact.company in (member.company or None, None), member.number
            if member.company and member.company in contact.fields.values():
                assert contact.company, member.number

    @catches("takes everybody for a neighbour", _EMAIL)
    def test_a_customer_is_of_the_country_that_is_told(self, link: Link) -> None:
        """National numbers are read by it: in another country they are somebody else's (D3)."""
        people = list(self.known(link))
        numbered = {member.number for member, contact in people if any(_countries(contact.fields, int))}
        understood = any(contact.region for member, contact in people if member.number in numbered)
        for member, contact in people:
            assert contact.region in (member.country, None), member.number
            named = member.country in map(country_of, _countries(contact.fields, str))
            if named or (understood and member.number in numbered):  # by an id of the CRM's own: each, if any is read
                assert contact.region, member.number
        lives = dict[str, set[str | None]]()
        for member in link.fake.cast:
            lives.setdefault(member.name, {None}).add(member.country)
        for resource in self._peopled_places(link):
            with suppress(Unsupported):
                page = link.run(self.connector.changes(link.facts, resource.name))
                wrong = [each for each in page.changed if each.region not in lives.get(each.name, {each.region})]
                assert wrong == [], resource.name
                for contact in [each for kind in ContactKind for each in _of(kind, page.changed)]:
                    read = self.get(link, contact.ref)
                    known = {*map(country_of, _countries(read.fields, str))} & lives.get(read.name, set()) - {None}
                    assert read.region or not known, contact.ref

    def _peopled_places(self, link: Link) -> list[Resource]:
        """Where people are whom changes tell."""
        listed = link.run(self.connector.list_resources(link.facts)) if self.can(link, Capability.DELTA) else ()
        return [each for each in listed if each.contact_kind is not None]


def _of(kind: ContactKind, contacts: Iterable[Contact]) -> list[Contact]:
    """A few of that kind."""
    return [each for each in contacts if each.kind is kind][:_FEW]


def _countries(fields: Mapping[str, object], kind: type[_Told]) -> Iterator[_Told]:
    """What is told of countries, as texts or as ids, in parts of an address, too."""
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _countries(value, kind)
        elif isinstance(value, kind) and "country" in name.lower():
            yield value
