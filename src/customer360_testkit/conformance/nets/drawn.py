"""What nets are played with: values that people type, the rare ones among them, in ever other company.

The same ones are drawn in every run: a check that fails, fails again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

_TURNS: Final = 2
"""So often each value is drawn, in different company."""

WORDS: Final = (
    *("Quill", "quill", "QUILL", "q", "O'Neill", "O\u2019Neill", "Żółw", "Zo\u0308lw", "日本語", "😀🎉", "e\u0301"),
    *("a\xa0b", "a  b", "100%", "50_50", "back\\slash", '"quoted"', "(x)", "[y]", "{z}", "<b>", "&amp;", "a&b", "#1"),
    *("a,b;c", "a/b", "a:b", "x=y", "*", "?", "007", "-1", "and", "OR", "null", "True", "$1.50", "ﬁ", "½"),
    *("نمی\u200cدید", "Quill-Quill", "q@q"),
)
"""Without white space at the ends, which vendors trim as they like."""
PHRASES: Final = (
    *("Ada <ada@larch.example>", "office@larch.example", "ada+shop@larch.example", "www.larch.example", "Order: late"),
    *("https://shop.larch.example/o?id=7&x=%2F#t=95", "+44 (0)20 7946 0000", "0044 20 7946 0000", "10:30, 11.5.2026"),
    *("GB82 WEST 1234 5698 7654 32", "4111111111111111", "12345678901234567890", "£1,000.50", "-10 %", "not urgent"),
    *("**not** before ten", "__under__", "`code`", "(c) :-) -->", "Sold, call back; later", "Larch (UK) Ltd & Co. KG"),
    *("Sammy Davis, Jr.", "Mary J. Blake", "van der Berg McDONALD", "24/7", "C:\\temp", "${name} {{x}} %s", "[null]"),
)
"""As they come by copying, or by habit."""
NAMES: Final = (
    *("Dr. Quill", "Prof. Dr. Quill", "Quill, Jr.", "Quill III", "Quill, PhD", "Mary J.", "J. R. R.", "Mary J. Quill"),
    *("The Quill", "Quill (UK) Ltd", "Quill & Sons", "Quill and Sons", "Quill of the Isles", "QUILL", "van der Quill"),
    *("McQuill", "Mcquill", "Quillweiß", "Müquill", "Bob", "Robert", "Bill", "William", "Liz", "Elizabeth"),
)
"""Of people and of shops, with all that goes with a name."""
LEADS: Final = (
    *("", "Re: ", "Fwd: AW: ", "=", "-10 % ", "+1 ", "@all ", "[VIP] ", "# ", "* ", "• ", "(c) ", "3M ", "Dr. ", "'"),
)
"""What some lines begin with."""
RULES: Final = ("", "-----", "_______", "=====", "***", "> quoted", "> > twice", "| a | b |", "1. first", "```")
"""Lines that are of a text's form."""
ZONES: Final = (
    *(UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-10)), ZoneInfo("America/St_Johns")),
    *(ZoneInfo("Australia/Sydney"), ZoneInfo("America/Santiago"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin")),
)
DAYS: Final = tuple(
    date(*day)
    for day in (
        *((1931, 3, 4), (1969, 12, 31), (1999, 12, 31), (2024, 2, 29), (2025, 12, 30), (2026, 1, 1)),
        *((2026, 5, 2), (2026, 5, 3), (2027, 1, 3), (2031, 7, 2), (2046, 12, 31)),
    )
)
"""Among them a leap day, ends of weeks, and some whose week is of another year."""
_TIMES: Final = (
    *((0, 0, 0), (23, 59, 59), (12, 0, 1), (9, 30, 0), (0, 30, 30), (22, 15, 7)),
    *((1, 1, 1), (22, 30, 0), (23, 30, 0), (4, 45, 0), (18, 0, 0)),
)
MOMENTS: Final = tuple(
    datetime(day.year, day.month, day.day, *time, tzinfo=UTC) for day, time in zip(DAYS, _TIMES, strict=True)
)
LENGTHS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (0, 1, 59, 60, 61, 1800, 3599, 3600, 5400, 8 * 3600 + 1, 86_399, 86_400, 10 * 86_400)
)
_SAYINGS: Final = WORDS + PHRASES
NUMBERS: Final = (0, 1, -1, 7, 1_000, -273, 2**31 - 1, 2**31, 999_999_999)


class Drawing:
    """Draws values; two of one ``seed`` draw the same."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)
        self._decks: dict[Sequence[str], list[str]] = {}

    def line(self, most: int, mark: str = "Quill") -> str:
        """One line of at most so many signs, in which a mark of its own stands; what begins it, and what stands in it,
        comes round before anything comes again."""
        line = f"{self.dealt(LEADS)}{mark}"
        for _ in range(self._random.randint(1, 16)):
            if len(line) + 1 + len(self._next(_SAYINGS)) <= most:
                line += f" {self.dealt(_SAYINGS)}"
        return line[:most].strip()

    def text(self, most: int, mark: str = "Quill") -> str:
        """Lines, some of them empty, some of a form of their own."""
        lines = list[str]()
        for number in range(self._random.randint(1, 6)):
            lines += [self.line(max(most // 8, 8), f"{mark}{number}"), self.dealt(RULES)]
        return self._random.choice(("\n", "\n\n", "\n\n\n")).join(lines)[:most].strip()

    def _next(self, deck: Sequence[str]) -> str:
        """What lies on top."""
        left = self._decks.setdefault(deck, [])
        if not left:
            left += self._random.sample(list(deck), k=len(deck))
        return left[-1]

    def dealt(self, deck: Sequence[str]) -> str:
        """The next of them: what was dealt comes again when all were."""
        self._next(deck)
        return self._decks[deck].pop()

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
