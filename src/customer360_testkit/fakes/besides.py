"""What a record causes beside being saved: by field, what the CRM sets by itself, and what any other value does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Quiet: TypeAlias = Mapping[str, tuple[Any, str]]
"""Field -> (what the CRM sets by itself, what another value does, in words)."""


def caused(quiet: Quiet, row: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Iterator[str]:
    """What a row does by values that it did not have ``before``."""
    for name, (usual, words) in quiet.items():
        value = row.get(name)
        if value not in (usual, None, "", False) and (before is None or before.get(name) != value):
            yield words
