"""What is written down of an interaction when nobody says what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from customer360.core.activities import LONGEST_CALL, CallDraft, CallOutcome, NoteDraft
from customer360.core.capabilities import CAN, Capabilities, Capability
from customer360.core.interactions import Channel, Direction, Disposition, Interaction, WrapUp
from customer360.core.records import RecordRef
from customer360.desk.call_log import log_of

ADA = RecordRef("zoho", "Contacts", "1")
RANG = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CALL = Interaction(id="c1", customer="+44 20 7946 0958", dialled="+44 20 7946 0000", queue="Sales", started_at=RANG)
ENDING = WrapUp(ended_at=RANG + timedelta(minutes=5), notes="Wants an offer", disposition=Disposition("offer", "Offer"))
CALLS_AND_NOTES = Capabilities({Capability.CREATE_CALL: CAN, Capability.CREATE_NOTE: CAN})
ONLY_NOTES = Capabilities({Capability.CREATE_NOTE: CAN})


@pytest.mark.feature("F050")
def test_an_answered_call_is_logged_as_a_call_from_the_moment_it_was_answered() -> None:
    """Ringing is no talk time."""
    answered = attrs.evolve(CALL, answered_at=RANG + timedelta(seconds=20))
    draft = log_of(answered, ENDING, ADA, CALLS_AND_NOTES)
    assert isinstance(draft, CallDraft)
    assert (draft.outcome, draft.duration) == (CallOutcome.ANSWERED, timedelta(minutes=4, seconds=40))
    assert (draft.subject, draft.text, draft.disposition) == ("Inbound call, Sales", "Wants an offer", "Offer")
    assert (draft.contact, draft.customer, draft.dialled) == (ADA, CALL.customer, CALL.dialled)


@pytest.mark.feature("D14")
def test_a_call_that_nobody_answered_is_logged_as_missed() -> None:
    """A missed call leaves a trace."""
    draft = log_of(CALL, WrapUp(ended_at=ENDING.ended_at), ADA, CALLS_AND_NOTES)
    assert isinstance(draft, CallDraft)
    assert draft.outcome is CallOutcome.MISSED


def test_a_call_that_somebody_writes_about_was_answered() -> None:
    """Even where the desktop does not tell when."""
    for said in (ENDING, attrs.evolve(ENDING, notes="Wants a quote")):
        draft = log_of(CALL, said, ADA, CALLS_AND_NOTES)
        assert isinstance(draft, CallDraft)
        assert draft.outcome is CallOutcome.ANSWERED


def test_an_ending_before_the_answer_gives_no_negative_duration() -> None:
    """Two clocks, the telephony's and the desktop's, may disagree."""
    early = attrs.evolve(ENDING, ended_at=RANG - timedelta(seconds=3))
    draft = log_of(CALL, early, ADA, CALLS_AND_NOTES)
    assert isinstance(draft, CallDraft)
    assert draft.duration == timedelta(0)


@pytest.mark.promise("R1")
@pytest.mark.parametrize("never", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("name", ["started_at", "answered_at", "ended_at"])
def test_a_clock_that_was_never_set_costs_no_log(name: str, never: datetime) -> None:
    """A switchboard may tell the first or the last of all days: the call has happened all the same."""
    told: dict[str, Any] = {name: never}
    call, ending = (CALL, attrs.evolve(ENDING, **told)) if name == "ended_at" else (attrs.evolve(CALL, **told), ENDING)
    draft = log_of(call, ending, ADA, CALLS_AND_NOTES)
    assert isinstance(draft, CallDraft)
    assert 1970 <= draft.started_at.year < 3000
    assert (draft.started_at.astimezone(UTC) + draft.duration).tzinfo is UTC


def test_an_answer_before_the_call_began_is_no_talk() -> None:
    """Two clocks, or one that tells the beginning of the epoch for never."""
    draft = log_of(attrs.evolve(CALL, answered_at=datetime.fromtimestamp(0, UTC)), ENDING, ADA, CALLS_AND_NOTES)
    assert isinstance(draft, CallDraft)
    assert draft.duration == timedelta(minutes=5)


def test_a_call_through_the_hour_that_comes_again_is_as_long_as_it_was() -> None:
    """From a quarter to three to a quarter past two, once the clocks were put back."""
    night = datetime(2025, 10, 26, 2, 45, tzinfo=ZoneInfo("Europe/Berlin"))
    ending = attrs.evolve(ENDING, ended_at=night.replace(minute=15, fold=1))
    draft = log_of(attrs.evolve(CALL, started_at=night), ending, ADA, CALLS_AND_NOTES)
    assert isinstance(draft, CallDraft)
    assert (draft.duration, draft.started_at) == (timedelta(minutes=30), night)


@pytest.mark.promise("R1")
def test_half_a_character_from_the_switchboard_costs_no_notes() -> None:
    """What it sent is logged with a question mark there."""
    broken = attrs.evolve(CALL, customer="Ann\ud800 <sip:ann@example.com>", dialled=None, queue="S\udc00les")
    draft = log_of(broken, ENDING, ADA, CALLS_AND_NOTES)
    assert isinstance(draft, CallDraft)
    assert (draft.subject, draft.text) == ("Inbound call, S?les", "Wants an offer")
    assert (draft.customer, draft.dialled) == ("Ann? <sip:ann@example.com>", "")


@pytest.mark.promise("R1")
def test_a_switchboard_whose_clock_was_never_set_costs_no_notes() -> None:
    """The log of a call of two thousand years can still be promised."""
    ancient = attrs.evolve(CALL, started_at=datetime(1, 1, 1, tzinfo=UTC))
    draft = log_of(ancient, ENDING, ADA, CALLS_AND_NOTES)
    assert isinstance(draft, CallDraft)
    assert (draft.duration, draft.text) == (LONGEST_CALL, ENDING.notes)


@pytest.mark.parametrize(
    ("channel", "direction", "subject"),
    [
        (Channel.EMAIL, Direction.INBOUND, "Inbound e-mail, Sales"),
        (Channel.WHATSAPP, Direction.OUTBOUND, "Outbound WhatsApp conversation, Sales"),
    ],
)
def test_other_channels_are_logged_as_a_note_with_the_outcome(
    channel: Channel, direction: Direction, subject: str
) -> None:
    """A note says what a call's fields would say."""
    draft = log_of(attrs.evolve(CALL, channel=channel, direction=direction), ENDING, ADA, CALLS_AND_NOTES)
    assert isinstance(draft, NoteDraft)
    assert (draft.subject, draft.text) == (subject, "Wants an offer\nOutcome: Offer")


def test_a_crm_without_calls_gets_a_note() -> None:
    """What happened is written down in the nearest way there is."""
    assert isinstance(log_of(CALL, ENDING, ADA, ONLY_NOTES), NoteDraft)


def test_a_crm_that_keeps_neither_gets_nothing() -> None:
    """No promise is made that could never be kept."""
    assert log_of(CALL, ENDING, ADA, Capabilities({})) is None


def test_a_note_is_never_empty() -> None:
    """CRMs refuse a note without text."""
    silent = WrapUp(ended_at=RANG)
    draft = log_of(CALL, silent, ADA, ONLY_NOTES)
    assert draft is not None
    assert draft.text == "Inbound call, Sales"


def test_what_the_crm_can_do_is_unknown_while_the_link_is_broken() -> None:
    """A call is then promised as a call; delivery finds out."""
    assert isinstance(log_of(CALL, ENDING, ADA, None), CallDraft)
