"""Connectors that know one kind of people well, and those that changed less well than those that are read."""

from __future__ import annotations

from typing import Any

import attrs
from tests.customer360_testkit.conformance.registry import Reading, Syncing, mutant

from customer360.core.errors import Forbidden, PageLoop
from customer360.core.linking import LinkFacts
from customer360.core.records import Changes, Contact, ContactChange, Page, RecordRef, RelatedKind
from customer360_zoho import ZohoConnector

# Other resources ------------------------------------------------------------------------------------------------------


@mutant("takes a failed change of a lead for done")
class LeadShrugging(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        try:
            await super().update(facts, change)
        except Forbidden:
            if change.ref.resource != "Leads":
                raise


@mutant("reads changes of leads without their numbers")
class LeadNumberless(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        if resource != "Leads":
            return changes
        return attrs.evolve(changes, changed=tuple(attrs.evolve(each, phones=()) for each in changes.changed))


@mutant("lists the calls of a lead only")
class LeadCalls(ZohoConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        page = await super().related(facts, contact, kind, **more)
        if contact.resource != "Leads" or kind is RelatedKind.CALL:
            return page
        return Page(tuple(each for each in page.items if "anybody-" not in each.title), page.next)


# Changes --------------------------------------------------------------------------------------------------------------


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


@mutant("reads the same page for ever")
class Sisyphus(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        try:
            return await super().changes(facts, resource, cursor)
        except PageLoop:
            return Changes(cursor=cursor, more=True)


# Wholeness ------------------------------------------------------------------------------------------------------------


@mutant("loses what leads to another record")
class Unreferring(Reading):
    def read(self, contact: Contact) -> Contact:
        fields = {name: value for name, value in contact.fields.items() if not isinstance(value, RecordRef)}
        return attrs.evolve(contact, fields=fields)
