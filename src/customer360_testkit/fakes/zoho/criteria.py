"""The language of ``criteria=`` (contract section 5), with what Zoho refuses, and what it finds.

``equals`` on text behaves like "contains", and some characters count as spaces: that is the vendor's doing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from customer360_testkit.fakes.zoho import times
from customer360_testkit.fakes.zoho.errors import ZohoError, invalid_query
from customer360_testkit.fakes.zoho.fields import LOOKUPS, NUMERIC, TEMPORAL, TEXTUAL, Field, Module
from customer360_testkit.fakes.zoho.store import Row

Predicate = Callable[[Row], bool]
Condition = tuple[str, str, str]
Node = tuple[Any, ...]
NameOf = Callable[[str, str], str | None]

MAX_LENGTH = 3000
MAX_IN = 100

_GRAMMAR = r"""
?start: group | LEAF -> leaf
?group: "(" LEAF ")"                     -> leaf
      | "(" any_ ")"
?any_: all_ (OR all_)*                   -> or_
?all_: group (AND group)*                -> and_
AND: /\s*and\s*/
OR: /\s*or\s*/
LEAF: /[A-Za-z_$][A-Za-z0-9_.$]*:[a-z_]*:(?:[^()\\]|\\.)+/s
"""


@v_args(inline=True)
class _Build(Transformer[Token, Node]):
    def leaf(self, text: Token) -> Node:
        name, _, rest = str(text).partition(":")
        operator, _, value = rest.partition(":")
        return "leaf", name, operator, value

    def and_(self, *parts: Node) -> Node:
        return _join("and", parts)

    def or_(self, *parts: Node) -> Node:
        return _join("or", parts)


def _join(kind: str, parts: tuple[Any, ...]) -> Node:
    kept = tuple(part for part in parts if not isinstance(part, Token))
    return kept[0] if len(kept) == 1 else (kind, *kept)


_PARSER = Lark(_GRAMMAR, parser="lalr", transformer=_Build(), maybe_placeholders=False)

_TEXT_OPERATORS = frozenset({"equals", "not_equal", "starts_with", "in"})
_CHOICE_OPERATORS = frozenset({"equals", "not_equal", "in"})
_ORDER_OPERATORS = frozenset(
    {"equals", "not_equal", "greater_equal", "greater_than", "less_equal", "less_than", "between", "in"}
)
OPERATORS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(TEXTUAL, _TEXT_OPERATORS),
    **dict.fromkeys(("picklist", "autonumber", *LOOKUPS), _CHOICE_OPERATORS),
    **dict.fromkeys((*NUMERIC, *TEMPORAL), _ORDER_OPERATORS),
    "boolean": frozenset({"equals", "not_equal"}),
    "textarea": frozenset({"equals", "not_equal", "starts_with"}),
    "multiselectpicklist": _TEXT_OPERATORS,
}
"""Data type -> operators. A type that is missing cannot be searched."""

_BLANKS = re.compile(r"[{}\[\]^:\-/!?*_@\s]+")


@lru_cache(65536)
def blurred(text: str) -> str:
    """``text`` as the index has it: no case, and the special characters are spaces."""
    return _BLANKS.sub(" ", text).strip().casefold()


@lru_cache(2048)
def parse(text: str) -> Node:
    """The tree of a criteria string. Raises ZohoError when the string is not of the language."""
    if len(text) > MAX_LENGTH:
        raise ZohoError(400, "CRITERIA_LIMIT_EXCEEDED", "criteria is too long", limit=str(MAX_LENGTH))
    try:
        tree: Node = _PARSER.parse(text)  # type: ignore[assignment]  # lark types the result of a transformer as Tree
    except UnexpectedInput:
        raise invalid_query("criteria is not well formed") from None
    return tree


def compile_criteria(text: str, module: Module, readings: Mapping[str, str], zone: str, name_of: NameOf) -> Predicate:
    """What a criteria string means for the rows of a module. Raises ZohoError for what Zoho refuses."""
    tree = parse(text)
    limit = int(readings["criteria_conditions"])
    if _count(tree) > limit:
        raise ZohoError(400, "CRITERIA_LIMIT_EXCEEDED", f"maximum of {limit} conditions allowed", limit=str(limit))
    return _compile(tree, module, readings, zone, name_of)


def _count(node: Node) -> int:
    return 1 if node[0] == "leaf" else sum(_count(part) for part in node[1:])


def _compile(node: Node, module: Module, readings: Mapping[str, str], zone: str, name_of: NameOf) -> Predicate:
    if node[0] == "leaf":
        return _leaf(node[1], node[2], node[3], module, readings, zone, name_of)
    parts = [_compile(part, module, readings, zone, name_of) for part in node[1:]]
    if node[0] == "and":
        return lambda row: all(part(row) for part in parts)
    return lambda row: any(part(row) for part in parts)


def split_values(text: str, backslash: str) -> list[str]:
    """The values of a condition, unescaped; commas that are not escaped separate them.

    ``\\(``, ``\\)``, ``\\,`` and ``\\\\`` are escapes; what another backslash means is the switch
    ``criteria_backslash``.
    """
    values, at = [""], 0
    while at < len(text):
        one = text[at]
        if one == ",":
            values.append("")
        elif one != "\\":
            values[-1] += one
        else:
            at += 1
            following = text[at]
            if following in "(),\\" or backslash == "escape":
                values[-1] += following
            elif backslash == "literal":
                values[-1] += "\\" + following
            else:
                raise invalid_query("a backslash in a value is not escaped")
        at += 1
    return values


def _leaf(
    name: str, operator: str, text: str, module: Module, readings: Mapping[str, str], zone: str, name_of: NameOf
) -> Predicate:
    field = module.fields.get(name)
    if field is None or name.startswith("$"):
        raise invalid_query("the field is not available for search", api_name=name)
    allowed = OPERATORS.get(field.data_type)
    if allowed is None:
        raise invalid_query("the field is not available for search", api_name=name)
    if operator not in allowed:
        raise invalid_query("invalid operator for the field", api_name=name, operator=operator)
    texts = split_values(text, readings["criteria_backslash"])
    if operator == "in":
        if len(texts) > MAX_IN:
            raise ZohoError(400, "LIMIT_EXCEEDED", "too many values", api_name=name, limit=str(MAX_IN))
    elif len(texts) != (2 if operator == "between" else 1):
        raise invalid_query("wrong number of values", api_name=name, operator=operator)
    if not all(one.strip() for one in texts):
        raise invalid_query("a value is missing", api_name=name, operator=operator)
    if field.data_type in TEXTUAL or field.data_type == "textarea":
        return _text_test(name, operator, [blurred(one) for one in texts])
    if field.data_type in LOOKUPS:
        return _lookup_test(field, operator, texts, readings, name_of)
    values = [_literal(field, one.strip(), zone) for one in texts]
    if field.data_type == "multiselectpicklist":
        return _multi_test(name, operator, values)
    return _value_test(name, operator, values)


def _text_test(name: str, operator: str, values: list[str]) -> Predicate:
    wanted = [value for value in values if value]  # nothing but special characters finds nothing
    if operator == "starts_with":
        return lambda row: any(blurred(row.get(name) or "").startswith(value) for value in wanted)
    if operator == "not_equal":
        return lambda row: blurred(row.get(name) or "") not in wanted

    def test(row: Row) -> bool:
        stored = row.get(name)
        return stored is not None and any(value in blurred(stored) for value in wanted)

    return test


def _lookup_test(
    field: Field, operator: str, values: list[str], readings: Mapping[str, str], name_of: NameOf
) -> Predicate:
    name, target = field.name, field.target or ""
    by_name = readings["lookup_by_name"] == "matches"
    if not by_name and not all(value.isascii() and value.isdigit() for value in values):
        raise invalid_query("a lookup is compared with an id", api_name=name, operator=operator)

    def hit(row: Row) -> bool:
        stored = row.get(name)
        return stored in values or (by_name and stored is not None and name_of(target, stored) in values)

    return (lambda row: not hit(row)) if operator == "not_equal" else hit


def _multi_test(name: str, operator: str, values: list[Any]) -> Predicate:
    def hit(row: Row) -> bool:
        stored = row.get(name) or []
        if operator == "starts_with":
            return any(one.startswith(values[0]) for one in stored)
        return any(one in values for one in stored)

    return (lambda row: not hit(row)) if operator == "not_equal" else hit


def _value_test(name: str, operator: str, values: list[Any]) -> Predicate:
    first = values[0]
    if operator in ("equals", "in"):
        return lambda row: row.get(name) in values
    if operator == "not_equal":
        return lambda row: row.get(name) != first
    if operator == "between":
        low, high = values
        return lambda row: row.get(name) is not None and low <= row[name] <= high
    return {
        "greater_equal": lambda row: row.get(name) is not None and row[name] >= first,
        "greater_than": lambda row: row.get(name) is not None and row[name] > first,
        "less_equal": lambda row: row.get(name) is not None and row[name] <= first,
        "less_than": lambda row: row.get(name) is not None and row[name] < first,
    }[operator]


def _literal(field: Field, text: str, zone: str) -> Any:
    kind = field.data_type
    if kind in NUMERIC:
        if kind == "bigint" and text.isascii() and text.isdigit():
            return text
        if not re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
            raise _bad_literal(field)
        return float(text)
    if kind == "boolean":
        if text not in ("true", "false"):
            raise _bad_literal(field)
        return text == "true"
    if kind == "datetime":
        seconds = times.read(text)
        if seconds is None:
            raise _bad_literal(field)
        return seconds
    if kind == "date":
        day = times.read_date(text)
        if day is None:
            raise _bad_literal(field)
        return day
    return text


def _bad_literal(field: Field) -> ZohoError:
    return invalid_query("invalid value for the field", api_name=field.name, expected_data_type=field.data_type)
