"""A server's wish to be left alone is understood in every form (X4)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.wire import Response
from customer360.transport.retry_after import announced

NOW = 1_800_000_000.0


def asked(value: str | None, date: str | None = None) -> float | None:
    """The wait in an answer with these headers."""
    given_headers = (("Retry-After", value), ("DATE", date))
    return announced(Response(429, b"", tuple((n, v) for n, v in given_headers if v is not None)), NOW)


def http_date(when: float) -> str:
    """An IMF-fixdate."""
    return format_datetime(datetime.fromtimestamp(when, UTC), usegmt=True)


@pytest.mark.fault("X4")
@pytest.mark.parametrize(
    ("value", "seconds"),
    [("2", 2.0), (" 120 ", 120.0), ("0.5", 0.5), ("86400", 86400.0), ("-5", 0.0), ("0", 0.0), (None, None)]
    + [(junk, None) for junk in ("", "soon", "nan", "inf", "-inf", "1_0", "٣", "1e999", "12:00", "Wed, 99 Foo 2026")],
)
def test_seconds_in_every_spelling(value: str | None, seconds: float | None) -> None:
    """Whole, fractional, absurd, negative, missing, and junk."""
    assert asked(value) == seconds
    headers = () if value is None else (("Retry-After", value),)
    assert Response(429, b"", headers).retry_after == seconds


@pytest.mark.fault("X4")
@pytest.mark.fault("X8")
@given(st.integers(0, 7200), st.integers(-7200, 7200))
def test_a_date_is_read_against_the_servers_own_clock(wait: int, skew: int) -> None:
    """An hour of skew on either side changes nothing."""
    server_now = NOW + skew
    assert asked(http_date(server_now + wait), http_date(server_now)) == wait


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("Fri, 15 Jan 2027 08:00:10 GMT", 10.0),
        ("Friday, 15-Jan-27 08:00:10 GMT", 10.0),
        ("Fri Jan 15 08:00:10 2027", 10.0),
    ],
)
def test_the_three_date_forms_of_http(value: str, seconds: float) -> None:
    """RFC 9110, 5.6.7: the preferred form and the two obsolete ones; ours is the clock where the server sends none."""
    assert asked(value) == seconds


def test_a_date_in_the_past_means_now() -> None:
    """A wait is never negative."""
    assert asked(http_date(NOW - 500), http_date(NOW)) == 0.0


@given(st.text(), st.none() | st.text())
def test_nothing_a_server_says_breaks_it(value: str, date: str | None) -> None:
    """Any text gives a finite wait or none; a connector, which has no clock, sees the same seconds or none."""
    wait = asked(value, date)
    assert wait is None or 0.0 <= wait < float("inf")
    assert Response(429, b"", (("Retry-After", value),)).retry_after in (None, wait)
