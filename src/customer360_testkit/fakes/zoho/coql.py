"""COQL (contract section 5): grammar, checks, and evaluation on the live records, without index lag."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import attrs
from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args

from customer360_testkit.fakes.zoho import times
from customer360_testkit.fakes.zoho.errors import ZohoError, invalid_query
from customer360_testkit.fakes.zoho.schema import LOOKUPS, NUMERIC, TEMPORAL, TEXTUAL, Field, Module
from customer360_testkit.fakes.zoho.store import Row

MAX_COLUMNS = 50
MAX_ORDER = 10
MAX_IN = 50
MAX_REACH = 10_000

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
    count: int = 200


@v_args(inline=True)
class _Build(Transformer[Token, Any]):
    def start(self, columns: Any, module: Token, where: Any, *rest: Any) -> Query:
        order: Any = ()
        offset, count = 0, 200
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


Getter = Callable[[Row], Any]
Predicate = Callable[[Row], bool]


class Evaluator:
    """Checks a query against the schema and answers it.

    Args:
        modules: the schema.
        find: ``(module, id) -> row or None``.
        max_rows: most rows of one call.
        permit: called with every module the query reads; raises ZohoError where the user may not.
    """

    def __init__(
        self,
        modules: Mapping[str, Module],
        find: Callable[[str, str], Row | None],
        max_rows: int,
        permit: Callable[[str], None],
    ) -> None:
        self._modules = modules
        self._find = find
        self._max_rows = max_rows
        self._permit = permit

    def check(self, query: Query) -> tuple[list[tuple[str, Field, Getter]], Predicate, list[tuple[Getter, bool]]]:
        """Columns (name, field, getter), predicate and order of a query. Raises ZohoError."""
        module = self._modules.get(query.module)
        if module is None:
            raise invalid_query("the module name given seems to be invalid", module=query.module)
        self._permit(query.module)
        if len(query.columns) > MAX_COLUMNS:
            raise _limit("column", MAX_COLUMNS)
        if len(query.order) > MAX_ORDER:
            raise _limit("order by", MAX_ORDER)
        if query.count > self._max_rows or query.count < 1:
            raise _limit("row", self._max_rows)
        if query.offset + query.count > MAX_REACH:
            raise _limit("row", MAX_REACH)
        columns = [(name, *self._column(module, name)) for name in query.columns]
        where = self._where(module, query.where)
        order = [(self._column(module, name)[1], down) for name, down in query.order]
        return columns, where, order

    def _column(self, module: Module, name: str) -> tuple[Field, Getter]:
        if "->" in name:
            return self._arrow(module, name)
        first, _, rest = name.partition(".")
        field = module.fields.get(first)
        if field is None or first.startswith("$") or field.data_type in ("jsonarray", "ALARM", "RRULE"):
            raise invalid_query("column given seems to be invalid", column_name=name)
        if not rest:
            return field, lambda row: row.get(first)
        if field.data_type != "lookup" or field.target in (None, "*"):
            raise invalid_query("column given seems to be invalid", column_name=name)
        target = str(field.target)
        self._permit(target)
        inner, getter = self._column(self._modules[target], rest)
        return inner, self._through(lambda row: target, first, getter)

    def _arrow(self, module: Module, name: str) -> tuple[Field, Getter]:
        first, _, rest = name.partition("->")
        target, _, inner_name = rest.partition(".")
        inner_module = self._modules.get(target)
        if module.name not in ("Tasks", "Calls", "Events") or first != "What_Id" or inner_module is None:
            raise invalid_query("column given seems to be invalid", column_name=name)
        self._permit(target)
        inner, getter = self._column(inner_module, inner_name)
        return inner, self._through(lambda row: target if row.get("$se_module") == target else None, first, getter)

    def _through(self, target: Callable[[Row], str | None], name: str, getter: Getter) -> Getter:
        def get(row: Row) -> Any:
            module, key = target(row), row.get(name)
            found = self._find(module, key) if module is not None and key is not None else None
            return None if found is None else getter(found)

        return get

    def _where(self, module: Module, node: tuple[Any, ...]) -> Predicate:
        if node[0] in ("and", "or"):
            left, right = self._where(module, node[1]), self._where(module, node[2])
            if node[0] == "and":
                return lambda row: left(row) and right(row)
            return lambda row: left(row) or right(row)
        operator, column, values = node
        field, get = self._column(module, column)
        _check_operator(operator, field, values)
        return _test(operator, get, [_literal(field, value) for value in values])


def _limit(what: str, limit: int) -> ZohoError:
    return ZohoError(400, "LIMIT_EXCEEDED", f"{what} limit exceeded", limit=limit)


def _check_operator(operator: str, field: Field, values: tuple[Any, ...]) -> None:
    kind = field.data_type
    allowed = {"=", "!=", "is null", "is not null"}
    if kind in TEXTUAL or kind in ("picklist", "textarea", "autonumber"):
        allowed |= {"like", "not like", "in", "not in"}
    elif kind in LOOKUPS or kind == "bigint" or kind == "multiselectpicklist":
        allowed |= {"in", "not in"}
    elif kind in NUMERIC or kind in TEMPORAL:
        allowed |= {"in", "not in", "<", "<=", ">", ">=", "between", "not between"}
    if kind == "bigint":
        allowed |= {"<", "<=", ">", ">=", "between", "not between"}
    if operator not in allowed:
        raise invalid_query("invalid operator found", column_name=field.name, operator=operator)
    if operator in ("in", "not in") and len(values) > MAX_IN:
        raise _limit("value", MAX_IN)
    if operator in ("like", "not like"):
        text = values[0]
        core = text.strip("%")
        good = text in (f"%{core}%",) if operator == "not like" else text in (f"{core}%", f"%{core}", f"%{core}%")
        if not core or "%" in core or not good or text == core:
            raise invalid_query("invalid pattern", column_name=field.name, operator=operator)


def _literal(field: Field, value: Any) -> Any:
    kind = field.data_type
    good: Any = None
    if kind in LOOKUPS or kind == "bigint":
        text = str(value)
        good = text if not isinstance(value, bool) and re.fullmatch(r"\d+", text, re.ASCII) else None
    elif kind in NUMERIC:
        good = value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    elif kind == "boolean":
        good = value if isinstance(value, bool) else {"true": True, "false": False}.get(value)
    elif kind == "datetime":
        good = times.read(value)
    elif kind == "date":
        good = times.read_date(value)
    elif isinstance(value, str):
        good = value
    if good is None:
        raise invalid_query("invalid value given", column_name=field.name, expected_data_type=kind)
    return good


def _test(operator: str, get: Getter, values: list[Any]) -> Predicate:
    if operator == "is null":
        return lambda row: get(row) is None
    if operator == "is not null":
        return lambda row: get(row) is not None
    if operator in ("=", "in"):
        return lambda row: get(row) in values
    if operator in ("!=", "not in"):
        return lambda row: (found := get(row)) is not None and found not in values
    if operator in ("like", "not like"):
        return _like(operator, get, values[0])
    first = values[0]
    if operator in ("between", "not between"):
        low, high = values
        inside = operator == "between"
        return lambda row: (found := get(row)) is not None and (low <= found <= high) is inside
    return {
        "<": lambda row: (found := get(row)) is not None and found < first,
        "<=": lambda row: (found := get(row)) is not None and found <= first,
        ">": lambda row: (found := get(row)) is not None and found > first,
        ">=": lambda row: (found := get(row)) is not None and found >= first,
    }[operator]


def _like(operator: str, get: Getter, pattern: str) -> Predicate:
    core = pattern.strip("%")
    if operator == "not like":
        return lambda row: (found := get(row)) is not None and core not in found
    if not pattern.startswith("%"):
        return lambda row: (found := get(row)) is not None and found.startswith(core)
    if not pattern.endswith("%"):
        return lambda row: (found := get(row)) is not None and found.endswith(core)
    return lambda row: (found := get(row)) is not None and core in found
