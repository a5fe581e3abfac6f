"""Times: epoch milliseconds on the wire, digits in the index, text in /query (contract sections 1, 5.2, 5.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

_TEXT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", re.ASCII)


@lru_cache(8192)
def indexed(milliseconds: int) -> str:
    """As the search index holds an instant: ``yyyyMMddHHmmss``, UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y%m%d%H%M%S")


def from_text(text: str) -> int | None:
    """Milliseconds of ``yyyy-MM-dd HH:mm:ss.SSS``, or None for any other text."""
    if not _TEXT.fullmatch(text):
        return None
    try:
        return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None
