"""Operations of whichever connector is to do them: each takes it, the facts of its link, and then what it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from customer360.core.activities import ActivityChange, ActivityDraft, ActivityFilter
from customer360.core.connector import Connector
from customer360.core.effects import Operation
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactChange, ContactDraft, RecordRef, RelatedKind
from customer360.core.search import Query


async def declared(connector: Connector, facts: LinkFacts, refs: tuple[RecordRef, ...]) -> Any:
    """All that is said without asking."""
    said: tuple[Callable[[LinkFacts], Any], ...] = (
        *(connector.hosts, connector.api_base, connector.in_emea, connector.resources, connector.capabilities),
        *(connector.phone_search, connector.creates, connector.limits_for, connector.auth_for),
    )
    return [each(facts) for each in said], [connector.record_url(facts, ref) for ref in refs]


def describe(connector: Connector, facts: LinkFacts, resource: str) -> Operation[Any]:
    return connector.describe(facts, resource)


async def get(connector: Connector, facts: LinkFacts, ref: RecordRef) -> Any:
    """With what is part of it."""
    contact = await connector.get(facts, ref)
    return contact, [connector.related_within(facts, contact, kind) for kind in sorted(connector.within_contact)]


def search(connector: Connector, facts: LinkFacts, resource: str, query: Query, limit: int = 20) -> Operation[Any]:
    return connector.search(facts, resource, query, limit=limit)


def related(
    connector: Connector, facts: LinkFacts, ref: RecordRef, kind: RelatedKind, cursor: str | None = None
) -> Operation[Any]:
    """Of two at a time."""
    return connector.related(facts, ref, kind, limit=2, cursor=cursor)


def activities(connector: Connector, facts: LinkFacts, query: ActivityFilter) -> Operation[Any]:
    return connector.activities(facts, query)


def changes(connector: Connector, facts: LinkFacts, resource: str, cursor: str | None) -> Operation[Any]:
    return connector.changes(facts, resource, cursor)


def find(
    connector: Connector, facts: LinkFacts, draft: ActivityDraft | ContactDraft, since: datetime
) -> Operation[Any]:
    return connector.find_created(facts, draft, since=since)


def tied(connector: Connector, facts: LinkFacts, draft: ActivityDraft) -> Operation[Any]:
    return connector.tied(facts, draft)


def create(connector: Connector, facts: LinkFacts, draft: ContactDraft) -> Operation[Any]:
    return connector.create(facts, draft)


def update(connector: Connector, facts: LinkFacts, change: ContactChange) -> Operation[Any]:
    return connector.update(facts, change)


def write(connector: Connector, facts: LinkFacts, draft: ActivityDraft) -> Operation[Any]:
    return connector.create_activity(facts, draft)


def correct(connector: Connector, facts: LinkFacts, change: ActivityChange) -> Operation[Any]:
    return connector.update_activity(facts, change)


def link(connector: Connector, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> Operation[Any]:
    return connector.link(facts, contact, record)


def unlink(connector: Connector, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> Operation[Any]:
    return connector.unlink(facts, contact, record)
