"""Instants and zones as Graph writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from customer360_testkit.fakes.microsoft365.errors import GraphError, invalid_value

_WINDOWS = {
    "GMT Standard Time": "Europe/London",
    "W. Europe Standard Time": "Europe/Berlin",
    "Romance Standard Time": "Europe/Paris",
    "Eastern Standard Time": "America/New_York",
    "Central Standard Time": "America/Chicago",
    "Mountain Standard Time": "America/Denver",
    "Pacific Standard Time": "America/Los_Angeles",
    "China Standard Time": "Asia/Shanghai",
    "India Standard Time": "Asia/Kolkata",
    "Tokyo Standard Time": "Asia/Tokyo",
    "Cen. Australia Standard Time": "Australia/Adelaide",
}
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,7}))?\Z", re.ASCII)


def windows_name(zone_name: str) -> str:
    """What Outlook on Windows calls a zone; its own name where that is not known."""
    return next((windows for windows, name in _WINDOWS.items() if name == zone_name), zone_name)


@lru_cache(maxsize=4096)
def stamp(seconds: float) -> str:
    """``2026-11-21T15:04:00Z``."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fine_stamp(seconds: float) -> str:
    """``2026-11-21T15:04:00.0000000Z``, as To Do writes it."""
    return f"{stamp(seconds)[:-1]}.{int(seconds % 1 * 10_000_000):07}Z"


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """A Windows or IANA zone; GraphError for another name."""
    try:
        return ZoneInfo(_WINDOWS.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise GraphError(400, "ErrorInvalidRequest", "A valid TimeZone value must be specified.") from None


def checked_moment(name: str, value: Any) -> dict[str, str]:
    """A dateTimeTimeZone of a request, brought to UTC."""
    if not isinstance(value, dict) or set(value) - {"dateTime", "timeZone", "@odata.type"}:
        raise invalid_value(name, "it is no dateTimeTimeZone")
    text, zone_name = value.get("dateTime"), value.get("timeZone", "UTC")
    found = _LOCAL.match(text) if isinstance(text, str) else None
    if found is None or not isinstance(zone_name, str):
        raise invalid_value(name, "dateTime has no offset, the zone stands in timeZone")
    try:
        local = datetime.fromisoformat(found[1]).replace(tzinfo=zone(zone_name))
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid_value(name, "there is no such instant") from None
    return {"dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S.") + (found[2] or "").ljust(7, "0"), "timeZone": "UTC"}


def shown_moment(value: dict[str, str], zone_name: str) -> dict[str, str]:
    """A stored moment in the zone that the client prefers."""
    if zone_name == "UTC":
        return value
    text, _, fraction = value["dateTime"].partition(".")
    local = datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(zone(zone_name))
    return {"dateTime": f"{local:%Y-%m-%dT%H:%M:%S}.{fraction}", "timeZone": zone_name}


def parse_instant(text: str, name: str) -> float:
    """ISO 8601 (no offset means UTC) -> seconds since 1970; GraphError when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise GraphError(400, "ErrorInvalidRequest", f"The value of '{name}' is no date and time.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
