"""How long a server asks us to wait."""

from __future__ import annotations

import math
from datetime import UTC
from email.utils import parsedate_to_datetime

from customer360.core.wire import Response


def announced(response: Response, now: float) -> float | None:
    """Seconds that the ``Retry-After`` of ``response`` asks for, never negative, or None if it says nothing usable.

    Takes whole and fractional seconds and HTTP dates (RFC 9110, 10.2.3). A date is read against the server's own
    ``Date``, so that a wrong clock on either side does not matter (X4, X8); ``now`` (seconds since the epoch) stands in
    where there is none.
    """
    value = response.header("retry-after")
    if value is None:
        return None
    seconds = _number(value)
    if seconds is None:
        until = _date(value)
        if until is None:
            return None
        said = response.header("date")
        server_now = None if said is None else _date(said)
        seconds = until - (now if server_now is None else server_now)
    return max(0.0, seconds)


def _number(value: str) -> float | None:
    text = value.strip()
    # float() also takes "1_0", "nan", "inf" and other scripts' digits: none of them is a delay.
    if not text.isascii() or "_" in text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) else None


def _date(value: str) -> float | None:
    try:
        when = parsedate_to_datetime(value.strip())
        return (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
