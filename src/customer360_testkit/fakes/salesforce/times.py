"""Instants, dates and HTTP dates as Salesforce writes and reads them (contract section 1).

An instant is whole seconds since 1970, a date is its ISO text: texts of dates compare as dates do.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)",
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@lru_cache(maxsize=65_536)
def stamp(seconds: int) -> str:
    """``2026-05-01T07:25:37.000+0000``: the offset has no colon."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def instant(text: str) -> int | None:
    """Seconds since 1970 of an ISO instant that says its offset; None for anything else."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    day, clock, offset = found.groups()
    if offset == "Z":
        offset = "+00:00"
    elif ":" not in offset:
        offset = f"{offset[:3]}:{offset[3:]}"
    try:
        return int(datetime.fromisoformat(f"{day}T{clock}{offset}").timestamp())
    except ValueError:
        return None


def day(text: str) -> str | None:
    """The text itself when it is a date that exists."""
    if not _DATE.fullmatch(text):
        return None
    try:
        date.fromisoformat(text)
    except ValueError:
        return None
    return text


def http_date(seconds: int) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


def from_http_date(text: str) -> int | None:
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except (ValueError, TypeError):
        return None
