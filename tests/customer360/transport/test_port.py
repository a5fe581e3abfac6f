"""One suite for six ports: threads and asyncio, each over httpx, httpx2 and the extra ``fast``."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from customer360.core import errors as e
from customer360.core.effects import Send

Carrier = Any
Opens = Callable[..., Any]
SLACK = 20.0
"""Generous: a busy machine never fails a test; only what has no bound at all does."""


def head(length: int | None, *more: str) -> bytes:
    """The head of a 200 answer."""
    lines = [*more, *([] if length is None else [f"Content-Length: {length}"])]
    return "".join(f"{line}\r\n" for line in ("HTTP/1.1 200 OK", *lines, "")).encode()


class TestPlain:
    """What works when nothing is wrong."""

    def test_every_status_and_body_comes_back_whole(self, port: Carrier, server: Any) -> None:
        """Redirects and errors included: what they mean is not the port's business."""
        for status in (200, 204, 302, 404, 503):
            server.script[len(server.seen) + 1] = server.steps.answer(status, b"" if status == 204 else b"x" * status)
            response = port.send(server.url + "/a?b=%20c")
            assert (response.status, len(response.content)) == (status, 0 if status == 204 else status)
        assert {seen.target for seen in server.seen} == {"/a?b=%20c"}

    def test_the_body_goes_out_as_it_is(self, port: Carrier, server: Any) -> None:
        """A large one too."""
        content = bytes(range(256)) * 4096
        port.send(server.url, "POST", content=content, headers=(("Host", "api.vendor.example"),))
        assert server.seen[0].body == content
        assert server.seen[0].headers["host"] == "api.vendor.example"

    def test_compressed_and_chunked_bodies_are_unpacked(self, port: Carrier, server: Any) -> None:
        """Also cut anywhere, and when they hold empty lines, which end a head."""
        body = b"\r\n\r\n0\r\n\r\n\n\n" * 500
        packed = gzip.compress(body)
        server.default = server.steps.raw(
            head(None, "Transfer-Encoding: chunked", "Content-Encoding: gzip")
            + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (packed[:1], packed[1:7], packed[7:]))
            + b"0\r\n\r\n",
            keep=True,
        )
        assert [port.send(server.url).content for _ in range(3)] == [body] * 3
        assert server.connections == 1

    @pytest.mark.perf("P13")
    def test_the_second_request_opens_no_connection(self, port: Carrier, server: Any) -> None:
        """A connection that lay idle is used again; one warmed in time serves the first request."""
        port.warm(server.url)
        port.send(server.url)
        time.sleep(0.05)
        port.send(server.url)
        assert (server.connections, port.held(server.url)) == (1, 1)

    def test_an_idle_connection_is_let_go_after_its_time(self, opens: Opens, server: Any) -> None:
        """Nothing is kept longer than was asked."""
        port = opens(keep=0.0)
        port.send(server.url)
        time.sleep(0.01)
        port.send(server.url)
        assert (server.connections, port.held(server.url)) == (2, 1)

    def test_a_closed_port_says_so(self, opens: Opens, server: Any) -> None:
        """And sends nothing."""
        port = opens()
        port.do(port.port.close())
        with pytest.raises(e.ConnectFailed) as caught:
            port.send(server.url)
        assert not caught.value.retryable
        assert server.seen == []


class TestLost:
    """Ends of connections (X1, X2, X14)."""

    @pytest.mark.fault("X1")
    @pytest.mark.promise("R1", "R11")
    @pytest.mark.parametrize("how", ["close", "reset"])
    @pytest.mark.parametrize(("method", "doubt"), [("GET", False), ("POST", True), ("DELETE", True)])
    def test_processed_then_closed(self, port: Carrier, server: Any, how: str, method: str, doubt: bool) -> None:
        """One request, never repeated here; a write may stand."""
        server.default = getattr(server.steps, how)()
        with pytest.raises(e.AnswerLost) as caught:
            port.send(server.url, method, content=b"{}" if method == "POST" else b"")
        assert (len(server.seen), caught.value.maybe_applied, caught.value.retryable) == (1, doubt, True)
        assert caught.value.wait is None

    @pytest.mark.fault("X2")
    @pytest.mark.parametrize("linger", [False, True])
    def test_closed_before_or_while_it_is_read(self, port: Carrier, server: Any, linger: bool) -> None:
        """Whatever left of a write may have been enough: it is in doubt, or certainly was not sent."""

        def greet(peer: Any) -> bool:
            peer.sock.recv(100)
            if linger:
                peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            return False

        server.greet[1] = greet
        with pytest.raises((e.AnswerLost, e.ConnectFailed)) as caught:
            port.send(server.url, "POST", content=b"x" * 3_000_000)
        assert caught.value.maybe_applied == isinstance(caught.value, e.AnswerLost)
        assert port.send(server.url).status == 200

    @pytest.mark.fault("X2")
    def test_nobody_listens(self, port: Carrier) -> None:
        """Certainly nothing was sent."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            free = taken.getsockname()[1]
        with pytest.raises(e.ConnectFailed) as caught:
            port.send(f"http://127.0.0.1:{free}/", "POST", content=b"{}")
        assert not caught.value.maybe_applied

    @pytest.mark.fault("X14")
    def test_closed_between_calls_costs_nothing(self, port: Carrier, server: Any) -> None:
        """The end is seen before the next request is written, a create included."""

        def answer_and_close(peer: Any, seen: Any) -> bool:
            server.steps.answer()(peer, seen)
            return False

        server.script[1] = answer_and_close
        port.send(server.url)
        until = time.monotonic() + SLACK
        while server.open and time.monotonic() < until:
            time.sleep(0.005)
        assert port.send(server.url, "POST", content=b"{}").status == 200
        assert (len(server.seen), server.connections) == (2, 2)

    @pytest.mark.fault("X14")
    @pytest.mark.promise("R1")
    @pytest.mark.parametrize(("method", "doubt"), [("GET", False), ("POST", True)])
    def test_closed_exactly_at_write(self, port: Carrier, server: Any, method: str, doubt: bool) -> None:
        """A read may be sent again at once (wait 0); a create is never sent twice."""
        port.send(server.url)
        server.script[2] = server.steps.close()
        with pytest.raises(e.AnswerLost) as caught:
            port.send(server.url, method, content=b"")
        assert (caught.value.wait, caught.value.maybe_applied) == (0.0, doubt)
        assert len(server.seen) == 2

    @pytest.mark.fault("X14")
    @pytest.mark.parametrize("extra", [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother", b"x", b"\r\n", None])
    @pytest.mark.parametrize("kind", ["length", "chunked", "empty"])
    def test_an_answer_nobody_asked_for_is_nobodys(
        self, port: Carrier, server: Any, extra: bytes | None, kind: str
    ) -> None:
        """Bytes after an answer, the same answer twice included, never become the answer to the next request."""
        answer = {
            "length": head(5) + b"other",
            "chunked": head(None, "Transfer-Encoding: chunked") + b"5\r\nother\r\n0\r\n\r\n",
            "empty": head(0),
        }[kind]
        server.script[1] = server.steps.raw(answer + (answer if extra is None else extra), keep=True)
        port.send(server.url)
        assert port.send(server.url).content == b'{"ok":true}'
        assert (server.connections, len(server.seen)) == (2, 2)


class TestTime:
    """One deadline for all of an exchange (X9, R4)."""

    @pytest.mark.fault("X9")
    @pytest.mark.promise("R4")
    @pytest.mark.parametrize("how", ["never", "late", "drip", "drip head"])
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_it_ends_in_time(self, port: Carrier, server: Any, how: str, method: str) -> None:
        """Never, a byte now and then, or too late: all the same to the caller, and the next call is served."""
        answer = head(1000) + b"x" * 1000
        server.script[1] = {
            "never": server.steps.never(),
            "late": server.steps.after(0.5, server.steps.answer()),
            "drip": server.steps.drip(b"x", 0.0),
            "drip head": server.steps.drip(answer, 0.02),
        }[how]
        if how == "drip":

            def drip(peer: Any, seen: Any) -> bool:
                peer.sock.sendall(head(1000))
                return bool(server.steps.drip(b"x" * 1000, 0.02)(peer, seen))

            server.script[1] = drip
        started = time.monotonic()
        with pytest.raises(e.DeadlineExceeded) as caught:
            port.send(server.url, method, timeout=0.2)
        assert time.monotonic() - started < SLACK
        assert caught.value.maybe_applied == (method == "POST")
        assert port.send(server.url).status == 200

    @pytest.mark.promise("R4", "R8")
    def test_waiting_for_a_connection_counts(self, opens: Opens, server: Any) -> None:
        """All busy: nothing was sent, and it says so."""
        port = opens(per_host=1)
        server.script[1] = server.steps.never()
        results: list[Any] = []
        if port.runner is None:
            first = threading.Thread(
                target=lambda: results.append(_outcome(lambda: port.send(server.url, timeout=1.0)))
            )
            first.start()
            asyncio.run(server.asked())
            with pytest.raises(e.DeadlineExceeded) as caught:
                port.send(server.url, "POST", timeout=0.1)
            first.join()
        else:

            async def both() -> Any:
                first = asyncio.create_task(port.port.send(Send(method="GET", url=server.url, timeout=1.0)))
                await server.asked()
                try:
                    await port.port.send(Send(method="POST", url=server.url, timeout=0.1))
                finally:
                    results.extend(await asyncio.gather(first, return_exceptions=True))

            with pytest.raises(e.DeadlineExceeded) as caught:
                port.do(both())
        assert not caught.value.maybe_applied
        assert isinstance(results[0], e.DeadlineExceeded)
        assert port.send(server.url).status == 200
        assert port.held(server.url) == 1


def _outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except e.Customer360Error as error:
        return error


BOMB = gzip.compress(bytes(64 * 1024 * 1024))


class TestBodies:
    """Answers that are not what they claim (X10)."""

    @pytest.mark.fault("X10")
    @pytest.mark.promise("R11")
    @pytest.mark.parametrize(
        ("raw", "kind"),
        [
            (head(100) + b"short", e.AnswerLost),
            (head(None, "Content-Length: 5", "Content-Length: 9") + b"short", e.AnswerLost),
            (head(None, "Content-Length: -1") + b"short", e.AnswerLost),
            (head(None, "Transfer-Encoding: chunked") + b"5\r\nab", e.AnswerLost),
            (head(None, "Transfer-Encoding: chunked") + b"zz\r\nab\r\n0\r\n\r\n", e.AnswerLost),
            (b"SSH-2.0-OpenSSH_9.6\r\n", e.AnswerLost),
            (b"\0" * 300_000, e.AnswerLost),
            (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000, e.AnswerLost),
            (head(len(BOMB), "Content-Encoding: gzip") + BOMB, e.BodyTooLarge),
            (head(50_000_000) + b"x" * 5_000_000, e.BodyTooLarge),
            (head(8, "Content-Encoding: gzip") + b"not gzip", e.UnexpectedAnswer),
            (head(20, "Content-Encoding: gzip") + gzip.compress(b"x" * 99)[:20], e.AnswerLost),
            (head(3, "Content-Encoding: br") + b"abc", e.UnexpectedAnswer),
        ],
        ids=lambda value: value.__name__ if isinstance(value, type) else "",
    )
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_broken_answers(
        self, port: Carrier, server: Any, raw: bytes, kind: type[e.Customer360Error], method: str
    ) -> None:
        """Each is one of our errors; a write may stand all the same; the next call gets a connection of its own."""
        server.script[1] = server.steps.raw(raw)
        with pytest.raises(kind) as caught:
            port.send(server.url, method, max_body=1_000_000)
        assert caught.value.maybe_applied == (method == "POST")
        assert port.send(server.url).status == 200
        assert server.connections == 2

    @pytest.mark.fault("X10")
    def test_fifty_megabytes_when_allowed(self, port: Carrier, server: Any) -> None:
        """Large is not wrong."""
        body = b"0123456789abcdef" * (50 * 1024 * 64)
        server.default = server.steps.answer(200, body)
        assert port.send(server.url, timeout=60.0, max_body=64 * 1024 * 1024).content == body

    @pytest.mark.fault("X10")
    @pytest.mark.parametrize(
        ("body", "good"),
        [(b'\xef\xbb\xbf{"a":1}', True), (b'{"a":1,"a":2}', True), (b'{"a":NaN}', False), (b"<html>", False)],
    )
    def test_what_json_may_be(self, port: Carrier, server: Any, body: bytes, good: bool) -> None:
        """A mark before it is skipped and of a name given twice the last counts; NaN and HTML are none."""
        server.default = server.steps.answer(200, body)
        response = port.send(server.url)
        if good:
            assert response.json()["a"] in (1, 2)
        else:
            with pytest.raises(e.UnexpectedAnswer):
                response.json()


class TestNames:
    """Name resolution, injected (X16)."""

    @pytest.mark.fault("X16")
    @pytest.mark.promise("R4")
    def test_a_resolver_that_hangs(self, opens: Opens) -> None:
        """Costs no more than the deadline, and nothing was sent."""
        release = threading.Event()

        def lookup(host: str, port: int) -> Any:
            release.wait(SLACK)
            raise OSError

        port = opens(lookup=lookup)
        with pytest.raises(e.DeadlineExceeded) as caught:
            port.send("http://crm.example/", "POST", timeout=0.1)
        release.set()
        assert not caught.value.maybe_applied

    @pytest.mark.fault("X16")
    @pytest.mark.parametrize("fails", [True, False])
    def test_a_name_without_an_address(self, opens: Opens, fails: bool) -> None:
        """An error and an empty list are the same."""

        def lookup(host: str, port: int) -> Any:
            if fails:
                raise socket.gaierror(-2, "unknown")
            return []

        with pytest.raises(e.ConnectFailed):
            opens(lookup=lookup).send("http://crm.example/")

    @pytest.mark.fault("X16")
    @pytest.mark.parametrize("silent", [True, False])
    def test_the_first_of_two_addresses_is_dead(self, opens: Opens, server: Any, silent: bool) -> None:
        """Refusing or silent, the second serves."""
        with socket.socket() as dead:
            dead.bind(("127.0.0.1", 0))
            fillers: list[socket.socket] = []
            if silent:  # a listener whose queue is full answers no one
                dead.listen(0)
                for _ in range(4):
                    fillers.append(socket.socket())
                    fillers[-1].setblocking(False)
                    fillers[-1].connect_ex(dead.getsockname())
            addresses = [(socket.AF_INET, dead.getsockname()), (socket.AF_INET, ("127.0.0.1", server.port))]
            port = opens(lookup=lambda host, number: addresses)
            assert port.send("http://crm.example/", timeout=SLACK).status == 200
            for filler in fillers:
                filler.close()
        assert len(server.seen) == 1


class TestWords:
    """HTTP's less common words, read and written alike by every parser."""

    @pytest.mark.parametrize(
        ("raw", "keeps"),
        [
            (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + head(2) + b"ok", True),
            (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok", False),
            (b"HTTP/1.0 200 OK\r\n\r\nok", False),
            (head(2, "Connection: close") + b"ok", False),
            (head(None, "Transfer-Encoding: chunked", "Trailer: X-T") + b"2\r\nok\r\n0\r\nX-T: 1\r\n\r\n", True),
            (head(None, "Transfer-Encoding: chunked") + b"1;a=b\r\no\r\n1\r\nk\r\n0\r\n\r\n", True),
        ],
        ids=["interim", "until the end", "1.0", "close", "trailer", "extension"],
    )
    def test_answers_of_every_shape(self, port: Carrier, server: Any, raw: bytes, keeps: bool) -> None:
        """The answer is whole, an interim one is not taken for it, and its connection serves on where it may."""
        server.script[1] = server.steps.raw(raw, keep=keeps)
        response = port.send(server.url)
        assert (response.status, response.content, response.header("link")) == (200, b"ok", None)
        assert response.header("x-t") is None
        assert port.send(server.url).status == 200
        assert server.connections == (1 if keeps else 2)

    @pytest.mark.parametrize("status", [200, 304])
    def test_no_body_where_there_is_none(self, port: Carrier, server: Any, status: int) -> None:
        """An answer to HEAD, and a 304, tell a length and have no body."""
        server.script[1] = server.steps.raw(b"HTTP/1.1 %d X\r\nContent-Length: 9\r\n\r\n" % status, keep=True)
        assert port.send(server.url, "HEAD" if status == 200 else "GET").content == b""
        assert port.send(server.url).content == b'{"ok":true}'
        assert server.connections == 1

    @pytest.mark.parametrize("value", ["a\r\nX: y", "a\nX: y", "a\0", "\u20ac"])
    def test_what_cannot_be_written_is_not(self, port: Carrier, server: Any, value: str) -> None:
        """Nothing breaks out of its line."""
        with pytest.raises(e.InvalidValue):
            port.send(server.url, "POST", headers=(("X-Key", value),), content=b"x")
        assert server.seen == []
        assert port.send(server.url).status == 200

    def test_an_answer_before_the_request_was_read(self, port: Carrier, server: Any) -> None:
        """A server that refuses a large body may say so and stop reading: what it says counts."""

        def greet(peer: Any) -> bool:
            peer.sock.recv(1000)
            peer.sock.sendall(b"HTTP/1.1 413 X\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
            peer.sock.shutdown(socket.SHUT_WR)
            while peer.sock.recv(65536):
                pass
            return False

        server.greet[1] = greet
        assert port.send(server.url, "POST", content=b"x" * 3_000_000, timeout=SLACK).status == 413
        assert port.send(server.url).status == 200
