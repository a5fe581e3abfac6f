"""The public face: what ``customer360`` exports, loaded on first use."""

from __future__ import annotations

import ast
import inspect
import typing
from pathlib import Path
from typing import Any

import attrs
import pytest

import customer360


def test_all_is_sorted_and_free_of_repeats() -> None:
    """A reader finds a name where the alphabet puts it; constants come first."""
    assert customer360.__all__ == sorted(set(customer360.__all__), key=lambda name: (not name.isupper(), name))


def test_type_checkers_see_the_names_that_run_time_has() -> None:
    """The imports for type checkers and the table for run time name the same objects in the same rooms."""
    tree = ast.parse(Path(customer360.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen == customer360._HOMES
    assert seen.keys() == set(customer360.__all__)


@pytest.mark.parametrize("name", customer360.__all__)
def test_every_exported_name_exists_and_says_what_it_is(name: str) -> None:
    """Each name resolves, and classes and functions carry a docstring of their own."""
    value = getattr(customer360, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert value.__dict__.get("__doc__") if inspect.isclass(value) else value.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name fails as it does in any module."""
    with pytest.raises(AttributeError, match="has no attribute 'Custommer360'"):
        customer360.Custommer360  # noqa: B018


def test_dir_lists_the_lazy_names() -> None:
    """Completion in a shell or notebook shows what has not been loaded yet."""
    assert set(customer360.__all__) <= set(dir(customer360))


def test_whatever_a_public_verb_answers_can_be_imported_from_here() -> None:
    """Nobody who annotates a variable has to know our rooms."""
    hidden = set()
    for name in customer360.__all__:
        value = getattr(customer360, name)
        if inspect.isclass(value):
            hidden |= {hint.__name__ for hint in _hints(value) if hint.__module__.startswith("customer360")}
    assert hidden <= set(customer360.__all__)


def _hints(public: type) -> set[type]:
    """The classes in the annotations of its public methods, properties and fields."""
    found: set[type] = set()
    if attrs.has(public):
        attrs.resolve_types(public)
        for field in attrs.fields(public):
            _gather(field.type, found)
    for name, member in inspect.getmembers(public):
        function = member.fget if isinstance(member, property) else member
        if not name.startswith("_") and inspect.isfunction(function):
            for hint in typing.get_type_hints(function).values():
                _gather(hint, found)
    return found


def _gather(hint: Any, found: set[type]) -> None:
    arguments = hint if isinstance(hint, list | tuple) else typing.get_args(hint)
    if not arguments and inspect.isclass(hint):
        found.add(hint)
    for each in arguments:
        _gather(each, found)
