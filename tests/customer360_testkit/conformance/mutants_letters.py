"""Connectors that write, ask or list almost what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

import attrs
from tests.customer360_testkit.conformance.registry import Creating, Drafting, Listing, Searching, mutant

from customer360.core.activities import ActivityDraft, NoteDraft
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    ContactChange,
    ContactDraft,
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360.core.search import FieldIs, Query
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector


@mutant("says that it ties what it does not")
class Promising(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, related=()) if len(draft.related) == 1 and draft.key.startswith("tie-") else draft


@mutant("leaves out in silence what it cannot tie")
class Forgetful(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, related=draft.related[:1]) if len(draft.related) > 1 else draft


@mutant("takes two keys for one")
class Folding(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        return await super().create_activity(facts, attrs.evolve(draft, key=draft.key.lower()))

    async def find_created(self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: Any) -> Any:
        return await super().find_created(facts, attrs.evolve(draft, key=(draft.key or "").lower()), since=since)


@mutant("takes the key for a title")
class Titling(Drafting):
    def sent(self, draft: Any) -> Any:
        bare = not draft.subject and draft.text == "Quillonly" and draft.key == "quillkey"
        return attrs.evolve(draft, subject=draft.key) if bare and isinstance(draft, NoteDraft) else draft


@mutant("adds words of its own to a text")
class Signing(Listing):
    def listed(self, records: tuple[RelatedRecord, ...]) -> tuple[RelatedRecord, ...]:
        return tuple(attrs.evolve(each, text=f"{each.text}\n[customer360]") for each in records)


@mutant("calls what has no subject by words of its own")
class Christening(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, subject=draft.subject or "Talk with customer")


@mutant("takes zero for nothing")
class Nullifying(Creating):
    def sent(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if value or value is None}


@mutant("keeps what was emptied")
class Clinging(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        fields = {name: value for name, value in change.fields.items() if value != ""}
        await super().update(facts, attrs.evolve(change, fields=fields))


@mutant("respells what is changed")
class Compressing(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        fields: Mapping[str, Any] = {
            name: value.replace(" ", "") if isinstance(value, str) and "Phone" in name else value
            for name, value in change.fields.items()
        }
        await super().update(facts, attrs.evolve(change, fields=fields))


@mutant("asks for another spelling of a value")
class Recomposing(Searching):
    def asked(self, query: Query) -> Query:
        return FieldIs(query.field, normalize("NFC", query.value)) if isinstance(query, FieldIs) else query


@mutant("begins a subject with a capital")
class Capitalising(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, subject=draft.subject[:1].upper() + draft.subject[1:])


@mutant("cuts what the CRM tells whole")
class Abridging(Listing):
    def listed(self, records: tuple[RelatedRecord, ...]) -> tuple[RelatedRecord, ...]:
        return tuple(attrs.evolve(each, text=each.text[:300]) for each in records)


@mutant("ends a list too early")
class Hasty(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        return Page(page.items) if cursor and "3" in cursor else page


@mutant("takes two keys of people for one")
class Pooling(Microsoft365Connector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        return await super().create(facts, self.folded(draft))

    async def find_created(self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: Any) -> Any:
        sought = self.folded(draft) if isinstance(draft, ContactDraft) else draft
        return await super().find_created(facts, sought, since=since)

    def folded(self, draft: ContactDraft) -> ContactDraft:
        return attrs.evolve(draft, key=draft.key.lower() if draft.key else draft.key)
