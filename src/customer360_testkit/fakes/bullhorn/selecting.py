"""The parameter ``fields`` (contract sections 5 and 6): names, sub-fields, counts and filters of to-many lists."""

from __future__ import annotations

import re
from functools import lru_cache

import attrs

from customer360_testkit.fakes.bullhorn.errors import BullhornError, bad

_NAME = re.compile(r"\*|[A-Za-z_]\w*", re.ASCII)
_COUNT = re.compile(r"\[(\d{1,6})\]")
DEFAULT_MANY = 5
MOST_DEPTH = 10


@attrs.frozen
class Pick:
    """One field. ``at`` is its place in the parameter; ``parts`` None when no sub-fields were named."""

    name: str
    at: int
    count: int | None = None
    parts: tuple[Pick, ...] | None = None
    condition: str | None = None


def malformed(text: str, at: int) -> BullhornError:
    shown = text[at : at + 10]
    return bad(f"Malformed fields parameter: unexpected '{shown}' at position {at}.", "errors.malformedFields")


@lru_cache(2048)
def parse(text: str) -> tuple[Pick, ...]:
    """Raises BullhornError 400."""
    found, at = _list(text, 0, 0)
    if at < len(text):
        raise malformed(text, at)
    return found


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _list(text: str, at: int, depth: int) -> tuple[tuple[Pick, ...], int]:
    if depth > MOST_DEPTH:
        raise malformed(text, at)
    found: list[Pick] = []
    while True:
        at = _skip(text, at)
        hit = _NAME.match(text, at)
        if hit is None:
            raise malformed(text, at)
        pick = Pick(hit.group(), at)
        at = hit.end()
        count = _COUNT.match(text, at)
        if count is not None:
            pick, at = attrs.evolve(pick, count=int(count.group(1))), count.end()
        if text.startswith("(", at):
            parts, at = _list(text, at + 1, depth + 1)
            if not text.startswith(")", at):
                raise malformed(text, at)
            pick, at = attrs.evolve(pick, parts=parts), at + 1
        if text.startswith("{", at):
            end = text.find("}", at)
            if end < 0:
                raise malformed(text, at)
            pick, at = attrs.evolve(pick, condition=text[at + 1 : end]), end + 1
        found.append(pick)
        at = _skip(text, at)
        if not text.startswith(",", at):
            return tuple(found), at
        at += 1
