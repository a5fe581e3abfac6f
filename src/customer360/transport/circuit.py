"""A dead CRM costs an agent milliseconds: after some failures in a row it is not asked for a while."""

from __future__ import annotations

import threading
from typing import Literal, TypeAlias

import attrs

from customer360.core.errors import (
    AnswerLost,
    CircuitOpen,
    ConnectFailed,
    CrmUnavailable,
    Customer360Error,
    DeadlineExceeded,
)

State: TypeAlias = Literal["closed", "open", "half-open"]


@attrs.frozen(kw_only=True)
class CircuitState:
    """``failures`` in a row; ``opened`` counts openings in a row, ``until`` is when the next probe may go.

    All transitions are pure and take ``now`` in seconds.
    """

    failures: int = 0
    opened: int = 0
    until: float = 0.0
    probing: bool = False


@attrs.frozen(kw_only=True)
class CircuitSettings:
    """Opens after ``threshold`` failures in a row, for ``shortest`` seconds, doubling with each failed probe up to
    ``longest``."""

    threshold: int = 5
    shortest: float = 1.0
    longest: float = 30.0


def phase(state: CircuitState, now: float) -> State:
    """Closed: all go. Open: none goes. Half-open: one probe goes."""
    if not state.opened:
        return "closed"
    return "open" if now < state.until or state.probing else "half-open"


def admitted(state: CircuitState, now: float) -> CircuitState | None:
    """The state after letting one request go, or None if it must not."""
    match phase(state, now):
        case "closed":
            return state
        case "half-open":
            return attrs.evolve(state, probing=True)
        case "open":
            return None


_CLOSED = CircuitState()


def succeeded(state: CircuitState) -> CircuitState:
    """The CRM answered; what it said does not matter."""
    return _CLOSED


def failed(state: CircuitState, now: float, settings: CircuitSettings) -> CircuitState:
    """No answer, or one that says the CRM is down."""
    failures = state.failures + 1
    if failures < settings.threshold and not state.opened:
        return attrs.evolve(state, failures=failures)
    if state.opened and not state.probing and now < state.until:
        return attrs.evolve(state, failures=failures)  # a straggler from before the opening says nothing new
    pause = min(settings.longest, settings.shortest * 2.0 ** min(state.opened, 30))
    return CircuitState(failures=failures, opened=state.opened + 1, until=now + pause, probing=False)


def withdrawn(state: CircuitState) -> CircuitState:
    """The request was cancelled: nothing was learnt, the next may probe."""
    return attrs.evolve(state, probing=False)


class Circuit:
    """One link's circuit, shared by all its requests; safe in threads."""

    def __init__(self, settings: CircuitSettings | None = None) -> None:
        self._settings = settings or CircuitSettings()
        self._lock = threading.Lock()
        self.state = CircuitState()

    def refusal(self, now: float) -> CircuitOpen | None:
        """The error to raise at once, before anything is waited for; None if a request may go."""
        state = self.state
        return _open(state, now) if phase(state, now) == "open" else None

    def admit(self, now: float) -> bool:
        """Let one request go; true if it is the probe.

        Every admission is followed by :meth:`settle` or :meth:`withdraw`. Raises :class:`CircuitOpen`.
        """
        with self._lock:
            state = admitted(self.state, now)
            if state is None:
                raise _open(self.state, now)
            probe = state.probing
            self.state = state
            return probe

    def settle(self, error: Customer360Error | None, now: float, *, probe: bool = False) -> None:
        """What became of an admitted request; ``error`` None means that the CRM answered."""
        down = isinstance(error, ConnectFailed | AnswerLost | DeadlineExceeded | CrmUnavailable)
        with self._lock:
            if down:
                if self.state.probing and not probe:
                    return  # the probe under way decides, not a straggler
                self.state = failed(self.state, now, self._settings)
            else:
                self.state = succeeded(self.state)

    def withdraw(self, *, probe: bool) -> None:
        """An admitted request was cancelled."""
        if probe:
            with self._lock:
                self.state = withdrawn(self.state)


def _open(state: CircuitState, now: float) -> CircuitOpen:
    wait = max(0.0, state.until - now)
    return CircuitOpen("the CRM failed repeatedly and is left alone for a while; nothing was sent", wait=wait)
