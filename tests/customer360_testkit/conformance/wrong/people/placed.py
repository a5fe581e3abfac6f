"""The wrong connectors of :mod:`customer360_testkit.conformance.people.placed`."""

from __future__ import annotations

import re
from datetime import timedelta

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Listing, Reading, Searching, Syncing, mutant

from customer360.core.linking import LinkFacts
from customer360.core.metadata import Schema
from customer360.core.records import (
    Changes,
    Contact,
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360.core.search import Query
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("lists what cannot be opened")
class Closed(Listing):
    def listed(self, records: tuple[RelatedRecord, ...]) -> tuple[RelatedRecord, ...]:
        return tuple(attrs.evolve(each, url=None) for each in records)


@mutant("finds whom it cannot open")
class Pageless(Searching):
    def hits(self, query: Query, hits: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return tuple(attrs.evolve(each, url=None) for each in hits)


@mutant("opens another page than the record's")
class Misleading(ZohoConnector):
    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        return self.moved(super().record_url(facts, ref))

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        return attrs.evolve(contact, url=self.moved(contact.url))

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        return Page(tuple(attrs.evolve(each, url=self.moved(each.url)) for each in page.items), page.next)

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        moved = tuple(attrs.evolve(each, url=self.moved(each.url)) for each in changes.changed)
        return attrs.evolve(changes, changed=moved)

    def moved(self, url: str | None) -> str | None:
        return url.replace("/tab/Contacts/", "/tab/People/") if url else None


@mutant("opens another page than the record's", "of what happened")
class Gathering(Listing):
    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        return self.gathered(super().record_url(facts, ref))

    def listed(self, records: tuple[RelatedRecord, ...]) -> tuple[RelatedRecord, ...]:
        return tuple(attrs.evolve(each, url=self.gathered(each.url)) for each in records)

    def gathered(self, url: str | None) -> str | None:
        return re.sub(r"/tab/(Tasks|Calls|Events|Cases)/", "/tab/Activities/", url) if url else None


@mutant("gives numbers in an order of its own", "in a hit")
class Jumbling(Searching):
    def hits(self, query: Query, hits: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return tuple(attrs.evolve(each, phones=each.phones[::-1]) for each in hits)


@mutant("gives numbers in an order of its own", "and addresses")
class Misaddressing(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, emails=contact.emails[::-1])


@mutant("gives numbers in an order of its own")
class Shuffling(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, phones=contact.phones[::-1]) if "Quillordered" in contact.name else contact


@mutant("takes the start of a call for the time of writing")
class Backdating(Listing):
    def listed(self, records: tuple[RelatedRecord, ...]) -> tuple[RelatedRecord, ...]:
        return tuple(self.dated(each) for each in records)

    def dated(self, record: RelatedRecord) -> RelatedRecord:
        if record.kind is not RelatedKind.CALL or record.at is None or record.created_at is None:
            return record
        early = record.created_at - record.at > timedelta(days=1)
        return attrs.evolve(record, created_at=record.at) if early else record


@mutant("takes the first day for the last")
class Dormant(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, last_activity_at=contact.created_at)


def _seeded(contact: Contact) -> bool:
    """Of the cast: no check makes such people."""
    return any(each.address.endswith("@example.com") for each in contact.emails)


@mutant("does not lead to the company")
class Detached(Reading, Syncing):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, company_ref=None) if _seeded(contact) else contact

    def changed(self, contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return tuple(self.read(each) for each in contacts)


@mutant("does not say what a field leads to")
class Aimless(SalesforceConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        return attrs.evolve(schema, fields=tuple(attrs.evolve(each, refers_to=()) for each in schema.fields))
