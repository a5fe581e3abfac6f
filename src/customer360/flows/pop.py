"""The screen pop: from an interaction to a panel in at most two round trips (F001-F004, F026, P15).

Round trip one asks who it is; round trip two reads the contact and all kinds of its related records side by side. Where
the local index knows exactly one candidate, its record and its related records are read in the same, only round trip.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs

from customer360.connections import Connection
from customer360.core.activities import as_read
from customer360.core.capabilities import RELATED
from customer360.core.effects import Operation, gather, within
from customer360.core.errors import Customer360Error, Gone, NotFound, Unsupported
from customer360.core.interactions import Interaction
from customer360.core.matching import (
    INTERACTION,
    Found,
    Match,
    MatchPolicy,
    MatchResult,
    MatchSource,
    MatchStep,
    MatchStepKind,
)
from customer360.core.panel import RELATED_PARTS, Part, PartName, PartState, PartValue
from customer360.core.records import Contact, RecordRef, RelatedKind
from customer360.flows.match import ContactIndex, find, likely

Show: TypeAlias = Callable[[Part], Operation[None]]
"""Called with every part as it changes; keeps the panel and tells the listeners."""


async def pop(
    connection: Connection,
    interaction: Interaction,
    policy: MatchPolicy,
    show: Show,
    *,
    index: ContactIndex | None = None,
    patience: float = 3.0,
) -> MatchResult | None:
    """Find the customer and, if there is exactly one, open it.

    A record that routing names wins over matching (F030, F033). If it is missing or gone, matching takes over and says
    so; if it could not be read, what matching finds is shown and none of it is opened by itself.
    """
    unrouted: tuple[MatchStep, ...] = ()
    if interaction.pop is not None:
        why = await _routed(connection, interaction.pop, show, patience)
        if why is None:
            return None
        unrouted = (why,)
    await show(Part(name=PartName.MATCH, state=PartState.LOADING))
    guess = await likely(connection, interaction, policy, index) if index is not None else None

    opened, arrived = False, list[Part]()

    async def matching() -> MatchResult:
        nonlocal opened
        result = await find(connection, interaction, policy, index=index, patience=patience)
        result = attrs.evolve(result, steps=(*unrouted, *result.steps))
        failed = result.found is Found.FAILED
        state, why = (PartState.FAILED, result.sentence()) if failed else (PartState.READY, "")
        await show(Part(name=PartName.MATCH, state=state, value=result, why=why))
        best = result.best
        if best is not None and best.contact.ref == guess:
            for kind in _asked_for(connection):
                await show(Part(name=RELATED_PARTS[kind], state=PartState.LOADING))  # they are on their way
            await _show_contact(connection, guess, show, best, patience)
            opened = True
            for part in arrived:
                await show(part)
        elif best is not None:
            await open_contact(connection, best.contact.ref, show, match=best, patience=patience)
        return result

    async def related(of: RecordRef, kind: RelatedKind) -> None:
        part = await related_part(connection, of, kind, patience)
        if opened:
            await show(part)
        else:
            arrived.append(part)

    async def ahead() -> None:
        if guess is not None:
            await gather(*[related(guess, kind) for kind in _asked_for(connection)])

    result, _ = await gather(matching(), ahead())
    return result


async def _routed(connection: Connection, ref: RecordRef, show: Show, patience: float) -> MatchStep | None:
    """Open the record that routing names; or say why it is not open."""
    if ref.crm != connection.crm:
        return MatchStep(MatchStepKind.LEFT_OUT, _ROUTING, INTERACTION, "the record that it names is of another CRM")
    error: Customer360Error | None = None

    async def noting(part: Part) -> None:
        nonlocal error
        if part.name is PartName.CONTACT:
            error = part.error
        await show(part)

    if await open_contact(connection, ref, noting, patience=patience):
        return None
    if isinstance(error, NotFound | Gone):
        return MatchStep(MatchStepKind.LEFT_OUT, _ROUTING, INTERACTION, "the record that it names is not there")
    said = "" if error is None else f": {type(error).__name__}"
    return MatchStep(
        MatchStepKind.FAILED, _ROUTING, connection.crm, f"the record that it names could not be read{said}"
    )


_ROUTING = "routing"


async def open_contact(
    connection: Connection, ref: RecordRef, show: Show, *, match: Match | None = None, patience: float = 3.0
) -> bool:
    """Show a contact and its related records, side by side; what the ``match`` has read whole is not read again.

    If the record lives on under another reference, what hangs off that one is read in a second round trip (D6). True
    if the contact could be read.
    """
    now: RecordRef | None = None

    async def contact() -> None:
        nonlocal now
        now = await _show_contact(connection, ref, show, match, patience)

    async def related(of: RecordRef, kind: RelatedKind) -> None:
        await show(Part(name=RELATED_PARTS[kind], state=PartState.LOADING))
        await show(await related_part(connection, of, kind, patience))

    await gather(contact(), *[related(ref, kind) for kind in _asked_for(connection)])
    if now is not None and now != ref:
        await gather(*[related(now, kind) for kind in _asked_for(connection)])
    return now is not None


async def _show_contact(
    connection: Connection, ref: RecordRef, show: Show, match: Match | None, patience: float
) -> RecordRef | None:
    """Where the contact that is shown lives now; None if it could not be read."""
    await show(Part(name=PartName.CONTACT, state=PartState.LOADING))
    live = match is not None and match.source is MatchSource.CRM
    read = match.contact if match is not None and live and not match.contact.partial else None
    part = await _settled(PartName.CONTACT, _contact(connection, ref, read), patience)
    if part.state is PartState.FAILED and match is not None and not live:
        part = attrs.evolve(part, value=match.contact)  # as it was: better than nothing, and marked as failed
    await show(part)
    for kind in connection.connector.within_contact:
        await show(_part_within(connection, kind, part))
    return part.value.ref if part.state is PartState.READY and isinstance(part.value, Contact) else None


def _asked_for(connection: Connection) -> list[RelatedKind]:
    """The kinds that take a request each."""
    return [kind for kind in RelatedKind if kind not in connection.connector.within_contact]


def _part_within(connection: Connection, kind: RelatedKind, contact: Part) -> Part:
    """The part of a kind that the contact holds itself: as ready as the contact is."""
    value: PartValue | None = None
    if contact.state is PartState.READY and isinstance(contact.value, Contact):
        value = as_read(connection.connector.related_within(connection.facts, contact.value, kind))
    return attrs.evolve(contact, name=RELATED_PARTS[kind], value=value)


async def related_part(connection: Connection, ref: RecordRef, kind: RelatedKind, patience: float) -> Part:
    """The part that lists one kind of a contact's records, as it ends."""
    name = RELATED_PARTS[kind]
    support = connection.capabilities[RELATED[kind]]
    if not support.can:
        return Part(name=name, state=PartState.UNSUPPORTED, why=support.reason)
    return await _settled(name, _related(connection, ref, kind), patience)


async def _settled(name: PartName, op: Operation[Part], patience: float) -> Part:
    """The part as it ends: ready, or failed or unsupported with the reason."""
    try:
        return await within(patience, op)
    except Unsupported as error:
        return Part(name=name, state=PartState.UNSUPPORTED, why=error.what, error=error)
    except Customer360Error as error:
        return Part(name=name, state=PartState.FAILED, why=str(error), error=error)


async def _contact(connection: Connection, ref: RecordRef, read: Contact | None) -> Part:
    connector, facts = connection.connector, connection.facts
    if read is not None:
        return _ready(PartName.CONTACT, attrs.evolve(read, url=read.url or connector.record_url(facts, ref)))
    try:
        contact = await connection.run(connector.get(facts, ref))
    except Gone as gone:
        if gone.merged_into is None:
            raise
        contact = await connection.run(connector.get(facts, gone.merged_into))
    url = contact.url or connector.record_url(facts, contact.ref)
    return _ready(PartName.CONTACT, attrs.evolve(contact, url=url))


async def _related(connection: Connection, ref: RecordRef, kind: RelatedKind) -> Part:
    page = await connection.run(connection.connector.related(connection.facts, ref, kind))
    return _ready(RELATED_PARTS[kind], as_read(page.items), page.next)


def _ready(name: PartName, value: PartValue, following: str | None = None) -> Part:
    return Part(name=name, state=PartState.READY, value=value, next=following)
