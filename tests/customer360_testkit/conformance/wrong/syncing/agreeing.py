"""The wrong connectors of :mod:`customer360_testkit.conformance.syncing.agreeing`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Syncing, mutant

from customer360.core.errors import (
    PageLoop,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Changes,
    Contact,
    RecordRef,
)
from customer360_zoho import ZohoConnector


@mutant("reads changes with one of their addresses")
class OneAddress(Syncing):
    def changed(self, contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return tuple(
            attrs.evolve(each, emails=each.emails[:1]) if each.name == "Syncaddresses" else each for each in contacts
        )


@mutant("reads changes without their country")
class Stateless(Syncing):
    def changed(self, contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return tuple(attrs.evolve(each, region=None) if each.ref.resource == "Contacts" else each for each in contacts)


@mutant("tells one of those who are gone")
class OneGone(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        return attrs.evolve(changes, gone=changes.gone[-1:]) if len(changes.gone) == 12 else changes


@mutant("tells less of a change than of a contact")
class Shortening(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        if cursor is None or resource != "Contacts":
            return changes
        return attrs.evolve(changes, changed=tuple(attrs.evolve(each, region=None) for each in changes.changed))


@mutant("takes namesakes for one")
class Confounding(Syncing):
    def changed(self, contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
        firsts = {each.name: each for each in reversed(contacts)}
        return tuple(each for each in contacts if firsts[each.name] is each or "Quillalike" not in each.name)


@mutant("reads the same page for ever")
class Sisyphus(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        try:
            return await super().changes(facts, resource, cursor)
        except PageLoop:
            return Changes(cursor=cursor, more=True)


@mutant("reads changes without the company")
class Unemployed(Syncing):
    def changed(self, contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return tuple(attrs.evolve(each, company=None) for each in contacts)


@mutant("takes people for where they lived")
class Settled(ZohoConnector):
    def __init__(self) -> None:
        self.lived: dict[str, str | None] = {}

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        seeded = any(each.address.endswith("@example.com") for each in contact.emails)
        return attrs.evolve(contact, region=self.lived.setdefault(ref.id, contact.region)) if seeded else contact
