"""Following next pages without going in circles."""

from __future__ import annotations

from typing import Final

from customer360.core.errors import Gone, InvalidValue, PageLoop

LONGEST: Final = 1000
"""Pages followed before a listing counts as endless: more than any screen or delta batch needs."""

LONGEST_PAGE: Final = 200
"""Records that one page may be asked to have."""

MOST_EMPTY: Final = 3
"""Empty pages in a row that still lead on: a few are legitimate where a CRM filters after it cut the page."""


def check_limit(limit: int) -> None:
    """Raise :class:`InvalidValue` unless a page may be asked to have so many records."""
    if not 1 <= limit <= LONGEST_PAGE:
        raise InvalidValue(
            f"a page has 1 to {LONGEST_PAGE} records, and {limit} are asked for",
            next_step=f"give a limit from 1 to {LONGEST_PAGE}",
        )


def offset_of(cursor: str | None, *, most: int, of: str) -> int:
    """The place where a listing goes on, of a cursor that is a number of records; 0 for none.

    Raises :class:`Gone` for anything but a number from 0 to ``most``: ``of`` is the CRM's name, as people say it.
    """
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= len(str(most)) and int(cursor) <= most):
        raise Gone(f"this cursor does not continue a listing of {of}", next_step="start over")
    return int(cursor)


class PageGuard:
    """Stops a listing whose next pages go in a circle or never end (X11, R9).

    Ask it once per page, before following: ``guard.follow(next_cursor, len(items))``. It raises :class:`PageLoop` for a
    cursor that was followed before (the same page again, a cycle of any length), after ``most`` pages, and after
    ``most_empty`` empty pages in a row. ``first`` is the cursor or URL of the first page, if it has one. One guard
    serves one listing.
    """

    def __init__(self, *, first: str | None = None, most: int = LONGEST, most_empty: int = MOST_EMPTY) -> None:
        if most < 1 or most_empty < 0:
            raise ValueError("a listing has one page at least, and no negative number of empty ones")
        self._seen = set() if first is None else {first}
        self._most = most
        self._most_empty = most_empty
        self._empty = 0
        self.pages = 0
        """Pages read so far."""

    def follow(self, cursor: str, items: int) -> str:
        """``cursor``, if it may be followed after a page of ``items`` items."""
        self.pages += 1
        self._empty = self._empty + 1 if items == 0 else 0
        if cursor in self._seen:
            raise self._loop("leads to a page that was read already")
        if self.pages >= self._most:
            raise self._loop(f"leads on, past the {self._most} pages allowed")
        if self._empty > self._most_empty:
            raise self._loop(f"leads on, after {self._empty} empty pages in a row")
        self._seen.add(cursor)
        return cursor

    def _loop(self, what: str) -> PageLoop:
        return PageLoop(
            f"the next-page cursor of page {self.pages} {what}",
            next_step="narrow the search; if it happens again, report it to the CRM's vendor",
            attempts=self.pages,
        )
