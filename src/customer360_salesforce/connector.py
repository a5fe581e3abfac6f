"""What Salesforce can do, and the verbs; each delegates to the room that knows how."""

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
from customer360_salesforce import activities, auth, contacts, metadata, sync, ties
from customer360_salesforce.auth import KEY
from customer360_salesforce.errors import error_of
from customer360_salesforce.records import CONTACTS
from customer360_salesforce.related import OBJECT_OF

_NO_API = "the scope api was not granted"
_CONTACT_OBJECTS = {
    ContactKind.CONTACT: "Contact",
    ContactKind.LEAD: "Lead",
    ContactKind.COMPANY: "Account",
}


class SalesforceConnector(Connector):
    """Salesforce by its REST API: SOQL for the records, SOSL for its index."""

    info: ClassVar[ConnectorInfo] = ConnectorInfo(
        key=KEY,
        name="Salesforce",
        vendor="Salesforce, Inc.",
        docs_url="https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/",
        icon="salesforce",
        api_version=auth.VERSION,
    )
    linking: ClassVar[Linking] = auth.LINKING
    auth: ClassVar[AuthScheme] = auth.AUTH
    # 25 long requests at once in production, 5 in developer and trial organisations; the allowance is per day.
    limits: ClassVar[Limits] = Limits(page_size=2000, batch_size=200, concurrent=10)

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
        """What the scope and the user's rights allow, as far as sign-in told them."""
        if not auth.has_api(facts):
            return Capabilities(dict.fromkeys(Capability, cannot(_NO_API)))
        people = tuple(each.name for each in CONTACTS)
        ties = ("Task", "Event", "Case", "Opportunity")

        def allowed(right: str, *names: str) -> Support:
            if any(metadata.may(facts, name, right) for name in names):
                return CAN
            doing = {"c": "create", "u": "change"}.get(right, "see")
            return cannot(f"this user's rights in Salesforce do not allow to {doing} {', '.join(names)}")

        contact = allowed("", *people)
        supports = {search: contact for search in SEARCHES.values()} | {Capability.DELTA: contact}
        supports |= {
            Capability.CREATE_CONTACT: allowed("c", *people),
            Capability.UPDATE_CONTACT: allowed("u", *people),
            Capability.UPDATE_ACTIVITY: allowed("u", "Task", "Event", "Case", metadata.notes_object(facts)),
            Capability.LIST_ACTIVITIES: allowed("", *ties),
            Capability.LINK: allowed("u", *ties),
            Capability.UNLINK: allowed("u", *ties),
            Capability.RECORD_URL: CAN if auth.instance_host(facts) else cannot("no token has named the instance yet"),
        }
        supports |= {capability: allowed("", self._object(facts, kind)) for kind, capability in RELATED.items()}
        supports |= {capability: allowed("c", self._object(facts, kind)) for kind, capability in CREATE.items()}
        return Capabilities(supports)

    def _object(self, facts: LinkFacts, kind: RelatedKind) -> str:
        return metadata.notes_object(facts) if kind is RelatedKind.NOTE else OBJECT_OF[kind]

    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        """The index compares digits; country codes and trunk zeros are the connector's to vary, within one request."""
        return PhoneSearch.NORMALISED

    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        native = CreateClass(
            repeat=Repeat.NATIVE, lag=0.0, reason="an upsert by the external id field makes one of two"
        )
        line = CreateClass(
            repeat=Repeat.FINDABLE, lag=0.0, reason="the last line of the text, by SOQL, which reads the records"
        )
        person = CreateClass(
            repeat=Repeat.BLIND, reason="no external id field is set up; an upsert by e-mail may adopt a stranger"
        )
        records: dict[RelatedKind | ContactKind, CreateClass] = {
            kind: native if metadata.keyed(facts, self._object(facts, kind)) else line for kind in CREATE
        }
        for kind, name in _CONTACT_OBJECTS.items():
            records[kind] = native if metadata.keyed(facts, name) else person
        return records

    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return error_of(KEY, request, response)

    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        return metadata.record_url(facts, ref) if ref.crm == self.info.key else None

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
        return await ties.tied(facts, draft)

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        self._ours(draft.contact)
        self._require(facts, CREATE[draft.kind])
        await self._tie_all(facts, draft)
        return await self._about(facts, draft.contact, activities.create_activity(facts, draft), ties.blames)

    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        self._ours(change.ref)
        self._require(facts, Capability.UPDATE_ACTIVITY)
        await activities.update_activity(change)

    async def find_created(
        self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: datetime
    ) -> RecordRef | None:
        if not isinstance(draft, ContactDraft):
            self._ours(draft.contact)
            return await activities.find_created(facts, draft, since)
        field = metadata.keyed(facts, draft.resource)
        if field is None or draft.key is None:
            reason = self.creates(facts)[ContactKind.CONTACT].reason if field is None else "the draft has no key"
            raise Unsupported(f"{self.info.name} cannot tell whether a {draft.resource} was created: {reason}")
        return await activities.find_by_key(draft.resource, field, draft.key)

    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._ours(contact, record)
        self._require(facts, Capability.LINK)
        await self._about(facts, contact, ties.link(facts, contact, record), ties.blames)

    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._ours(contact, record)
        self._require(facts, Capability.UNLINK)
        await ties.unlink(facts, contact, record)

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        self._require(facts, Capability.DELTA)
        return await sync.changes(facts, resource, cursor)
