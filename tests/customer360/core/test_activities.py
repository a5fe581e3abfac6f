"""Drafts of what happened."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from customer360.core.activities import EventDraft
from customer360.core.errors import InvalidValue
from customer360.core.records import RecordRef

_CONTACT = RecordRef("zoho", "Contacts", "1")


def _night(minute: int, fold: int) -> datetime:
    """After two in the night in which that hour comes twice."""
    return datetime(2025, 10, 26, 2, minute, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold)


def test_an_appointment_may_end_in_the_hour_that_comes_again() -> None:
    """A quarter past two is later than a quarter to three, once the clocks were put back."""
    draft = EventDraft(contact=_CONTACT, starts_at=_night(45, fold=0), ends_at=_night(15, fold=1))
    assert draft.ends_at.timestamp() - draft.starts_at.timestamp() == 30 * 60


def test_an_appointment_does_not_end_before_it_starts() -> None:
    """Whatever the clock on the wall says."""
    with pytest.raises(InvalidValue, match="before starts_at"):
        EventDraft(contact=_CONTACT, starts_at=_night(15, fold=1), ends_at=_night(45, fold=0))
