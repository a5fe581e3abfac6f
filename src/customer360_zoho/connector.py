"""What Zoho CRM can do, and the verbs; each delegates to the room that knows how."""

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
from customer360_zoho import activities, auth, contacts, metadata, sync, ties
from customer360_zoho.errors import error_of
from customer360_zoho.records import CONTACTS, KEY
from customer360_zoho.related import MODULE_OF

_NO_COQL = f"the scope {auth.COQL} was not granted"
_NO_SEARCH = f"the scope {auth.SEARCH} was not granted"


class ZohoConnector(Connector):
    """Zoho CRM by its REST API, version 8."""

    info: ClassVar[ConnectorInfo] = ConnectorInfo(
        key=KEY,
        name="Zoho CRM",
        vendor="Zoho Corporation",
        docs_url="https://www.zoho.com/crm/developer/docs/api/v8/",
        icon="zoho",
        api_version="v8",
    )
    linking: ClassVar[Linking] = auth.LINKING
    auth: ClassVar[AuthScheme] = auth.AUTH
    # Ten heavy calls (COQL) at once in every edition; the allowance per day depends on the edition.
    limits: ClassVar[Limits] = Limits(page_size=200, batch_size=100, concurrent=10)

    def hosts(self, facts: LinkFacts) -> Hosts:
        return auth.hosts(facts)

    def api_base(self, facts: LinkFacts) -> str:
        return auth.api_base(facts)

    def in_emea(self, facts: LinkFacts) -> bool:
        return auth.data_centre(facts).emea

    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return metadata.declared(facts)

    @of_facts
    def capabilities(self, facts: LinkFacts) -> Capabilities:
        """What the granted scopes allow; without a word on them, what is asked for at sign-in."""
        coql = CAN if auth.granted(facts, auth.COQL) else cannot(_NO_COQL)
        search = CAN if auth.granted(facts, auth.SEARCH) else cannot(_NO_SEARCH)
        lists_open_only = coql if coql.can else cannot(f"{_NO_COQL}, and related lists hold open activities only")

        def scoped(action: str, *modules: str) -> Support:
            missing = [module for module in modules if not auth.may(facts, module, action)]
            if len(missing) < len(modules):
                return CAN
            return cannot(f"no scope to {action.lower()} {', '.join(missing)} was granted")

        def of_people(asked: Support) -> Support:
            return asked if (readable := scoped("READ", *people)).can else readable

        people = tuple(resource.name for resource in CONTACTS)
        supports = {
            Capability.SEARCH_PHONE: of_people(coql if coql.can or not search.can else search),
            Capability.SEARCH_EMAIL: of_people(search),
            Capability.SEARCH_NAME: of_people(search),
            Capability.SEARCH_TEXT: of_people(search),
            Capability.SEARCH_FIELD: of_people(coql),
            Capability.CREATE_CONTACT: scoped("CREATE", *people),
            Capability.UPDATE_CONTACT: scoped("UPDATE", *people),
            Capability.UPDATE_ACTIVITY: scoped("UPDATE", *MODULE_OF.values()),
            Capability.LIST_ACTIVITIES: coql if (lists := scoped("READ", *MODULE_OF.values())).can else lists,
            Capability.LINK: scoped("UPDATE", "Tasks", "Calls", "Events", "Cases", "Deals"),
            Capability.UNLINK: scoped("UPDATE", "Tasks", "Calls", "Events", "Cases", "Deals"),
            Capability.DELTA: of_people(coql),
            Capability.RECORD_URL: CAN
            if auth.environment(facts) == "production"
            else cannot("the web addresses of sandboxes are not documented"),
        }
        for kind, capability in RELATED.items():
            only_by_coql = kind in (RelatedKind.TASK, RelatedKind.CALL, RelatedKind.EVENT)
            readable = scoped("READ", MODULE_OF[kind])
            supports[capability] = lists_open_only if readable.can and only_by_coql else readable
        for kind, capability in CREATE.items():
            supports[capability] = scoped("CREATE", MODULE_OF[kind])
        return Capabilities(supports)

    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        """With COQL any spelling is found; how the search by phone reads spellings is not documented."""
        return PhoneSearch.NORMALISED if auth.granted(facts, auth.COQL) else PhoneSearch.SUBSTRING

    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        if auth.granted(facts, auth.COQL):
            activity = CreateClass(
                repeat=Repeat.FINDABLE,
                lag=0.0,
                reason="the last line of the description, by COQL, which reads the records",
            )
        else:
            activity = CreateClass(repeat=Repeat.BLIND, reason=f"{_NO_COQL}: closed activities cannot be listed")
        note = CreateClass(repeat=Repeat.FINDABLE, reason="the last line of the text, in the record's list of notes")
        person = CreateClass(
            repeat=Repeat.BLIND, reason="there is no unique field of ours; an upsert by e-mail may adopt a stranger"
        )
        kinds = (RelatedKind.TASK, RelatedKind.CALL, RelatedKind.EVENT, RelatedKind.CASE)
        return {
            **dict.fromkeys(kinds, activity),
            RelatedKind.NOTE: note,
            **dict.fromkeys((ContactKind.CONTACT, ContactKind.LEAD, ContactKind.COMPANY), person),
        }

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
        return await contacts.create(draft)

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
        self._ours(draft.contact)
        self._require(facts, CREATE[draft.kind])
        await self._tie_all(facts, draft)
        return await self._about(facts, draft.contact, activities.create_activity(draft), ties.blames)

    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        self._ours(change.ref)
        self._require(facts, Capability.UPDATE_ACTIVITY)
        await activities.update_activity(change)

    async def find_created(
        self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: datetime
    ) -> RecordRef | None:
        if isinstance(draft, ContactDraft) or self.creates(facts)[draft.kind].repeat is Repeat.BLIND:
            raise self._blind(facts, draft)
        self._ours(draft.contact)
        return await activities.find_created(draft, since)

    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._ours(contact, record)
        self._require(facts, Capability.LINK)
        await self._about(facts, contact, ties.link(contact, record), ties.blames)

    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._ours(contact, record)
        self._require(facts, Capability.UNLINK)
        await ties.unlink(contact, record)

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        self._require(facts, Capability.DELTA)
        return await sync.changes(facts, resource, cursor)

    def _blind(self, facts: LinkFacts, draft: ActivityDraft | ContactDraft) -> Unsupported:
        kind = ContactKind.CONTACT if isinstance(draft, ContactDraft) else draft.kind
        reason = self.creates(facts)[kind].reason
        return Unsupported(f"{self.info.name} cannot tell whether a {kind.value} was created: {reason}")
