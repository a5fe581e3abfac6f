"""What is tied to a customer later, or taken from one: of every kind, and people of every resource."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import product

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Unsupported
from customer360.core.records import RecordRef, RelatedKind
from customer360_testkit.conformance.activities.tying import TyingChecks
from customer360_testkit.conformance.bench import LAG, Link, catches

_CREATE, _LINK, _UNLINK = Capability.CREATE_CONTACT, Capability.LINK, Capability.UNLINK


class UntyingChecks(TyingChecks):
    """See the module."""

    def anybody(self, link: Link) -> list[RecordRef]:
        """Somebody made now, and one of each other resource whom the fake holds."""
        found = [self.make(link, "Quillanybody")]
        for resource in link.run(self.connector.list_resources(link.facts)):
            other = resource.contact_kind is not None and resource.name != self.people
            if other and self.can(link, Capability.DELTA):
                with suppress(Unsupported):
                    changed = link.run(self.connector.changes(link.facts, resource.name)).changed
                    found += [each.ref for each in changed if each.ref.resource == resource.name][:1]
        return found

    def tied_to(self, link: Link) -> Iterator[tuple[RelatedKind, RecordRef, RecordRef]]:
        """Of every kind a record that was tied to somebody later, and whom to. Skips where nothing can be."""
        tried, people = 0, self.anybody(link)
        for kind in self.every_kind(link):
            if kind in self.connector.within_contact:
                continue
            pairs = [(people[0], each) for each in people[1:]] + [(each, people[0]) for each in people]
            for place, (first, contact) in enumerate(pairs):
                if first == contact:
                    first = self.make(link, f"Quillfirst{kind}")
                draft = self.draft(link, kind, first, f"later-{kind}-{place}")
                try:
                    ref = self.written(link, draft)
                    link.wait(60.0)
                    link.run(self.connector.link(link.facts, contact, ref))
                except Unsupported:  # a lead leaves no room for a company, and the connector says so
                    continue
                link.wait(LAG)
                tried += 1
                yield kind, contact, ref
        for contact, deal in product(people, self.some_deals(link)[:1]):
            with suppress(Unsupported):
                link.run(self.connector.link(link.facts, contact, deal))
                link.wait(LAG)
                tried += 1
                yield RelatedKind.DEAL, contact, deal
        if not tried:
            pytest.skip("nothing can be tied later")

    def holds(self, link: Link, contact: RecordRef, kind: RelatedKind, ref: RecordRef) -> bool:
        return ref in {record.ref for record in self.listed(link, contact, kind)}

    @catches("ties nothing but tasks", _CREATE, _LINK)
    def test_each_kind_is_tied_later(self, link: Link) -> None:
        """A lead that rings has its call, too, or it is said that it cannot (F044)."""
        for kind, contact, ref in self.tied_to(link):
            assert self.holds(link, contact, kind, ref), (kind, contact.resource)

    @catches("unties nothing but tasks", _CREATE, _LINK, _UNLINK)
    def test_each_kind_is_untied(self, link: Link) -> None:
        """And is still there (F045)."""
        for kind, contact, ref in self.tied_to(link):
            with suppress(Unsupported):
                link.run(self.connector.unlink(link.facts, contact, ref))
                link.wait(LAG)
                assert not self.holds(link, contact, kind, ref), (kind, contact.resource)
