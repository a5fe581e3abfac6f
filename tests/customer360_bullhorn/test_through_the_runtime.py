"""The chain of sign-in through links, vault, tokens and transport: nothing is lost between a code and a session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from tests.faults.stack import Hands, Stack, serving, stack

from customer360.core.errors import CrmUnavailable
from customer360_testkit.fakes.faults import status
from customer360_testkit.fakes.serving import Served

LOGIN = r".*/login$"
SECONDS = 20.0


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Served, Hands]]:
    with serving("bullhorn") as made:
        yield made


@pytest.fixture
def running(served: tuple[Served, Hands]) -> Iterator[Stack]:
    """An agent who has signed in, at a Bullhorn that ends a sign-in when a refresh token is used twice."""
    with stack(*served, "blocking") as made:
        policy = made.fake.oauth.policy
        made.fake.oauth.policy = attrs.evolve(policy, rotate=True, revoke_on_reuse=True)
        yield made


def test_the_link_knows_its_data_centre(running: Stack) -> None:
    """From linking on: no request asks for it again."""
    before = running.wire.processed
    assert str(running.call("get", SECONDS)) == "1 → ok"
    assert running.wire.processed - before == 1


@pytest.mark.promise("R3")
@pytest.mark.feature("D8")
def test_a_session_ends_by_its_time(running: Stack) -> None:
    """One renewal: a token, a login, the call; before its end, so that no call meets a 401."""
    for _ in range(3):
        running.hands.ahead += 1799.0
        assert str(running.call("get", SECONDS)) == "3 → ok"


@pytest.mark.promise("R3")
def test_a_login_that_fails_costs_no_sign_in(running: Stack) -> None:
    """The refresh token is spent and the login is down: the new one is kept, and the next call is served."""
    running.fake.oauth.expire_access_tokens()
    running.fake.faults.add(status(503), path=LOGIN, times=None)
    for processed in (3, 2):  # the call that met the end, a token, a login; then no call without a session
        outcome = running.call("get", SECONDS)
        assert isinstance(outcome.error, CrmUnavailable)
        assert outcome.error.retryable
        assert outcome.processed == processed
    running.fake.faults.clear()
    assert str(running.call("get", SECONDS)) == "3 → ok"


@pytest.mark.promise("R1")
def test_what_was_promised_meanwhile_is_delivered(running: Stack) -> None:
    """An activity waits for the login to come back, and is written once."""
    running.fake.oauth.expire_access_tokens()
    running.fake.faults.add(status(503), path=LOGIN, times=None)
    outcome = running.call("activity", SECONDS)
    assert outcome.value.state.value == "due"
    running.fake.faults.clear()
    assert running.worked() == 1


@pytest.mark.promise("R3")
def test_many_at_once_open_one_session(running: Stack) -> None:
    """Ten calls meet an ended session: one token request and one login for all (D7)."""

    async def read() -> Any:
        return await running._connector("get", running.draft())

    running.fake.oauth.expire_access_tokens()
    before = len([entry for entry in running.fake.journal if entry.path.endswith("/login")])
    assert len(running.many(read, 10)) == 10
    assert len([entry for entry in running.fake.journal if entry.path.endswith("/login")]) - before == 1


def test_logging_out_ends_the_session(running: Stack) -> None:
    """At Bullhorn too, where sessions are few."""
    links = running.opened.office.links
    assert running.run(links.log_out("default", "bullhorn", "kim")) is True
