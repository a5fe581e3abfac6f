"""The asyncio face: the verbs of :mod:`customer360.client`, awaited, and parts of the panel as they change."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import AsyncIterator, Callable, Mapping
from types import TracebackType
from typing import TypeVar

from customer360.arguments import checked
from customer360.client import never
from customer360.core.activities import ActivityDraft, ActivityFilter
from customer360.core.auth import Application
from customer360.core.capabilities import Capabilities
from customer360.core.connector import ConnectorInfo, Identity
from customer360.core.effects import Operation
from customer360.core.errors import InvalidValue, PluginBroken, TransportError
from customer360.core.interactions import Interaction, WrapUp
from customer360.core.linking import Residency, Setting
from customer360.core.matching import MatchPolicy, MatchResult
from customer360.core.metadata import Resource, Schema
from customer360.core.panel import Panel, Part
from customer360.core.records import Contact, ContactChange, Fields, Page, RecordRef, RelatedKind, RelatedRecord
from customer360.desk.account import Account, IfPending
from customer360.desk.agent import AgentDesk, SearchResult
from customer360.desk.deadlines import Deadlines
from customer360.desk.handling import Changed, Handling, WrappedUp
from customer360.drivers.awaiting import AsyncioDriver
from customer360.index.standing import IndexState
from customer360.index.sync import SyncProgress, SyncReport
from customer360.links.links import Link
from customer360.opening import open_office
from customer360.outbox.delivery import Delivered, DeliveryReport
from customer360.outbox.inbox import PendingActivity, Resolution
from customer360.plugins import Plugins
from customer360.transport.port import AsyncHttpPort
from customer360.vault import MasterKey

log = logging.getLogger("customer360")

T = TypeVar("T")

OnChange = Callable[[Part], None]
OnProgress = Callable[[SyncProgress], None]


@checked
class AsyncCustomer360:
    """One account's CRMs under asyncio; all arguments as for :class:`customer360.client.Customer360`, awaited verbs.

    Opening it reads the store and, the first time, creates it: milliseconds, on the caller's thread.
    """

    def __init__(
        self,
        *,
        tenant_id: str = "default",
        store: str | None = None,
        key: MasterKey | None = None,
        match: MatchPolicy | None = None,
        deadlines: Deadlines | None = None,
        endpoints: Mapping[str, str] | None = None,
        plugins: Plugins | None = None,
        residency: Residency | None = None,
        http: AsyncHttpPort | None = None,
    ) -> None:
        self._opened = open_office(
            tenant_id=tenant_id,
            store=store,
            key=key,
            match=match or MatchPolicy(),
            deadlines=deadlines or Deadlines(),
            endpoints=endpoints,
            plugins=plugins,
            residency=residency,
        )
        if http is None:
            from customer360.transport.httpx_adapter import AsyncHttpxPort

            http = AsyncHttpxPort()
        self._http = http
        self._driver = AsyncioDriver(http=http, store=self._opened.store)
        self._account = Account(self._opened.office)
        self._sessions: weakref.WeakSet[AsyncSession] = weakref.WeakSet()

    # Setting up -------------------------------------------------------------------------------------------------------

    def crms(self) -> tuple[ConnectorInfo, ...]:
        """As :meth:`customer360.client.Customer360.crms`."""
        return tuple(each.info for _, each in sorted(self._opened.plugins.connectors.items()))

    def link_asks(self, crm: str) -> tuple[Setting, ...]:
        """As :meth:`customer360.client.Customer360.link_asks`."""
        return self._opened.plugins[crm].linking.settings

    def broken_plugins(self) -> Mapping[str, PluginBroken]:
        """The installed plugins that could not be loaded, each with the reason; the others are unharmed (R12)."""
        return self._opened.plugins.broken

    async def link(
        self, crm: str, *, settings: Mapping[str, str], application: Application, relink: bool = False
    ) -> Link:
        """As :meth:`customer360.client.Customer360.link`."""
        return await self._run(self._account.link(crm, settings=settings, application=application, relink=relink))

    async def links(self) -> tuple[Link, ...]:
        """As :meth:`customer360.client.Customer360.links`."""
        return await self._run(self._account.links())

    async def check_key(self) -> None:
        """As :meth:`customer360.client.Customer360.check_key`."""
        await self._run(self._account.check_key())

    async def unlink(self, crm: str, *, confirm: bool = False, if_pending: IfPending = IfPending.HOLD) -> None:
        """As :meth:`customer360.client.Customer360.unlink`."""
        await self._run(self._account.unlink(crm, confirm=confirm, if_pending=if_pending))

    async def begin_login(self, crm: str, agent_id: str = "", *, redirect_uri: str) -> str:
        """As :meth:`customer360.client.Customer360.begin_login`."""
        return await self._run(self._account.begin_login(crm, agent_id, redirect_uri=redirect_uri))

    async def complete_login(self, returned_url: str) -> Identity:
        """As :meth:`customer360.client.Customer360.complete_login`."""
        return await self._run(self._account.complete_login(returned_url))

    async def sign_in_asks(self, crm: str, agent_id: str = "") -> tuple[Setting, ...] | None:
        """As :meth:`customer360.client.Customer360.sign_in_asks`."""
        return await self._run(self._account.sign_in_asks(crm, agent_id))

    async def sign_in(self, crm: str, agent_id: str = "", *, typed: Mapping[str, str]) -> Identity:
        """As :meth:`customer360.client.Customer360.sign_in`."""
        return await self._run(self._account.sign_in(crm, agent_id, typed))

    async def log_out(self, crm: str, agent_id: str) -> bool:
        """As :meth:`customer360.client.Customer360.log_out`."""
        return await self._run(self._account.log_out(crm, agent_id))

    async def sync_resources(self, crm: str) -> tuple[Resource, ...]:
        """As :meth:`customer360.client.Customer360.sync_resources`."""
        return await self._run(self._account.sync_resources(crm))

    async def configure_resources(self, crm: str, names: tuple[str, ...]) -> None:
        """As :meth:`customer360.client.Customer360.configure_resources`."""
        await self._run(self._account.configure_resources(crm, names))

    # Agents -----------------------------------------------------------------------------------------------------------

    async def session(self, crm: str, agent_id: str) -> AsyncSession:
        """As :meth:`customer360.client.Customer360.session`."""
        desk = AgentDesk(self._opened.office, crm, agent_id)
        url = await self._run(desk.address())
        try:
            await self._http.warm(self._opened.endpoints.apply(url))
        except TransportError as cold:
            log.info("no connection to %s could be opened ahead: %s", crm, cold.what)
        session = AsyncSession(self._driver, desk)
        self._sessions.add(session)
        return session

    async def sync_index(self, crm: str, agent_id: str = "", *, on_progress: OnProgress | None = None) -> SyncReport:
        """As :meth:`customer360.client.Customer360.sync_index`."""

        def emit(event: object) -> None:
            if on_progress is not None and isinstance(event, SyncProgress):
                on_progress(event)

        return await self._driver.run(self._account.sync_index(crm, agent_id), emit=emit)

    async def index_state(self, crm: str, agent_id: str = "") -> tuple[IndexState, ...]:
        """As :meth:`customer360.client.Customer360.index_state`."""
        return await self._run(self._account.index_state(crm, agent_id))

    async def forget_index(self, crm: str, agent_id: str = "") -> None:
        """As :meth:`customer360.client.Customer360.forget_index`."""
        await self._run(self._account.forget_index(crm, agent_id))

    # What was promised ------------------------------------------------------------------------------------------------

    async def pending(self) -> tuple[PendingActivity, ...]:
        """As :meth:`customer360.client.Customer360.pending`."""
        return await self._run(self._account.pending())

    async def resolve(self, key: str, resolution: Resolution) -> None:
        """As :meth:`customer360.client.Customer360.resolve`."""
        await self._run(self._account.resolve(key, resolution))

    async def deliver(self) -> DeliveryReport:
        """As :meth:`customer360.client.Customer360.deliver`."""
        return await self._run(self._opened.office.delivery.deliver_due())

    async def run_background(self, *, stop: Callable[[], bool] = never, poll: float = 30.0) -> None:
        """As :meth:`customer360.client.Customer360.run_background`."""
        await self._run(self._account.work(stop, poll=poll))

    async def close(self) -> None:
        """As :meth:`customer360.client.Customer360.close`."""
        if self._driver.birthplace.left:
            return
        await self._driver.close()
        for session in tuple(self._sessions):
            session._end()
        await self._http.close()
        self._opened.store.close()

    async def __aenter__(self) -> AsyncCustomer360:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self, op: Operation[T]) -> T:
        return await self._driver.run(op)


@checked
class AsyncSession:
    """As :class:`customer360.client.Session`, from :meth:`AsyncCustomer360.session`; and :meth:`changes`."""

    def __init__(self, driver: AsyncioDriver, desk: AgentDesk) -> None:
        self._driver = driver
        self._desk = desk
        self._live: dict[str, AsyncConversation] = {}
        self._listeners: set[asyncio.Queue[Changed | None]] = set()
        self._over = False

    @property
    def crm(self) -> str:
        """As :attr:`customer360.client.Session.crm`."""
        return self._desk.crm

    @property
    def agent_id(self) -> str:
        """As :attr:`customer360.client.Session.agent_id`."""
        return self._desk.agent_id

    async def begin(self, interaction: Interaction, *, on_change: OnChange | None = None) -> AsyncConversation:
        """As :meth:`customer360.client.Session.begin`."""

        def changed(change: Changed) -> None:
            for listener in self._listeners:
                listener.put_nowait(change)
            if on_change is not None:
                on_change(change.part)

        handling = Handling(self._desk, interaction)
        conversation = AsyncConversation(self._driver, handling, changed, lambda: self._forget(conversation))
        self._live[interaction.id] = conversation
        try:
            await conversation._begin()
        except BaseException:
            self._forget(conversation)
            raise
        return conversation

    def _end(self) -> None:
        """The client closes: nothing changes any more."""
        self._over = True
        for listener in self._listeners:
            listener.put_nowait(None)

    def _forget(self, conversation: AsyncConversation) -> None:
        # A later conversation of the same interaction has taken its place and stays.
        if self._live.get(conversation.panel.interaction.id) is conversation:
            del self._live[conversation.panel.interaction.id]

    def conversation(self, interaction_id: str) -> AsyncConversation:
        """As :meth:`customer360.client.Session.conversation`."""
        try:
            return self._live[interaction_id]
        except KeyError:
            raise InvalidValue(f"no interaction {interaction_id!r} is being handled", next_step="begin it") from None

    async def changes(self) -> AsyncIterator[Changed]:
        """Every part of this session's conversations as it changes, from the first ``anext`` on.

        It ends when you stop asking or the client closes. Begin the interaction in a task of its own to see its panel
        fill.
        """
        if self._over:
            return
        queue: asyncio.Queue[Changed | None] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            while (change := await queue.get()) is not None:
                yield change
        finally:
            self._listeners.discard(queue)

    async def resources(self) -> tuple[Resource, ...]:
        """As :meth:`customer360.client.Session.resources`."""
        return await self._driver.run(self._desk.resources())

    async def capabilities(self) -> Capabilities:
        """As :meth:`customer360.client.Session.capabilities`."""
        return await self._driver.run(self._desk.capabilities())

    async def describe(self, resource: str) -> Schema:
        """As :meth:`customer360.client.Session.describe`."""
        return await self._driver.run(self._desk.describe(resource))

    async def find_contacts(
        self, *, phone: str | None = None, email: str | None = None, name: str | None = None
    ) -> MatchResult:
        """As :meth:`customer360.client.Session.find_contacts`."""
        return await self._driver.run(self._desk.find_contacts(phone=phone, email=email, name=name))

    async def search_contacts(self, text: str, *, limit: int = 20) -> SearchResult:
        """As :meth:`customer360.client.Session.search_contacts`."""
        return await self._driver.run(self._desk.search_contacts(text, limit=limit))

    async def get_contact(self, ref: RecordRef) -> Contact:
        """As :meth:`customer360.client.Session.get_contact`."""
        return await self._driver.run(self._desk.get_contact(ref))

    async def related(
        self, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        """As :meth:`customer360.client.Session.related`."""
        return await self._driver.run(self._desk.related(contact, kind, limit=limit, cursor=cursor))

    async def activities(self, query: ActivityFilter) -> Page[RelatedRecord]:
        """As :meth:`customer360.client.Session.activities`."""
        return await self._driver.run(self._desk.activities(query))

    async def create_contact(self, resource: str, fields: Fields) -> Contact:
        """As :meth:`customer360.client.Session.create_contact`."""
        return await self._driver.run(self._desk.create_contact(resource, fields))

    async def update_contact(self, change: ContactChange) -> Contact:
        """As :meth:`customer360.client.Session.update_contact`."""
        return await self._driver.run(self._desk.update_contact(change))

    async def create_activity(self, draft: ActivityDraft) -> Delivered:
        """As :meth:`customer360.client.Session.create_activity`."""
        return await self._driver.run(self._desk.create_activity(draft))

    async def untied(self, draft: ActivityDraft) -> tuple[RecordRef, ...]:
        """As :meth:`customer360.client.Session.untied`."""
        return await self._driver.run(self._desk.untied(draft))


@checked
class AsyncConversation:
    """As :class:`customer360.client.Conversation`, from :meth:`AsyncSession.begin`."""

    def __init__(
        self,
        driver: AsyncioDriver,
        handling: Handling,
        changed: Callable[[Changed], None],
        ended: Callable[[], object],
    ) -> None:
        self._driver = driver
        self._handling = handling
        self._changed = changed
        self._ended = ended

    @property
    def panel(self) -> Panel:
        """As :attr:`customer360.client.Conversation.panel`."""
        return self._handling.panel

    async def open(self, ref: RecordRef) -> Panel:
        """As :meth:`customer360.client.Conversation.open`."""
        return await self._run(self._handling.open(ref))

    async def refresh(self, kind: RelatedKind) -> tuple[RelatedRecord, ...]:
        """As :meth:`customer360.client.Conversation.refresh`."""
        return await self._run(self._handling.refresh(kind))

    async def create_contact(self, resource: str, fields: Fields) -> Contact:
        """As :meth:`customer360.client.Conversation.create_contact`."""
        return await self._run(self._handling.create_contact(resource, fields))

    async def edit(self, fields: Fields) -> Contact:
        """As :meth:`customer360.client.Conversation.edit`."""
        return await self._run(self._handling.edit(fields))

    async def create_activity(self, draft: ActivityDraft) -> Delivered:
        """As :meth:`customer360.client.Conversation.create_activity`."""
        return await self._run(self._handling.create_activity(draft))

    async def wrap_up(self, ending: WrapUp, activities: tuple[ActivityDraft, ...] | None = None) -> WrappedUp:
        """As :meth:`customer360.client.Conversation.wrap_up`."""
        return await self._run(self._handling.wrap_up(ending, activities))

    async def end(self) -> None:
        """As :meth:`customer360.client.Conversation.end`."""
        await self._run(self._handling.end())
        self._ended()

    async def _begin(self) -> None:
        await self._run(self._handling.begin())

    async def _run(self, op: Operation[T]) -> T:
        return await self._driver.run(op, emit=self._told)

    def _told(self, event: object) -> None:
        if isinstance(event, Changed):
            self._changed(event)
