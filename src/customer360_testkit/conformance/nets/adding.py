"""A description as it would be if its organisation had made many more fields and choices."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from customer360.core.metadata import FieldInfo
from customer360_testkit.conformance.nets.entries import Told, told

MANY: Final = 230
"""More fields, and more choices, than one thinks of."""


def adding(found: Told, model: FieldInfo, labels: Mapping[str, str]) -> Callable[[bytes], bytes]:
    """An answer with such a field by each of these names besides, and with choices more wherever there are two."""
    key, chosen = found.key, {choice.value for field in found.schema.fields for choice in field.choices}

    def added(content: bytes) -> bytes:
        body = told(content)
        for rows in list(_all_lists(body)):
            own = [row for row in rows if isinstance(row, dict) and row.get(key) == model.name]
            for row in own[:1]:
                again = {name: model.name for name, value in row.items() if value == model.name}
                rows += [
                    {
                        **row,
                        **dict.fromkeys(again, name),
                        **{part: label for part, text in row.items() if text == model.label and part != key},
                    }
                    for name, label in labels.items()
                ]
            if len(rows) > 1 and not any(isinstance(row, dict) and key in row for row in rows) and choosable(rows):
                last = next((row for row in reversed(rows) if chosen & {str(text) for text in row.values()}), None)
                if last is None:
                    continue
                texts = [part for part, text in last.items() if isinstance(text, str) and _choice_part(part)]
                rows += [{**last, **dict.fromkeys(texts, f"Quillchoice {number}")} for number in range(MANY)]
        return content if body is None else json.dumps(body).encode()

    return added


def choosable(rows: list[Any]) -> bool:
    return all(isinstance(row, dict) and any(name.lower().endswith("value") for name in row) for row in rows)


def _choice_part(name: str) -> bool:
    return "value" in name.lower() or "label" in name.lower()


def _all_lists(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, list):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _all_lists(each)
