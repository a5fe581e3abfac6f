"""What a connector's own code names is found, wherever it stands, and nothing that it does not reach."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customer360_testkit.conformance.nets.dictionary import dictionary
from customer360_testkit.conformance.nets.sampled import samples

_TITLES = frozenset({"Prof. ", "Dr. "})
_UNREACHED = "Sir "
_FORMS = {"mr": ("Mister", 1969)}
_TAG = re.compile(r"\+.*@")


def _beside(text: str) -> str:
    return text.replace("(beside)", "")


@cache
def _cached(text: str) -> bool:
    return text == "cached"


class Base:
    inherited = "of the base"


class Wrong(Base):
    """A docstring."""

    most = 7_000
    since = date(1931, 3, 4)
    lasts = timedelta(minutes=437)
    first = partial(_beside, "given at once")

    def __init__(self) -> None:
        self.held = "held by an object"

    def searched(self, row: dict[str, str], text: str, other: str = "by default") -> Any:
        def nested(each: str) -> bool:
            return each.startswith("nested") or re.sub("a+b", "", each) == ""

        if text in _TITLES or text == b"bytes".decode() or row["Field"] == row.get("Asked"):
            return nested(text), _beside(text), _FORMS, _TAG, _cached(text)
        return [each for each in text if each in {"listed", "words"}], self.read(named=other), f"{other} onwards"

    def read(self, named: str) -> bool:
        return named == "the"

    @property
    def shown(self) -> str:
        return "by a property"

    @classmethod
    def made(cls) -> str:
        return "by the class"


@pytest.mark.parametrize(
    "word",
    [
        *("Prof. ", "Dr. ", "Mister", "mr", "(beside)", "cached", "of the base", "given at once", "held by an object"),
        *("by default", "nested", "a+b", "ab", "bytes", "listed", "words", "the", "by a property", "by the class"),
        *(r"\+.*@", "+Q@", "+QQ@"),
    ],
)
def test_a_word_is_found(word: str) -> None:
    """In functions and in what they name, in classes and in what they hold; of a pattern what it matches."""
    assert word in dictionary(Wrong()).words


def test_what_it_does_not_reach_is_not_its_own() -> None:
    """Nor what only has a name by it: a field, an argument, a docstring."""
    words = " ".join(dictionary(Wrong()).words)
    for other in (_UNREACHED, "docstring", "Field", "Asked", "named", "onwards"):
        assert other not in words


def test_numbers_and_days_are_found() -> None:
    found = dictionary(Wrong())
    assert {7_000, 437, 1969} <= {*found.numbers}
    assert {date(1931, 3, 4), date(1969, 5, 2)} <= {*found.days}


def test_the_same_is_found_again() -> None:
    assert dictionary(Wrong()) == dictionary(Wrong())


def test_of_nothing_of_ones_own_nothing_is_found() -> None:
    """What the standard library is made of is nobody's."""
    assert dictionary(partial(_beside)).words == ()


@pytest.mark.filterwarnings("ignore::FutureWarning")
@given(st.text(max_size=20))
@example("[[a]")
def test_what_is_a_pattern_by_chance_is_none_that_fails(text: str) -> None:
    """Each sample matches."""
    for each in samples(text):
        assert re.search(text, each)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"(?i)already (?:exists|in)", ("already exists", "already in")),
        (r"[^a-z]{2,3}", ("QQ",)),
        (r"(\d)-\1x*(?=y)", ("7-7xxy", "7-7xy")),
        (r"a(?!b)", ("a",)),
        (r"(", ()),
    ],
)
def test_a_pattern_is_told_by_samples(pattern: str, found: tuple[str, ...]) -> None:
    assert samples(pattern) == found
