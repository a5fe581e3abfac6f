"""The code of a file, made to tell of itself: which functions, branches and cases are run, and what conditions were."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any, Final

import attrs

from customer360_testkit.conformance.own_code import codes_in

TOLD: Final = "__played__"
"""What such code calls, with the number of a point and a value, for that value."""
_REASON: Final = re.compile(r"#\s*unplayed:\s*(?P<reason>\S+\s+\S+\s+\S.*)$")
"""Three words at least."""
_LONGEST: Final = 60


@attrs.frozen(eq=False)
class Point:
    """A function, branch or case, that is run or is not; or a condition, that is true and false."""

    file: File
    node: ast.AST
    within: int | None
    """The function around it."""
    is_condition: bool

    @property
    def lines(self) -> range:
        """Where it stands: of what has a body, its head."""
        first, last = self.node.lineno, self.node.end_lineno or 0  # type: ignore[attr-defined]
        body = getattr(self.node, "body", None)
        if isinstance(body, list) and body:
            last = max(first, body[0].lineno - 1)
        return range(first, last + 1)

    @property
    def text(self) -> str:
        within = self.is_condition or isinstance(self.node, ast.Lambda)
        found = ast.get_source_segment(self.file.source, self.node) if within else None
        text = " ".join((found or self.file.lines[self.lines.start - 1]).split())
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."

    @property
    def heads(self) -> Iterator[int]:
        """The lines with which the code of a function may say that it begins; nothing for what is none."""
        if isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield self.node.lineno
            yield from (each.lineno for each in getattr(self.node, "decorator_list", ()))

    @property
    def reason(self) -> str:
        """What is said of it, or of the function around it."""
        around = POINTS[self.within].lines if self.within is not None else ()
        for line in (*self.lines, *around):
            if (said := _REASON.search(self.file.lines[line - 1])) is not None:
                return said["reason"].strip()
        return ""


@attrs.define(eq=False)
class File:
    """A source, the numbers of its points, and by each code of it the one that tells."""

    path: str
    source: str
    lines: list[str] = attrs.field(init=False)
    numbers: range = attrs.field(init=False, default=range(0))
    codes: dict[CodeType, CodeType] = attrs.field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.lines = self.source.splitlines()
        first = len(POINTS)
        tree = _Telling(self).visit(ast.parse(self.source, self.path))
        self.numbers = range(first, len(POINTS))
        plain, told = (
            compile(each, self.path, "exec", dont_inherit=True)
            for each in (self.source, ast.fix_missing_locations(tree))
        )
        self.codes.update(zip(codes_in(plain), codes_in(told), strict=True))


POINTS: Final = list[Point]()
"""Those of all files that were read."""


@cache
def telling(path: str) -> File | None:
    try:
        return File(path, Path(path).read_text(encoding="utf-8"))
    except OSError:  # made at run time
        return None


class _Telling(ast.NodeTransformer):
    """Makes the functions of a file tell of themselves; what else a module does was done when it was imported."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._within: int | None = None

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Any:
        return self._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        number = self._point(node)
        outer, self._within = self._within, number
        node.body = self._asked(self.visit(node.body), number)
        self._within = outer
        return node

    def visit_If(self, node: ast.If) -> Any:
        return self._tested(node)

    def visit_While(self, node: ast.While) -> Any:
        return self._tested(node)

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        return self._tested(node)

    def visit_Assert(self, node: ast.Assert) -> Any:
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        """As a value: which of the last it is decides nothing."""
        if self._within is not None:
            node.values = [*map(self._condition, node.values[:-1]), self.visit(node.values[-1])]
        return node

    def visit_comprehension(self, node: ast.comprehension) -> Any:
        node.iter = self.visit(node.iter)
        node.ifs = [self._condition(each) if self._within is not None else each for each in node.ifs]
        return node

    def visit_For(self, node: ast.For) -> Any:
        return self._blocked(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> Any:
        return self._blocked(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> Any:
        return self._blocked(node)

    def visit_match_case(self, node: ast.match_case) -> Any:
        if self._within is None:
            return node
        node.guard = None if node.guard is None else self._condition(node.guard)
        number = self._point(node, ast.copy_location(ast.Pass(), node.pattern))
        node.body = [self._statement(number, node.body[0]), *self._all(node.body)]
        return node

    def _function(self, node: Any) -> Any:
        """Its body alone: decorators and defaults are run where it is defined."""
        number = self._point(node)
        outer, self._within = self._within, number
        documented = ast.get_docstring(node, clean=False) is not None
        head, body = node.body[:documented], node.body[documented:]
        first = (body or head)[0]
        node.body = [*head, self._statement(number, first), *self._all(body)]
        self._within = outer
        return node

    def _tested(self, node: Any) -> Any:
        if self._within is not None:
            node.test = self._condition(node.test)
        for name in ("body", "orelse"):
            held = getattr(node, name)
            setattr(node, name, self._all(held) if isinstance(held, list) else self.visit(held))
        return node

    def _blocked(self, node: Any) -> Any:
        if self._within is None:
            return self.generic_visit(node)
        number = self._point(node)
        first = node.body[0]
        node = self.generic_visit(node)
        node.body = [self._statement(number, first), *node.body]
        return node

    def _condition(self, node: Any) -> Any:
        """One that tells whether it held; of several, each."""
        match node:
            case ast.Constant():
                return node
            case ast.BoolOp():
                node.values = [self._condition(each) for each in node.values]
                return node
            case ast.UnaryOp(op=ast.Not()):
                node.operand = self._condition(node.operand)
                return node
        number = self._point(node, is_condition=True)
        return self._asked(self.visit(node), number)

    def _all(self, nodes: Iterable[ast.stmt]) -> list[Any]:
        return [self.visit(each) for each in nodes]

    def _point(self, node: ast.AST, place: ast.AST | None = None, *, is_condition: bool = False) -> int:
        POINTS.append(Point(self._file, place or node, self._within, is_condition))
        return len(POINTS) - 1

    def _asked(self, value: Any, number: int) -> Any:
        call = ast.Call(ast.Name(TOLD, ast.Load()), [ast.Constant(number), value], [])
        return ast.copy_location(call, value)

    def _statement(self, number: int, beside: ast.stmt) -> ast.stmt:
        """One that tells that it is reached, with the place of what follows."""
        told = self._asked(ast.copy_location(ast.Constant(True), beside), number)
        return ast.copy_location(ast.Expr(told), beside)
