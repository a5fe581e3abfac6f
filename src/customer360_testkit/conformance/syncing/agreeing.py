"""What changes tell of people is what reading them tells, of all of them, and everybody who is gone is named."""

from __future__ import annotations

from contextlib import suppress

from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error
from customer360_testkit.conformance.bench import Link, catches
from customer360_testkit.conformance.syncing.changes import SyncingChecks
from customer360_testkit.fakes.faults import page_loop

_DELTA, _CREATE = Capability.DELTA, Capability.CREATE_CONTACT
_FEW = 8
_SOME = 24
"""Of those whom the fake holds."""


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

    @catches("reads the same page for ever", _DELTA)
    def test_a_feed_that_leads_back_to_itself_ends(self, link: Link) -> None:
        """In an error, as it is not read to its end (X11)."""
        link.fake.faults.add(page_loop("same"), times=None)
        with suppress(Customer360Error):
            self.sync(link)
