"""What is repeated, when, and how often: the schedule and the budget."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from customer360.core import errors as e
from customer360.transport.retry import RetryBudget, RetryPolicy, may_repeat, pause_before_repeat

POLICY = RetryPolicy(attempts=4)
chances = st.floats(0, 1, exclude_max=True)

NEVER = [
    e.TokenExpired("x"),
    e.Forbidden("x"),
    e.NotFound("x"),
    e.ValidationFailed("x"),
    e.Conflict("x"),
    e.QuotaExceeded("x"),
    e.UnexpectedAnswer("x"),
    e.BodyTooLarge("x"),
    e.CircuitOpen("x"),
    e.HostRefused("x"),
    e.ConnectFailed("a certificate is not trusted", retryable=False),
]
ONLY_IF_HARMLESS = [
    e.AnswerLost("x"),
    e.DeadlineExceeded("x"),
    e.CrmUnavailable("x", status=503),
    e.RateLimited("x", status=503),
]
ALWAYS = [e.ConnectFailed("x"), e.RateLimited("x", status=429)]


@pytest.mark.promise("R1")
@pytest.mark.parametrize("error", [*NEVER, *ONLY_IF_HARMLESS, *ALWAYS], ids=lambda each: type(each).__name__)
def test_a_create_is_repeated_only_if_the_crm_never_looked_at_it(error: e.Customer360Error) -> None:
    """A 5xx or a lost answer on a POST stays what it is (boto/boto3#1104, stripe/stripe-python's idempotency rule)."""
    assert may_repeat(error, repeatable=False) is (error in ALWAYS)
    assert may_repeat(error, repeatable=True) is (error in [*ALWAYS, *ONLY_IF_HARMLESS])


@given(st.integers(1, 10), chances, st.floats(0, 100), st.none() | st.floats(0, 100), st.booleans())
def test_every_pause_is_within_its_bounds(
    attempt: int, chance: float, remaining: float, wait: float | None, repeatable: bool
) -> None:
    """Never past the deadline, never shorter than announced, never more than the cap beyond that."""
    error = e.RateLimited("x", status=429, wait=wait)
    pause = pause_before_repeat(
        error, attempt=attempt, repeatable=repeatable, remaining=remaining, chance=chance, policy=POLICY
    )
    if pause is not None:
        assert attempt < POLICY.attempts
        assert (wait or 0.0) <= pause <= (wait or 0.0) + min(POLICY.cap, POLICY.base * 2 ** (attempt - 1))
        assert pause < remaining
        assert (wait or 0.0) <= POLICY.longest_wait


@given(chances)
def test_a_connection_that_had_gone_stale_is_replaced_at_once(chance: float) -> None:
    """There is nothing to wait for (X14)."""
    error = e.AnswerLost("x", wait=0.0)
    assert pause_before_repeat(error, attempt=1, repeatable=True, remaining=3, chance=chance, policy=POLICY) == 0.0


def test_jitter_uses_the_whole_range() -> None:
    """Full jitter: from nothing to the exponential bound."""
    error = e.CrmUnavailable("x")
    pauses = [
        pause_before_repeat(error, attempt=3, repeatable=True, remaining=60, chance=chance, policy=POLICY)
        for chance in (0.0, 0.5, 1.0)
    ]
    assert pauses == [0.0, 0.5, 1.0]


@pytest.mark.fault("X4")
@pytest.mark.parametrize(("wait", "remaining"), [(5.0, 3.0), (86400.0, 1e6)])
def test_a_wait_in_vain_is_not_waited_for(wait: float, remaining: float) -> None:
    """A day, or longer than the caller has: the caller learns it now."""
    error = e.RateLimited("x", status=429, wait=wait)
    assert pause_before_repeat(error, attempt=1, repeatable=True, remaining=remaining, chance=0, policy=POLICY) is None


class BudgetMachine(RuleBasedStateMachine):
    """Spending and earning in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.budget = RetryBudget(50)
        self.spent = 0
        self.offered = 0
        self.prices: list[int] = []

    @rule(timeout=st.booleans())
    def spend(self, timeout: bool) -> None:
        before = self.budget.tokens
        price = self.budget.spend(e.DeadlineExceeded("x") if timeout else e.CrmUnavailable("x"))
        assert (price is None) == (before < (10 if timeout else 5))
        if price is not None:
            self.prices.append(price)

    @precondition(lambda self: self.prices)
    @rule()
    def repeat_succeeds(self) -> None:
        self.budget.earn(self.prices.pop())

    @rule()
    def succeeds(self) -> None:
        self.budget.earn(None)

    @invariant()
    def within_bounds(self) -> None:
        assert 0 <= self.budget.tokens <= 50


TestBudget = BudgetMachine.TestCase


@pytest.mark.promise("R6")
def test_threads_never_overdraw_the_budget() -> None:
    """Ten threads spend at once; what they got is what was there (botocore's functional/retries/test_quota.py)."""
    budget = RetryBudget(500)
    granted: list[int] = []
    barrier = threading.Barrier(10)

    def spend() -> None:
        barrier.wait()
        for _ in range(50):
            if (price := budget.spend(e.CrmUnavailable("x"))) is not None:
                granted.append(price)

    threads = [threading.Thread(target=spend) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(granted) == 500
    assert budget.tokens == 0
