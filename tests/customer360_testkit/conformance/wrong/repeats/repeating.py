"""The wrong connectors of :mod:`customer360_testkit.conformance.repeats.repeating`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import (
    ActivityChange,
    ActivityDraft,
)
from customer360.core.errors import (
    Forbidden,
    Gone,
    NotFound,
    RateLimited,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    RecordRef,
)
from customer360_zoho import ZohoConnector


@mutant("takes a refusal to look for nothing there")
class Unlooking(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        try:
            return await super().find_created(facts, draft, since=since)
        except (Forbidden, RateLimited):
            return None


@mutant("looks from a time of another zone")
class ZoneDropping(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        return await super().find_created(facts, draft, since=since.replace(tzinfo=UTC))


@mutant("takes the beginning of a key for the key")
class KeyCutting(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        return await super().create_activity(facts, attrs.evolve(draft, key=draft.key[:20]))

    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        return await super().find_created(facts, attrs.evolve(draft, key=draft.key[:20]), since=since)


@mutant("takes a refused tie for tied")
class Untying(ZohoConnector):
    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        try:
            await super().link(facts, contact, record)
        except Forbidden:
            return


@mutant("takes a refused untying for untied")
class Entangled(ZohoConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        try:
            await super().unlink(facts, contact, record)
        except Forbidden:
            return


@mutant("takes a change of what is gone for done")
class ChangingNothing(ZohoConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        self._ours(change.ref)
        try:
            await super().update_activity(facts, change)
        except (NotFound, Gone):
            return
