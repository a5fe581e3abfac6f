"""The suite does not bend in silence: neither by a mixin, nor by what it works with, nor afterwards."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from tests.customer360_zoho.test_conformance import TestZoho as Zoho

from customer360.core.capabilities import Capability
from customer360_testkit.conformance import ConnectorConformance, Link
from customer360_testkit.conformance.bench import Bench, checks_of
from customer360_testkit.conformance.suite import CHECKS, refuse_bending
from customer360_testkit.conformance.unbent import MOST_WAIVED, SET_BY_AUTHORS, guarded

NAMES = list(checks_of(ConnectorConformance))
CHECK = NAMES[0]


def quiet(self: object) -> None:
    """Proves nothing."""


@pytest.mark.feature("F094")
@pytest.mark.parametrize("name", [CHECK, "can", "kinds", "listed", "writable", "link", "as_written"])
@pytest.mark.parametrize("value", [quiet, None])
def test_nothing_of_the_suite_is_replaced(name: str, value: Any) -> None:
    """By the class itself, by a mixin before the suite, by one between; one after it replaces nothing."""
    mixin = type("Mixin", (), {name: value})
    for bases, own in (((Zoho,), {name: value}), ((mixin, Zoho), {}), ((type("Deeper", (mixin,), {}), Zoho), {})):
        with pytest.raises(TypeError, match=f"{name} (overrides a check|replaces what)"):
            type("TestBent", bases, own)
    assert type("TestStraight", (Zoho, mixin), {})


def test_a_mixin_of_the_bench_does_not_come_between() -> None:
    """After the suite, and yet before what the suite itself is made from."""
    between = type("Between", (Bench,), {"can": quiet})
    with pytest.raises(TypeError, match=r"Between\.can replaces what"):
        type("TestBent", (Zoho, between), {})


def test_looking_up_what_is_not_there_is_not_replaced() -> None:
    """It would answer for every check at once."""
    with pytest.raises(TypeError, match="__getattribute__"):
        type("TestBent", (Zoho,), {"__getattribute__": lambda self, name: quiet})


def late_on_the_class(kind: type, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(kind, CHECK, quiet, raising=False)


def late_removed(kind: type, patch: pytest.MonkeyPatch) -> None:
    holder = next(each for each in kind.__mro__ if CHECK in vars(each))
    patch.delattr(holder, CHECK)


@pytest.mark.parametrize("bend", [late_on_the_class, late_removed])
def test_what_is_replaced_afterwards_fails_where_it_is_run(
    bend: Callable[[type, pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As each check looks once more; in the suite's own classes, too."""
    kind = type("TestLate", (Zoho,), {})
    refuse_bending(kind)
    bend(kind, monkeypatch)
    with pytest.raises(TypeError, match=CHECK):
        refuse_bending(kind)


def test_what_an_author_sets_is_told_and_nothing_of_it_is_guarded() -> None:
    """Each of these names is one of the suite's."""
    assert all(
        hasattr(ConnectorConformance, name)
        or name in {key for kind in ConnectorConformance.__mro__ for key in vars(kind).get("__annotations__", {})}
        for name in SET_BY_AUTHORS
    )
    assert not SET_BY_AUTHORS & {name for _, name in guarded(ConnectorConformance)}


def test_the_suite_is_not_waived_at_large() -> None:
    """What a CRM cannot do is declared; a reason is a sentence."""
    some = len(NAMES) // MOST_WAIVED
    reason = "the CRM keeps none"
    assert type("TestSome", (Zoho,), {"waived": dict.fromkeys(NAMES[:some], reason)})
    with pytest.raises(TypeError, match="leaves too little proved"):
        type("TestAll", (Zoho,), {"waived": dict.fromkeys(NAMES[: some + 1], reason)})
    with pytest.raises(TypeError, match="without a reason"):
        type("TestShrug", (Zoho,), {"waived": {CHECK: "x"}})


@pytest.mark.parametrize("without", [{Capability.CREATE_CASE: "none"}, {"create_case": "Acme has no cases"}, None])
def test_what_people_are_without_has_a_reason(without: Any) -> None:
    """By the capability, in a sentence."""
    with pytest.raises(TypeError, match="without"):
        type("TestBare", (Zoho,), {"without": without})


class Sly(dict[str, str]):
    """Empty to whoever counts, with a reason for whoever asks."""

    def get(self, name: str, default: Any = None) -> Any:
        return "the vendor keeps none of it"


class Word(str):
    """A reason of as many words as are asked for."""

    def split(self, *given: Any) -> Any:
        return ["one", "word", "more"]


@pytest.mark.feature("F094")
@pytest.mark.parametrize("waived", [Sly(), property(lambda self: {}), {CHECK: Word("x")}, {Word(CHECK): "it has none"}])
def test_what_is_waived_is_a_plain_dict_of_texts(waived: Any) -> None:
    """Whatever else can say one thing to whoever counts, and another to whoever asks."""
    with pytest.raises(TypeError, match="plain dict"):
        type("TestSly", (Zoho,), {"waived": waived})


@pytest.mark.feature("F094")
def test_nothing_is_written_into_a_checks_own_instance() -> None:
    """By a setup, a fixture, or a descriptor: the class says what it is. A name of the author's own is let be."""
    bench = Zoho()
    bench.mine = 1  # type: ignore[attr-defined]
    refuse_bending(Zoho, bench)
    for name in ("found", "waived", CHECK):
        vars(bench)[name] = quiet
        with pytest.raises(TypeError, match=rf"{name} is set on the instance"):
            refuse_bending(Zoho, bench)
        del vars(bench)[name]


@pytest.mark.feature("F094")
def test_what_checks_work_with_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The link, the functions beside the checks, pytest's own verbs, and the code behind a check."""
    raises, by_hand = pytest.raises, importlib.import_module("customer360_testkit.by_hand")
    keeping = importlib.import_module(CHECKS[CHECK].__module__)
    kind = next(each for each in ConnectorConformance.__mro__ if CHECK in vars(each))
    for place, name, value in (
        (Link, "run", quiet),
        (Link, "send", quiet),
        (by_hand, "play", quiet),
        (keeping, kind.__name__, quiet),
        (pytest, "raises", quiet),
        (CHECKS[CHECK], "__code__", (lambda self, link: None).__code__),
    ):
        with monkeypatch.context() as bent:
            bent.setattr(place, name, value, raising=False)
            with raises(TypeError, match="replaces what the suite works with"):
                refuse_bending(Zoho)
        refuse_bending(Zoho)


@pytest.mark.feature("F094")
def test_without_asserts_there_is_no_suite() -> None:
    """Every check would pass."""
    done = subprocess.run(
        [sys.executable, "-O", "-c", "import customer360_testkit.conformance"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "run it without -O" in done.stderr
