"""What is written down of an interaction when nobody says what: one activity by its channel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from customer360.core.activities import LONGEST_CALL, ActivityDraft, CallDraft, CallOutcome, NoteDraft
from customer360.core.capabilities import CREATE, Capabilities
from customer360.core.interactions import Channel, Direction, Interaction, WrapUp
from customer360.core.records import RecordRef, RelatedKind

_WORDS: Mapping[Channel, str] = {
    Channel.VOICE: "call",
    Channel.EMAIL: "e-mail",
    Channel.CHAT: "chat",
    Channel.WHATSAPP: "WhatsApp conversation",
    Channel.SMS: "text message",
}


def log_of(
    interaction: Interaction, wrap_up: WrapUp, contact: RecordRef, capabilities: Capabilities | None
) -> ActivityDraft | None:
    """A call where the CRM keeps calls and it was one, else a note; None if the CRM keeps neither.

    ``capabilities`` is None when they cannot be known now: then a call is promised as a call, and delivery finds out.
    """
    subject = _subject(interaction)
    if interaction.channel is Channel.VOICE and _can(capabilities, RelatedKind.CALL):
        started_at, ended_at = _credible(interaction.started_at), _credible(wrap_up.ended_at)
        began = max(_in_utc(started_at), _in_utc(_credible(interaction.answered_at or started_at)))
        return CallDraft(
            contact=contact,
            subject=subject,
            text=wrap_up.notes,
            started_at=started_at,
            duration=min(max(timedelta(0), _in_utc(ended_at) - began), LONGEST_CALL),
            direction=interaction.direction,
            outcome=CallOutcome.ANSWERED if _talked(interaction, wrap_up) else CallOutcome.MISSED,
            customer=_mended(interaction.customer),
            dialled=_mended(interaction.dialled),
            disposition=_disposition(wrap_up),
            recording_url=wrap_up.recording_url,
        )
    if not _can(capabilities, RelatedKind.NOTE):
        return None
    disposition = _disposition(wrap_up)
    lines = (wrap_up.notes, f"Outcome: {disposition}" if disposition else "", wrap_up.recording_url or "")
    return NoteDraft(contact=contact, subject=subject, text="\n".join(line for line in lines if line) or subject)


def _talked(interaction: Interaction, wrap_up: WrapUp) -> bool:
    """Who has something to write down about a call has had it, even where nobody told when it was answered."""
    return interaction.answered_at is not None or bool(wrap_up.notes.strip()) or wrap_up.disposition is not None


def _can(capabilities: Capabilities | None, kind: RelatedKind) -> bool:
    return capabilities is None or capabilities[CREATE[kind]].can


def _disposition(wrap_up: WrapUp) -> str | None:
    return None if wrap_up.disposition is None else wrap_up.disposition.label or wrap_up.disposition.code


def _credible(told: datetime) -> datetime:
    """The nearest time that a CRM can hold: a clock that was never set costs no log."""
    return min(max(told, _FIRST), _LAST)


def _in_utc(moment: datetime) -> datetime:
    """Where no hour comes twice."""
    return moment.astimezone(UTC)


_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2999, 12, 31, tzinfo=UTC)


def _mended(received: str | None) -> str:
    """What came from the telephone system, with a question mark for each half character: no log is lost over it."""
    return (received or "").encode("utf-8", "replace").decode()


def _subject(interaction: Interaction) -> str:
    direction = {Direction.INBOUND: "Inbound", Direction.OUTBOUND: "Outbound", Direction.INTERNAL: "Internal"}
    queue = f", {_mended(interaction.queue)}" if interaction.queue else ""
    return f"{direction[interaction.direction]} {_WORDS[interaction.channel]}{queue}"
