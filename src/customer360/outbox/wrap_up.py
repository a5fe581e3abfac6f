"""The one transaction of a wrap-up: the interaction, its final contact, and the activities that were promised.

Either all of it is stored or none. Once it is, nothing is lost: what the agent was promised is delivered, or a person
is told why not (R2, M4).
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import sqlalchemy as sa

from customer360.core.activities import ActivityDraft
from customer360.core.effects import Now, tx
from customer360.core.errors import InvalidValue
from customer360.core.interactions import Interaction, WrapUp
from customer360.core.records import RecordRef
from customer360.core.serialization import to_json
from customer360.outbox.promises import promise
from customer360.outbox.rows import AcceptedFor
from customer360.outbox.tables import interaction as interactions
from customer360.outbox.tables import interaction_contact


def _one_per_crm(
    ending: Ending, attribute: attrs.Attribute[tuple[RecordRef, ...]], value: tuple[RecordRef, ...]
) -> None:
    if len({ref.crm for ref in value}) != len(value):
        raise InvalidValue("an interaction ends with one contact per CRM", next_step="name the one open at the end")


def _distinct_keys(
    ending: Ending, attribute: attrs.Attribute[tuple[ActivityDraft, ...]], value: tuple[ActivityDraft, ...]
) -> None:
    if not all(draft.key for draft in value) or len({draft.key for draft in value}) != len(value):
        raise InvalidValue(
            "every activity of a wrap-up needs a key of its own",
            next_step="give no key twice, or none at all, and the session makes them",
        )


@attrs.frozen(kw_only=True)
class Ending:
    """How an interaction ended for one agent, whole.

    ``contacts`` holds the contact open at the end in each CRM in which the agent opened one (F036). ``drafts`` go to
    the CRM of their ``contact``; each has its key from :func:`customer360.outbox.keys.activity_key`. ``accepted_for``
    tells for whom they are at each CRM.
    """

    tenant_id: str
    agent_id: str
    interaction: Interaction
    wrap_up: WrapUp
    contacts: tuple[RecordRef, ...] = attrs.field(default=(), validator=_one_per_crm)
    drafts: tuple[ActivityDraft, ...] = attrs.field(default=(), validator=_distinct_keys)
    accepted_for: Mapping[str, AcceptedFor] = attrs.field(factory=dict, hash=False)


@attrs.frozen(kw_only=True)
class Accepted:
    """What the commit did: ``repeated`` when this wrap-up was stored before, ``promised`` the keys to be delivered,
    ``clashes`` one error for each draft whose key was another activity's."""

    repeated: bool
    promised: tuple[str, ...]
    clashes: tuple[InvalidValue, ...] = ()


async def wrap_up(ending: Ending) -> Accepted:
    """Commit a wrap-up; sending the same one again changes nothing (X20)."""
    return await tx(store_ending, ending, await Now())


def store_ending(connection: sa.Connection, ending: Ending, now: float) -> Accepted:
    """Store ``ending`` in the caller's transaction.

    Of two wrap-ups of the same interaction by the same agent the first stands; activities that only the second names
    are promised too, because the agent was told so.
    """
    repeated = not _store_interaction(connection, ending, now)
    promised = promise(
        connection,
        ending.drafts,
        tenant_id=ending.tenant_id,
        interaction_id=ending.interaction.id,
        agent_id=ending.agent_id,
        now=now,
        accepted=ending.accepted_for,
    )
    return Accepted(repeated=repeated, promised=promised.keys, clashes=promised.clashes)


def _store_interaction(connection: sa.Connection, ending: Ending, now: float) -> bool:
    identity = {
        "tenant_id": ending.tenant_id,
        "interaction_id": ending.interaction.id,
        "agent_id": ending.agent_id,
    }
    known = sa.select(interactions.c.committed_at).filter_by(**identity)
    if connection.execute(known).first() is not None:
        return False
    started_at = ending.interaction.started_at.timestamp()
    connection.execute(
        interactions.insert().values(
            **identity,
            started_at=started_at,
            ended_at=ending.wrap_up.ended_at.timestamp(),
            interaction=to_json(ending.interaction),
            wrap_up=to_json(ending.wrap_up),
            committed_at=now,
        )
    )
    if ending.contacts:
        connection.execute(
            interaction_contact.insert(),
            [
                {**identity, "crm": ref.crm, "resource": ref.resource, "record_id": ref.id, "started_at": started_at}
                for ref in ending.contacts
            ],
        )
    return True
