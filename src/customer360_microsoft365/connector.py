"""What Microsoft 365 can do, and the verbs; each delegates to the room that knows how."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final

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
from customer360_microsoft365 import activities, auth, contacts, metadata, notes, sync, tasks
from customer360_microsoft365.errors import error_of
from customer360_microsoft365.places import KEY, PERSON

_PEOPLE_ONLY: Final = "people only: names and e-mail addresses"


def _scoped(facts: LinkFacts, *scopes: str) -> Support:
    missing = [scope for scope in scopes if not auth.granted(facts, scope)]
    return cannot(f"the permission {' and '.join(missing)} was not granted") if missing else CAN


class Microsoft365Connector(Connector):
    """Microsoft 365 (Outlook contacts, To Do, calendar) by Microsoft Graph v1.0: the signed-in user's own mailbox."""

    info: ClassVar[ConnectorInfo] = ConnectorInfo(
        key=KEY,
        name="Microsoft 365",
        vendor="Microsoft Corporation",
        docs_url="https://learn.microsoft.com/graph/api/overview?view=graph-rest-1.0",
        icon="microsoft365",
        api_version="v1.0",
    )
    linking: ClassVar[Linking] = auth.LINKING
    auth: ClassVar[AuthScheme] = auth.AUTH
    # Of one application in one mailbox.
    limits: ClassVar[Limits] = Limits(page_size=999, batch_size=20, concurrent=4, per_window=(10_000, 600.0))
    # A contact, its tasks, calls and events are four requests: as many as a mailbox takes at once.
    within_contact: ClassVar[frozenset[RelatedKind]] = frozenset({RelatedKind.NOTE})

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
        """What the granted scopes and the cloud allow; without a word on the scopes, what is asked for at sign-in."""
        people = _scoped(facts, auth.PEOPLE)
        book, todo, calendar = (_scoped(facts, each) for each in (auth.CONTACTS, auth.TASKS, auth.CALENDARS))
        china = auth.in_china(facts)
        links = cannot(tasks.NO_LINKS) if china else todo
        either = calendar if calendar.can else links if links.can else calendar
        nothing = cannot(activities.NONE_SUCH)
        return Capabilities(
            {
                Capability.SEARCH_PHONE: cannot(contacts.NO_PHONES),
                Capability.SEARCH_EMAIL: book,
                Capability.SEARCH_NAME: book,
                Capability.SEARCH_TEXT: Support(True, _PEOPLE_ONLY) if people.can else cannot(contacts.NO_TEXT),
                Capability.SEARCH_FIELD: Support(True, "names, company and e-mail") if book.can else book,
                Capability.CREATE_CONTACT: book,
                Capability.UPDATE_CONTACT: book,
                Capability.RELATED_NOTES: book,
                Capability.RELATED_TASKS: links,
                Capability.RELATED_CALLS: calendar,
                Capability.RELATED_EVENTS: calendar,
                Capability.RELATED_CASES: nothing,
                Capability.RELATED_DEALS: nothing,
                Capability.CREATE_NOTE: book,
                Capability.CREATE_TASK: todo,
                Capability.CREATE_CALL: calendar,
                Capability.CREATE_EVENT: calendar,
                Capability.CREATE_CASE: nothing,
                Capability.UPDATE_ACTIVITY: next((each for each in (book, todo, calendar) if each.can), book),
                Capability.LIST_ACTIVITIES: next((each for each in (links, calendar, todo, book) if each.can), todo),
                Capability.LINK: either,
                Capability.UNLINK: either,
                Capability.DELTA: cannot(sync.NO_DELTA) if china else book,
                Capability.RECORD_URL: cannot("the vendor documents no web address of a contact; events bring theirs"),
            }
        )

    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        return PhoneSearch.NONE

    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        event = CreateClass(
            repeat=Repeat.NATIVE, reason="transactionId: the vendor refuses a second event with it and names the first"
        )
        note = CreateClass(
            repeat=Repeat.NATIVE,
            reason="appended to the contact's text only if that is as it was read, and once per key",
        )
        if auth.in_china(facts):
            task = CreateClass(repeat=Repeat.BLIND, reason=tasks.NO_LINKS)
        else:
            task = CreateClass(repeat=Repeat.FINDABLE, reason="a linked resource with the key, in the list of tasks")
        person = CreateClass(repeat=Repeat.FINDABLE, reason="an extended property with the key, which can be filtered")
        return {
            RelatedKind.NOTE: note,
            RelatedKind.TASK: task,
            RelatedKind.CALL: event,
            RelatedKind.EVENT: event,
            ContactKind.CONTACT: person,
        }

    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return error_of(facts, request, response)

    def related_within(self, facts: LinkFacts, contact: Contact, kind: RelatedKind) -> tuple[RelatedRecord, ...]:
        return notes.within(contact) if kind is RelatedKind.NOTE else ()

    async def identify(self, facts: LinkFacts) -> Identity:
        return await metadata.identify(facts)

    async def list_resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return await metadata.list_resources(facts)

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        return metadata.describe(resource)

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        needed = SEARCHES[type(query)]
        if resource == PERSON and needed is not Capability.SEARCH_PHONE:
            support = _scoped(facts, auth.PEOPLE)
            if not support.can:
                raise Unsupported(f"{self.info.name}: people cannot be searched: {support.reason}")
        else:
            self._require(facts, needed)
        return await contacts.search(facts, resource, query, limit=limit)

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        self._ours(ref)
        return await contacts.get(ref)

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
        kind = activities.kind_of(query.resource)
        if query.contact is not None:
            self._require(facts, RELATED[kind])
        return await activities.activities(facts, query)

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        self._ours(draft.contact)
        self._require(facts, CREATE[draft.kind])
        await self._tie_all(facts, draft)
        return await activities.create_activity(facts, draft)

    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        self._ours(change.ref)
        self._require(facts, CREATE.get(change.kind, RELATED[change.kind]))
        await activities.update_activity(facts, change)

    async def find_created(
        self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: datetime
    ) -> RecordRef | None:
        if isinstance(draft, ContactDraft):
            return await contacts.find_created(facts, draft)
        self._ours(draft.contact)
        self._require(facts, CREATE[draft.kind])
        made = self.creates(facts)[draft.kind]
        if made.repeat is Repeat.BLIND:
            raise Unsupported(f"{self.info.name} cannot tell whether a {draft.kind.value} was created: {made.reason}")
        return await activities.find_created(facts, draft)

    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._ours(contact, record)
        self._require(facts, self._linking(facts, Capability.LINK, record))
        await activities.link(facts, contact, record)

    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._ours(contact, record)
        self._require(facts, self._linking(facts, Capability.UNLINK, record))
        await activities.unlink(facts, contact, record)

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        self._require(facts, Capability.DELTA)
        return await sync.changes(facts, resource, cursor)

    def _linking(self, facts: LinkFacts, verb: Capability, record: RecordRef) -> Capability:
        """The capability that linking this record needs: listing it by its contact is possible where linking is."""
        self._require(facts, verb)
        return RELATED[activities.linkable(record)]
