"""The wrong connectors of :mod:`customer360_testkit.conformance.people.truth`."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Reading, Searching, Telling, mutant

from customer360.core.linking import LinkFacts
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import (
    Changes,
    Contact,
    Page,
    RecordRef,
)
from customer360.core.search import Query
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector


def _seeded(contact: Contact) -> bool:
    """Of the cast, in the resource that is looked at: no check makes such people."""
    return contact.ref.resource == "Contacts" and any(each.address.endswith("@example.com") for each in contact.emails)


@mutant("does not read every number that is there")
class Deskbound(Reading):
    def read(self, contact: Contact) -> Contact:
        desk = tuple(phone for phone in contact.phones if phone.field != "Mobile")
        return attrs.evolve(contact, phones=desk) if _seeded(contact) else contact


@mutant("takes a mobile for the desk")
class Mislabelling(ZohoConnector):
    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        first, *others = super().resources(facts)
        phone, mobile = StandardField.PHONE, StandardField.MOBILE
        swapped = {**first.standard, phone: first.standard[mobile], mobile: first.standard[phone]}
        return (attrs.evolve(first, standard=swapped), *others)


@mutant("takes a mobile for the desk", "a fax for the mobile")
class Faxing(ZohoConnector):
    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        first, *others = super().resources(facts)
        return (attrs.evolve(first, standard={**first.standard, StandardField.MOBILE: "Fax"}), *others)


@mutant("does not say which field is the title")
class Titleless(ZohoConnector):
    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        first, *others = super().resources(facts)
        kept: dict[StandardField, str] = {**first.standard}
        del kept[StandardField.TITLE]
        return (attrs.evolve(first, standard=kept), *others)


@mutant("finds customers without what tells them apart")
class Levelling(Searching):
    def hits(self, query: Query, hits: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return tuple(attrs.evolve(hit, company=None) for hit in hits)


@mutant("does not say where somebody works")
class Promoting(Telling):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, company=contact.name) if _seeded(contact) and contact.company else contact


@mutant("takes everybody for a neighbour")
class Insular(Telling):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, region="CH") if _seeded(contact) else contact


@mutant("takes everybody for a neighbour", "but those with one address")
class FirstAddress(Microsoft365Connector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        return self.read(await super().get(facts, ref))

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        return Page(tuple(self.read(each) for each in page.items), page.next)

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        return attrs.evolve(changes, changed=tuple(self.read(each) for each in changes.changed))

    def read(self, contact: Contact) -> Contact:
        first = contact.fields.get("businessAddress")
        told = isinstance(first, Mapping) and first.get("countryOrRegion")
        return contact if told else attrs.evolve(contact, region=None)
