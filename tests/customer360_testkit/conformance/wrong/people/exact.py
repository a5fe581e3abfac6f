"""The wrong connectors of :mod:`customer360_testkit.conformance.people.exact`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Drafting, Listing, Searching, mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import (
    ContactChange,
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360.core.search import FieldIs, Query
from customer360_zoho import ZohoConnector


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
        fields = fields if change.ref.resource == "Contacts" else change.fields
        await super().update(facts, attrs.evolve(change, fields=fields))


@mutant("asks for another spelling of a value")
class Recomposing(Searching):
    def asked(self, query: Query) -> Query:
        return FieldIs(query.field, normalize("NFC", query.value)) if isinstance(query, FieldIs) else query


@mutant("asks for a value without its spaces")
class Trimming(Searching):
    def asked(self, query: Query) -> Query:
        return FieldIs(query.field, query.value.strip()) if isinstance(query, FieldIs) else query


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
