"""The language of COQL (contract section 5). What a query means is in :mod:`.coql_meaning`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import attrs
from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args

from customer360_testkit.fakes.zoho.errors import ZohoError

DEFAULT_ROWS = 200

_GRAMMAR = r"""
start: "select"i columns "from"i NAME "where"i pair order? limit?
columns: column ("," column)*
column: PATH | ARROW
?pair: operand
     | operand "and"i operand            -> and_
     | operand "or"i operand             -> or_
?operand: "(" pair ")"
     | column OP literal                 -> compare
     | column "like"i STRING             -> like
     | column "not"i "like"i STRING      -> not_like
     | column "in"i "(" literals ")"     -> in_
     | column "not"i "in"i "(" literals ")" -> not_in
     | column "is"i "null"i              -> null
     | column "is"i "not"i "null"i       -> not_null
     | column "between"i literal "and"i literal -> between
     | column "not"i "between"i literal "and"i literal -> not_between
literals: literal ("," literal)*
literal: STRING | NUMBER | BOOLEAN
order: "order"i "by"i key ("," key)*
key: column DIRECTION?
limit: "limit"i INT                      -> limit_count
     | "limit"i INT "," INT              -> limit_pair
     | "limit"i INT "offset"i INT        -> limit_offset
DIRECTION: /asc\b|desc\b/i
BOOLEAN: /true\b|false\b/i
OP: "=" | "!=" | "<=" | ">=" | "<" | ">"
ARROW: /'[A-Za-z_][A-Za-z0-9_]*->[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*'/
STRING: /'(?:[^']|'')*'/
NUMBER: /-?\d+(\.\d+)?/
INT: /\d+/
NAME: /(?!RESERVED)[A-Za-z_][A-Za-z0-9_]*/i
PATH: /(?!RESERVED)[A-Za-z_$][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*/i
%ignore /\s+/
""".replace("RESERVED", r"(?:select|from|where|and|or|not|in|is|like|between|order|limit|null)\b")


@attrs.frozen
class Query:
    """A parsed query. ``where`` is a tree of ``("and"|"or", left, right)`` and ``(operator, column, values)``."""

    columns: tuple[str, ...]
    module: str
    where: tuple[Any, ...]
    order: tuple[tuple[str, bool], ...] = ()
    offset: int = 0
    count: int | None = None
    """Rows of the page; None when no limit was given, which means :data:`DEFAULT_ROWS`."""


@v_args(inline=True)
class _Build(Transformer[Token, Any]):
    def start(self, columns: Any, module: Token, where: Any, *rest: Any) -> Query:
        order: Any = ()
        offset, count = 0, None
        for one in rest:
            if one[0] == "order":
                order = one[1]
            else:
                offset, count = one[1], one[2]
        return Query(columns, str(module), where, order, offset, count)

    def columns(self, *names: str) -> tuple[str, ...]:
        return names

    def column(self, name: Token) -> str:
        return str(name).strip("'")

    def and_(self, left: Any, right: Any) -> Any:
        return "and", left, right

    def or_(self, left: Any, right: Any) -> Any:
        return "or", left, right

    def compare(self, column: str, operator: Token, value: Any) -> Any:
        return str(operator), column, (value,)

    def like(self, column: str, text: Token) -> Any:
        return "like", column, (_unquoted(text),)

    def not_like(self, column: str, text: Token) -> Any:
        return "not like", column, (_unquoted(text),)

    def in_(self, column: str, values: Any) -> Any:
        return "in", column, values

    def not_in(self, column: str, values: Any) -> Any:
        return "not in", column, values

    def null(self, column: str) -> Any:
        return "is null", column, ()

    def not_null(self, column: str) -> Any:
        return "is not null", column, ()

    def between(self, column: str, low: Any, high: Any) -> Any:
        return "between", column, (low, high)

    def not_between(self, column: str, low: Any, high: Any) -> Any:
        return "not between", column, (low, high)

    def literals(self, *values: Any) -> Any:
        return values

    def literal(self, token: Token) -> Any:
        if token.type == "STRING":
            return _unquoted(token)
        if token.type == "BOOLEAN":
            return token.lower() == "true"
        return float(token) if "." in token else int(token)

    def order(self, *keys: Any) -> Any:
        return "order", keys

    def key(self, column: str, direction: Token | None = None) -> Any:
        return column, direction is not None and direction.lower() == "desc"

    def limit_count(self, count: Token) -> Any:
        return "limit", 0, int(count)

    def limit_pair(self, offset: Token, count: Token) -> Any:
        return "limit", int(offset), int(count)

    def limit_offset(self, count: Token, offset: Token) -> Any:
        return "limit", int(offset), int(count)


def _unquoted(token: Token) -> str:
    return str(token)[1:-1].replace("''", "'")


_PARSER = Lark(_GRAMMAR, parser="lalr", transformer=_Build(), maybe_placeholders=False)


@lru_cache(4096)
def parse(text: str) -> Query:
    """Raises ZohoError SYNTAX_ERROR with ``near``, ``line`` and ``column``."""
    try:
        query: Query = _PARSER.parse(text)  # type: ignore[assignment]  # lark types the result of a transformer as Tree
    except UnexpectedToken as wrong:
        raise _syntax(str(wrong.token) or text[-10:], wrong.line, wrong.column) from None
    except UnexpectedCharacters as wrong:
        raise _syntax(text[wrong.pos_in_stream or 0 :][:10], wrong.line, wrong.column) from None
    except UnexpectedInput:
        raise _syntax(text[-10:], 1, len(text)) from None
    return query


def _syntax(near: str, line: int, column: int) -> ZohoError:
    # At the end of the text lark has no position.
    return ZohoError(400, "SYNTAX_ERROR", "error occured while parsing the query", near=near, line=line, column=column)
