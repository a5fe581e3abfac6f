"""Whether a value of our models is what their types say, down to the last field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs

from customer360.core.records import FieldValue, RecordRef

_NO_IDS: Final = frozenset({"", "None", "null", "True", "False"})
"""What a program makes of nothing."""


def flaws(value: Any, at: str = "it") -> Iterator[str]:
    """What is wrong, and where."""
    if isinstance(value, tuple | list):
        for each in value:
            yield from flaws(each, at)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from flaws(each, f"{at}.{name}") if isinstance(each, RecordRef) else ()
    elif attrs.has(type(value)):
        kind: Any = type(value)
        hints = _hints(kind)
        for field in attrs.fields(kind):
            inner, where = getattr(value, field.name), f"{kind.__name__}.{field.name}"
            if not _fits(inner, hints[field.name]):
                yield f"{where} is {inner!r:.60}"
            if field.name == "fields" and isinstance(inner, Mapping):
                yield from (f"{where} holds {each!r:.60}" for each in inner.values() if not _fits(each, FieldValue))
            yield from flaws(inner, where)
        if isinstance(value, RecordRef) and (value.id in _NO_IDS or value.id[:1] in "[{" or not value.resource):
            yield f"{at} names nobody: {value}"


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _fits(value: object, hint: Any) -> bool:
    origin = get_origin(hint)
    if hint is Any or isinstance(hint, TypeVar):
        return True
    if origin in (Union, UnionType):
        return any(_fits(value, each) for each in get_args(hint))
    if origin is tuple:
        kind = get_args(hint)[0]
        return isinstance(value, tuple) and all(_fits(each, kind) for each in value)
    if hint is datetime:
        return isinstance(value, datetime) and value.utcoffset() is not None
    if hint is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    if hint is int:
        return type(value) is int
    return isinstance(value, origin or hint or type(None))
