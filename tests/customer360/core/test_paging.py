"""Listings end, whatever the CRM's next pages say."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.errors import PageLoop
from customer360.core.paging import PageGuard


def walk(guard: PageGuard, cursors: list[str], items: int = 1) -> int:
    """Pages read until the guard stops the walk."""
    for number, cursor in enumerate(cursors, 1):
        try:
            guard.follow(cursor, items)
        except PageLoop:
            return number
    raise AssertionError("never stopped")


@pytest.mark.fault("X11")
@pytest.mark.promise("R9")
@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_a_cycle_of_n_pages_is_left_by_page_n_plus_1(length: int) -> None:
    """The same page again, two pages that name each other, and longer circles."""
    cycle = [f"page-{n}" for n in range(length)]
    assert walk(PageGuard(), list(itertools.islice(itertools.cycle(cycle), 20))) == length + 1


@pytest.mark.fault("X11")
def test_a_first_page_that_names_itself_is_read_once() -> None:
    """With the first page's own address known, its repetition is seen at once."""
    assert walk(PageGuard(first="https://api.example/list"), ["https://api.example/list"] * 5) == 1


@pytest.mark.fault("X11")
@pytest.mark.promise("R9")
def test_ever_new_cursors_end_at_the_cap() -> None:
    """A CRM that always has one more page is left after the pages allowed."""
    assert walk(PageGuard(most=50), [str(n) for n in range(100)]) == 50


@pytest.mark.fault("X11")
def test_empty_pages_may_lead_on_for_a_while() -> None:
    """A few empty pages are a filter at work, more are a loop."""
    guard = PageGuard(most_empty=3)
    assert walk(guard, [str(n) for n in range(10)], items=0) == 4
    patient = PageGuard(most_empty=1)
    for n in range(20):
        patient.follow(str(n), n % 2)


def test_the_error_names_the_page_and_never_the_cursor() -> None:
    """A cursor may hold a search for a phone number."""
    guard = PageGuard()
    guard.follow("phone=+442079460958", 1)
    with pytest.raises(PageLoop) as caught:
        guard.follow("phone=+442079460958", 1)
    assert "page 2" in str(caught.value)
    assert "442079460958" not in str(caught.value)


@given(st.lists(st.text(max_size=3), max_size=60), st.integers(1, 30))
def test_no_listing_reads_more_pages_than_distinct_cursors_and_the_cap_allow(cursors: list[str], most: int) -> None:
    """Whatever the cursors: at most one page per distinct cursor, plus one, and never more than the cap."""
    guard = PageGuard(most=most)
    followed = []
    for cursor in cursors:
        try:
            followed.append(guard.follow(cursor, 1))
        except PageLoop:
            break
    assert len(followed) == len(set(followed))
    assert guard.pages <= min(most, len(set(cursors)) + 1)
