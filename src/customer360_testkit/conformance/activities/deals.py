"""Deals are made by salespeople, not here: those that the CRM holds are listed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Unsupported
from customer360.core.metadata import FieldType
from customer360.core.records import RecordRef, RelatedKind, RelatedRecord
from customer360_testkit.conformance.activities.calls import values_of
from customer360_testkit.conformance.bench import Bench, Link, catches
from customer360_testkit.conformance.traces import SHORT, Row, texts

_DEALS, _DELTA = Capability.RELATED_DEALS, Capability.DELTA
_MOST = 6
"""Pages of one person's deals that are read."""


class DealChecks(Bench):
    """See the module."""

    def listed_deals(self, link: Link) -> list[tuple[RecordRef, RelatedRecord]]:
        """Some of the deals that there are, each with its contact: those of these people first."""
        found = list[tuple[RecordRef, RelatedRecord]]()
        places = {each.name: 5 for each in self.connector.resources(link.facts) if each.contact_kind is not None}
        for place, most in ({self.people: 15} | places | {self.people: 15}).items():
            with suppress(Unsupported):  # what is declared is another check's matter
                for contact in link.run(self.connector.changes(link.facts, place)).changed[:most]:
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
        for place in {deal.ref.resource for deal in deals}:
            titles = {deal.ref: deal.title for deal in deals if deal.ref.resource == place}
            assert len(titles) == 1 or len({*titles.values()}) > 1, place

    @catches("tells of other deals than there are", _DEALS, _DELTA)
    def test_deals_are_told_as_they_stand(self, link: Link) -> None:
        """Of nobody but whom the CRM names, with how far they are, since when, whose, and where (F040)."""
        rows, told = link.fake.snapshot(), self.deals(link)
        said = [{key, *texts(row)} for (_, key), row in rows.items()]
        for contact, deal in told:
            both = {contact.id, deal.ref.id}
            assert any(both <= each for each in said), deal.ref
            row = rows[deal.ref.resource, deal.ref.id]
            assert deal.at is not None, deal.ref
            assert str(deal.status) in texts(row), deal.ref
            owned = any("owner" in name.casefold() for name, value in row.items() if value)
            assert deal.owner is not None or not owned, deal.ref
            with suppress(Unsupported):  # that activities are described is another check's matter
                for field in self.schema(link, deal.ref.resource).fields:
                    if not field.editable or row.get(field.name) in (None, ""):
                        continue
                    if field.type is FieldType.LONG_TEXT:
                        assert str(row[field.name]) in deal.text, (deal.ref, field.name)
                    if field.type in (FieldType.NUMBER, FieldType.DATE):
                        assert deal.fields.get(field.name) is not None, (deal.ref, field.name)
            address = link.fake.web_address(deal.ref.resource, deal.ref.id)
            assert address is None or deal.url in (None, address), deal.ref

    @catches("shows some of somebody's deals, in any order", _DEALS, _DELTA)
    def test_deals_come_newest_first_page_by_page(self, link: Link) -> None:
        """All of them, each once, however many are asked for at a time (F040)."""
        of = [contact for contact, _ in self.listed_deals(link)]
        several = [contact for contact in of if of.count(contact) > 1]
        if not several:
            pytest.skip("nobody has two deals")
        contact = min(several, key=of.count)
        whole = self.leaves(link, contact, RelatedKind.DEAL, 50, most=_MOST)
        kinds = {each.name: each.related_kind for each in self.connector.resources(link.facts)}
        rows = {row: held for row, held in link.fake.snapshot().items() if kinds.get(row[0]) is RelatedKind.DEAL}
        naming = {
            row for row, held in rows.items() if len(contact.id) > SHORT and self._names(link, row, held, contact)
        }
        assert naming <= {(each.ref.resource, each.ref.id) for each in whole}
        times = [each.at for each in whole if each.at is not None]
        assert times == sorted(times, reverse=True)
        for limit in (1, 2):
            some = [each.ref for each in self.leaves(link, contact, RelatedKind.DEAL, limit, most=_MOST)]
            assert some == [each.ref for each in whole][: _MOST * limit], limit

    def _names(self, link: Link, row: Row, held: Mapping[str, Any], contact: RecordRef) -> bool:
        """Whether a deal's row holds somebody's id: not where a field leads to records of another kind."""
        leading = dict[str, tuple[str, ...]]()
        with suppress(Unsupported):  # that deals are described is another check's matter
            leading = {each.name: each.refers_to for each in self.schema(link, row[0]).fields if each.refers_to}
        kinds = {name: leading.get(name, (contact.resource,)) for name in held}
        return contact.id in texts({name: held[name] for name in held if contact.resource in kinds[name]})
