"""The wrong connectors of :mod:`customer360_testkit.conformance.syncing.resuming`."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Syncing, mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Changes,
    Contact,
)
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


def _with(cursor: str | None, **given: Any) -> str | None:
    """Another cursor of Zoho's, or of Salesforce's."""
    return None if cursor is None else json.dumps({**json.loads(cursor), **given})


@mutant("goes on with people of another resource")
class Undistinguished(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        with suppress(ValueError):  # a cursor of nobody's
            cursor = _with(cursor, of=resource)
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


@mutant("goes on after it slept for a season", "of three weeks")
class Holidaying(SalesforceConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        at = json.loads(changes.cursor or "{}").get("at", 0.0)
        return attrs.evolve(changes, cursor=_with(changes.cursor, at=at + 15 * 86_400.0))


@mutant("begins anew though it was never away")
class Ageing(SalesforceConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        if cursor is None or changes.cursor is None:
            return changes
        return attrs.evolve(changes, cursor=_with(changes.cursor, at=json.loads(cursor)["at"]))


@mutant("tells every night who was ever deleted")
class Mournful(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        return attrs.evolve(changes, cursor=_with(changes.cursor, deleted_since=None))


@mutant("brings one number after the first round")
class Dwindling(Syncing):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        self.later = cursor is not None and cursor[:1] == "{" and json.loads(cursor).get("old_high") is not None
        return await super().changes(facts, resource, cursor)

    def changed(self, contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return tuple(self._cut(each) if each.name == "Quillrounds" and self.later else each for each in contacts)

    def _cut(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, phones=contact.phones[:1])


@mutant("takes a few columns for the whole")
class Sufficing(Syncing):
    def changed(self, contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return tuple(attrs.evolve(each, partial=each.partial and each.name != "Quillwhole") for each in contacts)


@mutant("promises many more than there are")
class Boundless(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        return attrs.evolve(await super().changes(facts, resource, cursor), total=100_000)
