"""Calls and events: both are events of a calendar (contract, sections 7 and 12).

They bear their contact's id, and calls what else is known of them, as extended properties. Calls go to the calendar
"Customer calls" if the user had one at sign-in, else to the default calendar with a category; a call is told from an
event by its direction. Nobody is ever invited: attendees get mail at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from customer360.core.activities import ActivityChange, CallDraft, EventDraft, key_line
from customer360.core.effects import GET, POST, Err, settle
from customer360.core.errors import Duplicate, NotFound, UnexpectedAnswer, Unsupported
from customer360.core.linking import LinkFacts
from customer360.core.records import UNSET, RecordRef, RelatedKind, RelatedRecord
from customer360.core.wire import Response
from customer360_microsoft365 import query as q
from customer360_microsoft365.contacts import KEY_PROPERTY, created, must_stand, property_of, row_of
from customer360_microsoft365.graph import Pairs, Row, listed, prefer, value
from customer360_microsoft365.graph import change as patch
from customer360_microsoft365.places import CALL, CALL_CALENDAR, EVENT, KEY, contacts_in, event_at, segment
from customer360_microsoft365.records import event_related, text_of, when
from customer360_microsoft365.writing import extra_fields, subject_of, text_body

CALL_CATEGORY: Final = "Call"
RESOURCES: Final = {RelatedKind.CALL: CALL, RelatedKind.EVENT: EVENT}

_PREFIX: Final = KEY_PROPERTY.removesuffix("Key")
_CONTACT: Final = f"{_PREFIX}Contact"
_DIRECTION: Final = f"{_PREFIX}Direction"
_DURATION: Final = f"{_PREFIX}Duration"
_OUTCOME: Final = f"{_PREFIX}Outcome"
_HEADERS: Final = prefer('outlook.timezone="UTC"', 'outlook.body-content-type="text"')
_PAGE: Final = "200"
_NOBODY: Final = "none"
_DEFAULT: Final = "/me"


async def related(facts: LinkFacts, contact: RecordRef, kind: RelatedKind) -> list[RelatedRecord]:
    """The contact's calls, or its events, in no order."""
    contacts_in(contact.resource)
    asked = _bearing(_CONTACT, contact.id)
    rows = await _listed(facts, kind, "events", asked, lambda row: _is(row, kind, _CONTACT, contact.id))
    told = [(row, property_of(row, _OUTCOME), property_of(row, _DIRECTION)) for row in rows]
    return [event_related(RESOURCES[kind], kind, row, outcome, direction) for row, outcome, direction in told]


async def _listed(
    facts: LinkFacts, kind: RelatedKind, what: str, params: Pairs, wanted: Callable[[Row], bool]
) -> list[Row]:
    """The events that are ``wanted`` of all calendars that the kind may have gone to, side by side.

    Calls are in the default one, too: from before the user had one for them. Which the user may have deleted again.
    """
    *own, default = await settle(
        *[
            listed(facts, f"{calendar}/{what}", params, headers=_HEADERS, wanted=wanted)
            for calendar in _calendars(facts, kind)
        ]
    )
    there = [each for each in own if not (isinstance(each, Err) and isinstance(each.error, NotFound))]
    return [row for each in (*there, default) for row in value(each)]


async def _first(
    facts: LinkFacts, kind: RelatedKind, what: str, params: Pairs, wanted: Callable[[Row], bool]
) -> RecordRef | None:
    """The first event that is ``wanted`` of all calendars that the kind may have gone to."""
    for calendar in _calendars(facts, kind):
        try:
            rows = await listed(facts, f"{calendar}/{what}", params, headers=_HEADERS, wanted=wanted, enough=1)
        except NotFound:
            if calendar == _DEFAULT:
                raise
            continue
        if rows:
            return RecordRef(KEY, RESOURCES[kind], text_of(rows[0], "id"))
    return None


def _calendars(facts: LinkFacts, kind: RelatedKind) -> tuple[str, ...]:
    """Where events of this kind go, and where they go when that is gone."""
    own = facts.extra.get(CALL_CALENDAR) if kind is RelatedKind.CALL else None
    return (f"/me/calendars/{segment(own)}", _DEFAULT) if own else (_DEFAULT,)


def _bearing(property_id: str, text: str) -> Pairs:
    """How to ask for events with a property; the vendor ignores case, so what comes must be compared again."""
    return (
        ("$filter", q.property_is(property_id, text).text),
        ("$expand", q.with_properties(*dict.fromkeys((property_id, _DIRECTION, _OUTCOME)))),
        ("$top", _PAGE),
    )


def _is(row: Row, kind: RelatedKind, property_id: str, text: str) -> bool:
    is_call = property_of(row, _DIRECTION) is not None
    return property_of(row, property_id) == text and is_call is (kind is RelatedKind.CALL)


# Writing ------------------------------------------------------------------------------------------------------------


async def create(facts: LinkFacts, draft: CallDraft | EventDraft) -> RecordRef:
    """One event; a repeat is told by the vendor, which names the first.

    Where the user has deleted the calendar for calls, the call goes to the default one.
    """
    contacts_in(draft.contact.resource)
    resource, body = RESOURCES[draft.kind], body_of(draft)
    *own, default = _calendars(facts, draft.kind)
    await must_stand(facts, draft.contact)
    try:
        answer = await _post(own, default, body)
    except Duplicate as repeated:
        if repeated.existing is not None:
            return RecordRef(KEY, resource, repeated.existing.id)
        found = await find_created(facts, draft) or await _seen(facts, draft, body["transactionId"])
        if found is None:
            raise UnexpectedAnswer(
                "Microsoft 365 says that this was created before, and does not show it", maybe_applied=True
            ) from None
        return found
    return created(resource, answer)


async def _seen(facts: LinkFacts, draft: CallDraft | EventDraft, transaction: str) -> RecordRef | None:
    """The event of this transaction among those of its hours: the vendor's filters may lag, its calendars do not."""
    start = (draft.started_at if isinstance(draft, CallDraft) else draft.starts_at).astimezone(UTC)
    end = start + draft.duration if isinstance(draft, CallDraft) else draft.ends_at
    params = (
        ("startDateTime", _day_from(start, -1)),
        ("endDateTime", _day_from(end, 1)),
        ("$top", _PAGE),
    )
    return await _first(facts, draft.kind, "calendarView", params, lambda row: row.get("transactionId") == transaction)


def _day_from(moment: datetime, days: int) -> str:
    return f"{when(moment + timedelta(days=days))['dateTime']}Z"


async def _post(own: Sequence[str], default: str, body: dict[str, Any]) -> Response:
    for calendar in own:
        try:
            return await POST(f"{calendar}/events", body, headers=_HEADERS)
        except NotFound:
            continue  # the user has deleted it, and nothing was written
    return await POST(f"{default}/events", body, headers=_HEADERS)


def body_of(draft: CallDraft | EventDraft) -> dict[str, Any]:
    """The event to send.

    What ``draft.extra`` says wins over what follows from the draft; key and contact are kept whatever it says.
    """
    key_line(draft.key)
    properties = {_CONTACT: draft.contact.id, KEY_PROPERTY: draft.key}
    match draft:
        case CallDraft():
            seconds = max(0, round(draft.duration.total_seconds()))
            own: dict[str, Any] = {
                "body": text_body(_call_text(draft)),
                "start": when(draft.started_at),
                "end": when(draft.started_at.astimezone(UTC) + timedelta(seconds=seconds)),  # an hour may come twice
                "showAs": "free",
                "categories": [CALL_CATEGORY],
            }
            properties |= {
                _DIRECTION: draft.direction.value,
                _DURATION: str(seconds),
                _OUTCOME: draft.outcome.value,
            }
        case EventDraft():
            own = {
                "body": text_body(draft.text),
                "start": when(draft.starts_at),
                "end": when(draft.ends_at),
                "showAs": "busy",
            }
            if draft.location:
                own["location"] = {"displayName": draft.location}
    return {
        "subject": subject_of(draft),
        "isReminderOn": False,
        **own,
        **extra_fields(draft.extra),
        "transactionId": f"c360-{draft.kind.value}-{draft.key}",
        "singleValueExtendedProperties": [{"id": name, "value": text} for name, text in properties.items()],
    }


def _call_text(draft: CallDraft) -> str:
    """The agent's text, then what an event has no field for."""
    told = (
        ("Customer", draft.customer),
        ("Dialled", draft.dialled),
        ("Disposition", draft.disposition),
        ("Recording", draft.recording_url),
    )
    lines = [f"{label}: {text}" for label, text in told if text]
    return "\n\n".join(part for part in (draft.text.strip(), "\n".join(lines)) if part)


async def find_created(facts: LinkFacts, draft: CallDraft | EventDraft) -> RecordRef | None:
    """The event that bears the draft's key."""
    kind, key = draft.kind, draft.key
    asked = _bearing(KEY_PROPERTY, key)
    return await _first(facts, kind, "events", asked, lambda row: _is(row, kind, KEY_PROPERTY, key))


async def update(change: ActivityChange) -> None:
    if change.status is not UNSET or change.due_on is not UNSET:
        raise Unsupported("only tasks have a status and a due day that can be set", ref=change.ref)
    body = extra_fields(change.extra)
    if change.subject is not UNSET:
        body["subject"] = change.subject
    if change.text is not UNSET:
        body["body"] = text_body(change.text or "")
    if body:
        await patch(event_at(change.ref), body, headers=_HEADERS)


async def link(facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
    """Let the event bear this contact's id; what it bore before is replaced."""
    await must_stand(facts, contact)
    await _bear(record, contact.id)


async def unlink(contact: RecordRef, record: RecordRef) -> None:
    """Replace the contact's id, if it is this one: a single property cannot be deleted."""
    params: Pairs = (("$select", "id"), ("$expand", q.with_properties(_CONTACT)))
    row = row_of(await GET(event_at(record), params, _HEADERS))
    if property_of(row, _CONTACT) == contact.id:
        await _bear(record, _NOBODY)


async def _bear(record: RecordRef, text: str) -> None:
    body = {"singleValueExtendedProperties": [{"id": _CONTACT, "value": text}]}
    await patch(event_at(record), body, headers=_HEADERS)
