"""The plugin contract: one class per CRM that declares data before it defines behaviour.

A plugin is a module named by an entry point of the group ``customer360``, with one hook
(:mod:`customer360.core.hooks`) that returns its connectors. A connector is stateless. Every operation takes the
link's :class:`LinkFacts` first, awaits only effects (``GET``, ``POST``, ``Sleep``, ``gather``, ...), concerns
one resource or one kind, and never opens a socket, sees a token, retries or logs. What a CRM cannot do is not
overridden: the base raises :class:`Unsupported` with the declared reason.

Answers other than 2xx never reach an operation unless its request accepts them: the transport asks the
connector's :meth:`Connector.error` about *every* answer (some vendors report errors with status 200) and raises
what it returns.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import ClassVar, TypeVar, cast

import attrs

from customer360.core.activities import ActivityChange, ActivityDraft, ActivityFilter
from customer360.core.auth import AuthScheme
from customer360.core.capabilities import CREATE, RELATED, Capabilities, Capability, CreateClass, PhoneSearch
from customer360.core.effects import Operation, Request
from customer360.core.errors import Customer360Error, Gone, NotFound, Unsupported, ValidationFailed
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
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query, TextHas
from customer360.core.wire import Response

C = TypeVar("C")
T = TypeVar("T")


@attrs.frozen(kw_only=True)
class ConnectorInfo:
    """The label on the door.

    ``key`` is the CRM's name in code (``"zoho"``) and in entry points.
    """

    key: str
    name: str
    vendor: str
    docs_url: str
    icon: str
    api_version: str


@attrs.frozen(kw_only=True)
class Limits:
    """Documented limits. ``concurrent`` requests in flight; ``per_window`` = (requests, seconds).

    Counted for each authorisation, or for the whole account where ``shared`` (NetSuite's five at a time).
    """

    page_size: int
    batch_size: int = 1
    concurrent: int = 10
    per_window: tuple[int, float] | None = None
    shared: bool = False


@attrs.frozen(kw_only=True)
class Identity:
    """Who is signed in, and to which organisation of the CRM.

    ``extra`` are facts to keep with the link (an organisation id for record URLs); ``zone`` the user's IANA
    time zone.
    """

    user: RecordRef
    name: str = attrs.field(default="", repr=False)
    email: str | None = attrs.field(default=None, repr=False)
    organisation: str | None = None
    organisation_id: str | None = None
    zone: str | None = None
    extra: Mapping[str, str] = attrs.field(factory=dict, hash=False)


def of_facts(declaration: Callable[[C, LinkFacts], T]) -> Callable[[C, LinkFacts], T]:
    """Remember what a declaration says of the same facts: each verb asks for the capabilities, a pop dozens of times.

    Right for what is a pure function of the facts and never changed by whoever gets it.
    """
    return cast("Callable[[C, LinkFacts], T]", lru_cache(maxsize=256)(declaration))


class Connector(ABC):
    """Base of every connector.

    Class attributes and the methods without ``async`` are declarations: pure, no effects.
    """

    info: ClassVar[ConnectorInfo]
    linking: ClassVar[Linking]
    auth: ClassVar[AuthScheme]
    limits: ClassVar[Limits]
    within_contact: ClassVar[frozenset[RelatedKind]] = frozenset()
    """Kinds whose records are part of the contact itself: :meth:`related_within` reads them, without a request."""
    may_have_moved: ClassVar[tuple[type[Customer360Error], ...]] = ()
    """Errors after which :meth:`locate` is asked whether the API is elsewhere by now."""
    warm_for: ClassVar[float | None] = None
    """Seconds for which one :meth:`warm_up` lasts; None where the CRM's search is always awake."""

    # Declarations ---------------------------------------------------------------------------------------------------

    @abstractmethod
    def hosts(self, facts: LinkFacts) -> Hosts:
        """Exactly the hosts that follow from the link's settings."""

    @abstractmethod
    def api_base(self, facts: LinkFacts) -> str:
        """The absolute URL that relative request paths are appended to, without a trailing slash."""

    @abstractmethod
    def in_emea(self, facts: LinkFacts) -> bool:
        """Whether this link's data are known to be kept in EMEA (F150, F151).

        Asked of every link, and before every request, while residency is on; what is not known is no.
        """

    @abstractmethod
    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        """The contact and activity resources this connector knows by itself, most important contact resource
        first."""

    @abstractmethod
    def capabilities(self, facts: LinkFacts) -> Capabilities:
        """What this link can do, each with the reason where it cannot."""

    @abstractmethod
    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        """How the CRM's own search treats phone numbers."""

    @abstractmethod
    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        """How a repeated create of each kind is recognised."""

    @abstractmethod
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        """The error that an answer means, or None if it is good.

        Sees every answer, 2xx too; must not raise.
        """

    def auth_for(self, facts: LinkFacts) -> AuthScheme:
        """The way of signing in that the link's settings choose.

        Default: ``auth``, the only one.
        """
        return self.auth

    def limits_for(self, facts: LinkFacts) -> Limits:
        """The limits of this link, where what the account has bought decides them.

        Default: ``limits``, which hold for everybody.
        """
        return self.limits

    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        """Where a person opens the record in the CRM itself, or None."""
        return None

    def related_within(self, facts: LinkFacts, contact: Contact, kind: RelatedKind) -> tuple[RelatedRecord, ...]:
        """The records of a kind of :attr:`within_contact` in a contact that was read whole, newest first."""
        return ()

    # Operations -----------------------------------------------------------------------------------------------------

    async def locate(self, facts: LinkFacts) -> Mapping[str, str]:
        """Facts of where the link's API is that can be learnt without signing in, to be kept in ``facts.extra``.

        Asked when the CRM is linked, and again after an error of :attr:`may_have_moved`. Its requests have
        ``purpose="login"``. Raises :class:`InvalidSettings` if the settings lead nowhere. Default: none.
        """
        return {}

    async def warm_up(self, facts: LinkFacts) -> None:
        """Wake the CRM's search for the signed-in user; runs beside what an agent does, where :attr:`warm_for` is set.

        Nobody waits for it, and its failure is only logged.
        """
        raise Unsupported(f"{self.info.name}: its search needs no waking")

    @abstractmethod
    async def identify(self, facts: LinkFacts) -> Identity:
        """Who is signed in, and the facts to keep with the link: asked at sign-in, and when resources are synced."""

    async def list_resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        """All contact and activity resources of this CRM account, custom ones too (F115).

        Default: the declared ones.
        """
        return self.resources(facts)

    @abstractmethod
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        """The fields of one resource, in the CRM's order."""

    @abstractmethod
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        """Contacts of one resource.

        Raises :class:`Truncated` when more match than the CRM hands out.
        """

    @abstractmethod
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        """One contact with all its fields.

        Raises :class:`NotFound` or :class:`Gone`.
        """

    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        """Create a contact.

        Raises :class:`ValidationFailed` naming the fields, or :class:`Duplicate`.
        """
        raise self._cannot(facts, Capability.CREATE_CONTACT)

    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        """Change only the given fields; ``None`` clears.

        Raises :class:`Conflict` if ``change.version`` is not current.
        """
        raise self._cannot(facts, Capability.UPDATE_CONTACT)

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        """A contact's records of one kind, newest first (F040)."""
        raise self._cannot(facts, RELATED[kind])

    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        """A filtered listing of one activity resource (F055)."""
        raise self._cannot(facts, Capability.LIST_ACTIVITIES)

    async def tied(self, facts: LinkFacts, draft: ActivityDraft) -> tuple[RecordRef, ...]:
        """Those of ``draft.related`` that :meth:`create_activity` ties the new record to (reads may precede it).

        The others are left out of what is written, and the host is told. Default: none.
        """
        return ()

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        """Write one activity down, exactly one request that creates (reads may precede it).

        ``draft.key`` goes where :meth:`find_created` finds it. A ``native`` repeat returns the record of the
        first. Raises :class:`Unsupported` before it writes, if this CRM's ``draft.related`` are not all :meth:`tied`.
        """
        raise self._cannot(facts, CREATE[draft.kind])

    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        """Change only what is set."""
        raise self._cannot(facts, Capability.UPDATE_ACTIVITY)

    async def find_created(
        self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: datetime
    ) -> RecordRef | None:
        """The record that an earlier create with the same key made, or None if there is none *yet* (see
        ``CreateClass.lag``).

        ``since`` is a time before the first attempt.
        """
        raise self._cannot(facts, Capability.CREATE_CONTACT if isinstance(draft, ContactDraft) else CREATE[draft.kind])

    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        """Associate a record with a contact in the CRM (F044); done again, it stays as it is."""
        raise self._cannot(facts, Capability.LINK)

    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        """Take the association away; the record stays (F045)."""
        raise self._cannot(facts, Capability.UNLINK)

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        """One page of what changed since ``cursor`` (None: everything), with the phone and e-mail fields at
        least.

        A cursor that the CRM no longer accepts raises :class:`Gone`: start over with None.
        """
        raise self._cannot(facts, Capability.DELTA)

    # For subclasses -------------------------------------------------------------------------------------------------

    def _require(self, facts: LinkFacts, capability: Capability) -> None:
        """Raise :class:`Unsupported` with the declared reason, unless it can be done."""
        if not self.capabilities(facts)[capability].can:
            raise self._cannot(facts, capability)

    def _ours(self, *refs: RecordRef | None) -> None:
        """Raise :class:`NotFound` for a record of another CRM, before any request: ids collide."""
        for ref in refs:
            if ref is not None and ref.crm != self.info.key:
                raise NotFound(f"{self.info.name} has no record of another CRM", ref=ref)

    async def _tie_all(self, facts: LinkFacts, draft: ActivityDraft) -> None:
        """Raise :class:`Unsupported` for the first record of this CRM that the draft is about and is not tied to."""
        wanted = [ref for ref in draft.related if ref.crm == self.info.key and ref != draft.contact]
        tied = await self.tied(facts, draft) if wanted else ()
        for ref in wanted:
            if ref not in tied:
                what = f"{self.info.name}: this {draft.kind.value} cannot be tied to a further {ref.resource}"
                raise Unsupported(what, ref=ref, next_step="leave it out of related; tied() tells what may stay")

    async def _about(
        self,
        facts: LinkFacts,
        contact: RecordRef,
        write: Operation[T],
        blames: Callable[[ValidationFailed], bool],
    ) -> T:
        """What a write comes to that names this contact: :class:`Gone` where the CRM ``blames`` the field, as they are
        there no more."""
        try:
            return await write
        except ValidationFailed as refused:
            if blames(refused):
                await self._must_stand(facts, contact)
            raise

    async def _must_stand(self, facts: LinkFacts, contact: RecordRef) -> None:
        """Raise :class:`Gone` for a contact that is not there any more: where the CRM refused what is about them, and
        names no more than the field.
        """
        if contact.resource not in [each.name for each in self.resources(facts)]:
            return  # there never was one
        try:
            await self.get(facts, contact)
        except Gone:
            raise
        except NotFound as missing:
            raise Gone(ref=contact) from missing
        except Customer360Error:
            return  # what was refused says enough

    def _cannot(self, facts: LinkFacts, capability: Capability) -> Unsupported:
        """The :class:`Unsupported` to raise for a verb that is not offered, with the declared reason."""
        support = self.capabilities(facts)[capability]
        reason = support.reason or "this connector does not offer it"
        return Unsupported(f"{self.info.name}: {capability.value.replace('_', ' ')} is not possible: {reason}")


SEARCHES: Mapping[type[Query], Capability] = {
    PhoneIs: Capability.SEARCH_PHONE,
    EmailIs: Capability.SEARCH_EMAIL,
    NameHas: Capability.SEARCH_NAME,
    FieldIs: Capability.SEARCH_FIELD,
    TextHas: Capability.SEARCH_TEXT,
}
"""The capability each query needs."""
