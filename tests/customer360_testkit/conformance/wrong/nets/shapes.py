"""The wrong connectors of :mod:`customer360_testkit.conformance.nets.shapes`."""

from __future__ import annotations

from typing import Any

from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityDraft
from customer360.core.effects import Request
from customer360.core.errors import UnexpectedAnswer
from customer360.core.linking import LinkFacts
from customer360.core.records import Page, RecordRef, RelatedKind, RelatedRecord
from customer360_zoho import ZohoConnector

_NAME = "believes an answer of another shape"


@mutant(_NAME)
class Nameless(ZohoConnector):
    """Records that do not say which ones they are have the id None."""

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        op = super().related(facts, contact, kind, limit=limit, cursor=cursor)
        page: Page[RelatedRecord] = await hearing(op, _named)
        return page


@mutant(_NAME, "and takes silence for a refusal")
class Sure(ZohoConnector):
    """What was answered with nothing was not written down."""

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        try:
            return await super().create_activity(facts, draft)
        except UnexpectedAnswer as error:
            error.maybe_applied = error.maybe_applied and error.status != 204
            raise


def _named(request: Request, told: Any) -> Any:
    return {**told, "data": [{**row, "id": str(row.get("id"))} for row in told.get("data")]}
