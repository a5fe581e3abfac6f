"""What a link can do, said as data: the desktop hides what cannot be done, the docs print the matrix (F095,
M13)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs

from customer360.core.errors import Unsupported
from customer360.core.records import RelatedKind


class Capability(StrEnum):
    """One thing a connector may be able to do."""

    SEARCH_PHONE = "search_phone"
    SEARCH_EMAIL = "search_email"
    SEARCH_NAME = "search_name"
    SEARCH_TEXT = "search_text"
    SEARCH_FIELD = "search_field"
    CREATE_CONTACT = "create_contact"
    UPDATE_CONTACT = "update_contact"
    RELATED_NOTES = "related_notes"
    RELATED_TASKS = "related_tasks"
    RELATED_CALLS = "related_calls"
    RELATED_EVENTS = "related_events"
    RELATED_CASES = "related_cases"
    RELATED_DEALS = "related_deals"
    CREATE_NOTE = "create_note"
    CREATE_TASK = "create_task"
    CREATE_CALL = "create_call"
    CREATE_EVENT = "create_event"
    CREATE_CASE = "create_case"
    UPDATE_ACTIVITY = "update_activity"
    LIST_ACTIVITIES = "list_activities"
    LINK = "link"
    UNLINK = "unlink"
    DELTA = "delta"
    RECORD_URL = "record_url"


RELATED: Mapping[RelatedKind, Capability] = {
    RelatedKind.NOTE: Capability.RELATED_NOTES,
    RelatedKind.TASK: Capability.RELATED_TASKS,
    RelatedKind.CALL: Capability.RELATED_CALLS,
    RelatedKind.EVENT: Capability.RELATED_EVENTS,
    RelatedKind.CASE: Capability.RELATED_CASES,
    RelatedKind.DEAL: Capability.RELATED_DEALS,
}
"""The capability to list each kind for a contact."""

CREATE: Mapping[RelatedKind, Capability] = {
    RelatedKind.NOTE: Capability.CREATE_NOTE,
    RelatedKind.TASK: Capability.CREATE_TASK,
    RelatedKind.CALL: Capability.CREATE_CALL,
    RelatedKind.EVENT: Capability.CREATE_EVENT,
    RelatedKind.CASE: Capability.CREATE_CASE,
}
"""The capability to create each kind."""


@attrs.frozen
class Support:
    """Whether something can be done, and one line why not (or under which condition it can)."""

    can: bool
    reason: str = ""


CAN = Support(True)


def cannot(reason: str) -> Support:
    """Not possible, because ..."""
    return Support(False, reason)


@attrs.frozen
class Capabilities:
    """Every capability with its support.

    What is not named cannot be done.
    """

    supports: Mapping[Capability, Support] = attrs.field(hash=False)

    def __getitem__(self, capability: Capability) -> Support:
        return self.supports.get(capability, Support(False, "this connector does not offer it"))

    def require(self, capability: Capability) -> None:
        """Raise :class:`Unsupported` with the reason, unless it can be done."""
        support = self[capability]
        if not support.can:
            raise Unsupported(f"{capability.value.replace('_', ' ')} is not possible: {support.reason}")


class PhoneSearch(StrEnum):
    """How a CRM's own search treats phone numbers (D1); decides how many requests a match needs."""

    NORMALISED = "normalised"
    """Any spelling finds any spelling."""

    SUBSTRING = "substring"
    """Digits in a row, found inside stored text."""

    PREFIX = "prefix"
    """The stored digits from the first one on: a question for each way in which the number may begin, with its country
    code, with a trunk prefix or with neither (see :func:`customer360.core.phones.reading.spellings`)."""

    EXACT = "exact"
    """Only the stored text itself: one question for each spelling."""

    NONE = "none"
    """No search by phone: the local index serves."""


class Repeat(StrEnum):
    """How a repeated create is recognised."""

    NATIVE = "native"
    FINDABLE = "findable"
    BLIND = "blind"


@attrs.frozen(kw_only=True)
class CreateClass:
    """How a repeated create of one kind is recognised, and why.

    ``native``: the CRM itself makes one of two (client-chosen id, idempotency key, conditional write).
    ``findable``: the key can be found again, at worst ``lag`` seconds after the server applied it; a create is
    resent only after ``lag`` plus ``longest_run``, the longest the server may still be at work on a request it
    received. ``blind``: it cannot be told; reported to a person, never resent.
    """

    repeat: Repeat
    reason: str
    lag: float = 600.0
    longest_run: float = 300.0
