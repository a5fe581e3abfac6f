"""Wrong connectors that remember something."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityDraft
from customer360.core.errors import RateLimited
from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, ContactDraft, Page, RecordRef, RelatedKind, RelatedRecord
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector

_NAME = "remembers what it was told"


@mutant(_NAME, "in its class")
class _Pages(ZohoConnector):
    """Every page of notes but the first."""

    _pages: ClassVar[dict[Any, Page[RelatedRecord]]] = {}

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        at = (facts, contact, kind, limit, cursor)
        page = self._pages.get(at) or await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        if cursor is not None and kind is RelatedKind.NOTE:
            self._pages[at] = page
        return page


_found = dict[Any, RecordRef]()


@mutant(_NAME)
class _Found(BullhornConnector):
    """What was found under a key, in its module."""

    async def find_created(
        self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: datetime
    ) -> RecordRef | None:
        at = (facts, draft.key, repr(draft), since)
        found = _found.get(at) or await super().find_created(facts, draft, since=since)
        if found is not None:
            _found[at] = found
        return found


@mutant(_NAME, "that there was too much")
class _Wary(Microsoft365Connector):
    """After too many requests it shows one record of a list, once."""

    def __init__(self) -> None:
        self._wary = False

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        most, self._wary = 1 if self._wary else limit, False
        try:
            return await super().related(facts, contact, kind, limit=most, cursor=cursor)
        except RateLimited:
            self._wary = True
            raise


@mutant(_NAME, "what a company is called")
class _Called(ZohoConnector):
    """By its id: one that is renamed keeps its name for whoever read it before."""

    _names: ClassVar[dict[str, str | None]] = {}

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        if contact.company_ref is None:
            return contact
        return attrs.evolve(contact, company=self._names.setdefault(contact.company_ref.id, contact.company))


@mutant("says of a link what it said of another")
class _Placed(ZohoConnector):
    """Where the records of whoever is signed in open, though they signed in to another organisation since."""

    def __init__(self) -> None:
        self._of = dict[Any, str]()

    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        if own := facts.extra.get("zgid"):
            kept = self._of.setdefault((facts.user, *sorted(facts.settings.items())), own)
            facts = attrs.evolve(facts, extra={**facts.extra, "zgid": kept})
        return super().record_url(facts, ref)
