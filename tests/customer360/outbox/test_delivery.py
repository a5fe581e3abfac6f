"""Delivering what was promised, one decision at a time; the simulation tries them all together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import attrs
import pytest
from tests.simulation.model_crm import LAG, LONGEST_RUN
from tests.simulation.vendors import ModelVendor

from customer360.connections import Connection
from customer360.core.activities import ActivityDraft
from customer360.core.effects import Handler, Leaf, Operation, Request, Send, Tx, settle, within
from customer360.core.errors import (
    AnswerLost,
    ConnectFailed,
    CrmUnavailable,
    DeadlineExceeded,
    DeliveryInDoubt,
    Gone,
    NeedsAuthorization,
    NotLinked,
    StoreBusy,
    TokenExpired,
    ValidationFailed,
)
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360.drivers.simulation import Simulation
from customer360.outbox import inbox, rows
from customer360.outbox.delivery import Delivery, DeliveryReport, Timing
from customer360.outbox.inbox import SendAgain
from customer360.outbox.promises import promise
from customer360.outbox.rows import DeliveryState, Row
from customer360.store.engine import Store, open_store

T = TypeVar("T")


def without_renewal(exchange: Handler) -> Handler:
    """The exchange of a link whose sign-in server fails: a refused token ends in that server's error."""

    async def renewing(request: Request) -> Response:
        try:
            return await exchange(request)
        except TokenExpired:
            raise CrmUnavailable("the sign-in server failed", status=503) from None

    return renewing


class Desk:
    """A store, the model CRM and a worker on a virtual clock; faults strike requests in order."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.vendor = ModelVendor()
        self.note, self.task, self.call = self.vendor.drafts
        self.sim = Simulation(0, self.leaf)
        self.delivery = Delivery(self.reach)
        self.unreachable: Exception | None = None
        self.faults: list[Exception | Response | None] = []
        self.sign_in_is_ill = False
        self.arrives = True
        """Whether a request that meets a fault is applied all the same."""
        self.sent: list[tuple[float, str]] = []
        self.stalls = 0.0
        self.busy = 0

    async def reach(self, tenant_id: str, crm: str, agent_id: str) -> Connection:
        if self.unreachable is not None:
            raise self.unreachable
        return Connection(
            tenant_id=tenant_id,
            agent_id=agent_id,
            connector=self.vendor.connector,
            facts=self.vendor.facts,
            exchange=without_renewal(self.vendor.exchange()) if self.sign_in_is_ill else self.vendor.exchange(),
            resources=(),
        )

    def leaf(self, process: Any, leaf: Leaf[Any], back: Callable[[Any, BaseException | None], None]) -> None:
        if isinstance(leaf, Tx):
            if self.busy:
                self.busy -= 1
                self.sim.at(self.sim.now, lambda: back(None, StoreBusy("locked")))
                return
            value = self.store.run(leaf)
            stall = self.stalls if leaf.name == "change to doubt" else 0.0
            self.sim.at(self.sim.now + stall, lambda: back(value, None))
            return
        assert isinstance(leaf, Send)
        self.sent.append((self.sim.now, self.vendor.site(leaf)))
        fault = self.faults.pop(0) if self.faults else None
        answer: Response | None = None
        if fault is None or self.arrives:
            answer = self.vendor.answer(leaf, self.sim.now)
        if isinstance(fault, Exception):
            self.sim.at(self.sim.now + 1, lambda: back(None, fault))
        else:
            self.sim.at(self.sim.now + 1, lambda: back(fault or answer, None))

    def run(self, op: Operation[T]) -> T:
        process = self.sim.start("worker", op)
        self.sim.run(lambda: process.result is not None, self.sim.now + 1e6)
        assert process.result is not None
        value, error = process.result
        if error is not None:
            raise error
        result: T = value
        return result

    def store_does(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        return self.store.run(Tx(lambda connection: function(connection, *args, **kwargs)))

    def promise(self, *drafts: ActivityDraft) -> None:
        self.store_does(promise, drafts, tenant_id="acme", interaction_id="call-1", agent_id="kim", now=self.sim.now)

    def deliver(self) -> DeliveryReport:
        return self.run(self.delivery.deliver_due())

    def row(self, draft: ActivityDraft) -> Row:
        row = self.store_does(rows.read, "acme", draft.key)
        assert row is not None
        return row

    def until_due(self, draft: ActivityDraft) -> float:
        """Let time pass until the row is due; seconds that passed."""
        before = self.sim.now
        row = self.row(draft)
        self.sim.now = max(before, row.due_at, row.leased_until)
        return self.sim.now - before

    def deliver_until_known(self, draft: ActivityDraft) -> None:
        """Deliver, and again whenever it is due, until it is no longer in doubt."""
        self.deliver()
        while self.row(draft).state is DeliveryState.DOUBT:
            self.until_due(draft)
            self.deliver()

    def times(self, draft: ActivityDraft) -> int:
        return len(self.vendor.written().get(draft.key, ()))


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_store() as store:
        yield Desk(store)


@pytest.mark.feature("F050")
def test_what_is_due_is_delivered_once(desk: Desk) -> None:
    """Every kind goes out, each with its record; a second round has nothing to do."""
    desk.promise(*desk.vendor.drafts)
    assert desk.deliver().count(DeliveryState.DONE) == 3
    assert [desk.times(draft) for draft in desk.vendor.drafts] == [1, 1, 1]
    (written,) = desk.vendor.written()[desk.note.key]
    assert desk.row(desk.note).record == RecordRef("model", "note", written)
    assert desk.deliver() == DeliveryReport()


@pytest.mark.fault("X1")
@pytest.mark.promise("R1")
def test_a_lost_answer_of_a_native_create_is_repeated_with_the_same_key(desk: Desk) -> None:
    """The CRM makes one of two (stripe-node#559: the key is made before the first attempt)."""
    desk.promise(desk.note)
    desk.faults = [AnswerLost("reset")]
    assert desk.deliver().count(DeliveryState.DOUBT) == 1
    desk.until_due(desk.note)
    assert desk.deliver().count(DeliveryState.DONE) == 1
    assert [what for _, what in desk.sent] == ["create note", "create note"]
    assert desk.times(desk.note) == 1


@pytest.mark.fault("X1")
@pytest.mark.fault("X23")
@pytest.mark.promise("R1")
def test_a_lost_answer_of_a_findable_create_is_looked_for_until_it_is_found(desk: Desk) -> None:
    """It was applied, the index lags: looked for again and again, sent once."""
    desk.promise(desk.task)
    desk.faults = [AnswerLost("reset")]
    desk.deliver_until_known(desk.task)
    assert desk.row(desk.task).state is DeliveryState.DONE
    assert desk.sent[-1][0] - desk.sent[0][0] >= LAG
    assert [what for _, what in desk.sent].count("create task") == 1
    assert desk.times(desk.task) == 1


@pytest.mark.fault("X2")
@pytest.mark.fault("X22")
@pytest.mark.promise("R1")
def test_a_findable_create_is_resent_only_after_its_way_longest_run_and_lag(desk: Desk) -> None:
    """It was never applied, and only then is that certain."""
    desk.promise(desk.task)
    desk.faults, desk.arrives = [AnswerLost("reset")], False
    desk.deliver_until_known(desk.task)
    first, second = (at for at, what in desk.sent if what == "create task")
    assert second - first >= Timing().transit + LONGEST_RUN + LAG
    assert desk.times(desk.task) == 1


@pytest.mark.fault("X1")
@pytest.mark.feature("M4")
@pytest.mark.promise("R1")
def test_a_lost_answer_of_a_blind_create_is_reported_and_never_resent(desk: Desk) -> None:
    """Only a person can tell; when the person says so it is sent again."""
    desk.promise(desk.call)
    desk.faults, desk.arrives = [AnswerLost("reset")], False
    (doubt,) = desk.deliver().in_doubt
    assert isinstance(doubt, DeliveryInDoubt)
    assert doubt.maybe_applied
    desk.sim.now += 1e6
    assert desk.deliver() == DeliveryReport()
    desk.store_does(inbox.resolve, "acme", desk.call.key, SendAgain(), now=desk.sim.now)
    assert desk.deliver().count(DeliveryState.DONE) == 1


@pytest.mark.fault("X4")
@pytest.mark.promise("R5")
def test_too_many_requests_is_no_doubt_and_waits(desk: Desk) -> None:
    """A 429 was not applied: the row is due again, later, even where the CRM cannot tell."""
    desk.promise(desk.call)
    desk.faults, desk.arrives = [Response(429)], False
    assert desk.deliver().count(DeliveryState.DUE) == 1
    assert desk.row(desk.call).sent_until is None
    assert desk.until_due(desk.call) >= 1
    assert desk.deliver().count(DeliveryState.DONE) == 1


@pytest.mark.fault("X2")
def test_a_connection_that_was_never_made_is_no_doubt(desk: Desk) -> None:
    """Nothing was sent; a row that was in doubt before stays in doubt, one that was not does not."""
    desk.promise(desk.call, desk.task)
    desk.faults, desk.arrives = [ConnectFailed("no route"), ConnectFailed("no route")], False
    assert desk.deliver().count(DeliveryState.DUE) == 2
    desk.until_due(desk.task)
    desk.faults = [AnswerLost("reset"), AnswerLost("reset")]
    desk.deliver()
    doubtful = desk.row(desk.task).sent_until
    desk.until_due(desk.task)
    desk.faults = [ConnectFailed("no route")]
    desk.deliver()
    assert (desk.row(desk.task).state, desk.row(desk.task).sent_until) == (DeliveryState.DOUBT, doubtful)


@pytest.mark.fault("X5")
@pytest.mark.fault("X6")
def test_a_refused_token_that_cannot_be_renewed_now_is_no_doubt(desk: Desk) -> None:
    """The CRM refused the create; that its sign-in server is ill as well adds nothing to what was written."""
    desk.promise(desk.call)
    desk.sign_in_is_ill, desk.arrives = True, False
    desk.faults = [Response(401)]
    assert desk.deliver().count(DeliveryState.DUE) == 1
    assert desk.row(desk.call).sent_until is None
    desk.until_due(desk.call)
    assert desk.deliver().count(DeliveryState.DONE) == 1
    assert desk.times(desk.call) == 1


@pytest.mark.feature("D3")
def test_what_the_crm_refuses_waits_for_a_person_with_the_reason(desk: Desk) -> None:
    """Refused once, not tried again; corrected, it goes out."""
    desk.promise(desk.task)
    desk.faults, desk.arrives = [Response(422)], False
    (refused,) = desk.deliver().activities
    assert refused.state is DeliveryState.REFUSED
    (listed,) = desk.store_does(inbox.pending, "acme")
    assert listed.problem is not None
    assert (listed.problem.code, listed.problem.status) == ("validation_failed", 422)
    corrected = attrs.evolve(desk.task, subject="shorter")
    desk.store_does(inbox.resolve, "acme", desk.task.key, SendAgain(corrected), now=desk.sim.now)
    assert desk.deliver().count(DeliveryState.DONE) == 1


@pytest.mark.feature("F135")
@pytest.mark.parametrize("error", [NeedsAuthorization("sign in"), NotLinked("not linked")])
def test_without_an_authorisation_it_is_held_until_there_is_one(desk: Desk, error: Exception) -> None:
    """Nothing is lost and nothing is tried in vain; a sign-in lets it go on."""
    desk.promise(desk.note)
    desk.unreachable = error
    assert desk.deliver().count(DeliveryState.HELD) == 1
    desk.unreachable = None
    desk.sim.now += 1e5
    assert desk.deliver() == DeliveryReport()
    assert desk.store_does(inbox.resume, "acme", "model", agent_id="kim", now=desk.sim.now) == 1
    assert desk.deliver().count(DeliveryState.DONE) == 1


def test_a_broken_store_in_reach_comes_later(desk: Desk) -> None:
    """An error that passes by itself is tried again by itself."""
    desk.promise(desk.note)
    desk.unreachable = StoreBusy("locked")
    assert desk.deliver().count(DeliveryState.DUE) == 1
    desk.unreachable = None
    desk.until_due(desk.note)
    assert desk.deliver().count(DeliveryState.DONE) == 1


@pytest.mark.feature("D6")
def test_an_activity_follows_a_merged_contact_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The survivor gets it; a survivor that is gone too is for a person."""
    survivor = RecordRef("model", "contacts", "43")
    desk.promise(desk.task)
    gone = Gone("merged", merged_into=survivor)
    monkeypatch.setattr(desk.vendor.connector, "error", lambda *_: gone)
    desk.faults, desk.arrives = [Response(410)], False
    (refused,) = desk.run(desk.delivery.deliver_due(most=2)).activities[-1:]
    assert desk.row(desk.task).draft["contact"] == {"crm": "model", "resource": "contacts", "id": "43"}
    assert refused.state is DeliveryState.REFUSED
    assert refused.problem is not None
    assert refused.problem.record == survivor


@pytest.mark.fault("X19")
def test_a_plugin_that_crashes_after_sending_leaves_a_doubt(desk: Desk) -> None:
    """A KeyError says nothing of the CRM; what counts is whether the request had left."""
    desk.promise(desk.task)
    desk.faults = [Response(200, b'{"unexpected": 1}')]
    assert desk.deliver().count(DeliveryState.DOUBT) == 1
    assert "unexpected" not in str(desk.row(desk.task).problem)


def test_a_row_that_cannot_be_read_is_refused_and_stops_nobody(desk: Desk) -> None:
    """One broken draft does not keep the others from going out."""
    desk.promise(desk.note, desk.task)
    desk.store_does(rows.change, desk.row(desk.note), draft={"kind": "poem"})
    report = desk.deliver()
    assert (report.count(DeliveryState.REFUSED), report.count(DeliveryState.DONE)) == (1, 1)
    (shown,) = desk.store_does(inbox.pending, "acme")
    assert (shown.key, shown.draft) == (desk.note.key, None)


@pytest.mark.promise("R1")
def test_nothing_is_sent_when_the_lease_may_end_before_the_answer(desk: Desk) -> None:
    """The transaction took too long: the row goes back as it was, and nothing has left."""
    desk.promise(desk.call)
    desk.stalls = 41.0
    assert desk.run(desk.delivery.deliver_due(most=1)).count(DeliveryState.DUE) == 1
    assert desk.sent == []
    row = desk.row(desk.call)
    assert (row.sent_until, row.attempts) == (None, 0)
    desk.stalls = 0.0
    assert desk.deliver().count(DeliveryState.DONE) == 1


@pytest.mark.promise("R1")
def test_two_workers_send_one_request(desk: Desk) -> None:
    """They race for the same rows; the claim decides."""
    desk.promise(*desk.vendor.drafts)

    async def race() -> tuple[object, ...]:
        return await settle(desk.delivery.deliver_due(), Delivery(desk.reach).deliver_due())

    desk.run(race())
    assert sorted(what for _, what in desk.sent) == ["create call", "create note", "create task"]


@pytest.mark.promise("R4")
def test_a_caller_who_leaves_leaves_a_doubt_that_is_settled_later(desk: Desk) -> None:
    """The deadline falls while the request is under way: the worker finds it when the lease has ended."""
    desk.promise(desk.task)

    async def hurried() -> DeliveryReport:
        return await within(0.5, desk.delivery.deliver_now("acme", (desk.task.key,)))

    with pytest.raises(DeadlineExceeded):
        desk.run(hurried())
    assert desk.row(desk.task).state is DeliveryState.DOUBT
    desk.until_due(desk.task)
    assert desk.deliver().count(DeliveryState.DOUBT) == 1
    desk.sim.now += LAG
    assert desk.deliver().count(DeliveryState.DONE) == 1
    assert desk.times(desk.task) == 1


def test_deliver_now_takes_only_what_it_is_told(desk: Desk) -> None:
    """A wrap-up's caller does not wait for others' activities."""
    desk.promise(*desk.vendor.drafts)
    report = desk.run(desk.delivery.deliver_now("acme", (desk.task.key,)))
    assert [each.key for each in report.activities] == [desk.task.key]
    assert desk.run(desk.delivery.deliver_now("other", (desk.note.key,))) == DeliveryReport()
    assert desk.run(desk.delivery.deliver_now("acme", ())) == DeliveryReport()


def test_a_worker_goes_on_when_the_store_is_locked_for_a_while(desk: Desk) -> None:
    """A worker's life does not end with one StoreBusy."""
    desk.promise(desk.note)
    desk.busy = 2
    desk.sim.start("worker", desk.delivery.keep_delivering())
    desk.sim.run(lambda: desk.row(desk.note).state is DeliveryState.DONE, desk.sim.now + 600)
    assert desk.times(desk.note) == 1


def test_an_answer_after_the_lease_was_lost_changes_nothing(desk: Desk) -> None:
    """A person held the row while the request was under way: the decision stands, the doubt too."""
    desk.promise(desk.task)
    (claimed,) = desk.store_does(rows.claim, desk.sim.now, lease=60.0)
    desk.store_does(inbox.hold, "acme", "model")
    assert desk.run(desk.delivery.deliver(claimed)) is None
    assert desk.sent == []
    assert desk.row(desk.task).state is DeliveryState.HELD


def test_errors_and_rows_name_no_customer(desk: Desk) -> None:
    """What is reported may be logged."""
    desk.promise(desk.task)
    desk.faults = [ValidationFailed("the CRM refused the activity")]
    assert desk.task.subject not in repr(desk.deliver())
