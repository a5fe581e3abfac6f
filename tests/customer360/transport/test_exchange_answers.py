"""What the exchange makes of an answer."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from tests.customer360.transport.stepper import OK, answers

from customer360.core import errors as e
from customer360.core.effects import GET, POST, Request
from customer360.core.wire import Response
from customer360.transport.retry import RetryPolicy


class TestAnswers:
    """What an answer means (X10, R11)."""

    @pytest.mark.fault("X10")
    @pytest.mark.parametrize("request_", [GET("/a"), POST("/a", {})], ids=lambda r: r.method)
    def test_a_page_for_people_is_no_data(self, exchange: Any, stepper: Any, request_: Request) -> None:
        """A proxy's sign-in page with status 200; a write may or may not have passed it."""
        page = Response(200, b"<html>sign in</html>", (("Content-Type", "text/html; charset=utf-8"),))
        with pytest.raises(e.UnexpectedAnswer) as caught:
            stepper(answer=answers(page)).run(exchange()(request_))
        assert caught.value.maybe_applied is (request_.method == "POST")
        assert "proxy" in str(caught.value)

    @pytest.mark.promise("R11")
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, e.UnexpectedAnswer),
            (403, e.Forbidden),
            (404, e.NotFound),
            (429, e.RateLimited),
            (500, e.CrmUnavailable),
        ],
    )
    @pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"code":"unheard of"}', b"\xff\xfe", b"NaN"])
    def test_an_error_in_any_shape_is_one_of_ours(
        self, exchange: Any, stepper: Any, status: int, kind: type[Exception], body: bytes
    ) -> None:
        """Also when the connector itself stumbles over it."""
        with pytest.raises(kind) as caught:
            stepper(answer=answers(Response(status, body)), deadline=1_000_001.0).run(exchange()(POST("/a", {})))
        assert isinstance(caught.value, e.Customer360Error)
        assert caught.value.status == status
        assert caught.value.attempts >= 1

    def test_the_connectors_word_comes_first_and_accepted_statuses_are_its_own(
        self, exchange: Any, stepper: Any
    ) -> None:
        """Status codes alone mean little."""
        down = Response(400, b'{"code":"down"}')
        with pytest.raises(e.CrmUnavailable) as caught:
            stepper(answer=answers(down)).run(exchange(policy=RetryPolicy(attempts=1))(GET("/a")))
        assert caught.value.vendor_code == "down"
        assert stepper(answer=answers(down)).run(exchange()(GET("/a", accept=(400,)))) is down

    @pytest.mark.promise("R11")
    def test_nothing_of_the_customer_reaches_log_or_error(
        self, exchange: Any, stepper: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither query, body, record id nor token."""
        caplog.set_level(logging.DEBUG)
        request = POST("/contacts/4876000333001", {"phone": "+442079460958"}, {"q": "jo@example.com"})
        for answer in (OK, Response(500, b'{"code":"jo@example.com"}'), e.AnswerLost("x")):
            try:
                stepper(answer=answers(answer)).run(exchange()(request))
            except e.Customer360Error as error:
                caplog.messages.append(f"{error} {error!r}")
            stepper(answer=answers(answer))
        text = "\n".join([*caplog.messages, *(str(record.__dict__) for record in caplog.records)])
        assert "plain POST /v1/contacts/{}: ok" in text
        for secret in ("4876000333001", "442079460958", "jo@", "t1\n", "Bearer"):
            assert secret not in text


@pytest.mark.fault("X10")
@pytest.mark.parametrize("body", [b'{"id":NaN}', b'{"id":', b"\xff", b"[" * 100_000])
def test_a_write_answered_with_broken_json_is_in_doubt(exchange: Any, stepper: Any, body: bytes) -> None:
    """The CRM said 201: what cannot be read is its answer, not the record. A read's is for its connector to judge."""
    clock = stepper(answer=answers(Response(201, body, (("Content-Type", "application/json; charset=utf-8"),))))
    with pytest.raises(e.UnexpectedAnswer) as caught:
        clock.run(exchange()(POST("/a", {})))
    assert (caught.value.maybe_applied, len(clock.sent)) == (True, 1)
    assert clock.run(exchange()(GET("/a"))).status == 201
