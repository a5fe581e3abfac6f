"""The wrong connectors of :mod:`customer360_testkit.conformance.syncing.flooded`."""

from __future__ import annotations

import json

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Hits, Syncing, mutant

from customer360.core.errors import CrmUnavailable, Gone, NotFound, UnexpectedAnswer
from customer360.core.linking import LinkFacts
from customer360.core.records import Changes, Contact
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("skips those who changed at the same time")
class Crowding(Syncing):
    def changed(self, contacts: Hits) -> Hits:
        times = [contact.modified_at for contact in contacts]
        return tuple(
            contact
            for contact in contacts
            if not contact.name.startswith("Quillimported")
            or times.index(contact.modified_at) == contacts.index(contact)
        )


class _Strict:
    """Goes on behind the last time that a page told, and not behind the last of those who share it."""

    def __init__(self) -> None:
        self.last: Contact | None = None

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        page: Changes = await super().changes(facts, resource, cursor)  # type: ignore[misc]  # a connector's
        before, self.last = self.last, page.changed[-1] if page.more and page.changed else None
        if cursor is None or before is None:
            return page
        same = [each for each in page.changed if each.modified_at == before.modified_at]
        lost = [each for each in same if "Quillimported" in each.name]
        return attrs.evolve(page, changed=tuple(each for each in page.changed if each not in lost))


@mutant("skips those who changed at the same time", "and stand on the next page")
class SalesforceStrict(_Strict, SalesforceConnector):
    pass


@mutant("skips those who changed at the same time", "and come from an index")
class BullhornStrict(_Strict, BullhornConnector):
    pass


@mutant("skips those who changed at the same time", "and all but a page a night")
class Trickling(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        came = [each for each in changes.changed if each.name.startswith("Quillimported")]
        return attrs.evolve(changes, changed=changes.changed[:100]) if len(came) > 100 else changes


@mutant("skips those who changed at the same time", "or the addresses of some")
class Fading(Syncing):
    def changed(self, contacts: Hits) -> Hits:
        come = [each for each in contacts if each.name.startswith("Quillimported")]
        return tuple(attrs.evolve(each, emails=()) if each in come[100:] else each for each in contacts)


@mutant("counts its pages while people go")
class Counting(ZohoConnector):
    def __init__(self) -> None:
        self.handed_out = 0

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        page = await super().changes(facts, resource, cursor)
        if cursor is None:
            self.handed_out = len(page.changed)
        mark = json.loads(cursor or "{}")
        if not mark.get("done") or mark["phase"] != "changed" or mark["old_high"]:
            return page
        everybody, place, more = list[Contact](), None, True
        while more:
            page = await super().changes(facts, resource, place)
            everybody, place, more = [*everybody, *page.changed], page.cursor, page.more
        return attrs.evolve(page, changed=tuple(everybody[self.handed_out :]))


class _Forgetting(Microsoft365Connector):
    """Takes the vendor's word that a place is forgotten for something else."""

    taken_for: type[Exception]

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        try:
            return await super().changes(facts, resource, cursor)
        except Gone as gone:
            if gone.status is None:
                raise
            raise self.taken_for("it is gone") from None


@mutant("goes on from where the CRM forgot")
class Retrying(_Forgetting):
    taken_for = CrmUnavailable


@mutant("goes on from where the CRM forgot", "and takes it for a bug")
class Puzzled(_Forgetting):
    taken_for = UnexpectedAnswer


@mutant("goes on from where the CRM forgot", "and takes it for a person")
class Missing(_Forgetting):
    taken_for = NotFound
