"""Answers of another shape than the vendor documents: one thing at a time is another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import attrs

from customer360.core.errors import UnexpectedAnswer
from customer360.core.wire import Response

Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]

STRANGE: Final = "quill/no?such#thing"
"""No id, no time, no number, and no choice of anybody."""
ELSEWHERE: Final = "https://quill.example/services/data/v1/quill?$skiptoken=quill"
_JSON: Final = (("content-type", "application/json"),)
_HTML: Final = (("content-type", "text/html"),)
_PAGE: Final = f"<!doctype html><title>{STRANGE}</title>".encode()
_LONG: Final = 4
_BODIES: Final = (b"", b"{", b"null", b"true", b"7", b'"quill"', b"[]", b"[null]", b"[7]", b"[{}]", b"{}", _PAGE)
_CODES: Final = (400, 401, 403, 404, 429, 500)
_ERRORS: Final = (
    *(b'{"error": null}', b'{"error": {"code": 7, "innerError": []}}', b'{"code": null, "errors": [7]}'),
    *(b'[{"errorCode": 7, "message": null}]', b'{"errorMessage": {}, "errorCode": []}'),
)
_REFUSALS: Final = (b"", _PAGE, b"null", b"[]", b"{}", b'"quill"', b"[null]", *_ERRORS)
_TURNS: Final = 3
_WORDS: Final = 50
_TIMED: Final = re.compile(r"\d{4}-\d\d-\d\d")
_TIMES: Final = ("2026-13-45T99:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-05-02")
_NUMBERS: Final = (0, -1, 7, 10**20, 1.5)
_ANYTHING: Final[tuple[Any, ...]] = (None, "", STRANGE, 7, True, {}, [], [None])


@attrs.frozen
class Misshapen:
    """An answer, what is wrong with it, and where: nowhere in particular, if it is so as a whole."""

    what: str
    answer: Response
    path: Path | None = None
    whole: bool = False
    refuses: bool = False
    """Whether it says that it was not done."""

    @property
    def within_a_row(self) -> bool:
        return self.path is not None and any(isinstance(step, int) for step in self.path)


def misshapen(answer: Response) -> Iterator[Misshapen]:
    """Of one answer each of another shape; of what comes again and again in lists, the first one of each."""
    for body in _BODIES:
        if body != answer.content:
            headers = _HTML if body is _PAGE else answer.headers
            yield Misshapen(f"{answer.status} {body!r:.40}", Response(answer.status, body, headers), whole=True)
    if answer.content:
        yield Misshapen("204", Response(204), whole=True)
    for turn, code in enumerate(_CODES):  # what they say is read in one way, so not each says each
        for body in _REFUSALS[turn % _TURNS :: _TURNS]:
            headers = _HTML if body is _PAGE else _JSON
            yield Misshapen(f"{code} {body!r:.60}", Response(code, body, headers), whole=True)
    try:
        told = answer.json()
    except UnexpectedAnswer:  # a text, as some are
        return
    for path, value in _places(told):
        for what, other in _others(path, value):
            yield Misshapen(
                f"{_spelt(path)} {what}",
                attrs.evolve(answer, content=json.dumps(_with(told, path, other)).encode()),
                path,
                refuses=other is False,
            )


_LEFT_OUT: Final = object()


def _others(path: Path, value: Any) -> Iterator[tuple[str, Any]]:
    """What may stand there instead."""
    if isinstance(path[-1], str):
        yield "left out", _LEFT_OUT
    others = [*_ANYTHING]
    match value:
        case bool():
            others += [not value]
        case int() | float():
            others += [*_NUMBERS, str(value)]
        case str():
            others += _TIMES if _TIMED.match(value) else ()
            others += [ELSEWHERE] if "/" in value else []
            others += [int(value)] if value.isdecimal() and len(value) < 20 else []
        case list():
            others += [[None, *value], [*value, 7], [*value, *value], {"0": value}]
        case dict():
            others += [[value]]
    for other in others:
        if other != value or type(other) is not type(value):
            told = repr(other)
            yield f"is {told if len(told) <= _WORDS else f'{told[:_WORDS]} ... {told[-9:]}'}", other


def _places(told: Any) -> Iterator[tuple[Path, Any]]:
    """Every place in an answer that is like no other."""
    seen = set[tuple[Step, ...]]()

    def walk(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
        alike = tuple("#" if isinstance(step, int) else step for step in path)
        kind = type(value).__name__
        if path and (*alike, kind) not in seen:
            seen.add((*alike, kind))
            yield path, value
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for step, each in inner:
            yield from walk((*path, step), each)

    yield from walk((), told)


def _with(told: Any, path: Path, other: Any) -> Any:
    """The same with something else in that place."""
    step, *rest = path
    inner = other if not rest else _with(told[step], tuple(rest), other)
    if isinstance(told, list):
        return [inner if number == step else each for number, each in enumerate(told)]
    changed = {name: inner if name == step else each for name, each in told.items()}
    return {name: each for name, each in changed.items() if each is not _LEFT_OUT}


def _spelt(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def shortened(answer: Response) -> Response:
    """With a few members of each long list: the others would be played with in vain."""
    try:
        told = answer.json()
    except UnexpectedAnswer:  # a text, as some are
        return answer
    return attrs.evolve(answer, content=json.dumps(_short(told)).encode())


def _short(told: Any) -> Any:
    if isinstance(told, list):
        return [_short(each) for each in (told if len(told) <= _LONG else [*told[: _LONG - 1], told[-1]])]
    return {name: _short(each) for name, each in told.items()} if isinstance(told, dict) else told
