"""A wrong connector that finds what was deleted."""

from __future__ import annotations

from datetime import datetime

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityDraft, TaskDraft
from customer360.core.effects import Request
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactDraft, RecordRef
from customer360_salesforce import SalesforceConnector


@mutant("finds what was deleted")
class _Binned(SalesforceConnector):
    """A task in the recycle bin, by its key."""

    async def find_created(
        self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: datetime
    ) -> RecordRef | None:
        op = super().find_created(facts, draft, since=since)
        found: RecordRef | None = await (hearing(op, send=_in_the_bin) if isinstance(draft, TaskDraft) else op)
        return found


def _in_the_bin(request: Request) -> Request:
    params = tuple((name, value.replace(" AND IsDeleted = false", "")) for name, value in request.params)
    return attrs.evolve(request, params=params)
