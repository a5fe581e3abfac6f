"""The wrong connectors of :mod:`customer360_testkit.conformance.repeats.sought`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import (
    RecordRef,
)
from customer360_zoho import ZohoConnector


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
