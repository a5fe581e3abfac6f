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
    RelatedKind,
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


@mutant("writes a title for a text")
class Crossing(_Correcting):
    def sent(self, change: ActivityChange) -> ActivityChange:
        if change.kind is RelatedKind.TASK or change.subject is UNSET or not isinstance(change.text, str):
            return change
        return attrs.evolve(change, subject=change.text, text=change.subject)
