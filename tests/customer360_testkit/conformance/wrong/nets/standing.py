"""The wrong connectors of :mod:`customer360_testkit.conformance.nets.standing`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Hits, Searching, mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import Page, RecordRef, RelatedKind, RelatedRecord
from customer360.core.search import EmailIs, Query
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector


@mutant("hides who is marked")
class OptedOut(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        mailed = isinstance(query, EmailIs)
        return tuple(hit for hit in hits if not mailed or hit.fields.get("Email_Opt_Out") is not True)


@mutant("hides who is marked", "of leads")
class JunkLeads(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return tuple(hit for hit in hits if hit.fields.get("Lead_Status") != "Junk Lead")


@mutant("hides what is marked")
class Untitled(Microsoft365Connector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        return Page(
            tuple(
                attrs.evolve(each, title="Private appointment") if each.fields.get("sensitivity") == "private" else each
                for each in page.items
            ),
            page.next,
        )


@mutant("hides deals that are marked")
class Unrejected(BullhornConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        deals = kind is RelatedKind.DEAL
        return Page(
            tuple(each for each in page.items if not deals or each.status not in ("Archive", "Client Rejected")),
            page.next,
        )
