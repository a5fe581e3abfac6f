"""What an activity is about, and the CRM cannot tie it to: left out of what is written, and told.

A wrap-up does not fail over a deal that the CRM has no place for beside the contact (F050).
"""

from __future__ import annotations

import attrs

from customer360.connections import Connection
from customer360.core.activities import ActivityDraft
from customer360.core.records import RecordRef


async def untied_of(connection: Connection, draft: ActivityDraft) -> tuple[RecordRef, ...]:
    """Those of ``draft.related`` that the CRM will not hold with it; records of another CRM are among them."""
    if not draft.related:
        return ()
    tied = await connection.run(connection.connector.tied(connection.facts, draft))
    return tuple(ref for ref in dict.fromkeys(draft.related) if ref not in (*tied, draft.contact))


async def tied_only(connection: Connection, draft: ActivityDraft) -> tuple[ActivityDraft, tuple[RecordRef, ...]]:
    """The draft without those, and those."""
    untied = await untied_of(connection, draft)
    return attrs.evolve(draft, related=tuple(ref for ref in draft.related if ref not in untied)), untied
