"""Bodies come in whole, decompressed, and no larger than allowed (X10)."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.errors import AnswerLost, BodyTooLarge, UnexpectedAnswer
from customer360.transport.bodies import Body


def bare(data: bytes) -> bytes:
    """Deflate without zlib's frame, as some servers send it."""
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(data) + deflate.flush()


ENCODINGS = {"identity": lambda b: b, "gzip": gzip.compress, "deflate": zlib.compress, "x-gzip": gzip.compress}


def read(raw: bytes, encoding: str | None, *, most: int = 1 << 20, step: int = 7) -> bytes:
    """``raw`` fed in pieces."""
    body = Body(most, encoding)
    for start in range(0, len(raw), step):
        body.feed(raw[start : start + step])
    return body.finish()


@given(st.binary(max_size=2000), st.sampled_from(sorted(ENCODINGS)), st.integers(1, 300))
def test_every_encoding_in_pieces_of_any_size(data: bytes, encoding: str, step: int) -> None:
    """What was compressed comes out."""
    assert read(ENCODINGS[encoding](data), encoding, step=step) == data


@given(st.binary(min_size=1, max_size=500))
def test_bare_deflate_and_gzip_members_and_padding(data: bytes) -> None:
    """The deviations that servers are known for."""
    assert read(bare(data), "deflate", step=1000) == data
    assert read(gzip.compress(data) * 2, "gzip") == data * 2
    assert read(gzip.compress(data) + b"\0\0", "gzip") == data


@pytest.mark.fault("X10")
def test_a_bomb_is_stopped_at_the_limit() -> None:
    """100 MB in 100 kB never take more memory than allowed."""
    bomb = gzip.compress(bytes(100 * 1024 * 1024), 9)
    body = Body(1 << 20, "gzip")
    with pytest.raises(BodyTooLarge):
        body.feed(bomb)
    assert sum(map(len, body._parts)) <= 1 << 20


@pytest.mark.fault("X10")
def test_a_long_body_is_stopped_before_it_is_held() -> None:
    """The limit counts what comes over the wire, too."""
    with pytest.raises(BodyTooLarge):
        read(bytes(2000), None, most=1999)
    assert len(read(bytes(2000), None, most=2000)) == 2000


@pytest.mark.fault("X10")
def test_broken_and_unknown_compression() -> None:
    """Junk is an unexpected answer, an early end is a lost one."""
    with pytest.raises(UnexpectedAnswer):
        read(b"not gzip at all", "gzip")
    with pytest.raises(UnexpectedAnswer):
        Body(100, "br")
    with pytest.raises(AnswerLost):
        read(gzip.compress(b"x" * 500)[:-9], "gzip")


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate"]))
def test_junk_ends_in_our_family(data: bytes, encoding: str) -> None:
    """Whatever a server calls compressed."""
    try:
        read(data, encoding, most=10_000)
    except (AnswerLost, BodyTooLarge, UnexpectedAnswer):
        return
