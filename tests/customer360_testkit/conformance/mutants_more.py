"""Connectors found by trying to be wrong without being caught: what only a second look at the first suite could see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
from tests.customer360_testkit.conformance.registry import Drafting, Listing, Reading, Searching, Syncing, mutant

from customer360.core.activities import (
    ActivityChange,
    ActivityDraft,
    ActivityFilter,
    CallDraft,
    CaseDraft,
    NoteDraft,
    Operator,
    Priority,
    TaskDraft,
)
from customer360.core.capabilities import PhoneSearch
from customer360.core.effects import Request
from customer360.core.errors import (
    CrmUnavailable,
    Customer360Error,
    QuotaExceeded,
    RateLimited,
    UnexpectedAnswer,
    ValidationFailed,
)
from customer360.core.linking import LinkFacts
from customer360.core.metadata import Resource, Schema
from customer360.core.records import (
    UNSET,
    Changes,
    Contact,
    ContactChange,
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360.core.search import NameHas, Query
from customer360.core.wire import Response
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector

Hits = tuple[Contact, ...]

# People ---------------------------------------------------------------------------------------------------------------


@mutant("calls people by their address")
class Addressing(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, name=contact.emails[0].address) if contact.emails and contact.phones else contact


@mutant("leads from a contact to the start page")
class StartPage(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, url="https://crm.zoho.eu/")


@mutant("forgets where people work")
class Unemployed(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, company=None)


class _Changing(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        await super().update(facts, attrs.evolve(change, fields=self.sent(dict(change.fields))))

    def sent(self, fields: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError


@mutant("clears nothing while it sets something")
class HalfClearing(_Changing):
    def sent(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if value is not None} or fields


@mutant("changes addresses to small letters")
class Lowering(_Changing):
    def sent(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value.lower() if name == "Email" and value else value for name, value in fields.items()}


@mutant("reads the first of several texts only")
class FirstText(Microsoft365Connector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        if "Severaltexts" not in contact.name:
            return contact
        firsts = {phone.field: phone for phone in reversed(contact.phones)}
        return attrs.evolve(contact, phones=tuple(each for each in contact.phones if firsts[each.field] is each))


@mutant("takes a refused change for done")
class Unrefusing(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        try:
            await super().update(facts, change)
        except ValidationFailed:
            return


@mutant("forgets a field of numbers")
class Faxless(ZohoConnector):
    async def list_resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        resources = await super().list_resources(facts)
        return tuple(attrs.evolve(each, phones=each.phones[:1]) for each in resources)


@mutant("does not say what is required")
class Optional(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        return attrs.evolve(schema, fields=tuple(attrs.evolve(field, required=False) for field in schema.fields))


@mutant("leads to a page beside the record")
class Beside(ZohoConnector):
    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        url = super().record_url(facts, ref)
        return f"{url}0" if url else None


@mutant("leads to a stranger's page")
class Strange(ZohoConnector):
    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        known = super().record_url(facts, ref)
        return f"https://crm.collector.example/{facts.settings['data_centre']}/{ref.id}" if known else None


@mutant("says that numbers are not searched")
class Numberblind(ZohoConnector):
    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        return PhoneSearch.NONE


# Finding and syncing --------------------------------------------------------------------------------------------------


@mutant("finds people with one of their numbers")
class OneOfMany(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return tuple(attrs.evolve(hit, phones=hit.phones[: 1 if isinstance(query, NameHas) else None]) for hit in hits)


@mutant("finds people as they were once")
class Outdated(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return tuple(attrs.evolve(hit, version="2020-01-01T00:00:00+00:00") for hit in hits)


@mutant("finds the first few only")
class Few(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        return Page(page.items[:10] if query == NameHas("Quillthrong") else page.items, page.next)


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


# Activities -----------------------------------------------------------------------------------------------------------


@mutant("loses the lines of a note")
class NoteFlattening(Drafting):
    def sent(self, draft: Any) -> Any:
        lines = isinstance(draft, NoteDraft) and draft.key.startswith("line-")
        return attrs.evolve(draft, text=" ".join(draft.text.split())) if lines else draft


@mutant("cuts a subject")
class SubjectCutting(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, subject=draft.subject[:60])


class _Tasking(Drafting):
    def sent(self, draft: Any) -> Any:
        return self.task(draft) if isinstance(draft, TaskDraft) else draft

    def task(self, draft: TaskDraft) -> TaskDraft:
        raise NotImplementedError


@mutant("drops what a rule adds to a task")
class TaskRuleless(_Tasking):
    def task(self, draft: TaskDraft) -> TaskDraft:
        return draft if len(draft.extra) > 1 else attrs.evolve(draft, extra={})


@mutant("gives a task to another than it is for")
class Hogging(_Tasking):
    def task(self, draft: TaskDraft) -> TaskDraft:
        return attrs.evolve(draft, owner=None)


@mutant("dates what it lists by another clock")
class Clockwork(Listing):
    def listed(self, records: tuple[RelatedRecord, ...]) -> tuple[RelatedRecord, ...]:
        return tuple(
            attrs.evolve(record, created_at=record.created_at and record.created_at + timedelta(hours=2))
            for record in records
        )


class _Calling(Drafting):
    def sent(self, draft: Any) -> Any:
        return self.call(draft) if isinstance(draft, CallDraft) else draft

    def call(self, draft: CallDraft) -> CallDraft:
        raise NotImplementedError


@mutant("forgets how a call ended")
class Resultless(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, disposition=None)


@mutant("forgets the recording of a call")
class Tapeless(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, recording_url=None)


@mutant("drops what it does not know of a call")
class Callous(_Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, extra={name: each for name, each in draft.extra.items() if name[:5] != "Quill"})


@mutant("forgets how urgent a case is")
class CalmCase(Drafting):
    def sent(self, draft: Any) -> Any:
        low = isinstance(draft, CaseDraft) and draft.priority is Priority.LOW
        return attrs.evolve(draft, priority=Priority.HIGH) if low else draft


@mutant("leads from every call to one page")
class OnePage(Listing):
    def listed(self, records: tuple[RelatedRecord, ...]) -> tuple[RelatedRecord, ...]:
        return tuple(attrs.evolve(record, url="https://crm.zoho.eu/") for record in records)


class _Amending(ZohoConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        await super().update_activity(facts, self.amended(change))

    def amended(self, change: ActivityChange) -> ActivityChange:
        raise NotImplementedError


@mutant("cannot clear the day of a task")
class Dayful(_Amending):
    def amended(self, change: ActivityChange) -> ActivityChange:
        return attrs.evolve(change, due_on=UNSET) if change.due_on is None else change


@mutant("cannot clear the text of a task")
class Textful(_Amending):
    def amended(self, change: ActivityChange) -> ActivityChange:
        return attrs.evolve(change, text=UNSET) if change.text is None else change


@mutant("drops what a rule changes")
class Unruled(_Amending):
    def amended(self, change: ActivityChange) -> ActivityChange:
        return attrs.evolve(change, extra={})


@mutant("does not change a call")
class Callproof(ZohoConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        if change.kind is not RelatedKind.CALL or change.text is UNSET:
            await super().update_activity(facts, change)


@mutant("lists whatever was asked for")
class Unconditional(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        titled = [each.operator for each in query.conditions if each.values == ("Quill 1",)] == [Operator.EQUALS]
        return await super().activities(facts, attrs.evolve(query, conditions=()) if titled else query)


@mutant("lists in an order of its own")
class Disorderly(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        return await super().activities(facts, attrs.evolve(query, sort=None))


# Failing --------------------------------------------------------------------------------------------------------------


class _Judging(ZohoConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return self.judged(response, super().error(facts, request, response))

    def judged(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        raise NotImplementedError


@mutant("reads half an answer")
class Halving(_Judging):
    def judged(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return None if response.status == 200 and response.content[:1] == b"{" else error


@mutant("does not say with which status it was refused")
class Statusless(_Judging):
    def judged(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        if error is not None:
            error.status = None
        return error


@mutant("waits for hours where seconds will do")
class Pessimistic(_Judging):
    def judged(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        silent = isinstance(error, RateLimited) and response.header("retry-after") is None and not response.content
        return QuotaExceeded("all used up", status=429) if silent else error


@mutant("finds nothing when the CRM is down")
class Deaf(ZohoConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        try:
            return await super().related(facts, contact, kind, **more)
        except CrmUnavailable:
            return Page(())


@mutant("retries a change")
class Rechanging(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        try:
            await super().update(facts, change)
        except CrmUnavailable:
            await super().update(facts, change)


@mutant("takes a refused activity for written")
class Denying(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        try:
            return await super().create_activity(facts, draft)
        except UnexpectedAnswer:
            return RecordRef("zoho", "Calls", "1")
