"""Words as people write them: alone, before and behind others, within one, in names, numbers and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

_SOME: Final = 5
_SHORT: Final = 30
_STEP, _APART = 7, 11
_NUMBER: Final = "2079460861"
_LOCAL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_+-]|\.(?!\.|$)){0,40}")
_DOMAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\.[a-z]{2,}")


def turns(words: Sequence[str], fields: Iterable[str]) -> Iterator[dict[str, tuple[str, ...]]]:
    """Some words for each field, in ever other company; each word comes first once in each."""
    places = [*enumerate(fields)]
    for start in range(len(words)):
        yield {
            field: tuple(words[(start + place * _STEP + each * _APART) % len(words)] for each in range(_SOME))
            for place, field in places
        }


def line(words: Sequence[str], mark: str, most: int) -> str:
    """One word begins it, and another ends it where there is room."""
    first, last = single(words[0]), single(words[1])
    for text in (f"{first} {mark} {last}", f"{first} {mark}", f"{mark} {first}"):
        if len(text) <= most:
            return text
    return mark


def single(word: str) -> str:
    """On one line, without space at its ends."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", word).strip()


def text(words: Sequence[str], mark: str) -> str:
    """Lines: one word begins it, one ends it, others begin and end lines, and stand within a word."""
    first, second, third, fourth, last = words
    return f"{first} {mark}\nQuill {second}\n{third} Quill\nQuill{fourth}Quill\nQuill {last}"


def number(word: str, turn: int) -> str:
    """A number that ends with the word's digits, or begins with them behind a plus sign."""
    digits = re.sub(r"[^0-9]", "", word)[:8] or f"{turn:04}"
    if word.strip().startswith("+") and len(digits) >= 2:
        return f"+{digits}{_NUMBER}"[:13]
    return f"+44{_NUMBER[: 10 - len(digits)]}{digits}"


def address(word: str, turn: int) -> str:
    """An address whose local part begins with the word, or at the domain that the word names."""
    domain = _DOMAIN.fullmatch(word.rpartition("@")[2].strip().lower())
    if domain is not None:
        return f"quill{turn}@{domain[0]}"
    local = _LOCAL.match(word.strip())
    return f"{local[0] if local else 'quill'}quill{turn}@conform.example"


def short(words: Iterable[str]) -> list[str]:
    """Those that may be all that somebody writes somewhere."""
    return [word for word in words if len(word) <= _SHORT]


def long(signs: int) -> str:
    """A text of so many signs, of which the last counts."""
    return ("Quill " * (signs // 6 + 1))[: max(signs - 1, 0)] + "z"
