"""OData filter and expand expressions: a grammar, and nothing of what a resource then allows.

A parsed filter is one of::

    ("and" | "or", left, right)   ("not", inner)
    ("cmp", path, operator, value)              displayName eq 'Ann'
    ("fn", name, path, value)                   startswith(displayName,'Ann')
    ("any" | "all", path, variable, inner)      emailAddresses/any(a:a/address eq 'x')
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

_GRAMMAR = r"""
?start: or_
?or_: and_ | or_ "or" and_ -> either
?and_: not_ | and_ "and" not_ -> both
?not_: atom | "not" atom -> negated
?atom: "(" or_ ")"
     | PATH OP literal -> compare
     | FUNCTION "(" PATH "," literal ")" -> function
     | QUANTIFIED NAME ":" or_ ")" -> quantified
literal: STRING | INSTANT | NUMBER | CONSTANT
OP.3: /(eq|ne|gt|ge|lt|le)\b/
FUNCTION.3: /(startswith|endswith|contains)(?=\()/
QUANTIFIED.3: /[A-Za-z_][A-Za-z0-9_\/]*\/([aA]ny|[aA]ll)\(/
CONSTANT.3: /(true|false|null)\b/
INSTANT.2: /\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)/
STRING: /'(?:[^']|'')*'/
NUMBER: /-?\d+(\.\d+)?/
NAME: /(?!(?:and|or|not)\b)[A-Za-z_][A-Za-z0-9_]*/
PATH: /(?!(?:and|or|not)\b)[A-Za-z_][A-Za-z0-9_]*(\/[A-Za-z_][A-Za-z0-9_]*)*/
%ignore /[ \t]+/
"""

Node = tuple[Any, ...]


class OdataSyntaxError(ValueError):
    """The text is no filter."""


@v_args(inline=True)
class _Build(Transformer[Token, Node]):
    def either(self, left: Node, right: Node) -> Node:
        return "or", left, right

    def both(self, left: Node, right: Node) -> Node:
        return "and", left, right

    def negated(self, inner: Node) -> Node:
        return "not", inner

    def compare(self, path: Token, operator: Token, value: Any) -> Node:
        return "cmp", str(path), str(operator), value

    def function(self, name: Token, path: Token, value: Any) -> Node:
        return "fn", str(name), str(path), value

    def quantified(self, opening: Token, variable: Token, inner: Node) -> Node:
        path, _, kind = opening[:-1].rpartition("/")
        return kind.lower(), path, str(variable), inner

    def literal(self, token: Token) -> Any:
        if token.type == "STRING":
            return token[1:-1].replace("''", "'")
        if token.type == "CONSTANT":
            return {"true": True, "false": False, "null": None}[token]
        return float(token) if token.type == "NUMBER" else Instant(token)


class Instant(str):
    """A date-time literal, as written."""


_PARSER = Lark(_GRAMMAR, parser="lalr", transformer=_Build(), maybe_placeholders=False)


@lru_cache(maxsize=4096)
def parse_filter(text: str) -> Node:
    """The expression; OdataSyntaxError when it is none."""
    try:
        return _PARSER.parse(text)  # type: ignore[return-value]  # what _Build makes of the tree
    except UnexpectedInput as wrong:
        raise OdataSyntaxError(f"syntax error at position {wrong.pos_in_stream} in the filter") from wrong


@lru_cache(maxsize=1024)
def parse_expand(text: str) -> tuple[tuple[str, str | None], ...]:
    """``a,b($filter=..)`` -> ``((a, None), (b, filter))``; OdataSyntaxError when it is no expand."""
    found: list[tuple[str, str | None]] = []
    for part in _split(text):
        name, bracket, rest = part.strip().partition("(")
        if not name.isidentifier() or (bracket and not rest.endswith(")")):
            raise OdataSyntaxError("syntax error in $expand")
        if not bracket:
            found.append((name, None))
            continue
        option, _, value = rest[:-1].partition("=")
        if option.strip() != "$filter" or not value:
            raise OdataSyntaxError(f"the option {option!r} is not allowed inside $expand")
        found.append((name, value))
    return tuple(found)


def _split(text: str) -> list[str]:
    """At the commas outside of quotes and brackets."""
    parts, depth, quoted, start = [], 0, False, 0
    for at, one in enumerate(text):
        if one == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif one in "()":
            depth += 1 if one == "(" else -1
            if depth < 0:
                raise OdataSyntaxError("unbalanced brackets")
        elif one == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    if depth or quoted:
        raise OdataSyntaxError("unbalanced brackets or quotes")
    return [*parts, text[start:]]
