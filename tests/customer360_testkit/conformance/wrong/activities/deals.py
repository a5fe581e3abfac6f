"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.deals`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Calling, Listing, Records, mutant

from customer360.core.activities import (
    CallDraft,
)
from customer360.core.records import (
    RelatedKind,
)


@mutant("calls every deal a deal")
class DealNaming(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(
            attrs.evolve(record, title="Deal") if record.kind is RelatedKind.DEAL else record for record in records
        )


@mutant("forgets the deal that a call is about")
class Dealless(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, related=tuple(ref for ref in draft.related if ref.resource != "Deals"))
