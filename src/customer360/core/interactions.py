"""Interactions: a call, a mail or a chat that an agent handles, as the desktop reports it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from customer360.core.errors import InvalidValue
from customer360.core.records import RecordRef, a_text, aware, maybe_a_record, maybe_a_text, of_kind, timed


class Channel(StrEnum):
    """How the customer reached us, or we them."""

    VOICE = "voice"
    EMAIL = "email"
    CHAT = "chat"
    WHATSAPP = "whatsapp"
    SMS = "sms"


class Direction(StrEnum):
    """Who began it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


_text = of_kind(str, type(None))


@attrs.frozen
class Disposition:
    """The outcome code that the agent chose (wrap-up code)."""

    code: str = attrs.field(validator=a_text)
    label: str | None = attrs.field(default=None, validator=maybe_a_text)


_LONGEST_ID = 255
"""Characters: every database that may be the store keeps so many."""


def _named(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    good = isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and not value.isspace() and value.isprintable()
    if not good:
        raise InvalidValue(
            f"an interaction needs an id, a text of at most {_LONGEST_ID} printable characters",
            next_step="give the host's own, the same for all its life",
        )


def _texts(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Names and values of routing are texts: what a criterion compares, and what is stored."""
    if not isinstance(value, Mapping) or not all(isinstance(each, str) for pair in value.items() for each in pair):
        raise InvalidValue(
            f"{type(instance).__name__}.{attribute.name} holds something else than names and values that are texts",
            next_step='give it as in {"customer_no": "4711"}',
        )


@attrs.frozen(kw_only=True)
class Interaction:
    """One conversation as the desktop reports it.

    ``id`` is the host's own, the same for the life of the interaction. ``customer`` is the customer's address
    (ANI for an inbound call, else whom the agent contacts), ``dialled`` the other end (DNIS). Both as received,
    in any format; empty or None when withheld. ``routing`` is custom data from routing, ``pop`` the record that
    routing told to open (F030). Raises :class:`InvalidValue` for what is of another kind; an address that the
    channel's criteria cannot use is none: the match says so.
    """

    id: str = attrs.field(validator=_named)
    channel: Channel = attrs.field(default=Channel.VOICE, validator=of_kind(Channel))
    direction: Direction = attrs.field(default=Direction.INBOUND, validator=of_kind(Direction))
    customer: str | None = attrs.field(default=None, repr=False, validator=_text)
    customer_name: str | None = attrs.field(default=None, repr=False, validator=_text)
    dialled: str | None = attrs.field(default=None, repr=False, validator=_text)
    queue: str | None = attrs.field(default=None, validator=_text)
    started_at: datetime = attrs.field(validator=timed)
    answered_at: datetime | None = attrs.field(default=None, validator=aware)
    routing: Mapping[str, str] = attrs.field(factory=dict, repr=False, hash=False, validator=_texts)
    pop: RecordRef | None = attrs.field(default=None, validator=maybe_a_record)


@attrs.frozen(kw_only=True)
class WrapUp:
    """How an interaction ended: what the agent wrote and chose after it."""

    ended_at: datetime = attrs.field(validator=timed)
    notes: str = attrs.field(default="", repr=False, validator=a_text)
    disposition: Disposition | None = attrs.field(default=None, validator=of_kind(Disposition, type(None)))
    recording_url: str | None = attrs.field(default=None, repr=False, validator=maybe_a_text)
