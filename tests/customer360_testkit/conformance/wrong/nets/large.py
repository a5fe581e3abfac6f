"""Wrong from a size on that no small customer reaches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityDraft
from customer360.core.effects import Now
from customer360.core.linking import LinkFacts
from customer360.core.records import Changes, Page, RecordRef, RelatedKind, RelatedRecord
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("leaves those out of a first sync who slept")
class LeavesOutSleepers(BullhornConnector):
    """Whom nobody touched for three years."""

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes, now = await super().changes(facts, resource, cursor), await Now()
        old = datetime.fromtimestamp(now, UTC) - timedelta(days=3 * 366)
        awake = (each for each in changes.changed if each.modified_at is None or each.modified_at > old)
        return attrs.evolve(changes, changed=tuple(awake))


@mutant("leaves those out of a first sync who slept", "the ten thousandth")
class EndsSync(ZohoConnector):
    """Whoever comes after ten thousand is never told."""

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        read, separator, inner = (cursor or "").partition("#")
        before = int(read) if separator else 0
        changes = await super().changes(facts, resource, inner if separator else cursor)
        counted = before + len(changes.changed)
        told = changes.changed if counted <= 10_000 else ()
        return attrs.evolve(changes, changed=told, cursor=f"{counted if changes.more else 0}#{changes.cursor}")


@mutant("ends lists after five hundred")
class EndsLists(SalesforceConnector):
    """Without a word."""

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        at = int(cursor) if cursor and cursor.isdigit() else 0
        return Page(page.items, None if at + limit >= 500 else page.next)


@mutant("cuts what is longer than a chat")
class CutsChats(Microsoft365Connector):
    """To what a small field holds: to its last lines."""

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        return await super().create_activity(facts, attrs.evolve(draft, text=draft.text[-65_535:]))
