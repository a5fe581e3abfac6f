"""A wrong connector that takes a team for a user."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import Page, RecordRef, RelatedKind, RelatedRecord
from customer360_salesforce import SalesforceConnector


@mutant("takes a team for a user")
class _Personal(SalesforceConnector):
    """Whoever owns a case is one."""

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        if kind is not RelatedKind.CASE:
            return page
        owners = {each.ref: each.owner and attrs.evolve(each.owner, resource="User") for each in page.items}
        return Page(tuple(attrs.evolve(each, owner=owners[each.ref]) for each in page.items), page.next)
