"""The wrong connectors of :mod:`customer360_testkit.conformance.failing.meaning`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.effects import GET, Operation, Request
from customer360.core.errors import (
    Conflict,
    CrmUnavailable,
    Customer360Error,
    Duplicate,
    Gone,
    QuotaExceeded,
    RateLimited,
    UnexpectedAnswer,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Changes,
    Contact,
    ContactChange,
    ContactDraft,
    Page,
    RecordRef,
)
from customer360.core.search import FieldIs, Query
from customer360.core.wire import Response
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


class _Saying(ZohoConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        error = super().error(facts, request, response)
        return None if error is None else self.said(error, response)

    def said(self, error: Customer360Error, response: Response) -> Customer360Error:
        raise NotImplementedError


@mutant("is sure that what took too long was not written")
class Impatient(_Saying):
    def said(self, error: Customer360Error, response: Response) -> Customer360Error:
        return CrmUnavailable("too slow", status=408, retryable=False) if response.status == 408 else error


@mutant("gives up a change that somebody else was faster with")
class Offended(_Saying):
    def said(self, error: Customer360Error, response: Response) -> Customer360Error:
        if isinstance(error, Conflict):
            return Conflict(error.what, status=error.status, retryable=False)
        return error


@mutant("tries again what is used up")
class Stubborn(_Saying):
    def said(self, error: Customer360Error, response: Response) -> Customer360Error:
        return RateLimited(error.what, status=429) if isinstance(error, QuotaExceeded) else error


@mutant("tries again what is used up", "a mailbox that is full")
class Cramming(Microsoft365Connector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        error = super().error(facts, request, response)
        return CrmUnavailable(error.what, status=507) if isinstance(error, QuotaExceeded) else error


@mutant("takes a moment for a day", "where the body alone tells it")
class Bodiless(BullhornConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        error = super().error(facts, request, response)
        lost = isinstance(error, RateLimited) and response.status != 429
        return UnexpectedAnswer("nobody knows this answer", status=response.status) if lost else error


@mutant("takes a moment for a day")
class Dramatic(_Saying):
    def said(self, error: Customer360Error, response: Response) -> Customer360Error:
        words = b"TOO_MANY_REQUESTS" in response.content
        return QuotaExceeded(error.what, status=429) if isinstance(error, RateLimited) and words else error


@mutant("takes a lock for a change of somebody else")
class Suspecting(_Saying):
    def said(self, error: Customer360Error, response: Response) -> Customer360Error:
        return Conflict(error.what, status=error.status) if error.vendor_code == "RECORD_IN_BLUEPRINT" else error


@mutant("leads from a double to somebody else")
class Misleading(_Saying):
    def said(self, error: Customer360Error, response: Response) -> Customer360Error:
        if isinstance(error, Duplicate) and error.existing is not None:
            return Duplicate(error.what, existing=RecordRef("zoho", "Accounts", error.existing.id))
        return error


class _Insisting(SalesforceConnector):
    """Lets the organisation's rule against doubles be passed over."""

    async def insist(self, op: Operation[Any]) -> Any:
        def insisted(request: Request) -> Request:
            header = ("Sforce-Duplicate-Rule-Header", "allowSave=true")
            return attrs.evolve(request, headers=(*request.headers, header))

        return await hearing(op, send=insisted)


@mutant("leads from a double to somebody else", "nowhere: the rule is passed over")
class Overriding(_Insisting):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        ref: RecordRef = await self.insist(super().create(facts, draft))
        return ref


@mutant("leads from a double to somebody else", "nowhere: the rule is passed over for leads")
class OverridingLeads(_Insisting):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        made = super().create(facts, draft)
        ref: RecordRef = await (self.insist(made) if draft.resource == "Lead" else made)
        return ref


@mutant("leads from a double to somebody else", "nowhere: a change passes the rule over")
class Overwriting(_Insisting):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        await self.insist(super().update(facts, change))


@mutant("does not say who a lead became")
class Closed(ZohoConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        try:
            return await super().get(facts, ref)
        except Gone as error:
            raise Gone(error.what, status=error.status) from None


@mutant("finds who a lead was")
class Haunted(ZohoConnector):
    seen: ClassVar[dict[RecordRef, Contact]] = {}

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if resource != "Leads" or not isinstance(query, FieldIs) or query.field != "Last_Name":
            return page
        self.seen.update((hit.ref, hit) for hit in page.items)
        return Page(tuple(hit for hit in self.seen.values() if hit.family_name == query.value), page.next)


@mutant("keeps who was merged away")
class Sentimental(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        if resource != "Contacts" or len(changes.gone) != 1:
            return changes
        answer = await GET(f"/{resource}/deleted", {"type": "recycle"})
        binned = answer.content if answer.status == 200 else b""
        return attrs.evolve(changes, gone=tuple(each for each in changes.gone if each.id.encode() in binned))
