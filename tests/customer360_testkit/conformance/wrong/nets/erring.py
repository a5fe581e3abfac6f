"""A wrong connector that tells less of some errors."""

from __future__ import annotations

from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.errors import RateLimited
from customer360.core.linking import LinkFacts
from customer360.core.records import Page, RecordRef, RelatedKind, RelatedRecord
from customer360_zoho import ZohoConnector


@mutant("tells less of some errors")
class _Listless(ZohoConnector):
    """Whoever lists something is not told how long to wait."""

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        try:
            return await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        except RateLimited as error:
            error.wait = None
            raise
