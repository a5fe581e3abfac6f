"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.correcting`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import (
    ActivityChange,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    UNSET,
)
from customer360_zoho import ZohoConnector


class _Correcting(ZohoConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        await super().update_activity(facts, self.sent(change))

    def sent(self, change: ActivityChange) -> ActivityChange:
        raise NotImplementedError


@mutant("makes the first of several corrections")
class FirstOnly(_Correcting):
    def sent(self, change: ActivityChange) -> ActivityChange:
        return change if change.status is UNSET else attrs.evolve(change, due_on=UNSET)
