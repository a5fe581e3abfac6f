"""The exchange, step by step: what is sent, where, with what, and how often."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import effects as fx
from customer360.core import errors as e
from customer360.core.auth import Grant
from customer360.core.effects import DELETE, GET, POST, PUT, Request
from customer360.core.linking import Hosts
from customer360.core.wire import Response
from customer360.transport.circuit import Circuit
from customer360.transport.limiter import Limiter
from customer360.transport.prepare import prepare
from customer360.transport.retry import RetryBudget, RetryPolicy
from customer360.transport.urls import origin

OK = Response(200, b'{"ok":true}', (("Content-Type", "application/json"),))
EXPIRED = Response(401, b'{"code":"expired"}')


def answers(*each: Any) -> Any:
    """One after the other; the last for ever."""
    queue = list(each)
    return lambda send: queue.pop(0) if len(queue) > 1 else queue[0]


def header(send: fx.Send, name: str) -> str | None:
    """A header of what was sent."""
    return next((value for key, value in send.headers if key.lower() == name.lower()), None)


def test_the_first_thing_on_the_wire(exchange: Any) -> None:
    """Driven by hand, effect by effect: this is the whole conversation of a simple read."""
    op = exchange(limiter=Limiter("k", 1))(GET("/contacts", {"phone": "+44 20"}))
    assert op.send(None) == fx.Remaining()
    assert op.send(5.0) == fx.Now()
    assert op.send(100.0) == fx.Acquire("limiter:k")
    assert op.send(None) == fx.Remaining()
    assert op.send(5.0) == fx.Now()
    assert op.send(100.0) == fx.Remaining()
    send = op.send(5.0)
    assert isinstance(send, fx.Send)
    assert send.url == "https://api.plain.example/v1/contacts?phone=%2B44%2020"
    assert header(send, "Authorization") == "Bearer t1"
    assert header(send, "Accept-Encoding") == "gzip, deflate"
    assert send.timeout < 5.0
    assert op.send(OK) == fx.Now()
    assert op.send(100.1) == fx.Release("limiter:k")
    with pytest.raises(StopIteration) as done:
        op.send(None)
    assert done.value.value is OK


def test_bodies_are_encoded_and_labelled(exchange: Any, stepper: Any) -> None:
    """JSON and forms in UTF-8, raw bytes as they are; one at most."""
    clock = stepper(answer=answers(OK))
    clock.run(exchange()(POST("/a", {"name": "Jörg"})))
    clock.run(exchange()(Request(method="POST", path="/a", form=(("n", "Jörg & Söhne"), ("n", "+1")))))
    clock.run(exchange()(Request(method="PUT", path="/a", content=b"\0\1", headers=(("Content-Type", "image/png"),))))
    json, form, raw = (send for _, send in clock.sent)
    assert (json.content, header(json, "Content-Type")) == ('{"name":"Jörg"}'.encode(), "application/json")
    assert form.content == b"n=J%C3%B6rg%20%26%20S%C3%B6hne&n=%2B1"
    assert header(form, "Content-Type") == "application/x-www-form-urlencoded"
    assert (raw.content, header(raw, "Content-Type")) == (b"\0\1", "image/png")
    with pytest.raises(e.InvalidValue):
        clock.run(exchange()(Request(method="POST", path="/", json={}, content=b"x")))


def test_the_api_host_of_a_new_token_is_used(exchange: Any, stepper: Any, wallet: Any) -> None:
    """Vendors name the host with the token; it still must be one that the link declares."""
    clock = stepper(answer=answers(OK))
    clock.run(exchange(tokens=wallet(api_domain="https://files.plain.example"))(GET("/a")))
    assert clock.sent[0][1].url == "https://files.plain.example/v1/a"
    with pytest.raises(e.HostRefused):
        clock.run(exchange(tokens=wallet(api_domain="https://evil.example"))(GET("/a")))
    assert len(clock.sent) == 1


@pytest.mark.promise("R3")
def test_a_grant_that_took_the_place_of_another_is_used_at_once(exchange: Any, stepper: Any) -> None:
    """What is kept of a grant from one request to the next (signature, API host) is kept of that grant alone."""

    class Turning:
        def __init__(self) -> None:
            self.grant = Grant(access_token="old", received_at=0.0, extra={"api_domain": "https://api.plain.example"})

        async def current(self) -> Grant:
            return self.grant

        async def renewed(self, stale: Grant) -> Grant:
            raise AssertionError("nothing is refused here")

    tokens, clock = Turning(), stepper(answer=answers(OK))
    carry = exchange(tokens=tokens)
    clock.run(carry(GET("/a")))
    clock.run(carry(GET("/b")))
    tokens.grant = Grant(access_token="new", received_at=0.0, extra={"api_domain": "https://files.plain.example"})
    clock.run(carry(GET("/c")))
    sent = [(send.url, header(send, "Host"), header(send, "Authorization")) for _, send in clock.sent]
    assert sent == [
        ("https://api.plain.example/v1/a", "api.plain.example", "Bearer old"),
        ("https://api.plain.example/v1/b", "api.plain.example", "Bearer old"),
        ("https://files.plain.example/v1/c", "files.plain.example", "Bearer new"),
    ]


def test_sign_in_requests_carry_no_token_and_go_to_sign_in_hosts_only(exchange: Any, stepper: Any) -> None:
    """And their answers are the scheme's to read, whatever their status."""
    clock = stepper(answer=answers(Response(400, b'{"error":"invalid_grant"}')))
    ask = Request(method="POST", path="https://login.plain.example/token", form=(("a", "b"),), purpose="login")
    assert clock.run(exchange(tokens=None)(ask)).status == 400
    assert header(clock.sent[0][1], "Authorization") is None
    with pytest.raises(e.HostRefused):
        clock.run(exchange()(Request(method="POST", path="https://api.plain.example/x", purpose="login")))
    with pytest.raises(e.HostRefused):
        clock.run(exchange()(GET("https://login.plain.example/token")))
    with pytest.raises(e.NeedsAuthorization):
        clock.run(exchange(tokens=None)(GET("/a")))
    assert len(clock.sent) == 1


@pytest.mark.fault("X21")
@pytest.mark.promise("R15")
@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://api.plain.example/x",
        "https://api.plain.example:8443/x",
        "https://api.plain.example@evil.example/x",
        "https://me:pw@api.plain.example/x",
        "https://api.plain.example.evil.example/x",
        "https://xapi.plain.example/x",
        "ftp://api.plain.example/x",
        "https://[::1/x",
        "https:///x",
    ],
)
def test_a_next_page_elsewhere_is_refused_before_anything_is_sent(exchange: Any, stepper: Any, url: str) -> None:
    """Whatever the CRM hands out."""
    clock = stepper(answer=answers(OK))
    with pytest.raises(e.HostRefused):
        clock.run(exchange()(GET(url)))
    assert clock.sent == []


@given(st.text(max_size=30), st.sampled_from(["", "/", "@", ":", "//", "."]))
def test_no_text_ever_moves_a_token_to_another_host(text: str, between: str) -> None:
    """Absolute or relative, the URL that leaves has a declared host or nothing leaves."""
    hosts = Hosts(api=("api.plain.example",), login=())
    for path in (
        text,
        "/" + text,
        f"https://api.plain.example{between}{text}",
        f"https://{text}{between}api.plain.example/",
    ):
        try:
            prepared = prepare(GET(path), base="https://api.plain.example/v1", hosts=hosts, user_agent="t")
        except (e.HostRefused, e.InvalidValue):
            continue
        scheme, host, port = origin(prepared.url)
        assert (scheme, host.rstrip("."), port) == ("https", "api.plain.example", 443)


class TestRedirects:
    """Followed by hand, for reads only (X21)."""

    @staticmethod
    def to(location: str, status: int = 302) -> Response:
        return Response(status, b"", (("Location", location),))

    @pytest.mark.fault("X21")
    def test_a_read_follows_and_keeps_its_token_on_the_same_host(self, exchange: Any, stepper: Any) -> None:
        """Relative targets resolve against the vendor's URL."""
        clock = stepper(answer=answers(self.to("/v1/b?x=%2B"), OK))
        clock.run(exchange()(GET("/a")))
        assert clock.sent[1][1].url == "https://api.plain.example/v1/b?x=%2B"
        assert header(clock.sent[1][1], "Authorization") == "Bearer t1"

    @pytest.mark.fault("X21")
    @pytest.mark.promise("R15")
    def test_another_allowed_host_gets_no_credential(self, exchange: Any, stepper: Any) -> None:
        """Neither the token nor a key that the connector put into a header of its own."""
        clock = stepper(
            answer=answers(self.to("https://files.plain.example/f"), self.to("https://api.plain.example/z"), OK)
        )
        clock.run(exchange()(GET("/a", headers={"X-Api-Key": "secret"})))
        _, second, third = (send for _, send in clock.sent)
        for send in (second, third):
            assert header(send, "Authorization") is None
            assert header(send, "X-Api-Key") is None

    @pytest.mark.fault("X21")
    @pytest.mark.promise("R15")
    @pytest.mark.parametrize(
        "location", ["https://evil.example/", "//evil.example/x", "http://api.plain.example/a", "http://[", "a\r\nb:c"]
    )
    def test_elsewhere_and_downgrades_are_refused(self, exchange: Any, stepper: Any, location: str) -> None:
        """Nothing is sent there, with or without a token."""
        clock = stepper(answer=answers(self.to(location), OK))
        with pytest.raises((e.HostRefused, e.UnexpectedAnswer)):
            clock.run(exchange()(GET("/a")))
        assert len(clock.sent) == 1

    @pytest.mark.fault("X21")
    def test_a_write_is_never_redirected(self, exchange: Any, stepper: Any) -> None:
        """And may have been applied, for all we know."""
        clock = stepper(answer=answers(self.to("/v1/b", 307), OK))
        with pytest.raises(e.UnexpectedAnswer) as caught:
            clock.run(exchange()(POST("/a", {})))
        assert len(clock.sent) == 1
        assert caught.value.maybe_applied

    def test_a_circle_ends(self, exchange: Any, stepper: Any) -> None:
        """Five redirects are followed."""
        clock = stepper(answer=answers(self.to("/v1/a")))
        with pytest.raises(e.UnexpectedAnswer):
            clock.run(exchange()(GET("/a")))
        assert len(clock.sent) == 6


class TestTokens:
    """A refused token is renewed once (X5)."""

    @pytest.mark.fault("X5")
    @pytest.mark.parametrize("body", [b'{"code":"expired"}', b'["expired"]', b"<html>", b"", b"{}"])
    @pytest.mark.parametrize("request_", [GET("/a"), POST("/a", {}), DELETE("/a")], ids=lambda r: r.method)
    def test_renewed_and_repeated_once_whatever_the_method(
        self, exchange: Any, stepper: Any, wallet: Any, body: bytes, request_: Request
    ) -> None:
        """The CRM refused to look at it, in whatever words."""
        clock, tokens = stepper(answer=answers(Response(401, body), OK)), wallet()
        assert clock.run(exchange(tokens=tokens)(request_)) is OK
        assert tokens.renewals == 1
        assert [header(send, "Authorization") for _, send in clock.sent] == ["Bearer t1", "Bearer t2"]
        assert clock.slept == []

    @pytest.mark.fault("X5")
    @pytest.mark.promise("R7")
    def test_401_on_every_call_is_no_loop(self, exchange: Any, stepper: Any, wallet: Any) -> None:
        """One extra request, then the error."""
        clock, tokens = stepper(answer=answers(EXPIRED)), wallet()
        with pytest.raises(e.TokenExpired) as caught:
            clock.run(exchange(tokens=tokens)(GET("/a")))
        assert tokens.renewals == 1
        assert caught.value.attempts == len(clock.sent) == 2


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


@pytest.mark.parametrize(
    "headers",
    [(("X", "a\r\nb"),), (("X y", "a"),), (("X", "ü"),), (("Host", "evil"),), (("Content-Length", "1"),), (("", "x"),)],
)
def test_headers_cannot_break_out_of_their_line(exchange: Any, stepper: Any, headers: Any) -> None:
    """And what belongs to the transport stays there."""
    clock = stepper(answer=answers(OK))
    with pytest.raises(e.InvalidValue):
        clock.run(exchange()(GET("/a", headers=headers)))
    assert clock.sent == []


def test_a_connector_cannot_smuggle_a_credential(exchange: Any, stepper: Any) -> None:
    """The signature replaces headers of its name."""
    clock = stepper(answer=answers(OK))
    clock.run(exchange()(GET("/a", headers={"authorization": "Basic mine"})))
    assert [v for k, v in clock.sent[0][1].headers if k.lower() == "authorization"] == ["Bearer t1"]


def test_endpoints_move_the_request_after_the_check(exchange: Any, stepper: Any) -> None:
    """The vendor's host is checked and stays in the Host header; only the connection goes elsewhere."""
    clock = stepper(answer=answers(OK))
    clock.run(exchange(endpoints={"api.plain.example": "http://127.0.0.1:81"})(GET("/a")))
    send = clock.sent[0][1]
    assert send.url == "http://127.0.0.1:81/v1/a"
    assert header(send, "Host") == "api.plain.example"
