"""What a write left in the CRM: every row that the fake holds, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs

Row: TypeAlias = tuple[str, str]
"""A table, and the id of a row in it."""
Leaf: TypeAlias = tuple[str, str, str]
"""The same, and the way to a value in the row."""
Rows: TypeAlias = Mapping[Row, Mapping[str, Any]]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SHORT: Final = 6
"""An id of so few signs may be that of a record of any other kind."""


@attrs.frozen
class Trace:
    """Rows that came and went, and values of others that are not what they were."""

    came: Rows
    went: Rows
    changed: Mapping[Leaf, tuple[Any, Any]]
    """What each was, and what it is."""

    @property
    def rows(self) -> set[Row]:
        """Those that are still there, and differ."""
        return {leaf[:2] for leaf in self.changed}

    @property
    def longer(self) -> set[Leaf]:
        """Values that are more than they were."""
        return {leaf for leaf, (was, now) in self.changed.items() if was and now and len(now) > len(was)}

    @property
    def lost(self) -> int:
        """How many values there are fewer, in one place, at most."""
        return max((len(was or ()) - len(now or ()) for was, now in self.changed.values()), default=0)

    def of_others(self, *ids: str) -> set[Row]:
        """Rows that came, went or differ and neither are one of these nor hold one of their ids."""
        moved = {**self.came, **self.went}
        strange = {row for row, held in moved.items() if not set(ids) & {row[1], *texts(held)}}
        return strange | {row for row in self.rows if row[1] not in ids}


def trace(before: Rows, after: Rows) -> Trace:
    """What is different."""
    return Trace(
        came={row: after[row] for row in after.keys() - before.keys()},
        went={row: before[row] for row in before.keys() - after.keys()},
        changed={
            (*row, way): values
            for row in after.keys() & before.keys()
            if before[row] != after[row]
            for way, values in _apart(_told(before[row]), _told(after[row]))
        },
    )


def _apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for way in one.keys() | other.keys():
        if one.get(way) != other.get(way):
            yield way, (one.get(way), other.get(way))


def _told(row: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What a row says, by the way to it: of the members of a list all together, in their order."""
    found: dict[str, list[Any]] = {}
    for way, value in leaves(row):
        found.setdefault(way, []).append(value)
    return found


def leaves(value: Any, way: str = "") -> Iterator[tuple[str, Any]]:
    """Every value within one, with the way to it."""
    match value:
        case Mapping():
            for name, each in value.items():
                yield from leaves(each, f"{way}.{name}")
        case list() | tuple():
            for each in value:
                yield from leaves(each, f"{way}[]")
        case None:
            return  # as good as not there
        case _:
            yield way, value


def values(held: Any) -> Iterator[Any]:
    """The same, wherever they stand."""
    return (value for _, value in leaves(held))


def texts(held: Mapping[str, Any]) -> set[str]:
    """All that a row says, as text."""
    return {str(value) for value in values(held)}


def moments(value: Any) -> Iterator[datetime]:
    """The moments that a value may mean: a text, in UTC where it names no zone, or seconds or thousandths of them since
    1970."""
    if isinstance(value, str):
        with suppress(ValueError):
            moment = datetime.fromisoformat(value)
            yield moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    elif isinstance(value, int | float):
        for part in (1, 1000):
            with suppress(ValueError, OverflowError):
                yield _EPOCH + timedelta(seconds=value / part)
