"""The wrong connectors of :mod:`customer360_testkit.conformance.repeats.sought`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.effects import Request
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    RecordRef,
)
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector


@mutant("does not find what a colleague is to do")
class Selfish(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        theirs = getattr(draft, "owner", None) is not None
        return None if theirs else await super().find_created(facts, draft, since=since)


@mutant("does not find what a colleague is to do", "nor a key with a quote in it")
class Unquoting(Microsoft365Connector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        asked = attrs.evolve(draft, key=draft.key.replace("'", "")) if draft.key else draft
        return await super().find_created(facts, asked, since=since)


@mutant("finds what was written about contacts only")
class ContactsOnly(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        contact = getattr(draft, "contact", None)
        other = contact is not None and contact.resource != "Contacts"
        return None if other else await super().find_created(facts, draft, since=since)


@mutant("looks for a key on the first page")
class TasksFirstPage(Microsoft365Connector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        def alter(request: Request, told: Any) -> Any:
            return {name: value for name, value in told.items() if name != "@odata.nextLink"}

        found: RecordRef | None = await hearing(super().find_created(facts, draft, since=since), alter)
        return found


@mutant("looks for a key on the first page", "of a query")
class QueryFirstPage(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        def alter(request: Request, told: Any) -> Any:
            return {**told, "info": {**told.get("info", {}), "more_records": False}} if "coql" in request.path else None

        found: RecordRef | None = await hearing(super().find_created(facts, draft, since=since), alter)
        return found


@mutant("looks for a key on the first page", "in lists by number")
class ListFirstPage(BullhornConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        def alter(request: Request, told: Any) -> Any:
            return {**told, "count": 1, "data": told["data"][:200]} if "data" in told else None

        found: RecordRef | None = await hearing(super().find_created(facts, draft, since=since), alter)
        return found
