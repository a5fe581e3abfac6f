"""How long a server asks us to wait."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

from customer360.core.wire import Response


def announced(response: Response, now: float) -> float | None:
    """Seconds that the ``Retry-After`` of ``response`` asks for, never negative, or None if it says nothing usable.

    Takes whole and fractional seconds and HTTP dates (RFC 9110, 10.2.3). A date is read against the server's own
    ``Date``, so that a wrong clock on either side does not matter (X4, X8); ``now`` (seconds since the epoch) stands in
    where there is none.
    """
    if (seconds := response.retry_after) is not None:
        return seconds
    until = _date(response.header("retry-after"))
    if until is None:
        return None
    server_now = _date(response.header("date"))
    return max(0.0, until - (now if server_now is None else server_now))


def _date(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        when = parsedate_to_datetime(value.strip())
        return (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
