"""Connectors whose second round of a sync is not what the first one was."""

from __future__ import annotations

import json
from typing import Any

import attrs
from tests.customer360_testkit.conformance.registry import Syncing, mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import Changes, Contact
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


def _with(cursor: str | None, **given: Any) -> str | None:
    """Another cursor of Zoho's, or of Salesforce's."""
    return None if cursor is None else json.dumps({**json.loads(cursor), **given})


def _later(cursor: str | None) -> bool:
    """Whether a cursor of Zoho's is of a round after the first."""
    return cursor is not None and json.loads(cursor)["old_high"] is not None


@mutant("goes on with people of another resource")
class Undistinguished(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        try:
            cursor = _with(cursor, of=resource)
        except ValueError:
            pass  # no cursor of anybody's
        return await super().changes(facts, resource, cursor)


@mutant("misses what was written down late")
class Punctual(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        mark = json.loads(changes.cursor or "{}")
        if resource == "Contacts" and mark.get("old_high") and not changes.more:
            return attrs.evolve(changes, cursor=_with(changes.cursor, since=mark["high"]))
        return changes


@mutant("goes on after it slept for a season")
class Sleepless(SalesforceConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        young = cursor is not None and '"at":' in cursor
        return await super().changes(facts, resource, _with(cursor, at=1e12) if young else cursor)


@mutant("reads a page of those who came since")
class Trickling(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        came = [each for each in changes.changed if each.name.startswith("Quillcame")]
        return attrs.evolve(changes, changed=changes.changed[:100]) if len(came) > 100 else changes


@mutant("forgets numbers of their own after the first round")
class Dwindling(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        kept = self.resources(facts)[0].phones if cursor is not None and cursor[:1] == "{" and _later(cursor) else None
        if kept is None or resource != "Contacts":
            return changes
        return attrs.evolve(changes, changed=tuple(self._cut(each, kept) for each in changes.changed))

    def _cut(self, contact: Contact, kept: tuple[str, ...]) -> Contact:
        return attrs.evolve(contact, phones=tuple(each for each in contact.phones if each.field in kept))


@mutant("takes a few columns for the whole")
class Sufficing(Syncing):
    def changed(self, contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return tuple(attrs.evolve(each, partial=each.partial and each.name != "Quillwhole") for each in contacts)


@mutant("promises many more than there are")
class Boundless(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        return attrs.evolve(await super().changes(facts, resource, cursor), total=100_000)
