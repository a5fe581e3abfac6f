"""Where deliberately wrong connectors are registered, and what several of them are made from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
from tests.customer360_bullhorn.test_conformance import TestCandidates
from tests.customer360_microsoft365.test_conformance import TestMicrosoft365
from tests.customer360_salesforce.test_conformance import TestSalesforce
from tests.customer360_zoho.test_conformance import TestZoho

from customer360.core.activities import ActivityDraft, CallDraft
from customer360.core.connector import Connector
from customer360.core.linking import LinkFacts
from customer360.core.metadata import FieldInfo, Schema
from customer360.core.records import Changes, Contact, ContactDraft, Page, RecordRef, RelatedKind, RelatedRecord
from customer360.core.search import Query
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_testkit.conformance import ConnectorConformance
from customer360_zoho import ZohoConnector

Mutant: TypeAlias = tuple[type[ConnectorConformance], type[Connector]]
Hits: TypeAlias = tuple[Contact, ...]
Records: TypeAlias = tuple[RelatedRecord, ...]
MUTANTS: dict[str, Mutant] = {}
SUITES: dict[type[Connector], type[ConnectorConformance]] = {
    ZohoConnector: TestZoho,
    Microsoft365Connector: TestMicrosoft365,
    SalesforceConnector: TestSalesforce,
    BullhornConnector: TestCandidates,
}


def base_of(kind: type[Connector]) -> type[Connector]:
    """The right connector that a wrong one is made from."""
    return next(base for base in SUITES if issubclass(kind, base))


def mutant(name: str, form: str = "") -> Callable[[type[Connector]], type[Connector]]:
    """Registers a wrong connector under what is wrong with it; ``form`` tells the second of a kind from the first."""

    def register(kind: type[Connector]) -> type[Connector]:
        key = f"{name} ({form})" if form else name
        assert key not in MUTANTS
        MUTANTS[key] = (SUITES[base_of(kind)], kind)
        return kind

    return register


def wrong_in(key: str) -> str:
    """What is wrong with a registered connector, in whatever form."""
    return key.partition(" (")[0]


class Reading(ZohoConnector):
    """Wrong in what it reads of one contact."""

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        return self.read(contact) if ref.resource == "Contacts" else contact

    def read(self, contact: Contact) -> Contact:
        raise NotImplementedError

    def with_field(self, contact: Contact, name: str, value: Any) -> Contact:
        return attrs.evolve(contact, fields={**contact.fields, name: value})


class Telling(Reading):
    """Wrong alike in what it tells of who changed."""

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        if resource != "Contacts":
            return changes
        return attrs.evolve(changes, changed=tuple(self.read(each) for each in changes.changed))


class Creating(ZohoConnector):
    """Wrong in what it creates."""

    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        return await super().create(facts, attrs.evolve(draft, fields=self.sent(dict(draft.fields))))

    def sent(self, fields: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError


class Searching(ZohoConnector):
    """Wrong in what it asks, or in what it finds."""

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, self.asked(query), limit=limit)
        return Page(self.hits(query, page.items), page.next)

    def asked(self, query: Query) -> Query:
        return query

    def hits(self, query: Query, hits: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return hits


class Drafting(ZohoConnector):
    """Wrong in how it writes something down."""

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        return await super().create_activity(facts, self.sent(draft))

    def sent(self, draft: Any) -> Any:
        raise NotImplementedError


class Calling(Drafting):
    """Wrong in how it writes a call down."""

    def sent(self, draft: Any) -> Any:
        return self.call(draft) if isinstance(draft, CallDraft) else draft

    def call(self, draft: CallDraft) -> CallDraft:
        raise NotImplementedError


class Listing(ZohoConnector):
    """Wrong in what it lists of a contact."""

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        return Page(self.listed(page.items), page.next)

    def listed(self, records: tuple[RelatedRecord, ...]) -> tuple[RelatedRecord, ...]:
        raise NotImplementedError


class Syncing(ZohoConnector):
    """Wrong in what it reads of what changed."""

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        return attrs.evolve(changes, changed=self.changed(changes.changed)) if resource == "Contacts" else changes

    def changed(self, contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
        raise NotImplementedError


class Describing(ZohoConnector):
    """Wrong in what it says of the fields of people."""

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        return attrs.evolve(schema, fields=self.fields(schema.fields)) if resource == "Contacts" else schema

    def fields(self, fields: tuple[FieldInfo, ...]) -> tuple[FieldInfo, ...]:
        return tuple(self.field(each) for each in fields)

    def field(self, field: FieldInfo) -> FieldInfo:
        raise NotImplementedError
