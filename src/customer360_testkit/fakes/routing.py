"""Routes of a fake: a tree of path segments. Literal segments win over variables."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

import attrs

from customer360_testkit.fakes.exchange import Endpoint


@attrs.frozen
class Route:
    """``pattern`` is like ``/crm/v8/{module}/{id}``; a variable matches one segment, ``{rest*}`` the rest."""

    method: str
    pattern: str
    endpoint: Endpoint


class _Node:
    __slots__ = ("children", "endpoints", "rest", "variable")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.variable: _Node | None = None
        self.rest: _Node | None = None
        self.endpoints: dict[str, tuple[Endpoint, tuple[str, ...]]] = {}


class Routes:
    """Finds the endpoint of a method and a path in a few microseconds."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        for route in routes:
            node, names = self._root, []
            for part in route.pattern.strip("/").split("/"):
                if part.endswith("*}"):
                    names.append(part[1:-2])
                    node.rest = node = node.rest or _Node()
                elif part.startswith("{"):
                    names.append(part[1:-1])
                    node.variable = node = node.variable or _Node()
                else:
                    node = node.children.setdefault(part, _Node())
            if route.method in node.endpoints:
                raise ValueError(f"two routes for {route.method} {route.pattern}")
            node.endpoints[route.method] = route.endpoint, tuple(names)

    def find(self, method: str, path: str) -> tuple[Endpoint | None, dict[str, str], bool]:
        """``(endpoint or None, variables, whether the path itself is known)``."""
        parts = path.strip("/").split("/")
        found = self._walk(self._root, parts, 0, [])
        best: tuple[Endpoint | None, dict[str, str], bool] = None, {}, False
        for node, values in found:
            hit = node.endpoints.get(method)
            if hit is not None:
                return hit[0], {name: unquote(value) for name, value in zip(hit[1], values, strict=True)}, True
            best = None, {}, True
        return best

    def _walk(self, node: _Node, parts: list[str], at: int, values: list[str]) -> list[tuple[_Node, list[str]]]:
        if at == len(parts):
            return [(node, values)] if node.endpoints else []
        found: list[tuple[_Node, list[str]]] = []
        child = node.children.get(parts[at])
        if child is not None:
            found = self._walk(child, parts, at + 1, values)
        if node.variable is not None and parts[at]:
            found = found + self._walk(node.variable, parts, at + 1, [*values, parts[at]])
        if node.rest is not None:
            found = [*found, (node.rest, [*values, "/".join(parts[at:])])]
        return found
