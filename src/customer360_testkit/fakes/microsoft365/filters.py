"""Which filters each resource allows, and what they match. Everything else is refused as the vendor refuses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from customer360_testkit.fakes.microsoft365.errors import (
    GraphError,
    bad_request,
    inefficient,
    invalid_filter,
    invalid_value,
    unknown_property,
)
from customer360_testkit.fakes.microsoft365.odata import Instant, Node, OdataSyntaxError, parse_expand, parse_filter
from customer360_testkit.fakes.microsoft365.schema import SELECTABLE, extended_key
from customer360_testkit.fakes.microsoft365.store import Item
from customer360_testkit.fakes.microsoft365.times import parse_instant

Predicate = Callable[[Item], bool]
_PREFIXED = frozenset({"displayName", "givenName", "surname", "companyName"})
_EXTENDED = "singleValueExtendedProperties"


def compile_filter(text: str, kind: str, switches: Mapping[str, str], ripe: float) -> Predicate:
    """The predicate of ``$filter``; GraphError 400 for what is malformed or not supported.

    Extended properties are compared as they were at ``ripe``, seconds since 1970.
    """
    try:
        node = parse_filter(text)
    except OdataSyntaxError as wrong:
        raise GraphError(400, switches["malformed_query"], f"Invalid filter clause: {wrong}.") from wrong
    try:
        return _compile(node, kind, switches, ripe)
    except RecursionError:
        raise inefficient() from None


def _compile(node: Node, kind: str, switches: Mapping[str, str], ripe: float) -> Predicate:
    if node[0] in ("and", "or", "not"):
        if switches["combined_filter"] == "refused":
            raise inefficient()
        parts = [_compile(part, kind, switches, ripe) for part in node[1:]]
        if node[0] == "and":
            return lambda item: parts[0](item) and parts[1](item)
        if node[0] == "or":
            return lambda item: parts[0](item) or parts[1](item)
        return lambda item: not parts[0](item)
    path = node[2] if node[0] == "fn" else node[1]
    root = path.partition("/")[0]
    if root not in SELECTABLE[kind] and root not in (_EXTENDED, "linkedResources", "extensions"):
        raise unknown_property(root, kind)
    if node[0] == "any" and path == _EXTENDED and kind in ("contact", "event"):
        return _extended(node, ripe)
    if node[:3] == ("cmp", "lastModifiedDateTime", "ge") and kind in ("contact", "event"):
        if switches["modified_since"] == "refused" or not isinstance(node[3], Instant):
            raise invalid_filter()
        since = parse_instant(node[3], "lastModifiedDateTime")
        return lambda item: int(item.changed) >= since
    found = {"contact": _contact, "todoTaskList": _task_list, "todoTask": _task}.get(kind, _nothing)(node, switches)
    if found is None:
        raise invalid_filter()
    return found


def _nothing(node: Node, switches: Mapping[str, str]) -> Predicate | None:
    return None


def _plain(value: object) -> bool:
    return type(value) is str


def _contact(node: Node, switches: Mapping[str, str]) -> Predicate | None:
    match node:
        case ("any", "emailAddresses", variable, ("cmp", inner, "eq", value)) if inner == f"{variable}/address":
            if not _plain(value):
                return None
            if switches["account"] == "personal" and switches["email_filter"] == "misses_on_personal":
                return lambda item: False
            wanted = value.casefold()
            return lambda item: any(
                (one.get("address") or "").casefold() == wanted for one in item.data["emailAddresses"]
            )
        case ("cmp", "displayName", "eq", value) if _plain(value):
            folded = value.casefold()
            return lambda item: (item.data["displayName"] or "").casefold() == folded
        case ("cmp", "mobilePhone", "eq", value) if _plain(value) and switches["mobile_phone_filter"] == "exact":
            return lambda item: bool(item.data["mobilePhone"] == value)
        case ("fn", "startswith", name, value) if name in _PREFIXED and _plain(value):
            start = value.casefold()
            return lambda item: (item.data[name] or "").casefold().startswith(start)
        case ("fn", "contains", "displayName", value) if _plain(value) and switches["contains"] == "accepted":
            part = value.casefold()
            return lambda item: part in (item.data["displayName"] or "").casefold()
    return None


def _task_list(node: Node, switches: Mapping[str, str]) -> Predicate | None:
    match node:
        case ("cmp", "displayName", "eq", value) if _plain(value):
            return lambda item: bool(item.data["displayName"] == value)
    return None


def _task(node: Node, switches: Mapping[str, str]) -> Predicate | None:
    match node:
        case ("any", "linkedResources", variable, ("cmp", inner, "eq", value)) if (
            inner == f"{variable}/externalId" and _plain(value) and switches["task_link_filter"] == "accepted"
        ):
            return lambda item: any(one.get("externalId") == value for one in item.linked.values())
    return None


def _extended(node: Node, ripe: float) -> Predicate:
    """``Any(ep: ep/id eq '..' and ep/value eq '..')``: the id by its parts, the value without regard to case."""
    _, _, variable, inner = node
    if inner[0] != "and" or inner[1][:3] != ("cmp", f"{variable}/id", "eq"):
        raise invalid_filter()
    key = extended_key(inner[1][3])
    test = inner[2]
    if key is None or test[0] not in ("cmp", "fn"):
        raise invalid_filter()
    operator, path = (test[2], test[1]) if test[0] == "cmp" else (test[1], test[2])
    if path != f"{variable}/value" or operator not in ("eq", "ne", "contains", "startswith") or not _plain(test[3]):
        raise invalid_filter()
    wanted = test[3].casefold()
    compare: Callable[[str], bool] = {
        "eq": lambda held: held == wanted,
        "ne": lambda held: held != wanted,
        "contains": lambda held: wanted in held,
        "startswith": lambda held: held.startswith(wanted),
    }[operator]

    def holds(item: Item) -> bool:
        held = item.extended_at(ripe).get(key)
        return held is not None and compare(held[1].casefold())

    return holds


def expands(text: str | None, allowed: frozenset[str]) -> dict[str, list[object] | None]:
    """``$expand`` -> name and the ids it asks for (None: all). GraphError for what cannot be expanded."""
    if text is None:
        return {}
    found: dict[str, list[object] | None] = {}
    try:
        for name, condition in parse_expand(text):
            if name not in allowed:
                raise bad_request(f"Parsing OData Select and Expand failed: '{name}' cannot be expanded.")
            ids = None if condition is None else _ids(parse_filter(condition))
            if name == _EXTENDED:
                if ids is None:
                    raise invalid_value(name, "the expanded properties must be named in a $filter")
                keys = [extended_key(one) for one in ids]
                if None in keys:
                    raise invalid_value(name, "the id of a property is malformed")
                found[name] = list(keys)
            elif name == "linkedResources" and condition is not None:
                raise bad_request("$filter is not supported inside this $expand.")
            else:
                found[name] = None if ids is None else list(ids)
    except OdataSyntaxError as wrong:
        raise bad_request(f"Parsing OData Select and Expand failed: {wrong}.") from wrong
    return found


def _ids(node: Node) -> list[str]:
    if node[0] == "or":
        return [*_ids(node[1]), *_ids(node[2])]
    if node[:3] == ("cmp", "id", "eq") and _plain(node[3]):
        return [node[3]]
    raise invalid_filter()
