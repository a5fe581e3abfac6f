"""Models to JSON and back, without loss: ``from_json(type(model), to_json(model)) == model``.

Times keep their offset, absent fields of a change stay absent (unset is not null), and the values of ``fields`` carry a
tag where JSON has no type of its own: ``{"$datetime": ...}``, ``{"$date": ...}``, ``{"$ref": [crm, resource, id]}``,
``{"$texts": [...]}``, ``{"$object": {...}}``.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args

from customer360.core.activities import DRAFTS, ActivityChange, ActivityDraft
from customer360.core.errors import InvalidValue
from customer360.core.records import Fields, FieldValue, RecordRef, RelatedKind, Unset

if TYPE_CHECKING:
    from cattrs import Converter

M = TypeVar("M")


def to_json(model: Any) -> dict[str, Any]:
    """A model as plain JSON data. Drafts carry their ``kind``."""
    data: dict[str, Any] = _converter().unstructure(model)
    if isinstance(model, get_args(ActivityDraft)):
        data["kind"] = model.kind.value
    return data


def from_json(kind: type[M], data: Any) -> M:
    """The model of class ``kind`` in ``data``; drafts by :func:`draft_from_json`.

    Raises :class:`InvalidValue` when the data is not such a model; the text names the place, never the value.
    """
    from cattrs.errors import BaseValidationError

    try:
        return _converter().structure(data, kind)
    except (BaseValidationError, AttributeError, KeyError, TypeError, ValueError) as wrong:
        name = getattr(kind, "__name__", "activity draft")
        raise InvalidValue(
            f"this is no {name} in JSON: {_places(wrong)}", next_step="compare it with to_json()"
        ) from None


def draft_from_json(data: Any) -> ActivityDraft:
    """The draft in ``data``, of the class that its ``kind`` names. Raises like :func:`from_json`."""
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in DRAFTS:
        raise InvalidValue("this is no activity draft in JSON: its kind is missing or unknown")
    return from_json(DRAFTS[RelatedKind(kind)], {name: value for name, value in data.items() if name != "kind"})


def dumps(model: Any) -> str:
    """:func:`to_json` as text with sorted keys: equal models give equal text."""
    return json.dumps(to_json(model), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def loads(kind: type[M], text: str) -> M:
    """:func:`from_json` of text."""
    try:
        data = json.loads(text)
    except ValueError:
        raise InvalidValue("this is no JSON") from None
    return from_json(kind, data)


def _places(wrong: BaseException) -> str:
    """Where it went wrong, by class and attribute; exception texts would repeat the values."""
    notes = [note for note in getattr(wrong, "__notes__", ())]
    inner = [_places(each) for each in getattr(wrong, "exceptions", ())]
    return "; ".join([*(str(note) for note in notes), *inner]) or type(wrong).__name__


def _value_to_json(value: FieldValue) -> Any:
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, RecordRef):
        return {"$ref": [value.crm, value.resource, value.id]}
    if isinstance(value, tuple):
        return {"$texts": list(value)}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return {"$object": dict(value)}


def _value_from_json(data: Any) -> FieldValue:
    if not isinstance(data, dict):
        if isinstance(data, list):
            raise TypeError("a bare list is no field value")
        return data  # type: ignore[no-any-return]  # JSON scalars are field values
    if len(data) != 1:
        raise TypeError("a tagged value has one key")
    ((tag, inner),) = data.items()
    match tag:
        case "$datetime":
            return datetime.fromisoformat(inner)
        case "$date":
            return date.fromisoformat(inner)
        case "$ref":
            crm, resource, record_id = inner
            return RecordRef(crm, resource, record_id)
        case "$texts":
            return tuple(inner)
        case "$object":
            return dict(inner)
    raise TypeError("an unknown tag")


def _fields_to_json(fields: Fields) -> dict[str, Any]:
    return {name: _value_to_json(value) for name, value in fields.items()}


def _fields_from_json(data: Any, _: Any) -> Fields:
    return {name: _value_from_json(value) for name, value in data.items()}


def _is_maybe_unset(kind: Any) -> bool:
    return Unset in get_args(kind)


@cache
def _converter() -> Converter:
    # Built on first use: cattrs compiles per class, and importing it is not free (P5).
    from cattrs import Converter
    from cattrs.gen import make_dict_unstructure_fn

    converter = Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_unstructure_hook(timedelta, timedelta.total_seconds)
    converter.register_structure_hook(timedelta, lambda seconds, _: timedelta(seconds=seconds))
    converter.register_unstructure_hook_func(lambda kind: kind == Fields, _fields_to_json)
    converter.register_structure_hook_func(lambda kind: kind == Fields, _fields_from_json)

    def structure_maybe_unset(data: Any, kind: Any) -> Any:
        members = tuple(member for member in get_args(kind) if member is not Unset)
        present: Any = members[0] if len(members) == 1 else Union[members]  # noqa: UP007 - built at run time
        return converter.structure(data, present)

    converter.register_structure_hook_func(_is_maybe_unset, structure_maybe_unset)
    converter.register_unstructure_hook(
        ActivityChange, make_dict_unstructure_fn(ActivityChange, converter, _cattrs_omit_if_default=True)
    )
    return converter
