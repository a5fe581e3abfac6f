"""What the exchange sends twice, and what never; how long it waits; what an outage costs."""

from __future__ import annotations

from typing import Any

import pytest
from tests.customer360.transport.stepper import OK, answers

from customer360.core import effects as fx
from customer360.core import errors as e
from customer360.core.effects import GET, POST, PUT, Request
from customer360.core.wire import Response
from customer360.transport.circuit import Circuit
from customer360.transport.limiter import Limiter
from customer360.transport.retry import RetryBudget, RetryPolicy


class TestRepeats:
    """What is sent twice, and what never is (X1-X4)."""

    @pytest.mark.fault("X3")
    @pytest.mark.promise("R1")
    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    @pytest.mark.parametrize("make", [POST, PUT])
    def test_a_write_that_met_a_5xx_is_in_doubt_and_sent_once(
        self, exchange: Any, stepper: Any, status: int, make: Any
    ) -> None:
        """The CRM may have applied it before it failed."""
        clock = stepper(answer=answers(Response(status, b"oops", (("X-Request-Id", "r1"),)), OK))
        with pytest.raises(e.CrmUnavailable) as caught:
            clock.run(exchange()(make("/a", {})))
        error = caught.value
        assert (len(clock.sent), error.attempts, error.maybe_applied) == (1, 1, True)
        assert (error.status, error.request_id, error.retryable) == (status, "r1", True)

    @pytest.mark.fault("X3")
    def test_a_read_is_repeated_within_bounds(self, exchange: Any, stepper: Any) -> None:
        """Three requests in all, with growing jittered pauses; nothing was applied."""
        clock = stepper(answer=answers(Response(503)))
        with pytest.raises(e.CrmUnavailable) as caught:
            clock.run(exchange()(GET("/a")))
        assert caught.value.attempts == len(clock.sent) == 3
        assert not caught.value.maybe_applied
        assert clock.slept == [0.125, 0.25]

    @pytest.mark.fault("X1")
    def test_a_search_by_post_is_repeated(self, exchange: Any, stepper: Any) -> None:
        """The connector said that it is harmless, and an error of it casts no doubt."""
        lost = e.AnswerLost("x")
        clock = stepper(answer=answers(lost, OK))
        assert clock.run(exchange()(POST("/search", {}, repeatable=True))) is OK
        clock = stepper(answer=lambda send: e.AnswerLost("x"))
        with pytest.raises(e.AnswerLost) as caught:
            clock.run(exchange()(POST("/search", {}, repeatable=True)))
        assert (len(clock.sent), caught.value.maybe_applied) == (3, False)

    @pytest.mark.fault("X1")
    @pytest.mark.promise("R1")
    def test_a_create_whose_answer_is_lost_is_sent_once(self, exchange: Any, stepper: Any) -> None:
        """It may stand; only the outbox knows how to find out."""
        clock = stepper(answer=answers(e.AnswerLost("x"), OK))
        with pytest.raises(e.AnswerLost) as caught:
            clock.run(exchange()(POST("/a", {})))
        assert (len(clock.sent), caught.value.maybe_applied, caught.value.attempts) == (1, True, 1)

    @pytest.mark.fault("X2")
    def test_a_create_that_never_left_is_sent_again(self, exchange: Any, stepper: Any) -> None:
        """Nothing was sent, so nothing can be doubled."""
        clock = stepper(answer=answers(e.ConnectFailed("x"), OK))
        assert clock.run(exchange()(POST("/a", {}))) is OK
        assert len(clock.sent) == 2

    @pytest.mark.fault("X9")
    def test_each_request_gets_what_is_left(self, exchange: Any, stepper: Any) -> None:
        """Never more than the caller has, and never more than one attempt may take."""

        def slow(send: fx.Send) -> Any:
            clock.now += send.timeout
            return e.DeadlineExceeded("x")

        clock = stepper(answer=slow, deadline=1_000_003.0)
        with pytest.raises(e.DeadlineExceeded):
            clock.run(exchange(policy=RetryPolicy(attempt_timeout=2.0))(GET("/a")))
        assert clock.now <= 1_000_003.0
        first, second = (send.timeout for _, send in clock.sent)
        assert first == 2.0
        assert second < 1.0

    def test_without_a_deadline_there_is_one_all_the_same(self, exchange: Any, stepper: Any) -> None:
        """Every call ends (R4)."""
        clock = stepper(answer=answers(OK))
        clock.run(exchange(policy=RetryPolicy(total=5.0, attempt_timeout=30.0))(GET("/a")))
        assert clock.sent[0][1].timeout < 5.0


class TestWaits:
    """Retry-After, kept and shared (X4)."""

    @staticmethod
    def limited(value: str | None, status: int = 429, **headers: str) -> Response:
        given_headers = {"Retry-After": value, **headers}
        return Response(status, b"{}", tuple((n, v) for n, v in given_headers.items() if v is not None))

    @pytest.mark.fault("X4")
    @pytest.mark.promise("R5")
    @pytest.mark.parametrize("method", ["GET", "POST"])
    @pytest.mark.parametrize(
        ("value", "least"), [("2", 2.0), ("0.5", 0.5), ("-3", 0.0), (None, 0.0), ("Fri, 15 Jan 2027 08:00:02 GMT", 2.0)]
    )
    def test_the_wait_is_kept_in_every_form(
        self, exchange: Any, stepper: Any, method: str, value: str | None, least: float
    ) -> None:
        """A 429 is a refusal, so a create is repeated after it too."""
        answer = self.limited(value, Date="Fri, 15 Jan 2027 08:00:00 GMT")
        clock = stepper(answer=answers(answer, OK), deadline=1_000_010.0)
        assert clock.run(exchange()(Request(method=method, path="/a"))) is OK
        (first, _), (second, _) = clock.sent
        assert least <= second - first <= least + 0.3

    @pytest.mark.fault("X4")
    @pytest.mark.parametrize("value", ["86400", "4"])
    def test_a_wait_beyond_the_deadline_ends_the_call_at_once(self, exchange: Any, stepper: Any, value: str) -> None:
        """The caller learns the wait instead of spending its time on it."""
        clock = stepper(answer=answers(self.limited(value)), deadline=1_000_003.0)
        with pytest.raises(e.RateLimited) as caught:
            clock.run(exchange()(GET("/a")))
        assert (caught.value.wait, len(clock.sent), clock.slept) == (float(value), 1, [])

    @pytest.mark.fault("X4")
    @pytest.mark.promise("R5")
    def test_the_pause_holds_for_all_requests_of_the_link(self, exchange: Any, stepper: Any) -> None:
        """Another exchange over the same limiter sends nothing inside it."""
        limiter = Limiter("t", 4)
        clock = stepper(answer=answers(self.limited("5"), OK), deadline=1_000_003.0)
        with pytest.raises(e.RateLimited):
            clock.run(exchange(limiter=limiter)(GET("/a")))
        with pytest.raises(e.RateLimited):
            clock.run(exchange(limiter=limiter)(GET("/b")))
        assert len(clock.sent) == 1
        clock.deadline = 1_000_060.0
        clock.run(exchange(limiter=limiter)(GET("/b")))
        assert clock.sent[1][0] >= 1_000_005.0

    @pytest.mark.fault("X4")
    def test_a_503_may_announce_a_pause_too(self, exchange: Any, stepper: Any) -> None:
        """RFC 9110, 10.2.3."""
        clock = stepper(answer=answers(self.limited("3", 503), OK), deadline=1_000_060.0)
        clock.run(exchange()(GET("/a")))
        assert clock.sent[1][0] - clock.sent[0][0] >= 3.0


class TestOutage:
    """A CRM that is down costs little, and is not made worse."""

    @pytest.mark.promise("R6")
    @pytest.mark.parametrize("with_circuit", [True, False])
    def test_an_outage_is_not_multiplied(self, exchange: Any, stepper: Any, with_circuit: bool) -> None:
        """600 calls in 60 s, all answered 503: at most 1.2 times as many requests, by the budget alone too."""
        clock = stepper(answer=answers(Response(503)))
        budget, limiter, circuit = RetryBudget(), Limiter("t", 4), Circuit()
        for _ in range(600):
            parts = {"budget": budget, "limiter": limiter, "circuit": circuit if with_circuit else Circuit()}
            start = clock.now
            with pytest.raises((e.CrmUnavailable, e.CircuitOpen)):
                clock.run(exchange(**parts)(GET("/a")))
            clock.now = max(clock.now, start + 0.1)
        assert len(clock.sent) <= 600 * 1.2
        if with_circuit:
            assert len(clock.sent) <= 60

    def test_a_dead_crm_costs_no_time_once_that_is_known(self, exchange: Any, stepper: Any) -> None:
        """The circuit opens, calls fail at once, and one probe after the pause brings it back."""
        clock = stepper(answer=lambda send: e.ConnectFailed("x"))
        one = exchange()
        for _ in range(2):
            with pytest.raises(e.TransportError):
                clock.run(one(GET("/a")))
        count, now = len(clock.sent), clock.now
        with pytest.raises(e.CircuitOpen) as caught:
            clock.run(one(GET("/a")))
        assert (len(clock.sent), clock.now) == (count, now)
        clock.now += caught.value.wait or 0.0
        clock.answer = answers(OK)
        clock.run(one(GET("/a")))
        clock.run(one(GET("/a")))

    def test_a_caller_in_a_hurry_does_not_condemn_the_crm(self, exchange: Any, stepper: Any) -> None:
        """Timeouts of less than a second say nothing."""
        circuit = Circuit()
        clock = stepper(answer=lambda send: e.DeadlineExceeded("x"))
        for _ in range(20):
            clock.deadline = clock.now + 0.3
            with pytest.raises(e.DeadlineExceeded):
                clock.run(exchange(circuit=circuit, policy=RetryPolicy(attempts=1))(GET("/a")))
        assert circuit.state.failures == 0

    def test_every_place_is_given_back(self, exchange: Any, stepper: Any) -> None:
        """After errors of every kind and a cancellation in flight."""
        limiter = Limiter("t", 1)
        for answer in (
            Response(503),
            Response(404),
            Response(200, b"<p>", (("Content-Type", "text/html"),)),
            OSError(),
        ):
            with pytest.raises((e.Customer360Error, OSError)):
                stepper(answer=answers(answer)).run(exchange(limiter=limiter)(GET("/a")))

        class Gone(BaseException):
            pass

        def hang_up(send: fx.Send) -> Any:
            raise fx.Cancelled

        clock = stepper(answer=hang_up)
        op = exchange(limiter=limiter)(GET("/a"))
        effect: Any = op.send(None)
        while not isinstance(effect, fx.Send):
            effect = op.send({fx.Remaining: 9.0, fx.Now: 1.0}.get(type(effect)))
        assert op.throw(fx.Cancelled()) == fx.Release("limiter:t")
        with pytest.raises(fx.Cancelled):
            op.send(None)
        clock.run(limiter.enter())
