"""The wrong connectors of :mod:`customer360_testkit.conformance.syncing.changes`."""

from __future__ import annotations

from datetime import timedelta

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Hits, Syncing, mutant

from customer360.core.errors import (
    Gone,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Changes,
    Contact,
    ContactDraft,
    RecordRef,
)
from customer360_zoho import ZohoConnector


class _Syncing(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        return self.page(cursor, await super().changes(facts, resource, cursor))

    def page(self, cursor: str | None, changes: Changes) -> Changes:
        raise NotImplementedError


@mutant("stops after the first page")
class Stopping(_Syncing):
    def page(self, cursor: str | None, changes: Changes) -> Changes:
        kept = tuple(contact for contact in changes.changed if not contact.name.startswith("Everybody"))
        return attrs.evolve(changes, changed=kept)


@mutant("reads changes without their numbers")
class Unnumbered(_Syncing):
    def page(self, cursor: str | None, changes: Changes) -> Changes:
        bare = (attrs.evolve(each, phones=()) if each.name == "Numbered" else each for each in changes.changed)
        return attrs.evolve(changes, changed=tuple(bare))


@mutant("reads everybody again")
class Again(ZohoConnector):
    def __init__(self) -> None:
        self.rounds = 0

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        first = await super().changes(facts, resource, None) if cursor is not None and ":" in cursor else None
        changes = await super().changes(facts, resource, cursor)
        if changes.more or first is None:
            return changes
        return attrs.evolve(changes, changed=(*changes.changed, *first.changed))


@mutant("misses what changed since")
class Missing(_Syncing):
    def page(self, cursor: str | None, changes: Changes) -> Changes:
        return attrs.evolve(changes, changed=tuple(each for each in changes.changed if each.name != "Later"))


@mutant("does not tell who is gone")
class Haunted(ZohoConnector):
    def __init__(self) -> None:
        self.dear: RecordRef | None = None

    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        ref = await super().create(facts, draft)
        self.dear = ref if draft.fields.get("Last_Name") == "Leaver" else None
        return ref

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        return attrs.evolve(changes, gone=tuple(ref for ref in changes.gone if ref != self.dear))


@mutant("goes on from a cursor that means nothing")
class Credulous(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        try:
            return await super().changes(facts, resource, cursor)
        except Gone:
            if cursor is None or cursor[:1] == "{":
                raise
            return await super().changes(facts, resource, None)


@mutant("reads who is new only")
class NewOnly(Syncing):
    def changed(self, contacts: Hits) -> Hits:
        def new(contact: Contact) -> bool:
            assert contact.created_at is not None
            assert contact.modified_at is not None
            return contact.modified_at - contact.created_at < timedelta(hours=1)

        return tuple(contact for contact in contacts if new(contact) or contact.family_name != "Renumbered")


@mutant("reads changes without their addresses")
class Unaddressed(Syncing):
    def changed(self, contacts: Hits) -> Hits:
        return tuple(attrs.evolve(each, emails=()) if each.name == "Addressed" else each for each in contacts)


@mutant("skips what changed as it read")
class Skipping(Syncing):
    def changed(self, contacts: Hits) -> Hits:
        return tuple(contact for contact in contacts if contact.name != "Meanwhile")


@mutant("reads its first resource for every other")
class Monotonous(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        page = await super().changes(facts, resource, cursor)
        if resource != "Accounts" or cursor is not None:
            return page
        people = (await super().changes(facts, "Contacts")).changed
        return attrs.evolve(page, changed=people) if any(each.name == "Resourced" for each in people) else page


@mutant("tells of who is gone as if they were there")
class Embalming(ZohoConnector):
    def __init__(self) -> None:
        self.kept: list[RecordRef] = []

    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        ref = await super().create(facts, draft)
        self.kept = [ref] if draft.fields.get("Last_Name") == "Vanished" else []
        return ref

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        return attrs.evolve(changes, changed=(*changes.changed, *(Contact(ref=ref) for ref in self.kept)))


@mutant("reads changes with one of their numbers")
class SyncOneOfMany(Syncing):
    def changed(self, contacts: Hits) -> Hits:
        return tuple(
            attrs.evolve(each, phones=each.phones[:1]) if each.name == "Syncnumbers" else each for each in contacts
        )


@mutant("reads changes without their names")
class SyncNameless(Syncing):
    def changed(self, contacts: Hits) -> Hits:
        return tuple(attrs.evolve(each, name="") if each.name == "Syncnamed" else each for each in contacts)


@mutant("tells who is gone from elsewhere")
class Elsewhere(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        return attrs.evolve(changes, gone=tuple(attrs.evolve(ref, resource="Leads") for ref in changes.gone))


@mutant("promises fewer than there are")
class Understating(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        return attrs.evolve(await super().changes(facts, resource, cursor), total=1)
