"""The two faces have the same verbs, with the same parameters and the same documentation behind them."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from customer360 import aio, client

TWINS = [
    (client.Customer360, aio.AsyncCustomer360),
    (client.Session, aio.AsyncSession),
    (client.Conversation, aio.AsyncConversation),
]
ONLY_ASYNC = {"changes"}
"""A blocking caller is told through ``on_change``; asyncio has an iterator besides."""
NO_IO = {"broken_plugins", "conversation", "crms", "link_asks"}
"""Plain calls on both faces: they neither send nor store anything."""


def verbs(face: type) -> dict[str, Any]:
    return {name: value for name, value in vars(face).items() if not name.startswith("_")}


@pytest.mark.parametrize(("blocking", "asynchronous"), TWINS)
def test_the_faces_have_the_same_verbs(blocking: type, asynchronous: type) -> None:
    """What can be done on one can be done on the other."""
    assert verbs(blocking).keys() == verbs(asynchronous).keys() - ONLY_ASYNC


@pytest.mark.parametrize(("blocking", "asynchronous"), TWINS)
def test_a_verb_takes_the_same_parameters_on_both_faces(blocking: type, asynchronous: type) -> None:
    """Names, kinds, defaults and types; the asynchronous one is awaited."""
    for name, verb in verbs(blocking).items():
        twin = vars(asynchronous)[name]
        if isinstance(verb, property):
            assert isinstance(twin, property)
            continue
        mine, other = inspect.signature(verb), inspect.signature(twin)
        assert [str(p) for p in mine.parameters.values()] == [
            str(p).replace("Async", "") for p in other.parameters.values()
        ]
        assert str(mine.return_annotation) == str(other.return_annotation).replace("Async", "")
        assert inspect.iscoroutinefunction(twin) is (name not in NO_IO), name


@pytest.mark.parametrize("face", [face for pair in TWINS for face in pair])
def test_every_verb_is_documented(face: type) -> None:
    """Each has a docstring of its own."""
    assert [name for name, verb in verbs(face).items() if not inspect.getdoc(verb)] == []
