"""Record ids: 15 characters whose case matters, or 18 of which the last three say the case (contract section 1)."""

from __future__ import annotations

import re
from functools import lru_cache

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CASES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHAPE = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")


def new_id(prefix: str, number: int) -> str:
    """The id of the nth record, 18 characters."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    return full(f"{prefix}5e{digits.zfill(10)}")


def full(short: str) -> str:
    """15 characters made 18."""
    return short + "".join(
        _CASES[sum(1 << place for place, letter in enumerate(short[at : at + 5]) if letter.isupper())]
        for at in (0, 5, 10)
    )


@lru_cache(maxsize=65_536)
def canonical(text: str) -> str | None:
    """The 18 characters that are meant, or None for what is no id.

    18 characters may come in any case; the last three put it right.
    """
    if not _SHAPE.fullmatch(text):
        return None
    if len(text) == 15:
        return full(text)
    cases = [_CASES.find(letter.upper()) for letter in text[15:]]
    if min(cases) < 0:
        return None
    return full(
        "".join(
            letter.upper() if cases[place // 5] >> place % 5 & 1 else letter.lower()
            for place, letter in enumerate(text[:15])
        )
    )
