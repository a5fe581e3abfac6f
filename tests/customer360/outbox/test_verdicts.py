"""What each error means for a promised activity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import errors
from customer360.core.errors import Customer360Error, FieldProblem, QuotaExceeded, RateLimited, ValidationFailed
from customer360.core.records import RecordRef
from customer360.core.serialization import from_json, to_json
from customer360.outbox.verdicts import DeliveryProblem, Verdict, delay, problem, verdict

D, L, H, R = Verdict.DOUBT, Verdict.LATER, Verdict.HOLD, Verdict.REFUSE

TABLE: list[tuple[type[Exception], Verdict, Verdict]] = [
    # error, after the request was handed over, before
    (errors.ConnectFailed, L, L),
    (errors.CircuitOpen, L, L),
    (errors.RateLimited, L, L),
    (errors.QuotaExceeded, L, L),
    (errors.Conflict, L, L),
    (errors.VaultError, L, L),
    (errors.PluginMissing, L, L),
    (errors.PluginBroken, D, L),
    (errors.AnswerLost, D, L),
    (errors.DeadlineExceeded, D, L),
    (errors.CrmUnavailable, D, L),
    (errors.UnexpectedAnswer, D, L),
    (errors.BodyTooLarge, D, L),
    (errors.StoreBusy, D, L),
    (errors.NeedsAuthorization, H, H),
    (errors.TokenExpired, H, H),
    (errors.NeedsRelink, H, H),
    (errors.MissingScope, H, H),
    (errors.NotLinked, H, H),
    (errors.OutsideResidency, H, H),
    (errors.OtherOrganisation, H, H),
    (errors.ValidationFailed, R, R),
    (errors.Forbidden, R, R),
    (errors.NotFound, R, R),
    (errors.Gone, R, R),
    (errors.Duplicate, R, R),
    (errors.Unsupported, R, R),
    (errors.InvalidValue, R, R),
    (errors.HostRefused, R, R),
    (KeyError, D, R),
]


@pytest.mark.promise("R1")
@pytest.mark.parametrize(("kind", "after", "before"), TABLE, ids=lambda each: getattr(each, "__name__", None))
def test_each_error_has_its_verdict(kind: type[Exception], after: Verdict, before: Verdict) -> None:
    """Doubt exactly where the request may have left and the answer does not tell."""
    error = kind("it happened")
    assert verdict(error, may_have_left=True) is after
    if kind is not errors.AnswerLost:
        assert verdict(error, may_have_left=False) is before


def _family(kind: type[Exception]) -> set[type[Exception]]:
    return {kind} | {each for child in kind.__subclasses__() for each in _family(child)}


def test_every_error_of_the_library_is_decided() -> None:
    """A new error class must be thought about here: is it in doubt after sending?"""
    bases = {
        Customer360Error,
        errors.SetupError,
        errors.AuthError,
        errors.CrmError,
        errors.TransportError,
        errors.StoreError,
    }
    elsewhere = {
        errors.InvalidSettings,
        errors.Truncated,
        errors.PageLoop,
        errors.StoreFull,
        errors.DeliveryInDoubt,
    }
    own = {each for each in _family(Customer360Error) if each.__module__ == errors.__name__}
    assert own - {kind for kind, _, _ in TABLE} == bases | elsewhere


@pytest.mark.promise("R1")
def test_an_error_that_may_have_been_applied_is_doubt_whatever_its_class() -> None:
    """``maybe_applied`` wins over the class."""
    assert verdict(RateLimited("slow down", maybe_applied=True), may_have_left=True) is Verdict.DOUBT


@pytest.mark.feature("D3")
def test_a_refusal_says_what_to_correct() -> None:
    """Code, fields, next step and the record in the way survive storage; values are not in it."""
    told = problem(
        ValidationFailed(
            "the CRM refused the activity",
            problems=(FieldProblem("Subject", "is required", "Subject"),),
            vendor_code="MANDATORY_NOT_FOUND",
            status=400,
        )
    )
    assert told.code == "validation_failed"
    assert told.fields == (FieldProblem("Subject", "is required", "Subject"),)
    assert from_json(DeliveryProblem, to_json(told)) == told
    existing = RecordRef("zoho", "Calls", "7")
    assert problem(errors.Duplicate("there already", existing=existing)).record == existing


def test_a_plugins_own_crash_is_not_quoted() -> None:
    """An exception that is not ours may hold the customer's name: only its class is kept."""
    assert "Maria" not in str(problem(KeyError("Maria")))


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True), st.none() | st.floats(0, 86_400))
def test_the_delay_grows_is_bounded_and_respects_the_crm(attempts: int, chance: float, wait: float | None) -> None:
    """Never before the asked wait, never more than 15 minutes after it, never at once."""
    least = wait or 0.0
    waited = delay(attempts, RateLimited("slow down", wait=wait), chance)
    assert least + 2.5 <= waited <= least + 900.0


def test_a_used_up_day_waits_an_hour() -> None:
    """Asking every few minutes would not help."""
    assert delay(0, QuotaExceeded("used up"), 0.0) >= 3600
