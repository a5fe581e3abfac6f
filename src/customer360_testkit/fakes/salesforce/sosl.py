"""The language of SOSL: what is searched for (contract section 5.2). RETURNING is in :mod:`.soql`, with which it shares
its conditions."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import attrs
from lark import Lark, ParseTree, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from customer360_testkit.fakes.salesforce.errors import SalesforceError, refused
from customer360_testkit.fakes.salesforce.soql import Tail, parse_tail

MAX_TERM = 10_000
MAX_STATEMENT = 100_000

# Reserved characters stand in a term only after a backslash; wildcards may not begin it.
_GRAMMAR = r"""
either: both (OR both)*
both: unit (AND_NOT unit | AND? unit)*
?unit: TERM | PHRASE | "(" either ")"
AND_NOT.3: /AND\s+NOT(?=[\s(")]|\Z)/i
AND.2: /AND(?=[\s(")]|\Z)/i
OR.2: /OR(?=[\s(")]|\Z)/i
PHRASE: /"(?:[^"\\]|\\.)*"/s
TERM: /(?!(?i:AND|OR)(?:[\s(")]|\Z))(?:[^RESERVED]|\\.)(?:[^RESERVED]|\\.|[*?])*/s
%ignore /\s+/
""".replace("RESERVED", r"""\s?&|!{}\[\]()^~*:"'+\-\\""")

_PARSER = Lark(_GRAMMAR, parser="lalr", start="either")
_HEAD = re.compile(r"\s*FIND\s*\{", re.IGNORECASE)
_PIECE = re.compile(r"\\(.)|([*?])|(.)", re.DOTALL)
_WORD = re.compile(r"\w+")


@attrs.frozen
class Term:
    """Words that stand side by side; ``digits`` when the term is written as a number: what phone fields are
    compared with. Both are patterns, for wildcards."""

    words: tuple[re.Pattern[str], ...]
    digits: re.Pattern[str] | None = None
    plain_digits: str | None = None
    """The digits when there is no wildcard among them."""


Search = Callable[[Callable[[Term], bool]], bool]
"""Whether something is found, given what a single term finds."""


@attrs.frozen
class Statement:
    search: Search
    tail: Tail


def malformed(message: str) -> SalesforceError:
    return refused("MALFORMED_SEARCH", message)


def too_short() -> SalesforceError:
    return malformed("search term must be longer than one character")


def term(raw: str, *, escapes: bool = True) -> Term:
    """A term as written, without quotes. Raises SalesforceError MALFORMED_SEARCH."""
    pieces: list[tuple[str, bool]] = []
    for found in _PIECE.finditer(raw):
        escaped, wild, plain = found.groups()
        if escaped is not None and not escapes:
            pieces += [("\\", False), (escaped, escaped in "*?")]
        elif wild:
            pieces.append((wild, True))
        else:
            pieces.append((escaped or plain, False))
    if sum(not wild for _, wild in pieces) < 2:
        raise too_short()
    if pieces[0][1]:
        raise malformed("wildcards stand in the middle or at the end of a term")
    return Term(_words(pieces), *_number(pieces))


def _words(pieces: list[tuple[str, bool]]) -> tuple[re.Pattern[str], ...]:
    words: list[str] = [""]
    for text, wild in pieces:
        if wild:
            words[-1] += ".*" if text == "*" else "."
        elif _WORD.fullmatch(text):
            words[-1] += re.escape(text.casefold())
        elif words[-1]:
            words.append("")
    return tuple(re.compile(word, re.DOTALL) for word in words if word)


def _number(pieces: list[tuple[str, bool]]) -> tuple[re.Pattern[str] | None, str | None]:
    if any(text.isalpha() for text, wild in pieces if not wild):
        return None, None
    kept = [(text, wild) for text, wild in pieces if wild or text.isdecimal()]
    if not any(not wild for _, wild in kept):
        return None, None
    pattern = "".join({"*": ".*", "?": "."}[text] if wild else text for text, wild in kept)
    plain = None if any(wild for _, wild in kept) else pattern
    return re.compile(pattern), plain


@v_args(inline=True)
class _Build(Transformer[Token, Search]):
    def TERM(self, token: Token) -> Search:
        return _single(term(str(token)))

    def PHRASE(self, token: Token) -> Search:
        return _single(term(str(token)[1:-1]))

    def both(self, first: Search, *rest: Any) -> Search:
        wanted, negated = [first], False
        unwanted: list[Search] = []
        for one in rest:
            if isinstance(one, Token):
                negated = one.type == "AND_NOT"
            else:
                (unwanted if negated else wanted).append(one)
                negated = False
        return lambda finds: all(each(finds) for each in wanted) and not any(each(finds) for each in unwanted)

    def either(self, *parts: Any) -> Search:
        searches = [part for part in parts if not isinstance(part, Token)]
        return lambda finds: any(each(finds) for each in searches)


def _single(one: Term) -> Search:
    return lambda finds: finds(one)


_BUILD = _Build()


@lru_cache(maxsize=4096)
def parse(text: str, escapes_in_phrases: str = "harmless") -> Statement:
    """A statement. Raises SalesforceError MALFORMED_SEARCH."""
    head = _HEAD.match(text)
    if head is None:
        raise malformed("No search term found. The search term must be enclosed in braces.")
    end = _closing(text, head.end())
    wanted = text[head.end() : end]
    return Statement(_search(wanted, escapes_in_phrases), parse_tail(text[end + 1 :]))


def _closing(text: str, start: int) -> int:
    """Where the search term ends: at the first brace that no backslash precedes, be it quoted or not."""
    at = start
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "}":
            return at
        at += 1
    raise malformed("No search term found. The search term must be enclosed in braces.")


def _search(wanted: str, escapes_in_phrases: str) -> Search:
    if len(wanted.strip()) < 2:
        raise too_short()
    if len(wanted) > MAX_TERM:
        raise malformed(f"search term must not be longer than {MAX_TERM} characters")
    try:
        tree = _PARSER.parse(wanted)
        if escapes_in_phrases == "harmful":
            _check_escapes(tree)
        found: Search = _BUILD.transform(tree)
    except UnexpectedInput as wrong:
        at = wrong.pos_in_stream
        shown = wanted[at : at + 1] if at is not None and at >= 0 else "<EOF>"
        raise malformed(f"unexpected token: '{shown}' in the search term") from wrong
    except RecursionError as wrong:
        raise _too_deep() from wrong
    except VisitError as wrong:
        raise (_too_deep() if isinstance(wrong.orig_exc, RecursionError) else wrong.orig_exc) from wrong
    return found


def _check_escapes(tree: ParseTree) -> None:
    for token in tree.scan_values(lambda value: isinstance(value, Token) and value.type == "PHRASE"):
        if re.search(r"\\[+-]", re.sub(r"\\\\", "", str(token))):
            raise malformed("a character that needs no escape was escaped inside quotes")


def _too_deep() -> SalesforceError:
    return malformed("the search term is nested too deeply")


def plain_search(text: str) -> Search:
    """The search of plain text: every word must be found, wildcards act. Raises SalesforceError MALFORMED_SEARCH."""
    if len(text.strip()) < 2:
        raise too_short()
    if len(text) > MAX_TERM:
        raise malformed(f"search term must not be longer than {MAX_TERM} characters")
    terms = [_single(term(each, escapes=False)) for each in text.split()]
    return lambda finds: all(each(finds) for each in terms)
