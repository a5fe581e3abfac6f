"""The exchange, step by step: what is sent, where, and with what."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer360.transport.stepper import OK, answers, header

from customer360.core import effects as fx
from customer360.core import errors as e
from customer360.core.auth import Grant
from customer360.core.effects import DELETE, GET, POST, Request
from customer360.core.linking import Hosts
from customer360.core.wire import Response
from customer360.transport.limiter import Limiter
from customer360.transport.prepare import prepare
from customer360.transport.urls import origin

EXPIRED = Response(401, b'{"code":"expired"}')


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
