"""What nets are played with: values that people type, the rare ones among them, in ever other company.

The same ones are drawn in every run: a check that fails, fails again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final

_TURNS: Final = 2
"""So often each value is drawn, in different company."""

WORDS: Final = (
    *("Quill", "quill", "QUILL", "q", "O'Neill", "O\u2019Neill", "Żółw", "Zo\u0308lw", "日本語", "😀🎉", "e\u0301"),
    *("a\xa0b", "a  b", "100%", "50_50", "back\\slash", '"quoted"', "(x)", "[y]", "{z}", "<b>", "&amp;", "a&b", "#1"),
    *("a,b;c", "a/b", "a:b", "x=y", "*", "?", "007", "-1", "and", "OR", "null", "True", "$1.50", "ﬁ", "½"),
    *("نمی\u200cدید", "Quill-Quill", "q@q"),
)
"""Without white space at the ends, which vendors trim as they like."""
DAYS: Final = tuple(
    date(*day)
    for day in ((1931, 3, 4), (1969, 12, 31), (1999, 12, 31), (2024, 2, 29), (2026, 1, 1), (2031, 7, 2), (2046, 12, 31))
)
MOMENTS: Final = tuple(
    datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=UTC)
    for day, (hour, minute, second) in zip(
        DAYS, ((0, 0, 0), (23, 59, 59), (12, 0, 1), (9, 30, 0), (0, 30, 30), (22, 15, 7), (1, 1, 1)), strict=True
    )
)
LENGTHS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (0, 1, 59, 60, 61, 1800, 3599, 3600, 5400, 8 * 3600 + 1, 86_399, 86_400, 10 * 86_400)
)
NUMBERS: Final = (0, 1, -1, 7, 1_000, -273, 2**31 - 1, 2**31, 999_999_999)


class Drawing:
    """Draws values; two of one ``seed`` draw the same."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def line(self, most: int, mark: str = "Quill") -> str:
        """One line of at most so many signs, which begins with a mark of its own."""
        line = mark
        for word in self._random.sample(WORDS, k=self._random.randint(1, len(WORDS))):
            if len(line) + 1 + len(word) <= most:
                line += f" {word}"
        return line[:most].strip()

    def text(self, most: int, mark: str = "Quill") -> str:
        """Lines, some of them empty."""
        lines = [self.line(max(most // 8, 8), f"{mark}{number}") for number in range(self._random.randint(1, 6))]
        return self._random.choice(("\n", "\n\n", "\n\n\n")).join(lines)[:most].strip()

    def some(self, values: Sequence[Any], most: int) -> list[Any]:
        """So many of them at most, and one at least, in any order."""
        return self._random.sample(list(values), k=self._random.randint(1, min(most, len(values))))

    def rounds(self, pools: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
        """One value of each pool in every round: each is drawn, in company that changes."""
        longest = max((len(pool) for pool in pools.values()), default=0)
        columns = dict[str, list[Any]]()
        for name, pool in pools.items():
            columns[name] = column = list[Any]()
            while len(column) < longest * _TURNS:
                column += self._random.sample(list(pool), k=len(pool))
        for number in range(longest * _TURNS):
            yield {name: column[number] for name, column in columns.items()}
