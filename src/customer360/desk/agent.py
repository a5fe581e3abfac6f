"""One agent's login at one CRM: find, search, read and write, with or without an interaction (B2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

import attrs

from customer360.connections import Connection
from customer360.core.activities import ActivityDraft, ActivityFilter, as_read
from customer360.core.capabilities import CREATE, Capabilities
from customer360.core.effects import Now, Ok, Random, Within, settle, within
from customer360.core.errors import AuthError, Customer360Error, InvalidValue, OtherOrganisation, Unsupported
from customer360.core.interactions import Channel, Interaction
from customer360.core.matching import (
    INTERACTION,
    ByEmail,
    ByName,
    ByPhone,
    Criterion,
    MatchPolicy,
    MatchResult,
    MatchStep,
    MatchStepKind,
)
from customer360.core.metadata import Resource, Schema
from customer360.core.paging import check_limit
from customer360.core.phones import read
from customer360.core.records import (
    Contact,
    ContactChange,
    ContactDraft,
    Fields,
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360.core.search import NameHas
from customer360.desk.by_hand import write_down
from customer360.desk.office import Office
from customer360.flows.match import find
from customer360.outbox.delivery import Delivered
from customer360.outbox.keys import activity_key
from customer360.outbox.rows import NOT_KNOWN, AcceptedFor
from customer360.outbox.untied import untied_of


@attrs.frozen(kw_only=True)
class SearchResult:
    """What a search by hand found, resource by resource in the administrator's order.

    ``gaps`` name what could not be searched, and why: an empty ``contacts`` is "nobody" only without them.
    """

    contacts: tuple[Contact, ...] = ()
    truncated: bool = False
    gaps: tuple[MatchStep, ...] = ()


class AgentDesk:
    """What an agent can do at one CRM; any number of threads and tasks may use it.

    It belongs to the organisation that it was opened at (and, where records are private, to one user of it), for the
    records that it has shown are that one's: the same ids may be other customers elsewhere.
    """

    def __init__(self, office: Office, crm: str, agent_id: str) -> None:
        if not isinstance(agent_id, str) or not agent_id.strip():
            raise InvalidValue("the agent has no id", next_step="give your own id of the agent who has signed in")
        self.office = office
        self.crm = crm
        self.agent_id = agent_id
        self.opened_at: AcceptedFor | None = None

    async def connection(self) -> Connection:
        """The agent's authorised link.

        Raises :class:`NotLinked`, :class:`NeedsAuthorization`, :class:`NeedsRelink`, :class:`PluginMissing`,
        :class:`OtherOrganisation`.
        """
        connection = await self.office.links.connection(self.office.tenant_id, self.crm, self.agent_id)
        there = self.opened_at
        if there is None:
            self.opened_at = AcceptedFor(connection.organisation, connection.user)
        elif there.organisation != connection.organisation:
            raise OtherOrganisation(
                f"{self.crm} is linked to another organisation than when this session was opened", next_step=_ANEW
            )
        elif connection.private and there.crm_user != connection.user:
            raise OtherOrganisation(
                f"this agent has signed in to {self.crm} as another user than when this session was opened",
                next_step=_ANEW,
            )
        return connection

    async def address(self) -> str:
        """Where requests go: to open a connection ahead. Raises what :meth:`connection` raises."""
        connection = await self.connection()
        return connection.connector.api_base(connection.facts)

    async def accepted_for(self, drafts: Iterable[ActivityDraft]) -> dict[str, AcceptedFor]:
        """For whom activities are accepted here, by CRM: for where this desk was opened, whatever is linked by now."""
        whose = {self.crm: self.opened_at or NOT_KNOWN}
        for crm in {draft.contact.crm for draft in drafts} - {self.crm}:
            whose[crm] = await self.office.accepted_for(crm, self.agent_id)
        return whose

    # What the CRM says of itself --------------------------------------------------------------------------------------

    async def resources(self) -> tuple[Resource, ...]:
        """The resources configured for agents (F116)."""
        return (await self.connection()).resources

    async def capabilities(self) -> Capabilities:
        """What this link can do, each with the reason where it cannot (F095)."""
        return (await self.connection()).capabilities

    async def describe(self, resource: str) -> Schema:
        """The fields of one resource."""
        connection = await self.connection()
        op = connection.run(connection.connector.describe(connection.facts, _configured(connection, resource).name))
        return await within(self.office.deadlines.read, op)

    # Finding ----------------------------------------------------------------------------------------------------------

    async def find_contacts(
        self, *, phone: str | None = None, email: str | None = None, name: str | None = None
    ) -> MatchResult:
        """Contacts whose number, address or whole name is the one given, in any spelling; exactly one of the three."""
        given = [(kind, text) for kind, text in (("phone", phone), ("email", email), ("name", name)) if text]
        if len(given) != 1:
            raise InvalidValue("give exactly one of phone, email and name")
        kind, text = given[0]
        channel, criterion = _ASKED[kind]
        asked = Interaction(
            id="search",
            channel=channel,
            customer=text if kind != "name" else None,
            customer_name=text if kind == "name" else None,
            started_at=datetime.fromtimestamp(await Now(), UTC),
        )
        policy = _by_hand(self.office.policy, channel, criterion)
        patience = self.office.deadlines.read
        return await find(await self.connection(), asked, policy, index=self.office.index, patience=patience)

    async def search_contacts(self, text: str, *, limit: int = 20) -> SearchResult:
        """Search by what an agent types: an e-mail address, a phone number, else the beginning of a name (F008-F010).

        Raises what went wrong if no resource could be searched.
        """
        if not isinstance(text, str) or not (typed := " ".join(text.split())):
            raise InvalidValue("the search text is empty", next_step="ask for a name, a number or an address")
        check_limit(limit)
        if "@" in typed:
            found = _as_search(await self.find_contacts(email=typed), limit)
            return attrs.evolve(found, gaps=tuple(_NO_ADDRESS if s.where == INTERACTION else s for s in found.gaps))
        number = None if any(c.isalpha() for c in typed) else read(typed, self.office.policy.regions)
        if number is not None:
            return _as_search(await self.find_contacts(phone=typed), limit)
        return await self._search_names(await self.connection(), typed, limit)

    async def _search_names(self, connection: Connection, text: str, limit: int) -> SearchResult:
        places = connection.contact_resources
        if not places:
            raise Unsupported(
                f"{self.crm}: no contact resource is configured", next_step="configure the resources of the link"
            )

        def search(resource: Resource) -> Within[Page[Contact]]:
            op = connection.connector.search(connection.facts, resource.name, NameHas(text), limit=limit)
            return within(self.office.deadlines.read, connection.run(op))

        outcomes = await settle(*[search(resource) for resource in places])
        contacts: list[Contact] = []
        gaps: list[MatchStep] = []
        errors: list[Exception] = []
        truncated = False
        for resource, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, Ok):
                contacts += outcome.value.items
                truncated = truncated or outcome.value.next is not None
            elif isinstance(outcome.error, Customer360Error):
                errors.append(outcome.error)
                gaps.append(MatchStep(MatchStepKind.FAILED, "name", resource.label, outcome.error.what))
            else:
                raise outcome.error
        if len(errors) == len(places):
            raise errors[0]
        return SearchResult(
            contacts=tuple(contacts[:limit]), truncated=truncated or len(contacts) > limit, gaps=tuple(gaps)
        )

    async def get_contact(self, ref: RecordRef) -> Contact:
        """One contact with all its fields. Raises :class:`NotFound` or :class:`Gone`."""
        connection = await self.connection()
        _ours(connection, ref)
        return await within(self.office.deadlines.read, connection.run(connection.connector.get(connection.facts, ref)))

    # Listing ----------------------------------------------------------------------------------------------------------

    async def related(
        self, contact: RecordRef, kind: RelatedKind, *, limit: int, cursor: str | None
    ) -> Page[RelatedRecord]:
        """A page of a contact's records of one kind. Raises :class:`Unsupported` where the CRM has no such kind."""
        check_limit(limit)
        connection = await self.connection()
        _ours(connection, contact)
        op = connection.connector.related(connection.facts, contact, kind, limit=limit, cursor=cursor)
        return _as_read(await within(self.office.deadlines.read, connection.run(op)))

    async def activities(self, wanted: ActivityFilter) -> Page[RelatedRecord]:
        """A page of a filtered listing. Raises :class:`Unsupported` for what the CRM cannot list or compare so."""
        connection = await self.connection()
        _configured(connection, wanted.resource)
        if wanted.contact is not None:
            _ours(connection, wanted.contact)
        op = connection.connector.activities(connection.facts, wanted)
        return _as_read(await within(self.office.deadlines.read, connection.run(op)))

    # Writing ----------------------------------------------------------------------------------------------------------

    async def create_contact(self, resource: str, fields: Fields) -> Contact:
        """Create a contact and read it back (F012).

        Raises :class:`ValidationFailed` naming the fields, :class:`Duplicate`; an error with ``maybe_applied`` means
        that it may exist all the same: search before trying again.
        """
        connection = await self.connection()
        _configured(connection, resource)
        key = activity_key(
            tenant_id=self.office.tenant_id,
            interaction_id="",
            agent_id=self.agent_id,
            crm=self.crm,
            source=f"contact:{await Now()}:{await Random()}",
        )
        draft = ContactDraft(resource=resource, fields=fields, key=key)
        write = connection.run(connection.connector.create(connection.facts, draft))
        return await self.get_contact(await within(self.office.deadlines.write, write))

    async def update_contact(self, change: ContactChange) -> Contact:
        """Change the given fields only and read the contact back (F013).

        Raises :class:`ValidationFailed`, :class:`Conflict`, :class:`Forbidden`.
        """
        connection = await self.connection()
        _ours(connection, change.ref)
        write = connection.run(connection.connector.update(connection.facts, change))
        await within(self.office.deadlines.write, write)
        return await self.get_contact(change.ref)

    async def create_activity(self, draft: ActivityDraft, *, interaction_id: str = "") -> Delivered:
        """Write an activity down; see :func:`customer360.desk.by_hand.write_down`.

        Kept (``held``) if the agent must sign in first. Without a link it raises :class:`NotLinked` and keeps nothing.
        """
        if draft.contact.crm != self.crm:
            raise InvalidValue(
                f"{draft.contact} is no record of {self.crm}", next_step="write it down in that CRM's own session"
            )
        try:
            (await self.connection()).capabilities.require(CREATE[draft.kind])
        except AuthError:
            if self.opened_at is None:
                raise
        return await write_down(
            self.office,
            draft,
            agent_id=self.agent_id,
            interaction_id=interaction_id,
            accepted=await self.accepted_for((draft,)),
        )

    async def untied(self, draft: ActivityDraft) -> tuple[RecordRef, ...]:
        """What of ``draft.related`` the CRM cannot tie such an activity to: it will be written without."""
        return await within(self.office.deadlines.read, untied_of(await self.connection(), draft))


_NO_ADDRESS = MatchStep(
    MatchStepKind.LEFT_OUT, "e-mail", "the search", "what was typed is no whole e-mail address; write it to its end"
)

_ANEW = "open the session anew: session()"

_ASKED: dict[str, tuple[Channel, Criterion]] = {
    "phone": (Channel.VOICE, ByPhone()),
    "email": (Channel.EMAIL, ByEmail()),
    "name": (Channel.CHAT, ByName()),
}


@lru_cache(maxsize=64)
def _by_hand(policy: MatchPolicy, channel: Channel, criterion: Criterion) -> MatchPolicy:
    """An account's policy for one search; by hand, a person may well look for one of the centre's own numbers."""
    return attrs.evolve(policy, criteria={channel: (criterion,)}, own_numbers=())


def _ours(connection: Connection, ref: RecordRef) -> None:
    """Refuse another CRM's record: its id may well be somebody else's here."""
    if ref.crm != connection.crm:
        raise InvalidValue(
            f"a record of {ref.crm} is none of {connection.crm}", next_step=f"use the session at {ref.crm}"
        )
    _configured(connection, ref.resource)


def _configured(connection: Connection, name: str) -> Resource:
    """The resource of that name, if it is configured for agents (F056, F120)."""
    for resource in connection.resources:
        if resource.name == name:
            return resource
    offered = ", ".join(each.name for each in connection.resources) or "none"
    raise InvalidValue(f"{connection.crm} has no resource {name!r} for agents", next_step=f"use one of: {offered}")


def _as_read(page: Page[RelatedRecord]) -> Page[RelatedRecord]:
    return Page(as_read(page.items), page.next)


def _as_search(result: MatchResult, limit: int) -> SearchResult:
    gaps = tuple(step for step in result.steps if step.kind in (MatchStepKind.FAILED, MatchStepKind.LEFT_OUT))
    contacts = tuple(match.contact for match in result.matches)
    return SearchResult(contacts=contacts[:limit], truncated=result.truncated or len(contacts) > limit, gaps=gaps)
