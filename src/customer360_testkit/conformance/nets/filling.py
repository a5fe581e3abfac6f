"""Values for any field of somebody, by what is described of it: usual ones, and those that are rare in forms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from customer360.core.metadata import FieldInfo, FieldType
from customer360.core.records import RecordRef
from customer360_testkit.conformance.nets.drawn import DAYS, MOMENTS, NAMES, NUMBERS, WORDS, Drawing

MOST: Final = 8
"""Values of a field."""
_LINE, _TEXT = 255, 1_500
_NEPAL = timezone(timedelta(hours=5, minutes=45))
_NUMBERS: Final = (*NUMBERS, 0.5, -12.25, 47.5, -90, 1_234_567.75)
_DAYS: Final = (*DAYS, date(1900, 1, 31), date(1970, 1, 1))
_LEAP_DAYS: Final = (date(2024, 2, 29), date(2000, 2, 29), date(1928, 2, 29))
_MOMENTS: Final = (
    *MOMENTS,
    *(each.astimezone(_NEPAL) for each in MOMENTS[1:3]),
    datetime(2026, 3, 29, 1, 30, 59, tzinfo=_NEPAL),
)
_PHONES: Final = (
    *("+44 20 7946 {:04d}", "+442079{:06d}", "(020) 7946-{:04d}", "020 7946 {:04d} x42", "020 7946 {:04d} ext. 42"),
    *("+1 (512) 757-{:04d} ext 7", "020 794{0:04d} / 020 794{0:04d}", "0044 20 7946 {:04d}", "1{:d}"),
    *("7946{:04d},,9#", "0{:05d}", "+49.30.{:05d}-0", "+44 (0)20 7946 {:04d}", "(0)20 7946 {:04d}"),
    *("020 7946 {:04d} (mobile)", "020 7946 {:04d} call after 5", "020 7946 {:04d} #42", "020 7946 {:04d} x7"),
    *("020 7946 {:04d}; 7946 0999", "020 7946 {:04d} or 0999", "011 44 20 7946 {:04d}", "1-80{:d}-QUILLKN"),
)
_ADDRESSES: Final = (
    *("quill{}@conform.example", "Mixed.Quill{}@Conform.Example", "quill{}+tag@sub.conform.example"),
    *("o'quill{}@conform.example", "q_{}-x@conform.example", "{}@a.b.conform.example", "quill.{0}.{0}.{0}@c.example"),
    *("office@q{}.conform.example", "info@q{}.conform.example", "sales@q{}.conform.example", "noreply@q{}.example"),
    *("quill{}@googlemail.com", "q.u.ill{}@gmail.com", "Quill{}@CONFORM.EXAMPLE"),
)
_COUNTRIES: Final = (
    *("Germany", "United Kingdom", "CH", "nepal", "Atlantis", "Côte d'Ivoire", "日本", "U.S.A.", "USA", "UK", "GB"),
    *("Deutschland", "España", "Österreich", "Suisse", "The Netherlands"),
)
_PAGES: Final = (
    *(
        "https://conform.example/{}",
        "http://conform.example:8080/a/{}?b=c&d=%20e#f",
        "https://conform.example/~q;x=({})",
    ),
    *("www.conform.example/{}", "https://conform.example/a/b/../{}/", "https://CONFORM.example/Q{}"),
)


class Filling:
    """Draws what a field may hold; no two of its numbers and addresses are alike."""

    def __init__(self, seed: str) -> None:
        self.drawing = Drawing(seed)
        self._count = 0

    def pool(self, field: FieldInfo, refs: Sequence[RecordRef] = (), parts: Sequence[str] = ()) -> list[Any]:
        """Values of a field, at most :data:`MOST`; nothing where it is not known what it holds.

        Args:
            refs: whom it may refer to.
            parts: what a structure has that holds texts.
        """
        choices = [choice.value for choice in field.choices]
        drawing, most = self.drawing, field.max_length or _LINE
        match field.type:
            case FieldType.TEXT if "country" in field.name.lower():
                return [each for each in _COUNTRIES if len(each) <= most]
            case FieldType.TEXT if not choices:
                words = [each for each in drawing.some(WORDS, len(WORDS)) if len(each) <= most]
                lines = [drawing.line(most) for _ in range(3)]
                usual = [*words, *lines, self._full(min(most, _LINE)), drawing.some("QŻ日é", 1)[0]][-MOST:]
                names = [drawing.dealt(NAMES) for _ in range(MOST if "name" in field.name.lower() else 1)]
                return usual + [each for each in names if len(each) <= most]
            case FieldType.LONG_TEXT if not choices:
                longest = min(most, _TEXT) if field.max_length else _TEXT
                return [*(drawing.text(longest) for _ in range(MOST - 3)), "q", self._full(longest), drawing.line(most)]
            case FieldType.PHONE:
                return self._counted(_PHONES, most)
            case FieldType.EMAIL:
                return self._counted(_ADDRESSES, most)
            case FieldType.URL:
                return self._counted(_PAGES, most)
            case FieldType.CHOICE if choices:
                return drawing.some(choices, MOST)
            case FieldType.CHOICES:
                words = [each for each in WORDS if not {*each} & {";", ","}]
                return [tuple(drawing.some(choices or words, number)) for number in (1, 2, 3, 4, 5, 6, 7)] + [()]
            case FieldType.BOOLEAN:
                return [True, False]
            case FieldType.NUMBER:
                return drawing.some(_NUMBERS, len(_NUMBERS))[:MOST]
            case FieldType.DATE:
                return [*_LEAP_DAYS, *drawing.some(_DAYS, len(_DAYS))][:MOST]
            case FieldType.DATETIME:
                return drawing.some(_MOMENTS, len(_MOMENTS))[:MOST]
            case FieldType.REFERENCE:
                return list(refs)[:MOST]
            case FieldType.STRUCTURE if parts:
                countries = [part for part in parts if "country" in part.lower()]
                drawn = [drawing.some(parts, len(parts)) + countries * (number % 2) for number in range(MOST)]
                return [{part: self._part(part) for part in some} for some in drawn]
        return []

    def several(self, field: FieldInfo) -> list[Any]:
        """Values of a field that takes several numbers or addresses: of one, of many, in an order of their own."""
        texts = [*self._counted(_PHONES if field.type is FieldType.PHONE else _ADDRESSES, field.max_length or _LINE)]
        return [tuple(self.drawing.some(texts, number)) for number in (1, 2, 2, 3, 3)] + texts[:2]

    def _counted(self, patterns: Sequence[str], most: int) -> list[Any]:
        found = list[Any]()
        for _ in range(len(patterns)):
            self._count += 1
            text = self.drawing.dealt(patterns).format(self._count)
            found += [text] if len(text) <= most else []
            if len(found) == MOST:
                break
        return found

    def _part(self, name: str) -> str:
        return self.drawing.dealt(_COUNTRIES) if "country" in name.lower() else self.drawing.line(40)

    def _full(self, most: int) -> str:
        """A text as long as may be, whose last sign counts."""
        return ("Quill " * most)[: most - 1] + "z"
