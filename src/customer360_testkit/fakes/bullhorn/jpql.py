"""The language of /query: the conditions of JPQL (contract section 5.3). Its meaning is in :mod:`.comparing`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import attrs
from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from customer360_testkit.fakes.bullhorn.errors import BullhornError, bad

_GRAMMAR = r"""
?condition: conjunction ("OR"i conjunction)*                    -> or_
?conjunction: negation ("AND"i negation)*                       -> and_
?negation: "NOT"i negation                                      -> not_
     | primary
?primary: "(" condition ")"
     | PATH OPERATOR value                                      -> compare
     | PATH _IN "(" value ("," value)* ")"                      -> in_
     | PATH _NOT_IN "(" value ("," value)* ")"                  -> not_in
     | PATH _IS_NULL                                            -> null
     | PATH _IS_NOT_NULL                                        -> not_null
     | PATH _IS_EMPTY                                           -> empty
     | PATH _IS_NOT_EMPTY                                       -> not_empty
     | (PATH | NUMBER) _MEMBER PATH                             -> member
     | (PATH | NUMBER) _NOT_MEMBER PATH                         -> not_member
     | PATH _LIKE STRING                                        -> like
     | PATH _NOT_LIKE STRING                                    -> not_like
value: STRING | NUMBER | BOOLEAN
_IN.3: /IN\b/i
_NOT_IN.3: /NOT\s+IN\b/i
_LIKE.3: /LIKE\b/i
_NOT_LIKE.3: /NOT\s+LIKE\b/i
_IS_NULL.3: /IS\s+NULL\b/i
_IS_NOT_NULL.3: /IS\s+NOT\s+NULL\b/i
_IS_EMPTY.3: /IS\s+EMPTY\b/i
_IS_NOT_EMPTY.3: /IS\s+NOT\s+EMPTY\b/i
_MEMBER.3: /MEMBER(\s+OF)?\b/i
_NOT_MEMBER.3: /NOT\s+MEMBER(\s+OF)?\b/i
OPERATOR: "=" | "<>" | "<=" | ">=" | "<" | ">"
STRING: /'(?:[^']|'')*'/
NUMBER: /-?\d+(?:\.\d+)?(?![\w.])/
BOOLEAN.3: /(?:true|false)\b/i
PATH: /(?!(?:AND|OR|NOT|IN|IS|LIKE|MEMBER|NULL|EMPTY|BETWEEN)\b)[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/i
%ignore /\s+/
"""


@attrs.frozen
class Path:
    """``owner.lastName``."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.parts)


@attrs.frozen
class Literal:
    """``kind`` is string, number or boolean; ``quotes`` whether a string holds doubled quotes or backslashes."""

    kind: str
    value: Any
    quotes: bool = False


@attrs.frozen
class Condition:
    """``operator`` is a comparison, ``in``, ``null``, ``empty``, ``member`` or ``like``."""

    operator: str
    path: Path
    values: tuple[Any, ...] = ()


@attrs.frozen
class Logic:
    """``and``, ``or`` or ``not``."""

    operator: str
    parts: tuple[Logic | Condition, ...]


Tree = Logic | Condition


@v_args(inline=True)
class _Build(Transformer[Token, Any]):
    def or_(self, *parts: Any) -> Any:
        return parts[0] if len(parts) == 1 else Logic("or", parts)

    def and_(self, *parts: Any) -> Any:
        return parts[0] if len(parts) == 1 else Logic("and", parts)

    def not_(self, part: Any) -> Logic:
        return Logic("not", (part,))

    def value(self, token: Token) -> Literal:
        return _literal(token)

    def compare(self, path: Token, operator: Token, value: Literal) -> Condition:
        return Condition(str(operator), _path(path), (value,))

    def in_(self, path: Token, *values: Literal) -> Condition:
        return Condition("in", _path(path), values)

    def not_in(self, path: Token, *values: Literal) -> Logic:
        return self.not_(self.in_(path, *values))

    def null(self, path: Token) -> Condition:
        return Condition("null", _path(path))

    def not_null(self, path: Token) -> Logic:
        return self.not_(self.null(path))

    def empty(self, path: Token) -> Condition:
        return Condition("empty", _path(path))

    def not_empty(self, path: Token) -> Logic:
        return self.not_(self.empty(path))

    def member(self, one: Token, path: Token) -> Condition:
        return Condition("member", _path(path), (_path(one) if one.type == "PATH" else _literal(one),))

    def not_member(self, one: Token, path: Token) -> Logic:
        return self.not_(self.member(one, path))

    def like(self, path: Token, text: Token) -> Condition:
        return Condition("like", _path(path), (_literal(text),))

    def not_like(self, path: Token, text: Token) -> Logic:
        return self.not_(self.like(path, text))


def _path(token: Token) -> Path:
    return Path(tuple(str(token).split(".")))


def _literal(token: Token) -> Literal:
    text = str(token)
    if token.type == "STRING":
        inner = text[1:-1]
        return Literal("string", inner.replace("''", "'"), "''" in inner or "\\" in inner)
    if token.type == "BOOLEAN":
        return Literal("boolean", text.lower() == "true")
    return Literal("number", float(text) if "." in text else int(text))


_PARSER = Lark(_GRAMMAR, parser="lalr", start="condition", lexer="contextual")
_BUILD = _Build()


def malformed(reason: str) -> BullhornError:
    return bad(f"Malformed where clause: {reason}", "errors.malformedWhereClause")


@lru_cache(2048)
def parse(text: str) -> Tree:
    """The condition of a ``where``. Raises BullhornError 400."""
    try:
        found: Tree = _BUILD.transform(_PARSER.parse(text))
    except UnexpectedInput as wrong:
        at = wrong.pos_in_stream
        where = "at its end" if at is None or not 0 <= at < len(text) else f"at position {at}"
        raise malformed(f"unexpected token {where}") from wrong
    except VisitError as wrong:
        if isinstance(wrong.orig_exc, RecursionError):
            raise malformed("it is nested too deeply") from wrong
        raise wrong.orig_exc from wrong
    except RecursionError as wrong:
        raise malformed("it is nested too deeply") from wrong
    return found
