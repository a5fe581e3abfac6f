"""The fast ports' reading and writing of HTTP, without a socket."""

from __future__ import annotations

import gzip
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.effects import Send
from customer360.core.wire import Response
from customer360.transport.proxies import proxy_of
from customer360.transport.wire_faults import RemoteProtocolError
from customer360.transport.wire_state import WireState

pytest.importorskip("httptools")

from customer360.transport.fast_framing import Answer, tunnel, written

WHERE = ("https", "crm.example", 443)


def read(raw: bytes, cuts: list[int], *, method: str = "GET", most: int = 1_000_000) -> tuple[Response, bytes]:
    """The answer in ``raw``, arriving in pieces cut at ``cuts``, and what was left in the stream."""
    state = WireState()
    state.begin(method, 60.0, reused=False)
    answer = Answer(Send(method=method, url="https://crm.example/", max_body=most), state)
    waiting = bytearray()
    edges = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    for begin, end in pairwise(edges):
        waiting += raw[begin:end]
        while waiting and not answer.done:
            answer.take(state.deliver(waiting, answer.wanted))
    if not answer.done:
        answer.take(b"")
    return answer.response(), bytes(waiting)


def in_chunks(body: bytes, sizes: list[int]) -> bytes:
    """``body`` in chunks of these sizes, then of the rest."""
    out, at = b"", 0
    for size in [*sizes, len(body)]:
        piece = body[at : at + size]
        if piece:
            out += b"%x\r\n%s\r\n" % (len(piece), piece)
        at += size
    return out + b"0\r\n\r\n"


@given(
    body=st.binary(max_size=300) | st.just(b"\r\n\r\n0\r\n\r\n\n\n"),
    packed=st.booleans(),
    sizes=st.none() | st.lists(st.integers(1, 50), max_size=5),
    extra=st.binary(max_size=20),
    cuts=st.lists(st.integers(0, 2000), max_size=10),
)
def test_an_answer_is_the_same_however_it_is_cut(
    body: bytes, packed: bool, sizes: list[int] | None, extra: bytes, cuts: list[int]
) -> None:
    """And what follows it stays in the stream, where the next request finds it."""
    sent = gzip.compress(body, mtime=0) if packed else body
    lines = b"HTTP/1.1 200 OK\r\nX-A: 1 \r\nx-a: 2\r\n" + (b"Content-Encoding: gzip\r\n" if packed else b"")
    if sizes is None:
        raw = lines + b"Content-Length: %d\r\n\r\n%s" % (len(sent), sent)
    else:
        raw = lines + b"Transfer-Encoding: chunked\r\n\r\n" + in_chunks(sent, sizes)
    response, left = read(raw + extra, [*cuts, len(raw)])
    assert response == Response(200, body, (("X-A", "1"), ("x-a", "2")))
    assert left == extra


@given(st.binary(max_size=200), st.lists(st.integers(0, 300), max_size=5))
def test_rubbish_is_an_answer_or_an_error_of_ours(tail: bytes, cuts: list[int]) -> None:
    """Never anything else, wherever the rubbish begins."""
    for start in (b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
        try:
            response, _ = read(start + tail, cuts)
        except (RemoteProtocolError, e.Customer360Error):
            continue
        assert 200 <= response.status <= 999


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"X-T: 1\r\n" * 40_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * 400_000,
        b"HTTP/1.1 103 Early\r\n\r\n" * 10_000,
    ],
)
def test_what_is_not_quite_http_is_refused(raw: bytes) -> None:
    """Where two readers might disagree about an answer's end, there is no answer; nor is there one without end."""
    with pytest.raises(RemoteProtocolError):
        read(raw, [])


@pytest.mark.parametrize(
    ("method", "url", "headers"),
    [
        ("GET /\r\n", "https://crm.example/", ()),
        ("GET", "https://crm.example/a b", ()),
        ("GET", "https://crm.example/\u20ac", ()),
        ("GET", "https://crm.example/", (("X Y", "1"),)),
        ("GET", "https://crm.example/", (("X", "1\r\nY: 2"),)),
        ("GET", "https://crm.example/", (("X", " 1"),)),
        ("GET", "https://crm.example/", (("", "1"),)),
    ],
)
def test_no_request_that_would_be_two(method: str, url: str, headers: tuple[tuple[str, str], ...]) -> None:
    """Refused before a byte is written."""
    with pytest.raises(e.InvalidValue):
        written(Send(method=method, url=url, headers=headers), WHERE, None)


def test_a_proxy_is_told_what_it_needs() -> None:
    """The host for a tunnel; the whole address where there is none; its own credential in both."""
    proxy = proxy_of("http://me:p%40ss@proxy.example:3128")
    assert tunnel(("https", "::1", 443), proxy) == (
        b"CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\nProxy-Authorization: Basic bWU6cEBzcw==\r\n\r\n"
    )
    plain = written(Send(method="GET", url="http://u@crm.example:8080/a?b"), ("http", "crm.example", 8080), proxy)
    assert plain.startswith(b"GET http://crm.example:8080/a?b HTTP/1.1\r\nHost: crm.example:8080\r\n")
    assert b"Proxy-Authorization: Basic" in plain
    assert b"Proxy" not in written(Send(method="GET", url="https://crm.example/"), WHERE, proxy)
