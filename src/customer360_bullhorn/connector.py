"""What Bullhorn can do, and the verbs; each delegates to the room that knows how."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from customer360.core.activities import ActivityChange, ActivityDraft, ActivityFilter
from customer360.core.auth import AuthScheme
from customer360.core.capabilities import (
    CAN,
    CREATE,
    RELATED,
    Capabilities,
    Capability,
    CreateClass,
    PhoneSearch,
    Repeat,
    Support,
    cannot,
)
from customer360.core.connector import SEARCHES, Connector, ConnectorInfo, Identity, Limits, of_facts
from customer360.core.effects import Request
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.linking import Hosts, LinkFacts, Linking
from customer360.core.metadata import Resource, Schema
from customer360.core.records import (
    Changes,
    Contact,
    ContactChange,
    ContactDraft,
    ContactKind,
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360.core.search import Query
from customer360.core.wire import Response
from customer360_bullhorn import activities, auth, contacts, metadata, session, sync, ties
from customer360_bullhorn.auth import KEY
from customer360_bullhorn.errors import error_of
from customer360_bullhorn.query import PAGE
from customer360_bullhorn.records import CONTACTS, KEY_FIELD
from customer360_bullhorn.related import DEALS

_NO_CASES = "Bullhorn has no cases; a recruiter's daily business is job submissions, placements, jobs, opportunities"


class BullhornConnector(Connector):
    """Bullhorn by its REST API: Lucene for its index, JPQL for its database."""

    info: ClassVar[ConnectorInfo] = ConnectorInfo(
        key=KEY,
        name="Bullhorn",
        vendor="Bullhorn, Inc.",
        docs_url="https://bullhorn.github.io/rest-api-docs/",
        icon="bullhorn",
        api_version=auth.VERSION,
    )
    linking: ClassVar[Linking] = auth.LINKING
    auth: ClassVar[AuthScheme] = session.AUTH
    limits: ClassVar[Limits] = Limits(page_size=PAGE, concurrent=10, per_window=(1500, 60.0), shared=True)

    def hosts(self, facts: LinkFacts) -> Hosts:
        return auth.hosts(facts)

    def api_base(self, facts: LinkFacts) -> str:
        return auth.api_base(facts)

    def in_emea(self, facts: LinkFacts) -> bool:
        return auth.in_emea(facts)

    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return metadata.declared(facts)

    @of_facts
    def capabilities(self, facts: LinkFacts) -> Capabilities:
        """What the user's entitlements allow, as far as sign-in told them."""
        people = tuple(each.name for each in CONTACTS)

        def allowed(right: str, *names: str) -> Support:
            if any(metadata.may(facts, name, right) for name in names):
                return CAN
            doing = {"c": "create", "u": "change"}.get(right, "see")
            return cannot(f"this user's entitlements in Bullhorn do not allow to {doing} {', '.join(names)}")

        contact, note, task, event = allowed("", *people), ("Note",), ("Task",), ("Appointment",)
        supports = {search: contact for search in SEARCHES.values()} | {Capability.DELTA: contact}
        supports |= {
            Capability.CREATE_CONTACT: allowed("c", *people),
            Capability.UPDATE_CONTACT: allowed("u", *people),
            Capability.RELATED_NOTES: allowed("", *note),
            Capability.RELATED_CALLS: allowed("", *note),
            Capability.RELATED_TASKS: allowed("", *task),
            Capability.RELATED_EVENTS: allowed("", *event),
            Capability.RELATED_CASES: cannot(_NO_CASES),
            Capability.RELATED_DEALS: allowed("", *(name for names in DEALS.values() for name in names)),
            Capability.CREATE_NOTE: allowed("c", *note),
            Capability.CREATE_CALL: allowed("c", *note),
            Capability.CREATE_TASK: allowed("c", *task),
            Capability.CREATE_EVENT: allowed("c", *event),
            Capability.CREATE_CASE: cannot(_NO_CASES),
            Capability.UPDATE_ACTIVITY: allowed("u", *note, *task, *event),
            Capability.LIST_ACTIVITIES: CAN,
            Capability.LINK: allowed("u", *note, *task, *event),
            Capability.UNLINK: allowed("u", *note, *task, *event),
            Capability.RECORD_URL: CAN,
        }
        return Capabilities(supports)

    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        """How the index reads numbers is not documented; every reading is asked for within one request."""
        return PhoneSearch.NORMALISED

    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        key = CreateClass(
            repeat=Repeat.FINDABLE, lag=0.0, reason="the note's external id, in the person's list of notes"
        )
        line = CreateClass(
            repeat=Repeat.FINDABLE, lag=0.0, reason="the last line of the text, by /query, which reads the database"
        )
        indexed = CreateClass(repeat=Repeat.FINDABLE, reason="the external id, by the index, which lags")
        stored = CreateClass(repeat=Repeat.FINDABLE, lag=0.0, reason="the external id, by /query")
        blind = CreateClass(repeat=Repeat.BLIND, reason="there is no field for a key, and no upsert")
        return {
            RelatedKind.NOTE: key,
            RelatedKind.CALL: key,
            RelatedKind.TASK: line,
            RelatedKind.EVENT: line,
            ContactKind.CANDIDATE: indexed,
            ContactKind.CONTACT: stored,
            ContactKind.LEAD: blind,
            ContactKind.COMPANY: blind,
        }

    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return error_of(KEY, request, response)

    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        return metadata.record_url(facts, ref) if ref.crm == self.info.key else None

    async def locate(self, facts: LinkFacts) -> Mapping[str, str]:
        return await auth.locate(facts)

    async def identify(self, facts: LinkFacts) -> Identity:
        return await metadata.identify(facts)

    async def list_resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return await metadata.list_resources(facts)

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        return await metadata.describe(resource)

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        self._require(facts, SEARCHES[type(query)])
        return await contacts.search(facts, resource, query, limit=limit)

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        self._ours(ref)
        return await contacts.get(facts, ref)

    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        self._require(facts, Capability.CREATE_CONTACT)
        return await contacts.create(facts, draft)

    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        self._ours(change.ref)
        self._require(facts, Capability.UPDATE_CONTACT)
        await contacts.update(change)

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        self._ours(contact)
        self._require(facts, RELATED[kind])
        return await activities.related(facts, contact, kind, limit=limit, cursor=cursor)

    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        self._ours(query.contact)
        self._require(facts, Capability.LIST_ACTIVITIES)
        return await activities.activities(facts, query)

    async def tied(self, facts: LinkFacts, draft: ActivityDraft) -> tuple[RecordRef, ...]:
        self._ours(draft.contact)
        return ties.tied(draft)

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        self._ours(draft.contact, draft.owner)
        self._require(facts, CREATE[draft.kind])
        await self._tie_all(facts, draft)
        await contacts.must_stand(draft.contact)
        return await activities.create_activity(facts, draft)

    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        self._ours(change.ref)
        self._require(facts, Capability.UPDATE_ACTIVITY)
        await activities.update_activity(change)

    async def find_created(
        self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: datetime
    ) -> RecordRef | None:
        if not isinstance(draft, ContactDraft):
            self._ours(draft.contact)
            if draft.kind not in self.creates(facts):
                raise self._cannot(facts, CREATE[draft.kind])
            return await activities.find_created(draft, since)
        if draft.resource not in KEY_FIELD or draft.key is None:
            reason = "the draft has no key" if draft.key is None else "there is no field for a key, and no upsert"
            raise Unsupported(f"{self.info.name} cannot tell whether a {draft.resource} was created: {reason}")
        return await contacts.find_by_key(draft.resource, draft.key)

    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._ours(contact, record)
        self._require(facts, Capability.LINK)
        await ties.link(contact, record)

    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._ours(contact, record)
        self._require(facts, Capability.UNLINK)
        await ties.unlink(contact, record)

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        self._require(facts, Capability.DELTA)
        return await sync.changes(facts, resource, cursor)
