"""Date literals of SOQL: TODAY, LAST_N_DAYS:3, THIS_MONTH, ... each a run of days in the asking user's time zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from customer360_testkit.fakes.salesforce.errors import refused

DAY = timedelta(days=1)
_SINGLE = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}


def _month(day: date, months: int) -> date:
    """The first of the month so many months on."""
    at = day.year * 12 + day.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)


def _start(unit: str, today: date, steps: int) -> date:
    """Where the unit that holds ``today`` begins, ``steps`` units on."""
    match unit:
        case "DAY":
            return today + steps * DAY
        case "WEEK":
            # Weeks begin on Sunday, as in the vendor's home locale.
            return today - (today.weekday() + 1) % 7 * DAY + steps * 7 * DAY
        case "MONTH":
            return _month(today, steps)
        case "QUARTER":
            return _month(today, 3 * steps - (today.month - 1) % 3)
        case "YEAR":
            return date(today.year + steps, 1, 1)
    raise _unknown(unit)


def run(literal: str, today: date) -> tuple[date, date]:
    """First day, and the day after the last. Raises SalesforceError MALFORMED_QUERY."""
    if literal in _SINGLE:
        start = today + _SINGLE[literal] * DAY
        return start, start + DAY
    name, _, digits = literal.partition(":")
    parts = name.split("_")
    try:
        return _run(parts, int(digits) if digits else None, today)
    except (OverflowError, ValueError) as wrong:
        raise _unknown(literal) from wrong


def _run(parts: list[str], count: int | None, today: date) -> tuple[date, date]:
    match parts, count:
        case [("LAST" | "THIS" | "NEXT") as which, ("WEEK" | "MONTH" | "QUARTER" | "YEAR") as unit], None:
            steps = {"LAST": -1, "THIS": 0, "NEXT": 1}[which]
            return _start(unit, today, steps), _start(unit, today, steps + 1)
        case [("LAST" | "NEXT") as which, "90", "DAYS"], None:
            return _days(which, 90, today)
        case [("LAST" | "NEXT") as which, "N", "DAYS"], int():
            return _days(which, count, today)
        case ["LAST", "N", ("WEEKS" | "MONTHS" | "QUARTERS" | "YEARS") as units], int():
            return _start(units[:-1], today, -count), _start(units[:-1], today, 0)
        case ["NEXT", "N", ("WEEKS" | "MONTHS" | "QUARTERS" | "YEARS") as units], int():
            return _start(units[:-1], today, 1), _start(units[:-1], today, count + 1)
        case ["N", ("DAYS" | "WEEKS" | "MONTHS" | "QUARTERS" | "YEARS") as units, "AGO"], int():
            return _start(units[:-1], today, -count), _start(units[:-1], today, 1 - count)
    raise _unknown("_".join(parts))


def _days(which: str, count: int, today: date) -> tuple[date, date]:
    """The last days hold today, the next ones begin tomorrow."""
    if which == "LAST":
        return today - count * DAY, today + DAY
    return today + DAY, today + (count + 1) * DAY


def today(now: int, zone: str) -> date:
    return datetime.fromtimestamp(now, ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> int:
    """Seconds since 1970 at which a day begins."""
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp())


def _unknown(literal: str) -> Exception:
    return refused("MALFORMED_QUERY", f"unexpected token: '{literal}'")
