"""What the agent sees of a customer: parts, each with its own state (F004)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

import attrs

from customer360.core.errors import Customer360Error
from customer360.core.interactions import Interaction
from customer360.core.matching import MatchResult
from customer360.core.records import Contact, RelatedKind, RelatedRecord


class PartState(StrEnum):
    """How a part of the panel stands."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"


class PartName(StrEnum):
    """The parts of a panel; one per kind of related record."""

    MATCH = "match"
    CONTACT = "contact"
    NOTES = "notes"
    TASKS = "tasks"
    CALLS = "calls"
    EVENTS = "events"
    CASES = "cases"
    DEALS = "deals"


RELATED_PARTS: Mapping[RelatedKind, PartName] = {
    RelatedKind.NOTE: PartName.NOTES,
    RelatedKind.TASK: PartName.TASKS,
    RelatedKind.CALL: PartName.CALLS,
    RelatedKind.EVENT: PartName.EVENTS,
    RelatedKind.CASE: PartName.CASES,
    RelatedKind.DEAL: PartName.DEALS,
}
"""The part that lists each kind."""

PartValue: TypeAlias = MatchResult | Contact | tuple[RelatedRecord, ...]


@attrs.frozen(kw_only=True)
class Part:
    """One part of the panel: its state; its ``value`` when ready; ``why`` when failed or unsupported, and the
    error.

    A contact that failed because the CRM is down has the index's last snapshot as its ``value``, if there is one.
    Related records are the first page: where there are more, ``next`` is the cursor with which
    ``Session.related`` goes on.
    """

    name: PartName
    state: PartState
    value: PartValue | None = None
    why: str = ""
    next: str | None = attrs.field(default=None, repr=False)
    error: Customer360Error | None = attrs.field(default=None, eq=False, repr=False)


@attrs.frozen(kw_only=True)
class Panel:
    """Everything an agent sees for one interaction, at one moment.

    A new panel is made for every change. ``contact`` is the open contact, if one is open; ``match`` the
    last answer to "who is this?".
    """

    interaction: Interaction
    parts: Mapping[PartName, Part] = attrs.field(factory=dict, hash=False)

    @property
    def match(self) -> MatchResult | None:
        """The match result, once there is one."""
        value = self._value(PartName.MATCH)
        return value if isinstance(value, MatchResult) else None

    @property
    def contact(self) -> Contact | None:
        """The open contact, once it is read."""
        value = self._value(PartName.CONTACT)
        return value if isinstance(value, Contact) else None

    def related(self, kind: RelatedKind) -> tuple[RelatedRecord, ...]:
        """The open contact's records of one kind, newest first; empty unless that part is ready."""
        value = self._value(RELATED_PARTS[kind])
        return value if isinstance(value, tuple) else ()

    @property
    def settled(self) -> bool:
        """Whether no part is loading any more."""
        return all(part.state is not PartState.LOADING for part in self.parts.values())

    def showing(self, part: Part) -> Panel:
        """This panel with one part replaced."""
        return attrs.evolve(self, parts={**self.parts, part.name: part})

    def _value(self, name: PartName) -> PartValue | None:
        part = self.parts.get(name)
        return None if part is None else part.value
