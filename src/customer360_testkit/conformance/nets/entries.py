"""What a CRM's answers tell of each field, whatever the vendor calls it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs

from customer360.core.metadata import FieldInfo, Schema
from customer360.core.wire import Response

Entry: TypeAlias = dict[str, Any]
Marks: TypeAlias = frozenset[tuple[str, str]]
_FEW: Final = 40
"""A text of which there are no more among all fields is a mark, like a type, and no name."""


@attrs.frozen
class Told:
    """A described resource beside the entries that tell of its fields, by their names, which they call ``key``."""

    schema: Schema
    key: str
    entries: Mapping[str, Sequence[Entry]]

    def each(self) -> Iterator[tuple[FieldInfo, Sequence[Entry]]]:
        for field in self.schema.fields:
            if field.name in self.entries:
                yield field, self.entries[field.name]


def told_of(schema: Schema, answers: Iterable[Response]) -> Told | None:
    """None where no answer tells of most of the fields."""
    names, found, key = {field.name for field in schema.fields}, dict[str, list[Entry]](), ""
    for answer in answers:
        for rows in lists_of(told(answer.content)):
            keys = Counter(name for row in rows for name, value in row.items() if str(value) in names)
            usual = keys.most_common(1)
            if usual and usual[0][1] * 2 >= len(rows):
                key = key or usual[0][0]
                for row in rows:
                    found.setdefault(str(row.get(key)), []).append(row)
    return Told(schema, key, found) if len(names & found.keys()) * 2 >= len(names) else None


def told(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def entries_of(value: Any) -> Iterator[Entry]:
    """Every entry of an answer."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from entries_of(each)


def lists_of(value: Any) -> Iterator[list[Entry]]:
    """The lists of entries, the longest where one stands in another's entries."""
    if isinstance(value, dict):
        for each in value.values():
            yield from lists_of(each)
    elif isinstance(value, list):
        rows = [each for each in value if isinstance(each, dict)]
        inner = [deeper for row in rows for deeper in lists_of(row)]
        deeper = max(map(len, inner), default=0)
        yield from [rows] if len(rows) > deeper else inner


def marks_of(some: Iterable[Told]) -> dict[tuple[str, str], Marks]:
    """By resource and field name: whatever the entries tell by yes and no, or by one of few words."""
    leaves = {
        (each.schema.resource, name): {leaf for row in rows for leaf in _leaves(row)}
        for each in some
        for name, rows in each.entries.items()
    }
    words = dict[str, Counter[str]]()
    for found in leaves.values():
        for path, value in found:
            words.setdefault(path, Counter())[value] += 1
    few = {path for path, counted in words.items() if len(counted) <= _FEW and len(counted) * 4 <= counted.total()}
    return {at: frozenset((path, value) for path, value in found if path in few) for at, found in leaves.items()}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yes, no and texts; of lists only whether they are empty, of numbers whether there are any."""
    match value:
        case dict():
            for name, each in value.items():
                yield from _leaves(each, f"{path}.{name}")
        case list():
            yield path, str(bool(value))
        case bool() | str():
            yield path, str(value)
        case int():
            yield path, str(value > 0)
