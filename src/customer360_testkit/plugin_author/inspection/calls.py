"""What a plugin's code does beside its imports: names of Python's own, and methods, by which something is read from or
written to elsewhere. An effect is the only way out of a connector, and whatever is printed ends in somebody's log.
Whoever looks what else runs is one connector for the checks, and another one for people.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from customer360_testkit.plugin_author.inspection.subject import Problem, Subject

_BUILTINS = frozenset({"print", "open", "input", "breakpoint", "exec", "eval", "__import__"})
_OF_MODULES = {
    "builtins": _BUILTINS,
    "codecs": frozenset({"open"}),
    "importlib": frozenset({"import_module", "resources"}),
    "io": frozenset({"open", "open_code", "FileIO"}),
    "pathlib": frozenset({"Path", "PosixPath", "WindowsPath"}),
    "sys": frozenset({"stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__", "exit"})
    | frozenset({"modules", "argv", "orig_argv", "flags", "settrace", "setprofile", "gettrace", "getprofile"})
    | frozenset({"_getframe", "_getframemodulename", "_current_frames", "monitoring"}),
}
"""Modules of which the rest is harmless; the others, ``imports`` refuses as a whole."""
_LOOKS = frozenset({"tb_frame", "f_back", "gi_frame", "cr_frame", "f_globals", "f_locals", "f_code"})
"""Of frames: a connector does the same whoever runs it."""
_METHODS = frozenset({"read_text", "read_bytes", "write_text", "write_bytes"})
"""Of paths, whatever they are called."""
_WARNS = "warnings.warn"


def calls(subject: Subject) -> Iterator[Problem]:
    """calls: nothing is opened, printed, run or looked up about who runs it; no warning quotes a value"""
    for path in sorted(subject.package.rglob("*.py")):
        for line, what in done(ast.parse(path.read_text(encoding="utf-8"))):
            yield Problem(
                f"{path.relative_to(subject.package)}:{line} {what}",
                "a connector awaits effects (GET, POST, gather, Now), and speaks by what it returns or raises",
            )


def done(tree: ast.Module) -> list[tuple[int, str]]:
    """Line and what is done there, in the order of lines."""
    known, found = _known(tree), set[tuple[int, str]]()
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = _OF_MODULES.get(node.module or "", frozenset()) & {alias.name for alias in node.names}
            found.update((node.lineno, f"imports {node.module}.{name}") for name in names)
        elif isinstance(node, ast.Name) and node.id in _BUILTINS - own - known.keys():
            found.add((node.lineno, f"uses {node.id}"))
        elif isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.attr in _OF_MODULES.get(known.get(node.value.id, ""), ()):
                found.add((node.lineno, f"uses {known[node.value.id]}.{node.attr}"))
            elif node.attr in _METHODS | _LOOKS:
                found.add((node.lineno, f"uses {node.attr}"))
        elif isinstance(node, ast.Call) and _full(node.func, known) == _WARNS and not _constant(node):
            found.add((node.lineno, "warns with a text that is made, and so may quote what somebody typed"))
    return sorted(found)


def _known(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for, in full."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known.update({alias.asname or alias.name.partition(".")[0]: alias.name for alias in node.names})
        elif isinstance(node, ast.ImportFrom):
            known.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return known


def _full(function: ast.expr, known: dict[str, str]) -> str:
    if isinstance(function, ast.Name):
        return known.get(function.id, "")
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return f"{known.get(function.value.id, '')}.{function.attr}"
    return ""


def _constant(warning: ast.Call) -> bool:
    """Whether the text stands in the code as it is."""
    given = (
        warning.args[0]
        if warning.args
        else next((each.value for each in warning.keywords if each.arg == "message"), None)
    )
    return isinstance(given, ast.Constant)
