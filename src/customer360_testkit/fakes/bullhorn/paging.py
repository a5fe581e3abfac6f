"""``start`` and ``count`` (contract section 8), and paginators that go wrong (X11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from customer360_testkit.fakes.bullhorn.errors import bad
from customer360_testkit.fakes.exchange import Call

T = TypeVar("T")
DEFAULT = 20
MOST = 500


def window(call: Call) -> tuple[int, int]:
    """``(start, count)``; a larger count is cut. Raises BullhornError 400 for what is no number."""
    return _number(call, "start", 0), min(_number(call, "count", DEFAULT), MOST)


def page(call: Call, rows: Sequence[T]) -> tuple[list[T], dict[str, Any]]:
    """One page, and ``start`` and ``count`` of its envelope. A next page exists while ``count`` is what was asked."""
    start, count = window(call)
    loop = call.fault.page_loop if call.fault is not None else None
    at = start
    if loop == "same":
        at = 0
    elif loop == "cycle":
        at = start % (2 * count) if count else 0
    found = list(rows[at : at + count])
    if loop == "empty":
        # Bullhorn has no sign of a next page but a full one: an empty page that promises more says a full count.
        return [], {"start": start, "count": count}
    if loop == "shrinks":
        found = found[1:]
        return found, {"start": start, "count": count}
    if loop is not None and rows:
        while len(found) < count:
            found += rows[: count - len(found)]
    return found, {"start": start, "count": len(found)}


def _number(call: Call, name: str, default: int) -> int:
    told = call.query.get(name)
    if told is None or told == "":
        return default
    if not (told.isascii() and told.isdigit()) or len(told) > 9:
        raise bad(f"Invalid {name} parameter.")
    return int(told)
