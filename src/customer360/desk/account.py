"""An administrator's and a worker's side: one account's links, index and promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from customer360.core.auth import Application
from customer360.core.connector import Identity
from customer360.core.effects import Now, tx
from customer360.core.errors import InvalidValue
from customer360.core.linking import Setting
from customer360.core.metadata import Resource
from customer360.desk.office import Office
from customer360.index.standing import IndexState
from customer360.index.sync import SyncReport
from customer360.links.links import Link
from customer360.outbox import inbox
from customer360.outbox.inbox import PendingActivity, Resolution
from customer360.outbox.rows import NOT_KNOWN


class IfPending(StrEnum):
    """What becomes of activities that are not delivered yet when a CRM is unlinked."""

    HOLD = "hold"
    """They wait for a new link."""

    DROP = "drop"
    """They are given up."""


class Account:
    """The operations of one account."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def link(self, crm: str, *, settings: Mapping[str, str], application: Application, relink: bool) -> Link:
        """See :meth:`customer360.client.Customer360.link`."""
        return await self._office.links.link(
            self._office.tenant_id, crm, settings=settings, application=application, relink=relink
        )

    async def links(self) -> tuple[Link, ...]:
        """The account's links."""
        return await self._office.links.linked(self._office.tenant_id)

    async def check_key(self) -> None:
        """See :meth:`customer360.client.Customer360.check_key`."""
        await self._office.links.check_key(self._office.tenant_id)

    async def unlink(self, crm: str, *, confirm: bool, if_pending: IfPending) -> None:
        """Unlink, decide about what is pending, and forget the index."""
        tenant = self._office.tenant_id
        await self._office.links.unlink(tenant, crm, confirm=confirm)
        await tx(inbox.drop if if_pending is IfPending.DROP else inbox.hold, tenant, crm)
        await self._office.index.forget(tenant, crm)

    async def begin_login(self, crm: str, agent_id: str, *, redirect_uri: str) -> str:
        """See :meth:`customer360.client.Customer360.begin_login`."""
        return await self._office.links.begin_login(self._office.tenant_id, crm, agent_id, redirect_uri=redirect_uri)

    async def complete_login(self, returned_url: str) -> Identity:
        """Finish a sign-in; what was held for want of it goes on."""
        return await self._resumed(await self._office.links.complete_login(self._office.tenant_id, returned_url))

    async def sign_in_asks(self, crm: str, agent_id: str) -> tuple[Setting, ...] | None:
        """See :meth:`customer360.client.Customer360.sign_in_asks`."""
        return await self._office.links.asks(self._office.tenant_id, crm, agent_id)

    async def sign_in(self, crm: str, agent_id: str, typed: Mapping[str, str]) -> Identity:
        """Sign in with what was typed; what was held for want of it goes on."""
        return await self._resumed(await self._office.links.sign_in(self._office.tenant_id, crm, agent_id, typed))

    async def _resumed(self, identity: Identity) -> Identity:
        await tx(inbox.resume, self._office.tenant_id, identity.user.crm, now=await Now())
        return identity

    async def log_out(self, crm: str, agent_id: str) -> bool:
        """See :meth:`customer360.client.Customer360.log_out`."""
        return await self._office.links.log_out(self._office.tenant_id, crm, agent_id)

    async def sync_resources(self, crm: str) -> tuple[Resource, ...]:
        """See :meth:`customer360.client.Customer360.sync_resources`."""
        return await self._office.links.sync_resources(self._office.tenant_id, crm)

    async def configure_resources(self, crm: str, names: tuple[str, ...]) -> None:
        """See :meth:`customer360.client.Customer360.configure_resources`."""
        await self._office.links.configure_resources(self._office.tenant_id, crm, names)

    async def sync_index(self, crm: str, agent_id: str) -> SyncReport:
        """Bring the phone index of a link, or of an agent's own mailbox, up to date."""
        connection = await self._office.links.connection(self._office.tenant_id, crm, agent_id)
        return await self._office.index.sync(connection)

    async def index_state(self, crm: str, agent_id: str) -> tuple[IndexState, ...]:
        """How far the phone index of a link, or of an agent's own mailbox, is."""
        return await self._office.index.state(
            await self._office.links.connection(self._office.tenant_id, crm, agent_id)
        )

    async def forget_index(self, crm: str, agent_id: str) -> None:
        """Erase the phone index of a link, or of an agent's own mailbox."""
        await self._office.index.forget(self._office.tenant_id, crm, agent_id)

    async def pending(self) -> tuple[PendingActivity, ...]:
        """What does not stand in the CRM yet, or may not."""
        return await tx(inbox.pending, self._office.tenant_id)

    async def resolve(self, key: str, resolution: Resolution) -> None:
        """A person's decision."""
        tenant_id = self._office.tenant_id
        linked = NOT_KNOWN
        for row in await tx(inbox.with_keys, tenant_id, (key,)):
            linked = await self._office.accepted_for(row.crm, row.deliver_as)
        await tx(inbox.resolve, tenant_id, key, resolution, now=await Now(), linked=linked)

    async def work(self, stop: Callable[[], bool], *, poll: float) -> None:
        """A worker's life until ``stop()``; see :meth:`customer360.outbox.delivery.Delivery.keep_delivering`.

        Raises :class:`InvalidValue` for a ``poll`` that is no time: it would never rest.
        """
        if poll <= 0:
            raise InvalidValue(f"a worker cannot rest for {poll:g} s", next_step="give poll in seconds, as in 30.0")
        await self._office.delivery.keep_delivering(poll=poll, stop=stop)
