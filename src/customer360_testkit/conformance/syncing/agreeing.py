"""What changes tell of people is what reading them tells, of all of them, and everybody who is gone is named."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error, Duplicate
from customer360.core.search import EmailIs
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.syncing.changes import SyncingChecks
from customer360_testkit.fakes.faults import page_loop

_DELTA, _CREATE = Capability.DELTA, Capability.CREATE_CONTACT
_FEW = 8
_SOME = 24
"""Of those whom the fake holds."""
_PLACE = re.compile("(?i)country|address")


class AgreeingChecks(SyncingChecks):
    """See the module."""

    @catches("reads changes with one of their addresses", _DELTA, _CREATE)
    def test_a_change_brings_all_its_addresses(self, link: Link) -> None:
        """The one that writes may be the last of them."""
        fields = self.writable(link, self.resource(link).emails)
        given = {field: f"sync{number}@conform.example" for number, field in enumerate(fields)}
        ref = self.made_with(link, "Syncaddresses", given)
        link.wait(120.0)
        changed, _, _ = self.sync(link)
        assert {email.address for email in changed[ref.id].emails} == set(given.values())

    @catches("reads changes without their country", _DELTA)
    def test_a_change_says_where_somebody_lives(self, link: Link) -> None:
        """As reading them does: national numbers are read by it (D3)."""
        for contact in link.run(self.connector.changes(link.facts, self.people)).changed[:_SOME]:
            assert contact.region == self.get(link, contact.ref).region

    @catches("reads changes without the company", _DELTA)
    def test_a_change_says_where_somebody_works(self, link: Link) -> None:
        """As reading them does, with the page on which they open: who is found in the index is shown so (F031)."""
        for contact in link.run(self.connector.changes(link.facts, self.people)).changed[:_SOME]:
            read = self.get(link, contact.ref)
            told = ("company", "company_ref", "url")
            assert [name for name in told if getattr(contact, name) != getattr(read, name)] == [], contact.ref

    @catches("takes people for where they lived", _DELTA, Capability.UPDATE_CONTACT)
    def test_who_moved_lives_elsewhere(self, link: Link) -> None:
        """Read, found and told: their national numbers are those of another country by now (D3)."""
        everybody, _, cursor = self.sync(link)
        people = [self.get(link, contact.ref) for contact in list(everybody.values())[:_SOME]]
        lived = {contact.region: contact for contact in people if contact.region and contact.emails}
        if len(lived) < 2:
            pytest.skip("the fake holds nobody whose country is told")
        one, other = list(lived.values())[:2]
        resource = self.resource(link)
        places = self.writable(link, tuple(name for name in other.fields if _PLACE.search(name)))
        moved = {name: other.fields[name] for name in places if name not in resource.emails}
        if not moved:
            pytest.skip("nobody may write where somebody lives")
        for given in (dict.fromkeys(moved), {name: value for name, value in moved.items() if value}):
            link.wait(LAG)  # of a structure, what is not named may stay as it was
            self.change(link, one.ref, given)
        link.wait(LAG)
        told, _, _ = self.sync(link, cursor)
        said = [self.get(link, one.ref), told[one.ref.id]]
        if self.can(link, Capability.SEARCH_EMAIL):
            said += [hit for hit in self.found(link, EmailIs(one.emails[0].address)) if hit.ref == one.ref]
        assert said[0].region == other.region
        assert {contact.region for contact in said} <= {other.region, None}  # that it is said is a check of its own

    @catches("tells one of those who are gone", _DELTA, _CREATE)
    def test_all_who_are_gone_are_told(self, link: Link) -> None:
        """However many are cleared away at once: any of them would still be shown."""
        refs = [self.make(link, f"Cleared{number}") for number in range(12)]
        link.wait(120.0)
        _, _, cursor = self.sync(link)
        link.wait(120.0)
        for ref in refs:
            self.delete(link, ref)
        link.wait(120.0)
        _, gone, _ = self.sync(link, cursor)
        assert {ref.id for ref in refs} <= gone

    @catches("tells less of a change than of a contact", _DELTA, _CREATE, Capability.UPDATE_CONTACT)
    def test_a_change_says_what_reading_says(self, link: Link) -> None:
        """On every page and in every round: what it tells of anybody it tells of all, and a whole record is whole."""
        everybody, _, cursor = self.sync(link)
        some = list(everybody.values())
        for contact in (*some[:_FEW], *some[-_FEW:]):
            read = self.get(link, contact.ref)
            assert not contact.owner or contact.owner == read.owner, contact.ref
            assert contact.partial or (contact.owner, contact.version) == (read.owner, read.version), contact.ref
        for contact in some[:_FEW]:
            link.wait(60.0)
            self.change(link, contact.ref, {self.spare_field: "Quillagain"})
        link.wait(120.0)
        changed, _, _ = self.sync(link, cursor)
        for identifier in changed.keys() & everybody.keys():
            before, after = everybody[identifier], changed[identifier]
            told = ("name", "company", "region", "owner", "url")
            assert [name for name in told if getattr(before, name) != getattr(after, name)] == [], after.ref

    @catches("takes namesakes for one", _DELTA, _CREATE)
    def test_namesakes_are_all_told(self, link: Link) -> None:
        """Whoever shares a name, a number or an address: one of them alone would be taken for the caller (D5)."""
        alike = ["Quillalike", "+442079460771", "quillalike@conform.example"]
        made = set[str]()
        for number, shared in enumerate(alike):
            for each in range(2):
                given = [f"Quillapart{number}{each}", f"+44207946078{number}", f"quill{number}{each}@conform.example"]
                given[number] = shared
                with suppress(Duplicate):  # the CRM keeps addresses apart
                    made.add(self.make(link, *given).id)
        link.wait(LAG)
        changed, _, _ = self.sync(link)
        assert made <= changed.keys()

    @catches("reads the same page for ever", _DELTA)
    def test_a_feed_that_leads_back_to_itself_ends(self, link: Link) -> None:
        """In an error, as it is not read to its end (X11)."""
        link.fake.faults.add(page_loop("same"), times=None)
        with suppress(Customer360Error):
            self.sync(link)
