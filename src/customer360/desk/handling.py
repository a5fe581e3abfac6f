"""One interaction while an agent handles it: from the screen pop to the wrap-up.

The panel is a value; every change of a part makes a new one and is emitted as that part. What an agent opens by hand
always wins over what the automatic search opens later (F014, F035): each opening takes a *turn*, and parts that arrive
for an older turn are dropped.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime

import attrs

from customer360.core.activities import ActivityDraft
from customer360.core.effects import Emit, Now, Operation, tx, within
from customer360.core.errors import AuthError, Conflict, DeadlineExceeded, InvalidValue, SetupError, StoreError
from customer360.core.interactions import Interaction, WrapUp
from customer360.core.panel import Panel, Part, PartName, PartState
from customer360.core.records import Contact, ContactChange, Fields, RecordRef, RelatedKind, RelatedRecord
from customer360.desk.agent import AgentDesk
from customer360.desk.call_log import log_of
from customer360.flows.pop import open_contact, pop, related_part
from customer360.outbox import inbox, rows
from customer360.outbox.delivery import Delivered, DeliveryReport
from customer360.outbox.keys import activity_key, numbered
from customer360.outbox.rows import MOVING
from customer360.outbox.wrap_up import Ending, wrap_up


@attrs.frozen
class Changed:
    """A part of an interaction's panel changed: what listeners receive."""

    interaction_id: str
    part: Part


@attrs.frozen(kw_only=True)
class WrappedUp:
    """What a wrap-up came to: it is committed in any case.

    ``repeated`` when this interaction was wrapped up before. ``activities`` tell what was delivered in the time there
    was; ``pending`` counts those that are kept and tried again by themselves. ``unwritten``: there were notes or a
    disposition, and no activity carries them to the CRM (no contact was open, or an earlier wrap-up said something
    else); the first ones are kept with the interaction. ``clashes``: one error for each activity that was not written
    because its key was another's; the message names both.
    """

    repeated: bool
    activities: tuple[Delivered, ...]
    pending: int
    unwritten: bool = False
    clashes: tuple[InvalidValue, ...] = ()


class Handling:
    """The operations of one interaction at one desk, and the panel as it stands."""

    def __init__(self, desk: AgentDesk, interaction: Interaction) -> None:
        self.desk = desk
        self.interaction = interaction
        self.panel = Panel(interaction=interaction)
        self.ended = False
        self._turn = 0
        self._opened: Contact | None = None
        # Several threads of a server may use one interaction; the panel is read and replaced under this lock.
        self._lock = threading.Lock()

    # Seeing -----------------------------------------------------------------------------------------------------------

    async def begin(self) -> Panel:
        """Find the customer and show what is known, within the pop's deadline; parts that are not there by then say so.

        Raises what :meth:`customer360.desk.agent.AgentDesk.connection` raises; what the CRM answers is in the parts.
        """
        office, connection = self.desk.office, await self.desk.connection()
        turn = self._next_turn()

        async def show(part: Part) -> None:
            await self._show(part, turn)

        patience = office.deadlines.pop
        op = pop(connection, self.interaction, office.policy, show, index=office.index, patience=patience)
        await self._in_time(op, patience, turn)
        return self.panel

    async def open(self, ref: RecordRef) -> Panel:
        """Open another contact (F035).

        If it cannot be read its error is raised, and what was open before stays open. Raises :class:`InvalidValue` once
        the interaction is wrapped up.
        """
        self._must_be_live()
        connection = await self.desk.connection()
        if ref.crm != connection.crm:
            raise InvalidValue(f"{ref.crm} is another CRM than this session's", next_step="open it in its own session")
        turn = self._next_turn()

        async def show(part: Part) -> None:
            await self._show(part, turn)

        before = self.panel
        patience = self.desk.office.deadlines.read
        await self._in_time(open_contact(connection, ref, show, patience=patience), patience, turn)
        part = self.panel.parts[PartName.CONTACT]
        if part.error is not None:
            for part_before in before.parts.values():
                await self._show(part_before, turn)
            raise part.error
        return self.panel

    async def refresh(self, kind: RelatedKind) -> tuple[RelatedRecord, ...]:
        """Read the open contact's records of one kind again."""
        connection, contact = await self.desk.connection(), self._open_contact()
        turn = self._turn
        part = await related_part(connection, contact.ref, kind, self.desk.office.deadlines.read)
        await self._show(part, turn)
        return self.panel.related(kind)

    # Writing ----------------------------------------------------------------------------------------------------------

    async def create_contact(self, resource: str, fields: Fields) -> Contact:
        """Create a contact and open it; see :meth:`customer360.desk.agent.AgentDesk.create_contact`."""
        self._must_be_live()
        contact = await self.desk.create_contact(resource, fields)
        await self.open(contact.ref)
        return contact

    async def edit(self, fields: Fields) -> Contact:
        """Change fields of the open contact; the panel shows it as the CRM then holds it (F006).

        Raises :class:`ValidationFailed` naming the fields, :class:`Conflict` if somebody else changed it since it was
        read, :class:`Forbidden` (F147).
        """
        contact, turn = self._open_contact(), self._turn
        changed = await self._change(contact, fields)
        changed = attrs.evolve(changed, url=changed.url or contact.url)
        await self._show(Part(name=PartName.CONTACT, state=PartState.READY, value=changed), turn)
        return changed

    async def _change(self, contact: Contact, fields: Fields) -> Contact:
        """Change the contact; a conflict over other fields is none, for a note of ours may have renewed its version."""
        change = ContactChange(ref=contact.ref, fields=fields, version=contact.version)
        try:
            return await self.desk.update_contact(change)
        except Conflict:
            current = await self.desk.get_contact(contact.ref)
            if contact.partial or any(current.fields.get(name) != contact.fields.get(name) for name in fields):
                raise
            return await self.desk.update_contact(attrs.evolve(change, version=current.version))

    async def create_activity(self, draft: ActivityDraft) -> Delivered:
        """Write an activity down, now or after the end (F050, F051); the panel shows it among its kind.

        See :func:`customer360.desk.by_hand.write_down`.
        """
        turn = self._turn
        delivered = await self.desk.create_activity(draft, interaction_id=self.interaction.id)
        await self._show_written(draft, delivered, turn)
        return delivered

    # Ending -----------------------------------------------------------------------------------------------------------

    async def wrap_up(self, ending: WrapUp, activities: tuple[ActivityDraft, ...] | None = None) -> WrappedUp:
        """Commit the interaction, the contact open now (F036) and its activities in one transaction, then deliver what
        the deadline allows; the rest is delivered by the worker.

        ``activities`` default to one by the interaction's channel. Once this returns nothing is lost; an activity whose
        key was another's is told in ``clashes``. Raises :class:`StoreError` if nothing was committed.
        """
        contact = self._opened
        drafts = await self._default_log(ending, contact) if activities is None else activities
        promised = numbered(drafts, self._key, await self._earlier() if activities else {})
        office = self.desk.office
        accepted = await wrap_up(
            Ending(
                tenant_id=office.tenant_id,
                agent_id=self.desk.agent_id,
                interaction=self.interaction,
                wrap_up=ending,
                contacts=() if contact is None else (contact.ref,),
                drafts=promised,
                accepted_for=await self.desk.accepted_for(promised),
            )
        )
        self.ended = True
        report = DeliveryReport()
        try:
            now = office.delivery.deliver_now(office.tenant_id, accepted.promised)
            report = await within(office.deadlines.write, now)
        except (DeadlineExceeded, StoreError):
            pass  # committed: the worker finds it, in doubt if a request had left
        settled = {each.key for each in report.activities if each.state not in MOVING}
        waiting = {key for key in accepted.promised if key not in settled} | await self._moving(accepted.repeated)
        said = ending.notes.strip() or ending.disposition
        told_before = accepted.repeated or accepted.clashes
        texts = await self._earlier_texts(promised) if told_before else [draft.text for draft in promised]
        carried = any(ending.notes.strip() in text for text in texts)
        return WrappedUp(
            repeated=accepted.repeated,
            activities=report.activities,
            pending=len(waiting),
            unwritten=bool(said) and not carried,
            # Of the usual log the first stands: a second click makes it some seconds longer.
            clashes=accepted.clashes if activities is not None else (),
        )

    async def _earlier(self) -> Mapping[str, str | None]:
        """What was promised of this interaction before: digests by key."""
        return await tx(rows.of_interaction, self.desk.office.tenant_id, self.interaction.id, self.desk.agent_id)

    async def _earlier_texts(self, promised: tuple[ActivityDraft, ...]) -> list[str]:
        """What the activities hold that an earlier wrap-up has promised under these keys: theirs are the words kept."""
        keys = [draft.key for draft in promised if draft.key]
        try:
            known = await tx(inbox.with_keys, self.desk.office.tenant_id, keys)
        except StoreError:
            return []
        return [each.draft.text for each in known if each.draft is not None]

    async def _moving(self, repeated: bool) -> set[str]:
        """Keys of what an earlier wrap-up of this interaction has promised and the CRM does not hold yet."""
        if not repeated:
            return set()
        office = self.desk.office
        try:
            moving = await tx(inbox.pending, office.tenant_id, interaction_id=self.interaction.id, states=MOVING)
        except StoreError:
            return set()
        return {each.key for each in moving if each.agent_id == self.desk.agent_id}

    async def end(self) -> None:
        """The interaction is over for this agent; without a wrap-up it is stored with its contact all the same."""
        if not self.ended:
            await self.wrap_up(WrapUp(ended_at=datetime.fromtimestamp(await Now(), UTC)), activities=())

    async def _default_log(self, ending: WrapUp, contact: Contact | None) -> tuple[ActivityDraft, ...]:
        if contact is None:
            return ()
        try:
            capabilities = (await self.desk.connection()).capabilities
        except (SetupError, AuthError):
            capabilities = None  # the promise is kept until the link works again
        draft = log_of(self.interaction, ending, contact.ref, capabilities)
        return () if draft is None else (draft,)

    # State ------------------------------------------------------------------------------------------------------------

    def _key(self, place: int, draft: ActivityDraft) -> str:
        """The key of what stands at that place of a wrap-up's list."""
        return activity_key(
            tenant_id=self.desk.office.tenant_id,
            interaction_id=self.interaction.id,
            agent_id=self.desk.agent_id,
            crm=draft.contact.crm,
            source=f"wrap-up:{place}",
        )

    def _open_contact(self) -> Contact:
        contact = self.panel.contact
        if contact is None:
            raise InvalidValue("no contact is open in this interaction", next_step="open or create one first")
        return contact

    def _must_be_live(self) -> None:
        if self.ended:
            raise InvalidValue(
                f"interaction {self.interaction.id!r} is wrapped up: its contact is final",
                next_step="use the session's own verbs",
            )

    def _next_turn(self) -> int:
        with self._lock:
            self._turn += 1
            return self._turn

    async def _in_time(self, op: Operation[object], seconds: float, turn: int) -> None:
        try:
            await within(seconds, op)
        except DeadlineExceeded as late:
            for part in self.panel.parts.values():
                if part.state is PartState.LOADING:
                    why = f"not answered within {seconds:g} s"
                    await self._show(Part(name=part.name, state=PartState.FAILED, why=why, error=late), turn)

    async def _show(self, part: Part, turn: int) -> None:
        with self._lock:
            if turn != self._turn and part.name is not PartName.MATCH:
                return
            self.panel = self.panel.showing(part)
            if isinstance(part.value, Contact):
                self._opened = part.value
        await Emit(Changed(self.interaction.id, part))

    async def _show_written(self, draft: ActivityDraft, delivered: Delivered, turn: int) -> None:
        """List the kind anew, with what was just written even if the CRM's index does not show it yet (D13)."""
        contact, record = self.panel.contact, delivered.record
        if record is None or contact is None or contact.ref != draft.contact:
            return
        part = await related_part(
            await self.desk.connection(), contact.ref, draft.kind, self.desk.office.deadlines.read
        )
        if not isinstance(part.value, tuple):
            part = self.panel.parts.get(part.name, part)
        listed = part.value if isinstance(part.value, tuple) else ()
        if all(each.ref != record for each in listed):
            now = datetime.fromtimestamp(await Now(), UTC)
            mine = RelatedRecord(
                ref=record, kind=draft.kind, title=draft.subject, text=draft.text, at=now, created_at=now
            )
            listed = (mine, *listed)
        await self._show(Part(name=part.name, state=PartState.READY, value=listed, next=part.next), turn)
