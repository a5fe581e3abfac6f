"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.deals`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Listing, Records, mutant

from customer360.core.connector import Connector
from customer360.core.linking import LinkFacts
from customer360.core.records import Page, RecordRef, RelatedKind, RelatedRecord
from customer360_bullhorn import BullhornConnector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("calls every deal a deal")
class DealNaming(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(
            attrs.evolve(record, title="Deal") if record.kind is RelatedKind.DEAL else record for record in records
        )


def _telling(base: type[Connector], alter: Callable[[RelatedRecord], RelatedRecord | None]) -> type[Connector]:
    class Telling(base):  # type: ignore[misc, valid-type]  # one of two
        async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
            page = await super().related(facts, contact, kind, **more)
            if kind is not RelatedKind.DEAL:
                return page
            return Page(tuple(each for each in map(alter, page.items) if each is not None), page.next)

    return Telling


_OTHER = "tells of other deals than there are"
mutant(_OTHER)(_telling(SalesforceConnector, lambda deal: attrs.evolve(deal, at=None)))
mutant(_OTHER, "of nobody")(_telling(ZohoConnector, lambda deal: attrs.evolve(deal, owner=None)))
mutant(_OTHER, "however far")(_telling(ZohoConnector, lambda deal: attrs.evolve(deal, status=None)))
mutant(_OTHER, "on a page that is not there")(
    _telling(ZohoConnector, lambda deal: attrs.evolve(deal, url=(deal.url or "").replace("/Potentials/", "/Deals/")))
)
mutant(_OTHER, "of nobody, of a contact of another resource")(
    _telling(
        BullhornConnector, lambda deal: attrs.evolve(deal, owner=None) if deal.ref.resource == "JobOrder" else deal
    )
)
mutant(_OTHER, "on a page that is not there, of a contact of another resource")(
    _telling(BullhornConnector, lambda deal: attrs.evolve(deal, url=(deal.url or "").replace("=JobOrder", "=Job")))
)
mutant(_OTHER, "without a word")(_telling(ZohoConnector, lambda deal: attrs.evolve(deal, text="")))
mutant(_OTHER, "of no worth")(
    _telling(SalesforceConnector, lambda deal: attrs.evolve(deal, fields={**deal.fields, "Amount": None}))
)
mutant(_OTHER, "open for ever")(
    _telling(ZohoConnector, lambda deal: attrs.evolve(deal, fields={**deal.fields, "Closing_Date": None}))
)


@mutant(_OTHER, "of the company")
class OfTheCompany(SalesforceConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        page = await super().related(facts, contact, kind, **more)
        if kind is RelatedKind.DEAL and contact.resource == "Contact":
            company = (await self.get(facts, contact)).company_ref
            return page if company is None else await super().related(facts, company, kind, **more)
        return page


_SOME = "shows some of somebody's deals, in any order"


def _paging(base: type[Connector], alter: Callable[[Page[RelatedRecord]], Page[RelatedRecord]]) -> type[Connector]:
    class Paging(base):  # type: ignore[misc, valid-type]  # one of two
        async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
            page = await super().related(facts, contact, kind, **more)
            return alter(page) if kind is RelatedKind.DEAL else page

    return Paging


mutant(_SOME)(_paging(ZohoConnector, lambda page: Page(page.items)))
mutant(_SOME, "the oldest first")(_paging(SalesforceConnector, lambda page: Page(page.items[::-1], page.next)))
mutant(_SOME, "those that are won left out")(
    _telling(ZohoConnector, lambda deal: None if "Closed" in str(deal.status) else deal)
)


@mutant(_SOME, "one page again and again")
class SamePage(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        place = None if kind is RelatedKind.DEAL else cursor
        return await super().related(facts, contact, kind, limit=limit, cursor=place)
