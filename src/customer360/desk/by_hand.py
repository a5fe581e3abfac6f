"""Activities that an agent writes down by hand: promised first, then delivered, like those of a wrap-up (F050, F051).

So a note that is typed while the CRM is down is not lost, and a second click does not write it twice.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from customer360.core.activities import ActivityDraft
from customer360.core.effects import Now, Random, tx, within
from customer360.core.errors import Customer360Error, DeadlineExceeded
from customer360.desk.office import Office
from customer360.outbox import inbox, rows
from customer360.outbox.delivery import Delivered
from customer360.outbox.keys import activity_key
from customer360.outbox.promises import promise
from customer360.outbox.rows import AcceptedFor, DeliveryState


async def write_down(
    office: Office,
    draft: ActivityDraft,
    *,
    agent_id: str,
    interaction_id: str,
    accepted: Mapping[str, AcceptedFor],
) -> Delivered:
    """Promise ``draft`` and try to deliver it now.

    What the CRM refuses is raised (:class:`ValidationFailed` names the fields) and not kept: the agent is there to
    correct it, and may keep its key, or to try again once the reason is gone. Everything else is kept; the answer's
    ``state`` says whether it stands in the CRM already. The same draft under the same key again is answered as it
    stands; another under that key raises :class:`InvalidValue`.
    """
    keyed = await with_key(draft, office.tenant_id, agent_id, interaction_id)
    promised = await tx(
        promise,
        (keyed,),
        tenant_id=office.tenant_id,
        interaction_id=interaction_id,
        agent_id=agent_id,
        now=await Now(),
        accepted=accepted,
        asked_for=True,
    )
    if promised.clashes:
        raise promised.clashes[0]
    try:
        report = await within(office.deadlines.write, office.delivery.deliver_now(office.tenant_id, (keyed.key,)))
    except DeadlineExceeded:
        return await _as_it_stands(office, keyed.key)
    if not report.activities:  # it was promised before, or another worker has it just now
        return await _as_it_stands(office, keyed.key)
    delivered = report.activities[0]
    if delivered.state is DeliveryState.REFUSED and isinstance(delivered.cause, Customer360Error):
        await tx(inbox.resolve, office.tenant_id, keyed.key, inbox.Drop(), now=await Now())
        raise delivered.cause
    return delivered


async def with_key(draft: ActivityDraft, tenant_id: str, agent_id: str, interaction_id: str) -> ActivityDraft:
    """``draft`` with a key: its own, or a fresh one. The same draft given twice without a key is written twice."""
    if draft.key:
        return draft
    source = f"hand:{await Now()}:{await Random()}"
    key = activity_key(
        tenant_id=tenant_id, interaction_id=interaction_id, agent_id=agent_id, crm=draft.contact.crm, source=source
    )
    return attrs.evolve(draft, key=key)


async def _as_it_stands(office: Office, key: str) -> Delivered:
    row = await tx(rows.read, office.tenant_id, key)
    assert row is not None  # promised above, in a transaction that was committed; rows are never deleted
    return Delivered(
        tenant_id=office.tenant_id, key=key, state=row.state, record=row.record, problem=inbox.problem_of(row)
    )
