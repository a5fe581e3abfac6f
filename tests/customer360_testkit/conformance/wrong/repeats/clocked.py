"""The wrong connectors of :mod:`customer360_testkit.conformance.repeats.clocked`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import CallDraft, NoteDraft
from customer360.core.capabilities import CreateClass, Repeat
from customer360.core.effects import Now, Request
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactKind, RecordRef, RelatedKind
from customer360_bullhorn import BullhornConnector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector

_APART = timedelta(minutes=15)
"""What the right ones look back before the first attempt."""


class _Punctual:
    """Looks from the very moment on, by our own clock."""

    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        found: RecordRef | None = await super().find_created(facts, draft, since=since + _APART)  # type: ignore[misc]
        return found


@mutant("takes its own clock for the CRM's")
class ZohoPunctual(_Punctual, ZohoConnector):
    pass


@mutant("takes its own clock for the CRM's", "where times decide")
class SalesforcePunctual(_Punctual, SalesforceConnector):
    pass


@mutant("takes its own clock for the CRM's", "of what is listed newest first")
class BullhornPunctual(BullhornConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        if isinstance(draft, CallDraft):
            draft = attrs.evolve(draft, started_at=draft.started_at + _APART)
        listed = isinstance(draft, CallDraft | NoteDraft)
        return await super().find_created(facts, draft, since=since + _APART if listed else since)


@mutant("looks for a key in the last line only")
class LastLine(BullhornConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        def alter(request: Request, told: Any) -> Any:
            rows = told.get("data") if isinstance(told, dict) else None
            if not isinstance(rows, list):
                return None
            last = [((row.get("description") or "").strip().splitlines() or [""])[-1] for row in rows]
            return {**told, "data": [{**row, "description": line} for row, line in zip(rows, last, strict=True)]}

        found: RecordRef | None = await hearing(super().find_created(facts, draft, since=since), alter)
        return found


@mutant("looks from the start of a call")
class Starting(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        found = await super().find_created(facts, draft, since=since)
        return None if isinstance(draft, CallDraft) and draft.started_at < since - timedelta(hours=1) else found


@mutant("looks from the start of a call", "where others came in between")
class Impatient(BullhornConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        sent = attrs.evolve(draft, started_at=since) if isinstance(draft, CallDraft) else draft
        return await super().find_created(facts, sent, since=since)


@mutant("looks from the start of a call", "and back for a day only")
class Yesterday(SalesforceConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        yesterday = datetime.fromtimestamp(await Now(), UTC) - timedelta(days=1)
        return await super().find_created(facts, draft, since=max(since, yesterday))


@mutant("waits longer than the CRM needs")
class Sluggish(ZohoConnector):
    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        told = super().creates(facts)
        return {
            kind: attrs.evolve(each, lag=86_400.0) if each.repeat is Repeat.FINDABLE else each
            for kind, each in told.items()
        }
