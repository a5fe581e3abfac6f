"""The wrong connectors of :mod:`customer360_testkit.conformance.linking.lasting`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityDraft, CallDraft
from customer360.core.auth import AuthScheme
from customer360.core.connector import Identity
from customer360.core.effects import GET, Request
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef
from customer360_microsoft365 import Microsoft365Connector
from customer360_microsoft365.auth import AUTH, scopes
from customer360_microsoft365.graph import PLAIN
from customer360_microsoft365.places import CALL_CALENDAR, segment


def _bare(facts: LinkFacts) -> tuple[str, ...]:
    return tuple(each.removeprefix("https://dod-graph.microsoft.us/") for each in scopes(facts))


@mutant("works for those who came in one way")
class Unrooted(Microsoft365Connector):
    auth: ClassVar[AuthScheme] = attrs.evolve(
        AUTH, scopes=_bare, token_params=lambda facts: {"scope": " ".join(_bare(facts))}
    )


@mutant("holds on to what is gone", "and looks no further than a page")
class Shortsighted(Microsoft365Connector):
    async def identify(self, facts: LinkFacts) -> Identity:
        identity: Identity = await hearing(super().identify(facts), self.heard)
        return identity

    def heard(self, request: Request, told: Any) -> Any:
        return {**told, "value": told["value"][:10]} if request.path == "/me/calendars" and "value" in told else None


@mutant("holds on to what is gone")
class Attached(Microsoft365Connector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        if isinstance(draft, CallDraft) and (calendar := facts.extra.get(CALL_CALENDAR)):
            await GET(f"/me/calendars/{segment(calendar)}", (), PLAIN)
        return await super().create_activity(facts, draft)
