"""A dead CRM is left alone, probed, and taken back."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from customer360.core.errors import CircuitOpen, CrmUnavailable, NotFound, RateLimited
from customer360.transport.circuit import Circuit, CircuitSettings, phase

DOWN = CrmUnavailable("x")


def opened(at: float = 0.0) -> Circuit:
    """A circuit that has just opened."""
    circuit = Circuit(CircuitSettings(threshold=3, shortest=1, longest=8))
    for _ in range(3):
        circuit.settle(DOWN, at, probe=circuit.admit(at))
    return circuit


def test_it_opens_after_failures_in_a_row_only() -> None:
    """Any answer in between, a refusal too, shows that the CRM lives."""
    circuit = Circuit(CircuitSettings(threshold=3))
    for error in (DOWN, DOWN, NotFound("x"), DOWN, DOWN, RateLimited("x"), DOWN, DOWN, None):
        circuit.settle(error, 0, probe=circuit.admit(0))
    assert phase(circuit.state, 0) == "closed"


def test_open_means_an_error_at_once_with_the_wait() -> None:
    """Nothing is sent, and the caller learns when it makes sense again."""
    circuit = opened()
    refusal = circuit.refusal(0.25)
    assert refusal is not None
    assert refusal.wait == 0.75
    assert refusal.retryable
    with pytest.raises(CircuitOpen):
        circuit.admit(0.25)


def test_one_probe_decides() -> None:
    """While it is under way all others are refused; success closes, failure opens for twice as long."""
    circuit = opened()
    probe = circuit.admit(1.0)
    assert probe
    with pytest.raises(CircuitOpen):
        circuit.admit(1.0)
    circuit.settle(DOWN, 1.0, probe=probe)
    assert phase(circuit.state, 2.9) == "open"
    probe = circuit.admit(3.0)
    circuit.settle(None, 3.0, probe=probe)
    assert phase(circuit.state, 3.0) == "closed"


def test_a_cancelled_probe_lets_the_next_one_try() -> None:
    """A caller that hangs up teaches nothing about the CRM."""
    circuit = opened()
    circuit.withdraw(probe=circuit.admit(1.0))
    assert circuit.admit(1.0)


class CircuitMachine(RuleBasedStateMachine):
    """Any order of admissions, outcomes and time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.circuit = Circuit(CircuitSettings(threshold=3, shortest=1, longest=8))
        self.out: list[bool] = []

    @rule(seconds=st.floats(0, 5))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def ask(self) -> None:
        state = phase(self.circuit.state, self.now)
        if state == "open":
            with pytest.raises(CircuitOpen) as caught:
                self.circuit.admit(self.now)
            assert 0 <= (caught.value.wait or 0) <= 8
        else:
            probe = self.circuit.admit(self.now)
            assert probe == (state == "half-open")
            self.out.append(probe)

    @precondition(lambda self: self.out)
    @rule(data=st.data(), error=st.sampled_from([None, DOWN, NotFound("x")]))
    def settle(self, data: st.DataObject, error: Exception | None) -> None:
        probe = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        self.circuit.settle(error, self.now, probe=probe)  # type: ignore[arg-type]

    @precondition(lambda self: self.out)
    @rule()
    def withdraw(self) -> None:
        self.circuit.withdraw(probe=self.out.pop())

    @invariant()
    def never_shut_for_ever(self) -> None:
        if not any(self.out):
            assert phase(self.circuit.state, self.now + 8.001) != "open"


TestCircuit = CircuitMachine.TestCase
