"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.correcting`."""

from __future__ import annotations

from typing import Any

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


@mutant("resets what is not being corrected")
class Resetting(_Correcting):
    def sent(self, change: ActivityChange) -> ActivityChange:
        reset: dict[str, Any] = {"Priority": "Normal"} if change.kind is RelatedKind.TASK else {}
        return attrs.evolve(change, extra={**change.extra, **reset})


@mutant("makes the first of several corrections")
class FirstOnly(_Correcting):
    def sent(self, change: ActivityChange) -> ActivityChange:
        return change if change.status is UNSET else attrs.evolve(change, due_on=UNSET)


@mutant("empties no field of an activity")
class Unemptying(_Correcting):
    def sent(self, change: ActivityChange) -> ActivityChange:
        return attrs.evolve(change, extra={name: value for name, value in change.extra.items() if value is not None})
