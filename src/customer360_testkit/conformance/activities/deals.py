"""Deals are made by salespeople, not here: those that the CRM holds are listed, and calls can be about them."""

from __future__ import annotations

from contextlib import suppress

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Unsupported
from customer360.core.records import RecordRef, RelatedKind, RelatedRecord
from customer360_testkit.conformance.activities.calls import values_of
from customer360_testkit.conformance.bench import Bench, Link, catches
from customer360_testkit.conformance.traces import texts

_DEALS, _DELTA = Capability.RELATED_DEALS, Capability.DELTA
_SHORT = 8
"""An id of so few signs may be that of a record of any other kind."""


class DealChecks(Bench):
    """See the module."""

    def listed_deals(self, link: Link) -> list[tuple[RecordRef, RelatedRecord]]:
        """Some of the deals that there are, each with its contact."""
        found = list[tuple[RecordRef, RelatedRecord]]()
        for contact in link.run(self.connector.changes(link.facts, self.people)).changed[:15]:
            with suppress(Unsupported):  # what is declared is another check's matter
                page = link.run(self.connector.related(link.facts, contact.ref, RelatedKind.DEAL))
                found += [(contact.ref, deal) for deal in page.items]
        return found

    def deals(self, link: Link) -> list[tuple[RecordRef, RelatedRecord]]:
        """The same. Skips where there are none."""
        return self.listed_deals(link) or pytest.skip("nobody has a deal")

    @catches("calls every deal a deal", _DEALS, _DELTA)
    def test_deals_are_called_by_their_names(self, link: Link) -> None:
        """As the CRM holds them, with how they stand (F041)."""
        deals = [deal for _, deal in self.deals(link)]
        held = {text for name in link.fake.modules for text in values_of(link.fake.records(name))}
        assert {deal.title for deal in deals} <= held
        owners = [(deal.owner, map(str, values_of(self.held(link, deal.ref)))) for deal in deals]
        assert [owner for owner, told in owners if owner is not None and owner.id not in told] == []
        assert {deal.status for deal in deals} <= held
        assert len({deal.ref for deal in deals}) == 1 or len({deal.title for deal in deals}) > 1

    @catches("tells of other deals than there are", _DEALS, _DELTA)
    def test_deals_are_told_as_they_stand(self, link: Link) -> None:
        """Of nobody but whom the CRM names, with how far they are, since when, whose, and where (F040)."""
        rows, told = link.fake.snapshot(), self.listed_deals(link)
        for contact, deal in told:
            both = {contact.id, deal.ref.id}
            assert any(both <= {key, *texts(row)} for (_, key), row in rows.items()), deal.ref
            row = rows[deal.ref.resource, deal.ref.id]
            assert deal.at is not None, deal.ref
            assert str(deal.status) in texts(row), deal.ref
            owned = any("owner" in name.casefold() for name, value in row.items() if value)
            assert deal.owner is not None or not owned, deal.ref
            address = link.fake.web_address(deal.ref.resource, deal.ref.id)
            assert address is None or deal.url in (None, address), deal.ref
        if not told:
            assert not self._dealt(link), "somebody has a deal"
            pytest.skip("nobody has a deal")

    def _dealt(self, link: Link) -> bool:
        """Whether a deal that the fake holds names any of these people, or a table of ties does both."""
        kinds = {each.name: each.related_kind for each in self.connector.resources(link.facts)}
        people = [each.ref for each in link.run(self.connector.changes(link.facts, self.people)).changed[:15]]
        with suppress(Unsupported):  # what is declared is another check's matter
            link.run(self.connector.related(link.facts, people[0], RelatedKind.DEAL))
            ids, rows = {each.id for each in people}, link.fake.snapshot().items()
            deals = {key for (table, key), _ in rows if kinds.get(table) is RelatedKind.DEAL and len(key) > _SHORT}
            naming = [(table, texts(row)) for (table, _), row in rows if ids & texts(row)]
            return any(kinds.get(t) is RelatedKind.DEAL or (t not in kinds and deals & told) for t, told in naming)
        return False

    @catches("forgets the deal that a call is about", _DEALS, _DELTA, Capability.CREATE_CALL)
    def test_a_call_about_a_deal_names_it(self, link: Link) -> None:
        """One of those that there are, or it is said that it cannot (F053)."""
        named = list[bool]()
        for number, (contact, deal) in enumerate(self.deals(link)):
            before = link.fake.count_holding(deal.ref.id)
            draft = self.draft(link, RelatedKind.CALL, contact, f"deal{number}", related=(deal.ref,))
            with suppress(Unsupported):
                self.written(link, draft)
                named.append(link.fake.count_holding(deal.ref.id) > before)
        if not named:
            pytest.skip("no call can be about a deal")
        assert any(named)
