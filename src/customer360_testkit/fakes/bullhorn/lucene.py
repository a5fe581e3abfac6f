"""The language of /search: Lucene's classic query parser (contract section 5.2). Its meaning is in :mod:`.matching`.

As there, ``AND`` and ``OR`` do not bind differently: ``AND`` makes the clauses on both its sides required, a clause
without anything before it is optional, and only prohibited clauses find nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NoReturn

import attrs

from customer360_testkit.fakes.bullhorn.errors import BullhornError, bad

MOST_CLAUSES = 1024
MOST_DEPTH = 100
_SCAN = re.compile(
    r"""(?P<space>[ \t\n\r\u3000]+)
      | (?P<both>&&|AND(?![^\s():^\[\]"{}~!]))
      | (?P<either>\|\||OR(?![^\s():^\[\]"{}~!]))
      | (?P<not_>!|NOT(?![^\s():^\[\]"{}~!]))
      | (?P<sign>[+-])
      | (?P<open>\() | (?P<close>\)) | (?P<colon>:)
      | (?P<boost>\^\d+(?:\.\d+)?)
      | (?P<fuzzy>~(?:\d+(?:\.\d+)?)?)
      | (?P<quoted>"(?:[^"\\]|\\.)*")
      | (?P<range>[\[{]\s*(?:"(?:[^"\\]|\\.)*"|[^\s\]}"]+)\s+TO\s+(?:"(?:[^"\\]|\\.)*"|[^\s\]}"]+)\s*[\]}])
      | (?P<term>(?:[^\s+\-!():^\[\]"{}~\\/\x00-\x1f]|\\.)(?:[^\s!():^\[\]"{}~\\/\x00-\x1f]|\\.)*)
    """,
    re.VERBOSE | re.DOTALL,
)
_BOUNDS = re.compile(
    r'([\[{])\s*("(?:[^"\\]|\\.)*"|[^\s\]}"]+)\s+TO\s+("(?:[^"\\]|\\.)*"|[^\s\]}"]+)\s*([\]}])', re.DOTALL
)
_PIECE = re.compile(r"\\(.)|([*?])|([^\\*?]+)", re.DOTALL)
_HEX = re.compile(r"[0-9A-Fa-f]{4}")


@attrs.frozen
class Word:
    """Text to be found in ``field`` (None: no field was named). ``fuzzy`` is the edits, or the slop of a phrase."""

    field: str | None
    text: str
    phrase: bool = False
    fuzzy: int = 0


@attrs.frozen
class Pattern:
    """A term with ``*`` or ``?``; ``pieces`` are literal texts and the two wildcards, as ``("*",)`` and ``("?",)``."""

    field: str | None
    pieces: tuple[str | tuple[str], ...]


@attrs.frozen
class Range:
    """None is an open end."""

    field: str | None
    low: str | None
    high: str | None
    with_low: bool
    with_high: bool


@attrs.frozen
class Everything:
    """``*:*``"""


@attrs.frozen
class Clauses:
    """``parts`` are clauses with ``must``, ``should`` or ``not``."""

    parts: tuple[tuple[Literal["must", "should", "not"], Node], ...]


Node = Word | Pattern | Range | Everything | Clauses


def refused(reason: str) -> BullhornError:
    return bad(f"Error parsing the search query: {reason}", "errors.searchQueryMalformed")


@lru_cache(2048)
def parse(text: str, leading_wildcard: bool = False) -> Clauses:
    """A query. Raises BullhornError 400."""
    if not text.strip():
        raise refused("it is empty")
    return _Parser(text, leading_wildcard).whole()


@attrs.frozen
class _Token:
    kind: str
    text: str
    at: int


class _Parser:
    def __init__(self, text: str, leading_wildcard: bool) -> None:
        self._tokens = list(_scan(text))
        self._at = 0
        self._clauses = 0
        self._leading = leading_wildcard

    def whole(self) -> Clauses:
        found = self._query(None, 0)
        if self._at < len(self._tokens):
            self._unexpected()
        return found

    def _kind(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at].kind if at < len(self._tokens) else "end"

    def _take(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _unexpected(self) -> NoReturn:
        if self._at >= len(self._tokens):
            raise refused("it ends too early")
        token = self._tokens[self._at]
        raise refused(f"unexpected '{token.text[:20]}' at position {token.at}")

    def _query(self, field: str | None, depth: int) -> Clauses:
        if depth > MOST_DEPTH:
            raise refused("it is nested too deeply")
        parts: list[tuple[Literal["must", "should", "not"], Node]] = []
        while True:
            joined = ""
            if parts and self._kind() in ("both", "either"):
                joined = self._take().kind
            occurs: Literal["must", "should", "not"] = "should"
            if self._kind() == "not_" or self._kind() == "sign":
                occurs = "must" if self._take().text == "+" else "not"
            if joined == "both":
                if parts[-1][0] == "should":
                    parts[-1] = "must", parts[-1][1]
                if occurs == "should":
                    occurs = "must"
            parts.append((occurs, self._clause(field, depth)))
            if self._kind() in ("end", "close"):
                return Clauses(tuple(parts))

    def _clause(self, field: str | None, depth: int) -> Node:
        self._clauses += 1
        if self._clauses > MOST_CLAUSES:
            raise refused(f"it has more than {MOST_CLAUSES} clauses")
        if self._kind() == "term" and self._kind(1) == "colon":
            name = self._take().text
            self._take()
            if name == "*":
                if self._kind() != "term" or self._take().text != "*":
                    raise refused("* is no field")
                return Everything()
            field = _plain(name)
        found: Node
        match self._kind():
            case "open":
                self._take()
                found = self._query(field, depth + 1)
                if self._kind() != "close":
                    self._unexpected()
                self._take()
            case "quoted":
                found = self._slop(Word(field, _plain(self._take().text[1:-1]), phrase=True))
            case "range":
                found = _range(field, self._take().text)
            case "term":
                found = self._slop(self._term(field, self._take()))
            case _:
                self._unexpected()
        if self._kind() == "boost":
            self._take()
        return found

    def _term(self, field: str | None, token: _Token) -> Word | Pattern:
        pieces: list[str | tuple[str]] = []
        for escaped, wild, plain in _PIECE.findall(token.text):
            if wild:
                pieces.append((wild,))
            elif pieces and isinstance(pieces[-1], str):
                pieces[-1] += escaped or plain
            else:
                pieces.append(escaped or plain)
        if all(isinstance(one, str) for one in pieces):
            return Word(field, _plain(token.text))
        if not isinstance(pieces[0], str) and not self._leading:
            raise refused(f"'*' or '?' not allowed as first character, at position {token.at}")
        return Pattern(field, tuple(pieces))

    def _slop(self, found: Word | Pattern) -> Word | Pattern:
        if self._kind() != "fuzzy":
            return found
        told = self._take().text[1:]
        edits = 2 if not told or float(told) < 1 else int(float(told))
        return attrs.evolve(found, fuzzy=edits) if isinstance(found, Word) else found


def _scan(text: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text):
        hit = _SCAN.match(text, at)
        if hit is None or hit.lastgroup is None:
            raise refused(f"unexpected '{text[at]}' at position {at}")
        if hit.lastgroup != "space":
            found.append(_Token(hit.lastgroup, hit.group(), at))
        at = hit.end()
    return found


def _range(field: str | None, text: str) -> Range:
    hit = _BOUNDS.fullmatch(text)
    assert hit is not None
    low, high = (one[1:-1] if one[0] == '"' else one for one in hit.group(2, 3))
    ends = [None if raw == "*" else _plain(raw) for raw in (low, high)]
    return Range(field, ends[0], ends[1], hit.group(1) == "[", hit.group(4) == "]")


def _plain(raw: str) -> str:
    """Text without its backslashes. ``\\u`` begins the code of a character, also where that was not meant."""
    pieces, at = [], 0
    while at < len(raw):
        if raw[at] != "\\":
            pieces.append(raw[at])
            at += 1
        elif raw[at + 1] == "u":
            if not _HEX.match(raw, at + 2):
                raise refused("\\u without four hexadecimal digits")
            pieces.append(chr(int(raw[at + 2 : at + 6], 16)))
            at += 6
        else:
            pieces.append(raw[at + 1])
            at += 2
    return "".join(pieces)
