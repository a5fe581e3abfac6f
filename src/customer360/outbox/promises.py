"""Promising activities, and what becomes of a key that comes again.

With the draft that it was given for it is a repeat, and the first promise stands (X20); with another it is a mistake,
and told. What the CRM refused certainly does not stand there, so it is sent again, corrected or as it was: the right
that was missing may be given since. What a person has dropped goes out again only if somebody asks for that very one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from hashlib import sha256
from typing import Any

import attrs
import sqlalchemy as sa

from customer360.core.activities import ActivityDraft
from customer360.core.errors import InvalidValue
from customer360.core.records import RecordRef
from customer360.core.serialization import to_json
from customer360.outbox.rows import NOT_KNOWN, AcceptedFor, DeliveryState, Row, change
from customer360.outbox.tables import outbox


@attrs.frozen
class Promised:
    """``keys`` that are to be delivered now, for the first time or corrected; ``clashes``: of other activities."""

    keys: tuple[str, ...] = ()
    clashes: tuple[InvalidValue, ...] = ()


def promise(
    connection: sa.Connection,
    drafts: Iterable[ActivityDraft],
    *,
    tenant_id: str,
    interaction_id: str,
    agent_id: str,
    now: float,
    accepted: Mapping[str, AcceptedFor] | None = None,
    asked_for: bool = False,
) -> Promised:
    """Write down activities to be delivered. ``accepted`` tells for whom, by CRM.

    Of a key that is there already nothing changes, unless the CRM refused what it was given for, or a person dropped it
    and it is ``asked_for`` now, not only named again with the others of a wrap-up.
    """
    wanted = {draft.key: draft for draft in drafts}
    query = sa.select(outbox).where(outbox.c.tenant_id == tenant_id, outbox.c.key.in_(wanted))
    known = {row.key: row for row in (Row(**found) for found in connection.execute(query).mappings())}
    keys, clashes, new = [], [], []
    for key, draft in wanted.items():
        whose = (accepted or {}).get(draft.contact.crm, NOT_KNOWN)
        values = {
            "interaction_id": interaction_id,
            "agent_id": agent_id,
            "deliver_as": agent_id,
            "crm": draft.contact.crm,
            **attrs.asdict(whose),
            "kind": draft.kind.value,
            "draft": to_json(draft),
            "digest": digest(draft),
            "state": DeliveryState.DUE.value,
            "due_at": now,
            "attempts": 0,
            "leased_until": now,
        }
        row = known.get(key)
        if row is None:
            new.append({"tenant_id": tenant_id, "key": key, "created_at": now, "fence": 0, **values})
            keys.append(key)
            continue
        match _again(row, draft, whose, asked_for):
            case _Again.ANEW:
                if row.sent_until is not None:  # an earlier attempt may stand there all the same: looked for first
                    values["state"] = DeliveryState.DOUBT.value
                change(connection, row, fence=row.fence + 1, problem=None, **values)
                keys.append(key)
            case _Again.CLASH:
                clashes.append(_clash(row, draft))
    if new:
        connection.execute(outbox.insert(), new)
    return Promised(tuple(keys), tuple(clashes))


class _Again(Enum):
    """What a draft is to the activity that its key was given for before."""

    REPEAT = "repeat"
    """The same one."""

    ANEW = "anew"
    """The same or another, for one that does not stand in the CRM and would not be sent any more."""

    CLASH = "clash"
    """Another activity."""


def _again(row: Row, draft: ActivityDraft, whose: AcceptedFor, asked_for: bool) -> _Again:
    # The same ids may be other records in another organisation.
    here = not row.organisation or not whose.organisation or row.organisation == whose.organisation
    # What is delivered may differ from what was promised: a person corrected it, or its contact was merged.
    same = here and (row.digest in (None, digest(draft)) or row.draft == to_json(draft))
    if row.state is DeliveryState.DROPPED and row.sent_until is None and (asked_for or not same):
        return _Again.ANEW
    if here and row.state is DeliveryState.REFUSED and (row.kind, row.crm) == (draft.kind.value, draft.contact.crm):
        return _Again.ANEW
    return _Again.REPEAT if same else _Again.CLASH


def _clash(row: Row, draft: ActivityDraft) -> InvalidValue:
    return InvalidValue(
        f"this {draft.kind.value} was not written: its key {row.key!r} was given to another activity before, "
        f"a {row.kind} that is {row.state.value}",
        ref=row.record or RecordRef(**row.draft["contact"]),
        next_step="give this one a key of its own; pending() lists what is not delivered yet",
    )


def digest(draft: ActivityDraft) -> str:
    """64 hexadecimal digits, the same for equal drafts: in whatever zone their times are given."""
    times: dict[str, Any] = {
        field.name: _in_utc(value)
        for field in attrs.fields(type(draft))
        if isinstance(value := getattr(draft, field.name), datetime)
    }
    extra = {name: _in_utc(value) for name, value in draft.extra.items()}
    told = json.dumps(to_json(attrs.evolve(draft, extra=extra, **times)), sort_keys=True)
    return sha256(told.encode()).hexdigest()


def _in_utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
