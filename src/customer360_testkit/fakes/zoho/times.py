"""Times as Zoho writes and reads them (contract section 1): ISO 8601 with a numeric offset, in the user's zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@lru_cache(4096)
def show(seconds: int, zone: str) -> str:
    """An instant in a zone, like ``2026-05-14T12:53:58+03:00``."""
    return datetime.fromtimestamp(seconds, ZoneInfo(zone)).isoformat()


def read(text: object) -> int | None:
    """Seconds since 1970, or None when ``text`` is no date and time with a numeric offset (``Z`` is none)."""
    if not isinstance(text, str) or not _DATETIME.fullmatch(text):
        return None
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        return None


def read_date(text: object) -> str | None:
    """``text`` when it is a date like ``2026-05-14``, else None."""
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def midnight(day: str, zone: str) -> int:
    """When a date begins in a zone."""
    return int(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).timestamp())


def utc(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
