"""Queries that count and sum (contract section 5.1 names none; these are what every client may send)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from customer360_testkit.fakes.salesforce.errors import refused
from customer360_testkit.fakes.salesforce.fields import SObject
from customer360_testkit.fakes.salesforce.meaning import Getter, World, resolve
from customer360_testkit.fakes.salesforce.soql import Children, Invoked, Key, Plain, Query, malformed
from customer360_testkit.fakes.salesforce.store import Row
from customer360_testkit.fakes.salesforce.times import stamp

_NUMBERS = ("int", "double", "currency", "percent", "long")


def _present(values: list[Any]) -> list[Any]:
    return [value for value in values if value is not None]


_FUNCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "COUNT": lambda values: len(_present(values)),
    "COUNT_DISTINCT": lambda values: len(set(_present(values))),
    "MIN": lambda values: min(_present(values), default=None),
    "MAX": lambda values: max(_present(values), default=None),
    "SUM": lambda values: sum(found) if (found := _present(values)) else None,
    "AVG": lambda values: sum(found) / len(found) if (found := _present(values)) else None,
}


def is_aggregate(query: Query) -> bool:
    return bool(query.group) or any(
        isinstance(one, Invoked) and one.function.upper() in _FUNCTIONS for one in query.selected
    )


def run_aggregate(world: World, place: SObject, query: Query, rows: list[Row]) -> tuple[list[Row], int | None]:
    """The rows of the answer, as shown; or, of ``SELECT COUNT()``, none and the number."""
    first = query.selected[0]
    if isinstance(first, Invoked) and first.argument is None and first.function.upper() == "COUNT":
        if len(query.selected) > 1 or query.group or query.order:
            raise malformed("COUNT() must be the only element of the SELECT list")
        return [], len(rows) if query.limit is None else min(len(rows), query.limit)
    grouped = [resolve(world, place, name) for name in query.group]
    for column in grouped:
        if not column.field.groupable:
            raise refused("INVALID_FIELD", f"field '{column.field.name}' can not be grouped in a query call")
    names = {name.text.lower() for name in query.group}
    shown: list[tuple[str, Callable[[list[Row]], Any]]] = []
    for one in query.selected:
        if isinstance(one, Children):
            raise malformed("a query that counts takes no sub-query")
        if isinstance(one, Plain):
            if one.name.text.lower() not in names:
                raise malformed(f"Field must be grouped or aggregated: {one.name.text}")
            column = resolve(world, place, one.name)
            shown.append((one.alias or column.field.name, _of_first(column.get)))
        else:
            alias = one.alias or f"expr{sum(name.startswith('expr') for name, _ in shown)}"
            shown.append((alias, _function(world, place, one)))
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(column.get(row) for column in grouped), []).append(row)
    if not grouped:
        groups.setdefault((), [])
    found = [
        {"attributes": {"type": "AggregateResult"}, **{name: get(members) for name, get in shown}}
        for members in groups.values()
    ]
    return _ordered(query.order, found), None


def _of_first(get: Getter) -> Callable[[list[Row]], Any]:
    return lambda members: get(members[0])


def _function(world: World, place: SObject, called: Invoked) -> Callable[[list[Row]], Any]:
    name = called.function.upper()
    work = _FUNCTIONS.get(name)
    if work is None or called.argument is None:
        raise malformed(f"ERROR at Row:1:Column:{called.at}\nunknown function: {called.function}")
    column = resolve(world, place, called.argument)
    if name in ("SUM", "AVG") and column.field.type not in _NUMBERS:
        raise malformed(f"field {column.field.name} does not support aggregate operator {name}")
    get = column.get
    if column.field.type == "datetime" and name in ("MIN", "MAX"):
        return lambda members: None if (found := work([get(row) for row in members])) is None else stamp(found)
    return lambda members: work([get(row) for row in members])


def _ordered(order: tuple[Key, ...], found: list[Row]) -> list[Row]:
    for key in reversed(order):
        name = key.name.parts[-1].lower()

        def value(row: Row, name: str = name) -> tuple[bool, Any]:
            if name not in (known := {each.lower(): each for each in row}):
                raise malformed(f"Ordered field must be grouped or aggregated: {name}")
            held = row[known[name]]
            return held is not None, held

        found.sort(key=value, reverse=key.descending)
    return found
