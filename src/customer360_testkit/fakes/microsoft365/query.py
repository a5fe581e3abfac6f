"""Query options of list answers: which go together, pages and their links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from customer360_testkit.fakes.exchange import Call
from customer360_testkit.fakes.microsoft365.errors import bad_request, unknown_property
from customer360_testkit.fakes.microsoft365.schema import SELECTABLE

_OPTIONS = frozenset({"$filter", "$search", "$select", "$top", "$skip", "$count", "$orderby", "$expand"})
T = TypeVar("T")


def check_options(call: Call, allowed: Iterable[str] = _OPTIONS) -> Mapping[str, str]:
    """The query; an unknown option that begins with ``$`` is refused, so are two that do not go together."""
    query = call.query
    for name in query:
        if name.startswith("$") and name not in allowed:
            raise bad_request(f"The query parameter '{name}' is not supported.")
    if "$search" in query and ("$filter" in query or "$orderby" in query):
        raise bad_request("The query parameters '$search' and '$filter' or '$orderby' cannot be used together.")
    return query


def number(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    raw = query.get(name)
    if raw is None:
        return default
    if not (raw.isascii() and raw.isdigit()) or not least <= int(raw[:12]) <= most:
        raise bad_request(f"Invalid value '{raw}' for {name}: it goes from {least} to {most}.")
    return int(raw)


def selected(query: Mapping[str, str], kind: str) -> frozenset[str] | None:
    """The members asked for, or None for all."""
    raw = query.get("$select")
    if raw is None:
        return None
    names = frozenset(name.strip() for name in raw.split(","))
    for name in names:
        if name not in SELECTABLE[kind]:
            raise unknown_property(name, kind)
    return names


def search_words(text: str) -> list[str]:
    """The words of ``$search``; a phrase stands in double quotes and has none inside."""
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        text = text[1:-1]
    elif any(not one.isalnum() for one in text):
        raise bad_request("Syntax error in $search: put the text into double quotes.")
    if '"' in text or "\\" in text or not text.strip():
        raise bad_request("Syntax error in $search.")
    return text.casefold().split()


def link(call: Call, root: str, **changes: object) -> str:
    """This request's URL on the Graph host with other options."""
    changed = {name.replace("_", "$", 1): str(value) for name, value in changes.items()}
    return f"{root}{call.path}?{urlencode({**call.query, **changed}, quote_via=quote, safe='$')}"


def page(
    call: Call, root: str, rows: Sequence[T], *, default: int = 10, most: int = 999
) -> tuple[list[T], dict[str, Any]]:
    """The rows of the page that is asked for, and the annotations that go with it."""
    query = call.query
    top = number(query, "$top", default, 1, most)
    skip = number(query, "$skip", 0, 0, 10**9)
    notes: dict[str, Any] = {}
    if query.get("$count", "false") not in ("true", "false"):
        raise bad_request("Invalid value for $count: it is true or false.")
    if query.get("$count") == "true":
        notes["@odata.count"] = len(rows)
    found = list(rows[skip : skip + top])
    following: int | None = skip + top if skip + top < len(rows) else None
    kind = call.fault.page_loop if call.fault is not None else None
    if kind == "same":
        following = skip
    elif kind == "cycle":
        following = top if skip == 0 else 0
    elif kind == "endless":
        found, following = list(rows[:top]), skip + top
    elif kind == "empty":
        found, following = [], skip + top
    elif kind == "shrinks" and following is not None:
        following += 1
    if following is not None:
        notes["@odata.nextLink"] = link(call, root, _top=top, _skip=following)
    return found, notes
