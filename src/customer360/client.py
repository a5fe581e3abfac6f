"""The blocking face: every verb runs to its end on the caller's thread.

``AsyncCustomer360`` in :mod:`customer360.aio` has the same verbs; a test holds the two against each other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TypeVar

from customer360.arguments import checked
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
from customer360.drivers.blocking import BlockingDriver
from customer360.index.standing import IndexState
from customer360.index.sync import SyncProgress, SyncReport
from customer360.links.links import Link
from customer360.opening import open_office
from customer360.outbox.delivery import Delivered, DeliveryReport
from customer360.outbox.inbox import PendingActivity, Resolution
from customer360.plugins import Plugins
from customer360.transport.port import HttpPort
from customer360.vault import MasterKey

log = logging.getLogger("customer360")

T = TypeVar("T")

OnChange = Callable[[Part], None]
OnProgress = Callable[[SyncProgress], None]


def never() -> bool:
    """Work goes on until the process ends."""
    return False


@checked
class Customer360:
    """One account's CRMs, for a server of many desktops, a script or a notebook; safe to share between threads.

    Not to be carried over a fork: a child process opens its own (:class:`SetupError` says so at once).

    Args:
        tenant_id: whose data this is; one store serves many accounts.
        store: a database URL (``sqlite:////path/to/file``, ``sqlite://`` in memory); a file in the user's data folder
            unless given.
        key: where the vault's master key comes from; the operating system's keyring unless given.
        match: how customers are matched; ``MatchPolicy(regions=("GB",))`` says how to read national numbers.
        deadlines: how long an agent may be kept waiting.
        endpoints: ``{vendor host: loopback URL}``, for fakes.
        plugins: the connectors to use; those installed unless given.
        residency: holds the account's data in EMEA; nothing is held to a region unless given.
        http: what carries requests; httpx with connections of our own keeping unless given.

    Raises :class:`StoreError` when the store cannot be opened.
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
        http: HttpPort | None = None,
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
            from customer360.transport.httpx_adapter import HttpxPort

            http = HttpxPort()
        self._http = http
        self._driver = BlockingDriver(http=http, store=self._opened.store)
        self._account = Account(self._opened.office)

    # Setting up -------------------------------------------------------------------------------------------------------

    def crms(self) -> tuple[ConnectorInfo, ...]:
        """The installed CRMs, by key (F093)."""
        return tuple(each.info for _, each in sorted(self._opened.plugins.connectors.items()))

    def link_asks(self, crm: str) -> tuple[Setting, ...]:
        """What an administrator fills in to link a CRM: the form of ``link``'s settings (F101).

        Raises :class:`PluginMissing` and :class:`PluginBroken`.
        """
        return self._opened.plugins[crm].linking.settings

    def broken_plugins(self) -> Mapping[str, PluginBroken]:
        """The installed plugins that could not be loaded, each with the reason; the others are unharmed (R12)."""
        return self._opened.plugins.broken

    def link(self, crm: str, *, settings: Mapping[str, str], application: Application, relink: bool = False) -> Link:
        """Link a CRM to the account (F101-F107). It is usable once an administrator has signed in: ``begin_login``.

        Raises :class:`InvalidSettings` before anything is stored or sent, :class:`PluginMissing`, and
        :class:`InvalidSettings` for a second link of the same CRM unless ``relink``.
        """
        return self._run(self._account.link(crm, settings=settings, application=application, relink=relink))

    def links(self) -> tuple[Link, ...]:
        """The account's links and their state (F103)."""
        return self._run(self._account.links())

    def check_key(self) -> None:
        """Raise :class:`VaultError` unless the master key is the one that the account's links were stored with.

        Without a link there is nothing to tell it by.
        """
        self._run(self._account.check_key())

    def unlink(self, crm: str, *, confirm: bool = False, if_pending: IfPending = IfPending.HOLD) -> None:
        """Take a CRM away from everybody at once (F108, F109); ``if_pending`` decides about undelivered activities."""
        self._run(self._account.unlink(crm, confirm=confirm, if_pending=if_pending))

    def begin_login(self, crm: str, agent_id: str = "", *, redirect_uri: str) -> str:
        """The address to send a person to; ``agent_id`` "" signs in the account itself, by its administrator."""
        return self._run(self._account.begin_login(crm, agent_id, redirect_uri=redirect_uri))

    def complete_login(self, returned_url: str) -> Identity:
        """Finish a sign-in with the whole address at which the browser came back.

        Raises :class:`NeedsAuthorization` when the person refused or the address is not of a sign-in under way.
        """
        return self._run(self._account.complete_login(returned_url))

    def sign_in_asks(self, crm: str, agent_id: str = "") -> tuple[Setting, ...] | None:
        """What a person types in to sign in to a linked CRM; None where the vendor's own page asks: ``begin_login``."""
        return self._run(self._account.sign_in_asks(crm, agent_id))

    def sign_in(self, crm: str, agent_id: str = "", *, typed: Mapping[str, str]) -> Identity:
        """Sign in with what ``sign_in_asks`` named, where the CRM has keys or passwords instead of a page.

        Raises :class:`InvalidSettings` unless ``typed`` is what is asked for, :class:`NeedsAuthorization` if the CRM
        refuses it, :class:`Unsupported` where people sign in in a browser.
        """
        return self._run(self._account.sign_in(crm, agent_id, typed))

    def log_out(self, crm: str, agent_id: str) -> bool:
        """Forget a sign-in, "" the account's own; False if the vendor could not be told to forget it too."""
        return self._run(self._account.log_out(crm, agent_id))

    def sync_resources(self, crm: str) -> tuple[Resource, ...]:
        """Read which contact and activity resources the CRM has (F115, F117)."""
        return self._run(self._account.sync_resources(crm))

    def configure_resources(self, crm: str, names: tuple[str, ...]) -> None:
        """Choose which resources agents see, in this order (F116, F120); at once.

        Raises :class:`InvalidValue`, listing what there is, unless all are known and at least one holds contacts.
        """
        self._run(self._account.configure_resources(crm, names))

    # Agents -----------------------------------------------------------------------------------------------------------

    def session(self, crm: str, agent_id: str) -> Session:
        """An agent's login at one CRM, with a connection to it opened ahead.

        Raises :class:`NotLinked`, :class:`NeedsAuthorization`, :class:`NeedsRelink`; :class:`InvalidValue` for an agent
        without an id, who would get the account's own sign-in.
        """
        desk = AgentDesk(self._opened.office, crm, agent_id)
        url = self._run(desk.address())
        try:
            self._http.warm(self._opened.endpoints.apply(url))
        except TransportError as cold:
            log.info("no connection to %s could be opened ahead: %s", crm, cold.what)
        return Session(self._driver, desk)

    def sync_index(self, crm: str, agent_id: str = "", *, on_progress: OnProgress | None = None) -> SyncReport:
        """Bring the local phone index up to date; where contacts are private it is ``agent_id``'s own."""

        def emit(event: object) -> None:
            if on_progress is not None and isinstance(event, SyncProgress):
                on_progress(event)

        return self._driver.run(self._account.sync_index(crm, agent_id), emit=emit)

    def index_state(self, crm: str, agent_id: str = "") -> tuple[IndexState, ...]:
        """How far the local phone index is, one state for each contact resource; asks no CRM.

        Whoever shares the store may ask while another process syncs.
        """
        return self._run(self._account.index_state(crm, agent_id))

    def forget_index(self, crm: str, agent_id: str = "") -> None:
        """Erase the local phone index of a CRM; where contacts are private, ``agent_id``'s own.

        Unlinking erases them all.
        """
        self._run(self._account.forget_index(crm, agent_id))

    # What was promised ------------------------------------------------------------------------------------------------

    def pending(self) -> tuple[PendingActivity, ...]:
        """The activities that do not stand in the CRM yet, or may not, with the reason (D3)."""
        return self._run(self._account.pending())

    def resolve(self, key: str, resolution: Resolution) -> None:
        """Decide about an activity that waits for a person."""
        self._run(self._account.resolve(key, resolution))

    def deliver(self) -> DeliveryReport:
        """One round: deliver what is due now."""
        return self._run(self._opened.office.delivery.deliver_due())

    def run_background(self, *, stop: Callable[[], bool] = never, poll: float = 30.0) -> None:
        """Deliver what is due until ``stop()`` says so, asked about once a second; what ``customer360 worker`` does."""
        self._run(self._account.work(stop, poll=poll))

    def close(self) -> None:
        """Close connections and the store; work that must finish is waited for. In a forked child it closes nothing."""
        if self._driver.birthplace.left:
            return  # the parent goes on with the same sockets, and ends them in its own time
        self._driver.close()
        self._http.close()
        self._opened.store.close()

    def __enter__(self) -> Customer360:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _run(self, op: Operation[T]) -> T:
        return self._driver.run(op)


@checked
class Session:
    """One agent's login at one CRM; from :meth:`Customer360.session`. Safe to share between threads."""

    def __init__(self, driver: BlockingDriver, desk: AgentDesk) -> None:
        self._driver = driver
        self._desk = desk
        self._live: dict[str, Conversation] = {}

    @property
    def crm(self) -> str:
        """The CRM's key."""
        return self._desk.crm

    @property
    def agent_id(self) -> str:
        """The host's id of the agent."""
        return self._desk.agent_id

    def begin(self, interaction: Interaction, *, on_change: OnChange | None = None) -> Conversation:
        """The screen pop: find the customer, open the one that matches, show what is known (F001-F004, F026).

        Returns when every part of the panel has settled, or at the deadline; ``on_change`` is called on this thread
        for every part as it changes.
        """
        handling = Handling(self._desk, interaction)
        conversation = Conversation(self._driver, handling, on_change, lambda: self._forget(conversation))
        self._live[interaction.id] = conversation
        try:
            conversation._begin()
        except BaseException:
            self._forget(conversation)
            raise
        return conversation

    def _forget(self, conversation: Conversation) -> None:
        # A later conversation of the same interaction has taken its place and stays.
        if self._live.get(conversation.panel.interaction.id) is conversation:
            del self._live[conversation.panel.interaction.id]

    def conversation(self, interaction_id: str) -> Conversation:
        """The conversation that was begun and has not ended, also while its screen pop is still under way.

        Raises :class:`InvalidValue` if there is none.
        """
        try:
            return self._live[interaction_id]
        except KeyError:
            raise InvalidValue(f"no interaction {interaction_id!r} is being handled", next_step="begin it") from None

    def resources(self) -> tuple[Resource, ...]:
        """The resources configured for agents (F116)."""
        return self._driver.run(self._desk.resources())

    def capabilities(self) -> Capabilities:
        """What can be done here, each with the reason where it cannot (F095)."""
        return self._driver.run(self._desk.capabilities())

    def describe(self, resource: str) -> Schema:
        """The fields of one resource."""
        return self._driver.run(self._desk.describe(resource))

    def find_contacts(
        self, *, phone: str | None = None, email: str | None = None, name: str | None = None
    ) -> MatchResult:
        """Contacts with this number, address or whole name, with the account of how they were found."""
        return self._driver.run(self._desk.find_contacts(phone=phone, email=email, name=name))

    def search_contacts(self, text: str, *, limit: int = 20) -> SearchResult:
        """Search by what an agent types: an address, a number, else the beginning of a name (F008-F010).

        ``limit`` is 1 to 200: whoever is among more types another letter.
        """
        return self._driver.run(self._desk.search_contacts(text, limit=limit))

    def get_contact(self, ref: RecordRef) -> Contact:
        """One contact with all its fields (F011). Raises :class:`NotFound`, :class:`Gone`."""
        return self._driver.run(self._desk.get_contact(ref))

    def related(
        self, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        """A contact's records of one kind, newest first, ``limit`` (1 to 200) at a time (F040).

        ``cursor`` goes on where a page, or a part of the panel, has its ``next``; a page without one is the last.
        Raises :class:`Unsupported` where the CRM has no such kind, :class:`Gone` for a cursor of something else.
        """
        return self._driver.run(self._desk.related(contact, kind, limit=limit, cursor=cursor))

    def activities(self, query: ActivityFilter) -> Page[RelatedRecord]:
        """One activity resource, filtered and sorted, of one contact or of all (F055, F058).

        Raises :class:`Unsupported` for what the CRM cannot list, compare or sort by, :class:`InvalidValue` for a
        resource that is not configured for agents (F056).
        """
        return self._driver.run(self._desk.activities(query))

    def create_contact(self, resource: str, fields: Fields) -> Contact:
        """Create a contact and read it back (F012). Raises :class:`ValidationFailed` naming the fields."""
        return self._driver.run(self._desk.create_contact(resource, fields))

    def update_contact(self, change: ContactChange) -> Contact:
        """Change the given fields only (F013). Raises :class:`ValidationFailed`, :class:`Conflict`."""
        return self._driver.run(self._desk.update_contact(change))

    def create_activity(self, draft: ActivityDraft) -> Delivered:
        """Write an activity down that belongs to no interaction; kept and delivered later if the CRM is down."""
        return self._driver.run(self._desk.create_activity(draft))

    def untied(self, draft: ActivityDraft) -> tuple[RecordRef, ...]:
        """What of ``draft.related`` the CRM cannot tie such an activity to: it will be written without (F050)."""
        return self._driver.run(self._desk.untied(draft))


@checked
class Conversation:
    """One interaction while the agent handles it; from :meth:`Session.begin`."""

    def __init__(
        self, driver: BlockingDriver, handling: Handling, on_change: OnChange | None, ended: Callable[[], object]
    ) -> None:
        self._driver = driver
        self._handling = handling
        self._on_change = on_change
        self._ended = ended

    @property
    def panel(self) -> Panel:
        """What the agent sees now."""
        return self._handling.panel

    def open(self, ref: RecordRef) -> Panel:
        """Open another contact (F035); if it cannot be read, its error is raised and the old one stays open."""
        return self._run(self._handling.open(ref))

    def refresh(self, kind: RelatedKind) -> tuple[RelatedRecord, ...]:
        """Read the open contact's records of one kind again."""
        return self._run(self._handling.refresh(kind))

    def create_contact(self, resource: str, fields: Fields) -> Contact:
        """Create a contact and open it. Raises :class:`ValidationFailed` naming the fields."""
        return self._run(self._handling.create_contact(resource, fields))

    def edit(self, fields: Fields) -> Contact:
        """Change fields of the open contact (F006): absent ones stay, ``None`` clears.

        Raises :class:`ValidationFailed` naming the fields, :class:`Conflict`, :class:`Forbidden`.
        """
        return self._run(self._handling.edit(fields))

    def create_activity(self, draft: ActivityDraft) -> Delivered:
        """Write an activity down, now or after the end (F050, F051); kept and delivered later if the CRM is down."""
        return self._run(self._handling.create_activity(draft))

    def wrap_up(self, ending: WrapUp, activities: tuple[ActivityDraft, ...] | None = None) -> WrappedUp:
        """Commit how it ended, the contact open now and its activities (default: one log by channel), and deliver.

        Once this returns nothing is lost: what could not be delivered in time is delivered by the worker.
        """
        return self._run(self._handling.wrap_up(ending, activities))

    def end(self) -> None:
        """The interaction is over; without a wrap-up it is stored with its contact all the same (F036)."""
        self._run(self._handling.end())
        self._ended()

    def _begin(self) -> None:
        self._run(self._handling.begin())

    def _run(self, op: Operation[T]) -> T:
        return self._driver.run(op, emit=self._told)

    def _told(self, event: object) -> None:
        if self._on_change is not None and isinstance(event, Changed):
            self._on_change(event.part)
