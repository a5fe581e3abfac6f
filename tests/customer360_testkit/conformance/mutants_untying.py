"""Connectors that tie, untie and look for some of what there is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.customer360_testkit.conformance.registry import mutant

from customer360.core.effects import PUT
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef
from customer360_zoho import ZohoConnector


@mutant("ties nothing but tasks")
class TyingTasks(ZohoConnector):
    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        if record.resource not in ("Calls", "Events"):
            await super().link(facts, contact, record)


@mutant("unties nothing but tasks")
class UntyingTasks(ZohoConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        if record.resource not in ("Calls", "Events"):
            await super().unlink(facts, contact, record)


@mutant("unties from everybody")
class UntyingAll(ZohoConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        if record.resource in ("Tasks", "Calls", "Events"):
            await PUT(f"/{record.resource}/{record.id}", {"data": [{"Who_Id": None}]})
        await super().unlink(facts, contact, record)


@mutant("does not find what a colleague is to do")
class Selfish(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        theirs = getattr(draft, "owner", None) is not None
        return None if theirs else await super().find_created(facts, draft, since=since)


@mutant("finds what was written about contacts only")
class ContactsOnly(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        contact = getattr(draft, "contact", None)
        other = contact is not None and contact.resource != "Contacts"
        return None if other else await super().find_created(facts, draft, since=since)


@mutant("looks for a key on the first page")
class FirstPage(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        found = await super().find_created(facts, draft, since=since)
        return None if draft.key.startswith("crowd-") and draft.key.endswith(("-209", "-0")) else found
