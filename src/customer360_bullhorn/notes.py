"""Notes, which are also Bullhorn's calls: there is no other record of them (contract, section 7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from customer360.core.activities import CallDraft, CallOutcome, NoteDraft
from customer360.core.effects import PUT
from customer360.core.errors import InvalidValue, Unsupported
from customer360.core.interactions import Direction
from customer360.core.linking import LinkFacts
from customer360.core.records import Page, RecordRef, RelatedRecord
from customer360_bullhorn import ties
from customer360_bullhorn.asking import Rows, following, listed
from customer360_bullhorn.auth import KEY
from customer360_bullhorn.contacts import created
from customer360_bullhorn.metadata import actions
from customer360_bullhorn.query import REACHABLE, milliseconds
from customer360_bullhorn.records import id_of, identifier_of, text_of, time_of, wire_fields
from customer360_bullhorn.related import READINGS, marked_up, related_of

_PAGE: Final = 100
_LONGEST_KEY, _LONGEST_ACTION = 100, 30
_NOTE_WORDS: Final = ("note", "other", "general")
_WORDS: Final = {Direction.INBOUND: "inbound", Direction.OUTBOUND: "outbound"}


# Actions ------------------------------------------------------------------------------------------------------------


def is_call(action: str) -> bool:
    """Whether a note with this action tells of a call: actions are the tenant's own words."""
    return "call" in action.casefold()


def call_action(facts: LinkFacts, direction: Direction) -> str:
    """The tenant's action for a call of this direction; where it has none for calls, the vendor's usual one."""
    word, others = _WORDS.get(direction, ""), [each for each in _WORDS.values() if each != _WORDS.get(direction)]
    calls = [each for each in actions(facts) if is_call(each) and len(each) <= _LONGEST_ACTION]
    fitting = [each for each in calls if word and word in each.casefold()]
    neutral = [each for each in calls if not any(other in each.casefold() for other in others)]
    return next(iter((*fitting, *neutral, *calls)), f"{word or 'inbound'} call".title())


def note_action(facts: LinkFacts) -> str | None:
    """The tenant's action for what is no call, or None where its list has nothing of the sort."""
    others = [each for each in actions(facts) if not is_call(each) and len(each) <= _LONGEST_ACTION]
    return next((each for word in _NOTE_WORDS for each in others if word in each.casefold()), None)


# Listing ------------------------------------------------------------------------------------------------------------


async def related(contact: RecordRef, *, calls: bool, limit: int, offset: int) -> Page[RelatedRecord]:
    """A contact's notes that are calls, or those that are none, newest first.

    Both stand in one list, so pages of it are read until enough of the kind are found; the cursor is a place in it.
    """
    found: list[RelatedRecord] = []
    while True:
        page = await _page(contact, offset, ("externalID",))
        for place, row in enumerate(page.rows, start=offset):
            if row.get("isDeleted") is True or is_call(text_of(row, "action")) is not calls:
                continue
            if len(found) == limit:
                return Page(tuple(found), str(place))
            found.append(related_of("Note", row, call=calls))
        if not page.more or offset + page.covered + _PAGE > REACHABLE:
            return Page(tuple(found))
        offset = following(offset, page)


async def _page(contact: RecordRef, start: int, more: tuple[str, ...] = ()) -> Rows:
    """A page of the list, as the database has it: the index of notes is empty on some tenants (gotcha 2)."""
    fields, identifier = ",".join((*READINGS["Note"].columns, *more)), identifier_of(contact)
    if contact.resource in ties.PEOPLE:
        params = {"fields": fields, "orderBy": "-dateAdded"}
        return await listed(f"/entity/{contact.resource}/{identifier}/notes", params, start=start, count=_PAGE)
    if contact.resource == "ClientCorporation":
        params = {"clientCorpId": identifier, "fields": fields, "orderBy": "-dateAdded"}
        return await listed("/allCorpNotes", params, start=start, count=_PAGE)
    raise Unsupported(f"Bullhorn's notes do not hang off {contact.resource}", ref=contact)


# Writing ------------------------------------------------------------------------------------------------------------


async def create(facts: LinkFacts, draft: NoteDraft | CallDraft) -> RecordRef:
    """One note; the key stands in ``externalID``."""
    if not draft.key or len(draft.key.splitlines()) != 1 or len(draft.key) > _LONGEST_KEY:
        raise InvalidValue(f"the key of an activity is one line of at most {_LONGEST_KEY} characters")
    fields: dict[str, Any] = _call(facts, draft) if isinstance(draft, CallDraft) else _note(facts, draft)
    fields |= ties.about(draft)
    if draft.owner is not None:
        fields["commentingPerson"] = {"id": int(identifier_of(draft.owner))}
    return created("Note", await PUT("/entity/Note", {**fields, **wire_fields(draft.extra), "externalID": draft.key}))


def _note(facts: LinkFacts, draft: NoteDraft) -> dict[str, Any]:
    action, told = note_action(facts), [draft.subject.strip(), draft.text.rstrip()]
    if draft.text.strip().startswith(draft.subject.strip()):
        told = told[1:]  # the subject was made from the text
    return {"comments": _comments(*told), **({"action": action} if action else {})}


def _comments(*parts: str) -> str:
    """A note has no title and must say something."""
    return marked_up("\n\n".join(part for part in parts if part.strip()) or "-")


def _call(facts: LinkFacts, draft: CallDraft) -> dict[str, Any]:
    """Direction and duration have a field; numbers, outcome and recording stand in the text."""
    outbound = draft.direction is Direction.OUTBOUND
    ways = [("from", draft.customer), ("to", draft.dialled)]
    if outbound:
        ways = [("from", draft.dialled), ("to", draft.customer)]
    begin, kind = draft.started_at.isoformat(timespec="seconds"), draft.direction.value.capitalize()
    kept = [" ".join((f"{kind} call of {begin}", *(f"{word} {address}" for word, address in ways if address)))]
    missed = ["No answer"] if draft.outcome is CallOutcome.MISSED else []
    results = [draft.disposition, *missed] if draft.disposition else missed
    kept += [f"Length: {_length(draft.duration)}", *(f"Result: {each}" for each in results)]
    kept += [f"Recording: {draft.recording_url}"] if draft.recording_url else []
    return {
        "comments": _comments(draft.text.rstrip(), draft.subject.strip(), "\n".join(kept)),
        "action": call_action(facts, draft.direction),
        "dateAdded": milliseconds(draft.started_at),
        "minutesSpent": round(draft.duration.total_seconds() / 60),
    }


def _length(duration: timedelta) -> str:
    """Minutes and seconds, after hours if there are any: the field keeps whole minutes only."""
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


# Finding again ------------------------------------------------------------------------------------------------------

_CLOCKS_APART: Final = timedelta(minutes=15)
"""Bullhorn stamps by its own clock; ours may be wrong by this much."""


async def find_created(draft: NoteDraft | CallDraft, since: datetime) -> RecordRef | None:
    """The contact's note that carries the draft's key, or None: read in its list, down to the time it may bear."""
    oldest = min(since, draft.started_at) if isinstance(draft, CallDraft) else since
    start = 0
    while True:
        page = await _page(draft.contact, start, ("externalID",))
        for row in page.rows:
            if text_of(row, "externalID") == draft.key:
                return RecordRef(KEY, "Note", id_of(row) or "")
            at = time_of(row.get("dateAdded"))
            if at is not None and at < oldest - _CLOCKS_APART:
                return None
        if not page.more:
            return None
        start = following(start, page)
