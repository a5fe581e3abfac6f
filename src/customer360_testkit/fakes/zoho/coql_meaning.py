"""What a COQL query means (contract section 5): checks, and evaluation on the live records, without index lag."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from customer360_testkit.fakes.zoho import times
from customer360_testkit.fakes.zoho.coql import DEFAULT_ROWS, Query
from customer360_testkit.fakes.zoho.errors import ZohoError, invalid_query
from customer360_testkit.fakes.zoho.fields import LOOKUPS, NUMERIC, TEMPORAL, TEXTUAL, Field, Module
from customer360_testkit.fakes.zoho.store import Row

MAX_COLUMNS = 50
MAX_ORDER = 10
MAX_IN = 50
MAX_CONDITIONS = 25
"""In the WHERE clause (zoho.com/crm/developer/docs/api/COQL-Limitations.html)."""

MAX_REACH = 10_000

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
        if _conditions(query.where) > MAX_CONDITIONS:
            raise _limit("criteria", MAX_CONDITIONS)
        count = min(DEFAULT_ROWS, self._max_rows) if query.count is None else query.count
        if not 1 <= count <= self._max_rows:
            raise _limit("row", self._max_rows)
        if query.offset + count > MAX_REACH:
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


def _conditions(node: tuple[Any, ...]) -> int:
    return _conditions(node[1]) + _conditions(node[2]) if node[0] in ("and", "or") else 1


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
