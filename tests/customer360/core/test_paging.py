"""Listings end, whatever the CRM's next pages say."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customer360.core.errors import Gone, PageLoop
from customer360.core.paging import PageGuard, offset_of


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


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_place_in_a_listing_is_a_number_up_to_the_last(place: int, most: int) -> None:
    """What a page gave as its next is where the listing goes on, as far as the CRM reaches."""
    if place <= most:
        assert offset_of(str(place), most=most, of="Acme") == place
    else:
        with pytest.raises(Gone, match="a listing of Acme"):
            offset_of(str(place), most=most, of="Acme")


@given(st.text(max_size=8))
@example("\u0661")
@example("\u00b2")
@example("9" * 5000)
def test_any_other_cursor_is_somebody_elses(cursor: str) -> None:
    """Signs, blanks and other scripts' digits are none of ours, nor what is too long to be read as a number."""
    if cursor and set(cursor) <= set("0123456789") and len(cursor) <= 8:
        assert offset_of(cursor, most=99_999_999, of="Acme") == int(cursor)
    else:
        with pytest.raises(Gone):
            offset_of(cursor, most=99_999_999, of="Acme")
    assert offset_of(None, most=0, of="Acme") == 0


def test_a_refused_cursor_is_not_shown() -> None:
    """It may hold a search for a phone number."""
    with pytest.raises(Gone) as refused:
        offset_of("phone=+442079460958", most=10_000, of="Acme")
    assert "442079460958" not in f"{refused.value} {refused.value!r}"
