"""The wrong connectors of :mod:`customer360_testkit.conformance.failing.later`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityFilter
from customer360.core.effects import Effect, Operation, Request, Settle
from customer360.core.errors import CrmUnavailable, Customer360Error, Gone, NotFound
from customer360.core.linking import LinkFacts
from customer360.core.metadata import Resource, Schema
from customer360.core.records import Changes, Contact, Page, RecordRef, RelatedKind, RelatedRecord
from customer360.core.search import Query
from customer360.core.wire import Response
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_testkit.by_hand import relayed
from customer360_zoho import ZohoConnector

_ROWS = {"value": [], "data": [], "records": [], "count": 0, "total": 0, "done": True, "info": {"more_records": False}}


async def shrugged(op: Operation[Any], asked: list[Request] | None = None) -> Any:
    """An operation to which the failure of any request but the first (those ``asked`` count) is an answer without
    rows."""
    before = [] if asked is None else asked

    async def told(effect: Effect[Any]) -> Any:
        if isinstance(effect, Settle):
            effect = attrs.evolve(effect, ops=tuple(shrugged(each, before) for each in effect.ops))
        try:
            return await effect
        except Customer360Error as raised:
            if not before or not isinstance(effect, Request) or isinstance(raised, Gone | NotFound):
                raise
            return Response(200, json.dumps(_ROWS).encode())
        finally:
            if isinstance(effect, Request):
                before.append(effect)

    return await relayed(op, told)


@mutant("takes half for all when a search fails")
class HalfFound(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        found: Page[Contact] = await shrugged(super().search(facts, resource, query, limit=limit))
        return found


@mutant("takes half for all when a search fails", "a part of a batch")
class PartFound(Microsoft365Connector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        def alter(request: Request, told: Any) -> Any:
            if request.path != "/$batch" or "responses" not in told:
                return None
            empty = {"status": 200, "body": _ROWS}
            return {"responses": [{**each, **empty} if each["status"] >= 400 else each for each in told["responses"]]}

        found: Page[Contact] = await hearing(super().search(facts, resource, query, limit=limit), alter)
        return found


@mutant("takes half for all when a search fails", "that reads everybody")
class BookHalfRead(Microsoft365Connector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        found: Page[Contact] = await shrugged(super().search(facts, resource, query, limit=limit))
        return found


class _HalfListed:
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        op = super().related(facts, contact, kind, limit=limit, cursor=cursor)  # type: ignore[misc]  # a connector's
        listed: Page[RelatedRecord] = await shrugged(op)
        return listed


@mutant("takes half for all when a list fails")
class TasksHalfListed(_HalfListed, Microsoft365Connector):
    pass


@mutant("takes half for all when a list fails", "or nothing, when the CRM is down")
class Deaf(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        try:
            return await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        except CrmUnavailable:
            return Page(())


@mutant("takes half for all when a list fails", "of notes among calls")
class NotesHalfListed(_HalfListed, BullhornConnector):
    pass


@mutant("takes half for all when a list fails", "that is filtered")
class HalfFiltered(Microsoft365Connector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        listed: Page[RelatedRecord] = await shrugged(super().activities(facts, query))
        return listed


class _HalfLooked:
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        op = super().find_created(facts, draft, since=since)  # type: ignore[misc]  # a connector's
        found: RecordRef | None = await shrugged(op)
        return found


@mutant("writes again when it fails to look")
class TasksHalfLooked(_HalfLooked, Microsoft365Connector):
    pass


@mutant("writes again when it fails to look", "from page to page")
class PagesHalfLooked(_HalfLooked, BullhornConnector):
    pass


@mutant("takes half for all when a sync fails")
class DeletionsShrugged(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        try:
            return await super().changes(facts, resource, cursor)
        except Gone:
            raise
        except Customer360Error:
            mark = json.loads(cursor or "{}")
            if mark.get("phase") != "deleted":
                raise
            after = {**mark, "phase": "changed", "since": mark["high"], "done": 0, "last": None}
            return Changes(cursor=json.dumps(after), more=False)


@mutant("takes half for all when it fails to describe")
class HalfDescribed(BullhornConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema: Schema = await shrugged(super().describe(facts, resource))
        return schema


@mutant("takes half for all when it fails to describe", "a part of a batch")
class PartListed(SalesforceConnector):
    async def list_resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        try:
            return await super().list_resources(facts)
        except Customer360Error as error:
            if error.status != 400:
                raise
            return self.resources(facts)


def _sifted(request: Request, told: Any) -> Any:
    """Without what is no record where records are due."""
    for name in ("data", "value", "records"):
        if isinstance(told, dict) and told.get(name) and isinstance(told[name], list) and told[name][0] == "x":
            told[name] = []
    return told


@mutant("takes what is no record for no record")
class Sifting(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page: Page[Contact] = await hearing(super().search(facts, resource, query, limit=limit), _sifted)
        return page


@mutant("takes what is no record for no record", "in a sync")
class SiftingChanges(SalesforceConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes: Changes = await hearing(super().changes(facts, resource, cursor), _sifted)
        return changes


@mutant("takes what is no record for no record", "in a list")
class SiftingRelated(Microsoft365Connector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        related = super().related(facts, contact, kind, limit=limit, cursor=cursor)
        page: Page[RelatedRecord] = await hearing(related, _sifted)
        return page
