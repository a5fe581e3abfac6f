"""Faults that take more than one call: an expiry met by many, a wrong clock, a redirect, a store that is locked."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import attrs
import pytest
from tests.faults.stack import CRMS, FACES, LONG, Face, Fakes, Hands, Own, Stack, Verb, stack

from customer360.core.errors import Customer360Error, HostRefused, NeedsAuthorization, StoreBusy, UnexpectedAnswer
from customer360.outbox.rows import DeliveryState
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.faults import partial, status
from customer360_testkit.fakes.proxy import FaultProxy

MANY = {"blocking": 20, "asyncio": 50}
each_crm = pytest.mark.parametrize("crm", CRMS)
each_face = pytest.mark.parametrize("face", FACES)
in_turn = pytest.mark.parametrize(("crm", "face"), [(crm, FACES[turn % 2]) for turn, crm in enumerate(CRMS)])
"""Each CRM, and each face at half of them."""


def refreshes(running: Stack) -> int:
    """Requests that the CRM's token endpoint has seen since its journal was cleared."""
    return sum(entry.path.endswith("/token") for entry in running.fake.journal)


@pytest.mark.fault("X7")
@pytest.mark.promise("R3")
@each_crm
@each_face
def test_many_calls_meet_an_expiry_and_one_refreshes(fakes: Fakes, crm: str, face: Face) -> None:
    """Threads or tasks at once, an expired token, a vendor that revokes on reuse: one refresh, all are answered."""
    with stack(*fakes[crm], face) as running:
        oauth = running.fake.oauth
        oauth.policy = attrs.evolve(oauth.policy, rotate=True, revoke_on_reuse=True)
        for _ in range(2):
            running.fake.oauth.expire_access_tokens()
            running.fake.journal.clear()
            found = running.many(lambda: running.operation("get", running.draft()), MANY[face])
            assert {contact.ref for contact in found} == {running.ref}
            assert refreshes(running) == 1
        assert not any(grant.revoked for grant in oauth.grants)


@pytest.mark.fault("X8")
@pytest.mark.promise("R7")
@each_crm
@pytest.mark.parametrize("off", [-3600.0, 3600.0])
def test_a_wrong_clock_costs_at_most_one_more_request(fakes: Fakes, crm: str, off: float) -> None:
    """An hour slow or fast, ten calls within one token's life: at most one refresh, no loop."""
    served, hands = fakes[crm]
    with stack(served, hands, "blocking", clock=Own(Hands(off, hands))) as running:
        running.fake.journal.clear()
        assert [str(running.call("get", LONG))[-2:] for _ in range(10)] == ["ok"] * 10
        assert refreshes(running) <= 1
        assert running.wire.processed <= 12


@pytest.mark.fault("X20")
@pytest.mark.promise("R1")
@each_crm
@each_face
def test_an_activity_promised_twice_is_written_once(fakes: Fakes, crm: str, face: Face) -> None:
    """The same key again, also when the first answer was lost and when the worker comes by in between."""
    with stack(*fakes[crm], face) as running:
        draft = running.draft()
        running.fake.faults.add(status(503, applied=True), method="POST")
        for _ in range(2):
            running.run(running.desk.create_activity(draft))
        assert running.worked() == 1
        running.run(running.desk.create_activity(draft))
        assert running.worked() == 1


@pytest.mark.fault("X21")
@pytest.mark.promise("R15")
@each_crm
@each_face
@pytest.mark.parametrize("verb", ["get", "create"])
def test_a_redirect_elsewhere_is_not_followed(fakes: Fakes, crm: str, face: Face, verb: str) -> None:
    """A second server hears nothing, neither token nor anything else, and the caller gets a typed error."""
    served, hands = fakes[crm]
    with FaultProxy(served.url) as elsewhere, stack(served, hands, face) as running:
        moved = status(302, headers=(("location", f"{elsewhere.url}/stolen"),))
        running.fake.faults.add(moved, times=None)
        outcome = running.call(verb, LONG)  # type: ignore[arg-type]
        assert isinstance(outcome.error, Customer360Error)
        assert isinstance(outcome.error, HostRefused | UnexpectedAnswer)
        assert (outcome.processed, elsewhere.connections) == (1, 0)


@pytest.mark.fault("X17")
@pytest.mark.promise("R2")
@pytest.mark.slow  # waits for the lock as long as the store does
@each_face
def test_an_activity_that_cannot_be_kept_is_refused_and_not_sent(fakes: Fakes, face: Face, tmp_path: Path) -> None:
    """Another process holds the store: a typed error, nothing in the CRM; free again, the same activity is written."""
    file = tmp_path / "c360.db"
    with stack(*fakes["zoho"], face, store=f"sqlite:///{file}") as running:
        running.call("get", LONG)
        draft = running.draft()
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusy):
                running.run(running.desk.create_activity(draft))
            assert running.fake.count_holding(draft.text) == 0
            assert str(running.call("get", LONG)) == "1 → ok"
            other.execute("ROLLBACK")
        running.run(running.desk.create_activity(draft))
        assert running.fake.count_holding(draft.text) == 1


@pytest.mark.fault("X12")
@pytest.mark.promise("R10")
@pytest.mark.parametrize("answered", ["200", "201", "202", "207"])
@each_face
def test_a_create_refused_inside_a_good_answer_is_no_success(fakes: Fakes, face: Face, answered: str) -> None:
    """Zoho answers a batch that failed in part with a good status: the record that failed is an error, by hand and
    kept."""
    served, hands = fakes["zoho"]
    with stack(served, hands, face) as running, switched(served.fake, "partial_status", answered):
        for verb in ("create", "activity"):
            running.fake.faults.add(partial(0), method="POST", path=r".*/Calls$")
            outcome = running.call(verb, LONG)
            assert isinstance(outcome.error, Customer360Error) or outcome.value.state is not DeliveryState.DONE
            assert outcome.applied == 0


@contextmanager
def switched(fake: FakeCrm, name: str, reading: str) -> Iterator[None]:
    """Another reading of what the vendor leaves open."""
    before = fake.switches[name]
    fake.switches.set(name, reading)
    try:
        yield
    finally:
        fake.switches.set(name, before)


@pytest.mark.fault("X3")
@pytest.mark.promise("R11")
@in_turn
@pytest.mark.parametrize(("verb", "attempts"), [("get", 3), ("create", 1)])
def test_an_error_carries_the_vendors_request_id_and_counts_requests(
    fakes: Fakes, crm: str, face: Face, verb: Verb, attempts: int
) -> None:
    """What the vendor's support will ask for."""
    with stack(*fakes[crm], face) as running:
        failing = status(500, headers=(("x-request-id", "quote-me-7"),))
        for method in (None,) if verb == "get" else ("POST", "PUT", "PATCH"):  # what is looked up before is answered
            running.fake.faults.add(failing, times=None, method=method)
        error = running.call(verb, LONG).error
        assert error is not None
        assert (error.request_id, error.status, error.attempts) == ("quote-me-7", 500, attempts)
        assert "quote-me-7" in str(error)


@pytest.mark.promise("R11")
@in_turn
def test_an_error_that_the_connector_sees_carries_them_too(fakes: Fakes, crm: str, face: Face) -> None:
    """A good answer with nothing in it: the transport finds nothing wrong, the connector does."""
    with stack(*fakes[crm], face) as running:
        empty = status(
            200, headers=(("x-request-id", "quote-me-8"), ("content-type", "application/json")), content=b"{}"
        )
        running.fake.faults.add(empty, times=None)
        error = running.call("get", LONG).error
        assert isinstance(error, UnexpectedAnswer)
        assert (error.request_id, error.attempts) == ("quote-me-8", 1)


@pytest.mark.promise("R11")
@in_turn
def test_an_error_carries_the_vendors_own_code(fakes: Fakes, crm: str, face: Face) -> None:
    """Of a sign-in that was revoked in the CRM; what is quoted is nothing but a code."""
    with stack(*fakes[crm], face) as running:
        running.fake.oauth.revoke_user("kim")
        error = running.call("get", LONG).error
        assert isinstance(error, NeedsAuthorization)
        assert error.vendor_code
        assert error.status is not None
        assert re.fullmatch(r"[\w.-]+", error.vendor_code)
