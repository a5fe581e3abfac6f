"""Drafts of what happened, and conditions on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from customer360.core.activities import Condition, EventDraft, Operator
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


@pytest.mark.feature("F057")
@pytest.mark.parametrize(
    ("operator", "values"),
    [
        *((operator, ("a",)) for operator in Operator if operator not in (Operator.BETWEEN, Operator.IS_EMPTY)),
        (Operator.IN, ("a", "b", "c")),
        (Operator.BETWEEN, (1, 2.5)),
        (Operator.IS_EMPTY, ()),
        (Operator.EQUALS, (False,)),
        (Operator.LESS, (date(2026, 5, 1),)),
        (Operator.LESS, (_night(15, fold=0),)),
    ],
)
def test_an_operator_compares_with_as_many_values_as_it_has(operator: Operator, values: tuple[Any, ...]) -> None:
    """Two between, any number of those that may be, none for what is empty, else one."""
    assert Condition("Status", operator, values).values == values


@pytest.mark.feature("F057")
@pytest.mark.parametrize(
    ("operator", "values", "why"),
    [
        *((operator, (), "and 0 are given") for operator in Operator if operator is not Operator.IS_EMPTY),
        *(
            (operator, ("secret", "secret", "secret"), "and 3 are given")
            for operator in Operator
            if operator is not Operator.IN
        ),
        (Operator.BETWEEN, ("secret",), "with two values"),
        (Operator.EQUALS, ("secret", "secret"), "with one value"),
        (Operator.IS_EMPTY, ("secret",), "with no value"),
        (Operator.EQUALS, "secret", "no tuple"),
        (Operator.EQUALS, (None,), "no tuple"),
        (Operator.LESS, (datetime(2026, 5, 1),), "without a time zone"),
        ("equals", ("secret",), "operator is a str"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_when_it_is_made(operator: Any, values: Any, why: str) -> None:
    """No connector has to find out, and no value is quoted."""
    with pytest.raises(InvalidValue, match=why) as refused:
        Condition("Status", operator, values)
    assert "secret" not in str(refused.value)
